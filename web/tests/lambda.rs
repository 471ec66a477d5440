//! Handlers for AWS Lambda, called with requests as `lambda_http` reads them.

mod common;

use common::{BODY, Refused, cases};
use hookseal::{Event, Scheme};
use hookseal_web::Webhook;
use hookseal_web::lambda::webhook_fn;
use lambda_http::{Body, Error, Service as _};
use serde_json::{Map, Value, json};

/// A request as an HTTP API sends it: names in lower case, and repeated headers joined.
fn event(headers: &[(String, String)], body: &[u8], is_base64: bool) -> Value {
    let mut joined = Map::new();
    for (name, value) in headers {
        let joined = joined.entry(name.to_lowercase()).or_insert(Value::Null);
        *joined = joined.as_str().map_or(value.clone(), |first| format!("{first},{value}")).into();
    }
    let body = if is_base64 { base64(body) } else { String::from_utf8(body.to_vec()).unwrap() };
    json!({
        "version": "2.0", "routeKey": "$default", "rawPath": "/", "rawQueryString": "", "headers": joined,
        "requestContext": {
            "accountId": "1", "apiId": "a", "domainName": "a.example.com", "requestId": "r", "routeKey": "$default",
            "stage": "$default", "time": "15/Jan/2025:10:30:00 +0000", "timeEpoch": 1,
            "http": {"method": "POST", "path": "/", "protocol": "HTTP/1.1", "sourceIp": "127.0.0.1", "userAgent": "a"},
        },
        "body": body, "isBase64Encoded": is_base64,
    })
}

fn base64(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::new();
    for triple in bytes.chunks(3) {
        let bits = triple.iter().fold(0, |bits, byte| (bits << 8) | u32::from(*byte)) << (8 * (3 - triple.len()));
        for at in 0..4 {
            let digit = DIGITS[(bits >> (18 - 6 * at)) as usize & 63];
            text.push(if at > triple.len() { '=' } else { digit.into() });
        }
    }
    text
}

#[tokio::test]
async fn a_handler_gets_the_event_of_a_genuine_delivery_and_no_other() {
    let refused = Refused::default();
    let mut service = webhook_fn(refused.receiver(Scheme::CONTIO, 1024), |webhook: Webhook| async move {
        match webhook.event {
            Event::MeetingCompleted(meeting) => Ok::<_, Error>(meeting.title.into_owned()),
            other => panic!("{other:?}"),
        }
    });
    for (name, headers, body, status, code) in cases() {
        for is_base64 in [false, true] {
            let event = event(&headers, &body, is_base64).to_string();
            let request = lambda_http::request::from_str(&event).unwrap();
            let response = service.call(request).await.unwrap();
            // The two values of a repeated header are one here.
            let (status, code) = if name == "doubled" { (400, Some("malformed_signature")) } else { (status, code) };
            assert_eq!(response.status(), status, "{name}");
            let text = match response.into_body() {
                Body::Text(text) => text,
                other => panic!("{other:?}"),
            };
            assert_eq!(text, code.map_or("Stand-up".to_owned(), |code| format!(r#"{{"error":"{code}"}}"#)), "{name}");
            assert_eq!(refused.take(), Vec::from_iter(code), "{name}");
        }
    }
    assert!(BODY.contains("Stand-up"));
}

#[tokio::test]
async fn an_error_of_the_handler_is_the_functions_error() {
    let refused = Refused::default();
    let mut service = webhook_fn(refused.receiver(Scheme::CONTIO, 1024), |_: Webhook| async {
        Err::<String, Error>("the queue is down".into())
    });
    let (_, headers, body, ..) = cases().swap_remove(0);
    let request = lambda_http::request::from_str(&event(&headers, &body, false).to_string()).unwrap();
    assert_eq!(service.call(request).await.unwrap_err().to_string(), "the queue is down");
    assert_eq!(refused.take(), [""; 0]);
}
