//! `--scheme-file`: a custom scheme, and limits, from a file.

use std::path::PathBuf;
use std::sync::Arc;

use axum::Router;
use axum::body::Bytes;
use axum::extract::DefaultBodyLimit;
use axum::http::{HeaderMap, StatusCode};
use hookseal::{Scheme, UnixTime, Verifier};
use serde_json::json;

use crate::common::server::{Running, serve};
use crate::common::{BODY, NOW, SECRET, assert_misused, file, hookseal};

/// An id of a fixed length, RFC 3339 and the body, without separators.
const ADJACENT: &str = r#"{
  "name": "adjacent",
  "signature": { "header": "X-Signature", "encoding": "hex", "prefix": "sha256=" },
  "id": { "header": "X-Id", "length": 32 },
  "timestamp": { "header": "X-Time", "format": "rfc3339" },
  "signed": "{id}{timestamp}{body}",
  "limits": { "max_age": 60 }
}"#;

/// A list with blanks, a time in milliseconds and an id.
const LISTED: &str = r#"{
  "name": "listed",
  "signature": {
    "header": "X-Signature",
    "encoding": "hex",
    "list": { "separator": ",", "joiner": "=", "version": "v1", "spaced": true }
  },
  "id": { "in_signature": "id" },
  "timestamp": { "in_signature": "t", "format": "milliseconds" },
  "signed": "{id}.{timestamp}.{body}"
}"#;

const ID: &str = "0123456789abcdef0123456789abcdef";

fn with_file(command: &str, path: &PathBuf) -> crate::common::Hookseal {
    hookseal([command, "--scheme-file"]).args([path])
}

#[test]
fn a_delivery_of_a_scheme_in_a_file_is_signed_verified_and_explained() {
    for (name, scheme) in [("adjacent", ADJACENT), ("listed", LISTED)] {
        let path = file(&format!("{name}.scheme.json"), scheme);
        let signed = with_file("sign", &path).args(["--now", NOW, "--id", ID]).stdin(BODY).run();
        assert_eq!((signed.code, &*signed.stderr), (0, ""));
        let headers: Vec<&str> = signed.stdout.lines().flat_map(|line| ["-H", line]).collect();
        let ran = with_file("verify", &path).args(["--json", "--now", NOW]).args(&headers).stdin(BODY).run();
        let expected = json!({ "ok": true, "scheme": name, "timestamp": 1_736_937_000, "secret_index": 0, "id": ID });
        assert_eq!((ran.code, ran.json()), (0, expected));
        let ran = with_file("explain", &path).args(["--json", "--now", NOW]).args(&headers).stdin(BODY).run();
        assert_eq!((ran.code, &ran.json()["ok"]), (0, &true.into()), "{ran:?}");
        let forged = with_file("explain", &path).args(["--now", NOW]).args(&headers).stdin("another body").run();
        assert_eq!(forged.code, 1, "{forged:?}");
    }
}

#[test]
fn limits_in_the_file_apply_unless_an_option_says_otherwise() {
    let path = file("limits.scheme.json", ADJACENT);
    let signed = with_file("sign", &path).args(["--now", NOW, "--id", ID]).stdin(BODY).run();
    let headers: Vec<&str> = signed.stdout.lines().flat_map(|line| ["-H", line]).collect();
    let verify = |options: &[&str]| {
        let command = with_file("verify", &path).args(["--json", "--now", "1736937061"]);
        command.args(options).args(&headers).stdin(BODY).run()
    };
    assert_eq!((verify(&[]).code, &verify(&[]).json()["code"]), (1, &"timestamp_too_old".into()));
    assert_eq!(verify(&["--max-age", "61"]).code, 0);
    let explained = with_file("explain", &path).args(["--now", "1736937061"]).args(&headers).stdin(BODY).run();
    assert!(explained.code == 1 && explained.stdout.contains("60 s"), "{explained:?}");
    let small = file("small.scheme.json", r#"{ "preset": "github", "limits": { "max_body": 3 } }"#);
    let ran = with_file("verify", &small).args(["--json", "-H", "X-Hub-Signature-256: x"]).stdin(BODY).run();
    assert_eq!((ran.code, &ran.json()["code"]), (1, &"body_too_large".into()));
}

#[test]
fn a_file_that_is_no_scheme_is_refused_with_the_place_in_it() {
    for (name, text, code, message) in [
        ("member", "{\n  \"nam\": 1\n}", "invalid_scheme", "nam: there is no such member (line 2, column 3)"),
        ("empty", "", "invalid_scheme", "it is not JSON from here on, or not an object (line 1, column 1)"),
        ("limit", r#"{"preset":"contio","limits":{"max_age":"1"}}"#, "invalid_argument", "limits.max_age: it must be"),
        ("bytes", "\u{fffd}", "invalid_scheme", "it is not JSON"),
    ] {
        let path = file(&format!("{name}.wrong.json"), text);
        for command in ["sign", "verify", "explain", "listen"] {
            let origin = format!("--scheme-file '{}': ", path.display());
            assert_misused(|| with_file(command, &path), code, &[&origin, message]);
        }
    }
    let path = file("latin1.wrong.json", b"{\"name\":\"\xe9\"}");
    assert_misused(|| with_file("verify", &path), "invalid_argument", &["it is not UTF-8"]);
    let missing = PathBuf::from("/no/such/scheme.json");
    assert_misused(|| with_file("verify", &missing), "invalid_argument", &["cannot read the scheme", "no such file"]);
    let path = file("both.scheme.json", LISTED);
    assert_misused(|| with_file("verify", &path).args(["--scheme", "github"]), "invalid_argument", &["--scheme"]);
}

#[test]
fn a_time_that_the_scheme_cannot_write_is_reported_as_such_and_so_is_an_id() {
    let path = file("times.scheme.json", LISTED);
    let late = || with_file("sign", &path).args(["--id", ID, "--timestamp", "10000000000"]);
    assert_misused(late, "invalid_argument", &["--timestamp: ", "9999999999"]);
    let dotted = || with_file("sign", &path).args(["--id", "a.b"]);
    assert_misused(dotted, "invalid_argument", &["--id: ", "1 to 96 visible ASCII characters"]);
    let comma = || with_file("sign", &path).args(["--id", "a,b"]);
    assert_misused(comma, "invalid_argument", &["--id: "]);
}

#[test]
fn a_listener_takes_a_scheme_from_a_file() {
    let path = file("listen.scheme.json", r#"{ "preset": "github" }"#);
    let mut command = hookseal(["listen", "--json", "--port", "0", "--scheme-file"]).args([&path]);
    let mut running = Running::start(&mut command.command);
    let start: serde_json::Value = serde_json::from_str(&running.first_line).expect("JSON");
    let url = start["listening"].as_str().expect("a URL").to_owned();
    let signer = hookseal::Signer::new(Scheme::GITHUB, SECRET).expect("a secret");
    let headers = signer.sign(b"{}", UnixTime::now(), None).expect("headers");
    let mut request = ureq::post(&url);
    for (name, value) in &headers {
        request = request.header(name, value);
    }
    assert_eq!(request.send(&b"{}"[..]).expect("an answer").status(), 200);
    assert!(running.line().contains("\"scheme\":\"github\""));
}

#[test]
fn a_receiver_of_a_scheme_in_a_file_passes_torture() {
    for (name, text) in [("adjacent", ADJACENT), ("listed", LISTED)] {
        // Without the limit of the first, since the cases count on the usual ones.
        let text = text.replace(",\n  \"limits\": { \"max_age\": 60 }", "");
        let path = file(&format!("{name}.torture.json"), &text);
        let scheme = Scheme::from_json(&text).expect("a scheme");
        let verifier = Arc::new(Verifier::builder(scheme).secret(SECRET).build().expect("a verifier"));
        let app = Router::new()
            .fallback(async move |headers: HeaderMap, body: Bytes| {
                match verifier.verify(&headers, &body, UnixTime::now()) {
                    Ok(_) => StatusCode::OK,
                    Err(error) => StatusCode::from_u16(error.status()).expect("a status"),
                }
            })
            .layer(DefaultBodyLimit::max(1024 * 1024));
        let url = format!("http://{}/hook", serve(app));
        let ran = with_file("torture", &path).args(["--json", &url]).run();
        let json = ran.json();
        assert_eq!((ran.code, &json["faults"]), (0, &0.into()), "{name}: {json}");
        assert!(json["sent"].as_u64().is_some_and(|sent| sent > 30), "{name}: {}", json["sent"]);
    }
}
