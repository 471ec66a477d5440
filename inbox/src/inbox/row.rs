//! The row of a delivery.

use hookseal::Scheme;

use super::store::{Body, NewDelivery};
use super::token;
use crate::storable::Storable;
use crate::store::{StoreError, hex};

/// What the key of a delivery without one begins with.
pub(super) const NO_KEY: char = '?';

/// What ids that are digests begin with: see [`DeliveryKey`](hookseal::DeliveryKey).
const DIGEST: &str = "sha256-";

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
