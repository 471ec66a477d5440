//! The groups of arguments that several commands share. Each command's own arguments are in its file in `cmd/`.

use std::ffi::OsString;
use std::path::PathBuf;
use std::time::Duration;

use clap::Args;
use hookseal::{UnixTime, VerifierBuilder};

use crate::secrets::SecretArgs;

/// A body, and how it is signed.
#[derive(Args, Debug)]
pub(crate) struct SignedBodyArgs {
    /// File with the raw body, exactly as it is sent; - for stdin
    #[arg(value_name = "FILE", default_value = "-")]
    pub(crate) body: PathBuf,

    /// How the sender signs: one of the schemes below
    #[arg(long, value_name = "NAME", default_value = "contio")]
    pub(crate) scheme: String,

    #[command(flatten)]
    pub(crate) secrets: SecretArgs,
}

/// A delivery, and the limits that apply to it.
#[derive(Args, Debug)]
pub(crate) struct DeliveryArgs {
    #[command(flatten)]
    pub(crate) signed: SignedBodyArgs,

    /// 'Name: value', repeatable; @FILE reads one per line, @- reads stdin
    #[arg(short = 'H', long = "header", value_name = "HEADER")]
    pub(crate) headers: Vec<OsString>,

    /// The current time, in Unix seconds [default: the clock]
    #[arg(long, value_name = "SECONDS", value_parser = time, allow_negative_numbers = true, help_heading = LIMITS)]
    pub(crate) now: Option<UnixTime>,

    #[command(flatten)]
    pub(crate) limits: LimitArgs,

    /// Maximum size of the body [default: no limit]
    #[arg(long, value_name = "BYTES", value_parser = bytes, allow_negative_numbers = true, help_heading = LIMITS)]
    pub(crate) max_body: Option<usize>,
}

/// How old or early a delivery may be, for all commands that verify.
#[derive(Args, Debug)]
pub(crate) struct LimitArgs {
    /// How long ago a delivery may have been signed [default: 300]
    #[arg(long, value_name = "SECONDS", value_parser = seconds, allow_negative_numbers = true, help_heading = LIMITS)]
    pub(crate) max_age: Option<Duration>,

    /// How far in the future a delivery may be dated [default: 300]
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

/// `--max-event-age`: a limit, or `None` for `off`.
#[derive(Clone, Copy, Debug)]
pub(crate) struct EventAge(pub(crate) Option<Duration>);

/// The heading of limits in a command's help.
pub(crate) const LIMITS: &str = "Limits";

/// A command's examples, after the list of schemes. A macro, because `concat!` takes no constants.
macro_rules! with_schemes {
    ($examples:literal) => {
        concat!(
            "\
Schemes:
  contio              Contio, in either of the two forms below; signs in the first
  contio-timestamped  Contio as in its guide: bare hex, and a timestamp header
  contio-body         Contio as in its SDK: sha256= and hex, over the body alone
  standard-webhooks, svix, stripe, github, slack, shopify

",
            $examples
        )
    };
}

pub(crate) use with_schemes;

pub(crate) fn time(text: &str) -> Result<UnixTime, String> {
    let seconds = text.parse().map_err(|_| "give Unix seconds, such as 1736937000")?;
    Ok(UnixTime::from_secs(seconds))
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
