//! Parses a raw HTTP request, as a proxy or `nc` saves it to a file, or as it is copied from a log or from ngrok.

use std::borrow::Cow;

use httparse::Status;

use crate::{Header, ReadError, Request, unreadable};

/// More than any server accepts.
const MAX_HEADERS: usize = 1024;

/// The end of a request line, as HTTP/1.1 has it.
const VERSION: &[u8] = b" HTTP/1.1";

/// Whether the first line that is not empty ends with a version of HTTP.
pub(super) fn has_request_line(text: &[u8]) -> bool {
    version(text).is_some()
}

/// Where the version in the request line begins and ends.
fn version(text: &[u8]) -> Option<(usize, usize)> {
    let start = text.iter().position(|byte| !matches!(byte, b'\r' | b'\n'))?;
    let length = text[start..].iter().position(|byte| *byte == b'\n').unwrap_or(text.len() - start);
    let line = text[start..start + length].trim_ascii_end();
    let space = line.iter().rposition(|byte| *byte == b' ')?;
    let is_version = line[space + 1..].starts_with(b"HTTP/");
    is_version.then_some((start + space, start + line.len()))
}

/// Parses a request. A chunked body is joined. Otherwise everything after the headers is the body, whatever length they
/// declare, so that the explanation can report a difference.
pub(super) fn read(text: &[u8]) -> Result<Request, ReadError> {
    // Tools show the requests of HTTP/2 and 3 as if they were of HTTP/1.1, except for the version.
    let text = match version(text) {
        Some((start, end)) if &text[start..end] != VERSION => {
            Cow::Owned([&text[..start], VERSION, &text[end..]].concat())
        }
        _ => Cow::Borrowed(text),
    };
    let text = &*text;
    let mut buffer = vec![httparse::EMPTY_HEADER; MAX_HEADERS];
    let mut head = httparse::Request::new(&mut buffer);
    let body = match head.parse(text) {
        Ok(Status::Complete(length)) => text.get(length..).unwrap_or_default(),
        Ok(Status::Partial) => {
            return Err(unreadable("the request ends within its headers"));
        }
        Err(error) => return Err(unreadable(error.to_string())),
    };
    let headers: Vec<Header> =
        head.headers.iter().map(|header| (header.name.as_bytes().to_vec(), header.value.to_vec())).collect();
    let is_chunked = headers.iter().any(|(name, value)| {
        name.eq_ignore_ascii_case(b"Transfer-Encoding") && value.to_ascii_lowercase().ends_with(b"chunked")
    });
    let body = if is_chunked { join_chunks(body)? } else { body.to_vec() };
    Ok(Request { headers, body: Some(body) })
}

fn join_chunks(mut rest: &[u8]) -> Result<Vec<u8>, ReadError> {
    let broken = || ReadError::BrokenChunks;
    let mut body = Vec::new();
    loop {
        let Ok(Status::Complete((start, length))) = httparse::parse_chunk_size(rest) else { return Err(broken()) };
        if length == 0 {
            return Ok(body);
        }
        let length = usize::try_from(length).map_err(|_| broken())?;
        let (chunk, after) = rest.get(start..).and_then(|rest| rest.split_at_checked(length)).ok_or_else(broken)?;
        body.extend_from_slice(chunk);
        rest = after.strip_prefix(b"\r\n").or_else(|| after.strip_prefix(b"\n")).ok_or_else(broken)?;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_kinds_of_line_endings_are_read() {
        for (end, version) in [("\r\n", "1.1"), ("\n", "1.1"), ("\r\n", "2"), ("\n", "2.0"), ("\n", "3"), ("\n", "1.0")]
        {
            let text = [&*format!("POST /x HTTP/{version}"), "Host: a", "X-Two:  b c ", "", "{\"a\":1}\n"].join(end);
            let request = read(text.as_bytes()).expect("a request");
            let names: Vec<_> = request.headers.iter().map(|(name, value)| (&name[..], &value[..])).collect();
            assert_eq!(names, [(&b"Host"[..], &b"a"[..]), (b"X-Two", b"b c")]);
            assert_eq!(request.body.as_deref(), Some(&b"{\"a\":1}\n"[..]));
        }
    }

    #[test]
    fn a_chunked_body_is_joined() {
        let head = "POST / HTTP/1.1\r\nTransfer-Encoding: gzip, Chunked\r\n\r\n";
        let request = read(format!("{head}4\r\n{{\"a\"\r\n3;x=y\r\n:1}}\r\n0\r\n\r\n").as_bytes()).expect("a request");
        assert_eq!(request.body.as_deref(), Some(&b"{\"a\":1}"[..]));
        for broken in ["", "4\r\nab", "z\r\n", "1\r\nab\r\n0\r\n\r\n", "ffffffffffffffff\r\na"] {
            assert!(read(format!("{head}{broken}").as_bytes()).is_err(), "{broken}");
        }
    }

    #[test]
    fn an_error_says_what_a_request_looks_like() {
        for text in ["", "{}", "POST / HTTP/1.1\r\nHost: a", "POST / HTTP/1.1\r\nno colon\r\n\r\n", "GET /"] {
            let error = read(text.as_bytes()).expect_err(text);
            let error = error.to_string();
            assert!(error.contains("raw HTTP request") && !error.contains("no colon"), "{error}");
        }
    }
}
