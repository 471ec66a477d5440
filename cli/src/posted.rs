//! A delivery that a command sends to a receiver once, and the answer.

use std::time::Instant;

use hookseal_captured::Header;
use serde_json::{Value, json};
use ureq::Agent;

use crate::credentials::is_local;
use crate::escape::printable;
use crate::failure::Failure;
use crate::http;
use crate::input::{self, quoted_url};
use crate::outcome::{Exit, Outcome};
use crate::render::json_line;

/// The most that is read of a response, and of that what is shown: enough for an error code.
const MAX_RESPONSE: u64 = 64 * 1024;
const SHOWN: usize = 300;

/// Where deliveries are sent.
pub(crate) struct Receiver {
    url: String,
    client: Agent,
}

/// What was sent, and the answer to it.
pub(crate) struct Posted {
    /// What distinguishes it: the name of its member in JSON, its label, and its text.
    about: (&'static str, &'static str, String),
    status: u16,
    milliseconds: u64,
    body: String,
}

impl Receiver {
    pub(crate) fn new(url: &str) -> Result<Self, Failure> {
        let uri = input::receiver_url("--to", url)?;
        Ok(Self { url: url.to_owned(), client: http::client(is_local(&uri)) })
    }

    /// Sends a body with these headers.
    pub(crate) fn post(
        &self,
        about: (&'static str, &'static str, String),
        headers: &[Header],
        body: &[u8],
    ) -> Result<Posted, Failure> {
        let mut request = self.client.post(&self.url);
        for (name, value) in headers {
            request = request.header(&name[..], &value[..]);
        }
        let began = Instant::now();
        let failed = |error: ureq::Error| {
            Failure::Unreachable(format!("{} did not answer: {error}; is the receiver running?", quoted_url(&self.url)))
        };
        let mut response = request.send(body).map_err(failed)?;
        let read = response.body_mut().with_config().limit(MAX_RESPONSE).lossy_utf8(true).read_to_string();
        let milliseconds = u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX);
        // A response that is too large, or breaks off, has its status nevertheless.
        let body = read.unwrap_or_default().chars().take(SHOWN).collect();
        Ok(Posted { about, status: response.status().as_u16(), milliseconds, body })
    }
}

/// What is printed of all of them. It is a success if all were accepted.
pub(crate) fn outcome(posted: &[Posted]) -> Outcome {
    let all_right = posted.iter().all(Posted::is_accepted);
    let deliveries: Vec<_> = posted.iter().map(Posted::json).collect();
    let json = json_line(&[("ok", all_right.into()), ("deliveries", deliveries.into())]);
    Outcome { text: posted.iter().map(Posted::text).collect(), json, exit: Exit::success_if(all_right) }
}

impl Posted {
    fn is_accepted(&self) -> bool {
        (200..300).contains(&self.status)
    }

    fn json(&self) -> Value {
        let (member, _, what) = &self.about;
        json!({*member: what, "status": self.status, "milliseconds": self.milliseconds, "body": self.body})
    }

    fn text(&self) -> String {
        let (_, label, what) = &self.about;
        let shown = if self.is_accepted() { String::new() } else { format!(": {}", printable(self.body.trim())) };
        let (status, milliseconds) = (self.status, self.milliseconds);
        format!("{label:8}  {}\nanswer    {status} in {milliseconds} ms{shown}\n", printable(what))
    }
}
