//! Bodies other than the signed one, and correctly signed bodies that are not a valid envelope.

use hookseal::{Error, ErrorKind};

use super::bench::{Bench, refused, replaced, with_fields};
use crate::cmd::torture::case::{Case, Delivery, Group};

const BOM: &[u8] = b"\xef\xbb\xbf";

pub(super) fn cases(bench: &Bench<'_>) -> Result<Vec<Case>, Error> {
    let body = bench.body("body");
    let spaced = serde_json::to_vec_pretty(&bench.event("body")).unwrap_or_default();
    let signed_as = |signed: &[u8], sent: Vec<u8>| bench.signed_as("body", signed, sent);
    let lossy = bench.titled("body", "\u{fffd}");
    let broken = replaced(&lossy, "\u{fffd}".as_bytes(), b"\xff");
    const DECODED: &str = "the body is decoded before it is verified, so bytes that were not signed are accepted";
    let rows = [
        (
            "changed",
            "one word changed",
            "events can be changed in transit",
            signed_as(&body, replaced(&body, b"Stand-up", b"Sit-down"))?,
        ),
        (
            "cut-short",
            "the last byte removed",
            "events can be changed in transit",
            signed_as(&body, body[..body.len() - 1].to_vec())?,
        ),
        (
            "emptied",
            "no body, with the signature of one",
            "an empty body is accepted, or makes the receiver fail",
            signed_as(&body, Vec::new())?,
        ),
        ("not-utf-8", "0xFF in place of a signed U+FFFD", DECODED, signed_as(&lossy, broken)?),
        ("bom", "a byte order mark at the start", DECODED, signed_as(&body, [BOM, &body].concat())?),
        (
            "respaced",
            "spaced JSON, signed as compact JSON",
            "the body is parsed and serialized again before it is verified",
            signed_as(&body, spaced)?,
        ),
        (
            "text-changed",
            "one word changed, as text/plain",
            "a body of another Content-Type is not verified",
            signed_as(&body, replaced(&body, b"Stand-up", b"Sit-down"))?.typed("text/plain"),
        ),
    ];
    let mut cases: Vec<_> = rows
        .into_iter()
        .map(|(name, sent, why, delivery)| {
            bench.case(Group::Body, (name, sent, why), refused(ErrorKind::SignatureMismatch), vec![delivery])
        })
        .collect();
    if bench.variant.has_envelope() {
        cases.extend(envelopes(bench)?);
        cases.push(other_variant(bench, &body)?);
    }
    Ok(cases)
}

/// Signed with the right secret, but not an event that a receiver should act on.
fn envelopes(bench: &Bench<'_>) -> Result<Vec<Case>, Error> {
    use ErrorKind::{InvalidField, MalformedEnvelope, MissingField};
    let body = bench.body("envelope");
    let inside = |fields: &str| with_fields(&body, fields);
    let mut null_id = bench.event("envelope");
    null_id["event_id"].take();
    let mut no_id = bench.event("envelope");
    if let Some(fields) = no_id.as_object_mut() {
        fields.remove("event_id");
    }
    const TWO: &str = "two parsers read different events from one body";
    const FAILS: &str = "the receiver fails, and receives the delivery again on every retry";
    const BLIND: &str = "the application gets an event without this field";
    let nested = [br#"{"deep":"#.to_vec(), vec![b'['; 20_000], vec![b']'; 20_000], b",".to_vec(), body[1..].to_vec()];
    let rows = [
        ("key-twice", "event_id twice", TWO, MalformedEnvelope, inside(r#""event_id":"evt-other""#)),
        (
            "key-escaped",
            "event_id twice, once escaped",
            TWO,
            MalformedEnvelope,
            inside(r#""event_i\u0064":"evt-other""#),
        ),
        ("signed-empty", "an empty body", FAILS, MalformedEnvelope, Vec::new()),
        ("signed-text", "not JSON", FAILS, MalformedEnvelope, b"meeting.completed".to_vec()),
        ("signed-null", "null", FAILS, MalformedEnvelope, b"null".to_vec()),
        ("signed-list", "a list", BLIND, MalformedEnvelope, [b"[", &*body, b"]"].concat()),
        ("signed-bom", "a byte order mark at the start", FAILS, MalformedEnvelope, [BOM, &body].concat()),
        (
            "signed-bytes",
            "bytes that are not UTF-8",
            FAILS,
            MalformedEnvelope,
            replaced(&body, b"Stand-up", b"\xff\xfe"),
        ),
        ("signed-junk", "junk after the JSON", FAILS, MalformedEnvelope, [&*body, b"}"].concat()),
        ("nested", "20,000 nested lists", "a recursive parser runs out of stack", MalformedEnvelope, nested.concat()),
        ("no-id", "no event_id", BLIND, MissingField, no_id.to_string().into_bytes()),
        (
            "half-id",
            "half an emoji in the event_id",
            BLIND,
            MalformedEnvelope,
            replaced(&body, b"evt-", br"evt-\ud83d"),
        ),
        ("typed-wrong", "a number in an optional text field", BLIND, InvalidField, inside(r#""actor_user_id":7"#)),
        ("null-id", "an event_id that is null", BLIND, InvalidField, null_id.to_string().into_bytes()),
    ];
    rows.into_iter()
        .map(|(name, sent, why, kind, body)| {
            Ok(bench.case(Group::Envelope, (name, sent, why), refused(kind), vec![bench.genuine(name, body)?]))
        })
        .collect()
}

/// The signing input of one of Contio's variants, presented as the other variant.
fn other_variant(bench: &Bench<'_>, body: &[u8]) -> Result<Case, Error> {
    let signature = bench.signature("body", body)?;
    let texts =
        ("re-presented", "the signing input, as the other form", "a signature of one form is valid in the other");
    let (headers, body, kind) = match signature.strip_prefix("sha256=") {
        Some(digits) => {
            let headers = [("X-Contio-Signature", digits.to_owned()), ("X-Contio-Timestamp", bench.time())];
            (headers.to_vec(), body.to_vec(), ErrorKind::SignatureMismatch)
        }
        None => {
            let headers = vec![("X-Contio-Signature", format!("sha256={signature}"))];
            (headers, bench.variant.signing_input(&bench.time(), "", body), ErrorKind::MalformedEnvelope)
        }
    };
    let headers = headers.iter().map(|(name, value)| crate::cmd::torture::variant::header(name, value)).collect();
    Ok(bench.case(Group::Body, texts, refused(kind), vec![Delivery::new(headers, body)]))
}
