//! Genuine deliveries that look odd: a field that decides nothing may be absent, null, new or cut off, and the event must
//! still be accepted.

use hookseal::{Error, Secret};

use super::bench::{Bench, replaced, with_fields};
use crate::cmd::torture::case::{Case, Delivery, Expected, Group};

/// More digits than Python reads by default, and more than a float can hold.
const DIGITS: usize = 5_000;

pub(super) fn cases(bench: &Bench<'_>) -> Result<Vec<Case>, Error> {
    let genuine = |name: &str, body: Vec<u8>| bench.genuine(name, body);
    let half = replaced(&bench.titled("half-emoji", "Launch HALF"), b"HALF", br"\ud83d");
    let half_name = with_fields(&bench.body("half-name"), r#""nick\udc00name":"\ud83d""#);
    let long = with_data_fields(&bench.body("long-integer"), &format!(r#""room":{}"#, "9".repeat(DIGITS)));
    let mut bare = bench.event("unlike-catalogue");
    bare["data"] = serde_json::json!({ "meeting_id": 7, "title": null });
    let mut rows: Vec<(&str, &str, &str, Vec<Delivery>)> = vec![
        (
            "null-fields",
            "optional fields null or absent",
            "senders that write null for missing values are refused",
            nulls(bench)?,
        ),
        (
            "half-emoji",
            "a title cut off within an emoji",
            "anyone who names a meeting can make its events fail forever",
            vec![genuine("half-emoji", half)?],
        ),
        (
            "half-name",
            "half an emoji in an unknown field",
            "an unused field makes the event fail forever",
            vec![genuine("half-name", half_name)?],
        ),
        (
            "long-integer",
            "an integer of 5,000 digits in the data",
            "an unused number makes the event fail forever",
            vec![genuine("long-integer", long)?],
        ),
        (
            "unlike-catalogue",
            "data without fields its type requires",
            "events are lost as soon as the sender changes them",
            vec![genuine("unlike-catalogue", bare.to_string().into_bytes())?],
        ),
    ];
    if let Some(separator) = bench.variant.separator() {
        rows.extend(lists(bench, separator)?);
    }
    Ok(rows
        .into_iter()
        .map(|(name, sent, why, deliveries)| {
            bench.case(Group::Genuine, (name, sent, why), Expected::Accepted, deliveries)
        })
        .collect())
}

/// Optional fields that are absent or null, at each level.
fn nulls(bench: &Bench<'_>) -> Result<Vec<Delivery>, Error> {
    let fields = [
        r#""actor_user_id":null,"for_user":null"#,
        r#""for_user":{}"#,
        r#""for_user":{"id":null,"email":null}"#,
        r#""for_user":{"id":"user-1"}"#,
        r#""for_user":{"email":"robin@example.com","id":null},"actor_user_id":"user-1""#,
    ];
    let numbered = fields.iter().enumerate();
    numbered
        .map(|(at, fields)| {
            let name = format!("null-fields-{at}");
            bench.genuine(&name, with_fields(&bench.body(&name), fields))
        })
        .collect()
}

type Row = (&'static str, &'static str, &'static str, Vec<Delivery>);

/// Lists with one right signature among wrong ones, and among items that are not signatures of the version.
fn lists(bench: &Bench<'_>, separator: char) -> Result<Vec<Row>, Error> {
    const ITEMS: &str = "a sender that adds another kind of signature is refused";
    let body = bench.body("list");
    let right = bench.signature("list", &body)?;
    let wrong = bench.variant.signature(Secret::from(b"hookseal torture: of a rotation"), &body)?;
    // The version and its joiner, such as `v1=`.
    let version = &right[..3];
    let item = separator.to_string();
    let sent = |items: &[&str]| bench.with_signature("list", &items.join(&item), &body);
    Ok(vec![
        (
            "two-tags",
            "a right signature and a foreign one",
            "deliveries are lost during a rotation",
            vec![sent(&[&wrong, &right]), sent(&[&right, &wrong])],
        ),
        (
            "unreadable-items",
            "a right one among unreadable items",
            ITEMS,
            vec![
                sent(&[&right, &format!("{version}potato")]),
                sent(&[&format!("{version}invalid"), &right]),
                sent(&["potato", &right, version]),
                sent(&[&right, &format!("v9{}abc", &version[2..])]),
            ],
        ),
        (
            "empty-items",
            "a right one among empty items",
            "a sender that writes one separator too many is refused",
            vec![sent(&[&right, ""]), sent(&["", &right]), sent(&[&wrong, "", &right])],
        ),
    ])
}

/// A body with more fields at the start of its data.
fn with_data_fields(body: &[u8], fields: &str) -> Vec<u8> {
    replaced(body, br#""data":{"#, format!(r#""data":{{{fields},"#).as_bytes())
}
