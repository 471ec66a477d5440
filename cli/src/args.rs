//! The groups of arguments that several commands share. Each command's own arguments are in its file in `cmd/`.

use std::ffi::OsString;
use std::path::PathBuf;
use std::time::Duration;

use clap::Args;
use hookseal::{UnixTime, VerifierBuilder};

pub(crate) use crate::public_keys::PublicKeyArgs;
pub(crate) use crate::scheme_args::SchemeArgs;
use crate::secrets::SecretArgs;

/// A body, and how it is signed.
#[derive(Args, Debug)]
pub(crate) struct SignedBodyArgs {
    /// File with the raw body, exactly as it is sent; - for stdin
    #[arg(value_name = "FILE", default_value = "-")]
    pub(crate) body: PathBuf,

    #[command(flatten)]
    pub(crate) scheme: SchemeArgs,

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

    /// The current time, as Unix seconds or ISO [default: the clock]
    #[arg(long, value_name = "TIME", value_parser = time, allow_negative_numbers = true, help_heading = LIMITS)]
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
    /// How long ago a delivery may have been signed, or off [default: 300]
    #[arg(long, value_name = "SECONDS", value_parser = distance, allow_negative_numbers = true, help_heading = LIMITS)]
    pub(crate) max_age: Option<Limit>,

    /// How far ahead a delivery may be dated, or off [default: 300]
    #[arg(long, value_name = "SECONDS", value_parser = distance, allow_negative_numbers = true, help_heading = LIMITS)]
    pub(crate) max_skew: Option<Limit>,

    /// How old a contio-body event may be, or off [default: 86400]
    #[arg(long, value_name = "SECONDS", value_parser = event_age, allow_negative_numbers = true, help_heading = LIMITS)]
    pub(crate) max_event_age: Option<Limit>,
}

impl LimitArgs {
    /// Changes those limits that were given.
    pub(crate) fn apply(&self, mut builder: VerifierBuilder) -> VerifierBuilder {
        if let Some(Limit(limit)) = self.max_age {
            builder = builder.max_age(limit);
        }
        if let Some(Limit(limit)) = self.max_skew {
            builder = builder.max_skew(limit);
        }
        if let Some(Limit(limit)) = self.max_event_age {
            builder = builder.max_event_age(limit);
        }
        builder
    }
}

/// A limit in seconds, or `None` for `off`.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Limit(pub(crate) Option<Duration>);

/// A limit on how far a delivery's time may be from the present must be less than this: it was meant in milliseconds.
const MAX_SECONDS: u64 = 100_000;

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
  standard-webhooks, svix, stripe, github, slack, shopify, zoom, linear, paddle, zendesk, typeform,
  sentry, meta, calendly, docusign, twitch, workos; with --signed-url: square, hubspot; and discord

",
            $examples
        )
    };
}

pub(crate) use with_schemes;

pub(crate) fn time(text: &str) -> Result<UnixTime, String> {
    let time = text.parse().ok().map(UnixTime::from_secs).or_else(|| UnixTime::from_rfc3339(text));
    time.ok_or_else(|| "give Unix seconds, such as 1736937000, or a time such as 2025-01-15T10:30:00Z".to_owned())
}

/// `--max-age` and `--max-skew`.
fn distance(text: &str) -> Result<Limit, String> {
    match limit(text) {
        Some(Limit(Some(limit))) if limit.as_secs() >= MAX_SECONDS => {
            Err("give less than 100000 seconds (this may be in milliseconds), or off for no limit".to_owned())
        }
        Some(limit) => Ok(limit),
        None => Err("give whole seconds, such as 300, or off".to_owned()),
    }
}

fn event_age(text: &str) -> Result<Limit, String> {
    limit(text).ok_or_else(|| "give whole seconds, such as 86400, or off".to_owned())
}

/// Seconds, or `off`; `none`, as the libraries call it, is the same.
fn limit(text: &str) -> Option<Limit> {
    match text {
        "off" | "none" => Some(Limit(None)),
        _ => text.parse().ok().map(|seconds| Limit(Some(Duration::from_secs(seconds)))),
    }
}

fn bytes(text: &str) -> Result<usize, String> {
    text.parse().map_err(|_| "give a number of bytes, such as 1048576".to_owned())
}
