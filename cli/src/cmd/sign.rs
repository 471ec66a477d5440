//! `hookseal sign`: prints the headers that a sender would send.

use clap::Args;
use hookseal::{ErrorKind, Scheme, TimestampFormat, UnixTime};
use serde_json::{Map, Value};

use crate::args::{self, SignedBodyArgs};
use crate::failure::Failure;
use crate::input;
use crate::outcome::Outcome;
use crate::render::json_line;

#[derive(Args, Debug)]
#[command(after_help = EXAMPLES)]
pub(crate) struct SignArgs {
    #[command(flatten)]
    signed: SignedBodyArgs,

    /// Unix or ISO time of signing; also called --now [default: the clock]
    #[arg(long, alias = "now", value_name = "TIME", allow_negative_numbers = true)]
    #[arg(value_parser = header_time)]
    timestamp: Option<UnixTime>,

    /// Id of the delivery, for schemes that sign one (standard-webhooks, svix)
    #[arg(long, value_name = "ID")]
    id: Option<String>,

    /// Print one line of JSON, for errors too
    #[arg(long)]
    pub(crate) json: bool,
}

const EXAMPLES: &str = args::with_schemes!(
    "\
Examples:
  Send a signed delivery; curl reads the headers from its stdin:
    hookseal sign body.json | curl -H @- --data-binary @body.json http://localhost:3000/

  Sign and verify:
    hookseal sign body.json | hookseal verify -H @- body.json

  Standard Webhooks signs an id as well; here the secret is in a file:
    hookseal sign --scheme standard-webhooks --id msg_1 --secret-file secret.txt body.json"
);

fn header_time(text: &str) -> Result<UnixTime, String> {
    let time = args::time(text)?;
    match time.as_secs() {
        0..=999_999_999_999 => Ok(time),
        _ => Err("give Unix seconds from 0 to 999999999999, such as 1736937000".to_owned()),
    }
}

/// Whether the scheme can write this time, so that only the id can be wrong.
fn writes(scheme: &Scheme, time: UnixTime) -> bool {
    let last = match scheme.timestamp_format() {
        TimestampFormat::TenDigits | TimestampFormat::UnixMilliseconds => 9_999_999_999,
        TimestampFormat::Rfc3339 => 253_402_300_799,
        _ => return true,
    };
    (0..=last).contains(&time.as_secs())
}

pub(crate) fn run(args: &SignArgs) -> Result<Outcome, Failure> {
    let SignedBodyArgs { body, scheme, secrets } = &args.signed;
    let scheme = input::signable_scheme(scheme)?;
    let signer = secrets.signer(scheme)?;
    let body = input::read_body(body, None)?;

    let timestamp = args.timestamp.unwrap_or_else(UnixTime::now);
    let headers = signer.sign(&body, timestamp, args.id.as_deref()).map_err(|error| match error.kind() {
        ErrorKind::InvalidArgument if writes(&scheme, timestamp) => Failure::about(&"--id", &error),
        ErrorKind::InvalidArgument => Failure::about(&"--timestamp", &error),
        _ => error.into(),
    })?;

    let text = headers.iter().map(|(name, value)| format!("{name}: {value}\n")).collect();
    let object: Map<_, _> = headers.iter().map(|(name, value)| (name.to_owned(), value.into())).collect();
    Ok(Outcome::success(text, json_line(&[("ok", true.into()), ("headers", Value::Object(object))])))
}
