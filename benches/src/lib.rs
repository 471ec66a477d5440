//! What is measured: the deliveries that `cases.json` describes, the same in the benches of every language.

use std::fmt;

use hookseal::{Error, Scheme, Signer, UnixTime};
use serde::Deserialize;

/// The contents of `cases.json`, where each part is explained.
#[derive(Debug, Deserialize)]
pub struct Cases {
    /// What deliveries are signed with.
    pub secret: String,
    /// Another secret that a receiver may have beside it.
    pub other_secret: String,
    /// When deliveries are signed and received, in Unix seconds.
    pub now: i64,
    /// The id of a delivery, for schemes that sign one.
    pub id: String,
    /// The `meeting_id` in every body.
    pub meeting_id: String,
    /// The bodies' sizes in bytes.
    pub sizes: Vec<usize>,
    headers: Vec<(String, String)>,
    template: String,
    title: String,
}

/// One request as a receiver gets it.
pub struct Delivery {
    /// The headers of any request, and behind them those that the scheme signs with.
    pub headers: Vec<(String, String)>,
    /// The raw body.
    pub body: Vec<u8>,
}

impl Cases {
    /// Reads `cases.json`.
    ///
    /// # Panics
    /// If it is not what this type says.
    #[must_use]
    pub fn read() -> Self {
        serde_json::from_str(include_str!("../cases.json")).expect("cases.json is of the form of `Cases`")
    }

    /// When deliveries are signed and received.
    #[must_use]
    pub fn now(&self) -> UnixTime {
        UnixTime::from_secs(self.now)
    }

    /// The body of exactly `size` bytes.
    ///
    /// # Panics
    /// If the template alone is larger.
    #[must_use]
    pub fn body(&self, size: usize) -> Vec<u8> {
        let (before, behind) = self.template.split_once("{title}").expect("the template has a place for the title");
        let room = size.checked_sub(before.len() + behind.len()).expect("the template fits into every size");
        let title: String = self.title.chars().cycle().take(room).collect();
        let body = [before, &title, behind].concat().into_bytes();
        assert_eq!(body.len(), size);
        body
    }

    /// The delivery of `size` bytes by `scheme`, signed with the secret at the time of the cases.
    ///
    /// # Errors
    /// What [`Signer`] refuses.
    pub fn delivery(&self, scheme: Scheme, size: usize) -> Result<Delivery, Error> {
        self.signed(scheme, size, &self.secret, self.now(), None)
    }

    /// The same with another secret, at another time, or with a signed id.
    ///
    /// # Errors
    /// What [`Signer`] refuses.
    pub fn signed(
        &self,
        scheme: Scheme,
        size: usize,
        secret: &str,
        time: UnixTime,
        id: Option<&str>,
    ) -> Result<Delivery, Error> {
        let body = self.body(size);
        let signed = Signer::new(scheme, secret)?.sign(&body, time, id)?;
        let fixed = self.headers.iter().map(|(name, value)| (name.clone(), value.replace("{size}", &size.to_string())));
        let own = signed.iter().map(|(name, value)| (name.to_ascii_lowercase(), value.to_owned()));
        Ok(Delivery { headers: fixed.chain(own).collect(), body })
    }
}

impl Delivery {
    /// The headers, borrowed: what a server without a header type of its own hands over.
    #[must_use]
    pub fn pairs(&self) -> Vec<(&str, &str)> {
        self.headers.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect()
    }
}

impl fmt::Debug for Delivery {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Delivery").field("headers", &self.headers).field("body", &self.body.len()).finish()
    }
}

#[cfg(test)]
mod tests {
    use hookseal::{Event, Verifier};

    use super::*;

    #[test]
    fn every_body_has_its_size_and_is_the_event_that_it_claims_to_be() {
        let cases = Cases::read();
        let verifier = Verifier::contio(&cases.secret).unwrap();
        for size in cases.sizes.iter().copied() {
            let delivery = cases.delivery(Scheme::CONTIO, size).unwrap();
            assert_eq!(delivery.body.len(), size);
            let verified = verifier.verify(&delivery.headers, &delivery.body, cases.now()).unwrap();
            let Event::MeetingCompleted(meeting) = verified.envelope().unwrap().event() else {
                panic!("not meeting.completed");
            };
            assert_eq!(meeting.meeting_id, cases.meeting_id);
            assert_eq!(meeting.extra.iter().count(), 0);
        }
    }

    #[test]
    fn a_request_has_seven_headers_in_lower_case() {
        let delivery = Cases::read().delivery(Scheme::CONTIO, 235).unwrap();
        let names: Vec<_> = delivery.pairs().iter().map(|(name, _)| *name).collect();
        let own = ["x-contio-signature", "x-contio-timestamp"];
        assert_eq!(
            names,
            [["host", "user-agent", "content-type", "content-length", "accept"].as_slice(), &own].concat()
        );
        assert!(delivery.pairs().contains(&("content-length", "235")));
    }
}
