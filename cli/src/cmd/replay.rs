//! `hookseal replay`: sends deliveries again that were saved, as they were or signed anew.

use std::path::{Path, PathBuf};

use clap::Args;
use hookseal::{IdSource, Scheme, Signer, UnixTime};
use hookseal_captured::{Header, Request};

use crate::args::SchemeArgs;
use crate::failure::Failure;
use crate::input::{self, quoted};
use crate::outcome::Outcome;
use crate::posted::{self, Receiver};
use crate::secrets::SecretArgs;

#[derive(Args, Debug)]
#[command(after_help = EXAMPLES)]
pub(crate) struct ReplayArgs {
    /// Files with a request each, as `listen --save` writes them; - for stdin
    #[arg(value_name = "FILE", required = true)]
    files: Vec<PathBuf>,

    /// Where to send them
    #[arg(long, value_name = "URL")]
    to: String,

    /// Sign each anew, as of now, by --scheme and with a secret of yours
    #[arg(long)]
    sign: bool,

    #[command(flatten)]
    scheme: SchemeArgs,

    #[command(flatten)]
    secrets: SecretArgs,

    /// Print one line of JSON, for errors too
    #[arg(long)]
    pub(crate) json: bool,
}

const EXAMPLES: &str = "\
A delivery is sent as it was, with the same signature, which a receiver refuses as
`timestamp_too_old` after 5 minutes, if its scheme signs a time. With --sign, it has a signature and
a time of its own, and the id that it had. A file may be all that `hookseal explain --request`
reads, with a body.

Exit codes: 0 all were answered 2xx; 1 another answer; 2 invalid usage, or no answer.

Examples:
  hookseal listen --save deliveries
  hookseal replay --to http://127.0.0.1:3000/webhooks deliveries/*.http
  hookseal replay --sign --to http://127.0.0.1:3000/webhooks deliveries/*.http";

/// What belongs to a connection and not to a delivery, and what the client sets itself.
const OF_CONNECTION: [&str; 12] = [
    "connection",
    "content-length",
    "expect",
    "host",
    "keep-alive",
    "proxy-authenticate",
    "proxy-authorization",
    "proxy-connection",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
];

pub(crate) fn run(args: &ReplayArgs) -> Result<Outcome, Failure> {
    let scheme = if args.sign { Some(input::signable_scheme(&args.scheme)?) } else { None };
    let signer = scheme.map(|scheme| args.secrets.signer(scheme)).transpose()?;
    let receiver = Receiver::new(&args.to)?;
    let mut all = Vec::new();
    for file in &args.files {
        let (mut headers, body) = read(file)?;
        headers.retain(|(name, _)| !OF_CONNECTION.iter().any(|of_connection| is(name, of_connection)));
        if let Some((scheme, signer)) = scheme.as_ref().zip(signer.as_ref()) {
            sign(&mut headers, &body, scheme, signer)?;
        }
        all.push(receiver.post(("file", "request", file.display().to_string()), &headers, &body)?);
    }
    Ok(posted::outcome(&all))
}

fn read(file: &Path) -> Result<(Vec<Header>, Vec<u8>), Failure> {
    let wrong = |reason: &str| Failure::argument(format!("{}: {reason}", quoted(file)));
    let request = hookseal_captured::read(&input::read_body(file, None)?);
    let Request { headers, body } = request.map_err(|reason| wrong(&reason.to_string()))?;
    let body = body.ok_or_else(|| wrong("it shows no body, so it cannot be sent again"))?;
    Ok((headers, body))
}

/// Replaces the headers of the scheme. The id stays, since a receiver recognizes duplicates by it.
fn sign(headers: &mut Vec<Header>, body: &[u8], scheme: &Scheme, signer: &Signer) -> Result<(), Failure> {
    let known = scheme.id_header().and_then(|id| headers.iter().find(|(name, _)| is(name, id.as_str())));
    let known = known.and_then(|(_, value)| std::str::from_utf8(value).ok()).map(str::to_owned);
    let id = match scheme.id_source() {
        IdSource::None => None,
        _ => Some(known.unwrap_or_else(|| format!("replay-{:016x}", fastrand::u64(..)))),
    };
    let signed = signer.sign(body, UnixTime::now(), id.as_deref())?;
    headers.retain(|(name, _)| !signed.iter().any(|(of_scheme, _)| is(name, of_scheme)));
    headers.extend(signed.iter().map(|(name, value)| (name.into(), value.into())));
    Ok(())
}

fn is(name: &[u8], other: &str) -> bool {
    name.eq_ignore_ascii_case(other.as_bytes())
}
