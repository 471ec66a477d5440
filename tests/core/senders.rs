//! The presets beyond the first nine: their deliveries, their keys, and what they say of themselves.

use std::collections::HashSet;

use hookseal::{Error, HeaderValues, Scheme, Signer, TimestampSource, Verifier};
use hookseal_tests::{Accepted, Vector, Verdict, folder, read, sender_vectors};
use serde_json::Value;

use crate::support::{NOW, SECRET, code};

const URL: &str = "https://example.com/hooks/in?tenant=7";

fn whole(vector: &Vector) -> Result<Accepted, Error> {
    let verifier = vector.verifier()?;
    let delivery = verifier.verify(&vector.headers, &vector.body, vector.now())?;
    Ok(Accepted {
        scheme: delivery.scheme().into(),
        timestamp: delivery.timestamp().map(|time| time.as_secs()),
        secret_index: delivery.secret_index(),
        id: delivery.id().map(Into::into),
        event_type: None,
        event_id: None,
    })
}

fn verdict(result: Result<Accepted, Error>) -> Verdict {
    result.map_or_else(|error| Verdict::Error(error.code().into()), Verdict::Ok)
}

/// All further presets, those with a URL too.
fn presets() -> Vec<Scheme> {
    let with_url = [Scheme::square(URL), Scheme::hubspot(URL)].map(|scheme| scheme.expect("a URL"));
    Scheme::FURTHER_PRESETS.iter().copied().chain(with_url).collect()
}

/// Those that are signed with a secret.
fn with_secrets() -> impl Iterator<Item = Scheme> {
    presets().into_iter().filter(|scheme| scheme.name() != "discord")
}

#[test]
fn every_delivery_of_a_sender_has_its_verdict() {
    let vectors = sender_vectors("deliveries.json");
    for vector in &vectors {
        assert_eq!(verdict(whole(vector)), vector.expect, "{}", vector.name);
    }
    for scheme in with_secrets() {
        for is_accepted in [true, false] {
            let is_there = |vector: &&Vector| {
                vector.scheme == scheme.name() && matches!(vector.expect, Verdict::Ok(_)) == is_accepted
            };
            let count = vectors.iter().filter(is_there).count();
            assert!(count >= 5, "{count} vectors of {} with this verdict: {is_accepted}", scheme.name());
        }
    }
}

#[test]
fn every_delivery_of_a_sender_has_the_same_verdict_in_chunks() {
    for vector in sender_vectors("deliveries.json") {
        let Ok(verifier) = vector.verifier() else { continue };
        let expected =
            verifier.verify(&vector.headers, &vector.body, vector.now()).map(|delivery| delivery.timestamp());
        for size in [1, 7, usize::MAX] {
            let streamed = verifier.stream(&vector.headers).and_then(|mut stream| {
                vector.body.chunks(size).try_for_each(|chunk| stream.update(chunk))?;
                stream.finish(vector.now()).map(|delivery| delivery.timestamp())
            });
            assert_eq!(streamed, expected, "{} in chunks of {size}", vector.name);
        }
    }
}

#[test]
fn every_delivery_of_a_sender_has_its_key() {
    let mut keyed = 0;
    for expected in read::<Value>(&folder().join("senders/keys.json")) {
        let mut vector = expected.clone();
        vector["expect"] = serde_json::json!({ "error": "" });
        let vector: Vector = serde_json::from_value(vector).expect("a vector");
        let verifier = vector.verifier().expect("a verifier");
        let delivery = verifier.verify(&vector.headers, &vector.body, vector.now()).expect("a genuine delivery");
        let key = delivery.key();
        let scope = expected["expect"]["key"]["scope"].as_str().unwrap_or_default();
        let found = key.map_or(Value::Null, |key| {
            serde_json::json!({ "scheme": key.scheme(), "id": key.id(), "scope": scope, "text": key.text(scope) })
        });
        assert_eq!(found, expected["expect"]["key"], "{}", vector.name);
        let mut stream = verifier.stream_with_key(&vector.headers).expect("a stream");
        vector.body.chunks(3).for_each(|chunk| stream.update(chunk).expect("no limit"));
        let streamed = stream.finish(vector.now()).expect("a genuine delivery");
        assert_eq!(streamed.key(), key, "{} in chunks", vector.name);
        keyed += 1;
    }
    assert!(keyed >= 60, "only {keyed} vectors have keys");
}

#[test]
fn what_a_preset_signs_it_accepts() {
    for scheme in with_secrets() {
        let id = scheme.id_header().map(|_| "e76c6bd4-55c9-4987-8304-da1588d8988b");
        let signer = Signer::new(scheme, SECRET).expect("a secret");
        let headers = signer.sign(b"{}", NOW, id).expect("a delivery");
        let verifier = Verifier::builder(scheme).secret(SECRET).build().expect("a verifier");
        let delivery = verifier.verify(&headers, b"{}", NOW).expect("a genuine delivery");
        assert_eq!((delivery.scheme(), delivery.id()), (scheme.name(), id));
        let has_time = scheme.timestamp_source() != TimestampSource::None;
        assert_eq!(delivery.timestamp(), has_time.then_some(NOW), "{}", scheme.name());
        assert_eq!(code(verifier.verify(&headers, b"{} ", NOW)), "signature_mismatch");
    }
}

#[test]
fn a_preset_is_found_by_its_name_and_no_two_have_one() {
    let mut names = HashSet::new();
    for scheme in Scheme::PRESETS.iter().chain(Scheme::FURTHER_PRESETS) {
        assert_eq!(Scheme::preset(scheme.name()).expect("a preset").name(), scheme.name());
        assert!(names.insert(scheme.name()), "{} is there twice", scheme.name());
    }
    let error = Scheme::preset("nobody").expect_err("no preset has this name");
    for name in names.iter().chain(&["square", "hubspot"]) {
        assert!(error.to_string().contains(name), "{name}: {error}");
    }
}

#[test]
fn a_sender_that_signs_its_url_needs_one() {
    for name in ["square", "hubspot"] {
        let error = Scheme::preset(name).expect_err("it needs a URL");
        assert_eq!(error.code(), "invalid_scheme");
        assert!(error.to_string().contains("signs the URL"), "{error}");
        assert_eq!(Scheme::signed_url_preset(name, URL).expect("a URL").name(), name);
    }
    assert_eq!(code(Scheme::signed_url_preset("zoom", URL)), "invalid_scheme");
    for make in [Scheme::square, Scheme::hubspot] {
        for url in
            ["", "https://example.com/a b", "https://example.com/\u{e9}", "example.com/hook", "HTTPS://example.com"]
        {
            assert_eq!(code(make(url)), "invalid_scheme", "{url}");
        }
        let long = format!("https://example.com/{}", "x".repeat(300));
        assert_eq!(code(make(&long)), "invalid_scheme");
        let longest = format!("https://example.com/{}", "x".repeat(200));
        assert!(make(&longest).is_ok());
    }
}

#[test]
fn the_values_of_the_headers_alone_are_enough_for_a_preset() {
    for scheme in with_secrets() {
        let id = scheme.id_header().map(|_| "e76c6bd4-55c9-4987-8304-da1588d8988b");
        let headers = Signer::new(scheme, SECRET).expect("a secret").sign(b"{}", NOW, id).expect("a delivery");
        let values: Vec<_> = headers.iter().collect();
        let verifier = Verifier::builder(scheme).secret(SECRET).build().expect("a verifier");
        assert!(verifier.verify(&values, b"{}", NOW).is_ok(), "{}", scheme.name());
    }
    let _: Option<HeaderValues<'_>> = None;
}

#[test]
fn a_preset_is_read_back_from_its_text() {
    for scheme in presets().iter().chain(Scheme::PRESETS) {
        let text = scheme.to_json();
        let read = Scheme::from_json(&text).unwrap_or_else(|error| panic!("{text}: {error}"));
        assert_eq!(read.to_json(), text);
        // A preset's hint is not part of its text.
        assert_eq!((read.name(), read.template().collect::<Vec<_>>()), (scheme.name(), scheme.template().collect()));
        assert_eq!(read.key_source(), scheme.key_source(), "{text}");
    }
}

#[test]
fn every_delivery_of_a_sender_has_its_verdict_by_the_text_of_its_scheme() {
    for vector in sender_vectors("deliveries.json") {
        let Ok(scheme) = vector.named_scheme() else { continue };
        let scheme = Scheme::from_json(&scheme.to_json()).expect("a scheme");
        let verifier = vector.verifier_by(scheme).expect("a verifier");
        let verdict = match verifier.verify(&vector.headers, &vector.body, vector.now()) {
            Ok(delivery) => format!("{:?}", delivery.timestamp().map(|time| time.as_secs())),
            Err(error) => error.code().to_owned(),
        };
        let expected = match &vector.expect {
            Verdict::Ok(accepted) => format!("{:?}", accepted.timestamp),
            Verdict::Error(code) => code.clone(),
        };
        assert_eq!(verdict, expected, "{}", vector.name);
    }
}

#[test]
fn an_explanation_knows_the_senders() {
    use hookseal::explain::{Explainer, Suspicion};

    // A delivery of Zoom at an endpoint for Linear, whose receiver also has Zoom's secret.
    let headers = Signer::new(Scheme::ZOOM, SECRET).expect("a secret").sign(b"{}", NOW, None).expect("a delivery");
    let report = Explainer::new(Scheme::LINEAR).secret(SECRET).explain(&headers, b"{}", NOW);
    let causes: Vec<_> =
        report.causes.iter().map(|finding| (finding.cause.code(), finding.scheme.as_deref())).collect();
    assert_eq!(causes, [("scheme_is_another", Some("zoom"))]);
    let report = Explainer::new(Scheme::LINEAR).secret("another secret").explain(&headers, b"{}", NOW);
    assert!(report.suspicions.contains(&Suspicion::HeadersOfAnotherScheme { scheme: "zoom".into() }), "{report:?}");

    // GitHub and Meta share a header, and one is named.
    let headers = Signer::new(Scheme::META, SECRET).expect("a secret").sign(b"{}", NOW, None).expect("a delivery");
    let report = Explainer::new(Scheme::LINEAR).secret("another secret").explain(&headers, b"{}", NOW);
    let named = |suspicion: &&Suspicion| matches!(suspicion, Suspicion::HeadersOfAnotherScheme { .. });
    assert_eq!(report.suspicions.iter().filter(named).count(), 1, "{:?}", report.suspicions);

    // The URL of Square.
    let [ours, theirs] =
        ["https://example.com/hook", "https://example.com/hook/"].map(|url| Scheme::square(url).expect("a URL"));
    let headers = Signer::new(theirs, SECRET).expect("a secret").sign(b"{}", NOW, None).expect("a delivery");
    let report = Explainer::new(ours).secret(SECRET).explain(&headers, b"{}", NOW);
    assert!(report.advice.contains("the URL in the scheme"), "{}", report.advice);

    // A time in seconds where milliseconds belong.
    let headers = [("WorkOS-Signature", format!("t=1700000000, v1={}", "0".repeat(64)))];
    let report = Explainer::new(Scheme::WORKOS).secret(SECRET).explain(&headers, b"{}", NOW);
    assert_eq!(report.verdict.expect_err("it is malformed").code(), "malformed_timestamp");
}
