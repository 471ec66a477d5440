//! The command line: what can be asked for. What it means is in the module of each command.

use std::ffi::OsString;
use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, ColorChoice, Parser, Subcommand};
use hookseal::{UnixTime, VerifierBuilder};

use crate::deliveries;
use crate::listen;
use crate::sandbox;
use crate::secrets::{OtherSecretArgs, SecretArgs};
use crate::send;
use crate::torture;

/// Signs and verifies webhook deliveries.
#[derive(Debug, Parser)]
#[command(name = "hookseal", version, after_help = EXAMPLES)]
pub(crate) struct Cli {
    /// When to use colour: auto, always or never
    #[arg(long, global = true, value_name = "WHEN", default_value = "auto", hide_possible_values = true)]
    pub(crate) color: ColorChoice,

    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Print the headers that a sender would send with a body
    #[command(after_help = SIGN_EXAMPLES)]
    Sign(SignArgs),

    /// Tell whether a delivery is genuine, fresh and well formed
    #[command(after_help = VERIFY_EXAMPLES)]
    Verify(VerifyArgs),

    /// Say why a delivery was refused, and what to do
    #[command(after_help = EXPLAIN_EXAMPLES)]
    Explain(ExplainArgs),

    /// Run a sandbox that sends as Contio does, with its management API
    #[command(after_help = sandbox::EXAMPLES)]
    Sandbox(sandbox::SandboxArgs),

    /// Send good and bad deliveries to a receiver on this machine, and show what came of it
    Demo,

    /// List the deliveries of an account, show one, or have failed ones sent again
    #[command(after_help = deliveries::EXAMPLES)]
    Deliveries(deliveries::DeliveriesArgs),

    /// Have a running sandbox emit an event
    Send(send::SendArgs),

    /// Receive deliveries, print each with its verdict, and pass genuine ones on
    #[command(after_help = listen::EXAMPLES)]
    Listen(listen::ListenArgs),

    /// Send a receiver genuine and forged deliveries, and tell which answers were wrong
    #[command(after_help = torture::EXAMPLES)]
    Torture(torture::TortureArgs),
}

#[derive(Args, Debug)]
pub(crate) struct SignArgs {
    #[command(flatten)]
    pub(crate) common: CommonArgs,

    /// Unix time of signing; also called --now [default: the clock]
    #[arg(long, alias = "now", value_name = "SECONDS", allow_negative_numbers = true)]
    #[arg(value_parser = header_time)]
    pub(crate) timestamp: Option<UnixTime>,

    /// Id of the delivery, for schemes that sign one (standard-webhooks, svix)
    #[arg(long, value_name = "ID")]
    pub(crate) id: Option<String>,

    /// Print one line of JSON, of errors too
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Args, Debug)]
pub(crate) struct VerifyArgs {
    #[command(flatten)]
    pub(crate) delivery: DeliveryArgs,

    /// Print one line of JSON, of refusals and errors too
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Args, Debug)]
pub(crate) struct ExplainArgs {
    #[command(flatten)]
    pub(crate) delivery: DeliveryArgs,

    /// File with a raw HTTP request, headers and body, in place of both; - for stdin
    #[arg(long, value_name = "FILE", conflicts_with_all = ["headers", "body"])]
    pub(crate) request: Option<PathBuf>,

    #[command(flatten)]
    pub(crate) others: OtherSecretArgs,

    /// Print the report as one line of JSON, and errors too
    #[arg(long)]
    pub(crate) json: bool,
}

/// A delivery, and what it is held to.
#[derive(Args, Debug)]
pub(crate) struct DeliveryArgs {
    #[command(flatten)]
    pub(crate) common: CommonArgs,

    /// 'Name: value', repeatable; @FILE has one on each line, @- is stdin
    #[arg(short = 'H', long = "header", value_name = "HEADER")]
    pub(crate) headers: Vec<OsString>,

    /// The present, in Unix seconds [default: the clock]
    #[arg(long, value_name = "SECONDS", value_parser = time, allow_negative_numbers = true, help_heading = LIMITS)]
    pub(crate) now: Option<UnixTime>,

    #[command(flatten)]
    pub(crate) limits: LimitArgs,

    /// How large a body may be [default: any size]
    #[arg(long, value_name = "BYTES", value_parser = bytes, allow_negative_numbers = true, help_heading = LIMITS)]
    pub(crate) max_body: Option<usize>,
}

/// How old or early a delivery may be, for all commands that judge.
#[derive(Args, Debug)]
pub(crate) struct LimitArgs {
    /// How long ago a delivery may have been signed [default: 300]
    #[arg(long, value_name = "SECONDS", value_parser = seconds, allow_negative_numbers = true, help_heading = LIMITS)]
    pub(crate) max_age: Option<Duration>,

    /// How far ahead of now a delivery may be dated [default: 300]
    #[arg(long, value_name = "SECONDS", value_parser = seconds, allow_negative_numbers = true, help_heading = LIMITS)]
    pub(crate) max_skew: Option<Duration>,

    /// How old a contio-body event may be, or off [default: 86400]
    #[arg(long, value_name = "SECONDS", value_parser = event_age, allow_negative_numbers = true, help_heading = LIMITS)]
    pub(crate) max_event_age: Option<EventAge>,
}

impl LimitArgs {
    /// Changes those limits that were given.
    pub(crate) fn apply(&self, mut builder: VerifierBuilder) -> VerifierBuilder {
        if let Some(limit) = self.max_age {
            builder = builder.max_age(limit);
        }
        if let Some(limit) = self.max_skew {
            builder = builder.max_skew(limit);
        }
        if let Some(EventAge(limit)) = self.max_event_age {
            builder = builder.max_event_age(limit);
        }
        builder
    }
}

/// What signing and verifying have in common.
#[derive(Args, Debug)]
pub(crate) struct CommonArgs {
    /// File with the raw body, byte for byte as it is sent; - for stdin
    #[arg(value_name = "FILE", default_value = "-")]
    pub(crate) body: PathBuf,

    /// How the sender signs: one of the schemes below
    #[arg(long, value_name = "NAME", default_value = "contio")]
    pub(crate) scheme: String,

    #[command(flatten)]
    pub(crate) secrets: SecretArgs,
}

/// `--max-event-age`: a limit, or that there is none.
#[derive(Clone, Copy, Debug)]
pub(crate) struct EventAge(pub(crate) Option<Duration>);

const LIMITS: &str = "Limits";

const EXAMPLES: &str = "\
Exit codes: 0 done, and genuine; 1 refused; 2 wrong usage or configuration.

Examples:
  hookseal demo                            See it at work
  hookseal sign body.json                  Sign a body with the secret in $HOOKSEAL_SECRET
  hookseal verify -H @headers body.json    Judge a delivery that was kept in two files
  hookseal explain -H @headers body.json   Say why it was refused
  hookseal verify --help                   More examples";

/// What both commands say about schemes; a macro, because `concat!` takes no constants.
macro_rules! with_schemes {
    ($examples:literal) => {
        concat!(
            "\
Schemes:
  contio              Contio, in either of the two forms below; signs the first
  contio-timestamped  Contio as its guide has it: bare hex, and a timestamp header
  contio-body         Contio as its SDK has it: sha256= and hex, over the body alone
  standard-webhooks, svix, stripe, github, slack, shopify

",
            $examples
        )
    };
}

const SIGN_EXAMPLES: &str = with_schemes!(
    "\
Examples:
  Send a signed delivery; curl reads the headers from its stdin:
    hookseal sign body.json | curl -H @- --data-binary @body.json http://localhost:3000/

  Sign and verify:
    hookseal sign body.json | hookseal verify -H @- body.json

  Standard Webhooks signs an id as well; this secret is kept in a file:
    hookseal sign --scheme standard-webhooks --id msg_1 --secret-file secret.txt body.json"
);

const VERIFY_EXAMPLES: &str = with_schemes!(
    "\
Exit codes: 0 genuine; 1 refused; 2 wrong usage or configuration.

Examples:
  A delivery from a log, judged as of when it came:
    hookseal verify --now 1736937000 -H 'X-Contio-Signature: 5f3c...' \\
      -H 'X-Contio-Timestamp: 1736937000' body.json

  During a rotation, with two secrets; the output says which of them signed:
    hookseal verify --secret-env NEW_SECRET --secret-env OLD_SECRET -H @headers body.json

  In a script, with the body on stdin:
    hookseal verify --json --scheme github -H @headers < body.json | jq -r .code"
);

const EXPLAIN_EXAMPLES: &str = with_schemes!(
    "\
A report may go into a log: it shows no secret, no signature and nothing of the body.

Exit codes: 0 genuine; 1 refused; 2 wrong usage or configuration.

Examples:
  A delivery whose headers and body were kept in two files, as of when it came:
    hookseal explain --now 1736937000 -H @headers body.json

  A whole request that a proxy saved:
    hookseal explain --request request.txt

  With the secret of another sender, in case the two were mixed up:
    hookseal explain --other-secret-env github=GITHUB_SECRET --request request.txt"
);

fn time(text: &str) -> Result<UnixTime, String> {
    let seconds = text.parse().map_err(|_| "give Unix seconds, such as 1736937000")?;
    Ok(UnixTime::from_secs(seconds))
}

fn header_time(text: &str) -> Result<UnixTime, String> {
    let time = time(text)?;
    match time.as_secs() {
        0..=999_999_999_999 => Ok(time),
        _ => Err("give Unix seconds from 0 to 999999999999, such as 1736937000".to_owned()),
    }
}

fn seconds(text: &str) -> Result<Duration, String> {
    text.parse().map(Duration::from_secs).map_err(|_| "give whole seconds, such as 300".to_owned())
}

fn event_age(text: &str) -> Result<EventAge, String> {
    match text {
        "off" => Ok(EventAge(None)),
        _ => match seconds(text) {
            Ok(limit) => Ok(EventAge(Some(limit))),
            Err(_) => Err("give whole seconds, such as 86400, or off".to_owned()),
        },
    }
}

fn bytes(text: &str) -> Result<usize, String> {
    text.parse().map_err(|_| "give a number of bytes, such as 1048576".to_owned())
}
