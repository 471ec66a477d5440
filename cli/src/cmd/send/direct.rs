//! Signs events, and sends each to a receiver once.

use hookseal::{IdSource, UnixTime};
use hookseal_captured::Header;
use hookseal_sandbox::SampleEvent;
use serde_json::Value;

use super::SendArgs;
use crate::failure::Failure;
use crate::input;
use crate::outcome::Outcome;
use crate::posted::{self, Receiver};

/// The app that the events are said to be of.
const APP: &str = "app-hookseal-send";

pub(super) fn run(args: &SendArgs, url: &str, event_type: &str, data: Option<Value>) -> Result<Outcome, Failure> {
    let scheme = input::signable_scheme(&args.scheme)?;
    let signer = args.secrets.signer(scheme)?;
    let receiver = Receiver::new(url)?;
    let mut all = Vec::new();
    for _ in 0..args.count {
        let event = hookseal_sandbox::sample_event(event_type, data.clone(), APP);
        let SampleEvent { id, body } = event.map_err(|error| Failure::argument(format!("--{error}")))?;
        let signed_id = (scheme.id_source() != IdSource::None).then_some(&*id);
        let signed = signer.sign(&body, UnixTime::now(), signed_id)?;
        let mut headers: Vec<Header> = vec![("content-type".into(), "application/json".into())];
        headers.extend(signed.iter().map(|(name, value)| (name.into(), value.into())));
        all.push(receiver.post(("event_id", "event", id), &headers, &body)?);
    }
    Ok(posted::outcome(&all))
}
