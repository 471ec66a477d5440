//! Where secrets come from, and that they are never printed.

use std::path::Path;

use crate::common::{BODY, Hookseal, NOW, SECRET, assert_misused, file, hookseal, signed};

fn verify(options: &[&str]) -> Hookseal {
    hookseal(["verify"]).args(options).stdin(BODY)
}

#[test]
fn a_secret_file_loses_one_newline_and_nothing_else() {
    for (number, (content, code)) in [
        (SECRET.to_owned(), "ok"),
        (format!("{SECRET}\n"), "ok"),
        (format!("{SECRET}\r\n"), "ok"),
        (format!("{SECRET}\n\n"), "invalid_secret"),
        (format!("{SECRET}\r"), "invalid_secret"),
        (format!("{SECRET} \n"), "invalid_secret"),
        (format!("\u{feff}{SECRET}"), "invalid_secret"),
        ("\n".to_owned(), "invalid_secret"),
        (String::new(), "invalid_secret"),
    ]
    .into_iter()
    .enumerate()
    {
        let path = file(&format!("secret-{number}"), &content);
        let path = path.to_str().expect("a path of the tests is text");
        let ran = verify(&["--json", "--now", NOW, "--secret-file", path]).args(signed(&[])).run();
        let json = ran.json();
        assert_eq!(json["code"].as_str().unwrap_or("ok"), code, "{content:?}");
        if code != "ok" {
            assert!(json["message"].as_str().is_some_and(|message| message.contains(path)), "{json}");
        }
    }
}

#[test]
fn a_secret_file_that_is_not_text_is_used_byte_for_byte() {
    // The newline at the end of raw bytes is part of the key.
    let key = file("raw-key", b"\xff\xfe\x00 raw key\n");
    let sign = |path: &Path| hookseal(["sign", "--now", NOW, "--secret-file"]).args([path]).stdin(BODY).run().stdout;
    let expected = hookseal::Signer::contio(b"\xff\xfe\x00 raw key\n").expect("any bytes are a key");
    let headers = expected.sign(BODY.as_bytes(), hookseal::UnixTime::from_secs(1_736_937_000), None).expect("signs");
    let expected: String = headers.iter().map(|(name, value)| format!("{name}: {value}\n")).collect();
    assert_eq!(sign(&key), expected);
    assert_ne!(sign(&file("raw-key-cut", b"\xff\xfe\x00 raw key")), expected);
}

#[test]
fn an_unreadable_secret_file_is_named() {
    let missing = ["cannot read a secret from '/no/such/secret'", "no such file"];
    assert_misused(|| verify(&["--secret-file", "/no/such/secret"]), "invalid_argument", &missing);
    let folder = env!("CARGO_TARGET_TMPDIR");
    assert_misused(|| verify(&["--secret-file", folder]), "invalid_argument", &["cannot read a secret from", folder]);
}

#[test]
fn an_unset_variable_is_named() {
    let named = ["the variable HOOKSEAL_TEST_UNSET is not set"];
    assert_misused(|| verify(&["--secret-env", "HOOKSEAL_TEST_UNSET"]), "invalid_argument", &named);
}

#[cfg(unix)]
#[test]
fn a_variable_that_is_not_text_is_named_and_a_file_is_suggested() {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt as _;

    let raw = OsStr::from_bytes(b"\xff\xfe");
    let named = ["the variable RAW is not UTF-8", "--secret-file"];
    assert_misused(|| verify(&["--secret-env", "RAW"]).env("RAW", raw), "invalid_argument", &named);
    let named = ["the variable HOOKSEAL_SECRET is not UTF-8"];
    assert_misused(|| verify(&[]).env("HOOKSEAL_SECRET", raw), "invalid_argument", &named);
}

#[test]
fn a_secret_in_place_of_a_name_is_not_shown() {
    for secret in [SECRET, "whsec_c2VjcmV0", "0123abcd", "with space", "pa$$word", ""] {
        let verify = || verify(&["--secret-env", secret]);
        assert_misused(verify, "invalid_argument", &["--secret-env takes the name of a variable"]);
        assert!(secret.is_empty() || !verify().run().stderr.contains(secret));
    }
    // There is no such option, and its value is not repeated.
    for args in [&["--secret", SECRET][..], &[&format!("--secret={SECRET}")]] {
        assert_misused(|| verify(args), "invalid_argument", &["unexpected argument '--secret'"]);
    }
}

#[test]
fn a_missing_secret_is_an_invalid_secret() {
    for command in ["sign", "verify"] {
        let bare = || hookseal([command]).without_secret();
        assert_misused(
            bare,
            "invalid_secret",
            &["no secret is given", "HOOKSEAL_SECRET", "--secret-env", "--secret-file"],
        );
        let empty = || hookseal([command]).env("HOOKSEAL_SECRET", "");
        assert_misused(empty, "invalid_secret", &["HOOKSEAL_SECRET: ", "it is empty"]);
    }
}

#[test]
fn an_error_names_the_secret_that_cannot_be_used() {
    let bad = || verify(&["--secret-env", "GOOD", "--secret-env", "BAD"]).env("GOOD", "good").env("BAD", " bad");
    assert_misused(bad, "invalid_secret", &["--secret-env BAD: ", "white space"]);
    let base64 = || verify(&["--scheme", "svix"]);
    assert_misused(base64, "invalid_secret", &["HOOKSEAL_SECRET: ", "base64"]);
}

#[test]
fn more_than_eight_secrets_are_refused() {
    let nine: Vec<_> = (0..9).flat_map(|_| ["--secret-env", "HOOKSEAL_SECRET"]).collect();
    assert_misused(|| verify(&nine), "invalid_argument", &["more than 8 secrets"]);
    assert_eq!(verify(&nine[..16]).args(["--now", NOW]).args(signed(&[])).run().code, 0);
}
