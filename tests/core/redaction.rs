//! Nothing that is printed shows a secret, a key or a signature.

use hookseal::{Scheme, Secret, Signer, Verifier};

use crate::support::{BASE64_SECRET, BODY, NOW, SECRET, pairs, secret_for, sign};

/// The secrets of these tests, in every spelling in which they could leak.
fn spellings() -> Vec<String> {
    let mut spellings = vec![SECRET.to_owned(), BASE64_SECRET["whsec_".len()..].to_owned()];
    spellings.push(SECRET.bytes().map(|byte| format!("{byte:02x}")).collect());
    spellings.push(format!("{:?}", SECRET.as_bytes()));
    spellings
}

fn assert_shows_no_secret(text: &str) {
    for spelling in spellings() {
        assert!(!text.contains(spelling.trim_matches(['[', ']'])), "{text}");
    }
}

#[test]
fn debug_shows_neither_secrets_nor_keys() {
    for scheme in Scheme::PRESETS.iter().copied() {
        let secret = secret_for(&scheme);
        let builder = Verifier::builder(scheme).secret(secret);
        assert_shows_no_secret(&format!("{builder:?}"));
        let verifier = builder.build().unwrap();
        assert_shows_no_secret(&format!("{verifier:?} {:#?}", Signer::new(scheme, secret).unwrap()));
        let headers = sign(scheme, BODY.as_bytes(), NOW);
        assert_shows_no_secret(&format!("{:?}", verifier.stream(&headers).unwrap()));
        assert!(format!("{verifier:?}").contains("secrets: 1"), "{verifier:?}");
    }
    assert_shows_no_secret(&format!("{:?} {:?}", Secret::from(SECRET), Secret::from(SECRET.as_bytes())));
}

#[cfg(feature = "ed25519")]
#[test]
fn debug_shows_no_secret_that_is_given_as_a_public_key() {
    let key = hookseal::PublicKey::from(SECRET);
    assert_shows_no_secret(&format!("{key:?} {:?}", Verifier::builder(Scheme::DISCORD).public_key(key)));
}

#[test]
fn no_error_shows_a_secret_or_a_signature() {
    for secret in [format!(" {SECRET}"), format!("{SECRET}\n"), format!("whsec_{SECRET}")] {
        let error = Verifier::builder(Scheme::SVIX).secret(&secret).build().unwrap_err();
        assert_eq!(error.code(), "invalid_secret");
        assert_shows_no_secret(&format!("{error} {error:?}"));
    }
    for scheme in Scheme::PRESETS.iter().copied() {
        let verifier = Verifier::builder(scheme).secret(secret_for(&scheme)).build().unwrap();
        let genuine = pairs(&sign(scheme, BODY.as_bytes(), NOW));
        for cut in 1..3 {
            let mut headers = genuine.clone();
            let value = &mut headers[0].1;
            value.truncate(value.len() - cut);
            let error = verifier.verify(&headers, BODY.as_bytes(), NOW).unwrap_err();
            assert!(!format!("{error} {error:?}").contains(&genuine[0].1[8..16]), "{error}");
        }
        let error = verifier.verify(&genuine, b"another body", NOW).unwrap_err();
        assert_eq!(error.code(), "signature_mismatch");
        assert_shows_no_secret(&format!("{error} {error:?}"));
    }
}
