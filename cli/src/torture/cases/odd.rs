//! Genuine deliveries that look odd: what is absent, null, new or cut in a place that nobody decides by loses no event.

use hookseal::{Error, Secret};

use super::genuine::titled;
use super::{Bench, replaced};
use crate::torture::case::{Case, Delivery, Expected, Group};

/// More digits than Python reads unless it is set to, and than a float can hold.
const DIGITS: usize = 5_000;

pub(super) fn cases(bench: &Bench<'_>) -> Result<Vec<Case>, Error> {
    let genuine = |name: &str, body: Vec<u8>| bench.genuine(name, body);
    let half = replaced(&titled(bench, "half-emoji", "Launch HALF"), b"HALF", br"\ud83d");
    let half_name = inside(&bench.body("half-name"), r#""nick\udc00name":"\ud83d""#);
    let long = inside_data(&bench.body("long-integer"), &format!(r#""room":{}"#, "9".repeat(DIGITS)));
    let mut bare = bench.event("unlike-catalogue");
    bare["data"] = serde_json::json!({ "meeting_id": 7, "title": null });
    let mut rows: Vec<(&str, &str, &str, Vec<Delivery>)> = vec![
        (
            "null-fields",
            "optional fields that are null, or not there",
            "senders that write null for what they do not have are refused",
            nulls(bench)?,
        ),
        (
            "half-emoji",
            "a title cut in the middle of an emoji",
            "whoever names a meeting can have its events refused for ever",
            vec![genuine("half-emoji", half)?],
        ),
        (
            "half-name",
            "half an emoji in a field that nobody knows",
            "a field that nobody reads has the event refused for ever",
            vec![genuine("half-name", half_name)?],
        ),
        (
            "long-integer",
            "an integer of 5,000 digits in the data",
            "a number that nobody reads has the event refused for ever",
            vec![genuine("long-integer", long)?],
        ),
        (
            "unlike-catalogue",
            "data that lacks what its type should have",
            "events are lost as soon as their sender changes them",
            vec![genuine("unlike-catalogue", bare.to_string().into_bytes())?],
        ),
    ];
    if let Some(separator) = bench.form.separator() {
        rows.extend(lists(bench, separator)?);
    }
    Ok(rows
        .into_iter()
        .map(|(name, sent, why, deliveries)| {
            bench.case(Group::Genuine, (name, sent, why), Expected::Accepted, deliveries)
        })
        .collect())
}

/// Every optional field, absent or null, at each level.
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
            bench.genuine(&name, inside(&bench.body(&name), fields))
        })
        .collect()
}

type Row = (&'static str, &'static str, &'static str, Vec<Delivery>);

/// Lists in which one signature is right, among what is no signature of the version, or not right.
fn lists(bench: &Bench<'_>, separator: char) -> Result<Vec<Row>, Error> {
    const ITEMS: &str = "a sender that adds a signature of another kind is refused";
    let body = bench.body("list");
    let tag = bench.tag("list", &body)?;
    let wrong = bench.form.signature(Secret::from(b"hookseal torture: of a rotation"), &body)?;
    // The version and its joiner, such as `v1=`.
    let version = &tag[..3];
    let item = separator.to_string();
    let sent = |items: &[&str]| bench.tagged("list", &items.join(&item), &body);
    Ok(vec![
        (
            "two-tags",
            "the right signature after one of another secret",
            "deliveries are lost while a secret is replaced",
            vec![sent(&[&wrong, &tag]), sent(&[&tag, &wrong])],
        ),
        (
            "unreadable-items",
            "the right signature among items that are none",
            ITEMS,
            vec![
                sent(&[&tag, &format!("{version}potato")]),
                sent(&[&format!("{version}invalid"), &tag]),
                sent(&["potato", &tag, version]),
                sent(&[&tag, &format!("v9{}abc", &version[2..])]),
            ],
        ),
        (
            "empty-items",
            "the right signature between separators",
            "a sender that leaves one too many is refused",
            vec![sent(&[&tag, ""]), sent(&["", &tag]), sent(&[&wrong, "", &tag])],
        ),
    ])
}

/// A body with more fields at its beginning.
pub(super) fn inside(body: &[u8], fields: &str) -> Vec<u8> {
    [b"{", fields.as_bytes(), b",", &body[1..]].concat()
}

/// A body with more fields at the beginning of its data.
fn inside_data(body: &[u8], fields: &str) -> Vec<u8> {
    replaced(body, br#""data":{"#, format!(r#""data":{{{fields},"#).as_bytes())
}
