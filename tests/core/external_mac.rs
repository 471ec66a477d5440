//! Verification with MACs computed outside the core, here by `hmac` itself.

use hmac::{Hmac, KeyInit as _, Mac as _};
use hookseal::{OptionNames, PreparedHeaders, Scheme, Secret, SignatureFormat, Signer, Verifier};
use hookseal_tests::{Vector, vectors};
use sha2::Sha256;

use crate::support::{BODY, NOW, SECRET, code, id_for, pairs, sign, verifier};

/// The MACs of a vector's delivery, one per secret.
fn macs(vector: &Vector, verifier: &Verifier) -> Result<Vec<[u8; 32]>, hookseal::Error> {
    let input = verifier.signing_input(&vector.headers)?;
    let encoding = verifier.scheme().key_encoding();
    let compute = |secret: &String| {
        let mut buffer = [0; 512];
        let key = Secret::from(secret).key(encoding, &mut buffer)?;
        let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("any length");
        input.before_body().for_each(|part| mac.update(part));
        mac.update(&vector.body);
        input.after_body().for_each(|part| mac.update(part));
        Ok(mac.finalize().into_bytes().into())
    };
    vector.secrets.iter().map(compute).collect()
}

#[test]
fn every_vector_has_the_same_verdict_with_macs_computed_outside() {
    for vector in vectors() {
        let Ok(verifier) = vector.verifier() else { continue };
        let expected = verifier.verify(&vector.headers, &vector.body, vector.now());
        // Both halves report invalid headers, but the second checks the size first.
        let macs = macs(&vector, &verifier).unwrap_or(vec![[0; 32]; vector.secrets.len()]);
        let found = verifier.verify_with_macs(&vector.headers, &vector.body, &macs, vector.now());
        match (expected, found) {
            (Ok(expected), Ok(found)) => {
                assert_eq!(found.scheme(), expected.scheme(), "{}", vector.name);
                assert_eq!(found.timestamp(), expected.timestamp(), "{}", vector.name);
                assert_eq!(found.secret_index(), expected.secret_index(), "{}", vector.name);
                assert_eq!(found.id(), expected.id(), "{}", vector.name);
            }
            (Err(expected), Err(found)) => assert_eq!(found, expected, "{}", vector.name),
            (expected, found) => panic!("{}: {expected:?}, but {found:?} with MACs", vector.name),
        }
    }
}

#[test]
fn a_body_that_is_left_out_has_the_verdict_of_one_that_is_given() {
    let mut left_out = 0;
    for vector in vectors() {
        let Ok(verifier) = vector.verifier() else { continue };
        let macs = macs(&vector, &verifier).unwrap_or(vec![[0; 32]; vector.secrets.len()]);
        let expected = verifier.verify_with_macs(&vector.headers, &vector.body, &macs, vector.now());
        let length = vector.body.len() as u64;
        let found = verifier.verify_unread_with_macs(&vector.headers, length, &macs, vector.now());
        let reads_body = verifier.signing_input(&vector.headers).is_ok_and(|input| input.reads_body());
        match (expected, found) {
            (Ok(expected), Ok(found)) => {
                left_out += 1;
                assert_eq!((found.scheme(), found.id()), (expected.scheme(), expected.id()), "{}", vector.name);
                assert_eq!(found.timestamp(), expected.timestamp(), "{}", vector.name);
                assert_eq!(found.secret_index(), expected.secret_index(), "{}", vector.name);
            }
            // Not even a malformed body is reported as such: nothing has read it.
            (_, Err(found)) if reads_body && found.code() == "invalid_argument" => {
                assert!(found.to_string().contains("the body itself"), "{found}");
            }
            (Err(expected), Err(found)) => assert_eq!(found, expected, "{}", vector.name),
            (expected, found) => panic!("{}: {expected:?}, but {found:?} without the body", vector.name),
        }
    }
    assert!(left_out >= 1000, "{left_out}");
    let verifier = verifier(Scheme::GITHUB);
    let headers = sign(Scheme::GITHUB, b"{}", NOW);
    let of_length = |bytes| code(verifier.verify_unread_with_macs(&headers, bytes, &[[0; 32]], NOW));
    assert_eq!((of_length(1 << 32), of_length((1 << 32) - 1)), ("body_too_large", "signature_mismatch"));
}

#[test]
fn headers_that_are_read_once_have_the_verdict_of_headers_that_are_read_again() {
    let mut prepared_ones = 0;
    for vector in vectors() {
        let Ok(verifier) = vector.verifier() else { continue };
        let Ok(input) = verifier.signing_input(&vector.headers) else { continue };
        let Some(prepared) = input.prepare() else { continue };
        let macs = macs(&vector, &verifier).expect("the headers were read");
        let length = vector.body.len() as u64;
        for macs in [macs, vec![[0; 32]; vector.secrets.len()], Vec::new()] {
            let expected = verifier.verify_unread_with_macs(&vector.headers, length, &macs, vector.now());
            let found = verifier.verify_prepared_with_macs(&prepared, length, &macs, vector.now());
            match (expected, found) {
                (Ok(expected), Ok(secret)) => {
                    prepared_ones += 1;
                    assert_eq!((secret, prepared.timestamp), (expected.secret_index(), expected.timestamp()));
                    assert_eq!(verifier.scheme().variants()[prepared.variant].name(), expected.scheme());
                    assert_eq!(input.unverified_id(), expected.id(), "{}", vector.name);
                }
                (Err(expected), Err(found)) => assert_eq!(found, expected, "{}", vector.name),
                (expected, found) => panic!("{}: {expected:?}, but {found:?} prepared", vector.name),
            }
        }
    }
    assert!(prepared_ones >= 1000, "{prepared_ones}");
}

#[test]
fn a_time_that_was_left_out_is_not_a_check_that_is_left_out() {
    let verifier = verifier(Scheme::STRIPE);
    let headers = sign(Scheme::STRIPE, b"{}", NOW);
    let prepared = verifier.signing_input(&headers).expect("valid headers").prepare().expect("one signature");
    let signature = prepared.signature;
    let decide = |prepared| code(verifier.verify_prepared_with_macs(&prepared, 2, &[signature], NOW));
    assert_eq!(decide(prepared), "accepted");
    assert_eq!(decide(PreparedHeaders { timestamp: None, ..prepared }), "invalid_argument");
    assert_eq!(decide(PreparedHeaders { variant: 1, ..prepared }), "invalid_argument");
    let several = Scheme::CONTIO;
    let mine = self::verifier(several);
    let body_variant = PreparedHeaders { variant: 1, timestamp: None, signature };
    assert_eq!(code(mine.verify_prepared_with_macs(&body_variant, 2, &[signature], NOW)), "invalid_argument");
}

#[test]
fn there_must_be_as_many_macs_as_secrets() {
    let headers = sign(Scheme::CONTIO, BODY.as_bytes(), NOW);
    let verifier = verifier(Scheme::CONTIO);
    for macs in [&[][..], &[[0; 32]; 2]] {
        assert_eq!(code(verifier.verify_with_macs(&headers, BODY.as_bytes(), macs, NOW)), "invalid_argument");
    }
}

#[test]
fn only_the_scheme_with_its_timestamp_in_the_envelope_reads_the_body() {
    for scheme in Scheme::PRESETS {
        let headers = sign(*scheme, BODY.as_bytes(), NOW);
        let reads_body = verifier(*scheme).signing_input(&headers).expect("valid headers").reads_body();
        assert_eq!(reads_body, scheme.name() == "contio-body", "{}", scheme.name());
    }
}

#[test]
fn a_verifier_signs_what_it_accepts() {
    for scheme in Scheme::PRESETS {
        let verifier = verifier(*scheme);
        let signer = verifier.signer(0).expect("it has a secret");
        let headers = signer.sign(BODY.as_bytes(), NOW, id_for(scheme)).expect("a valid delivery");
        assert_eq!(pairs(&headers), pairs(&sign(*scheme, BODY.as_bytes(), NOW)), "{}", scheme.name());
        assert!(verifier.signer(1).is_none());
    }
}

#[test]
fn the_parts_of_an_error_are_what_it_displays() {
    let scheme =
        Scheme::builder("acme").signature("X-Acme", SignatureFormat::hex("")).build().expect_err("nothing is signed");
    let secret = Signer::contio("").expect_err("an empty secret");
    let header = verifier(Scheme::CONTIO).verify(&[("X", SECRET)], b"", NOW).expect_err("no headers");
    for error in [scheme, secret, header] {
        let mut text = String::new();
        error.write_text(OptionNames::Snake, &mut |letter| text.push(letter));
        assert_eq!(text, error.to_string());
        assert!(error.to_string().contains(": "), "{error}");
    }
}
