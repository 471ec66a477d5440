//! The measured deliveries: `cases.json` describes them, and they are the same in the benches of every language.

use std::fmt;

use hookseal::{Error, Scheme, Signer, UnixTime};
use serde::Deserialize;

/// The contents of `cases.json`, which documents its members.
#[derive(Debug, Deserialize)]
pub struct Cases {
    /// The secret that signs deliveries.
    pub secret: String,
    /// Another secret, which a receiver may have in addition.
    pub other_secret: String,
    /// The time at which deliveries are signed and received, in Unix seconds.
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
    /// The headers of any request, followed by the scheme's headers.
    pub headers: Vec<(String, String)>,
    /// The raw body.
    pub body: Vec<u8>,
}

impl Cases {
    /// Reads `cases.json`.
    ///
    /// # Panics
    /// If its contents do not match this type.
    #[must_use]
    pub fn read() -> Self {
        serde_json::from_str(include_str!("../cases.json")).expect("cases.json matches `Cases`")
    }

    /// The time at which deliveries are signed and received.
    #[must_use]
    pub fn now(&self) -> UnixTime {
        UnixTime::from_secs(self.now)
    }

    /// A body of exactly `size` bytes.
    ///
    /// # Panics
    /// If the template alone is larger than that.
    #[must_use]
    pub fn body(&self, size: usize) -> Vec<u8> {
        let (before, after) = self.template.split_once("{title}").expect("the template contains {title}");
        let length = size.checked_sub(before.len() + after.len()).expect("the template fits into every size");
        let title: String = self.title.chars().cycle().take(length).collect();
        let body = [before, &title, after].concat().into_bytes();
        assert_eq!(body.len(), size);
        body
    }

    /// A delivery of `size` bytes by `scheme`, signed with [`Self::secret`] at [`Self::now`].
    ///
    /// # Errors
    /// If [`Signer`] rejects the arguments.
    pub fn delivery(&self, scheme: Scheme, size: usize) -> Result<Delivery, Error> {
        self.signed(scheme, size, &self.secret, self.now(), None)
    }

    /// The same, but with any secret, time and id.
    ///
    /// # Errors
    /// If [`Signer`] rejects the arguments.
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
        let scheme_headers = signed.iter().map(|(name, value)| (name.to_ascii_lowercase(), value.to_owned()));
        Ok(Delivery { headers: fixed.chain(scheme_headers).collect(), body })
    }
}

impl Delivery {
    /// The headers, borrowed, as from a server without a header type.
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
    fn every_body_has_its_size_and_contains_the_expected_event() {
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
    fn a_request_has_seven_lower_case_headers() {
        let delivery = Cases::read().delivery(Scheme::CONTIO, 235).unwrap();
        let names: Vec<_> = delivery.pairs().iter().map(|(name, _)| *name).collect();
        let scheme_headers = ["x-contio-signature", "x-contio-timestamp"];
        assert_eq!(
            names,
            [["host", "user-agent", "content-type", "content-length", "accept"].as_slice(), &scheme_headers].concat()
        );
        assert!(delivery.pairs().contains(&("content-length", "235")));
    }
}
