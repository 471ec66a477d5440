//! Bodies other than those that were signed, and well signed ones that are no envelope.

use hookseal::{Error, ErrorKind};

use super::genuine::titled;
use super::{Bench, odd, refused, replaced};
use crate::torture::case::{Case, Delivery, Group};

const BOM: &[u8] = b"\xef\xbb\xbf";

pub(super) fn cases(bench: &Bench<'_>) -> Result<Vec<Case>, Error> {
    let body = bench.body("body");
    let spaced = serde_json::to_vec_pretty(&bench.event("body")).unwrap_or_default();
    let signed_as = |signed: &[u8], sent: Vec<u8>| Ok::<_, Error>(Delivery::new(bench.sign("body", signed)?, sent));
    let lossy = titled(bench, "body", "\u{fffd}");
    let broken = replaced(&lossy, "\u{fffd}".as_bytes(), b"\xff");
    const DECODED: &str = "the body is decoded before it is verified, and other bytes pass for those that were signed";
    let rows = [
        (
            "changed",
            "one word changed",
            "events can be changed on the way",
            signed_as(&body, replaced(&body, b"Stand-up", b"Sit-down"))?,
        ),
        (
            "cut-short",
            "the last byte left out",
            "events can be changed on the way",
            signed_as(&body, body[..body.len() - 1].to_vec())?,
        ),
        (
            "emptied",
            "no body, under the signature of one",
            "an empty body passes, or makes the receiver fail",
            signed_as(&body, Vec::new())?,
        ),
        ("not-utf-8", "0xFF where U+FFFD was signed", DECODED, signed_as(&lossy, broken)?),
        ("bom", "a byte order mark in front", DECODED, signed_as(&body, [BOM, &body].concat())?),
        (
            "respaced",
            "spaced, where compact JSON was signed",
            "the body is parsed and written anew before it is verified",
            signed_as(&body, spaced)?,
        ),
    ];
    let mut cases: Vec<_> = rows
        .into_iter()
        .map(|(name, sent, why, delivery)| {
            bench.case(Group::Body, (name, sent, why), refused(ErrorKind::SignatureMismatch), vec![delivery])
        })
        .collect();
    if bench.form.has_envelope() {
        cases.extend(envelopes(bench)?);
        cases.push(other_form(bench, &body)?);
    }
    Ok(cases)
}

/// Signed with the right secret, and still nothing that a receiver should act on.
fn envelopes(bench: &Bench<'_>) -> Result<Vec<Case>, Error> {
    use ErrorKind::{InvalidField, MalformedEnvelope, MissingField};
    let body = bench.body("envelope");
    let inside = |fields: &str| odd::inside(&body, fields);
    let mut unnamed = bench.event("envelope");
    unnamed["event_id"].take();
    let mut bare = bench.event("envelope");
    if let Some(fields) = bare.as_object_mut() {
        fields.remove("event_id");
    }
    const TWO: &str = "two parsers see two events in one body";
    const FAILS: &str = "the receiver fails, and is sent the same for as long as its sender retries";
    const BLIND: &str = "what is behind the receiver gets an event without it";
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
        ("signed-text", "no JSON", FAILS, MalformedEnvelope, b"meeting.completed".to_vec()),
        ("signed-null", "null", FAILS, MalformedEnvelope, b"null".to_vec()),
        ("signed-list", "a list", BLIND, MalformedEnvelope, [b"[", &*body, b"]"].concat()),
        ("signed-bom", "a byte order mark in front", FAILS, MalformedEnvelope, [BOM, &body].concat()),
        (
            "signed-bytes",
            "bytes that are no UTF-8",
            FAILS,
            MalformedEnvelope,
            replaced(&body, b"Stand-up", b"\xff\xfe"),
        ),
        ("signed-junk", "junk behind the JSON", FAILS, MalformedEnvelope, [&*body, b"}"].concat()),
        (
            "nested",
            "20,000 lists in each other",
            "a parser that calls itself runs out of stack",
            MalformedEnvelope,
            nested.concat(),
        ),
        ("no-id", "no event_id", BLIND, MissingField, bare.to_string().into_bytes()),
        (
            "half-id",
            "half an emoji in the event_id",
            BLIND,
            MalformedEnvelope,
            replaced(&body, b"evt-", br"evt-\ud83d"),
        ),
        ("typed-wrong", "a number for an optional text", BLIND, InvalidField, inside(r#""actor_user_id":7"#)),
        ("null-id", "an event_id that is null", BLIND, InvalidField, unnamed.to_string().into_bytes()),
    ];
    rows.into_iter()
        .map(|(name, sent, why, kind, body)| {
            Ok(bench.case(Group::Envelope, (name, sent, why), refused(kind), vec![bench.genuine(name, body)?]))
        })
        .collect()
}

/// One form of Contio's re-presented as the other, with what it signed.
fn other_form(bench: &Bench<'_>, body: &[u8]) -> Result<Case, Error> {
    let tag = bench.tag("body", body)?;
    let told =
        ("re-presented", "what was signed, as if in the other form", "one form of signature is made of the other");
    let (headers, body, kind) = match tag.strip_prefix("sha256=") {
        Some(digits) => {
            let headers = [("X-Contio-Signature", digits.to_owned()), ("X-Contio-Timestamp", bench.time())];
            (headers.to_vec(), body.to_vec(), ErrorKind::SignatureMismatch)
        }
        None => {
            let headers = vec![("X-Contio-Signature", format!("sha256={tag}"))];
            (headers, bench.form.message(&bench.time(), "", body), ErrorKind::MalformedEnvelope)
        }
    };
    let headers = headers.iter().map(|(name, value)| crate::torture::form::header(name, value)).collect();
    Ok(bench.case(Group::Body, told, refused(kind), vec![Delivery::new(headers, body)]))
}
