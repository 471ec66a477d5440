//! Reads a request in the forms in which people have one: raw, as `curl -v` and browsers show it, and as JSON.

mod json;
mod lines;
mod raw;

use crate::input::Header;

/// A request, as far as it was shown.
#[derive(Debug, PartialEq)]
pub(crate) struct Request {
    pub(crate) headers: Vec<Header>,
    /// `None` if it was not shown, which is not the same as an empty one.
    pub(crate) body: Option<Vec<u8>>,
}

const EXPECTED: &str = "give a raw HTTP request (a line such as 'POST /webhooks HTTP/1.1', one header per line, an empty \
    line, and the body), what `curl -v` or a browser shows, or JSON with `headers` and `body`";

/// Reads a request, or says why it cannot be read. Bodies keep their bytes.
pub(crate) fn read(text: &[u8]) -> Result<Request, String> {
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

fn unreadable(reason: &str) -> String {
    format!("{reason}; {EXPECTED}")
}
