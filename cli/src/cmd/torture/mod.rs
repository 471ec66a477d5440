//! `hookseal torture`: sends a receiver what it must accept and what it must refuse, and reports wrong responses.

mod case;
mod cases;
mod check;
mod duplicates;
mod report;
mod target;
mod variant;
mod wire;

use std::net::SocketAddr;
use std::time::Duration;

use clap::Args;
use hookseal::{Scheme, Secret, UnixTime};

use self::case::{Case, Expected, Group, Transfer};
use self::cases::Bench;
use self::check::Fault;
use self::duplicates::Reports;
use self::target::Target;
use self::wire::Response;
use crate::args::SchemeArgs;
use crate::failure::Failure;
use crate::input;
use crate::outcome::{Exit, Outcome};
use crate::render::json_line;
use crate::secrets::{LoadedSecret, SecretArgs};
use crate::style::FAINT;

#[derive(Args, Debug)]
#[command(after_help = EXAMPLES)]
pub(crate) struct TortureArgs {
    /// URL of the receiver, http or https
    #[arg(value_name = "URL", required_unless_present = "list")]
    url: Option<String>,

    #[command(flatten)]
    scheme: SchemeArgs,

    #[command(flatten)]
    secrets: SecretArgs,

    /// Send only this case or group of cases; repeatable
    #[arg(long, value_name = "NAME")]
    only: Vec<String>,

    /// Also send duplicates of events
    #[arg(long)]
    duplicates: bool,

    /// Address at which the receiver reports each event it handles
    #[arg(long, value_name = "ADDRESS", requires = "duplicates")]
    handled_at: Option<SocketAddr>,

    /// List the cases, and send nothing
    #[arg(long)]
    list: bool,

    /// The receiver's limit for a body, which is exceeded [default: 1048576]
    #[arg(long, value_name = "BYTES", default_value_t = 1024 * 1024, hide_default_value = true)]
    #[arg(value_parser = clap::builder::RangedU64ValueParser::<usize>::new().range(1_024..=1_073_741_824))]
    max_body: usize,

    /// How long to wait for a response
    #[arg(long, value_name = "SECONDS", default_value_t = 10)]
    #[arg(value_parser = clap::value_parser!(u64).range(1..=600))]
    wait: u64,

    /// Allow an address outside of this machine and private networks
    #[arg(long)]
    i_own_this_receiver: bool,

    /// Print one line of JSON, for errors too
    #[arg(long)]
    pub(crate) json: bool,
}

const EXAMPLES: &str = "\
It needs the receiver's secret: genuine deliveries are signed with it, and so are many of those that
must be refused. It checks responses only, not what the receiver does after a right one. During a
rotation, give the current secret first. The app id of its events is `app-hookseal-torture`.

Wrong responses: 2xx to what must be refused; anything but 2xx to a genuine delivery; a 5xx; one
after more than 5 s; none at all; a receiver that stops responding. Any 4xx counts as a refusal.

With --duplicates, a duplicate must get 2xx, or 5xx while the event is being handled, and never
another status: some senders do not try again after a 4xx. Whether an event is handled twice, or
lost because its handler failed, shows only in what the receiver does. For --handled-at, let its
handler's work be `POST http://ADDRESS/ID`, with the event_id of the body as ID, and fail unless the
response is 2xx: torture listens there, counts, and lets the first run of some events fail or take
1.5 s.

Exit codes: 0 all responses right; 1 wrong responses; 2 invalid usage, or no receiver at the URL.

Examples:
  hookseal torture http://127.0.0.1:3000/webhooks/contio
  hookseal torture --duplicates --handled-at 127.0.0.1:9099 http://localhost:3000/hook
  hookseal torture --scheme contio-timestamped --only time http://localhost:3000/hook
  hookseal torture --json URL | jq '.cases[] | select(.ok | not)'";

/// A case, and the response to it.
struct CaseResult {
    case: Case,
    response: Response,
    fault: Option<Fault>,
}

pub(crate) fn run(args: &TortureArgs) -> Result<Outcome, Failure> {
    let scheme = input::signable_scheme(&args.scheme)?;
    if args.list {
        return list(scheme, args);
    }
    let loaded = args.secrets.load(scheme)?;
    let cases = chosen(scheme, &loaded.iter().map(LoadedSecret::secret).collect::<Vec<_>>(), args)?;
    let target = Target::find(args.url.as_deref().unwrap_or_default(), args.i_own_this_receiver)?;
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| Failure::argument(format!("cannot start: {error}")))?;
    let wait = Duration::from_secs(args.wait);
    let (rows, not_sent) = runtime.block_on(async {
        let reports =
            match args.handled_at {
                Some(address) => Some(Reports::listen(address).await.map_err(|error| {
                    Failure::argument(format!("--handled-at {address}: cannot listen there: {error}"))
                })?),
                None => None,
            };
        play(&target, cases, wait, reports.as_ref()).await
    })?;
    Ok(Outcome {
        text: report::text(&target, &rows, not_sent),
        json: report::json(&target, &rows, not_sent),
        exit: Exit::success_if(not_sent == 0 && rows.iter().all(|row| row.fault.is_none())),
    })
}

/// The selected cases, for every variant of the scheme.
fn chosen(scheme: Scheme, secrets: &[Secret<'_>], args: &TortureArgs) -> Result<Vec<Case>, Failure> {
    let now = UnixTime::now();
    let run = format!("{:x}", fastrand::u64(..));
    let mut cases = Vec::new();
    for variant in variant::variants_of(&scheme) {
        let bench = Bench { variant, secrets, now, max_body: args.max_body, run: &run };
        cases.extend(cases::all(&bench)?);
        if args.duplicates {
            cases.extend(duplicates::cases(&bench, args.handled_at.is_some())?);
        }
    }
    let matches = |case: &Case, name: &String| case.name == name || case.group.name() == name;
    if let Some(unknown) = args.only.iter().find(|name| !cases.iter().any(|case| matches(case, name))) {
        let groups = Group::ALL.map(Group::name).join(", ");
        return Err(Failure::argument(format!(
            "--only '{unknown}': no such case; --list shows all cases, and the groups are {groups}"
        )));
    }
    cases.retain(|case| args.only.is_empty() || args.only.iter().any(|name| matches(case, name)));
    Ok(cases)
}

/// A list needs no secret: nothing that is signed with this one is sent.
fn list(scheme: Scheme, args: &TortureArgs) -> Result<Outcome, Failure> {
    let cases = chosen(scheme, &[Secret::from(b"for the list"), Secret::from(b"for the list")], args)?;
    let width = cases.iter().map(|case| case.name.len()).max().unwrap_or_default();
    let mut text = String::new();
    for case in &cases {
        let Case { name, variant, sent, expected, .. } = case;
        text.push_str(&format!("{name:width$}  {FAINT}{variant:18}{FAINT:#}  {:13}  {sent}\n", expected.label()));
    }
    let listed = |case: &Case| {
        serde_json::json!({ "name": case.name, "form": case.variant, "group": case.group.name(), "sent": case.sent,
            "expected": case.expected.label(), "why": case.why })
    };
    let json = json_line(&[("ok", true.into()), ("cases", cases.iter().map(listed).collect())]);
    Ok(Outcome::success(text, json))
}

/// Sends one case after the other. Stops if the receiver stops responding, and returns how many cases were not sent.
async fn play(
    target: &Target,
    cases: Vec<Case>,
    wait: Duration,
    reports: Option<&Reports>,
) -> Result<(Vec<CaseResult>, usize), Failure> {
    let count = cases.len();
    let mut rows = Vec::with_capacity(count);
    for case in cases {
        let (response, mut fault) = match case.expected {
            Expected::Once { flow, .. } => duplicates::play(target, &case, flow, wait, reports).await,
            _ => play_case(target, &case, wait).await,
        };
        if let (true, Response::Unreachable(reason)) = (rows.is_empty(), &response) {
            return Err(Failure::Unreachable(format!(
                "cannot connect to {}: {reason}; is the receiver running, and is the URL correct?",
                target.url
            )));
        }
        // Only a response shows that the receiver is still running, and after a cut request there is none.
        let gone = match &response {
            Response::Status { .. } => false,
            _ => !responds(target, &case, wait).await,
        };
        if gone {
            fault = Some(Fault::Gone);
        }
        rows.push(CaseResult { case, response, fault });
        if gone {
            break;
        }
    }
    let not_sent = count - rows.len();
    Ok((rows, not_sent))
}

/// The first wrong response of a case, or else the last response.
async fn play_case(target: &Target, case: &Case, wait: Duration) -> (Response, Option<Fault>) {
    let mut last = Response::Closed;
    for delivery in &case.deliveries {
        last = wire::send(target, delivery, wait).await;
        if let Some(fault) = check::check(case.expected, &last) {
            return (last, Some(fault));
        }
    }
    (last, None)
}

/// Whether the receiver responds to a complete request.
async fn responds(target: &Target, case: &Case, wait: Duration) -> bool {
    let Some(delivery) = case.deliveries.first() else { return true };
    let mut plain = delivery.clone().transferred(Transfer::Whole);
    plain.body = b"{}".to_vec();
    matches!(wire::send(target, &plain, wait).await, Response::Status { .. })
}
