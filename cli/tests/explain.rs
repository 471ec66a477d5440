//! `hookseal explain`: its input, its output, and its exit codes.

use hookseal::{OptionNames, UnixTime};
use hookseal_tests::explain::{ExplainVector, VectorSecret, vectors};

use crate::common::{BODY, NOW, SECRET, file, hookseal, signed};

const SPACED: &str = r#"{"event_type": "meeting.completed", "event_id": "evt-1", "timestamp": "2025-01-15T10:30:00Z", "partner_app_id": "app-1", "data": {}}"#;

/// A raw request with these headers, as `hookseal sign` prints them.
fn raw(headers: &[String], body: &str) -> String {
    let lines: String = headers.iter().filter(|word| *word != "-H").map(|line| format!("{line}\r\n")).collect();
    format!("POST /webhooks HTTP/1.1\r\nHost: example.com\r\n{lines}\r\n{body}")
}

#[test]
fn a_body_that_was_serialized_again_is_explained_and_exits_1() {
    let ran = hookseal(["explain", "--now", NOW]).args(signed(&[])).stdin(SPACED).run();
    assert_eq!((ran.code, &*ran.stderr), (1, ""));
    assert!(ran.stdout.starts_with("refused: signature_mismatch\n"), "{ran:?}");
    assert!(ran.stdout.contains("\ncause body_was_compact\n"), "{ran:?}");
    assert!(ran.stdout.ends_with("something parsed the body and wrote it again\n"), "{ran:?}");
}

#[test]
fn a_genuine_delivery_exits_0_without_advice() {
    let ran = hookseal(["explain", "--now", NOW]).args(signed(&[])).stdin(BODY).run();
    assert_eq!((ran.code, &*ran.stderr), (0, ""));
    assert!(ran.stdout.starts_with("genuine\n") && !ran.stdout.contains("what to do"), "{ran:?}");
}

#[test]
fn a_request_is_read_from_a_file_or_from_stdin() {
    let request = raw(&signed(&[]), SPACED);
    let path = file("request.txt", &request);
    let from_file = hookseal(["explain", "--now", NOW, "--request"]).args([&path]).run();
    let from_stdin = hookseal(["explain", "--now", NOW, "--request", "-"]).stdin(&request).run();
    assert_eq!(from_file.stdout, from_stdin.stdout);
    assert!(from_file.stdout.contains("body_was_compact"), "{from_file:?}");
    let both = hookseal(["explain", "--request", "-", "body.json"]).stdin(&request).run();
    assert_eq!(both.code, 2);
    let broken = hookseal(["explain", "--request", "-"]).stdin("{}").run();
    assert_eq!(broken.code, 2);
    assert!(broken.stderr.contains("raw HTTP request"), "{broken:?}");
}

/// The headers of a genuine delivery of [`BODY`], each name with its value.
fn headers() -> Vec<(String, String)> {
    let options = signed(&[]);
    let lines = options.iter().filter(|option| *option != "-H");
    lines
        .map(|line| line.split_once(": ").expect("a header"))
        .map(|(name, value)| (name.into(), value.into()))
        .collect()
}

#[test]
fn a_request_is_read_as_tools_and_gateways_show_it() {
    let headers = headers();
    let lines = |start: &str, end: &str| -> String {
        headers.iter().map(|(name, value)| format!("{start}{name}: {value}{end}")).collect()
    };
    let body = file("shown-body.json", BODY);
    let object: serde_json::Map<_, _> =
        headers.iter().map(|(name, value)| (name.clone(), value.clone().into())).collect();
    let list: Vec<_> = headers.iter().map(|(name, value)| serde_json::json!({"name": name, "value": value})).collect();
    let curl = format!(
        "*   Trying 127.0.0.1:3000...\n> POST /hook HTTP/1.1\r\n{}>\r\n< HTTP/1.1 401 No\r\n",
        lines("> ", "\r\n")
    );
    let lambda = serde_json::json!({"httpMethod": "POST", "headers": object, "body": BODY});
    let har = serde_json::json!({"log": {"entries": [{"request": {"headers": list, "postData": {"text": BODY}}}]}});
    for (form, text, has_body) in [
        ("HTTP/2", format!("POST /hook HTTP/2\n{}\n{BODY}", lines("", "\n")), true),
        ("browser", format!(":method: POST\n{}", lines("", "\n")), false),
        ("browser and body", format!("{}\n{BODY}", lines("", "\n")), true),
        ("curl -v", curl, false),
        ("API Gateway", lambda.to_string(), true),
        ("HAR", har.to_string(), true),
        ("headers as JSON", serde_json::Value::from(object.clone()).to_string(), false),
    ] {
        let path = file("shown.txt", &text);
        let explain = || hookseal(["explain", "--now", "2025-01-15T10:30:00Z", "--request"]).args([&path]);
        let ran = if has_body { explain().run() } else { explain().args([&body]).run() };
        assert!(ran.code == 0 && ran.stdout.starts_with("genuine\n"), "{form}: {ran:?}");
        let (other, message) =
            if has_body { (explain().args([&body]).run(), "has a body already") } else { (explain().run(), "FILE") };
        assert!(other.code == 2 && other.stderr.contains(message), "{form}: {other:?}");
    }
}

#[test]
fn json_is_one_line_for_reports_and_errors() {
    let ran = hookseal(["explain", "--json", "--now", NOW]).args(signed(&[])).stdin(SPACED).run();
    assert_eq!(ran.code, 1);
    let report = ran.json();
    assert_eq!((&report["ok"], &report["code"]), (&false.into(), &"signature_mismatch".into()));
    assert_eq!(report["causes"][0]["cause"], "body_was_compact");
    let ran = hookseal(["explain", "--json", "--scheme", "gitlab"]).stdin(BODY).run();
    assert_eq!((ran.code, &ran.json()["code"]), (2, &"invalid_scheme".into()));
}

#[test]
fn an_unusable_secret_is_explained_and_exits_2() {
    let ran = hookseal(["explain", "--now", NOW]).args(signed(&[])).stdin(BODY);
    let ran = ran.env("HOOKSEAL_SECRET", format!(" {SECRET}")).run();
    assert_eq!(ran.code, 2);
    assert!(ran.stdout.contains("cause secret_white_space"), "{ran:?}");
    let ran = hookseal(["explain"]).without_secret().stdin(BODY).run();
    assert_eq!(ran.code, 2);
    assert!(ran.stderr.contains("no secret is given"), "{ran:?}");
}

#[test]
fn another_secret_is_recognized() {
    let explain = |option: &str, place: String| {
        let ran = hookseal(["explain", "--now", NOW, option, &place]).args(signed(&[])).stdin(BODY);
        ran.env("HOOKSEAL_SECRET", "not this one").env("OTHER", SECRET).run()
    };
    let path = file("other-secret.txt", SECRET);
    for ran in [
        explain("--other-secret-env", "github=OTHER".to_owned()),
        explain("--other-secret-file", format!("github={}", path.display())),
    ] {
        assert!(ran.stdout.contains("cause secret_of_another_scheme: github"), "{ran:?}");
    }
    for place in ["github", "=OTHER", "gitlab=OTHER", "github=NO_SUCH_VARIABLE"] {
        assert_eq!(explain("--other-secret-env", place.to_owned()).code, 2, "{place}");
    }
}

#[test]
fn limits_are_those_of_the_command_line() {
    let ran = hookseal(["explain", "--now", "1736937100", "--max-age", "99"]).args(signed(&[])).stdin(BODY).run();
    assert!(ran.stdout.contains("100 s old, and 99 s are allowed"), "{ran:?}");
    assert!(ran.stdout.contains("older than --max-age"), "{ran:?}");
    let ran = hookseal(["explain", "--now", NOW, "--max-body", "9"]).args(signed(&[])).stdin(BODY).run();
    assert!(ran.stdout.starts_with("refused: body_too_large\n"), "{ran:?}");
}

#[test]
fn a_saved_request_that_is_explained_days_later_is_told_from_a_wrong_clock() {
    let ran = hookseal(["explain", "--now", "1737196200"]).args(signed(&[])).stdin(BODY).run();
    let advice = ran.stdout.split("what to do\n").nth(1).unwrap_or_default().replace("\n  ", " ");
    assert!(advice.contains("it is 3 days old") && advice.contains("set --now to when it arrived"), "{ran:?}");
}

#[test]
fn verify_mentions_explain_only_when_it_refuses() {
    let verify = |options: &[&str], body: &str| {
        hookseal(["verify", "--now", NOW]).args(options).args(signed(&[])).stdin(body).run()
    };
    assert!(verify(&[], SPACED).stderr.contains("hookseal explain"));
    assert_eq!(verify(&["--json"], SPACED).stderr, "");
    assert_eq!(verify(&[], BODY).stderr, "");
    assert!(!verify(&["--scheme", "gitlab"], BODY).stderr.contains("hookseal explain"));
}

/// Whether header lines can express this vector: HTTP removes whitespace around values.
fn is_sendable(vector: &ExplainVector) -> bool {
    vector.headers.iter().all(|(_, value)| value.trim_matches([' ', '\t']) == value)
}

#[test]
fn every_vector_has_the_report_of_the_library() {
    let mut played = 0;
    for vector in vectors().iter().filter(|vector| is_sendable(vector)) {
        let mut command = hookseal(["explain", "--json", "--scheme", &vector.scheme, "--now", &vector.now.to_string()]);
        for (index, secret) in vector.secrets.iter().enumerate() {
            // Bytes would have to come from a file, and a text file loses the line break at its end.
            let VectorSecret::Text(text) = secret else { continue };
            let name = format!("SECRET_{index}");
            command = command.env(&name, text).args(["--secret-env", &name]);
        }
        for (index, (scheme, secret)) in vector.others.iter().enumerate() {
            let name = format!("OTHER_{index}");
            command = command.env(&name, secret).args(["--other-secret-env", &format!("{scheme}={name}")]);
        }
        if let Some(limit) = vector.options.max_body {
            command = command.args(["--max-body", &limit.to_string()]);
        }
        if !vector.secrets.iter().all(|secret| matches!(secret, VectorSecret::Text(_))) {
            continue;
        }
        let headers = vector.headers.iter().flat_map(|(name, value)| ["-H".to_owned(), format!("{name}: {value}")]);
        let ran = command.args(headers).stdin(&vector.body).run();
        let explainer = vector.explainer().expect("a scheme").option_names(OptionNames::Flag);
        let report = explainer.explain(&vector.headers, &vector.body, UnixTime::from_secs(vector.now));
        assert_eq!(ran.stdout.trim_end(), report.to_json(), "{}", vector.name);
        played += 1;
    }
    assert!(played >= 700, "only {played} vectors were played");
}
