//! Reads a request from JSON: an event of AWS Lambda, API Gateway or `CloudFront`, what ngrok's API returns, a HAR file,
//! or only an object of headers.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Value};

use crate::{Header, ReadError, Request, is_name, raw, unreadable};

/// How deep an object with headers may be.
const MAX_DEPTH: usize = 6;

pub(super) fn read(text: &[u8]) -> Result<Request, ReadError> {
    let value: Value = serde_json::from_slice(text).map_err(|_| unreadable("it begins as JSON, and is none"))?;
    if let Some(bytes) = find(&value, MAX_DEPTH, &|object| object.get("raw")?.as_str()) {
        let bytes = STANDARD.decode(bytes).map_err(|_| unreadable("its `raw` is not base64"))?;
        return raw::read(&bytes);
    }
    let with_headers = |object| has_headers(object).then_some(object);
    if let Some(object) = find(&value, MAX_DEPTH, &with_headers) {
        // Lambda has every value in the second, and only the last of each name in the first.
        let names = ["multiValueHeaders", "headers"];
        let found = names.iter().find_map(|name| headers(object.get(*name)?)).unwrap_or_default();
        return Ok(Request { headers: found, body: body(object)? });
    }
    match headers(&value) {
        Some(headers) if !headers.is_empty() => Ok(Request { headers, body: None }),
        _ => Err(unreadable("its JSON has no headers")),
    }
}

/// The first result of `pick` for an object within the value. A request is looked for before anything else, and never in
/// a response.
fn find<'v, T>(value: &'v Value, depth: usize, pick: &impl Fn(&'v Map<String, Value>) -> Option<T>) -> Option<T> {
    let next = depth.checked_sub(1)?;
    match value {
        Value::Object(object) => pick(object).or_else(|| {
            let request = object.get("request").into_iter();
            let others = object.iter().filter(|(name, _)| !matches!(&***name, "request" | "response"));
            request.chain(others.map(|(_, value)| value)).find_map(|value| find(value, next, pick))
        }),
        Value::Array(values) => values.iter().find_map(|value| find(value, next, pick)),
        _ => None,
    }
}

fn has_headers(object: &Map<String, Value>) -> bool {
    ["multiValueHeaders", "headers"].iter().any(|name| object.get(*name).is_some_and(|value| headers(value).is_some()))
}

/// Headers as an object of values or lists, or as a list of objects with a name and a value.
fn headers(value: &Value) -> Option<Vec<Header>> {
    let mut found = Vec::new();
    match value {
        Value::Object(object) => {
            for (name, value) in object {
                match value {
                    Value::Array(values) => {
                        for value in values {
                            found.push(header(name, value.as_str().or_else(|| value["value"].as_str())?)?);
                        }
                    }
                    value => found.push(header(name, value.as_str()?)?),
                }
            }
        }
        Value::Array(values) => {
            for entry in values {
                let name = entry["name"].as_str().or_else(|| entry["key"].as_str())?;
                found.push(header(name, entry["value"].as_str()?)?);
            }
        }
        _ => return None,
    }
    // Those of HTTP/2 that begin with a colon stand for the request line.
    found.retain(|(name, _)| !name.starts_with(b":"));
    Some(found)
}

fn header(name: &str, value: &str) -> Option<Header> {
    let has_name = is_name(name.strip_prefix(':').unwrap_or(name).as_bytes());
    has_name.then(|| (name.as_bytes().to_vec(), value.as_bytes().to_vec()))
}

/// The body's bytes, if the object has them.
fn body(object: &Map<String, Value>) -> Result<Option<Vec<u8>>, ReadError> {
    let (text, encoding) = match (object.get("body"), object.get("postData")) {
        (Some(Value::Object(body)), _) if body.contains_key("encoding") => (body.get("data"), body.get("encoding")),
        (None, Some(Value::Object(posted))) => (posted.get("text"), posted.get("encoding")),
        (body, _) => (body, None),
    };
    let is_base64 = object.get("isBase64Encoded").is_some_and(|flag| flag == true)
        || encoding.is_some_and(|encoding| encoding == "base64");
    match text {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) if is_base64 => {
            STANDARD.decode(text).map(Some).map_err(|_| unreadable("its body is not base64, which it is said to be"))
        }
        Some(Value::String(text)) => Ok(Some(text.as_bytes().to_vec())),
        Some(_) => Err(ReadError::ParsedBody),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn parsed(value: &Value) -> Request {
        read(value.to_string().as_bytes()).unwrap_or_else(|failure| panic!("{failure}: {value}"))
    }

    #[test]
    fn the_request_is_found_in_what_gateways_and_browsers_export() {
        let raw = STANDARD.encode("POST / HTTP/1.1\r\nX-One: 1\r\n\r\n{}");
        let har_headers = json!([{"name": ":method", "value": "POST"}, {"name": "X-One", "value": "1"}]);
        for (form, value) in [
            ("Lambda", json!({"headers": {"X-One": "1"}, "body": "{}", "isBase64Encoded": false})),
            ("base64", json!({"headers": {"X-One": "1"}, "body": "e30=", "isBase64Encoded": true})),
            ("several", json!({"headers": {"X-One": "2"}, "multiValueHeaders": {"X-One": ["1"]}, "body": "{}"})),
            ("ngrok", json!({"requests": [{"uri": "/", "request": {"headers": {"X-One": ["2"]}, "raw": raw}}]})),
            (
                "HAR",
                json!({"log": {"entries": [{
                    "response": {"headers": [{"name": "X-One", "value": "3"}]},
                    "request": {"headers": har_headers, "postData": {"mimeType": "x", "text": "{}"}},
                }]}}),
            ),
            (
                "CloudFront",
                json!({"Records": [{"cf": {"request": {
                    "headers": {"x-one": [{"key": "X-One", "value": "1"}]},
                    "body": {"encoding": "base64", "data": "e30=", "action": "read-only"},
                }}}]}),
            ),
        ] {
            let request = parsed(&value);
            let (name, first) = &request.headers[0];
            assert!(name.eq_ignore_ascii_case(b"X-One") && request.headers.len() == 1, "{form}: {request:?}");
            assert_eq!((&first[..], request.body.as_deref()), (&b"1"[..], Some(&b"{}"[..])), "{form}");
        }
    }

    #[test]
    fn an_object_of_headers_alone_has_no_body() {
        let request = parsed(&json!({"X-One": "1", "x-two": ["a", "b"]}));
        assert_eq!((request.headers.len(), &request.body), (3, &None));
    }

    #[test]
    fn json_without_headers_or_with_a_parsed_body_is_refused() {
        for value in [json!({}), json!([]), json!({"a": 1}), json!({"no name": "x"}), json!({"headers": 1})] {
            let error = read(value.to_string().as_bytes()).expect_err("none");
            assert!(error.to_string().contains("raw HTTP request"), "{error}");
        }
        let parsed = json!({"headers": {"X-One": "1"}, "body": {"event_id": "e"}});
        let error = read(parsed.to_string().as_bytes()).expect_err("none");
        assert_eq!(error, ReadError::ParsedBody);
    }
}
