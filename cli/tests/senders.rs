//! Schemes by name: the list of them, senders that sign their URL, and public keys.

use crate::common::hookseal;
use hookseal::Scheme;

const SECRET: &str = "a secret of this test";
const BODY: &str = r#"{"event_id":"1"}"#;

#[test]
fn every_named_scheme_is_listed() {
    let ran = hookseal(["verify", "--list-schemes"]).run();
    assert_eq!((ran.code, &*ran.stderr), (0, ""));
    let json = hookseal(["verify", "--list-schemes", "--json"]).run().json();
    let listed: Vec<_> = json["schemes"].as_array().expect("a list").iter().map(|row| row["scheme"].clone()).collect();
    let names = Scheme::PRESETS.iter().chain(Scheme::FURTHER_PRESETS).map(Scheme::name);
    let names: Vec<_> = names.chain(Scheme::SIGNED_URL_PRESETS.iter().copied()).collect();
    assert_eq!(listed, names);
    for name in names {
        assert!(ran.stdout.lines().any(|line| line.starts_with(&format!("{name} "))), "{name}: {}", ran.stdout);
    }
    let widest = ran.stdout.lines().map(|line| line.chars().count()).max();
    assert!(widest <= Some(120), "{}", ran.stdout);
}

#[test]
fn what_is_signed_by_a_further_scheme_is_accepted() {
    for scheme in
        ["zoom", "linear", "paddle", "zendesk", "typeform", "sentry", "meta", "calendly", "docusign", "workos"]
    {
        check(&["--scheme", scheme]);
    }
    for scheme in ["square", "hubspot"] {
        check(&["--scheme", scheme, "--signed-url", "https://example.com/hook"]);
    }
}

/// Signs, and verifies what was signed; and another body not.
fn check(scheme: &[&str]) {
    let signed = hookseal([&["sign"], scheme].concat()).env("HOOKSEAL_SECRET", SECRET).stdin(BODY).run();
    assert_eq!(signed.code, 0, "{signed:?}");
    let headers: Vec<_> = signed.stdout.lines().flat_map(|line| ["-H", line]).collect();
    for (body, code) in [(BODY, 0), ("{}", 1)] {
        let args = [&["verify"], scheme, &*headers].concat();
        let ran = hookseal(args).env("HOOKSEAL_SECRET", SECRET).stdin(body).run();
        assert_eq!(ran.code, code, "{scheme:?}: {ran:?}");
    }
}

#[test]
fn a_sender_that_signs_its_url_needs_it() {
    let ran = hookseal(["verify", "--scheme", "square"]).env("HOOKSEAL_SECRET", SECRET).stdin(BODY).run();
    assert_eq!(ran.code, 2);
    assert!(ran.stderr.contains("--signed-url"), "{ran:?}");
    let ran = hookseal(["verify", "--scheme", "zoom", "--signed-url", "https://example.com/"]).stdin(BODY).run();
    assert_eq!(ran.code, 2);
}

#[test]
fn an_interaction_of_discord_is_verified_by_its_public_key() {
    let vectors = hookseal_tests::sender_vectors("ed25519.json");
    let vector = vectors.iter().find(|vector| vector.name == "discord: a genuine interaction").expect("a vector");
    let key = &*vector.options.public_keys[0];
    let mut args = vec!["verify".to_owned(), "--scheme=discord".to_owned(), format!("--now={}", vector.now)];
    args.extend(vector.headers.iter().map(|(name, value)| format!("-H{name}: {value}")));
    let body = String::from_utf8(vector.body.clone()).expect("a text");
    let with_key = [args.clone(), vec![format!("--public-key={key}")]].concat();
    let ran = hookseal(with_key.iter().map(String::as_str)).stdin(&body).run();
    assert_eq!(ran.code, 0, "{ran:?}");
    assert!(ran.stdout.contains("--public-key"), "{ran:?}");
    let ran = hookseal(with_key.iter().map(String::as_str)).stdin("{}").run();
    assert_eq!(ran.code, 1, "{ran:?}");
    let ran = hookseal(args.iter().map(String::as_str)).env("HOOKSEAL_SECRET", SECRET).stdin(&body).run();
    assert_eq!(ran.code, 2, "{ran:?}");
    assert!(ran.stderr.contains("--public-key"), "{ran:?}");
}

#[test]
fn an_interaction_of_discord_is_explained_by_its_public_key() {
    let vectors = hookseal_tests::sender_vectors("ed25519.json");
    let vector = vectors.iter().find(|vector| vector.name == "discord: a genuine interaction").expect("a vector");
    let key = &*vector.options.public_keys[0];
    let headers = vector.headers.iter().flat_map(|(name, value)| ["-H".to_owned(), format!("{name}: {value}")]);
    let now = vector.now.to_string();
    let explain = |key: &str, body: &str| {
        let mut command = hookseal(["explain", "--scheme", "discord", "--now", &now]).args(headers.clone());
        if !key.is_empty() {
            command = command.args(["--public-key", key]);
        }
        command.env("HOOKSEAL_SECRET", &vector.options.public_keys[0]).stdin(body).run()
    };
    let body = String::from_utf8(vector.body.clone()).expect("a text");
    let ran = explain(key, &body);
    assert_eq!(ran.code, 0, "{ran:?}");
    assert!(ran.stdout.contains("1 public key can be used"), "{ran:?}");
    assert!(ran.stdout.contains("public_keys[0] made the signature"), "{ran:?}");
    let ran = explain(key, &body.replace(',', ", ").replace("\":", "\": "));
    assert_eq!(ran.code, 1, "{ran:?}");
    assert!(ran.stdout.contains("cause body_was_compact"), "{ran:?}");
    assert!(ran.stdout.contains("public_keys[0] matches the signature"), "{ran:?}");
    let ran = explain(&format!(" {key}"), &body);
    assert_eq!(ran.code, 2, "{ran:?}");
    assert!(ran.stdout.contains("cause public_key_spelling"), "{ran:?}");
    // The variable has the public key.
    let ran = explain("", &body);
    assert_eq!(ran.code, 2, "{ran:?}");
    assert!(ran.stdout.contains("cause secret_is_public_key"), "{ran:?}");
    let ran = hookseal(["explain", "--scheme", "discord", "--now", &now]).without_secret().stdin(&body).run();
    assert_eq!(ran.code, 2, "{ran:?}");
    assert!(ran.stderr.contains("--public-key"), "{ran:?}");
}

#[test]
fn nothing_signs_with_ed25519_and_commands_say_so() {
    for command in ["sign", "torture"] {
        let ran = hookseal([command, "--scheme", "discord"])
            .args(["http://127.0.0.1:9/"].iter().filter(|_| command == "torture"));
        let ran = ran.without_secret().stdin(BODY).run();
        assert_eq!(ran.code, 2, "{ran:?}");
        assert!(ran.stderr.contains("the sender's private key"), "{ran:?}");
    }
}

/// `send` has no scheme: the sandbox that it asks has one, which is tested in `sandbox.rs`.
#[test]
fn every_command_with_a_scheme_takes_presets_and_files_alike() {
    let file = crate::common::file("own.json", r#"{"preset":"github"}"#);
    for command in ["sign", "verify", "explain", "listen", "torture", "sandbox"] {
        let help = hookseal([command, "--help"]).run().stdout;
        for option in ["--scheme <NAME>", "--scheme-file <FILE>", "--signed-url <URL>"] {
            assert!(help.contains(option), "{command}: {option}");
        }
        let both = hookseal([command, "--scheme=github", "--scheme-file"]).args([&file]).stdin(BODY).run();
        assert_eq!(both.code, 2, "{command}: {both:?}");
        assert!(both.stderr.contains("cannot be used with"), "{command}: {both:?}");
    }
    let urls = [&["--scheme", "github"][..], &["--scheme-file", file.to_str().expect("text")]];
    for options in urls {
        let ran = hookseal(["torture", "--list"]).args(options.iter().copied()).run();
        assert!(ran.code == 0 && ran.stdout.contains("github"), "{ran:?}");
    }
}
