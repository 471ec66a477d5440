//! What is stored, and what is read again.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hookseal_inbox::queue::{Seal, StoredDelivery, restored, restored_trusted, stored};
use hookseal_inbox::{Once, Outcome};
use serde_json::{Value, json};

use super::{SECRET, delivery, envelope};

const KEY: &str = "a sealing key of the tests, 1, of 42 bytes";
const OTHER: &str = "a sealing key of the tests, 2, of 42 bytes";

fn seal(key: &str) -> Seal {
    Seal::new(key).expect("a seal")
}

fn code(text: &str, seal: &Seal) -> &'static str {
    restored(text, seal).expect_err("refused").code()
}

fn facts(found: &StoredDelivery) -> Value {
    let key = found.key();
    let received_at = found.received_at().duration_since(std::time::UNIX_EPOCH).expect("after 1970");
    json!({
        "scheme": found.scheme(),
        "key_scheme": key.map_or("", |key| key.scheme()),
        "key_id": key.map_or("", |key| key.id()),
        "id": found.id(),
        "has_envelope": found.has_envelope(),
        "timestamp": found.timestamp().map(hookseal::UnixTime::as_secs),
        "received_at": u64::try_from(received_at.as_millis()).expect("milliseconds"),
        "body_base64": STANDARD.encode(found.body()),
    })
}

#[test]
fn vectors() {
    let text = include_str!("../../../tests/vectors/stored/stored.json");
    let vectors: Vec<Value> = serde_json::from_str(text).expect("vectors");
    assert!(vectors.len() > 80);
    for vector in vectors {
        let (name, text) = (&vector["name"], vector["text"].as_str().expect("a text"));
        let keys: Vec<&str> =
            vector["keys"].as_array().expect("keys").iter().map(|key| key.as_str().expect("text")).collect();
        let seal = (!keys.is_empty()).then(|| Seal::with_keys(keys.iter().copied()).expect("a seal"));
        let result = seal.as_ref().map_or_else(|| restored_trusted(text), |seal| restored(text, seal));
        let found = match result {
            Ok(found) => found,
            Err(error) => {
                assert_eq!(vector["expect"], json!({ "error": error.code() }), "{name}");
                assert!(!keys.iter().any(|key| error.to_string().contains(key)), "{name}");
                continue;
            }
        };
        assert_eq!(vector["expect"], json!({ "ok": facts(&found) }), "{name}");
        // The same bytes again, by the first key.
        let again = found.text(seal.as_ref()).expect("a text");
        let content = |text: &str| text.rsplit_once('.').expect("a full stop").0.to_owned();
        assert_eq!(content(&again), content(text), "{name}");
        let is_by_first = keys.first().is_none_or(|key| restored(text, &self::seal(key)).is_ok());
        assert_eq!(again == text, is_by_first, "{name}");
    }
}

#[test]
fn a_delivery_is_the_same_after_it_was_stored() {
    let (before, seal) = (delivery("evt-1"), seal(KEY));
    let text = stored(&before, Some(&seal)).expect("a text");
    let after = restored(&text, &seal).expect("genuine");
    assert_eq!((after.scheme(), after.timestamp()), (before.scheme(), before.timestamp()));
    assert_eq!((after.body(), after.key().copied()), (before.body(), before.key()));
    assert_eq!(after.id(), Some("evt-1"));
    assert_eq!(after.event().expect("an event").event_type(), "meeting.completed");
    assert!(after.received_at().elapsed().expect("not ahead").as_secs() < 60);
    let shown = format!("{after:?} {seal:?}");
    assert!(!shown.contains("meeting") && !shown.contains(KEY) && !text.contains(SECRET), "{shown}");
}

#[test]
fn every_changed_character_is_noticed() {
    let seal = seal(KEY);
    let text = stored(&delivery("evt-1"), Some(&seal)).expect("a text");
    for place in 0..text.len() {
        let other = if text.as_bytes()[place] == b'A' { "B" } else { "A" };
        let changed = format!("{}{other}{}", &text[..place], &text[place + 1..]);
        assert_eq!(code(&changed, &seal), "wrong_seal", "{place}");
        assert_eq!(code(&text[..place], &seal), "wrong_seal", "{place}");
    }
}

#[test]
fn keys_can_be_changed() {
    let both = Seal::with_keys([OTHER, KEY]).expect("a seal");
    let old = stored(&delivery("evt-1"), Some(&seal(KEY))).expect("a text");
    assert!(restored(&old, &both).is_ok());
    assert_eq!(code(&old, &seal(OTHER)), "wrong_seal");
    let new = stored(&delivery("evt-1"), Some(&both)).expect("a text");
    assert!(restored(&new, &seal(OTHER)).is_ok());
    assert_eq!(code(&new, &seal(KEY)), "wrong_seal");
}

#[test]
fn keys_are_checked() {
    let long = "x".repeat(32);
    for key in [&*"x".repeat(31), "", &format!("{long}\n")] {
        let error = Seal::new(key).expect_err("no key");
        assert_eq!(error.code(), "invalid_secret");
        assert!(!error.to_string().contains("xxx"), "{error}");
    }
    assert_eq!(Seal::new(&[0; 31][..]).expect_err("too short").code(), "invalid_secret");
    let none: [&str; 0] = [];
    assert_eq!(Seal::with_keys(none).expect_err("no key").code(), "invalid_argument");
    assert_eq!(Seal::with_keys([&*long; 9]).expect_err("too many").code(), "invalid_argument");
    assert!(Seal::with_keys([&*long; 8]).is_ok() && Seal::new(&[7; 32][..]).is_ok() && Seal::new(&long).is_ok());
}

#[test]
fn without_a_seal_only_the_function_that_says_so_reads_it() {
    let text = stored(&delivery("evt-1"), None).expect("a text");
    assert!(restored_trusted(&text).is_ok());
    let error = restored(&text, &seal(KEY)).expect_err("no seal");
    assert!(error.to_string().contains("stored without a seal"), "{error}");
    let sealed = stored(&delivery("evt-1"), Some(&seal(KEY))).expect("a text");
    assert_eq!(restored_trusted(&sealed).expect_err("sealed").code(), "invalid_argument");
}

#[test]
fn other_senders_have_no_event() {
    let verifier = hookseal::Verifier::builder(hookseal::Scheme::GITHUB).secret(SECRET).build().expect("a verifier");
    let headers = verifier.signer(0).expect("a signer").sign(b"[1]", super::NOW, None).expect("headers");
    let before = verifier.verify(&headers, b"[1]", super::NOW).expect("genuine");
    let after = restored_trusted(&stored(&before, None).expect("a text")).expect("read");
    assert_eq!((after.id(), after.timestamp(), after.body()), (None, None, &b"[1]"[..]));
    assert_eq!(after.event().expect_err("no event").code(), "invalid_argument");
}

#[tokio::test]
async fn a_stored_delivery_is_handled_once() {
    let once = Once::memory();
    let after = restored_trusted(&stored(&delivery("evt-1"), None).expect("a text")).expect("read");
    let first = once.run(&after, async || Ok::<_, ()>(envelope("evt-1").len())).await;
    assert!(matches!(first, Outcome::Done(_)));
    let second = once.run(&delivery("evt-1"), async || Ok::<_, ()>(0)).await;
    assert!(matches!(second, Outcome::Duplicate));
}
