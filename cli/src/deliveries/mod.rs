//! `hookseal deliveries`: what became of the deliveries, as the management API tells it, and retries of those that failed.

mod api;
mod render;

use clap::{Args, Subcommand};
use indicatif::{ProgressBar, ProgressStyle};
use serde_json::{Value, json};

use self::api::{Api, ApiArgs};
use crate::escape::printable;
use crate::failure::Failure;
use crate::report::{Report, Success, json_line};

/// Arguments of `hookseal deliveries`.
#[derive(Args, Debug)]
pub(crate) struct DeliveriesArgs {
    #[command(subcommand)]
    action: Action,

    #[command(flatten)]
    api: ApiArgs,

    /// Print one line of JSON, of errors too
    #[arg(long, global = true)]
    pub(crate) json: bool,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// List deliveries, all pages of them
    List(ListArgs),
    /// Show one delivery
    Show {
        /// Its id
        #[arg(value_name = "ID", value_parser = word)]
        id: String,
    },
    /// Have deliveries sent again
    Retry {
        /// Their ids
        #[arg(value_name = "ID", value_parser = word, required_unless_present = "all_failed")]
        ids: Vec<String>,

        /// All that failed
        #[arg(long, conflicts_with = "ids")]
        all_failed: bool,
    },
}

#[derive(Args, Debug)]
struct ListArgs {
    /// Only those of this status, such as failed
    #[arg(long, value_name = "STATUS", value_parser = word)]
    status: Option<String>,

    /// Only those of this event type, such as meeting.completed
    #[arg(long, value_name = "TYPE", value_parser = word)]
    event_type: Option<String>,

    /// The most that are listed [default: all]
    #[arg(long, value_name = "COUNT")]
    limit: Option<usize>,
}

pub(crate) const EXAMPLES: &str = "\
The key is read from $CONTIO_API_KEY, or as --api-key-env or --api-key-file say; never from an
argument. $CONTIO_CLIENT_ID is sent along where it is set. Calls that are answered with 429 or 5xx
are made again, up to 5 times in all.

Exit codes: 0 done; 1 some were not retried; 2 wrong usage, or the API refused.

Examples:
  hookseal deliveries list --status failed
  hookseal deliveries retry --all-failed --json
  hookseal deliveries --base-url http://127.0.0.1:4000/v1/partner/admin list";

/// How many the API is asked for at a time.
const PAGE: usize = 100;

pub(crate) fn run(args: &DeliveriesArgs) -> Result<Report, Failure> {
    let api = Api::new(&args.api)?;
    match &args.action {
        Action::List(wanted) => {
            let rows = list(&api, wanted)?;
            let json =
                json_line(&[("ok", true.into()), ("count", rows.len().into()), ("deliveries", rows.clone().into())]);
            Ok(Report::right(Success { text: render::table(&rows), json }))
        }
        Action::Show { id } => {
            let row = api.get(&format!("/webhook-deliveries/{id}"))?;
            let json = json_line(&[("ok", true.into()), ("delivery", row.clone())]);
            Ok(Report::right(Success { text: render::one(&row), json }))
        }
        Action::Retry { ids, all_failed: false } => Ok(retry(&api, ids)),
        Action::Retry { .. } => {
            let failed = ListArgs { status: Some("failed".to_owned()), event_type: None, limit: None };
            // All of them are known before the first is retried: a retry takes it off the list that is being paged.
            let rows = list(&api, &failed)?;
            let ids: Vec<_> = rows.iter().map(|row| row["id"].as_str().unwrap_or_default().to_owned()).collect();
            Ok(retry(&api, &ids))
        }
    }
}

/// Every page, until there is nothing more or there is enough.
fn list(api: &Api, wanted: &ListArgs) -> Result<Vec<Value>, Failure> {
    let most = wanted.limit.unwrap_or(usize::MAX);
    let progress = progress("deliveries listed");
    let mut rows = Vec::new();
    while rows.len() < most {
        let limit = PAGE.min(most - rows.len());
        let mut path = format!("/webhook-deliveries?limit={limit}&offset={}", rows.len());
        for (name, value) in [("status", &wanted.status), ("event_type", &wanted.event_type)] {
            if let Some(value) = value {
                path.push_str(&format!("&{name}={value}"));
            }
        }
        let mut page = api.get(&path)?;
        let total = page["total"].as_u64();
        let Value::Array(mut found) = page["deliveries"].take() else {
            return Err(Failure::refused_elsewhere(
                "the API's answer has no list of deliveries; is --base-url its URL?",
            ));
        };
        if found.is_empty() {
            break;
        }
        found.truncate(most - rows.len());
        rows.append(&mut found);
        let count = u64::try_from(rows.len()).unwrap_or(u64::MAX);
        progress.set_length(total.unwrap_or(count));
        progress.set_position(count);
        if total.is_some_and(|total| count >= total) {
            break;
        }
    }
    progress.finish_and_clear();
    Ok(rows)
}

/// Each by itself: one that the API refuses does not keep the others from being retried.
fn retry(api: &Api, ids: &[String]) -> Report {
    let progress = progress("deliveries retried");
    progress.set_length(u64::try_from(ids.len()).unwrap_or_default());
    let (mut text, mut results, mut refused) = (String::new(), Vec::new(), 0_usize);
    for id in ids {
        let answer = match word(id) {
            Ok(id) => api.post(&format!("/webhook-deliveries/{id}/retry")).map_err(|refusal| refusal.to_string()),
            // The API's own, and still none that it could be asked for.
            Err(_) => Err("its id cannot stand in a URL".to_owned()),
        };
        match answer {
            Ok(answer) => {
                let next = answer["next_retry_at"].as_str().map(|time| format!(", next try at {}", printable(time)));
                text.push_str(&format!("{id}  scheduled{}\n", next.unwrap_or_default()));
                results.push(json!({ "id": id, "ok": true, "answer": answer }));
            }
            Err(reason) => {
                refused += 1;
                text.push_str(&format!("{}  not retried: {}\n", printable(id), printable(&reason)));
                results.push(json!({ "id": id, "ok": false, "message": reason }));
            }
        }
        progress.inc(1);
    }
    progress.finish_and_clear();
    text.push_str(&format!("{} retried, {refused} not\n", ids.len() - refused));
    let all_right = refused == 0;
    let json = json_line(&[
        ("ok", all_right.into()),
        ("retried", (ids.len() - refused).into()),
        ("refused", refused.into()),
        ("deliveries", results.into()),
    ]);
    Report { success: Success { text, json }, all_right }
}

/// On stderr, and only where that is a terminal.
fn progress(what: &'static str) -> ProgressBar {
    let bar = ProgressBar::no_length().with_message(what);
    match ProgressStyle::with_template("{bar:40} {pos}/{len} {msg}") {
        Ok(style) => bar.with_style(style),
        Err(_) => bar,
    }
}

/// What may stand in a URL as it is.
fn word(text: &str) -> Result<String, String> {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte);
    match (1..=128).contains(&text.len()) && text.bytes().all(is_plain) && !text.starts_with('.') {
        true => Ok(text.to_owned()),
        false => Err("give 1 to 128 letters, digits, dots, dashes or underscores".to_owned()),
    }
}
