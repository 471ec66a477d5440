//! Compares the envelope scanner with the same rules on top of `serde_json`: both accept the same bodies and return the
//! same fields. The fuzzers use the same model.

use hookseal_model::envelope::{assert_agree, model, scanned};
use proptest::prelude::*;
use proptest::sample::{Index, select};

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
