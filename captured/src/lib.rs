//! Reads a request in the forms in which people have one: raw, as `curl -v` and browsers show it, and as JSON of
//! gateways, ngrok and HAR files. For the command line and for the page that explains deliveries.

mod header;
mod json;
mod lines;
mod raw;

use std::borrow::Cow;
use std::fmt;

pub use self::header::{BadHeader, is_name, parse_header};

/// A header's name and value. Bytes, because values need not be text.
pub type Header = (Vec<u8>, Vec<u8>);

/// A request, as far as it was shown.
#[derive(Debug, PartialEq)]
pub struct Request {
    /// Its headers, in order, with repetitions.
    pub headers: Vec<Header>,
    /// `None` if it was not shown, which is not the same as an empty one.
    pub body: Option<Vec<u8>>,
}

/// Why a request cannot be read. No part of the request is in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ReadError {
    /// It has none of the known forms, for this reason.
    Unknown(Cow<'static, str>),
    /// The JSON has the body as an object, and not the bytes that were signed.
    ParsedBody,
    /// A chunked body ends early, or is none.
    BrokenChunks,
}

const EXPECTED: &str = "give a raw HTTP request (a line such as 'POST /webhooks HTTP/1.1', one header per line, an empty \
    line, and the body), what `curl -v` or a browser shows, or JSON with `headers` and `body`";

impl fmt::Display for ReadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unknown(reason) => write!(f, "{reason}; {EXPECTED}"),
            Self::ParsedBody => f.write_str("the body in this JSON was parsed, so its bytes are not there"),
            Self::BrokenChunks => {
                f.write_str("the chunks of the body are incomplete; save the request exactly as it arrived")
            }
        }
    }
}

impl std::error::Error for ReadError {}

/// Reads a request. Bodies keep their bytes.
///
/// # Errors
/// Why it cannot be read.
pub fn read(text: &[u8]) -> Result<Request, ReadError> {
    let text = text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(text);
    let is_json = text.trim_ascii_start().starts_with(b"{") || text.trim_ascii_start().starts_with(b"[");
    if is_json {
        json::read(text)
    } else if lines::is_transcript(text) {
        lines::read_transcript(text)
    } else if raw::has_request_line(text) {
        raw::read(text)
    } else {
        lines::read_headers(text)
    }
}

fn unreadable(reason: impl Into<Cow<'static, str>>) -> ReadError {
    ReadError::Unknown(reason.into())
}
