//! Deliveries to be handled once.

use hookseal::{OwnedDelivery, Scheme, SignedHeaders, Signer, UnixTime, Verifier};

/// The secret of the tests.
pub const SECRET: &str = "a secret for tests only";

/// The body of an event, with more members if there are any, such as `,"extra":1`.
#[must_use]
pub fn envelope(event_id: &str, more: &str) -> String {
    format!(
        r#"{{"event_type":"meeting.completed","event_id":"{event_id}","timestamp":"2025-01-15T10:30:00Z","partner_app_id":"app-1","data":{{"meeting_id":"m-1","title":"Stand-up","workspace_id":"w-1","completed_at":"2025-01-15T10:29:58Z"}}{more}}}"#
    )
}

/// The headers of a delivery that is signed now.
#[must_use]
pub fn signed(body: &[u8]) -> SignedHeaders<'static> {
    Signer::contio(SECRET).expect("a signer").sign(body, UnixTime::now(), None).expect("headers")
}

/// A verified delivery of an event.
#[must_use]
pub fn delivery(event_id: &str) -> OwnedDelivery {
    delivery_with(event_id, "")
}

/// The same with more members in its body.
#[must_use]
pub fn delivery_with(event_id: &str, more: &str) -> OwnedDelivery {
    let body = envelope(event_id, more).into_bytes();
    let headers = signed(&body);
    let verifier = Verifier::contio(SECRET).expect("a verifier");
    verifier.verify_owned(&headers, body, UnixTime::now()).expect("a genuine delivery")
}

/// A verified delivery that has no key: its body is empty.
#[must_use]
pub fn keyless() -> OwnedDelivery {
    let headers = Signer::new(Scheme::GITHUB, SECRET).expect("a signer").sign(b"", UnixTime::now(), None);
    let verifier = Verifier::builder(Scheme::GITHUB).secret(SECRET).build().expect("a verifier");
    verifier.verify_owned(&headers.expect("headers"), Vec::new(), UnixTime::now()).expect("a genuine delivery")
}
