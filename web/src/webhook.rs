//! A verified webhook, and what a handler can have it read as.

use bytes::Bytes;
use hookseal::{Error, ErrorKind, Event, OwnedDelivery, check_json};
use serde_core::de::DeserializeOwned;

/// A webhook that was verified: an extractor for axum and actix-web, and the argument of a Lambda handler.
///
/// `T` says what the body is read as: see [`FromDelivery`]. The handler is called only for a genuine and fresh delivery
/// whose body could be read. It owns everything, and can send it to another task or thread.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Webhook<T = Event<'static>> {
    /// What the body was read as.
    pub event: T,
    /// The delivery: its body, its time, the secret that signed it, and its envelope.
    pub delivery: OwnedDelivery<Bytes>,
}

/// What a verified delivery can be read as.
///
/// | type | is |
/// |---|---|
/// | [`Event<'static>`](Event), the default | Contio's typed event |
/// | [`JsonBody<T>`] | any `T: serde::Deserialize`, for other senders |
/// | `()` | nothing: the delivery is verified, and its envelope is checked if its scheme has one |
pub trait FromDelivery: Sized {
    /// Reads the body.
    ///
    /// # Errors
    /// Why the body cannot be read: the delivery is then refused.
    fn from_delivery(delivery: &OwnedDelivery<Bytes>) -> Result<Self, Error>;
}

impl FromDelivery for Event<'static> {
    fn from_delivery(delivery: &OwnedDelivery<Bytes>) -> Result<Self, Error> {
        Ok(delivery.envelope()?.event().into_owned())
    }
}

impl FromDelivery for () {
    fn from_delivery(delivery: &OwnedDelivery<Bytes>) -> Result<Self, Error> {
        if delivery.has_envelope() { delivery.envelope().map(drop) } else { Ok(()) }
    }
}

/// A body that is read as `T`. JSON that is not a `T` is refused as `invalid_field`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct JsonBody<T>(pub T);

impl<T: DeserializeOwned> FromDelivery for JsonBody<T> {
    fn from_delivery(delivery: &OwnedDelivery<Bytes>) -> Result<Self, Error> {
        check_json(delivery.body())?;
        // The text of serde's error may quote the body, and is not kept.
        serde_json::from_slice(delivery.body()).map(Self).map_err(|_| ErrorKind::InvalidField.into())
    }
}
