//! What all cases are made of: the receiver's secrets, the time, and genuine events and signatures.

use hookseal::{Error, ErrorKind, Secret, UnixTime};
use hookseal_captured::Header;
use serde_json::{Value, json};

use crate::cmd::torture::case::{Case, Delivery, Expected, Group};
use crate::cmd::torture::variant::Variant;

pub(super) const HOUR: i64 = 3_600;

/// The inputs of all cases of one variant.
pub(in crate::cmd::torture) struct Bench<'a> {
    pub(in crate::cmd::torture) variant: Variant,
    /// The receiver's secrets, the current one first.
    pub(in crate::cmd::torture) secrets: &'a [Secret<'a>],
    pub(in crate::cmd::torture) now: UnixTime,
    /// The largest body that the receiver accepts.
    pub(in crate::cmd::torture) max_body: usize,
    /// A word that is unique to this run, so that the receiver has seen none of its events before.
    pub(in crate::cmd::torture) run: &'a str,
}

impl Bench<'_> {
    pub(in crate::cmd::torture) fn secret(&self) -> Secret<'_> {
        self.secrets.first().copied().unwrap_or_else(|| (&[]).into())
    }

    pub(super) fn time(&self) -> String {
        self.variant.time_text(self.now)
    }

    /// An event of now; `name` becomes part of its id.
    pub(super) fn event(&self, name: &str) -> Value {
        self.event_at(name, 0)
    }

    /// An event that happened this many seconds after now.
    pub(super) fn event_at(&self, name: &str, seconds: i64) -> Value {
        let time = shifted(self.now, seconds).to_string();
        json!({
            "event_type": "meeting.completed",
            "event_id": self.id(name),
            "timestamp": time,
            "partner_app_id": "app-hookseal-torture",
            "data": { "meeting_id": "m-1", "title": "Stand-up", "workspace_id": "w-1", "completed_at": time },
        })
    }

    pub(in crate::cmd::torture) fn id(&self, name: &str) -> String {
        // A dot ends the id in what Standard Webhooks signs.
        self.variant.id_text(format!("evt-{}-{}-{}", self.run, self.variant.name(), name.replace('.', "-")))
    }

    pub(in crate::cmd::torture) fn body(&self, name: &str) -> Vec<u8> {
        self.event(name).to_string().into_bytes()
    }

    /// The body of an event with this title.
    pub(super) fn titled(&self, name: &str, title: &str) -> Vec<u8> {
        let mut event = self.event(name);
        event["data"]["title"] = title.into();
        event.to_string().into_bytes()
    }

    /// The headers of `body`, signed now.
    fn sign(&self, name: &str, body: &[u8]) -> Result<Vec<Header>, Error> {
        self.variant.sign(self.secret(), &self.time(), &self.id(name), body)
    }

    /// A genuine delivery of `body`; `name` becomes part of its id, if the variant signs one.
    pub(super) fn genuine(&self, name: &str, body: impl Into<Vec<u8>>) -> Result<Delivery, Error> {
        let body = body.into();
        Ok(Delivery::new(self.sign(name, &body)?, body))
    }

    /// A delivery that is signed for one body and sends another.
    pub(super) fn signed_as(&self, name: &str, signed: &[u8], sent: Vec<u8>) -> Result<Delivery, Error> {
        Ok(Delivery::new(self.sign(name, signed)?, sent))
    }

    /// The right signature of `body`.
    pub(super) fn signature(&self, name: &str, body: &[u8]) -> Result<String, Error> {
        self.variant.signature(self.secret(), &self.variant.signing_input(&self.time(), &self.id(name), body))
    }

    /// `body` with any text as its signature.
    pub(super) fn with_signature(&self, name: &str, signature: &str, body: &[u8]) -> Delivery {
        Delivery::new(self.variant.headers(signature, &self.time(), &self.id(name)), body)
    }

    pub(in crate::cmd::torture) fn case(
        &self,
        group: Group,
        (name, sent, why): (&'static str, &'static str, &'static str),
        expected: Expected,
        deliveries: Vec<Delivery>,
    ) -> Case {
        Case { group, variant: self.variant.name(), name, sent, why, expected, event_id: self.id(name), deliveries }
    }
}

pub(super) fn refused(kind: ErrorKind) -> Expected {
    Expected::Refused(kind)
}

pub(super) fn shifted(time: UnixTime, seconds: i64) -> UnixTime {
    UnixTime::from_secs(time.as_secs().saturating_add(seconds))
}

/// A body with every `from` replaced.
pub(super) fn replaced(body: &[u8], from: &[u8], to: &[u8]) -> Vec<u8> {
    let mut replaced = Vec::with_capacity(body.len());
    let mut rest = body;
    while !rest.is_empty() {
        if let Some(after) = rest.strip_prefix(from) {
            replaced.extend_from_slice(to);
            rest = after;
        } else {
            replaced.push(rest[0]);
            rest = &rest[1..];
        }
    }
    replaced
}

/// A JSON object with more fields at its start.
pub(super) fn with_fields(body: &[u8], fields: &str) -> Vec<u8> {
    [b"{", fields.as_bytes(), b",", &body[1..]].concat()
}
