//! Ed25519 signatures, which are verified by public keys.

use hookseal::{Ed25519, Error, OwnedStream, PublicKey, Scheme, SignatureFormat, SignedPart, Signer, Verifier};
use hookseal_tests::{Vector, Verdict, sender_vectors};

use crate::support::{NOW, code};

const KEY: &str = "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025";

fn verdict(vector: &Vector) -> Verdict {
    let verify = || -> Result<Verdict, Error> {
        let verifier = vector.verifier()?;
        let delivery = verifier.verify(&vector.headers, &vector.body, vector.now())?;
        let mut accepted = match &vector.expect {
            Verdict::Ok(accepted) => accepted.clone(),
            Verdict::Error(code) => panic!("{} is accepted instead of {code}", vector.name),
        };
        accepted.scheme = delivery.scheme().into();
        accepted.timestamp = delivery.timestamp().map(|time| time.as_secs());
        accepted.secret_index = delivery.secret_index();
        accepted.id = delivery.id().map(Into::into);
        Ok(Verdict::Ok(accepted))
    };
    verify().unwrap_or_else(|error| Verdict::Error(error.code().into()))
}

#[test]
fn every_delivery_with_ed25519_has_its_verdict() {
    let vectors = sender_vectors("ed25519.json");
    for vector in &vectors {
        assert_eq!(verdict(vector), vector.expect, "{}", vector.name);
    }
    let accepted = vectors.iter().filter(|vector| matches!(vector.expect, Verdict::Ok(_))).count();
    assert!(accepted >= 15 && vectors.len() - accepted >= 40, "{accepted} of {} are accepted", vectors.len());
}

#[test]
fn a_receiver_with_public_keys_needs_the_whole_body() {
    let verifier = Verifier::builder(Scheme::DISCORD).public_key(KEY).build().expect("a key");
    let headers = [("X-Signature-Timestamp", "1700000000"), ("X-Signature-Ed25519", &*"0".repeat(128))];
    for error in [
        verifier.stream(&headers).map(drop).expect_err("a stream"),
        verifier.stream_with_key(&headers).map(drop).expect_err("a stream"),
        verifier.verify_with_macs(&headers, b"{}", &[], NOW).map(drop).expect_err("MACs"),
        verifier.verify_with_macs(&headers, b"{}", &[[0; 32]], NOW).map(drop).expect_err("MACs"),
    ] {
        assert_eq!(error.code(), "invalid_argument");
        assert!(error.to_string().contains("verify"), "{error}");
    }
    let owned = OwnedStream::new(std::sync::Arc::new(verifier), headers.map(|(name, value)| (name, value.to_owned())));
    assert_eq!(code(owned), "invalid_argument");
}

#[test]
fn keys_of_the_wrong_kind_are_refused_with_what_to_do() {
    let error = |result: Result<Verifier, Error>| result.map(drop).expect_err("the wrong kind").to_string();
    for (key, words) in [
        ("whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", "give it as a secret"),
        ("whsk_AAAA", "private key"),
        ("whpk_AAAA", "copy the whole key"),
        ("", "is the variable"),
        (" whpk_AAAA", "white space"),
    ] {
        let found = error(Verifier::builder(Scheme::STANDARD_WEBHOOKS).public_key(key).build());
        assert!(found.contains(words) && found.contains("public_keys[0]"), "{key:?}: {found}");
    }
    for scheme in [Scheme::STANDARD_WEBHOOKS, Scheme::GITHUB, Scheme::CONTIO] {
        for (secret, words) in [("whpk_AAAA", "anybody could sign"), ("whsk_AAAA", "private key")] {
            let found = error(Verifier::builder(scheme).secret(secret).build());
            assert!(found.contains(words) && found.contains("secrets[0]"), "{secret:?}: {found}");
        }
    }
    let found = error(Verifier::builder(Scheme::DISCORD).secret("a secret of this test").build());
    assert!(found.contains("`public_key`") || found.contains("public_key"), "{found}");
    let found = error(Verifier::builder(Scheme::GITHUB).public_key(KEY).build());
    assert!(found.contains("takes no public key"), "{found}");
    assert_eq!(code(Signer::new(Scheme::DISCORD, "a secret of this test")), "invalid_secret");
}

#[test]
fn secrets_and_public_keys_are_at_most_eight_together() {
    let mut builder = Verifier::builder(Scheme::STANDARD_WEBHOOKS);
    for _ in 0..4 {
        builder = builder.secret("whsec_YSBzZWNyZXQgb2YgdGhpcyB0ZXN0").public_key(KEY);
    }
    let builder = builder.public_key(KEY);
    assert_eq!(code(builder.build()), "invalid_argument");
    let bytes = <[u8; 32]>::try_from(
        (0..64).step_by(2).map(|at| u8::from_str_radix(&KEY[at..at + 2], 16).unwrap()).collect::<Vec<_>>(),
    )
    .unwrap();
    assert!(Verifier::builder(Scheme::DISCORD).public_key(PublicKey::from(&bytes)).build().is_ok());
}

#[test]
fn a_scheme_of_ones_own_may_have_ed25519() {
    let builder = || Scheme::builder("acme").signed(&[SignedPart::Body]);
    let single = builder().signature("X-Acme", SignatureFormat::base64("v1=")).ed25519().build().expect("a scheme");
    assert_eq!(single.ed25519(), Ed25519::Only);
    let list = builder().signature("X-Acme", SignatureFormat::hex_list(',', '=', "v1"));
    let listed = list.ed25519_version("e1").build().expect("a scheme");
    assert_eq!(listed.ed25519(), Ed25519::Version("e1"));
    for (what, wrong) in [
        ("a list without a version", list.ed25519()),
        ("the version of the MACs", list.ed25519_version("v1")),
        ("a version with a space", list.ed25519_version("e 1")),
        (
            "a version of a single signature",
            builder().signature("X-Acme", SignatureFormat::hex("")).ed25519_version("e1"),
        ),
    ] {
        assert_eq!(code(wrong.build()), "invalid_scheme", "{what}");
    }
}
