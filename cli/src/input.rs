//! Reads schemes, bodies and headers from files, stdin and the command line.

use std::ffi::OsString;
use std::fs::File;
use std::io::{self, ErrorKind, Read};
use std::net::IpAddr;
use std::path::Path;

use hookseal::{Ed25519, Scheme, Verifier, VerifierBuilder};
use hookseal_captured::{BadHeader, Header, parse_header};
use ureq::http::Uri;

use crate::failure::Failure;
use crate::scheme_args::SchemeArgs;

/// Standard input, as in most tools.
const STDIN: &str = "-";

/// Whether a body is read from stdin, as it is if no file is given.
pub(crate) fn is_stdin(path: &Path) -> bool {
    path == STDIN
}

/// A larger scheme was not meant to be one.
const MAX_SCHEME_BYTES: u64 = 1 << 16;

/// A verifier, without secrets yet, for the scheme of `--scheme` or `--scheme-file`, with the limits that the file may
/// have.
pub(crate) fn scheme(args: &SchemeArgs) -> Result<VerifierBuilder, Failure> {
    let Some(path) = &args.scheme_file else {
        let name = &args.scheme;
        let scheme = match &args.signed_url {
            Some(url) => Scheme::signed_url_preset(name, url),
            None => Scheme::preset(name),
        };
        return scheme
            .map(Verifier::builder)
            .map_err(|error| Failure::about(&format_args!("--scheme '{name}'"), &error));
    };
    let text = read_named(path, MAX_SCHEME_BYTES, "the scheme")?;
    let origin = format!("--scheme-file {}", quoted(path));
    let text = std::str::from_utf8(&text).map_err(|_| Failure::argument(format!("{origin}: it is not UTF-8")))?;
    VerifierBuilder::from_json(text.trim_start_matches('\u{feff}')).map_err(|error| Failure::about(&origin, &error))
}

/// The scheme of `--scheme` or `--scheme-file`, by which deliveries are signed.
pub(crate) fn signable_scheme(args: &SchemeArgs) -> Result<Scheme, Failure> {
    let scheme = *scheme(args)?.scheme();
    if scheme.ed25519() != Ed25519::Only {
        return Ok(scheme);
    }
    Err(Failure::argument(format!(
        "{} has ed25519 signatures, which need the sender's private key: they are verified and explained here, but \
         not made",
        scheme.name()
    )))
}

/// Reads a body, up to one byte more than `limit` or than the library accepts at all: enough for the library to see
/// that the body is too large.
pub(crate) fn read_body(path: &Path, limit: Option<usize>) -> Result<Vec<u8>, Failure> {
    const TOO_LARGE: u64 = 1 << 32;
    let limit = limit.and_then(|limit| u64::try_from(limit).ok()).map_or(TOO_LARGE, |limit| limit.saturating_add(1));
    read(path, limit.min(TOO_LARGE), "the body")
}

/// Reads the headers of `-H`, in order.
pub(crate) fn read_headers(given: &[OsString], body: &Path) -> Result<Vec<Header>, Failure> {
    let readers_of_stdin = given.iter().filter(|text| *text == "@-").count() + usize::from(body == STDIN);
    if readers_of_stdin > 1 {
        return Err(Failure::argument(
            "stdin can be read only once, for the headers (-H @-) or for the body; use a file for the other",
        ));
    }
    let mut headers = Vec::new();
    for text in given {
        match text.as_encoded_bytes() {
            [b'@', ..] => {
                let text = text.to_string_lossy();
                headers.append(&mut read_header_file(Path::new(&text[1..]))?);
            }
            line => headers.push(parse_header(line).map_err(|fault| bad_header("-H", &fault))?),
        }
    }
    Ok(headers)
}

fn bad_header(place: &str, fault: &BadHeader) -> Failure {
    Failure::argument(format!("{place}: {fault}"))
}

/// Reads one header per line, as `hookseal sign` prints them and `curl -H @FILE` reads them.
fn read_header_file(path: &Path) -> Result<Vec<Header>, Failure> {
    let text = read(path, u64::MAX, "headers")?;
    let lines = text.split(|byte| *byte == b'\n').map(|line| line.strip_suffix(b"\r").unwrap_or(line));
    (1..)
        .zip(lines)
        .filter(|(_, line)| !line.is_empty())
        .map(|(number, line)| {
            parse_header(line).map_err(|fault| bad_header(&format!("line {number} of -H @{}", quoted(path)), &fault))
        })
        .collect()
}

/// Reads a file or, for `-`, stdin.
fn read(path: &Path, limit: u64, what: &str) -> Result<Vec<u8>, Failure> {
    if path == STDIN {
        return read_to_end(io::stdin().lock(), limit).map_err(|error| unreadable(what, "stdin", &error));
    }
    read_named(path, limit, what)
}

fn read_named(path: &Path, limit: u64, what: &str) -> Result<Vec<u8>, Failure> {
    let read = File::open(path).and_then(|file| read_to_end(file, limit));
    read.map_err(|error| unreadable(what, &quoted(path), &error))
}

/// Reads a file with a secret. It cannot be stdin, which is for bodies and headers.
pub(crate) fn read_secret(path: &Path) -> Result<Vec<u8>, Failure> {
    read_named(path, u64::MAX, "a secret")
}

fn read_to_end(input: impl Read, limit: u64) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    input.take(limit).read_to_end(&mut bytes)?;
    Ok(bytes)
}

fn unreadable(what: &str, place: &str, error: &io::Error) -> Failure {
    let reason = match error.kind() {
        ErrorKind::NotFound => "no such file; check the path".to_owned(),
        ErrorKind::PermissionDenied => {
            "permission denied; run as the owner of the file, or change its permissions".to_owned()
        }
        ErrorKind::IsADirectory => "it is a directory; give a file in it".to_owned(),
        _ => error.to_string(),
    };
    Failure::argument(format!("cannot read {what} from {place}: {reason}"))
}

/// A URL, for a message: without the part before an `@`, which may be a password.
pub(crate) fn quoted_url(url: &str) -> String {
    match url.rsplit_once('@') {
        Some((_, host)) => format!("'…@{host}'"),
        None => format!("'{url}'"),
    }
}

/// The URL of a receiver, which an option names.
pub(crate) fn receiver_url(option: &str, url: &str) -> Result<Uri, Failure> {
    let is_usable = |uri: &Uri| {
        matches!(uri.scheme_str(), Some("http" | "https"))
            && uri.authority().is_some_and(|authority| !authority.as_str().contains('@'))
    };
    url.parse().ok().filter(is_usable).ok_or_else(|| {
        Failure::argument(format!(
            "{option} {}: give an http or https URL, such as http://127.0.0.1:3000/webhooks",
            quoted_url(url)
        ))
    })
}

/// Whether a host, by its name or address, is this machine.
pub(crate) fn is_local_host(host: &str) -> bool {
    host == "localhost" || host.parse().is_ok_and(|address: IpAddr| address.is_loopback())
}

/// A path, for a message.
pub(crate) fn quoted(path: &Path) -> String {
    format!("'{}'", path.display())
}
