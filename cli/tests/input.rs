//! Input from files, stdin and the command line, and the errors about it.

use hookseal::Scheme;

use crate::common::{BODY, Hookseal, NOW, assert_misused, file, hookseal, signed};

fn verify(options: &[&str]) -> Hookseal {
    hookseal(["verify"]).args(options).stdin(BODY)
}

#[test]
fn header_values_are_trimmed_and_names_are_case_insensitive() {
    let headers = signed(&[]);
    let (_, signature) = headers[1].split_once(": ").expect("a header");
    for (line, code) in [
        (format!("X-Contio-Signature:{signature}"), 0),
        (format!("X-Contio-Signature: \t {signature} \t "), 0),
        (format!("x-cONTIO-signature: {signature}"), 0),
        (format!("X-Contio-Signature: {signature}\n"), 1),
        (format!("X-Contio-Signature: \u{a0}{signature}"), 1),
        ("X-Contio-Signature:".to_owned(), 1),
        ("X-Contio-Signature:  ".to_owned(), 1),
    ] {
        let ran = verify(&["--now", NOW, "--header", &line, "-H", &headers[3]]).run();
        assert_eq!(ran.code, code, "{line:?}: {ran:?}");
    }
}

#[test]
fn headers_are_read_from_a_file_as_by_curl() {
    let headers = signed(&[]);
    let kept = file("kept-headers", format!("{}\r\n\r\nAccept: */*\n{}", headers[1], headers[3]));
    let kept = format!("@{}", kept.display());
    assert_eq!(verify(&["--now", NOW, "-H", &kept]).run().code, 0);

    let bad = file("bad-headers", "Accept: */*\nno colon here\n");
    let bad = format!("@{}", bad.display());
    assert_misused(
        || verify(&["-H", &bad]),
        "invalid_argument",
        &["line 2 of -H @'", "bad-headers", "'no …' has no colon"],
    );
    assert_misused(
        || verify(&["-H", "@/no/such/headers"]),
        "invalid_argument",
        &["cannot read headers from '/no/such/headers'"],
    );
}

#[test]
fn an_invalid_header_is_named_without_what_may_be_a_token() {
    for (line, named) in [
        ("Authorization", "'Authorization' has no colon"),
        ("Authorization Bearer abc", "'Authorization …' has no colon"),
        ("Bad Name: abc", "'Bad …' has a name that HTTP does not allow"),
        ("Name : abc", "'Name …' has a name that HTTP does not allow"),
        ("N\u{e4}me: abc", "'N\u{e4}me' has a name that HTTP does not allow"),
        (": abc", "'' has a name that HTTP does not allow"),
        ("", "'' has no colon"),
    ] {
        assert_misused(|| verify(&["-H", line]), "invalid_argument", &["-H: ", named, "write it as 'Name: value'"]);
        assert!(!verify(&["-H", line]).run().stderr.contains("abc"), "{line}");
    }
}

#[test]
fn stdin_can_be_read_only_once() {
    let twice = ["stdin can be read only once"];
    assert_misused(|| verify(&["-H", "@-"]), "invalid_argument", &twice);
    assert_misused(|| verify(&["-H", "@-", "-"]), "invalid_argument", &twice);
    let body = file("stdin-once", BODY);
    let body = body.to_str().expect("a path of the tests is text");
    assert_misused(|| verify(&["-H", "@-", "-H", "@-", body]), "invalid_argument", &twice);
}

#[test]
fn an_unreadable_body_is_not_a_refusal() {
    let folder = env!("CARGO_TARGET_TMPDIR");
    for command in ["sign", "verify"] {
        let missing = || hookseal([command, "/no/such/body"]);
        assert_misused(missing, "invalid_argument", &["the body from '/no/such/body'", "no such file"]);
        let directory = || hookseal([command, folder]);
        assert_misused(directory, "invalid_argument", &["cannot read the body from", folder]);
    }
}

#[test]
fn an_unknown_scheme_is_named_with_the_known_ones() {
    for command in ["sign", "verify"] {
        let acme = || hookseal([command, "--scheme", "acme"]);
        assert_misused(acme, "invalid_scheme", &["--scheme 'acme': ", "standard-webhooks", "shopify"]);
    }
}

#[test]
fn an_invalid_number_is_reported_with_its_option() {
    for (option, hint) in [
        ("--now", "give Unix seconds, such as 1736937000"),
        ("--max-age", "give whole seconds, such as 300, or off"),
        ("--max-skew", "give whole seconds, such as 300, or off"),
        ("--max-event-age", "give whole seconds, such as 86400, or off"),
        ("--max-body", "give a number of bytes, such as 1048576"),
    ] {
        for number in ["", "abc", "1.5", "5m", "99999999999999999999"] {
            assert_misused(|| verify(&[option, number]), "invalid_argument", &[option, hint]);
        }
        if option != "--now" {
            assert_misused(|| verify(&[option, "-1"]), "invalid_argument", &[option, hint]);
        }
        let absent = verify(&["--json", option]).run();
        assert_eq!(absent.json()["code"], "invalid_argument", "{option}");
    }
}

#[test]
fn a_limit_in_milliseconds_is_reported_with_its_option() {
    for (option, number, hint) in
        [("--max-age", "300000", "give less than 100000 seconds"), ("--max-skew", "100000", "or off for no limit")]
    {
        for command in ["verify", "explain"] {
            let given = || hookseal([command, option, number]);
            assert_misused(given, "invalid_argument", &[option, number, hint]);
        }
    }
}

#[test]
fn usage_errors_are_json_if_json_is_requested() {
    for args in [&["verify", "--json", "--bogus"][..], &["bogus", "--json"], &["--json"], &["demo", "--json"]] {
        let ran = hookseal(args).run();
        assert_eq!(ran.code, 2, "{args:?}");
        assert_eq!(ran.json()["code"], "invalid_argument", "{args:?}");
        assert!(!ran.stdout.contains("Usage"), "{ran:?}");
    }
    let ran = hookseal(["verify", "--bogus", "--", "--json"]).run();
    assert_eq!((ran.code, &*ran.stdout), (2, ""), "a file can be called --json");
}

#[test]
fn the_help_lists_every_scheme_fits_in_100_columns_and_shows_no_secret_in_a_command() {
    let commands = ["sign", "explain", "demo", "sandbox", "torture", "listen", "deliveries", "send", "inbox", "dev"];
    let others = ["replay", "completions", "man"];
    let commands: Vec<_> = commands.iter().chain(&others).map(|name| [*name, "--help"]).collect();
    let commands = commands.iter().map(|command| &command[..]);
    for command in commands.chain([
        &["--help"][..],
        &["verify", "-h"],
        &["deliveries", "list", "--help"],
        &["inbox", "serve", "--help"],
    ]) {
        let ran = hookseal(command).run();
        assert_eq!((ran.code, &*ran.stderr), (0, ""));
        let widest = ran.stdout.lines().max_by_key(|line| line.chars().count()).expect("lines");
        assert!(widest.chars().count() <= 100, "{widest}");
        // The history of a shell keeps what is assigned in front of a command.
        assert!(!ran.stdout.contains("SECRET="), "{ran:?}");
        if ["sign", "verify"].contains(&command[0]) {
            assert!(Scheme::PRESETS.iter().all(|scheme| ran.stdout.contains(scheme.name())), "{ran:?}");
        }
    }
}
