//! The commands find a sandbox by its credentials file, and never a server that was not named.

use std::path::Path;
use std::sync::Arc;

use axum::Router;
use axum::http::{HeaderMap, StatusCode};
use hookseal::{UnixTime, Verifier};
use serde_json::{Value, json};

use crate::common::server::serve;
use crate::common::{API_KEY, BODY, Hookseal, NOW, SECRET, assert_misused, hookseal};

const USUAL: &str = "hookseal-sandbox.db.credentials";

/// A folder with the credentials of a sandbox at this address.
fn folder(base_url: &str) -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    let credentials = json!({
        "base_url": base_url, "api_key": API_KEY, "webhook_secret": SECRET, "sandbox_token": "a-token",
    });
    std::fs::write(folder.path().join(USUAL), format!("{credentials:#}\n")).expect("a file");
    folder
}

fn in_folder(folder: &Path, args: &[&str]) -> Hookseal {
    let mut command = hookseal(args).without_secret();
    command.command.current_dir(folder);
    command
}

/// The management API of a sandbox, which wants the key.
fn api() -> String {
    let app = Router::new().fallback(async |headers: HeaderMap, uri: axum::http::Uri| {
        let has_key = headers.get("x-api-key").is_some_and(|key| key == API_KEY);
        let is_list = uri.path() == "/v1/partner/admin/webhook-deliveries";
        let answer = json!({"deliveries": [], "total": 0});
        if has_key && is_list { (StatusCode::OK, answer.to_string()) } else { (StatusCode::FORBIDDEN, String::new()) }
    });
    format!("http://{}", serve(app))
}

#[test]
fn the_secret_of_the_sandbox_in_this_folder_is_used_if_none_is_given() {
    let folder = folder("http://127.0.0.1:1");
    let signed = hookseal(["sign", "--json", "--now", NOW]).stdin(BODY).run().stdout;
    for args in [
        &["sign", "--json", "--now", NOW][..],
        &["sign", "--json", "--now", NOW, "--credentials", USUAL],
        // The file was taken for one with the secret.
        &["sign", "--json", "--now", NOW, "--secret-file", USUAL],
    ] {
        assert_eq!(in_folder(folder.path(), args).stdin(BODY).run().stdout, signed, "{args:?}");
    }
    let text = std::fs::read_to_string(folder.path().join(USUAL)).expect("the file");
    let as_variable = hookseal(["sign", "--json", "--now", NOW]).env("HOOKSEAL_SECRET", text).stdin(BODY).run();
    assert_eq!(as_variable.stdout, signed);
    let other = in_folder(folder.path(), &["sign", "--json", "--now", NOW]).env("HOOKSEAL_SECRET", "another secret");
    assert_ne!(other.stdin(BODY).run().stdout, signed, "a secret that is given comes first");
    let empty = tempfile::tempdir().expect("a folder");
    assert_misused(
        || in_folder(empty.path(), &["torture", "http://127.0.0.1:1/"]),
        "invalid_secret",
        &["no secret is given", "--credentials FILE"],
    );
}

#[test]
fn deliveries_are_those_of_the_sandbox_in_this_folder() {
    let folder = folder(&api());
    for args in [&["deliveries", "list", "--json"][..], &["deliveries", "list", "--json", "--credentials", USUAL]] {
        // A key alone names no server, and is not sent to this one.
        let ran = in_folder(folder.path(), args).env("CONTIO_API_KEY", "a-key-for-another-server").run();
        assert_eq!((ran.code, &ran.json()["ok"]), (0, &Value::Bool(true)), "{ran:?}");
    }
}

#[test]
fn no_api_is_called_that_was_not_named() {
    let empty = tempfile::tempdir().expect("a folder");
    let with_key = || in_folder(empty.path(), &["deliveries", "list"]).env("CONTIO_API_KEY", API_KEY);
    assert_misused(with_key, "invalid_argument", &["no API is named", "--base-url", "https://api.contio.ai"]);
    // A key that is named is for some API, and not for the sandbox that happens to be here.
    let folder = folder(&api());
    let named = || in_folder(folder.path(), &["deliveries", "list", "--api-key-env", "MY_KEY"]).env("MY_KEY", API_KEY);
    assert_misused(named, "invalid_argument", &["no API is named"]);
    let gone = self::folder("http://127.0.0.1:1");
    let ran = in_folder(gone.path(), &["deliveries", "show", "d-1"]).run();
    assert!(ran.code == 2 && ran.stderr.contains("http://127.0.0.1:1"), "{ran:?}");
}

/// A receiver with this secret, which answers with the type or the code.
fn receiver(secret: &str) -> String {
    let verifier = Arc::new(Verifier::contio(secret).expect("a secret"));
    let app = Router::new().fallback(async move |headers: HeaderMap, body: axum::body::Bytes| {
        match verifier.verify(&headers, &body, UnixTime::now()) {
            Ok(delivery) => {
                (StatusCode::OK, delivery.envelope().expect("an envelope").event_type.decode().into_owned())
            }
            Err(error) => (StatusCode::from_u16(error.status()).expect("a status"), error.code().to_owned()),
        }
    });
    format!("http://{}/hook", serve(app))
}

fn send(to: &str, args: &[&str]) -> Hookseal {
    hookseal(["send", "--type", "meeting.completed", "--to", to]).args(args)
}

#[test]
fn an_event_is_sent_without_a_sandbox_and_its_answer_is_printed() {
    let (good, wrong) = (receiver(SECRET), receiver("another secret of this test"));
    let ran = send(&good, &[]).run();
    assert!(ran.code == 0 && ran.stdout.contains("answer    200 in "), "{ran:?}");
    let json = send(&good, &["--json", "--count", "2", "--data", "-"]).stdin("{}").run().json();
    let deliveries = json["deliveries"].as_array().expect("a list");
    assert_eq!((&json["ok"], deliveries.len()), (&Value::Bool(true), 2));
    assert_ne!(deliveries[0]["event_id"], deliveries[1]["event_id"]);
    assert_eq!(deliveries[0]["body"], "meeting.completed");
    let ran = send(&wrong, &[]).run();
    assert!(
        ran.code == 1 && ran.stdout.contains("answer    401 in ") && ran.stdout.contains("signature_mismatch"),
        "{ran:?}"
    );
    let unknown = || hookseal(["send", "--type", "meeting.complete", "--to", &good]);
    assert_misused(unknown, "invalid_argument", &["--type", "did you mean meeting.completed?"]);
    assert_misused(|| send("http://127.0.0.1:1/", &[]), "unreachable", &["'http://127.0.0.1:1/' did not answer"]);
    assert_misused(|| send("ftp://127.0.0.1/", &[]), "invalid_argument", &["--to 'ftp://127.0.0.1/'", "http"]);
}

#[test]
fn every_type_is_listed() {
    let ran = hookseal(["send", "--list"]).run();
    assert_eq!((ran.code, ran.stdout.lines().count()), (0, 36), "{ran:?}");
    assert!(ran.stdout.lines().any(|line| line == "meeting.completed"));
    assert_misused(
        || hookseal(["send", "--type", "meeting.completed"]),
        "invalid_argument",
        &["--credentials", "--to"],
    );
}

#[test]
fn an_explanation_says_that_the_secret_is_the_sandboxs_and_an_application_may_have_another() {
    let folder = folder("http://127.0.0.1:1");
    let headers = crate::common::signed(&[]);
    let explain = |command: Hookseal| command.args(&headers).stdin(BODY).run().stdout;
    let found = explain(in_folder(folder.path(), &["explain", "--now", NOW]));
    for part in
        ["genuine", "the sandbox's: --credentials", USUAL, "If your application refused it", "--secret-env NAME"]
    {
        assert!(found.contains(part), "{part} in {found}");
    }
    let named = explain(hookseal(["explain", "--now", NOW]));
    assert!(named.contains("genuine") && !named.contains("sandbox"), "{named}");
}
