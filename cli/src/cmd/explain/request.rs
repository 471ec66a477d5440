//! Parses a raw HTTP request, as a proxy or `nc` saves it to a file, or as it is copied from a log.

use httparse::Status;

use crate::failure::Failure;
use crate::input::Header;

/// Headers and body of a request.
#[derive(Debug)]
pub(crate) struct Request {
    pub(crate) headers: Vec<Header>,
    pub(crate) body: Vec<u8>,
}

/// More than any server accepts.
const MAX_HEADERS: usize = 1024;

const EXPECTED: &str = "give a raw HTTP request: a line such as 'POST /webhooks HTTP/1.1', one header per line, an empty \
    line, and the body";

/// Parses an HTTP/1.1 request. A chunked body is joined. Otherwise everything after the headers is the body, whatever length
/// they declare, so that the explanation can report a difference.
pub(crate) fn read(text: &[u8]) -> Result<Request, Failure> {
    let mut buffer = vec![httparse::EMPTY_HEADER; MAX_HEADERS];
    let mut head = httparse::Request::new(&mut buffer);
    let body = match head.parse(text) {
        Ok(Status::Complete(length)) => text.get(length..).unwrap_or_default(),
        Ok(Status::Partial) => {
            return Err(Failure::argument(format!("--request: the request ends within its headers; {EXPECTED}")));
        }
        Err(error) => return Err(Failure::argument(format!("--request: {error}; {EXPECTED}"))),
    };
    let headers: Vec<Header> =
        head.headers.iter().map(|header| (header.name.as_bytes().to_vec(), header.value.to_vec())).collect();
    let is_chunked = headers.iter().any(|(name, value)| {
        name.eq_ignore_ascii_case(b"Transfer-Encoding") && value.to_ascii_lowercase().ends_with(b"chunked")
    });
    let body = if is_chunked { join_chunks(body)? } else { body.to_vec() };
    Ok(Request { headers, body })
}

fn join_chunks(mut rest: &[u8]) -> Result<Vec<u8>, Failure> {
    let broken = || {
        Failure::argument("--request: the chunks of the body are incomplete; save the request exactly as it arrived")
    };
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
        for end in ["\r\n", "\n"] {
            let text = ["POST /x HTTP/1.1", "Host: a", "X-Two:  b c ", "", "{\"a\":1}\n"].join(end);
            let request = read(text.as_bytes()).expect("a request");
            let names: Vec<_> = request.headers.iter().map(|(name, value)| (&name[..], &value[..])).collect();
            assert_eq!(names, [(&b"Host"[..], &b"a"[..]), (b"X-Two", b"b c")]);
            assert_eq!(request.body, b"{\"a\":1}\n");
        }
    }

    #[test]
    fn a_chunked_body_is_joined() {
        let head = "POST / HTTP/1.1\r\nTransfer-Encoding: gzip, Chunked\r\n\r\n";
        let request = read(format!("{head}4\r\n{{\"a\"\r\n3;x=y\r\n:1}}\r\n0\r\n\r\n").as_bytes()).expect("a request");
        assert_eq!(request.body, b"{\"a\":1}");
        for broken in ["", "4\r\nab", "z\r\n", "1\r\nab\r\n0\r\n\r\n", "ffffffffffffffff\r\na"] {
            assert!(read(format!("{head}{broken}").as_bytes()).is_err(), "{broken}");
        }
    }

    #[test]
    fn an_error_says_what_a_request_looks_like() {
        for text in ["", "{}", "POST / HTTP/1.1\r\nHost: a", "POST / HTTP/1.1\r\nno colon\r\n\r\n", "GET /"] {
            let error = read(text.as_bytes()).expect_err(text).to_string();
            assert!(error.contains("raw HTTP request") && !error.contains("no colon"), "{error}");
        }
    }
}
