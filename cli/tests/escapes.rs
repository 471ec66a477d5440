//! Foreign text in everything that is printed: it is visible, it does not control the terminal, and JSON keeps it exactly.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use axum::Router;
use axum::http::StatusCode;
use serde_json::{Value, json};

use crate::common::server::{Running, serve};
use crate::common::{API_KEY, BODY, NOW, Ran, SECRET, assert_visible, file, hookseal};

/// What a sender, a server or a file name can contain; at its end, text that only looks like an escape.
const HOSTILE: &str =
    "a\u{7f}b\u{1b}[31mc\u{9b}31m\u{202e}d\u{200b}\u{2028}\u{61c}\u{2066}\u{feff}\u{ad}\u{e0041}\u{a0}\re\\u{7f}";

/// The same text, escaped for people.
const SHOWN: &str = "a\\u{7f}b\\u{1b}[31mc\\u{9b}31m\\u{202e}d\\u{200b}\\u{2028}\\u{61c}\\u{2066}\\u{feff}\\u{ad}\\u{e0041}\\u{a0}\\re\\\\u{7f}";

/// The body of an event with this id.
fn with_id(id: &str) -> String {
    let mut event: Value = serde_json::from_str(BODY).expect("JSON");
    event["event_id"] = id.into();
    event["event_type"] = format!("meeting.{id}").into();
    event.to_string()
}

fn verify(id: &str, options: &[&str]) -> Ran {
    let body = with_id(id);
    let signed = hookseal(["sign", "--now", NOW]).stdin(&body).run().stdout;
    let headers = file(&format!("escapes-{}", std::process::id()), signed);
    let headers = format!("@{}", headers.display());
    hookseal(["verify", "--now", NOW, "-H", &headers]).args(options).stdin(body).run()
}

#[test]
fn verify_prints_visible_text_and_exact_json() {
    let json = verify(HOSTILE, &["--json"]);
    assert!(json.stdout.contains(r"a\u007fb\u001b[31mc\u009b31m\u202ed\u200b\u2028"), "{json:?}");
    assert_eq!(
        (&json.json()["id"], &json.json()["event_type"]),
        (&HOSTILE.into(), &format!("meeting.{HOSTILE}").into())
    );
    for colour in ["never", "always"] {
        let text = verify(HOSTILE, &["--color", colour]);
        assert!(text.stdout.contains(&format!("  {SHOWN}\n")), "{text:?}");
        assert!(text.stdout.contains(&format!("  meeting.{SHOWN}\n")), "{text:?}");
    }
    // Different ids are never printed alike.
    let ids = ["a", "a\u{7f}", "a\u{80}", "a\u{200b}", "a\\u{7f}", "a\\u007f"];
    for options in [&[][..], &["--json"]] {
        let printed: std::collections::BTreeSet<_> = ids.iter().map(|id| verify(id, options).stdout).collect();
        assert_eq!(printed.len(), ids.len(), "{printed:?}");
    }
}

#[test]
fn explain_prints_visible_text() {
    let body = with_id(HOSTILE);
    for options in [&[][..], &["--json"]] {
        let ran = hookseal(["explain", "--now", NOW, "-H", "X-Contio-Signature: \u{202e}\u{9b}31m"]).args(options);
        let ran = ran.args(["-H", "X-Contio-Timestamp: \u{202e}"]).stdin(&body).run();
        assert_eq!(ran.code, 1, "{ran:?}");
    }
}

#[test]
fn listen_prints_visible_text_and_exact_json() {
    for json in [true, false] {
        let mut command = hookseal(["listen", "--port", "0"]).args(json.then_some("--json"));
        let mut listener = Running::start(&mut command.command);
        let url =
            listener.first_line.split(['"', ' ']).find(|word| word.starts_with("http")).expect("a URL").to_owned();
        let address = url.trim_start_matches("http://").split('/').next().expect("an address").to_owned();
        let body = with_id(HOSTILE);
        let time = hookseal::UnixTime::now();
        let signer = hookseal::Signer::contio(SECRET).expect("a signer");
        let signed = signer.sign(body.as_bytes(), time, None).expect("headers");
        let headers: String = signed.iter().map(|(name, value)| format!("{name}: {value}\r\n")).collect();
        post(&address, "/webhooks/contio", &headers, &body);
        let line = listener.line();
        assert_visible(&line);
        if json {
            let line: Value = serde_json::from_str(&line).expect("JSON");
            assert_eq!((&line["id"], &line["event_type"]), (&HOSTILE.into(), &format!("meeting.{HOSTILE}").into()));
        } else {
            assert!(line.contains(&format!("  {SHOWN}  ")), "{line}");
        }
        // Bytes of a path that a client should have encoded, but that still arrive.
        post(&address, "/a\u{202e}b\u{200b}", "", "");
        let line = listener.line();
        assert_visible(&line);
        if json {
            let line: Value = serde_json::from_str(&line).expect("JSON");
            assert!(line["message"].as_str().is_some_and(|text| text.contains("POST /a\u{202e}b\u{200b}; ")), "{line}");
        } else {
            assert!(line.contains(r"POST /a\u{202e}b\u{200b}; "), "{line}");
        }
    }
}

/// Sends a raw request, and waits for the response.
fn post(address: &str, path: &str, headers: &str, body: &str) {
    let mut stream = TcpStream::connect(address).expect("a listener");
    let length = body.len();
    let request = format!(
        "POST {path} HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: {length}\r\n{headers}\r\n{body}"
    );
    stream.write_all(request.as_bytes()).expect("it reads");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).expect("an answer");
    assert!(answer.starts_with("HTTP/1.1 "), "{answer}");
}

/// An API, or a sandbox, that responds to everything with this.
fn answering(status: u16, answer: &Value) -> String {
    let (status, answer) = (StatusCode::from_u16(status).expect("a status"), answer.to_string());
    format!("http://{}", serve(Router::new().fallback(async move || (status, answer))))
}

fn deliveries(url: &str, args: &[&str]) -> Ran {
    hookseal(["deliveries", "--base-url", url]).args(args).env("CONTIO_API_KEY", API_KEY).run()
}

#[test]
fn responses_of_the_api_are_visible_in_text_and_exact_in_json() {
    let row = json!({ "id": HOSTILE, "event_type": "会議", "delivery_status": "failed", "error_message": HOSTILE,
        HOSTILE: { HOSTILE: [HOSTILE] } });
    let url = answering(200, &json!({ "deliveries": [row, { "id": "d-2", "event_type": "a.b" }], "total": 2 }));
    assert_eq!(deliveries(&url, &["list", "--json"]).json()["deliveries"][0], row);
    let list = deliveries(&url, &["list"]);
    let lines: Vec<_> = list.stdout.lines().collect();
    assert!(lines[1].starts_with(SHOWN) && lines[1].ends_with(SHOWN), "{list:?}");
    let column = |line: &str, what: &str| line.find(what).map(|at| line[..at].chars().count());
    assert_eq!(column(lines[0], "Event"), column(lines[1], "会議"), "{list:?}");
    // Two letters take four columns, so one blank fewer follows them than follows `a.b`.
    let after = |line: &str, what: &str| line.split_once(what).map(|(_, rest)| rest.len() - rest.trim_start().len());
    assert_eq!((after(lines[1], "会議"), after(lines[2], "a.b")), (Some(3), Some(4)), "{list:?}");

    let url = answering(200, &row);
    assert_eq!(deliveries(&url, &["show", "d-1", "--json"]).json()["delivery"], row);
    let show = deliveries(&url, &["show", "d-1"]);
    assert!(show.stdout.starts_with(&format!("{SHOWN}\n")), "{show:?}");
    assert!(show.stdout.contains(&format!("\n  {SHOWN}  ")), "{show:?}");

    let url = answering(404, &json!({ "error": HOSTILE, "code": HOSTILE }));
    let json = deliveries(&url, &["show", "d-1", "--json"]).json();
    assert!(json["message"].as_str().is_some_and(|text| text.ends_with(&format!("{HOSTILE}: {HOSTILE}"))), "{json}");
    let show = deliveries(&url, &["show", "d-1"]);
    assert!(show.stderr.ends_with(&format!("{SHOWN}: {SHOWN}\n")), "{show:?}");
    let json = deliveries(&url, &["retry", "d-1", "--json"]).json();
    assert!(json["deliveries"][0]["message"].as_str().is_some_and(|text| text.ends_with(HOSTILE)), "{json}");
    assert!(deliveries(&url, &["retry", "d-1"]).stdout.contains(SHOWN));
    let url = answering(200, &json!({ "next_retry_at": HOSTILE }));
    assert!(deliveries(&url, &["retry", "d-1"]).stdout.contains(&format!("next attempt at {SHOWN}\n")));
}

#[test]
fn a_delivery_whose_id_cannot_be_in_a_url_is_reported_as_not_retried() {
    let url = answering(200, &json!({ "deliveries": [{ "id": HOSTILE }, { "id": "d-2" }], "total": 2 }));
    let json = deliveries(&url, &["retry", "--all-failed", "--json"]);
    assert_eq!((json.code, &json.json()["retried"], &json.json()["refused"]), (1, &1.into(), &1.into()), "{json:?}");
    assert_eq!(json.json()["deliveries"][0]["id"], HOSTILE);
    let text = deliveries(&url, &["retry", "--all-failed"]);
    assert!(text.stdout.starts_with(&format!("{SHOWN}  not retried: its id cannot be used in a URL\n")), "{text:?}");
}

#[test]
fn responses_of_a_sandbox_are_visible_in_text_and_exact_in_json() {
    let answer = json!({ "events": [{ "event_id": HOSTILE, "delivery_ids": [HOSTILE] }], "not_delivered": null });
    for (status, answer) in [(200, answer), (400, json!({ "error": HOSTILE, "code": HOSTILE }))] {
        let base = answering(status, &answer);
        let credentials = json!({ "base_url": base, "sandbox_token": API_KEY }).to_string();
        let credentials = file(&format!("escapes-credentials-{status}"), credentials);
        let send = |options: &[&str]| {
            hookseal(["send", "--type", "a.b", "--credentials"]).args([&credentials]).args(options).run()
        };
        let (text, json) = (send(&[]), send(&["--json"]).json());
        if status == 200 {
            assert_eq!(
                (&*text.stdout, &json["answer"]),
                (&*format!("event     {SHOWN}\ndelivery  {SHOWN}\n"), &answer)
            );
        } else {
            assert!(text.stderr.ends_with(&format!("400 {SHOWN}: {SHOWN}\n")), "{text:?}");
            assert!(json["message"].as_str().is_some_and(|text| text.ends_with(&format!("400 {HOSTILE}: {HOSTILE}"))));
        }
    }
}

#[test]
fn torture_prints_urls_and_case_names_visibly() {
    let app = Router::new().fallback(async || StatusCode::UNAUTHORIZED);
    let url = format!("http://{}/a\u{202e}b\u{200b}", serve(app));
    let torture = |options: &[&str]| hookseal(["torture", &url, "--only", "missing"]).args(options).run();
    assert_eq!(torture(&["--json"]).json()["url"], url);
    assert!(torture(&[]).stdout.contains(r"/a\u{202e}b\u{200b}"));
    let unknown = torture(&["--only", HOSTILE]);
    assert!(unknown.stderr.contains(SHOWN), "{unknown:?}");
    let nobody = hookseal(["torture", "http://127.0.0.1:1/\u{202e}"]).run();
    assert!(nobody.stderr.contains(r"http://127.0.0.1:1/\u{202e}"), "{nobody:?}");
}

#[test]
fn arguments_are_visible_in_errors() {
    let misused = |args: &[&str]| {
        let ran = hookseal(args).run();
        assert_eq!(ran.code, 2, "{ran:?}");
        assert!(ran.stderr.contains(SHOWN), "{ran:?}");
        let json = hookseal(args).args(["--json"]).run().json();
        json["message"].as_str().expect("a message").to_owned()
    };
    let exact = misused(&["verify", "--scheme", HOSTILE]);
    assert!(exact.contains(&format!("--scheme '{HOSTILE}'")), "{exact}");
    let exact = misused(&["verify", "--secret-file", &format!("/no/{HOSTILE}")]);
    assert!(exact.contains(&format!("'/no/{HOSTILE}'")), "{exact}");
    let exact = misused(&["sign", &format!("/no/{HOSTILE}")]);
    assert!(exact.contains(&format!("'/no/{HOSTILE}'")), "{exact}");
    // These errors are written by clap.
    for args in [
        &["deliveries", "show", HOSTILE][..],
        &["verify", "--now", HOSTILE],
        &["verify", &format!("--{HOSTILE}")],
        &["sign", "body", HOSTILE],
        &[HOSTILE],
    ] {
        assert!(misused(args).contains(SHOWN), "{args:?}");
    }
}

#[test]
fn the_sandbox_prints_file_names_visibly() {
    let folder = tempfile::tempdir().expect("a folder");
    let data: PathBuf = folder.path().join(format!("{HOSTILE}.db"));
    for json in [true, false] {
        let mut command = Command::new(env!("CARGO_BIN_EXE_hookseal"));
        command.args(["sandbox", "--listen", "127.0.0.1:0", "--data"]).arg(&data).args(json.then_some("--json"));
        let mut sandbox = Running::start(&mut command);
        assert_visible(&sandbox.first_line);
        if json {
            let line: Value = serde_json::from_str(&sandbox.first_line).expect("JSON");
            assert_eq!(line["credentials"], format!("{}.credentials", data.display()));
        } else {
            let line =
                std::iter::repeat_with(|| sandbox.line()).find(|line| line.contains("credentials")).expect("one");
            assert!(line.contains(SHOWN), "{line}");
        }
    }
    let taken = Command::new(env!("CARGO_BIN_EXE_hookseal"))
        .args(["sandbox", "--listen", "127.0.0.1:0", "--data"])
        .arg(folder.path().join(HOSTILE).join("none"))
        .stdin(Stdio::null())
        .output()
        .expect("it ends");
    let stderr = String::from_utf8(taken.stderr).expect("text");
    assert!(stderr.contains(SHOWN), "{stderr}");
    assert_visible(&stderr);
}

#[test]
fn a_password_in_a_url_is_never_repeated() {
    let credentials = file("escapes-passwords", json!({ "base_url": "x", "sandbox_token": API_KEY }).to_string());
    let credentials = credentials.to_str().expect("a path of the tests is text");
    for url in ["http://u:hunter2@127.0.0.1/", "http://u:hunter2@127.0.0.1/ x", "u:hunter2@x", "ftp://u:hunter2@x"] {
        for args in [
            &["send", "--type", "a.b", "--credentials", credentials, "--sandbox", url][..],
            &["torture", url],
            &["listen", "--forward", url],
            &["deliveries", "--base-url", url, "list"],
        ] {
            let ran = hookseal(args).env("CONTIO_API_KEY", API_KEY).run();
            assert!(ran.code == 2 && !ran.stderr.contains("hunter2"), "{args:?}: {ran:?}");
        }
    }
}

#[test]
fn a_file_with_a_secret_in_place_of_another_file_is_not_repeated() {
    for secret in
        ["whsec_c2VjcmV0IGluIGJhc2U2NA==", "0123456789abcdef0123456789abcdef", "p4ssw0rd", "{\"token\":\"x1\"}"]
    {
        let path = file("escapes-secret", format!("{secret}\n"));
        let path = path.to_str().expect("a path of the tests is text");
        for args in [
            &["verify", "-H", &format!("@{path}")][..],
            &["explain", "--request", path],
            &["send", "--type", "a.b", "--credentials", path],
            &["send", "--type", "a.b", "--data", path, "--credentials", path],
        ] {
            let ran = hookseal(args).stdin(BODY).run();
            assert_eq!(ran.code, 2, "{args:?}: {ran:?}");
            assert!(!ran.stderr.contains(secret), "{args:?}: {ran:?}");
        }
    }
}
