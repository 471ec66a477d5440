//! Verification with MACs that were made outside the core, here by `hmac` itself.

use hmac::{Hmac, KeyInit as _, Mac as _};
use hookseal::{Scheme, Secret, SignatureFormat, SignedPart, Signer, Verifier};
use hookseal_tests::{Vector, vectors};
use sha2::Sha256;

use crate::support::{BODY, NOW, SECRET, code, id_for, pairs, sign, verifier};

/// The tags that the secrets of a vector make over its body.
fn tags(vector: &Vector, verifier: &Verifier) -> Result<Vec<[u8; 32]>, hookseal::Error> {
    let around = verifier.signing_input(&vector.headers)?;
    let form = verifier.scheme().key_encoding();
    let make = |secret: &String| {
        let mut room = [0; 512];
        let mut mac = Hmac::<Sha256>::new_from_slice(Secret::from(secret).key(form, &mut room)?).expect("any length");
        around.before_body().for_each(|piece| mac.update(piece));
        mac.update(&vector.body);
        around.after_body().for_each(|piece| mac.update(piece));
        Ok(mac.finalize().into_bytes().into())
    };
    vector.secrets.iter().map(make).collect()
}

#[test]
fn every_vector_has_the_same_verdict_when_its_macs_are_made_elsewhere() {
    for vector in vectors() {
        let Ok(verifier) = vector.verifier() else { continue };
        let expected = verifier.verify(&vector.headers, &vector.body, vector.now());
        // Headers that are wrong are told of by both halves, and the second asks for the size first.
        let tags = tags(&vector, &verifier).unwrap_or(vec![[0; 32]; vector.secrets.len()]);
        let found = verifier.verify_with_macs(&vector.headers, &vector.body, &tags, vector.now());
        match (expected, found) {
            (Ok(expected), Ok(found)) => {
                assert_eq!(found.scheme(), expected.scheme(), "{}", vector.name);
                assert_eq!(found.timestamp(), expected.timestamp(), "{}", vector.name);
                assert_eq!(found.secret_index(), expected.secret_index(), "{}", vector.name);
                assert_eq!(found.id(), expected.id(), "{}", vector.name);
            }
            (Err(expected), Err(found)) => assert_eq!(found, expected, "{}", vector.name),
            (expected, found) => panic!("{}: {expected:?}, but {found:?} with tags", vector.name),
        }
    }
}

#[test]
fn tags_must_be_as_many_as_secrets() {
    let headers = sign(Scheme::CONTIO, BODY.as_bytes(), NOW);
    let verifier = verifier(Scheme::CONTIO);
    for tags in [&[][..], &[[0; 32]; 2]] {
        assert_eq!(code(verifier.verify_with_macs(&headers, BODY.as_bytes(), tags, NOW)), "invalid_argument");
    }
}

#[test]
fn only_the_form_whose_age_is_in_its_envelope_reads_the_body() {
    for scheme in Scheme::PRESETS {
        let headers = sign(*scheme, BODY.as_bytes(), NOW);
        let reads_body = verifier(*scheme).signing_input(&headers).expect("sound headers").reads_body();
        assert_eq!(reads_body, scheme.name() == "contio-body", "{}", scheme.name());
    }
}

#[test]
fn a_verifier_signs_what_it_accepts() {
    for scheme in Scheme::PRESETS {
        let verifier = verifier(*scheme);
        let signer = verifier.signer(0).expect("it has a secret");
        let headers = signer.sign(BODY.as_bytes(), NOW, id_for(scheme)).expect("a sound delivery");
        assert_eq!(pairs(&headers), pairs(&sign(*scheme, BODY.as_bytes(), NOW)), "{}", scheme.name());
        assert!(verifier.signer(1).is_none());
    }
}

#[test]
fn a_template_is_read_as_the_pieces_that_it_names() {
    for (template, pieces) in [
        ("{body}", &[SignedPart::Body][..]),
        (
            "v0:{timestamp}:{body}",
            &[SignedPart::Text("v0:"), SignedPart::Timestamp, SignedPart::Text(":"), SignedPart::Body],
        ),
        (
            "{id}{{timestamp}é{body}}",
            &[
                SignedPart::Id,
                SignedPart::Text("{"),
                SignedPart::Timestamp,
                SignedPart::Text("é"),
                SignedPart::Body,
                SignedPart::Text("}"),
            ],
        ),
        ("{Body}", &[SignedPart::Text("{Body}")]),
        ("", &[]),
    ] {
        let mut room = [SignedPart::Body; 8];
        let read = SignedPart::read_template(template, &mut room).expect("few pieces");
        assert_eq!(format!("{read:?}"), format!("{pieces:?}"), "{template}");
    }
    let mut room = [SignedPart::Body; 8];
    assert_eq!(code(SignedPart::read_template(&"{id}".repeat(9), &mut room)), "invalid_scheme");
}

#[test]
fn a_scheme_tells_its_headers_and_the_names_of_its_forms() {
    let headers = |scheme: &Scheme| {
        let names = [Some(scheme.signature_header()), scheme.timestamp_header(), scheme.id_header()];
        names.map(|name| name.map(|name| name.as_str().to_owned()))
    };
    for scheme in Scheme::PRESETS {
        let signed = pairs(&sign(*scheme, BODY.as_bytes(), NOW));
        let told: Vec<_> = headers(scheme).into_iter().flatten().collect();
        assert_eq!(told, signed.into_iter().map(|(name, _)| name).collect::<Vec<_>>(), "{}", scheme.name());
    }
    let forms = |scheme: Scheme| scheme.variants().iter().map(|variant| variant.name().to_owned()).collect::<Vec<_>>();
    assert_eq!(forms(Scheme::CONTIO), ["contio-timestamped", "contio-body"]);
    assert_eq!(forms(Scheme::GITHUB), ["github"]);
}

#[test]
fn the_pieces_of_an_error_are_what_it_displays() {
    let scheme =
        Scheme::builder("acme").signature("X-Acme", SignatureFormat::hex("")).build().expect_err("nothing is signed");
    let secret = Signer::contio("").expect_err("an empty secret");
    let header = verifier(Scheme::CONTIO).verify(&[("X", SECRET)], b"", NOW).expect_err("no headers");
    for error in [scheme, secret, header] {
        assert_eq!(error.parts().concat(), error.to_string());
        assert!(error.to_string().contains(": "), "{error}");
    }
}
