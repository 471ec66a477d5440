//! Other libraries accept what hookseal signs, and hookseal accepts what they sign.

use hookseal::{Scheme, UnixTime};
use webhook_verify::{Provider, Secret, VerifyError, VerifyOptions};

use crate::support::{BASE64_SECRET, BODY, pairs, secret_for, sign, verifier};

fn header_map(pairs: &[(String, String)]) -> http::HeaderMap {
    pairs
        .iter()
        .map(|(name, value)| (http::HeaderName::try_from(name).unwrap(), http::HeaderValue::try_from(value).unwrap()))
        .collect()
}

#[test]
fn deliveries_signed_by_standardwebhooks_are_accepted() {
    let theirs = standardwebhooks::Webhook::new(BASE64_SECRET).unwrap();
    let now = UnixTime::now();
    for body in [BODY, "", "not json, \u{1f600}"] {
        let signature = theirs.sign("msg_1", now.as_secs(), body.as_bytes()).unwrap();
        let timestamp = now.as_secs().to_string();
        for (scheme, brand) in [(Scheme::STANDARD_WEBHOOKS, "webhook"), (Scheme::SVIX, "svix")] {
            let headers = [
                (format!("{brand}-id"), "msg_1"),
                (format!("{brand}-timestamp"), &timestamp),
                (format!("{brand}-signature"), &signature),
            ];
            let verifier = verifier(scheme);
            assert_eq!(verifier.verify(&headers, body.as_bytes(), now).unwrap().id(), Some("msg_1"));
        }
    }
}

#[test]
fn standardwebhooks_accepts_deliveries_signed_here() {
    let theirs = standardwebhooks::Webhook::new(BASE64_SECRET).unwrap();
    let headers = header_map(&pairs(&sign(Scheme::STANDARD_WEBHOOKS, BODY.as_bytes(), UnixTime::now())));
    theirs.verify(BODY.as_bytes(), &headers).unwrap();
    assert!(theirs.verify(b"another body", &headers).is_err());
}

#[test]
fn webhook_verify_accepts_deliveries_signed_here() {
    for (scheme, provider) in [
        (Scheme::STRIPE, Provider::Stripe),
        (Scheme::GITHUB, Provider::GitHub),
        (Scheme::SHOPIFY, Provider::Shopify),
        (Scheme::SLACK, Provider::Slack),
        (Scheme::STANDARD_WEBHOOKS, Provider::StandardWebhooks),
    ] {
        let headers = pairs(&sign(scheme, BODY.as_bytes(), UnixTime::now()));
        let secret = Secret::new(secret_for(&scheme));
        let theirs = |body: &[u8]| webhook_verify::verify(provider, &headers, body, &secret, VerifyOptions::default());
        assert_eq!(theirs(BODY.as_bytes()), Ok(()), "{}", scheme.name());
        assert_eq!(theirs(b"another body"), Err(VerifyError::SignatureMismatch), "{}", scheme.name());
    }
}
