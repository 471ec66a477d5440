//! What a builder refuses.

use super::*;
use crate::error::ErrorKind;

/// 255 characters.
const LONG: &str = {
    const BYTES: [u8; 255] = [b'x'; 255];
    match core::str::from_utf8(&BYTES) {
        Ok(text) => text,
        Err(_) => "",
    }
};

fn acme() -> SchemeBuilder<'static> {
    Scheme::builder("acme").signature("X-Acme-Signature", SignatureFormat::hex("")).signed(&[SignedPart::Body])
}

#[test]
fn a_scheme_that_contradicts_itself_cannot_be_built() {
    let timestamped: &[SignedPart<'_>] = &[SignedPart::Timestamp, SignedPart::Text("."), SignedPart::Body];
    let with_id: &[SignedPart<'_>] = &[SignedPart::Id, SignedPart::Text("."), SignedPart::Body];
    for (what, builder) in [
        ("no name", Scheme::builder("").signature("X", SignatureFormat::hex("")).signed(&[SignedPart::Body])),
        ("no signature", Scheme::builder("acme").signed(&[SignedPart::Body])),
        ("no body", acme().signed(&[SignedPart::Text("body")])),
        ("two bodies", acme().signed(&[SignedPart::Body, SignedPart::Text("."), SignedPart::Body])),
        (
            "nine parts",
            acme().id_header("I").id_length(1).timestamp_header("T").signed(&[
                SignedPart::Text("a"),
                SignedPart::Id,
                SignedPart::Text("b"),
                SignedPart::Timestamp,
                SignedPart::Text("c"),
                SignedPart::Body,
                SignedPart::Text("d"),
                SignedPart::Timestamp,
                SignedPart::Text("e"),
            ]),
        ),
        ("an empty text", acme().signed(&[SignedPart::Text(""), SignedPart::Body])),
        ("texts of 256 bytes", acme().signed(&[SignedPart::Text(LONG), SignedPart::Body, SignedPart::Text("!")])),
        ("an unsigned timestamp", acme().timestamp_header("X-Time")),
        ("an unsigned id", acme().id_header("X-Id")),
        ("a timestamp without a source", acme().signed(timestamped)),
        ("an id without a header", acme().signed(&[SignedPart::Id, SignedPart::Text("."), SignedPart::Body])),
        ("parts without a separator", acme().timestamp_header("T").signed(&[SignedPart::Timestamp, SignedPart::Body])),
        (
            "a digit after the timestamp",
            acme().timestamp_header("T").signed(&[SignedPart::Timestamp, SignedPart::Text("0"), SignedPart::Body]),
        ),
        (
            "a timestamp directly after the body",
            acme().timestamp_header("T").signed(&[SignedPart::Body, SignedPart::Timestamp]),
        ),
        (
            "a digit before the timestamp after the body",
            acme().timestamp_header("T").signed(&[SignedPart::Body, SignedPart::Text(".0"), SignedPart::Timestamp]),
        ),
        (
            "an id of any length directly before the body",
            acme().id_header("I").signed(&[SignedPart::Id, SignedPart::Body]),
        ),
        (
            "an id of any length directly after the body",
            acme().id_header("I").signed(&[SignedPart::Body, SignedPart::Id]),
        ),
        (
            "an id of any length directly before a timestamp of a fixed length",
            acme().id_header("I").timestamp_header("T").timestamp_format(TimestampFormat::UnixMilliseconds).signed(&[
                SignedPart::Id,
                SignedPart::Timestamp,
                SignedPart::Body,
            ]),
        ),
        ("ids of no characters", acme().id_header("I").id_length(0).signed(&[SignedPart::Id, SignedPart::Body])),
        ("a length of ids that are not signed", acme().id_length(36)),
        ("a format of a time that is not signed", acme().timestamp_format(TimestampFormat::Rfc3339)),
        ("a format of the time in an envelope", {
            acme().timestamp_in_envelope().timestamp_format(TimestampFormat::UnixMilliseconds)
        }),
        ("an id in a signature that is not a list", acme().id_in_signature("id").signed(with_id)),
        (
            "an id with the version's key",
            acme().signature("X", SignatureFormat::hex_list(',', '=', "id")).id_in_signature("id").signed(with_id),
        ),
        (
            "an id with the timestamp's key",
            acme()
                .signature("X", SignatureFormat::hex_list(',', '=', "v1"))
                .timestamp_in_signature("t")
                .id_in_signature("t")
                .signed(&[
                    SignedPart::Id,
                    SignedPart::Text("."),
                    SignedPart::Timestamp,
                    SignedPart::Text("."),
                    SignedPart::Body,
                ]),
        ),
        (
            "an id in a list of 97 characters",
            acme()
                .signature("X", SignatureFormat::hex_list(',', '=', "v1"))
                .id_in_signature("id")
                .id_length(97)
                .signed(with_id),
        ),
        ("a single signature that is spaced", acme().signature("X", SignatureFormat::hex("v1=").spaced())),
        ("a single signature that is grouped", acme().signature("X", SignatureFormat::hex("v1=").grouped())),
        (
            "a list with two blanks between items",
            acme().signature("X", SignatureFormat::base64_list(' ', ',', "v1").spaced()),
        ),
        (
            "a list of base64 separated by its padding",
            acme().signature("X", SignatureFormat::base64_list('=', ',', "v1")),
        ),
        ("one header for signature and time", acme().timestamp_header("x-acme-signature").signed(timestamped)),
        (
            "one header for time and id",
            acme().timestamp_header("X-Acme").id_header("x-acme").signed(&[
                SignedPart::Id,
                SignedPart::Text("."),
                SignedPart::Timestamp,
                SignedPart::Text("."),
                SignedPart::Body,
            ]),
        ),
        ("a spelling of a header that is not read", acme().newer_spelling("X-Other", "X-New")),
        ("a spelling of the header itself", acme().newer_spelling("X-Acme-Signature", "x-acme-signature")),
        ("a spelling that is not a header name", acme().fallback_spelling("X-Acme-Signature", "X New")),
        (
            "two other spellings of one header",
            acme().newer_spelling("X-Acme-Signature", "X-New").fallback_spelling("x-acme-signature", "X-Old"),
        ),
        (
            "a spelling that is another header",
            acme().timestamp_header("X-Time").newer_spelling("X-Acme-Signature", "x-time").signed(timestamped),
        ),
        (
            "four other spellings",
            ["A", "B", "C", "D"].iter().fold(acme(), |acme, name| acme.newer_spelling("X-Acme-Signature", name)),
        ),
        ("a header with a space", acme().timestamp_header("X Time").signed(timestamped)),
        ("a timestamp in a signature that is not a list", acme().timestamp_in_signature("t").signed(timestamped)),
        ("a prefix with a space", acme().signature("X", SignatureFormat::hex("v1 "))),
        ("a list separated by a letter", acme().signature("X", SignatureFormat::hex_list('a', '=', "v1"))),
        (
            "a list with one character for separator and joiner",
            acme().signature("X", SignatureFormat::hex_list('=', '=', "v1")),
        ),
        ("a list without a version", acme().signature("X", SignatureFormat::hex_list(',', '=', ""))),
        (
            "a timestamp with the version's key",
            acme()
                .signature("X", SignatureFormat::hex_list(',', '=', "t"))
                .timestamp_in_signature("t")
                .signed(timestamped),
        ),
    ] {
        let error = builder.build().expect_err(what);
        assert_eq!(error.kind(), ErrorKind::InvalidScheme, "{what}");
    }
}

#[test]
fn texts_of_255_bytes_are_kept_whole() {
    let parts = [SignedPart::Text(&LONG[..200]), SignedPart::Body, SignedPart::Text(&LONG[200..])];
    let scheme = acme().signed(&parts).build().unwrap();
    assert!(scheme.template().eq(parts));
}
