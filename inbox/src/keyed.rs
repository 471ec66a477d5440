//! What can be handled once.

use hookseal::{Delivery, DeliveryKey, KeyedDelivery, OwnedDelivery, WholeBody};

/// A verified delivery: [`Delivery`], [`OwnedDelivery`] or [`KeyedDelivery`].
///
/// The key is made from what was signed, so a type of your own must have been made from such a delivery.
pub trait Keyed {
    /// By what duplicates of the delivery are recognized: see [`Delivery::key`].
    fn key(&self) -> Option<DeliveryKey>;

    /// The SHA-256 of the body.
    fn body_digest(&self) -> [u8; 32];
}

impl Keyed for Delivery<'_, '_, WholeBody<'_>> {
    fn key(&self) -> Option<DeliveryKey> {
        Self::key(self)
    }

    fn body_digest(&self) -> [u8; 32] {
        Self::body_digest(self)
    }
}

impl Keyed for KeyedDelivery<'_, '_> {
    fn key(&self) -> Option<DeliveryKey> {
        Self::key(self)
    }

    fn body_digest(&self) -> [u8; 32] {
        Self::body_digest(self)
    }
}

impl<B: AsRef<[u8]>> Keyed for OwnedDelivery<B> {
    fn key(&self) -> Option<DeliveryKey> {
        Self::key(self)
    }

    fn body_digest(&self) -> [u8; 32] {
        Self::body_digest(self)
    }
}
