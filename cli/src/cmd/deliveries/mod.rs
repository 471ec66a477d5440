//! `hookseal deliveries`: lists deliveries from the management API, and retries failed ones.

mod api;
mod table;

use clap::{Args, Subcommand};
use indicatif::{ProgressBar, ProgressStyle};
use serde_json::{Value, json};

use self::api::{Api, ApiArgs};
use crate::escape::printable;
use crate::failure::Failure;
use crate::outcome::{Exit, Outcome};
use crate::render::json_line;

#[derive(Args, Debug)]
#[command(after_help = EXAMPLES)]
pub(crate) struct DeliveriesArgs {
    #[command(subcommand)]
    action: Action,

    #[command(flatten)]
    api: ApiArgs,

    /// Print one line of JSON, for errors too
    #[arg(long, global = true)]
    pub(crate) json: bool,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// List deliveries, across all pages
    List(ListArgs),
    /// Show one delivery
    Show {
        /// Id of the delivery
        #[arg(value_name = "ID", value_parser = word)]
        id: String,
    },
    /// Send deliveries again
    Retry {
        /// Ids of the deliveries
        #[arg(value_name = "ID", value_parser = word, required_unless_present = "all_failed")]
        ids: Vec<String>,

        /// Retry all that failed
        #[arg(long, conflicts_with = "ids")]
        all_failed: bool,
    },
}

#[derive(Args, Debug)]
struct ListArgs {
    /// Only those with this status, such as failed
    #[arg(long, value_name = "STATUS", value_parser = word)]
    status: Option<String>,

    /// Only those of this event type, such as meeting.completed
    #[arg(long, value_name = "TYPE", value_parser = word)]
    event_type: Option<String>,

    /// Maximum number to list [default: all]
    #[arg(long, value_name = "COUNT")]
    limit: Option<usize>,
}

const EXAMPLES: &str = "\
It calls the API of --base-url or $CONTIO_BASE_URL, or else that of the sandbox that was started in
this folder, and never another. The key is read from $CONTIO_API_KEY, --api-key-env or
--api-key-file, never from an argument; a sandbox's is in its credentials. $CONTIO_CLIENT_ID is sent
as well if it is set. A call that gets 429 or 5xx is made up to 5 times.

Exit codes: 0 success; 1 some were not retried; 2 invalid usage, or the API refused.

Examples:
  hookseal deliveries list --status failed
  hookseal deliveries retry --all-failed --json
  hookseal deliveries --base-url https://api.contio.ai/v1/partner/admin list";

/// How many deliveries to request at a time.
const PAGE: usize = 100;

pub(crate) fn run(args: &DeliveriesArgs) -> Result<Outcome, Failure> {
    let api = Api::new(&args.api)?;
    match &args.action {
        Action::List(wanted) => {
            let rows = list(&api, wanted)?;
            let json =
                json_line(&[("ok", true.into()), ("count", rows.len().into()), ("deliveries", rows.clone().into())]);
            Ok(Outcome::success(table::list(&rows), json))
        }
        Action::Show { id } => {
            let row = api.get(&format!("/webhook-deliveries/{id}"))?;
            let json = json_line(&[("ok", true.into()), ("delivery", row.clone())]);
            Ok(Outcome::success(table::one(&row), json))
        }
        Action::Retry { ids, all_failed: false } => Ok(retry(&api, ids)),
        Action::Retry { .. } => {
            let failed = ListArgs { status: Some("failed".to_owned()), event_type: None, limit: None };
            // All are listed before the first is retried: a retry removes it from the list that is being paged.
            let rows = list(&api, &failed)?;
            let ids: Vec<_> = rows.iter().map(|row| row["id"].as_str().unwrap_or_default().to_owned()).collect();
            Ok(retry(&api, &ids))
        }
    }
}

/// Requests pages until there are no more, or enough.
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
            return Err(Failure::RefusedElsewhere(
                "the API's response has no list of deliveries; is --base-url correct?".to_owned(),
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

/// Retries each delivery on its own: if the API refuses one, the others are still retried.
fn retry(api: &Api, ids: &[String]) -> Outcome {
    let progress = progress("deliveries retried");
    progress.set_length(u64::try_from(ids.len()).unwrap_or_default());
    let (mut text, mut results, mut refused) = (String::new(), Vec::new(), 0_usize);
    for id in ids {
        let answer = match word(id) {
            Ok(id) => api.post(&format!("/webhook-deliveries/{id}/retry")).map_err(|error| error.to_string()),
            // The API returned this id, but a request for it would need escapes.
            Err(_) => Err("its id cannot be used in a URL".to_owned()),
        };
        match answer {
            Ok(answer) => {
                let next =
                    answer["next_retry_at"].as_str().map(|time| format!(", next attempt at {}", printable(time)));
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
    text.push_str(&format!("{} retried, {refused} not retried\n", ids.len() - refused));
    let all_right = refused == 0;
    let json = json_line(&[
        ("ok", all_right.into()),
        ("retried", (ids.len() - refused).into()),
        ("refused", refused.into()),
        ("deliveries", results.into()),
    ]);
    Outcome { text, json, exit: Exit::success_if(all_right) }
}

/// Shown on stderr, and only if that is a terminal.
fn progress(what: &'static str) -> ProgressBar {
    let bar = ProgressBar::no_length().with_message(what);
    match ProgressStyle::with_template("{bar:40} {pos}/{len} {msg}") {
        Ok(style) => bar.with_style(style),
        Err(_) => bar,
    }
}

/// Text that can be used in a URL without escapes.
fn word(text: &str) -> Result<String, String> {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte);
    match (1..=128).contains(&text.len()) && text.bytes().all(is_plain) && !text.starts_with('.') {
        true => Ok(text.to_owned()),
        false => Err("give 1 to 128 letters, digits, dots, dashes or underscores".to_owned()),
    }
}
