//! `hookseal send`, against the responses of a sandbox.

use std::path::PathBuf;

use axum::Router;
use axum::http::{HeaderMap, StatusCode};
use serde_json::{Value, json};

use crate::common::server::serve;
use crate::common::{API_KEY, Hookseal, assert_misused, file, hookseal};

/// A sandbox that knows one event type, and its credentials file. The token represents a secret.
fn sandbox(name: &str) -> PathBuf {
    let app = Router::new().fallback(async |headers: HeaderMap, body: String| {
        let event: Value = serde_json::from_str(&body).expect("JSON");
        if headers.get("x-sandbox-token").is_none_or(|token| token != API_KEY) {
            return (StatusCode::FORBIDDEN, r#"{"error":"the token is wrong","code":"forbidden"}"#.to_owned());
        }
        if event["type"] != "meeting.completed" {
            let error = json!({ "error": "there is no such type; did you mean meeting.completed?", "code": "unknown_event_type" });
            return (StatusCode::BAD_REQUEST, error.to_string());
        }
        (StatusCode::CREATED, json!({ "events": [{ "event_id": "e-1", "delivery_ids": ["d-1"] }], "got": event }).to_string())
    });
    let base = format!("http://{}/v1/partner/admin", serve(app));
    file(name, json!({ "base_url": base, "sandbox_token": API_KEY }).to_string())
}

fn send(credentials: &PathBuf, args: &[&str]) -> Hookseal {
    hookseal(["send", "--credentials"]).args([credentials]).args(args)
}

#[test]
fn an_event_is_emitted_and_its_ids_are_printed() {
    let credentials = sandbox("send-emits");
    let ran = send(&credentials, &["--type", "meeting.completed"]).run();
    assert_eq!((ran.code, &*ran.stdout, &*ran.stderr), (0, "event     e-1\ndelivery  d-1\n", ""));
    let to = "http://127.0.0.1:3000/x";
    let ran = send(&credentials, &["--type", "meeting.completed", "--data", "-", "--to", to, "--json"]);
    let json = ran.stdin(r#"{"title":"Größe"}"#).run().json();
    let got = json!({ "type": "meeting.completed", "data": { "title": "Größe" }, "to": to });
    assert_eq!((&json["ok"], &json["answer"]["got"]), (&json!(true), &got));
}

#[test]
fn a_refusal_by_the_sandbox_is_reported_with_its_code() {
    let credentials = sandbox("send-refused");
    let unknown = || send(&credentials, &["--type", "meeting.complete"]);
    assert_misused(unknown, "refused_elsewhere", &["400 unknown_event_type", "did you mean meeting.completed?"]);
}

#[test]
fn data_that_is_not_an_object_is_not_sent() {
    let credentials = sandbox("send-data");
    for (data, message) in [("[1]", "the JSON is not an object"), ("{", "not JSON"), ("", "not JSON")] {
        let path = file("send-data.json", data);
        let path = path.to_str().expect("a path of the tests is text").to_owned();
        let bad = || send(&credentials, &["--type", "meeting.completed", "--data", &path]);
        assert_misused(bad, "invalid_argument", &["--data '", message]);
    }
}

#[test]
fn a_missing_sandbox_is_reported_with_how_to_start_one() {
    let missing = || send(&PathBuf::from("/no/such/credentials"), &["--type", "a.b"]);
    assert_misused(missing, "invalid_argument", &["no such file", "`hookseal sandbox`"]);
    let empty = file("send-empty", "{}");
    assert_misused(|| send(&empty, &["--type", "a.b"]), "invalid_argument", &["`sandbox_token` is missing"]);
    let credentials = sandbox("send-gone");
    let gone = || send(&credentials, &["--type", "a.b", "--sandbox", "http://127.0.0.1:1"]);
    assert_misused(gone, "unreachable", &["no sandbox answers at http://127.0.0.1:1", "`hookseal sandbox`"]);
    let away = || send(&credentials, &["--type", "a.b", "--sandbox", "http://192.0.2.1"]);
    assert_misused(away, "invalid_argument", &["--sandbox 'http://192.0.2.1' is not a sandbox"]);
}
