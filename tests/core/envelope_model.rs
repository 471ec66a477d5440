//! Compares the envelope scanner with the same rules on top of `serde_json`: both accept the same bodies and return the
//! same fields.

use std::collections::BTreeSet;

use hookseal::{Envelope, Error, ErrorKind, Scheme, check_envelope, check_json, replace_lone_surrogates};
use proptest::prelude::*;
use proptest::sample::{Index, select};
use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};

use crate::support::{NOW, sign, verifier};

/// JSON that keeps duplicate names, which `serde_json::Value` does not.
#[derive(Clone, Debug, PartialEq)]
enum Json {
    Text(String),
    Object(Vec<(String, Json)>),
    Array(Vec<Json>),
    Null,
    Other,
}

impl<'de> Deserialize<'de> for Json {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct JsonVisitor;

        impl<'de> Visitor<'de> for JsonVisitor {
            type Value = Json;

            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("JSON")
            }

            fn visit_bool<E>(self, _: bool) -> Result<Json, E> {
                Ok(Json::Other)
            }

            fn visit_i64<E>(self, _: i64) -> Result<Json, E> {
                Ok(Json::Other)
            }

            fn visit_u64<E>(self, _: u64) -> Result<Json, E> {
                Ok(Json::Other)
            }

            fn visit_f64<E>(self, _: f64) -> Result<Json, E> {
                Ok(Json::Other)
            }

            fn visit_unit<E>(self) -> Result<Json, E> {
                Ok(Json::Null)
            }

            fn visit_str<E>(self, text: &str) -> Result<Json, E> {
                Ok(Json::Text(text.into()))
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Json, A::Error> {
                let mut array = Vec::new();
                while let Some(item) = items.next_element()? {
                    array.push(item);
                }
                Ok(Json::Array(array))
            }

            fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Json, A::Error> {
                let mut object = Vec::new();
                while let Some(member) = members.next_entry()? {
                    object.push(member);
                }
                Ok(Json::Object(object))
            }
        }

        deserializer.deserialize_any(JsonVisitor)
    }
}

impl Json {
    fn depth(&self) -> usize {
        match self {
            Self::Object(members) => 1 + members.iter().map(|(_, value)| value.depth()).max().unwrap_or_default(),
            Self::Array(items) => 1 + items.iter().map(Self::depth).max().unwrap_or_default(),
            Self::Text(_) | Self::Null | Self::Other => 0,
        }
    }

    fn get(&self, name: &str) -> Option<&Self> {
        let Self::Object(members) = self else { return None };
        members.iter().find(|(other, _)| other == name).map(|(_, value)| value)
    }

    fn has_duplicate(&self, names: &[&str]) -> bool {
        let Self::Object(members) = self else { return false };
        let mut seen = BTreeSet::new();
        members.iter().any(|(name, _)| names.contains(&name.as_str()) && !seen.insert(name))
    }
}

/// The first of the private-use characters that replace halves of surrogate pairs in the model, since `serde_json`
/// refuses those.
const HALVES: u32 = 0xf_0000;

/// Replaces each escaped half of a surrogate pair by a private-use character. It searches the whole text for a pattern,
/// unlike the scanner, which reads byte by byte.
fn mark_halves(text: &str) -> String {
    let units: Vec<(usize, u32)> = text
        .match_indices("\\u")
        .filter(|(at, _)| text[..*at].bytes().rev().take_while(|byte| *byte == b'\\').count() % 2 == 0)
        .filter_map(|(at, _)| Some((at, u32::from_str_radix(text.get(at + 2..at + 6)?, 16).ok()?)))
        .filter(|(at, unit)| (0xd800..0xe000).contains(unit) && !text[at + 2..].starts_with('+'))
        .collect();
    let is_low = |unit: u32| unit >= 0xdc00;
    let mut marked = String::new();
    let mut end = 0;
    let mut index = 0;
    while let Some((at, unit)) = units.get(index) {
        let is_pair = !is_low(*unit) && units.get(index + 1).is_some_and(|(next, low)| *next == at + 6 && is_low(*low));
        marked.push_str(&text[end..*at]);
        if is_pair {
            marked.push_str(&text[*at..at + 12]);
        } else {
            marked.push(char::from_u32(HALVES + unit - 0xd800).unwrap());
        }
        end = at + if is_pair { 12 } else { 6 };
        index += if is_pair { 2 } else { 1 };
    }
    marked.push_str(&text[end..]);
    marked
}

fn parse(text: &str) -> Option<Json> {
    serde_json::from_str(&mark_halves(text)).ok()
}

fn has_half(text: &str) -> bool {
    text.chars().any(|character| (HALVES..HALVES + 0x800).contains(&u32::from(character)))
}

const TEXTS: [&str; 4] = ["event_type", "event_id", "timestamp", "partner_app_id"];

/// The code for a body by the rules of the envelope, read by `serde_json`.
fn model(body: &[u8]) -> Result<Json, &'static str> {
    let text = std::str::from_utf8(body).map_err(|_| "malformed_envelope")?;
    let json = parse(text).ok_or("malformed_envelope")?;
    let all = ["event_type", "event_id", "timestamp", "partner_app_id", "data", "actor_user_id", "for_user"];
    let (user, of_user) = (json.get("for_user"), ["id", "email"]);
    let in_for_user = user.is_some_and(|user| user.has_duplicate(&of_user));
    if !matches!(json, Json::Object(_)) || json.depth() > 64 || json.has_duplicate(&all) || in_for_user {
        return Err("malformed_envelope");
    }
    let texts = TEXTS.iter().chain(&["actor_user_id"]);
    let strings = texts.map(|name| json.get(name)).chain(of_user.iter().map(|name| user?.get(name)));
    if strings.flatten().any(|value| matches!(value, Json::Text(text) if has_half(text))) {
        return Err("malformed_envelope");
    }
    for name in TEXTS {
        match json.get(name) {
            None => return Err("missing_field"),
            Some(Json::Text(text)) if !text.is_empty() && (name != "timestamp" || is_rfc3339(text)) => {}
            Some(_) => return Err("invalid_field"),
        }
    }
    match json.get("data") {
        None => return Err("missing_field"),
        Some(Json::Object(_)) => {}
        Some(_) => return Err("invalid_field"),
    }
    let is_optional_text = |value: Option<&Json>| matches!(value, None | Some(Json::Null | Json::Text(_)));
    let is_user = |user: &Json| match user {
        Json::Null => true,
        Json::Object(_) => of_user.iter().all(|name| is_optional_text(user.get(name))),
        _ => false,
    };
    if !is_optional_text(json.get("actor_user_id")) || !user.is_none_or(is_user) {
        return Err("invalid_field");
    }
    Ok(json)
}

fn is_rfc3339(text: &str) -> bool {
    // `time` accepts any byte between date and time.
    matches!(text.as_bytes().get(10), Some(b'T' | b't'))
        && time::OffsetDateTime::parse(text, &time::format_description::well_known::Rfc3339).is_ok()
}

/// The scanner's verdict, and the result of `check` on its fields.
fn scanned<T>(body: &[u8], check: impl Fn(Envelope<'_>) -> T) -> Result<T, &'static str> {
    let (verifier, headers) = (verifier(Scheme::CONTIO), sign(Scheme::CONTIO, body, NOW));
    let delivery = verifier.verify(&headers, body, NOW);
    let found = delivery.and_then(|delivery| delivery.envelope().map(check));
    assert_eq!(check_envelope(body, true).err(), found.as_ref().err().copied());
    assert_eq!(in_chunks(body), found.as_ref().err().copied());
    found.map_err(|error| error.code())
}

/// The error for a body whose scheme reads the envelope while it is streamed.
fn in_chunks(body: &[u8]) -> Option<Error> {
    let (verifier, headers) = (verifier(Scheme::CONTIO_BODY), sign(Scheme::CONTIO_BODY, body, NOW));
    let mut stream = verifier.stream(&headers).unwrap();
    body.chunks(7).for_each(|chunk| stream.update(chunk).unwrap());
    let about_age = [ErrorKind::EventTooOld, ErrorKind::TimestampInFuture];
    stream.finish(NOW).err().filter(|error| !about_age.contains(&error.kind()))
}

fn assert_agree(body: &[u8]) {
    let text = std::str::from_utf8(body);
    let is_json = text.is_ok_and(|text| parse(text).is_some_and(|json| json.depth() <= 64));
    assert_eq!(check_json(body).is_ok(), is_json, "{}", String::from_utf8_lossy(body));
    if is_json {
        // `serde_json` accepts the replacement for half of a pair.
        let text = String::from_utf8(replace_lone_surrogates(body).into_owned()).unwrap();
        assert_eq!(text.len(), body.len());
        serde_json::from_str::<Json>(&text).unwrap();
    }
    let expected = model(body);
    let found = scanned(body, |envelope| {
        let json = expected.as_ref().unwrap_or_else(|code| panic!("{code}: {}", String::from_utf8_lossy(body)));
        let text = |found: hookseal::JsonStr<'_>| Some(Json::Text(found.to_string()));
        assert_eq!(text(envelope.event_type).as_ref(), json.get("event_type"));
        assert_eq!(text(envelope.event_id).as_ref(), json.get("event_id"));
        assert_eq!(text(envelope.timestamp).as_ref(), json.get("timestamp"));
        assert_eq!(text(envelope.partner_app_id).as_ref(), json.get("partner_app_id"));
        let present = |value: &&Json| **value != Json::Null;
        assert_eq!(envelope.actor_user_id.and_then(text).as_ref(), json.get("actor_user_id").filter(present));
        let user = json.get("for_user").filter(present);
        assert_eq!(envelope.for_user.is_some(), user.is_some());
        for (found, name) in [
            (envelope.for_user.and_then(|user| user.id), "id"),
            (envelope.for_user.and_then(|user| user.email), "email"),
        ] {
            assert_eq!(found.and_then(text).as_ref(), user.and_then(|user| user.get(name)).filter(present));
        }
        assert_eq!(parse(envelope.data).as_ref(), json.get("data"));
        let Json::Object(members) = json else { panic!("an object") };
        for (name, _) in members.iter().filter(|(name, _)| name.len() <= 64 && !has_half(name)) {
            let raw = envelope.field(name).expect("every member is found");
            assert_eq!(parse(raw).as_ref(), json.get(name));
        }
    });
    assert_eq!(found.err(), expected.err(), "{}", String::from_utf8_lossy(body));
}

/// JSON text whose structure is well formed, though some of its values may not be.
fn json_text() -> impl Strategy<Value = String> {
    let leaf = prop_oneof![
        select(&["null", "true", "false", "0", "-0", "1.5e-7", "12", "-0.0", "1E+2"][..]).prop_map(str::to_owned),
        select(&["01", "+1", ".5", "1.", "1e", "-", "tru", "nul", "NaN", "'a'", "\u{feff}1"][..])
            .prop_map(str::to_owned),
        string_text(),
    ];
    leaf.prop_recursive(4, 24, 4, |inner| {
        prop_oneof![
            (proptest::collection::vec(inner.clone(), 0..4), space())
                .prop_map(|(items, space)| format!("[{}]", items.join(&format!("{space},")))),
            proptest::collection::vec((name_text(), inner), 0..4).prop_map(object_text),
        ]
    })
}

fn object_text(members: Vec<(String, String)>) -> String {
    let members: Vec<_> = members.into_iter().map(|(name, value)| format!("{name} :{value}")).collect();
    format!("{{{}}}", members.join(","))
}

fn space() -> impl Strategy<Value = &'static str> {
    select(&["", " ", "\n", "\t\r", "\u{a0}", "\u{c}"][..5])
}

fn string_text() -> impl Strategy<Value = String> {
    let part = prop_oneof![
        "[ -!#-\\[\\]-~]{0,12}",
        // Without the private-use characters that stand for halves of surrogate pairs in the model.
        "[^\"\\\\\u{0}-\u{1f}\u{f0000}-\u{f07ff}]{0,4}",
        select(
            &[
                r"\n",
                r"\u0041",
                r"\u0000",
                r"\ud83d\ude00",
                r"\/",
                r#"\""#,
                r"\\",
                r"\ud800",
                r"\udc00",
                r"\ud83dx",
                r"\ud83d\u0041",
                r"\uD83D\n",
                r"\ud83d\ud83d\uDE00",
                r"\x",
                r"\u12",
                "\u{1}",
                "\u{7f}",
            ][..]
        )
        .prop_map(str::to_owned),
    ];
    proptest::collection::vec(part, 0..4).prop_map(|parts| format!("\"{}\"", parts.concat()))
}

fn name_text() -> impl Strategy<Value = String> {
    let known = select(
        &[
            "event_type",
            "event_id",
            "timestamp",
            "partner_app_id",
            "data",
            "actor_user_id",
            "for_user",
            "id",
            "email",
            "Event_Type",
            r"event_\u0074ype",
            r"event_type\ud83d",
            r"d\u0061ta",
            r"\u0069d",
        ][..],
    );
    prop_oneof![known.prop_map(|name| format!("\"{name}\"")), string_text()]
}

/// Objects that are mostly valid envelopes.
fn envelope_text() -> impl Strategy<Value = String> {
    let value_of = |good: &'static str| prop_oneof![9 => Just(good.to_owned()), 1 => json_text()];
    let members = (
        value_of(r#""meeting.completed""#),
        value_of(r#""evt\u002d1""#),
        value_of(r#""2025-01-15T10:30:00.5+01:00""#),
        value_of(r#""app""#),
        value_of(r#"{"a":[1,{"b":"c"}]}"#),
        proptest::option::of(value_of(r#""user""#)),
        proptest::option::of(prop_oneof![
            3 => Just(r#"{"id":"u","email":"e","more":[{"id":1}]}"#.to_owned()),
            1 => select(&["null", "{}", r#"{"id":"u"}"#, r#"{"email":null,"id":null}"#][..]).prop_map(str::to_owned),
            1 => proptest::collection::vec((name_text(), string_text()), 0..4).prop_map(object_text),
            1 => json_text(),
        ]),
        proptest::collection::vec((name_text(), json_text()), 0..2),
        any::<Index>(),
        proptest::bool::weighted(0.1),
    );
    members.prop_map(|(event_type, event_id, timestamp, app, data, actor, user, extra, place, drop)| {
        let mut members = vec![
            (r#""event_type""#.to_owned(), event_type),
            (r#""event_id""#.to_owned(), event_id),
            (r#""timestamp""#.to_owned(), timestamp),
            (r#""partner_app_id""#.to_owned(), app),
            (r#""data""#.to_owned(), data),
        ];
        members.extend(actor.map(|actor| (r#""actor_user_id""#.to_owned(), actor)));
        members.extend(user.map(|user| (r#""for_user""#.to_owned(), user)));
        members.extend(extra);
        if drop {
            members.remove(place.index(members.len()));
        }
        let turn = place.index(members.len());
        members.rotate_left(turn);
        object_text(members)
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(3000))]

    #[test]
    fn the_scanner_agrees_with_serde_json_on_envelopes(body in envelope_text()) {
        assert_agree(body.as_bytes());
    }

    #[test]
    fn the_scanner_agrees_with_serde_json_on_any_json(body in json_text()) {
        assert_agree(body.as_bytes());
    }

    #[test]
    fn the_scanner_agrees_with_serde_json_on_an_envelope_with_a_byte_changed(
        body in envelope_text(),
        place in any::<Index>(),
        byte in prop_oneof![any::<u8>(), select(&b"\"\\{}[],:0e.-+ \t\n"[..])],
    ) {
        let mut body = body.into_bytes();
        let at = place.index(body.len());
        body[at] = byte;
        assert_agree(&body);
    }
}

#[test]
fn the_scanner_counts_nesting_like_the_model() {
    for depth in 60..70 {
        for (open, close) in [("[", "]"), ("{\"a\":", "}")] {
            let inner = format!("{}1{}", open.repeat(depth - 1), close.repeat(depth - 1));
            let body = format!(
                r#"{{"event_type":"t","event_id":"e","timestamp":"2025-01-15T10:30:00Z","partner_app_id":"p","data":{{}},"x":{inner}}}"#
            );
            assert_eq!(model(body.as_bytes()).is_ok(), depth <= 64);
            assert_agree(body.as_bytes());
        }
    }
}

#[test]
fn a_number_too_large_for_a_double_is_accepted() {
    // RFC 8259 does not limit numbers; `serde_json` refuses this one only because it converts it to a double.
    let body = br#"{"event_type":"t","event_id":"e","timestamp":"2025-01-15T10:30:00Z","partner_app_id":"p","data":{"n":1e400}}"#;
    assert!(model(body).is_err());
    assert!(scanned(body, |_| ()).is_ok());
}
