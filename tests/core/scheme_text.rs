//! The textual form of schemes and of limits: whatever is written is read back.

use std::time::Duration;

use hookseal::{
    KeyEncoding, Limits, Scheme, SchemeBuilder, SignatureFormat, SignedPart, TimestampFormat, Verifier, VerifierBuilder,
};
use proptest::prelude::*;

use crate::support::code;

#[test]
fn every_preset_is_read_back_from_its_text() {
    for scheme in Scheme::PRESETS {
        let text = scheme.to_json();
        assert!(serde_json::from_str::<serde_json::Value>(&text).is_ok(), "{text}");
        assert_eq!(Scheme::from_json(&text), Ok(*scheme), "{text}");
        assert_eq!(Scheme::from_json(&format!(r#" {{ "preset" : "{}" }} "#, scheme.name())), Ok(*scheme));
    }
    assert_eq!(Scheme::CONTIO.to_json(), r#"{"preset":"contio"}"#);
    assert_eq!(
        Scheme::SLACK.to_json(),
        r#"{"name":"slack","signature":{"header":"X-Slack-Signature","encoding":"hex","prefix":"v0="},"timestamp":{"header":"X-Slack-Request-Timestamp"},"signed":"v0:{timestamp}:{body}","key_field":"event_id","keyless":{"field":"type","value":"url_verification"}}"#
    );
}

#[test]
fn limits_stand_beside_a_scheme_only_where_a_verifier_is_made() {
    let text = r#"{"limits":{"max_age":60,"max_skew":null,"max_body":10},"preset":"github"}"#;
    let builder = VerifierBuilder::from_json(text).expect("a scheme with limits");
    let limits = builder.current_limits();
    assert_eq!((limits.max_age(), limits.max_skew()), (Some(Duration::from_secs(60)), None));
    assert_eq!((limits.max_event_age(), limits.max_body()), (Limits::DEFAULT.max_event_age(), Some(10)));
    let verifier = builder.secret("secret").build().expect("a verifier");
    assert_eq!((verifier.max_body(), verifier.limits()), (Some(10), limits));
    let error = Scheme::from_json(text).expect_err("limits");
    assert_eq!((error.code(), error.subject()), ("invalid_scheme", Some("limits")));
    assert!(VerifierBuilder::from_json(r#"{"preset":"contio"}"#).is_ok());
}

#[test]
fn limits_that_are_wrong_are_refused_with_their_place() {
    for (limits, member, place) in [
        (r#"{"max_age":-1}"#, Some("max_age"), "(line 1, column 12)"),
        (r#"{"max_age":1.5}"#, Some("max_age"), "(line 1, column 12)"),
        (r#"{"max_age":"60"}"#, Some("max_age"), "(line 1, column 12)"),
        (r#"{"max_age":true}"#, Some("max_age"), "(line 1, column 12)"),
        ("{\n \"max_age\": 300000}", Some("max_age"), "(line 2, column 13)"),
        (r#"{"max_skew":100000}"#, Some("max_skew"), "(line 1, column 13)"),
        (r#"{"maxAge":60}"#, Some("maxAge"), "(line 1, column 2)"),
        (r#"{"max_body":1,"max_body":1}"#, Some("max_body"), "(line 1, column 15)"),
        (r#"{"max_body":18446744073709551616}"#, Some("max_body"), "(line 1, column 13)"),
        ("null", None, "(line 1, column 1)"),
    ] {
        let error = Limits::from_json(limits).expect_err(limits);
        assert_eq!((error.code(), error.subject()), ("invalid_argument", member), "{limits}");
        assert!(error.to_string().ends_with(place), "{error}");
        let inside =
            VerifierBuilder::from_json(&format!(r#"{{"preset":"contio","limits":{limits}}}"#)).expect_err(limits);
        let member = member.map_or("limits".to_owned(), |member| format!("limits.{member}"));
        assert_eq!((inside.code(), inside.subject()), ("invalid_argument", Some(&*member)), "{limits}");
    }
    assert_eq!(code(VerifierBuilder::from_json(r#"{"preset":"contio","limits":{}}"#)), "accepted");
}

/// A header's name, a key of a list, and a text that may be signed.
const NAME: &str = "[A-Za-z0-9!#$%&'*+.^_`|~-]{1,64}";
const KEY: &str = "[A-Za-z0-9_-]{1,16}";
const SEPARATORS: &str = ",;:=| ";

/// What a scheme is built from; much of it contradicts itself.
#[derive(Debug)]
struct Parts {
    texts: Vec<String>,
    headers: Vec<String>,
    keys: Vec<String>,
    choices: Vec<usize>,
}

impl Parts {
    fn build<'a>(&'a self, signed: &'a mut Vec<SignedPart<'a>>) -> SchemeBuilder<'a> {
        let choice = |at: usize, of: usize| self.choices[at] % of;
        let mark = |at: usize| SEPARATORS.chars().nth(choice(at, 6)).expect("a separator");
        let mut format = match choice(0, 4) {
            0 => SignatureFormat::hex(&self.keys[0]),
            1 => SignatureFormat::base64(&self.keys[0]),
            2 => SignatureFormat::hex_list(mark(1), mark(2), &self.keys[0]),
            _ => SignatureFormat::base64_list(mark(1), mark(2), &self.keys[0]),
        };
        if choice(0, 4) > 1 && choice(3, 2) == 1 {
            format = format.spaced();
        }
        if choice(0, 4) > 1 && choice(4, 2) == 1 {
            format = format.grouped();
        }
        let mut builder = Scheme::builder(&self.headers[0][..self.headers[0].len().min(32)])
            .signature(&self.headers[1], format)
            .key_encoding([KeyEncoding::Utf8, KeyEncoding::Base64, KeyEncoding::Hex][choice(5, 3)]);
        let times = [TimestampFormat::UnixSeconds, TimestampFormat::UnixMilliseconds, TimestampFormat::Rfc3339];
        let has_time = match choice(6, 4) {
            0 => false,
            1 => {
                builder = builder.timestamp_header(&self.headers[2]);
                true
            }
            2 => {
                builder = builder.timestamp_in_signature(&self.keys[1]);
                true
            }
            _ => {
                builder = builder.timestamp_in_envelope();
                false
            }
        };
        if has_time {
            builder = builder.timestamp_format(times[choice(7, 3)]);
        }
        let has_id = match choice(8, 3) {
            0 => false,
            1 => {
                builder = builder.id_header(&self.headers[3]);
                true
            }
            _ => {
                builder = builder.id_in_signature(&self.keys[2]);
                true
            }
        };
        if has_id && choice(9, 2) == 1 {
            builder = builder.id_length(u8::try_from(choice(10, 96) + 1).expect("at most 96"));
        }
        if choice(11, 3) == 0 {
            builder = builder.with_envelope();
        }
        if choice(12, 3) == 0 {
            builder = builder.newer_spelling(&self.headers[1], &self.headers[4]);
        } else if choice(12, 3) == 1 && has_id && choice(8, 3) == 1 {
            builder = builder.fallback_spelling(&self.headers[3], &self.headers[4]);
        }
        match choice(13, 4) {
            0 => builder = builder.key_field(&self.texts[3]),
            1 => builder = builder.key_topic(&self.headers[5], &self.headers[choice(14, 2) + 5]),
            _ => {}
        }
        if choice(14, 3) == 0 {
            builder = builder.key_scheme(&self.keys[3]);
        }
        if choice(15, 3) == 0 {
            builder = builder.keyless(&self.keys[3], &self.texts[3]);
        }
        let mut variable = vec![SignedPart::Body];
        variable.extend(has_time.then_some(SignedPart::Timestamp));
        variable.extend(has_id.then_some(SignedPart::Id));
        let turn = choice(16, variable.len());
        variable.rotate_left(turn);
        signed.extend(self.texts[0].is_empty().then_some(SignedPart::Text("{")));
        for (part, text) in variable.into_iter().zip(&self.texts) {
            signed.push(part);
            if !text.is_empty() {
                signed.push(SignedPart::Text(text));
            }
        }
        builder.signed(signed)
    }
}

fn parts() -> impl Strategy<Value = Parts> {
    let texts = prop::collection::vec("[ -~\u{0}-\u{1f}é😀{}\"\\\\]{0,15}", 4);
    let headers = prop::collection::vec(NAME, 7);
    let keys = prop::collection::vec(KEY, 4);
    let choices = prop::collection::vec(any::<u16>().prop_map(usize::from), 17);
    (texts, headers, keys, choices).prop_map(|(texts, headers, keys, choices)| Parts { texts, headers, keys, choices })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 3_000, ..ProptestConfig::default() })]

    /// Whatever a builder accepts.
    #[test]
    fn a_scheme_is_read_back_from_its_text(parts in parts()) {
        let mut signed = Vec::new();
        let Ok(scheme) = parts.build(&mut signed).build() else { return Ok(()) };
        let text = scheme.to_json();
        // Other readers of JSON see the same.
        let value: serde_json::Value = serde_json::from_str(&text).expect("JSON");
        prop_assert_eq!(Scheme::from_json(&text), Ok(scheme), "{}", &text);
        prop_assert_eq!(Scheme::from_json(&serde_json::to_string_pretty(&value).expect("JSON")), Ok(scheme));
        prop_assert_eq!(value["name"].as_str(), Some(scheme.name()));
    }

    #[test]
    fn limits_are_read_back_from_their_text(numbers in prop::array::uniform4(prop::option::of(any::<u32>()))) {
        let [age, skew, event, body] = numbers.map(|number| number.map(u64::from));
        let seconds = |limit: Option<u64>| limit.map(Duration::from_secs);
        let mut builder = Verifier::builder(Scheme::CONTIO)
            .max_age(seconds(age.map(|age| age % 100_000)))
            .max_skew(seconds(skew.map(|skew| skew % 100_000)))
            .max_event_age(seconds(event));
        if let Some(bytes) = body {
            builder = builder.max_body(usize::try_from(bytes).expect("32 bits"));
        }
        let limits = builder.current_limits();
        prop_assert_eq!(Limits::from_json(&limits.to_json()), Ok(limits));
    }

    /// Text of any kind is refused or accepted, never with a panic, and what is accepted is JSON.
    #[test]
    fn a_text_that_was_changed_anywhere_never_panics(
        index in 0..Scheme::PRESETS.len(), at in any::<prop::sample::Index>(), with in ".{0,3}", cut in 0..4_usize,
    ) {
        let text: Vec<char> = Scheme::PRESETS[index].to_json().chars().collect();
        let at = at.index(text.len());
        let rest = &text[(at + cut).min(text.len())..];
        let changed: String = text[..at].iter().copied().chain(with.chars()).chain(rest.iter().copied()).collect();
        match Scheme::from_json(&changed) {
            Ok(_) => prop_assert!(serde_json::from_str::<serde_json::Value>(&changed).is_ok(), "{}", changed),
            Err(error) => prop_assert!(error.to_string().contains("(line 1, column ") || with.contains('\n')),
        }
    }
}

#[test]
fn a_template_in_a_text_is_read_like_one_that_is_in_one_piece() {
    for template in ["{body}", "a{lbrace}{body}{rbrace}b", "{id}.{timestamp}.{body}", "x{body}{ts}", "{", "}", "{body"]
    {
        let mut buffer = [SignedPart::Body; 8];
        let read = SignedPart::read_template(template, &mut buffer).is_ok();
        let text = serde_json::json!({
            "name": "a", "signature": {"header": "S", "encoding": "hex"}, "signed": template,
            "id": {"header": "I"}, "timestamp": {"header": "T"},
        });
        let message = Scheme::from_json(&text.to_string()).map_or_else(|error| error.to_string(), |_| String::new());
        assert_eq!(!message.contains("braces hold"), read, "{template}: {message}");
    }
}
