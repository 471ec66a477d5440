//! Deliveries to be handled once.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;

use hookseal::{OwnedDelivery, Scheme, SignedHeaders, Signer, UnixTime, Verifier};

use super::WAIT;

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

/// Sends an event to a port of this machine, and returns the status of the answer; 0 if there is none.
#[must_use]
pub fn post(port: u16, id: &str) -> u16 {
    let body = envelope(id, "");
    let mut request =
        format!("POST / HTTP/1.1\r\nHost: test\r\nConnection: close\r\nContent-Length: {}\r\n", body.len());
    for (name, value) in signed(body.as_bytes()).iter() {
        request.push_str(&format!("{name}: {value}\r\n"));
    }
    let answer = || {
        let mut stream = TcpStream::connect(("127.0.0.1", port))?;
        stream.set_read_timeout(Some(WAIT))?;
        stream.write_all(format!("{request}\r\n{body}").as_bytes())?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer)?;
        Ok::<_, std::io::Error>(answer)
    };
    answer().ok().and_then(|answer| answer.get(9..12)?.parse().ok()).unwrap_or(0)
}
