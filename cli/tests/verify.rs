//! `hookseal verify`: verdicts, exit codes and output.

use std::process::Stdio;

use serde_json::json;

use crate::common::{BODY, NOW, OLD_SECRET, Ran, file, hookseal, signed};

fn verify(options: &[&str]) -> Ran {
    hookseal(["verify", "--now", NOW]).args(signed(&[])).args(options).stdin(BODY).run()
}

#[test]
fn a_genuine_delivery_exits_0_and_is_described() {
    let headers = signed(&[]);
    let ran = hookseal(["verify", "--now", "1736937012"]).args(headers).stdin(BODY).run();
    assert_eq!((ran.code, &*ran.stderr), (0, ""));
    let expected = "\
genuine
  scheme     contio-timestamped
  signed at  2025-01-15T10:30:00Z (12 s ago)
  secret     index 0 (HOOKSEAL_SECRET)
  event      meeting.completed
  event id   evt-1
";
    assert_eq!(ran.stdout, expected);
}

#[test]
fn a_genuine_delivery_as_json_is_one_line_with_every_field_in_order() {
    let ran = verify(&["--json"]);
    assert_eq!(ran.code, 0);
    ran.json();
    let expected = r#"{"ok":true,"scheme":"contio-timestamped","timestamp":1736937000,"secret_index":0,"id":"evt-1","event_type":"meeting.completed","event_id":"evt-1"}"#;
    assert_eq!(ran.stdout.trim_end(), expected);
}

#[test]
fn a_scheme_that_signs_no_time_and_no_id_has_null_for_both_and_no_event() {
    let headers = signed(&["--scheme", "github"]);
    let verify = || hookseal(["verify", "--scheme", "github"]).args(&headers).stdin(BODY);
    let ran = verify().args(["--json"]).run();
    assert_eq!(ran.json(), json!({ "ok": true, "scheme": "github", "timestamp": null, "secret_index": 0, "id": null }));
    let ran = verify().run();
    assert!(ran.stdout.contains("signed at  unknown: this scheme does not sign a time\n"), "{ran:?}");
}

#[test]
fn a_refused_delivery_exits_1_and_says_why_on_stderr() {
    let ran = verify(&["--now", "1736937301"]);
    assert_eq!(ran.code, 2, "an option that is given twice is wrong usage: {ran:?}");

    let late = || hookseal(["verify", "--now", "1736937301"]).args(signed(&[])).stdin(BODY);
    let ran = late().run();
    assert_eq!((ran.code, &*ran.stdout), (1, ""));
    assert!(ran.stderr.starts_with("refused: timestamp_too_old (HTTP 401): the signature is valid, but"), "{ran:?}");
    assert!(ran.stderr.contains("older than --max-age: it is 301 s old, and 300 s are allowed"), "{ran:?}");
    assert!(ran.stderr.ends_with('\n'));

    let ran = late().args(["--json"]).run();
    assert_eq!(ran.code, 1);
    let json = ran.json();
    assert_eq!(json["ok"], false);
    assert_eq!(json["code"], "timestamp_too_old");
    assert_eq!(json["status"], 401);
    assert!(json["message"].as_str().is_some_and(|message| message.contains("older than --max-age")), "{json}");
    assert!(ran.stdout.starts_with(r#"{"ok":false,"code":"#), "{ran:?}");
}

#[test]
fn a_time_in_milliseconds_is_reported_with_its_option() {
    for command in ["verify", "explain"] {
        let ran = hookseal([command, "--json", "--now", "1736937012000"]).args(signed(&[])).stdin(BODY).run();
        assert_eq!((ran.code, &ran.json()["code"]), (2, &"invalid_argument".into()), "{ran:?}");
        let message = ran.json()["message"].as_str().expect("a message").to_owned();
        assert!(message.contains("--now is 1736937012000, as if in milliseconds"), "{message}");
    }
}

#[test]
fn each_limit_can_be_changed() {
    let code = |scheme: &str, now: &str, options: &[&str]| {
        let headers = signed(&["--scheme", scheme]);
        let ran = hookseal(["verify", "--json", "--now", now]).args(headers).args(options).stdin(BODY).run();
        ran.json()["code"].as_str().unwrap_or("ok").to_owned()
    };
    let (timestamped, body_form) = ("contio-timestamped", "contio-body");
    assert_eq!(code(timestamped, "1736937300", &[]), "ok");
    assert_eq!(code(timestamped, "1736937301", &[]), "timestamp_too_old");
    assert_eq!(code(timestamped, "1736937301", &["--max-age", "301"]), "ok");
    assert_eq!(code(timestamped, "1736936700", &[]), "ok");
    assert_eq!(code(timestamped, "1736936699", &[]), "timestamp_in_future");
    assert_eq!(code(timestamped, "1736936699", &["--max-skew", "301"]), "ok");
    assert_eq!(code(timestamped, "-1", &[]), "timestamp_in_future");
    for none in ["off", "none"] {
        assert_eq!(code(timestamped, "99999999999", &["--max-age", none]), "ok");
        assert_eq!(code(timestamped, "-1", &["--max-skew", none]), "ok");
        assert_eq!(code(body_form, "99999999999", &["--max-event-age", none]), "ok");
    }
    assert_eq!(code(body_form, "1737023400", &[]), "ok");
    assert_eq!(code(body_form, "1737023401", &[]), "event_too_old");
    assert_eq!(code(body_form, "1737023401", &["--max-event-age", "86401"]), "ok");
    assert_eq!(code(body_form, "99999999999", &["--max-event-age", "off"]), "ok");
    assert_eq!(code(timestamped, NOW, &["--max-body", &BODY.len().to_string()]), "ok");
    assert_eq!(code(timestamped, NOW, &["--max-body", &(BODY.len() - 1).to_string()]), "body_too_large");
    assert_eq!(code(timestamped, NOW, &["--max-body", &usize::MAX.to_string()]), "ok");
}

#[test]
fn the_body_form_has_the_time_of_its_event() {
    let headers = signed(&["--scheme", "contio-body"]);
    let ran = hookseal(["verify", "--now", "1736940600"]).args(headers).stdin(BODY).run();
    assert!(ran.stdout.contains("  scheme    contio-body\n"), "{ran:?}");
    assert!(ran.stdout.contains("  happened  2025-01-15T10:30:00Z (60 min ago)\n"), "{ran:?}");
}

#[test]
fn only_contio_requires_an_envelope() {
    for (scheme, code) in [("contio", 1), ("contio-timestamped", 1), ("contio-body", 1), ("slack", 0), ("shopify", 0)] {
        let signed = hookseal(["sign", "--now", NOW, "--scheme", scheme]).stdin("plain text").run();
        let headers = file(&format!("no-envelope-{scheme}"), signed.stdout);
        let headers = format!("@{}", headers.display());
        let ran =
            hookseal(["verify", "--json", "--now", NOW, "--scheme", scheme, "-H", &headers]).stdin("plain text").run();
        assert_eq!(ran.code, code, "{scheme}: {ran:?}");
        if code == 1 {
            assert_eq!(ran.json()["code"], "malformed_envelope", "{scheme}");
        }
    }
}

#[test]
fn the_secret_index_follows_the_command_line_across_both_options() {
    let old = file("rotation-old", OLD_SECRET);
    let old = old.to_str().expect("a path of the tests is text");
    let secret_index = |options: &[&str]| {
        let verify = hookseal(["verify", "--json", "--now", NOW]).args(signed(&[])).args(options).stdin(BODY);
        verify.env("NEW", crate::common::SECRET).env("OTHER", "of no use here").run().json()["secret_index"].clone()
    };
    assert_eq!(secret_index(&["--secret-file", old, "--secret-env", "NEW"]), 1);
    assert_eq!(secret_index(&["--secret-env", "NEW", "--secret-file", old]), 0);
    assert_eq!(secret_index(&["--secret-env", "OTHER", "--secret-file", old, "--secret-env", "NEW"]), 2);
    assert_eq!(
        secret_index(&["--secret-file", old, "--secret-env", "OTHER"]),
        json!(null),
        "HOOKSEAL_SECRET was replaced"
    );
}

#[test]
fn the_origin_of_the_matching_secret_is_printed() {
    let old = file("named-old", OLD_SECRET);
    let ran = hookseal(["verify", "--now", NOW, "--secret-file"]).args([&old]).args(["--secret-env", "NEW"]);
    let ran = ran.args(signed(&[])).env("NEW", crate::common::SECRET).stdin(BODY).run();
    assert!(ran.stdout.contains("  secret     index 1 (--secret-env NEW)\n"), "{ran:?}");
}

#[test]
fn a_duplicate_header_is_refused() {
    let headers = signed(&[]);
    let ran = hookseal(["verify", "--json", "--now", NOW]).args(&headers).args(&headers[..2]).stdin(BODY).run();
    assert_eq!(ran.code, 1);
    assert_eq!(ran.json()["code"], "duplicate_header");
    let ran = hookseal(["verify", "--json", "--now", NOW]).args(&headers[..2]).stdin(BODY).run();
    assert_eq!(ran.json()["code"], "missing_header");
}

#[test]
fn a_sender_cannot_control_the_terminal() {
    let body = BODY.replace("evt-1", r"\u001b[31mevt\u0007");
    let signed = hookseal(["sign", "--now", NOW]).stdin(&body).run();
    let headers = file("terminal-headers", signed.stdout);
    let headers = format!("@{}", headers.display());
    let ran = hookseal(["verify", "--now", NOW, "-H", &headers]).stdin(&body).run();
    assert!(ran.stdout.contains(r"event id   \u{1b}[31mevt\u{7}"), "{ran:?}");
}

#[test]
fn a_closed_stdout_changes_no_verdict_and_does_not_panic() {
    for (now, options, code) in
        [(NOW, &["--json"][..], 0), (NOW, &[], 0), ("1", &["--json"], 1), ("1", &["--bad", "--json"], 2)]
    {
        let mut verify = hookseal(["verify", "--now", now]).args(signed(&[])).args(options);
        let body = file(&format!("closed-stdout-{code}-{}", options.len()), BODY);
        let pipes = verify.command.arg(body).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = pipes.spawn().expect("the binary starts");
        drop(child.stdout.take());
        let output = child.wait_with_output().expect("the binary ends");
        assert_eq!(output.status.code(), Some(code));
        assert_eq!(String::from_utf8_lossy(&output.stderr), "");
    }
}

#[test]
fn colour_is_used_if_requested_and_never_in_json() {
    assert!(verify(&["--color", "always"]).stdout.contains('\u{1b}'));
    assert!(!verify(&["--color", "never"]).stdout.contains('\u{1b}'));
    assert!(!verify(&[]).stdout.contains('\u{1b}'), "a pipe is not a terminal");
    assert!(!verify(&["--color", "always", "--json"]).stdout.contains('\u{1b}'));
}
