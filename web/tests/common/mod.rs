//! Deliveries for the tests of all frameworks.
#![allow(dead_code, unreachable_pub)] // each framework's tests use some

use std::sync::{Arc, Mutex};

use hookseal::{Scheme, SignedHeaders, Signer, UnixTime, Verifier};
use hookseal_web::Receiver;

pub const SECRET: &str = "a secret for tests only";
pub const BODY: &str = r#"{"event_type":"meeting.completed","event_id":"evt-1","timestamp":"2025-01-15T10:30:00Z","partner_app_id":"app-1","data":{"meeting_id":"m-1","title":"Stand-up","workspace_id":"w-1","completed_at":"2025-01-15T10:29:58Z"}}"#;

pub fn sign(body: &[u8]) -> SignedHeaders<'static> {
    Signer::contio(SECRET).unwrap().sign(body, UnixTime::now(), None).unwrap()
}

pub fn github(body: &[u8]) -> SignedHeaders<'static> {
    Signer::new(Scheme::GITHUB, SECRET).unwrap().sign(body, UnixTime::now(), None).unwrap()
}

/// The codes of the refusals that a hook was called with.
#[derive(Clone, Default)]
pub struct Refused(Arc<Mutex<Vec<&'static str>>>);

impl Refused {
    pub fn receiver(&self, scheme: Scheme, max_body: usize) -> Receiver {
        let codes = Arc::clone(&self.0);
        let verifier = Verifier::builder(scheme).secret(SECRET).max_body(max_body).build().unwrap();
        let allowed = format!("bytes or more, and {max_body} are allowed");
        Receiver::new(verifier).on_refusal(move |error| {
            let is_too_large = error.code() == "body_too_large";
            assert_eq!(error.to_string().contains(&allowed), is_too_large, "{error}");
            codes.lock().unwrap().push(error.code());
        })
    }

    pub fn take(&self) -> Vec<&'static str> {
        std::mem::take(&mut self.0.lock().unwrap())
    }
}

/// Its name; the headers and the body that are sent; and what must come back: the status, and the code if it is
/// refused.
type Case = (&'static str, Vec<(String, String)>, Vec<u8>, u16, Option<&'static str>);

pub fn cases() -> Vec<Case> {
    let owned = |headers: &SignedHeaders<'_>| -> Vec<(String, String)> {
        headers.iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
    };
    let genuine = owned(&sign(BODY.as_bytes()));
    let old = Signer::contio(SECRET).unwrap().sign(BODY.as_bytes(), UnixTime::from_secs(1_700_000_000), None).unwrap();
    let mut doubled = genuine.clone();
    doubled.push(genuine[0].clone());
    let large = vec![b' '; 4096];
    vec![
        ("genuine", genuine.clone(), BODY.into(), 200, None),
        ("changed", genuine.clone(), BODY.replace("Stand-up", "Stand-in").into(), 401, Some("signature_mismatch")),
        ("unsigned", Vec::new(), BODY.into(), 400, Some("missing_header")),
        ("doubled", doubled, BODY.into(), 400, Some("duplicate_header")),
        ("old", owned(&old), BODY.into(), 401, Some("timestamp_too_old")),
        ("no envelope", owned(&sign(b"[]")), b"[]".to_vec(), 400, Some("malformed_envelope")),
        ("too large", owned(&sign(&large)), large, 413, Some("body_too_large")),
        ("empty", genuine, Vec::new(), 401, Some("signature_mismatch")),
    ]
}
