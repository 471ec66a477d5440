//! `hookseal sign`: `hookseal verify` and curl accept its output.

use hookseal::Scheme;

use crate::common::{BODY, NOW, SECRET, assert_misused, file, hookseal, signed};

/// Base64, as Standard Webhooks and Svix require.
const BASE64_SECRET: &str = "whsec_bm90IGEgcmVhbCBzZWNyZXQgYXQgYWxs";

#[test]
fn every_preset_verifies_what_it_signs() {
    for scheme in Scheme::PRESETS.iter().map(Scheme::name) {
        let takes_id = ["standard-webhooks", "svix"].contains(&scheme);
        let secret = if takes_id { BASE64_SECRET } else { SECRET };
        let id: &[&str] = if takes_id { &["--id", "msg_1"] } else { &[] };
        let sign = hookseal(["sign", "--now", NOW, "--scheme", scheme]).args(id);
        let signed = sign.env("HOOKSEAL_SECRET", secret).stdin(BODY).run();
        assert_eq!((signed.code, &*signed.stderr), (0, ""), "{scheme}");
        assert!(signed.stdout.lines().all(|line| line.contains(": ")), "{signed:?}");

        // Through a pipe, as in the help.
        let body = file(&format!("round-trip-{scheme}"), BODY);
        let verify = || hookseal(["verify", "--json", "--now", NOW, "--scheme", scheme, "-H", "@-"]).args([&body]);
        let ran = verify().env("HOOKSEAL_SECRET", secret).stdin(&signed.stdout).run();
        assert_eq!(ran.code, 0, "{scheme}: {ran:?}");
        let json = ran.json();
        assert_eq!(json["scheme"], if scheme == "contio" { "contio-timestamped" } else { scheme });
        assert_eq!(json["event_type"].is_string(), scheme.starts_with("contio"), "{scheme}");
        let id = if takes_id { "msg_1".into() } else { json["event_id"].clone() };
        assert_eq!(json["id"], id, "{scheme}");

        let other = verify().env("HOOKSEAL_SECRET", "bm90IHRoaXMgb25lLCBidXQgYW5vdGhlcg==").stdin(&signed.stdout).run();
        assert_eq!((other.code, &other.json()["code"]), (1, &"signature_mismatch".into()), "{scheme}");
    }
}

#[test]
fn headers_are_printed_one_per_line() {
    let ran = hookseal(["sign", "--timestamp", NOW]).stdin(BODY).run();
    let lines: Vec<_> = ran.stdout.lines().collect();
    let [signature, timestamp] = *lines else { panic!("two headers: {ran:?}") };
    assert_eq!(timestamp, "X-Contio-Timestamp: 1736937000");
    let digits = signature.strip_prefix("X-Contio-Signature: ").expect("the signature comes first");
    assert!(digits.len() == 64 && digits.bytes().all(|byte| byte.is_ascii_hexdigit()), "{signature}");
}

#[test]
fn headers_as_json_are_one_object() {
    let ran = hookseal(["sign", "--json", "--scheme", "github"]).stdin(BODY).run();
    assert!(ran.stdout.starts_with(r#"{"ok":true,"headers":{"#), "{ran:?}");
    let json = ran.json();
    let headers = json["headers"].as_object().expect("an object");
    assert!(headers["X-Hub-Signature-256"].as_str().is_some_and(|value| value.starts_with("sha256=")), "{json}");
    assert_eq!(headers.len(), 1);
}

#[test]
fn the_default_time_is_the_clock() {
    let headers = hookseal(["sign"]).stdin(BODY).run().stdout;
    let headers = file("clock-headers", headers);
    let headers = format!("@{}", headers.display());
    let ran = hookseal(["verify", "--max-age", "86400", "-H", &headers]).stdin(BODY).run();
    assert_eq!(ran.code, 0, "{ran:?}");
}

#[test]
fn a_file_and_stdin_are_signed_alike_byte_for_byte() {
    let body = file("sign-body", b"\xff\x00 not text\r\n");
    let of =
        |sign: crate::common::Hookseal| sign.args(["--scheme", "github"]).stdin(b"\xff\x00 not text\r\n").run().stdout;
    let from_file = of(hookseal(["sign"]).args([&body]));
    assert_eq!(from_file, of(hookseal(["sign", "-"])));
    assert_eq!(from_file, of(hookseal(["sign"])));
    assert_ne!(from_file, hookseal(["sign", "--scheme", "github"]).stdin(b"\xff\x00 not text").run().stdout);
}

#[test]
fn a_delivery_is_signed_with_one_secret() {
    let two = || hookseal(["sign", "--secret-env", "ONE", "--secret-env", "TWO"]).env("ONE", "1").env("TWO", "2");
    assert_misused(two, "invalid_argument", &["signed with one secret"]);
}

#[test]
fn an_id_is_only_for_schemes_that_sign_one() {
    assert_misused(|| hookseal(["sign", "--id", "msg_1"]), "invalid_argument", &["--id: ", "signs no id"]);
    let svix = || hookseal(["sign", "--scheme", "svix"]).env("HOOKSEAL_SECRET", BASE64_SECRET);
    assert_misused(svix, "invalid_argument", &["--id: ", "signs an id; give one"]);
    assert_misused(|| svix().args(["--id", "a.b"]), "invalid_argument", &["--id: ", "visible ASCII"]);
}

#[test]
fn a_timestamp_must_fit_in_a_header() {
    for seconds in ["-1", "1000000000000", "1.5", "now", ""] {
        let sign = || hookseal(["sign", "--timestamp", seconds]);
        assert_misused(sign, "invalid_argument", &["--timestamp", "give Unix seconds"]);
    }
    assert!(signed(&[])[3].ends_with(NOW));
}
