//! `hookseal send`: makes a running sandbox emit an event, or sends a receiver one itself.

mod direct;
mod emit;

use std::path::{Path, PathBuf};

use clap::Args;
use serde_json::{Map, Value};

use crate::args::SchemeArgs;
use crate::credentials::Credentials;
use crate::failure::Failure;
use crate::input::{self, quoted};
use crate::outcome::Outcome;
use crate::render::json_line;
use crate::secrets::SecretArgs;

#[derive(Args, Debug)]
#[command(after_help = EXAMPLES)]
pub(crate) struct SendArgs {
    /// Type of the event, such as meeting.completed
    #[arg(long = "type", value_name = "TYPE", required_unless_present = "list")]
    event_type: Option<String>,

    /// File with its data, a JSON object; - for stdin [default: sample data]
    #[arg(long, value_name = "FILE")]
    data: Option<PathBuf>,

    /// Where to deliver it [default: the endpoint of the sandbox's app]
    #[arg(long, value_name = "URL")]
    to: Option<String>,

    /// How many events to send, each with its own id
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u16).range(1..=10_000))]
    count: u16,

    /// URL of the sandbox [default: the one in its credentials]
    #[arg(long, value_name = "URL")]
    sandbox: Option<String>,

    #[command(flatten)]
    scheme: SchemeArgs,

    #[command(flatten)]
    secrets: SecretArgs,

    /// List the types, and send nothing
    #[arg(long)]
    list: bool,

    /// Print one line of JSON, for errors too
    #[arg(long)]
    pub(crate) json: bool,
}

const EXAMPLES: &str = "\
Without a sandbox, or with --secret-env or --secret-file, it signs the event itself, by --scheme,
and sends it to --to once, without retries. A sandbox signs as it was started.

Exit codes: 0 sent, and answered 2xx if it was sent from here; 1 another answer; 2 invalid usage, no
sandbox, or no answer.

Examples:
  hookseal send --list
  hookseal send --type meeting.completed
  hookseal send --type meeting.completed --to http://127.0.0.1:3000/hook --secret-file secret.txt";

pub(crate) fn run(args: &SendArgs) -> Result<Outcome, Failure> {
    if args.list {
        return Ok(list());
    }
    let event_type = args.event_type.as_deref().unwrap_or_default();
    let data = args.data.as_deref().map(data).transpose()?;
    let credentials = args.secrets.credentials().or_else(Credentials::usual_path);
    match (credentials, &args.to) {
        (Some(path), _) if !args.secrets.name_a_secret() => {
            emit::run(args, &Credentials::read(path)?, event(args, event_type, data))
        }
        (_, Some(url)) => direct::run(args, url, event_type, data),
        (_, None) => Err(Failure::argument(
            "there is no sandbox, and no receiver: run this in the folder where `hookseal dev` or `hookseal sandbox` \
             was started, name the sandbox's file with --credentials, or send to a receiver with --to URL and its secret",
        )),
    }
}

fn list() -> Outcome {
    let types: Vec<_> = hookseal_sandbox::event_types().collect();
    let text = types.iter().map(|event_type| format!("{event_type}\n")).collect();
    Outcome::success(text, json_line(&[("ok", true.into()), ("types", types.into())]))
}

fn data(path: &Path) -> Result<Value, Failure> {
    match serde_json::from_slice(&input::read_body(path, None)?) {
        Ok(data @ Value::Object(_)) => Ok(data),
        Ok(_) => Err(Failure::argument(format!("--data {}: the JSON is not an object", quoted(path)))),
        Err(error) => Err(Failure::argument(format!("--data {}: not JSON: {error}", quoted(path)))),
    }
}

/// What the sandbox is asked for.
fn event(args: &SendArgs, event_type: &str, data: Option<Value>) -> Value {
    let mut event = Map::from_iter([("type".to_owned(), event_type.into())]);
    event.extend(data.map(|data| ("data".to_owned(), data)));
    event.extend((args.count > 1).then(|| ("count".to_owned(), args.count.into())));
    event.extend(args.to.clone().map(|url| ("to".to_owned(), url.into())));
    event.into()
}
