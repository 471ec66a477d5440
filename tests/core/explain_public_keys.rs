//! Explanations for receivers with public keys.

use hookseal::explain::{Explainer, Report};
use hookseal::{Error, OptionNames, PublicKey, Scheme, Signer};
use hookseal_tests::{Vector, Verdict, sender_vectors};

const SECRET: &str = "whsec_c3RhbmRhcmQga2V5LCBmb3IgdmVjdG9ycw==";

fn vector(name: &str) -> Vector {
    let found = sender_vectors("ed25519.json").into_iter().find(|vector| vector.name == name);
    found.unwrap_or_else(|| panic!("there is no vector: {name}"))
}

fn explainer(vector: &Vector) -> Explainer {
    let explainer = Explainer::new(Scheme::preset(&vector.scheme).expect("a scheme"));
    let explainer = vector.secrets.iter().fold(explainer, Explainer::secret);
    vector.options.public_keys.iter().fold(explainer, Explainer::public_key)
}

fn explain(vector: &Vector) -> Report {
    explainer(vector).explain(&vector.headers, &vector.body, vector.now())
}

fn codes(report: &Report) -> Vec<&str> {
    report.causes.iter().map(|finding| finding.cause.code()).collect()
}

/// Changes a delivery, and checks what is found.
#[track_caller]
fn check(name: &str, change: impl FnOnce(&mut Vector), causes: &[&str]) -> Report {
    let mut vector = vector(name);
    change(&mut vector);
    let report = explain(&vector);
    assert_eq!(codes(&report), causes, "{name}: {}", report.to_json());
    if !causes.is_empty() {
        assert!(report.secret_index.is_some(), "{name}: {}", report.to_json());
    }
    report
}

const DISCORD: &str = "discord: a genuine interaction";
const STANDARD: &str = "v1a alone, for a receiver with a public key";

fn set_header(vector: &mut Vector, name: &str, change: impl Fn(&str) -> String) {
    let header = vector.headers.iter_mut().find(|(other, _)| other.eq_ignore_ascii_case(name));
    let header = header.unwrap_or_else(|| panic!("there is no {name}"));
    header.1 = change(&header.1);
}

#[test]
fn a_report_has_the_verdict_of_the_verifier() {
    for vector in sender_vectors("ed25519.json") {
        let report = explain(&vector);
        let code = report.verdict.as_ref().map_err(|error| error.code().to_owned());
        match &vector.expect {
            Verdict::Ok(accepted) => {
                assert_eq!(code, Ok(&()), "{}", vector.name);
                assert_eq!(report.secret_index, Some(accepted.secret_index), "{}", vector.name);
            }
            Verdict::Error(expected) => assert_eq!(code, Err(expected.clone()), "{}", vector.name),
        }
    }
}

#[test]
fn what_happened_to_a_body_is_found() {
    let spaced = |vector: &mut Vector| {
        let text = String::from_utf8(vector.body.clone()).unwrap();
        vector.body = text.replace(',', ", ").replace("\":", "\": ").into_bytes();
    };
    for name in [DISCORD, STANDARD, "v1a of svix", "v1 and v1a, for a receiver with a public key"] {
        check(name, spaced, &["body_was_compact"]);
        check(name, |vector| vector.body.push(b'\n'), &["body_newline_added"]);
        check(name, |vector| vector.body.insert(0, b' '), &["body_was_compact"]);
    }
    let both = |vector: &mut Vector| {
        spaced(vector);
        set_header(vector, "X-Signature-Ed25519", |value| format!("\"{value}\""));
    };
    check(DISCORD, both, &["body_was_compact", "header_quoted"]);
}

#[test]
fn what_happened_to_headers_is_found() {
    let ed25519 = "X-Signature-Ed25519";
    check("discord: a signature in base64", |_| (), &["tag_is_base64"]);
    check("a v1a without its padding", |_| (), &["tag_base64_spelling"]);
    check("the signature of v1a named v1", |_| (), &["signature_prefix_differs"]);
    check(
        DISCORD,
        |vector| set_header(vector, ed25519, |value| format!("sha256={value}")),
        &["signature_prefix_differs"],
    );
    check(DISCORD, |vector| set_header(vector, ed25519, |value| format!(" {value}")), &["header_white_space"]);
    let doubled = |vector: &mut Vector| vector.headers.push((ed25519.to_owned(), "0".repeat(128)));
    check(DISCORD, doubled, &["header_doubled"]);
    let swapped = |vector: &mut Vector| {
        let (one, two) = (vector.headers[0].1.clone(), vector.headers[1].1.clone());
        (vector.headers[0].1, vector.headers[1].1) = (two, one);
    };
    check(DISCORD, swapped, &["headers_swapped"]);
    let upper = |vector: &mut Vector| set_header(vector, "webhook-signature", |value| value.replace("v1a", "V1A"));
    check(STANDARD, upper, &["signature_upper_case"]);
}

#[test]
fn parts_that_were_not_signed_are_found() {
    let report = check("a signature over the body alone", |_| (), &["id_not_signed", "timestamp_not_signed"]);
    assert!(report.search.macs > 0, "{:?}", report.search);
}

#[test]
fn keys_of_the_wrong_kind_or_spelling_are_found() {
    check("a public key in base64 without its prefix", |_| (), &["public_key_spelling"]);
    check("a public key with a newline", |_| (), &["public_key_spelling"]);
    let report = check("a public key in place of a secret", |_| (), &["secret_is_public_key"]);
    assert!(report.suspicions.is_empty() && report.advice.contains("give it as a public key"), "{}", report.to_json());
    let report = check(
        "v1 and v1a, for a receiver with a secret",
        |vector| {
            vector.options.public_keys = std::mem::take(&mut vector.secrets);
        },
        &["public_key_is_secret"],
    );
    assert!(report.message().contains("give it as a secret"), "{}", report.to_json());
    let as_secret = |vector: &mut Vector| vector.secrets = std::mem::take(&mut vector.options.public_keys);
    check(DISCORD, as_secret, &["secret_is_public_key"]);
    let report = check("a public key for a scheme that has none", |_| (), &[]);
    assert!(report.message().contains("takes no public key"), "{}", report.to_json());
    let bytes: Vec<u8> = (0..64)
        .step_by(2)
        .map(|at| u8::from_str_radix(&vector(DISCORD).options.public_keys[0][at..at + 2], 16).unwrap())
        .collect();
    let bytes = <[u8; 32]>::try_from(bytes).unwrap();
    let vector = vector(DISCORD);
    let explainer = Explainer::new(Scheme::DISCORD).public_key(PublicKey::from(&bytes));
    let report = explainer.explain(&vector.headers, &vector.body, vector.now());
    assert!(report.verdict.is_ok(), "{}", report.to_json());
}

#[test]
fn for_another_key_or_time_no_cause_is_found_and_the_advice_is_about_public_keys() {
    for name in ["a signature with another key", "another time", "another body", "another id", "discord: another key"] {
        let report = check(name, |_| (), &[]);
        assert!(report.suspicions.is_empty(), "{name}: {}", report.to_json());
        for words in ["public key is another application", "timestamp"] {
            assert!(report.advice.contains(words), "{name}: {}", report.to_json());
        }
        assert!(!report.to_json().contains("SHA-512"), "{name}");
    }
}

/// Whoever reads this report could have read the public key before, and signed with it.
#[test]
fn what_was_signed_with_a_public_key_as_a_secret_has_no_cause() {
    let vector = vector(STANDARD);
    let key = &vector.options.public_keys[0];
    let base64 = key.trim_start_matches("whpk_");
    let spellings = [key.clone(), base64.to_owned(), format!(" {key}\n"), base64.trim_end_matches('=').to_owned()];
    for given in &spellings {
        for signed_with in [&format!("whsec_{base64}"), &base64.to_owned()] {
            let signer = Signer::new(Scheme::STANDARD_WEBHOOKS, signed_with).expect("a signer");
            let headers = signer.sign(&vector.body, vector.now(), Some("msg_1")).expect("headers");
            let explainer = Explainer::new(Scheme::STANDARD_WEBHOOKS).public_key(given);
            let report = explainer.explain(&headers, &vector.body, vector.now());
            assert!(report.verdict.is_err() && report.causes.is_empty(), "{given:?}: {}", report.to_json());
            assert_eq!(report.secret_index, None);
        }
    }
    // A secret that is no public key is another matter: nobody else knows it.
    let signer = Signer::new(Scheme::STANDARD_WEBHOOKS, SECRET).expect("a signer");
    let headers = signer.sign(&vector.body, vector.now(), Some("msg_1")).expect("headers");
    let report = Explainer::new(Scheme::STANDARD_WEBHOOKS).public_key(SECRET);
    let report = report.explain(&headers, &vector.body, vector.now());
    assert_eq!(codes(&report), ["public_key_is_secret"], "{}", report.to_json());
}

#[test]
fn the_search_ends_within_its_budget() {
    let mut vector = vector("a signature with another key");
    vector.body = format!("{{\"é/<\":[{}1.5]}}", "{\"a\": 1, \"b\":\t\"\\/\"},".repeat(20_000)).into_bytes();
    let report = explain(&vector);
    assert!(report.causes.is_empty() && !report.search.complete, "{:?}", report.search);
    assert!(report.search.macs <= 512 && report.search.work <= (32 << 20) + 34 * (vector.body.len() as u64));
}

#[test]
fn facts_name_public_keys_only_where_there_are_some() {
    let mut both = vector("v1a alone, for a receiver with both: the public key comes after the secret");
    let json = explain(&both).to_json();
    assert!(json.contains("1 secret and 1 public key can be used"), "{json}");
    assert!(json.contains("public_keys[0] made the signature") && json.contains("\"public_keys\":1"), "{json}");
    both.options.public_keys.clear();
    let report = explainer(&both).option_names(OptionNames::Flag).explain(&both.headers, &both.body, both.now());
    assert!(!report.to_json().contains("public_keys["), "{}", report.to_json());
    assert_eq!(report.verdict.as_ref().err().map(Error::code), Some("malformed_signature"));
    assert!(report.to_json().contains("signature_is_ed25519"), "{}", report.to_json());
}
