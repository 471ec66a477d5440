//! Every case, as data. What a group holds is in the file of its name; this one has what they are made of.

mod bodies;
mod genuine;
mod headers;
mod odd;
mod signatures;
mod times;
mod wire;

use hookseal::{Error, ErrorKind, Secret, UnixTime};
use serde_json::{Value, json};

use super::case::{Case, Delivery, Expected, Group};
use super::form::Form;
use crate::clock;
use crate::input::Header;

/// What all cases of one form are made with.
pub(super) struct Bench<'a> {
    pub(super) form: Form,
    /// The receiver's secrets, the current one first.
    pub(super) secrets: &'a [Secret<'a>],
    pub(super) now: UnixTime,
    /// The most bytes that the receiver takes.
    pub(super) max_body: usize,
    /// A word that no other run has, so that no event is one that the receiver knows already.
    pub(super) run: &'a str,
}

/// Every case of a form, in the order in which they are sent.
pub(super) fn all(bench: &Bench<'_>) -> Result<Vec<Case>, Error> {
    let groups = [
        genuine::cases(bench)?,
        odd::cases(bench)?,
        signatures::cases(bench)?,
        times::cases(bench)?,
        headers::cases(bench)?,
        bodies::cases(bench)?,
        wire::cases(bench)?,
    ];
    Ok(groups.into_iter().flatten().collect())
}

const HOUR: i64 = 3_600;

impl Bench<'_> {
    fn secret(&self) -> Secret<'_> {
        self.secrets.first().copied().unwrap_or_else(|| (&[]).into())
    }

    fn time(&self) -> String {
        self.now.as_secs().to_string()
    }

    /// An event of now; `name` makes its id.
    fn event(&self, name: &str) -> Value {
        self.event_at(name, 0)
    }

    /// An event that happened so many seconds after now.
    fn event_at(&self, name: &str, seconds: i64) -> Value {
        let time = clock::rfc3339(shifted(self.now, seconds));
        json!({
            "event_type": "meeting.completed",
            "event_id": self.id(name),
            "timestamp": time,
            "partner_app_id": "app-hookseal-torture",
            "data": { "meeting_id": "m-1", "title": "Stand-up", "workspace_id": "w-1", "completed_at": time },
        })
    }

    fn id(&self, name: &str) -> String {
        // A dot ends the id in what Standard Webhooks signs.
        format!("evt-{}-{}-{}", self.run, self.form.name(), name.replace('.', "-"))
    }

    fn body(&self, name: &str) -> Vec<u8> {
        self.event(name).to_string().into_bytes()
    }

    /// The headers of `body`, signed now.
    fn sign(&self, name: &str, body: &[u8]) -> Result<Vec<Header>, Error> {
        self.form.sign(self.secret(), &self.time(), &self.id(name), body)
    }

    /// A genuine delivery of `body`; `name` is its id where the form signs one beside the body.
    fn genuine(&self, name: &str, body: impl Into<Vec<u8>>) -> Result<Delivery, Error> {
        let body = body.into();
        Ok(Delivery::new(self.sign(name, &body)?, body))
    }

    /// The right tag of `body`.
    fn tag(&self, name: &str, body: &[u8]) -> Result<String, Error> {
        self.form.signature(self.secret(), &self.form.message(&self.time(), &self.id(name), body))
    }

    /// `body` under a tag of any form.
    fn tagged(&self, name: &str, tag: &str, body: &[u8]) -> Delivery {
        Delivery::new(self.form.headers(tag, &self.time(), &self.id(name)), body)
    }

    fn case(
        &self,
        group: Group,
        (name, sent, why): (&'static str, &'static str, &'static str),
        expected: Expected,
        deliveries: Vec<Delivery>,
    ) -> Case {
        Case { group, form: self.form.name(), name, sent, why, expected, deliveries }
    }
}

fn refused(kind: ErrorKind) -> Expected {
    Expected::Refused(kind)
}

fn shifted(time: UnixTime, seconds: i64) -> UnixTime {
    UnixTime::from_secs(time.as_secs().saturating_add(seconds))
}

/// A body with every `from` replaced; what is signed and what is sent then differ.
fn replaced(body: &[u8], from: &[u8], to: &[u8]) -> Vec<u8> {
    let mut replaced = Vec::with_capacity(body.len());
    let mut rest = body;
    while !rest.is_empty() {
        if let Some(behind) = rest.strip_prefix(from) {
            replaced.extend_from_slice(to);
            rest = behind;
        } else {
            replaced.push(rest[0]);
            rest = &rest[1..];
        }
    }
    replaced
}
