//! The keys of deliveries, by which duplicates are recognized, and the age of events that a store remembers.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hookseal::explain::Explainer;
use hookseal::{
    DeliveryKey, ErrorKind, HeaderLookup, HeaderValues, Headers as _, KeySource, Scheme, SignatureFormat, SignedPart,
    Signer, UnixTime, Verifier,
};
use serde::Deserialize;
use sha2::{Digest as _, Sha256};

#[derive(Deserialize)]
struct Vector {
    name: String,
    scheme: String,
    secrets: Vec<String>,
    headers: Vec<(String, String)>,
    body_base64: String,
    now: i64,
    #[serde(default)]
    options: Options,
    expect: Expect,
}

#[derive(Default, Deserialize)]
struct Options {
    key_field: Option<String>,
}

#[derive(Deserialize)]
struct Expect {
    key: Option<Key>,
}

#[derive(Debug, Deserialize, PartialEq)]
struct Key {
    scheme: String,
    id: String,
    scope: String,
    text: String,
}

impl Vector {
    fn scheme(&self) -> Scheme {
        if self.scheme != "acme" {
            return Scheme::preset(&self.scheme).expect("a preset");
        }
        let mut builder =
            Scheme::builder("acme").signature("X-Acme-Signature", SignatureFormat::hex("")).signed(&[SignedPart::Body]);
        if let Some(field) = &self.options.key_field {
            builder = builder.key_field(field);
        }
        builder.build().expect("a scheme")
    }

    fn verifier(&self) -> Verifier {
        let builder =
            self.secrets.iter().fold(Verifier::builder(self.scheme()), |builder, secret| builder.secret(secret));
        builder.build().expect("a verifier")
    }

    fn found(&self, key: Option<DeliveryKey>) -> Option<Key> {
        let scope = self.expect.key.as_ref().map_or("", |key| &key.scope);
        let own = |text: &str| text.to_owned();
        key.map(|key| Key { scheme: own(key.scheme()), id: own(key.id()), scope: own(scope), text: key.text(scope) })
    }
}

fn vectors() -> Vec<Vector> {
    let path = hookseal_tests::folder().join("keys/keys.json");
    let vectors: Vec<Vector> = serde_json::from_slice(&std::fs::read(path).expect("the vectors")).expect("JSON");
    assert!(vectors.len() > 100, "only {} vectors were found", vectors.len());
    vectors
}

#[test]
fn every_vector_has_its_key_whole_owned_streamed_and_from_a_binding() {
    for vector in vectors() {
        let (verifier, now) = (vector.verifier(), UnixTime::from_secs(vector.now));
        let body = STANDARD.decode(&vector.body_base64).expect("base64");
        let delivery = verifier.verify(&vector.headers, &body, now).expect(&vector.name);
        assert_eq!(vector.found(delivery.key()), vector.expect.key, "{}", vector.name);
        assert_eq!(delivery.body_digest()[..], Sha256::digest(&body)[..], "{}", vector.name);
        let owned = verifier.verify_owned(&vector.headers, body.clone(), now).expect(&vector.name);
        assert_eq!(vector.found(owned.key()), vector.expect.key, "{} owned", vector.name);
        assert_eq!(owned.body_digest(), delivery.body_digest(), "{}", vector.name);
        assert_eq!(vector.found(delivery.clone().into_owned().key()), vector.expect.key, "{} made owned", vector.name);
        for size in [1, 3, 64, 1000] {
            let mut stream = verifier.stream_with_key(&vector.headers).expect(&vector.name);
            body.chunks(size).for_each(|chunk| stream.update(chunk).expect(&vector.name));
            let streamed = stream.finish(now).expect(&vector.name);
            assert_eq!(vector.found(streamed.key()), vector.expect.key, "{} in chunks of {size}", vector.name);
            assert_eq!(streamed.body_digest(), delivery.body_digest(), "{}", vector.name);
        }
        let scheme = verifier.scheme();
        let topic = scheme.key_header().map_or(HeaderLookup::Missing, |[first, second]| {
            vector.headers.find(first).or(vector.headers.find(second))
        });
        let later = DeliveryKey::of_verified(scheme, delivery.id(), topic, &body);
        assert_eq!(vector.found(later), vector.expect.key, "{} later", vector.name);
        let values = scheme.header_spellings().map(|names| {
            let find = |name: Option<_>| name.map_or(HeaderLookup::Missing, |name| vector.headers.find(name));
            find(names[0]).or(find(names[1]))
        });
        let values = HeaderValues::new(scheme, values).with_topic(scheme, topic);
        let delivery = verifier.verify(&values, &body, now).expect(&vector.name);
        assert_eq!(vector.found(delivery.key()), vector.expect.key, "{} from looked-up values", vector.name);
    }
}

#[test]
fn a_key_that_is_made_from_an_id_is_that_of_the_delivery() {
    for (scheme, id) in [("contio", "evt-1"), ("contio-body", "evt 1"), ("stripe", &"x".repeat(500)), ("acme", "a.b")] {
        let key = DeliveryKey::of_id(scheme, id);
        assert_eq!(key.scheme(), scheme.split("-body").next().unwrap());
        assert_eq!(key.id().starts_with("sha256-"), id.contains(' ') || id.len() > 200);
    }
    let body = br#"{"event_type":"a.b","event_id":"evt 1","timestamp":"2025-01-15T10:30:00Z",
        "partner_app_id":"p","data":{}}"#;
    let now = UnixTime::from_secs(1_736_937_000);
    let headers = Signer::contio("a secret of this test").unwrap().sign(body, now, None).unwrap();
    let verifier = Verifier::contio("a secret of this test").unwrap();
    let key = verifier.verify(&headers, body, now).unwrap().key();
    assert_eq!(key, Some(DeliveryKey::of_id("contio-timestamped", "evt 1")));
    let again = key.map(|key| DeliveryKey::of_id(key.scheme(), key.id()));
    assert_eq!(again, key, "a tool may pass what the key itself shows");
}

#[test]
fn a_scheme_says_where_its_key_comes_from() {
    assert_eq!(Scheme::CONTIO.key_source(), KeySource::Field("event_id"));
    assert_eq!(Scheme::SVIX.key_source(), KeySource::SignedId);
    assert_eq!(Scheme::GITHUB.key_source(), KeySource::Body);
    assert_eq!(Scheme::SHOPIFY.key_source(), KeySource::BodyAndTopic("X-Shopify-Topic"));
    let names: Vec<_> = Scheme::SHOPIFY.key_header().unwrap().iter().map(|name| name.as_str()).collect();
    assert_eq!(names, ["shopify-topic", "X-Shopify-Topic"]);
    let acme = Scheme::builder("acme").signature("X", SignatureFormat::hex("")).signed(&[SignedPart::Body]);
    for name in ["", &"n".repeat(65)] {
        assert_eq!(acme.key_field(name).build().unwrap_err().kind(), ErrorKind::InvalidScheme);
    }
}

const DAY: u64 = 86_400;
const MADE: i64 = 1_700_000_000;

/// Why an event is refused that happened at one time and is delivered at another.
fn verdict(happened: i64, now: i64, kept: Option<u64>) -> Option<ErrorKind> {
    let time = UnixTime::from_secs(happened);
    let body =
        format!(r#"{{"event_type":"a.b","event_id":"e","timestamp":"{time}","partner_app_id":"p","data":{{}}}}"#);
    let headers = Signer::new(Scheme::CONTIO_BODY, "a secret of this test").unwrap();
    let headers = headers.sign(body.as_bytes(), UnixTime::from_secs(now), None).unwrap();
    let mut builder = Verifier::builder(Scheme::CONTIO).secret("a secret of this test");
    if let Some(kept) = kept {
        builder = builder.remembered_events(Duration::from_secs(kept), UnixTime::from_secs(MADE));
    }
    let verifier = builder.build().unwrap();
    let (body, now) = (body.as_bytes(), UnixTime::from_secs(now));
    let found = verifier.verify(&headers, body, now).err().map(|error| error.kind());
    // An explanation uses what the verifier uses, whether it takes its limits or the same settings.
    let explainer = Explainer::new(Scheme::CONTIO).secret("a secret of this test");
    let same = match kept {
        Some(kept) => Explainer::new(Scheme::CONTIO)
            .secret("a secret of this test")
            .remembered_events(Duration::from_secs(kept), UnixTime::from_secs(MADE)),
        None => Explainer::new(Scheme::CONTIO).secret("a secret of this test"),
    };
    for explainer in [explainer.limits(verifier.limits()), same] {
        let report = explainer.explain(&headers, body, now);
        assert_eq!(report.verdict.as_ref().err().map(|error| error.kind()), found, "{}", report.to_json());
        if found == Some(ErrorKind::EventTooOld) {
            let words = if kept.is_some() { "than the store" } else { "max_event_age" };
            assert!(report.advice.contains(words), "{}", report.advice);
        }
    }
    found
}

#[test]
fn an_event_that_a_store_remembers_may_be_as_old_as_the_store_keeps_it() {
    let (day, kept) = (i64::try_from(DAY).unwrap(), 30 * DAY);
    let old = Some(ErrorKind::EventTooOld);
    assert_eq!(verdict(MADE + 1, MADE + 1 + 2 * day, None), old);
    assert_eq!(verdict(MADE + 1, MADE + 1 + 2 * day, Some(kept)), None);
    // Less the skew of 300 s, and a second for the fractions that both times lack.
    assert_eq!(verdict(MADE + 1, MADE + 30 * day - 300, Some(kept)), None);
    assert_eq!(verdict(MADE + 1, MADE + 30 * day - 299, Some(kept)), old);
    // An event from before the store was made may have been handled by another one.
    assert_eq!(verdict(MADE, MADE + 2 * day, Some(kept)), old);
    assert_eq!(verdict(MADE - 10, MADE + day - 10, Some(kept)), None);
    // A store that keeps less than `max_event_age` does not lower it.
    assert_eq!(verdict(MADE + 1, MADE + day, Some(60)), None);
}

#[test]
fn a_store_cannot_remember_events_that_are_dated_any_time_ahead() {
    let builder = Verifier::builder(Scheme::CONTIO).secret("a secret of this test").max_skew(None);
    let builder = builder.remembered_events(Duration::from_secs(30 * DAY), UnixTime::from_secs(MADE));
    assert_eq!(builder.build().unwrap_err().kind(), ErrorKind::InvalidArgument);
}
