//! What an inbox can store.

use hookseal::{Delivery, OwnedDelivery, Scheme, UnixTime, WholeBody};

use super::store::{Body, NewDelivery};
use super::token;
use crate::keyed::Keyed;
use crate::store::{StoreError, hex};

/// What the key of a delivery without one begins with.
pub(super) const NO_KEY: char = '?';

/// What ids that are digests begin with: see [`DeliveryKey`](hookseal::DeliveryKey).
const DIGEST: &str = "sha256-";

/// A verified delivery with its body: [`Delivery`] or [`OwnedDelivery`].
///
/// What is stored is handled as verified, so a type of your own must have been made from such a delivery.
pub trait Storable: Keyed {
    /// The name of its scheme.
    fn scheme(&self) -> &str;

    /// Whether its body is a Contio envelope.
    fn has_envelope(&self) -> bool;

    /// When it was signed, or for Contio's body form when its event happened.
    fn timestamp(&self) -> Option<UnixTime>;

    /// The body that was verified.
    fn body(&self) -> &[u8];
}

impl Storable for Delivery<'_, '_, WholeBody<'_>> {
    fn scheme(&self) -> &str {
        Self::scheme(self)
    }

    fn has_envelope(&self) -> bool {
        Self::has_envelope(self)
    }

    fn timestamp(&self) -> Option<UnixTime> {
        Self::timestamp(self)
    }

    fn body(&self) -> &[u8] {
        Self::body(self)
    }
}

impl<B: AsRef<[u8]>> Storable for OwnedDelivery<B> {
    fn scheme(&self) -> &str {
        Self::scheme(self)
    }

    fn has_envelope(&self) -> bool {
        Self::has_envelope(self)
    }

    fn timestamp(&self) -> Option<UnixTime> {
        Self::timestamp(self)
    }

    fn body(&self) -> &[u8] {
        Self::body(self)
    }
}

/// The row of a delivery.
pub(super) fn new_delivery<D: Storable + ?Sized>(delivery: &D, scope: &str) -> Result<NewDelivery, StoreError> {
    let key = delivery.key();
    let event = key.as_ref().map(|key| key.id()).filter(|id| !id.starts_with(DIGEST)).map(str::to_owned);
    let text = match &key {
        Some(key) => key.text(scope),
        None => format!("{NO_KEY}{}", token()?),
    };
    // The time of an event says nothing about when it was sent: a captured delivery could revive a dead one.
    let is_sending = delivery.scheme() != Scheme::CONTIO_BODY.name();
    Ok(NewDelivery {
        key: text,
        scheme: delivery.scheme().to_owned(),
        event,
        has_envelope: delivery.has_envelope(),
        signed_at: delivery.timestamp().filter(|_| is_sending).map(|time| time.as_secs().saturating_mul(1000)),
        digest: hex(&delivery.body_digest()),
        body: Body(delivery.body().to_vec()),
    })
}
