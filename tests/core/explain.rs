//! Explanations: what they find, what they never reveal, and how far the search goes.

use std::collections::{BTreeSet, HashSet};

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD, URL_SAFE_NO_PAD};
use hookseal::explain::{Cause, CheckOutcome, Explainer, Report, Suspicion};
use hookseal::{Error, HeaderLookup, HeaderName, Headers, OptionNames, Scheme, Signer, UnixTime, Verifier};
use hookseal_tests::explain::{ExplainVector, VectorSecret, vectors};
use hookseal_tests::{Vector, Verdict};

use crate::support::{BODY, NOW, SECRET, pairs, secret_for, sign};

fn codes(report: &Report) -> Vec<&str> {
    report.causes.iter().map(|finding| finding.cause.code()).collect()
}

#[test]
fn every_vector_is_explained() {
    let mut wrong = Vec::new();
    for vector in vectors() {
        let report = vector.explain(OptionNames::Snake).expect("a scheme");
        let sorted = |codes: Vec<&str>| codes.into_iter().map(str::to_owned).collect::<BTreeSet<_>>();
        let expected = vector.expect.causes.iter().map(String::as_str).collect();
        let code = report.verdict.as_ref().err().map(Error::code);
        let about = report.causes.iter().find_map(|finding| finding.scheme.as_deref());
        let found = (code, sorted(codes(&report)), report.secret_index, about);
        let expect = &vector.expect;
        let expect = (expect.code.as_deref(), sorted(expected), expect.secret_index, expect.about.as_deref());
        if found != expect {
            wrong.push(format!("{}\n  found    {found:?}\n  expected {expect:?}", vector.name));
        }
    }
    assert!(wrong.is_empty(), "{} are wrong:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn every_cause_is_found_in_a_vector() {
    let mut found: BTreeSet<_> = vectors().into_iter().flat_map(|vector| vector.expect.causes).collect();
    // Those of public keys, which the other languages do not have, are tested in `explain_public_keys.rs`.
    found.extend(["public_key_spelling", "public_key_is_secret", "secret_is_public_key"].map(str::to_owned));
    let missing: Vec<_> = Cause::ALL.iter().map(|cause| cause.code()).filter(|code| !found.contains(*code)).collect();
    assert!(missing.is_empty(), "no vector has {missing:?}");
    assert_eq!(found.len(), Cause::ALL.len(), "there are no other causes");
}

#[test]
fn reports_have_the_verdict_of_the_verifier() {
    for vector in hookseal_tests::vectors() {
        let Ok(scheme) = Scheme::preset(&vector.scheme) else { continue };
        let report = explain_vector(&vector, scheme);
        let code = report.verdict.as_ref().map_err(|error| error.code().to_owned());
        match &vector.expect {
            Verdict::Ok(accepted) => {
                assert_eq!(code, Ok(&()), "{}", vector.name);
                assert_eq!(report.secret_index, Some(accepted.secret_index), "{}", vector.name);
                assert_eq!(report.form, accepted.scheme, "{}", vector.name);
            }
            Verdict::Error(expected) => assert_eq!(code, Err(expected.clone()), "{}", vector.name),
        }
        let failed = report.checks.iter().filter(|check| check.outcome == CheckOutcome::Failed).count();
        assert_eq!(failed, usize::from(report.verdict.is_err()), "{}: {:?}", vector.name, report.checks);
        let after = report.checks.iter().skip_while(|check| check.outcome != CheckOutcome::Failed).skip(1);
        assert!(after.into_iter().all(|check| check.outcome == CheckOutcome::Skipped), "{}", vector.name);
        serde_json::from_str::<serde_json::Value>(&report.to_json()).expect("JSON");
    }
}

fn explain_vector(vector: &Vector, scheme: Scheme) -> Report {
    let seconds = std::time::Duration::from_secs;
    let mut explainer = vector.secrets.iter().fold(Explainer::new(scheme), Explainer::secret);
    if let Some(limit) = vector.options.max_age {
        explainer = explainer.max_age(limit.map(seconds));
    }
    if let Some(limit) = vector.options.max_skew {
        explainer = explainer.max_skew(limit.map(seconds));
    }
    if let Some(limit) = vector.options.max_event_age {
        explainer = explainer.max_event_age(limit.map(seconds));
    }
    if let Some(limit) = vector.options.max_body {
        explainer = explainer.max_body(limit);
    }
    explainer.explain(&vector.headers, &vector.body, vector.now())
}

#[test]
fn no_cause_is_found_for_a_delivery_signed_with_a_random_secret() {
    let now = UnixTime::from_secs(1_700_000_000);
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let mut random = move || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state
    };
    let mut schemes = Scheme::PRESETS.iter().copied().cycle();
    for trial in 0..10_000 {
        let scheme = schemes.next().expect("an endless iterator");
        let forger: Vec<u8> = (0..4).flat_map(|_| random().to_le_bytes()).collect();
        let body = format!("{{\"n\":{trial}}}");
        let id = scheme.id_header().map(|_| "msg_1");
        let headers = Signer::new(scheme, &forger).unwrap().sign(body.as_bytes(), now, id).unwrap();
        let report = Explainer::new(scheme).secret(secret_for(&scheme)).explain(&headers, body.as_bytes(), now);
        assert!(report.causes.is_empty(), "{} {:?}", scheme.name(), report.causes);
        assert_eq!(report.secret_index, None);
        assert!(report.search.complete && report.search.macs > 50, "{:?}", report.search);
    }
}

/// Every way in which bytes that a report must not contain could be written.
fn spellings(bytes: &[u8]) -> Vec<String> {
    let hex: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    let reversed: Vec<u8> = bytes.iter().rev().copied().collect();
    let escaped: String = bytes.iter().map(|byte| format!("%{byte:02X}")).collect();
    let numbers = format!("{bytes:?}");
    let unicode: String = bytes.iter().map(|byte| format!("\\u{byte:04x}")).collect();
    let mut all = vec![
        STANDARD_NO_PAD.encode(bytes),
        URL_SAFE_NO_PAD.encode(bytes),
        STANDARD.encode(&hex),
        hex.to_uppercase(),
        hex,
        escaped,
        unicode,
        numbers.replace(' ', ""),
        numbers,
        String::from_utf8_lossy(&reversed).into_owned(),
        String::from_utf8_lossy(bytes).into_owned(),
    ];
    all.retain(|text| text.chars().all(|character| character != '\u{fffd}'));
    all
}

/// Every run of 12 bytes in a text.
fn runs(text: &str) -> HashSet<&[u8]> {
    text.as_bytes().windows(12).collect()
}

#[test]
fn no_report_contains_a_secret_a_signature_or_part_of_the_body() {
    for vector in vectors() {
        let report = vector.explain(OptionNames::Snake).expect("a scheme");
        let printed = [report.to_json(), format!("{report:?}"), format!("{report:#?}")].join("\n");
        // Some secrets of the vectors begin with the name of their scheme.
        let printed = printed.replace("standard-webhooks", "");
        let shown = runs(&printed);
        let mut hidden: Vec<Vec<u8>> = secrets_of(&vector);
        for (_, value) in vector.headers.iter().filter(|(name, _)| name.to_lowercase().contains("signature")) {
            let runs = value.split(|character: char| !character.is_ascii_alphanumeric() && !"+/-_".contains(character));
            for signature in runs.filter(|run| run.len() >= 40 && *run != "0".repeat(64)) {
                hidden.push(signature.as_bytes().to_vec());
                hidden.extend(STANDARD_NO_PAD.decode(signature));
            }
        }
        hidden.push(b"Zo\xc3\xab & S\xc3\xb8ren".to_vec());
        hidden.extend(expected_signatures(&vector));
        for bytes in hidden.iter().filter(|bytes| bytes.len() >= 12) {
            for spelling in spellings(bytes) {
                assert!(shown.is_disjoint(&runs(&spelling)), "{}: {printed}", vector.name);
            }
        }
    }
}

fn secrets_of(vector: &ExplainVector) -> Vec<Vec<u8>> {
    let text_of = |secret: &VectorSecret| match secret {
        VectorSecret::Text(text) => {
            vec![text.clone().into_bytes(), STANDARD.decode(text.trim_start_matches("whsec_")).unwrap_or_default()]
        }
        VectorSecret::Bytes { bytes } => vec![bytes.clone()],
    };
    let others = vector.others.iter().map(|(_, secret)| secret.clone().into_bytes());
    vector.secrets.iter().flat_map(text_of).chain(others).collect()
}

/// The signatures of the received body by the endpoint's secrets, which a forger would like to learn.
fn expected_signatures(vector: &ExplainVector) -> Vec<Vec<u8>> {
    let Ok(scheme) = Scheme::preset(&vector.scheme) else { return Vec::new() };
    let id = scheme.id_header().map(|_| "msg_2Lx8hQ");
    let sign =
        |text: &str| Signer::new(scheme, text).ok()?.sign(&vector.body, UnixTime::from_secs(vector.now), id).ok();
    let signed = vector.secrets.iter().filter_map(|secret| match secret {
        VectorSecret::Text(text) => sign(text),
        VectorSecret::Bytes { .. } => None,
    });
    let value =
        |headers: hookseal::SignedHeaders<'_>| headers.iter().next().map(|(_, value)| value.as_bytes().to_vec());
    signed.filter_map(value).collect()
}

#[test]
fn the_search_ends_however_much_there_is_to_try() {
    let mut explainer = Explainer::new(Scheme::CONTIO);
    for index in 0..8 {
        explainer = explainer.secret(&format!(" \"whsec_{index}f00d{SECRET}\\n\" "));
    }
    let value: String = (0..40).map(|index| format!("\"{index:02}{}\", ", "ab".repeat(31))).collect();
    let headers =
        [("X-Contio-Signature", &*value), ("X-Contio-Timestamp", "1, 2, 3, 1700000000000, x"), ("svix-timestamp", "7")];
    let body = format!("{{\"a\": \"\\/é<\\u00e9\u{fffd}\", \"b\": [{}1]}}", "{\"z\": 1, \"y\": 2}, ".repeat(3));
    let report = explainer.explain(&headers, body.as_bytes(), NOW);
    assert!(report.search.macs <= 16_385 && report.search.macs > 5_000, "{:?}", report.search);
    assert!(report.causes.is_empty());
}

#[test]
fn a_body_that_is_too_large_is_verified_but_not_searched() {
    let large = vec![b'x'; (1 << 20) + 1];
    let headers = sign(Scheme::GITHUB, b"another body", NOW);
    let report = Explainer::new(Scheme::GITHUB).secret(SECRET).explain(&headers, &large, NOW);
    assert_eq!(report.verdict.unwrap_err().code(), "signature_mismatch");
    assert_eq!((report.search.macs, report.search.complete), (0, false));
    assert!(report.advice.contains("too large"), "{}", report.advice);
}

#[test]
fn checks_report_the_numbers_that_were_checked() {
    let late = UnixTime::from_secs(NOW.as_secs() + 400);
    let headers = sign(Scheme::CONTIO_TIMESTAMPED, BODY.as_bytes(), NOW);
    let report =
        Explainer::new(Scheme::CONTIO).secret("another secret").secret(SECRET).explain(&headers, BODY.as_bytes(), late);
    let fact = |check: &str, name: &str| {
        let check = report.checks.iter().find(|other| other.name == check).expect("the check");
        check.facts.iter().find(|(other, _)| other == name).unwrap_or_else(|| panic!("{name}: {check:?}")).1
    };
    assert_eq!(fact("secrets", "secrets"), Some(2));
    assert_eq!(fact("body_size", "bytes"), i64::try_from(BODY.len()).ok());
    assert_eq!(fact("headers", "X-Contio-Signature"), Some(1));
    assert_eq!(fact("signature_form", "tags"), Some(1));
    assert_eq!(fact("signature", "secret_index"), Some(1));
    assert_eq!((fact("freshness", "age"), fact("freshness", "max_age")), (Some(400), Some(300)));
    let names: Vec<_> = report.checks.iter().map(|check| (check.name, check.outcome.as_str())).collect();
    assert_eq!(
        names,
        [
            ("secrets", "passed"),
            ("body_size", "passed"),
            ("headers", "passed"),
            ("signature_form", "passed"),
            ("timestamp_form", "passed"),
            ("signature", "passed"),
            ("freshness", "failed"),
            ("envelope", "skipped"),
        ]
    );
}

#[test]
fn no_time_is_reported_from_the_body_of_a_forged_delivery() {
    let forged = sign(Scheme::CONTIO_BODY, b"something else", NOW);
    let report = Explainer::new(Scheme::CONTIO_BODY).secret(SECRET).explain(&forged, BODY.as_bytes(), NOW);
    let freshness = report.checks.iter().find(|check| check.name == "freshness").expect("the check");
    assert!(freshness.facts.iter().any(|(name, fact)| name == "timestamp" && fact.is_none()), "{freshness:?}");
}

#[test]
fn suspicions_are_separate_from_causes() {
    let suspicions = |scheme: Scheme, secret: &str, headers: &[(&str, &str)], body: &[u8]| -> Vec<&'static str> {
        let report = Explainer::new(scheme).secret(secret).explain(headers, body, NOW);
        assert!(report.verdict.is_err());
        let codes: Vec<_> = report.suspicions.iter().map(Suspicion::code).collect();
        assert!(codes.iter().all(|code| Suspicion::CODES.contains(code)), "{codes:?}");
        codes
    };
    let github = |headers: &[(&str, &str)], body: &[u8]| suspicions(Scheme::GITHUB, SECRET, headers, body);
    assert_eq!(github(&[], b""), ["body_empty"]);
    assert_eq!(github(&[("Content-Length", "7")], b"{}"), ["body_length_differs"]);
    assert_eq!(github(&[("Content-Encoding", "gzip")], b"{}"), ["body_was_compressed"]);
    assert_eq!(github(&[], b"[object Object]"), ["body_is_object_text"]);
    assert_eq!(github(&[], b"[object Promise]"), ["body_is_object_text"]);
    for missing in ["undefined", "null", "None\n"] {
        assert_eq!(github(&[], missing.as_bytes()), ["body_is_missing_value"]);
    }
    for python in ["b'{\"a\": 1}'", "{'a': 1}"] {
        assert_eq!(github(&[], python.as_bytes()), ["body_is_python_text"]);
    }
    assert_eq!(github(&[], b"payload=%7B%7D"), ["body_is_form"]);
    assert_eq!(suspicions(Scheme::SLACK, SECRET, &[], b"command=x"), [""; 0]);
    assert_eq!(github(&[], b"{\"id\":1234567890123456800}"), ["body_has_large_integers"]);
    assert_eq!(github(&[], b"{\"id\":1234567890123456789}"), [""; 0]);
    for twice in ["{\"a\":1,\"b\":2,\"a\":3}", "{\"a\":{\"b\":2,\"b\":3}}"] {
        assert_eq!(github(&[], twice.as_bytes()), ["body_key_twice"]);
    }
    assert_eq!(github(&[], b"{\"a\":"), ["body_cut_short"]);
    assert_eq!(github(&[], "\u{fffd}".as_bytes()), ["body_has_replacements"]);
    let sorted = br#"{"event_id":"1","event_type":"2"}"#;
    assert_eq!(suspicions(Scheme::CONTIO, SECRET, &[], sorted), ["body_keys_sorted"]);
    assert_eq!(suspicions(Scheme::GITHUB, "\"a b\" ", &[], b"{}"), ["secret_has_white_space", "secret_has_quotes"]);
    assert_eq!(suspicions(Scheme::GITHUB, "whsec_a b", &[], b"{}"), ["secret_has_prefix"]);
    for placeholder in ["${WEBHOOK_SECRET}", "{{ secret }}", "process.env.X", "<your secret>"] {
        assert_eq!(suspicions(Scheme::GITHUB, placeholder, &[], b"{}"), ["secret_is_placeholder"]);
    }
    assert_eq!(suspicions(Scheme::GITHUB, "whsk_a b", &[], b"{}"), ["secret_is_ed25519"]);
    let standard = Scheme::STANDARD_WEBHOOKS;
    assert_eq!(suspicions(standard, "whpk_YSBrZXkgZm9yIGVkMjU1MTk=", &[], b"{}"), ["secret_is_ed25519"]);
    let ed25519 = [(
        "webhook-signature",
        "v1a,hnO3f9T8Ytu9HwrXslvumlUpqtNVqkhqw/enGzPCXe5BdqzCInXqYXFymVJaA7AZdpXwVLPo3mNl8EM+m7TBAg==",
    )];
    assert_eq!(suspicions(standard, secret_for(&standard), &ed25519, b"{}"), ["signature_is_ed25519"]);
    let (sha1, sha512) = (format!("sha1={}", "a".repeat(40)), "b".repeat(128));
    assert_eq!(github(&[("X-Hub-Signature-256", &sha1)], b"{}"), ["signature_of_another_algorithm"]);
    assert_eq!(github(&[("X-Hub-Signature", &sha1)], b"{}"), ["only_sha1_signature"]);
    assert_eq!(github(&[("X-Hub-Signature-256", &sha512)], b"{}"), ["signature_of_another_algorithm"]);
    assert_eq!(github(&[("X-Hub-Signature-256", "sha256=12")], b"{}"), ["signature_short"]);
    assert_eq!(github(&[("stripe-signature", "x")], b"{}"), ["headers_of_another_scheme"]);
    assert_eq!(github(&[("x-contio-signature", "x")], b"{}"), ["headers_of_another_scheme"]);
    let slack = |time: &str| suspicions(Scheme::SLACK, SECRET, &[("X-Slack-Request-Timestamp", time)], b"{}");
    assert_eq!(slack("1700000000000"), ["timestamp_looks_like_milliseconds"]);
}

#[test]
fn what_a_cause_says_is_not_suspected_too() {
    let headers = sign(Scheme::GITHUB, BODY.as_bytes(), NOW);
    let explained = |secrets: &[&str]| {
        let explainer =
            secrets.iter().fold(Explainer::new(Scheme::GITHUB), |explainer, secret| explainer.secret(*secret));
        explainer.explain(&headers, BODY.as_bytes(), NOW).suspicions
    };
    assert_eq!(explained(&[&format!("\"{SECRET}\"")]), []);
    assert_eq!(explained(&[&format!("\"{SECRET}\""), "'another'"]), [Suspicion::SecretHasQuotes { index: 1 }]);
}

#[test]
fn advice_names_what_is_suspected_if_nothing_was_found() {
    let report = Explainer::new(Scheme::GITHUB).secret("${WEBHOOK_SECRET}").explain(
        &sign(Scheme::GITHUB, BODY.as_bytes(), NOW),
        BODY.as_bytes(),
        NOW,
    );
    assert!(report.advice.contains("set the secret itself"), "{}", report.advice);
    assert!(report.advice.starts_with("nothing that was tried makes the signature match"), "{}", report.advice);
}

#[test]
fn the_same_advice_is_given_once() {
    let signed = "{\"a\":\"\u{e9}\",\"b\":1}";
    let headers = sign(Scheme::GITHUB, signed.as_bytes(), NOW);
    let report = Explainer::new(Scheme::GITHUB).secret(SECRET).explain(&headers, br#"{"a": "\u00e9", "b": 1}"#, NOW);
    assert_eq!(codes(&report), ["body_was_compact", "body_non_ascii_was_plain"]);
    let expected =
        "verify the bytes as they came: something parsed the body and wrote it again, as Python does by default";
    assert_eq!(report.advice, expected);
}

#[test]
fn a_delivery_that_is_days_old_was_probably_saved() {
    let headers = sign(Scheme::CONTIO_TIMESTAMPED, BODY.as_bytes(), NOW);
    let advice = |age: i64| {
        let now = UnixTime::from_secs(NOW.as_secs() + age);
        Explainer::new(Scheme::CONTIO).secret(SECRET).explain(&headers, BODY.as_bytes(), now).advice
    };
    assert!(advice(3 * 86_400).contains("it is 3 days old: if the delivery was saved, set now to when it arrived"));
    assert!(advice(400).ends_with("for a delivery that was saved, set now to when it arrived"), "{}", advice(400));
}

#[test]
fn a_clock_in_milliseconds_fails_the_check_of_freshness() {
    let headers = sign(Scheme::CONTIO_TIMESTAMPED, BODY.as_bytes(), NOW);
    let milliseconds = UnixTime::from_secs(NOW.as_secs() * 1000);
    let report = Explainer::new(Scheme::CONTIO).secret(SECRET).explain(&headers, BODY.as_bytes(), milliseconds);
    let failed = report.checks.iter().find(|check| check.outcome == CheckOutcome::Failed).expect("a failed check");
    assert!(failed.name == "freshness" && failed.message.contains("as if in milliseconds"), "{failed:?}");
    let hours = std::time::Duration::from_secs(300_000);
    let report = Explainer::new(Scheme::CONTIO).secret(SECRET).max_age(hours).explain(&headers, BODY.as_bytes(), NOW);
    assert_eq!(report.verdict.unwrap_err().code(), "invalid_argument");
    assert!(report.causes.is_empty() && report.secret_index == Some(0), "{:?}", report.causes);
}

#[test]
fn options_have_the_names_of_the_readers_language() {
    let headers = sign(Scheme::CONTIO_BODY, BODY.as_bytes(), NOW);
    let late = UnixTime::from_secs(NOW.as_secs() + 10 * 86_400);
    for (names, event_age) in [
        (OptionNames::Snake, "max_event_age"),
        (OptionNames::Camel, "maxEventAge"),
        (OptionNames::Flag, "--max-event-age"),
    ] {
        let explainer = Explainer::new(Scheme::CONTIO).secret(SECRET).option_names(names);
        let report = explainer.explain(&headers, BODY.as_bytes(), late);
        let freshness = report.checks.iter().find(|check| check.name == "freshness").expect("the check");
        for text in [&report.advice, &report.message(), &freshness.message] {
            assert!(text.contains(event_age) && !text.contains('`'), "{text}");
        }
        // The numbers are said once.
        assert_eq!(freshness.message.matches("86400 s").count(), 1, "{}", freshness.message);
        assert!(freshness.facts.iter().any(|(name, _)| name == "max_event_age"), "names in JSON never change");
        let passed = explainer.explain(&headers, BODY.as_bytes(), NOW).checks;
        assert!(passed.iter().any(|check| check.message.contains(&format!("{event_age} is 86400 s"))), "{passed:?}");
    }
}

#[test]
fn a_clock_of_another_time_zone_is_suspected() {
    let headers = sign(Scheme::SLACK, b"{}", NOW);
    let explained = |ahead: i64| {
        let now = UnixTime::from_secs(NOW.as_secs() + ahead);
        let report = Explainer::new(Scheme::SLACK).secret(SECRET).explain(&headers, b"{}", now);
        report.suspicions.iter().map(Suspicion::finding).collect::<Vec<_>>()
    };
    assert!(explained(3 * 3600 + 20)[0].contains("180 minutes"));
    assert!(explained(-19_800)[0].contains("-330 minutes"));
    for ahead in [400, 3600 + 300, 15 * 3600 + 30] {
        assert!(explained(ahead).is_empty(), "{ahead}");
    }
}

#[test]
fn headers_that_report_only_that_one_is_duplicated_are_explained_too() {
    struct Terse;
    impl Headers for Terse {
        fn find<'h>(&'h self, _: &HeaderName) -> HeaderLookup<'h> {
            HeaderLookup::Duplicate
        }
    }
    let report = Explainer::new(Scheme::GITHUB).secret(SECRET).explain(&Terse, b"{}", NOW);
    assert_eq!(report.verdict.unwrap_err().code(), "duplicate_header");
    assert!(report.checks[2].facts.contains(&("X-Hub-Signature-256".to_owned(), Some(2))), "{:?}", report.checks[2]);
}

#[test]
fn doubled_headers_are_found_in_every_type_of_headers() {
    let genuine = pairs(&sign(Scheme::GITHUB, BODY.as_bytes(), NOW));
    let doubled = [genuine[0].clone(), genuine[0].clone()];
    let mut map = http::HeaderMap::new();
    for (_, value) in &doubled {
        map.append("x-hub-signature-256", value.parse().unwrap());
    }
    let explainer = Explainer::new(Scheme::GITHUB).secret(SECRET);
    let explain = |headers: &dyn Headers| codes(&explainer.explain(headers, BODY.as_bytes(), NOW)).join(" ");
    assert_eq!(explain(&doubled), "header_doubled");
    assert_eq!(explain(&doubled.to_vec()), "header_doubled");
    assert_eq!(explain(&map), "header_doubled");
    assert_eq!(explain(&&map), "header_doubled");
}

#[test]
fn an_explainer_prints_no_secret() {
    let explainer = Explainer::new(Scheme::GITHUB).secret(SECRET).other_secret(Scheme::SLACK, SECRET);
    let printed = format!("{explainer:?}");
    assert!(printed.contains("secrets: 1, others: 1") && runs(&printed).is_disjoint(&runs(SECRET)), "{printed}");
}

#[test]
fn custom_schemes_are_explained_too() {
    let custom = Scheme::builder("acme")
        .signature("X-Acme-Signature", hookseal::SignatureFormat::hex("v1="))
        .timestamp_header("X-Acme-Time")
        .signed(&[hookseal::SignedPart::Timestamp, hookseal::SignedPart::Text("|"), hookseal::SignedPart::Body])
        .build()
        .unwrap();
    let verifier = Verifier::builder(custom).secret(SECRET).build().unwrap();
    let headers = verifier.signer(0).unwrap().sign(b"{\"a\":1}", NOW, None).unwrap();
    let report = Explainer::new(custom).secret(SECRET).explain(&headers, b"{\"a\": 1}\n", NOW);
    assert_eq!(codes(&report), ["body_was_compact"]);
    let other = Explainer::new(Scheme::GITHUB).secret("another").other_secret(custom, SECRET);
    let report = other.explain(&headers, b"{\"a\":1}", NOW);
    assert_eq!(codes(&report), ["scheme_is_another"]);
    assert_eq!(report.causes[0].scheme.as_deref(), Some("acme"));
}
