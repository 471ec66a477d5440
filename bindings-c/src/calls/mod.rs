//! What the functions do once their arguments are sound. Nothing is decided here: the core does.

mod deliveries;
mod streams;
mod verifiers;
mod words;

pub(crate) use deliveries::{
    Call, decide, delivery_key, prepare, read_body, sign, signing_input, verify, verify_with_macs,
};
pub(crate) use streams::Streaming;
pub(crate) use verifiers::{Ready, Setup};
pub(crate) use words::{event_key, option_names, word};
