//! `hookseal listen --save`, and `hookseal replay` and `explain` of what it saved.

use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, channel};

use axum::Router;
use axum::body::Bytes;
use axum::http::{HeaderMap, StatusCode};
use hookseal::{Scheme, Signer, UnixTime, Verifier};
use serde_json::{Value, json};

use crate::common::server::{Running, serve};
use crate::common::{BODY, OLD_SECRET, SECRET, assert_misused, hookseal};

/// A receiver that verifies, and keeps what it received.
fn receiver(scheme: Scheme) -> (String, Receiver<(HeaderMap, Bytes)>) {
    let (sender, received) = channel();
    let verifier = std::sync::Arc::new(Verifier::builder(scheme).secret(secret(scheme)).build().expect("a verifier"));
    let app = Router::new().fallback(async move |headers: HeaderMap, body: Bytes| {
        let code = verifier.verify(&headers, &body, UnixTime::now()).map(|_| ()).map_err(|error| error.code());
        sender.send((headers, body)).expect("the test waits");
        code.map_err(|code| (StatusCode::UNAUTHORIZED, code))
    });
    (format!("http://{}/", serve(app)), received)
}

/// Standard Webhooks has base64.
fn secret(scheme: Scheme) -> &'static str {
    if scheme == Scheme::STANDARD_WEBHOOKS { "whsec_MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5" } else { SECRET }
}

/// A folder with one delivery that was signed so many seconds ago, saved by `listen`, and the file.
fn saved(scheme: Scheme, seconds: i64) -> (tempfile::TempDir, PathBuf, Value) {
    let folder = tempfile::tempdir().expect("a folder");
    let deliveries = folder.path().join("deliveries");
    let mut command = hookseal(["listen", "--json", "--port", "0", "--max-age", "off", "--body", "--save"]);
    command = command.args([&deliveries]).args(["--scheme", scheme.name()]).env("HOOKSEAL_SECRET", secret(scheme));
    let mut running = Running::start(&mut command.command);
    let ready: Value = serde_json::from_str(&running.first_line).expect("JSON");
    let signed_at = UnixTime::from_secs(UnixTime::now().as_secs() - seconds);
    let id = (scheme == Scheme::STANDARD_WEBHOOKS).then_some("msg_1");
    let headers = Signer::new(scheme, secret(scheme)).expect("a signer").sign(BODY.as_bytes(), signed_at, id);
    let mut request = ureq::post(ready["listening"].as_str().expect("a URL")).header("X-Other", "kept");
    for (name, value) in headers.expect("headers").iter() {
        request = request.header(name, value);
    }
    // In chunks: the body's length is not known.
    let body = ureq::SendBody::from_owned_reader(std::io::Cursor::new(BODY.as_bytes()));
    assert_eq!(request.send(body).expect("a response").status().as_u16(), 200);
    let line: Value = serde_json::from_str(&running.line()).expect("JSON");
    let file = line["saved"].as_str().expect("a path").into();
    (folder, file, line)
}

fn replay(to: &str, file: &Path, args: &[&str]) -> crate::common::Ran {
    hookseal(["replay", "--json", "--to", to]).args([file]).args(args).run()
}

#[test]
fn a_delivery_is_printed_with_its_body_and_saved_for_its_owner_alone() {
    let (_folder, file, line) = saved(Scheme::CONTIO, 0);
    assert_eq!((&line["ok"], &line["body"]), (&json!(true), &json!(BODY)));
    let text = std::fs::read_to_string(&file).expect("the file");
    assert!(
        text.starts_with("POST /webhooks/contio HTTP/1.1\r\n") && text.ends_with(&format!("\r\n\r\n{BODY}")),
        "{text}"
    );
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let mode = |path: &Path| std::fs::metadata(path).expect("it is there").permissions().mode() & 0o777;
        assert_eq!((mode(&file), mode(file.parent().expect("a folder"))), (0o600, 0o700));
    }
    let explained = hookseal(["explain", "--request"]).args([&file]).run();
    assert!(explained.code == 0 && explained.stdout.starts_with("genuine"), "{explained:?}");
}

#[test]
fn a_saved_delivery_is_sent_again_as_it_was() {
    let (_folder, file, _) = saved(Scheme::CONTIO, 0);
    let (url, received) = receiver(Scheme::CONTIO);
    let answer = replay(&url, &file, &[]).json();
    assert_eq!((&answer["ok"], &answer["deliveries"][0]["status"]), (&json!(true), &json!(200)), "{answer}");
    let (headers, body) = received.recv().expect("a request");
    assert_eq!((&headers["x-other"], &body[..]), (&"kept".parse().expect("a value"), BODY.as_bytes()));
}

#[test]
fn an_old_delivery_is_genuine_again_once_it_is_signed_anew_with_the_id_that_it_had() {
    for scheme in [Scheme::CONTIO, Scheme::STANDARD_WEBHOOKS] {
        let (_folder, file, _) = saved(scheme, 1000);
        let (url, received) = receiver(scheme);
        let ran = replay(&url, &file, &[]);
        assert_eq!(
            (ran.code, &ran.json()["deliveries"][0]["body"]),
            (1, &json!("timestamp_too_old")),
            "{}",
            scheme.name()
        );
        let signed = hookseal(["replay", "--json", "--sign", "--scheme", scheme.name(), "--to", &url]);
        let ran = signed.args([&file]).env("HOOKSEAL_SECRET", secret(scheme)).run();
        assert_eq!((ran.code, &ran.json()["ok"]), (0, &json!(true)), "{}", scheme.name());
        let ids: Vec<_> = received.try_iter().map(|(headers, _)| headers.get("webhook-id").cloned()).collect();
        assert_eq!(ids.len(), 2);
        assert_eq!(ids[0], ids[1]);
    }
}

#[test]
fn what_cannot_be_sent_is_said() {
    let (folder, file, _) = saved(Scheme::CONTIO, 0);
    let (url, _received) = receiver(Scheme::CONTIO);
    let bodyless = folder.path().join("curl.txt");
    std::fs::write(&bodyless, "> POST / HTTP/1.1\n> Host: a\n>\n").expect("a file");
    let shown = || hookseal(["replay", "--to", &url]).args([&bodyless]);
    assert_misused(shown, "invalid_argument", &["curl.txt", "no body"]);
    let gone = || hookseal(["replay", "--to", "http://127.0.0.1:1/"]).args([&file]);
    assert_misused(gone, "unreachable", &["did not answer"]);
    let two = || hookseal(["replay", "--sign", "--secret-env", "A", "--secret-env", "B", "--to", &url]).args([&file]);
    assert_misused(|| two().env("A", SECRET).env("B", OLD_SECRET), "invalid_argument", &["one secret"]);
}
