//! A raw HTTP request, as it is saved to a file: by a proxy, by `nc`, or copied from a log.

use httparse::Status;

use crate::failure::Failure;
use crate::input::Header;

/// Headers and body of a request.
#[derive(Debug)]
pub(crate) struct Request {
    pub(crate) headers: Vec<Header>,
    pub(crate) body: Vec<u8>,
}

/// No server takes so many.
const MAX_HEADERS: usize = 1024;

const NO_REQUEST: &str = "it must be a raw HTTP request: a line such as 'POST /webhooks HTTP/1.1', a header on each line, \
    an empty line, and the body";

/// Reads a request of HTTP/1.1. A body that came in chunks is put together; otherwise all that is behind the headers is the
/// body, whatever length they say: that they differ is worth knowing.
pub(crate) fn read(text: &[u8]) -> Result<Request, Failure> {
    let mut room = vec![httparse::EMPTY_HEADER; MAX_HEADERS];
    let mut head = httparse::Request::new(&mut room);
    let body = match head.parse(text) {
        Ok(Status::Complete(length)) => text.get(length..).unwrap_or_default(),
        Ok(Status::Partial) => {
            return Err(Failure::argument(format!("--request: the request ends in its headers; {NO_REQUEST}")));
        }
        Err(error) => return Err(Failure::argument(format!("--request: {error}; {NO_REQUEST}"))),
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
    let broken = || Failure::argument("--request: the chunks of its body are not whole; save the request as it came");
    let mut body = Vec::new();
    loop {
        let Ok(Status::Complete((start, length))) = httparse::parse_chunk_size(rest) else { return Err(broken()) };
        if length == 0 {
            return Ok(body);
        }
        let length = usize::try_from(length).map_err(|_| broken())?;
        let (chunk, behind) = rest.get(start..).and_then(|rest| rest.split_at_checked(length)).ok_or_else(broken)?;
        body.extend_from_slice(chunk);
        rest = behind.strip_prefix(b"\r\n").or_else(|| behind.strip_prefix(b"\n")).ok_or_else(broken)?;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_is_read_with_either_end_of_lines() {
        for end in ["\r\n", "\n"] {
            let text = ["POST /x HTTP/1.1", "Host: a", "X-Two:  b c ", "", "{\"a\":1}\n"].join(end);
            let request = read(text.as_bytes()).expect("a request");
            let names: Vec<_> = request.headers.iter().map(|(name, value)| (&name[..], &value[..])).collect();
            assert_eq!(names, [(&b"Host"[..], &b"a"[..]), (b"X-Two", b"b c")]);
            assert_eq!(request.body, b"{\"a\":1}\n");
        }
    }

    #[test]
    fn the_chunks_of_a_body_are_put_together() {
        let head = "POST / HTTP/1.1\r\nTransfer-Encoding: gzip, Chunked\r\n\r\n";
        let request = read(format!("{head}4\r\n{{\"a\"\r\n3;x=y\r\n:1}}\r\n0\r\n\r\n").as_bytes()).expect("a request");
        assert_eq!(request.body, b"{\"a\":1}");
        for broken in ["", "4\r\nab", "z\r\n", "1\r\nab\r\n0\r\n\r\n", "ffffffffffffffff\r\na"] {
            assert!(read(format!("{head}{broken}").as_bytes()).is_err(), "{broken}");
        }
    }

    #[test]
    fn what_is_no_request_is_an_error_that_says_how_one_looks() {
        for text in ["", "{}", "POST / HTTP/1.1\r\nHost: a", "POST / HTTP/1.1\r\nno colon\r\n\r\n", "GET /"] {
            let error = read(text.as_bytes()).expect_err(text).to_string();
            assert!(error.contains("raw HTTP request") && !error.contains("no colon"), "{error}");
        }
    }
}
