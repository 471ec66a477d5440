//! An endpoint of several senders: the verifiers are tried in order.

use std::cell::RefCell;

use hookseal::{HeaderLookup, HeaderName, Headers, Scheme, Verifier};

use crate::support::{BODY, NOW, code, pairs, sign, verifier};

#[test]
fn the_first_verifier_that_accepts_a_delivery_answers() {
    let schemes = [Scheme::STRIPE, Scheme::GITHUB, Scheme::SHOPIFY, Scheme::GITHUB];
    let verifiers = schemes.map(verifier);
    for (scheme, index) in [(Scheme::STRIPE, 0), (Scheme::GITHUB, 1), (Scheme::SHOPIFY, 2)] {
        let headers = sign(scheme, BODY.as_bytes(), NOW);
        let (found, delivery) = Verifier::verify_any(&verifiers, &headers, BODY.as_bytes(), NOW).expect("genuine");
        assert_eq!((found, delivery.scheme(), delivery.body()), (index, scheme.name(), BODY.as_bytes()));
    }
    // A delivery that carries two senders' genuine signatures is that of the first verifier.
    let both = [sign(Scheme::GITHUB, BODY.as_bytes(), NOW), sign(Scheme::STRIPE, BODY.as_bytes(), NOW)];
    let headers: Vec<_> = both.iter().flat_map(pairs).collect();
    let (found, _) = Verifier::verify_any(&verifiers, &headers, BODY.as_bytes(), NOW).expect("genuine");
    assert_eq!(found, 0);
}

#[test]
fn the_error_is_that_of_the_first_verifier_whose_signature_is_present() {
    let schemes = [Scheme::STRIPE, Scheme::GITHUB, Scheme::SVIX, Scheme::SHOPIFY];
    let verifiers = schemes.map(verifier);
    let refused = |headers: &[(&str, &str)], body: &str| {
        Verifier::verify_any(&verifiers, headers, body.as_bytes(), NOW).map(|_| ()).expect_err("a refusal")
    };
    let zeros = format!("sha256={}", "0".repeat(64));
    let github = ("X-Hub-Signature-256", &*zeros);
    for (headers, code, subject) in [
        (vec![], "missing_header", Some("Stripe-Signature")),
        (vec![("X-Other", "1")], "missing_header", Some("Stripe-Signature")),
        (vec![github], "signature_mismatch", None),
        (vec![github, ("X-Shopify-Hmac-Sha256", "?")], "signature_mismatch", None),
        (vec![("shopify-hmac-sha256", "?")], "malformed_signature", Some("X-Shopify-Hmac-Sha256")),
        (vec![("webhook-signature", "v1,?")], "missing_header", Some("svix-id")),
        (vec![github, github], "duplicate_header", Some("X-Hub-Signature-256")),
    ] {
        let error = refused(&headers, BODY);
        assert_eq!((error.code(), error.subject()), (code, subject), "{headers:?}");
    }
    // A delivery that is too old is reported as such, and not as one of the first sender's.
    let old = sign(Scheme::SVIX, BODY.as_bytes(), hookseal::UnixTime::from_secs(NOW.as_secs() - 301));
    let result = Verifier::verify_any(&verifiers, &old, BODY.as_bytes(), NOW).map(|_| ());
    assert_eq!(code(result), "timestamp_too_old");
    assert_eq!(code(Verifier::verify_any(&[], &old, BODY.as_bytes(), NOW).map(|_| ())), "invalid_argument");
}

/// Notes which headers are looked up.
struct Noted<'h>(&'h [(&'h str, &'h str)], RefCell<Vec<String>>);

impl Headers for Noted<'_> {
    fn find<'h>(&'h self, name: &HeaderName) -> HeaderLookup<'h> {
        self.1.borrow_mut().push(name.as_str().to_owned());
        self.0.find(name)
    }
}

#[test]
fn no_verifier_after_the_one_that_answered_is_asked() {
    let verifiers = [Scheme::GITHUB, Scheme::SHOPIFY].map(verifier);
    let signed = pairs(&sign(Scheme::GITHUB, BODY.as_bytes(), NOW));
    let signed: Vec<(&str, &str)> = signed.iter().map(|(name, value)| (&**name, &**value)).collect();
    let headers = Noted(&signed, RefCell::default());
    Verifier::verify_any(&verifiers, &headers, BODY.as_bytes(), NOW).expect("genuine");
    assert_eq!(*headers.1.borrow(), ["X-Hub-Signature-256"]);
}
