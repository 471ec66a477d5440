//! `hookseal torture`: sends a receiver what it must take and what it must refuse, and tells which answers were wrong.

mod case;
mod cases;
mod form;
mod judge;
mod report;
mod target;
mod wire;

use std::time::Duration;

use clap::Args;
use hookseal::{Scheme, Secret, UnixTime};

use self::case::{Case, Group};
use self::cases::Bench;
use self::judge::Fault;
use self::target::Target;
use self::wire::Outcome;
use crate::failure::Failure;
use crate::input;
use crate::report::{FAINT, Report, Success, json_line};
use crate::secrets::{Loaded, SecretArgs};

/// Arguments of `hookseal torture`.
#[derive(Args, Debug)]
pub(crate) struct TortureArgs {
    /// The receiver's URL, http or https
    #[arg(value_name = "URL", required_unless_present = "list")]
    url: Option<String>,

    /// How its sender signs; see `hookseal sign --help`
    #[arg(long, value_name = "NAME", default_value = "contio")]
    scheme: String,

    #[command(flatten)]
    secrets: SecretArgs,

    /// Send only this case, or the cases of this group; repeatable
    #[arg(long, value_name = "NAME")]
    only: Vec<String>,

    /// List the cases, and send nothing
    #[arg(long)]
    list: bool,

    /// The most bytes that it takes; one more is sent [default: 1048576]
    #[arg(long, value_name = "BYTES", default_value_t = 1024 * 1024, hide_default_value = true)]
    #[arg(value_parser = clap::builder::RangedU64ValueParser::<usize>::new().range(1_024..=1_073_741_824))]
    max_body: usize,

    /// How long to wait for an answer
    #[arg(long, value_name = "SECONDS", default_value_t = 10)]
    #[arg(value_parser = clap::value_parser!(u64).range(1..=600))]
    wait: u64,

    /// Send to an address that is not of this machine or a private network
    #[arg(long)]
    i_own_this_receiver: bool,

    /// Print one line of JSON, of errors too
    #[arg(long)]
    pub(crate) json: bool,
}

pub(crate) const EXAMPLES: &str = "\
It needs the receiver's secret: genuine deliveries are signed with it, and so are many of those that
must be refused. It judges by answers alone: what a receiver does behind a right one, it cannot see.
Give further secrets of a rotation after the current one. Its events say `app-hookseal-torture`.

Wrong answers: 2xx for what must be refused; anything but 2xx for what is genuine; a 5xx; one that
comes later than 5 s; none; and a receiver that is gone afterwards. Where a 4xx is due, any will do.

Exit codes: 0 all answers right; 1 wrong answers; 2 wrong usage, or no receiver there.

Examples:
  hookseal torture http://127.0.0.1:3000/webhooks/contio
  hookseal torture --scheme contio-timestamped --only time http://localhost:3000/hook
  hookseal torture --json URL | jq '.cases[] | select(.ok | not)'";

/// A case, and what became of it.
struct Judged {
    case: Case,
    outcome: Outcome,
    fault: Option<Fault>,
}

pub(crate) fn run(args: &TortureArgs) -> Result<Report, Failure> {
    let scheme = input::scheme(&args.scheme)?;
    if args.list {
        return list(scheme, args);
    }
    let loaded = args.secrets.load(scheme)?;
    let cases = chosen(scheme, &loaded.iter().map(Loaded::secret).collect::<Vec<_>>(), args)?;
    let target = Target::find(args.url.as_deref().unwrap_or_default(), args.i_own_this_receiver)?;
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| Failure::argument(format!("cannot start: {error}")))?;
    let wait = Duration::from_secs(args.wait);
    let (rows, not_sent) = runtime.block_on(play(&target, cases, wait))?;
    Ok(Report {
        all_right: not_sent == 0 && rows.iter().all(|row| row.fault.is_none()),
        success: Success { text: report::text(&target, &rows, not_sent), json: report::json(&target, &rows, not_sent) },
    })
}

/// The cases that were asked for, of every form of the scheme.
fn chosen(scheme: Scheme, secrets: &[Secret<'_>], args: &TortureArgs) -> Result<Vec<Case>, Failure> {
    let now = UnixTime::now();
    let run = format!("{:x}", fastrand::u64(..));
    let mut cases = Vec::new();
    for form in form::forms_of(&scheme) {
        cases.extend(cases::all(&Bench { form, secrets, now, max_body: args.max_body, run: &run })?);
    }
    let is = |case: &Case, name: &String| case.name == name || case.group.name() == name;
    if let Some(unknown) = args.only.iter().find(|name| !cases.iter().any(|case| is(case, name))) {
        let groups = Group::ALL.map(Group::name).join(", ");
        return Err(Failure::argument(format!(
            "--only '{unknown}': there is no such case; see --list for all, or name one of the groups {groups}"
        )));
    }
    cases.retain(|case| args.only.is_empty() || args.only.iter().any(|name| is(case, name)));
    Ok(cases)
}

/// Lists need no secret: what is signed with this one is never sent.
fn list(scheme: Scheme, args: &TortureArgs) -> Result<Report, Failure> {
    let cases = chosen(scheme, &[Secret::from(b"for the list"), Secret::from(b"for the list")], args)?;
    let width = cases.iter().map(|case| case.name.len()).max().unwrap_or_default();
    let mut text = String::new();
    for case in &cases {
        let Case { name, form, sent, expected, .. } = case;
        text.push_str(&format!("{name:width$}  {FAINT}{form:18}{FAINT:#}  {:13}  {sent}\n", expected.shown()));
    }
    let named = |case: &Case| {
        serde_json::json!({ "name": case.name, "form": case.form, "group": case.group.name(), "sent": case.sent,
            "expected": case.expected.shown(), "why": case.why })
    };
    let json = json_line(&[("ok", true.into()), ("cases", cases.iter().map(named).collect())]);
    Ok(Report::right(Success { text, json }))
}

/// Sends one case after the other. Stops where the receiver is gone, and tells how many were not sent then.
async fn play(target: &Target, cases: Vec<Case>, wait: Duration) -> Result<(Vec<Judged>, usize), Failure> {
    let count = cases.len();
    let mut rows = Vec::with_capacity(count);
    for case in cases {
        let (outcome, mut fault) = play_case(target, &case, wait).await;
        if let (true, Outcome::Unreachable(reason)) = (rows.is_empty(), &outcome) {
            return Err(Failure::unreachable(format!(
                "cannot connect to {}: {reason}; is the receiver running, and is this its URL?",
                target.url
            )));
        }
        // Only an answer shows that it is still there, and after a cut there is none.
        let gone = match &outcome {
            Outcome::Answered { .. } => false,
            _ => !is_there(target, &case, wait).await,
        };
        if gone {
            fault = Some(Fault::Gone);
        }
        rows.push(Judged { case, outcome, fault });
        if gone {
            break;
        }
    }
    let not_sent = count - rows.len();
    Ok((rows, not_sent))
}

/// The first wrong answer of a case, or else its last one.
async fn play_case(target: &Target, case: &Case, wait: Duration) -> (Outcome, Option<Fault>) {
    let mut last = Outcome::Closed;
    for delivery in &case.deliveries {
        last = wire::send(target, delivery, wait).await;
        if let Some(fault) = judge::fault(case.expected, &last) {
            return (last, Some(fault));
        }
    }
    (last, None)
}

/// Whether it answers anything at all to a request that is complete.
async fn is_there(target: &Target, case: &Case, wait: Duration) -> bool {
    let Some(delivery) = case.deliveries.first() else { return true };
    let mut plain = delivery.clone().sent(case::Manner::Whole);
    plain.body = b"{}".to_vec();
    matches!(wire::send(target, &plain, wait).await, Outcome::Answered { .. })
}
