//! `hookseal demo`: every delivery gets the expected verdict, and the table is readable.

use std::process::Stdio;

use crate::common::hookseal;

const ROWS: [(&str, &str); 15] = [
    ("Timestamped form, as in the guide", "200   meeting.completed"),
    ("Body form (sha256=), as in the vendor's SDK", "200   meeting.completed"),
    ("Signed with the old secret during a rotation", "200   meeting.completed (secret index 1)"),
    ("A new event type", "200   meeting.teleported"),
    ("Body changed in transit", "401   signature_mismatch"),
    ("Signed with a foreign secret", "401   signature_mismatch"),
    ("Timestamped form, presented as the body form", "400   malformed_envelope"),
    ("Body form, presented with a fresh timestamp", "401   signature_mismatch"),
    ("Stale: signed an hour ago", "401   timestamp_too_old"),
    ("In the future: dated an hour ahead", "401   timestamp_in_future"),
    ("Body form, replayed unchanged after two days", "401   event_too_old"),
    ("Signature header twice", "400   duplicate_header"),
    ("No signature header", "400   missing_header"),
    ("Signature one digit too short", "400   malformed_signature"),
    ("event_type twice in a correctly signed body", "400   malformed_envelope"),
];

#[test]
fn every_delivery_gets_the_expected_verdict() {
    // It needs no secret, and must not use a proxy.
    let ran = hookseal(["demo"]).without_secret().env("http_proxy", "http://127.0.0.1:1").run();
    assert_eq!((ran.code, &*ran.stderr), (0, ""), "{ran:?}");
    let rows: Vec<_> = ran.stdout.lines().filter_map(|line| line.strip_prefix("  ✓ ")).collect();
    assert_eq!(rows.len(), ROWS.len(), "{ran:?}");
    for (row, (title, outcome)) in rows.iter().zip(ROWS) {
        let rest = row.strip_prefix(title).expect(title);
        assert_eq!(rest.trim_start(), outcome, "{title}");
    }
    assert!(ran.stdout.contains("a receiver on http://127.0.0.1:"), "{ran:?}");
    assert!(ran.stdout.ends_with("\nAll 15 are as expected: 4 accepted, 11 refused.\n"), "{ran:?}");
}

#[test]
fn the_table_is_aligned_and_fits_in_100_columns() {
    let ran = hookseal(["demo"]).run();
    assert!(ran.stdout.lines().all(|line| line.chars().count() <= 100), "{ran:?}");
    let column = |line: &str, what: &str| line.find(what).map(|at| line[..at].chars().count());
    let header = ran.stdout.lines().find_map(|line| column(line, "HTTP  "));
    let rows = ran.stdout.lines().filter(|line| line.starts_with("  ✓ "));
    for row in rows {
        let status = ["200   ", "400   ", "401   "].into_iter().find_map(|status| column(row, status));
        assert_eq!(status, header, "{row}");
    }
}

#[test]
fn no_secret_of_the_demo_is_printed() {
    let ran = hookseal(["demo"]).run();
    assert!(!ran.stdout.contains("demo-secret"), "{ran:?}");
}

#[test]
fn colour_follows_the_option_and_the_environment() {
    let has_colour = |args: &[&str]| hookseal(["demo"]).args(args).run().stdout.contains('\u{1b}');
    assert!(has_colour(&["--color", "always"]));
    assert!(!has_colour(&["--color", "never"]));
    assert!(!has_colour(&[]), "a pipe is not a terminal");
    let forced = |no_color: &str| hookseal(["demo"]).env("CLICOLOR_FORCE", "1").env("NO_COLOR", no_color).run();
    assert!(!forced("1").stdout.contains('\u{1b}'), "NO_COLOR wins");
}

#[test]
fn a_closed_stdout_is_not_a_failure() {
    let mut demo = hookseal(["demo"]);
    let pipes = demo.command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = pipes.spawn().expect("the binary starts");
    drop(child.stdout.take());
    let output = child.wait_with_output().expect("the binary ends");
    assert_eq!((output.status.code(), &*output.stderr), (Some(0), &b""[..]));
}
