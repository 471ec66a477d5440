//! Deliveries in the queues of other engines.
#![cfg(all(feature = "axum", feature = "hand-over"))]

mod hand_over;
mod stored;

use hookseal::{OwnedDelivery, Signer, UnixTime, Verifier};

const SECRET: &str = "a secret that was made up for tests";
const NOW: UnixTime = UnixTime::from_secs(1_700_000_000);

fn envelope(id: &str) -> String {
    format!(
        r#"{{"event_type":"meeting.completed","event_id":"{id}","timestamp":"2023-11-14T22:13:20Z",
            "partner_app_id":"app-1","data":{{"meeting_id":"m-1"}}}}"#
    )
}

/// A verified delivery.
fn delivery(id: &str) -> OwnedDelivery<Vec<u8>> {
    let body = envelope(id).into_bytes();
    let headers = Signer::contio(SECRET).expect("a signer").sign(&body, NOW, None).expect("headers");
    let verifier = Verifier::contio(SECRET).expect("a verifier");
    verifier.verify_owned(&headers, body, NOW).expect("genuine")
}
