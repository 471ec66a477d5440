//! Reads headers without a request line, and the transcripts of `curl -v`.

use crate::{Header, ReadError, Request, is_name, parse_header, unreadable};

/// What `curl -v` writes before each line that it sends.
const SENT: &[u8] = b"> ";

/// Whether the first line that is neither a note of curl's nor a received one begins as a sent one does.
pub(super) fn is_transcript(text: &[u8]) -> bool {
    let mut lines = lines(text).filter(|line| !line.is_empty());
    lines.by_ref().find(|line| !is_note(line)).is_some_and(is_sent)
}

fn is_note(line: &&[u8]) -> bool {
    [&b"* "[..], b"< ", b"{ ", b"} ", b"  % ", b"  0 "].iter().any(|start| line.starts_with(start))
        || line.trim_ascii().starts_with(b"Dload")
        || line.trim_ascii() == b"<"
}

fn is_sent(line: &[u8]) -> bool {
    line.starts_with(SENT) || line == b">"
}

/// Reads the headers that curl sent. It does not show the body.
pub(super) fn read_transcript(text: &[u8]) -> Result<Request, ReadError> {
    let sent = lines(text).filter(|line| is_sent(line)).map(|line| line.strip_prefix(SENT).unwrap_or_default());
    // The line of the request, and then the headers of the first one: a redirect is followed by another.
    let headers = sent.skip(1).take_while(|line| !line.trim_ascii().is_empty()).map(header);
    Ok(Request { headers: headers.collect::<Result<_, _>>()?, body: None })
}

/// Reads headers as browsers show them, each on a line, or its name and its value on a line each. What follows an empty
/// line is the body.
pub(super) fn read_headers(text: &[u8]) -> Result<Request, ReadError> {
    let mut rest = text;
    let (mut head, mut body) = (Vec::new(), None);
    while let Some((line, after)) = next_line(rest) {
        rest = after;
        if line.is_empty() && !head.is_empty() {
            body = Some(rest.to_vec());
            break;
        }
        // Those of HTTP/2 that begin with a colon stand for the request line.
        if !line.is_empty() && !line.starts_with(b":") {
            head.push(line);
        }
    }
    let is_label = |line: &&[u8]| line.strip_suffix(b":").is_some_and(is_name);
    let is_paired = head.len() % 2 == 0 && head.iter().step_by(2).all(is_label);
    let headers: Result<Vec<Header>, ReadError> = if is_paired {
        let pairs = head.chunks_exact(2);
        Ok(pairs.map(|pair| (pair[0][..pair[0].len() - 1].to_vec(), pair[1].trim_ascii().to_vec())).collect())
    } else {
        head.into_iter().map(header).collect()
    };
    let headers = headers?;
    if headers.is_empty() { Err(unreadable("there is no header in it")) } else { Ok(Request { headers, body }) }
}

fn header(line: &[u8]) -> Result<Header, ReadError> {
    parse_header(line).map_err(|_| unreadable("one of its lines is not a header"))
}

fn lines(text: &[u8]) -> impl Iterator<Item = &[u8]> {
    text.split(|byte| *byte == b'\n').map(|line| line.strip_suffix(b"\r").unwrap_or(line))
}

/// The first line, without its end, and what follows it.
fn next_line(text: &[u8]) -> Option<(&[u8], &[u8])> {
    if text.is_empty() {
        return None;
    }
    let end = text.iter().position(|byte| *byte == b'\n');
    let (line, rest) = end.map_or((text, &[][..]), |end| (&text[..end], &text[end + 1..]));
    Some((line.strip_suffix(b"\r").unwrap_or(line), rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names_and_values(request: &Request) -> Vec<(&str, &str)> {
        let text = |bytes| std::str::from_utf8(bytes).expect("text");
        request.headers.iter().map(|(name, value)| (text(name), text(value))).collect()
    }

    #[test]
    fn the_headers_that_curl_sent_are_read_and_no_others() {
        let transcript = "* Host localhost:3000 was resolved.\n*   Trying 127.0.0.1:3000...\n\
            > POST /hook HTTP/1.1\r\n> Host: localhost:3000\r\n> X-Contio-Timestamp: 1\r\n> Content-Length: 2\r\n>\r\n\
            * upload completely sent off: 2 bytes\n< HTTP/1.1 401 Unauthorized\r\n< X-Other: a\r\n<\r\n";
        for end in ["", "{\"error\":\"x\"}"] {
            let text = [transcript, end].concat();
            assert!(is_transcript(text.as_bytes()));
            let request = read_transcript(text.as_bytes()).expect("a request");
            let expected = [("Host", "localhost:3000"), ("X-Contio-Timestamp", "1"), ("Content-Length", "2")];
            assert_eq!((names_and_values(&request), request.body.as_ref()), (expected.to_vec(), None));
        }
    }

    #[test]
    fn headers_are_read_as_browsers_show_them() {
        for text in [
            ":authority: a.test\n:method: POST\nx-one: 1\nx-two: b c\n",
            "x-one:\n1\nx-two:\nb c\n",
            "\nx-one: 1\r\nx-two:  b c \r\n",
        ] {
            let request = read_headers(text.as_bytes()).expect(text);
            assert_eq!((names_and_values(&request), &request.body), (vec![("x-one", "1"), ("x-two", "b c")], &None));
        }
        let with_body = read_headers(b"x-one: 1\r\n\r\n{\n}\n").expect("a request");
        assert_eq!(with_body.body.as_deref(), Some(&b"{\n}\n"[..]));
        for text in ["", "\n\n", "no header\n", "x-one: 1\nwhsec_AAAA\n"] {
            let error = read_headers(text.as_bytes()).expect_err(text);
            let error = error.to_string();
            assert!(error.contains("raw HTTP request") && !error.contains("AAAA"), "{error}");
        }
    }
}
