//! A delivery that was verified, without a borrow of its body.

use axum::body::Bytes;
use hookseal::{Delivery, DeliveryKey, UnixTime, WholeBody};
use hookseal_inbox::{Keyed, Storable};

/// What is claimed, forwarded or stored.
pub(super) struct Verified {
    key: Option<DeliveryKey>,
    digest: [u8; 32],
    scheme: String,
    has_envelope: bool,
    timestamp: Option<UnixTime>,
    signed_id: Option<String>,
    body: Bytes,
}

impl Verified {
    /// `body` is that of the delivery.
    pub(super) fn of(delivery: &Delivery<'_, '_, WholeBody<'_>>, body: Bytes) -> Self {
        Self {
            key: delivery.key(),
            digest: delivery.body_digest(),
            scheme: delivery.scheme().to_owned(),
            has_envelope: delivery.has_envelope(),
            timestamp: delivery.timestamp(),
            signed_id: delivery.id().map(str::to_owned),
            body,
        }
    }

    pub(super) fn into_body(self) -> Bytes {
        self.body
    }
}

impl Keyed for Verified {
    fn key(&self) -> Option<DeliveryKey> {
        self.key
    }

    fn body_digest(&self) -> [u8; 32] {
        self.digest
    }
}

impl Storable for Verified {
    fn scheme(&self) -> &str {
        &self.scheme
    }

    fn has_envelope(&self) -> bool {
        self.has_envelope
    }

    fn timestamp(&self) -> Option<UnixTime> {
        self.timestamp
    }

    fn body(&self) -> &[u8] {
        &self.body
    }

    fn signed_id(&self) -> Option<&str> {
        self.signed_id.as_deref()
    }
}
