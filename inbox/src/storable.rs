//! What can be stored.

use hookseal::{Delivery, OwnedDelivery, UnixTime, WholeBody};

use crate::keyed::Keyed;

/// A verified delivery with its body: [`Delivery`], [`OwnedDelivery`] or
/// [`StoredDelivery`](crate::queue::StoredDelivery).
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

    /// The id that its sender signed apart from the body, as Standard Webhooks and Svix do.
    fn signed_id(&self) -> Option<&str>;
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

    fn signed_id(&self) -> Option<&str> {
        Self::id(self)
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

    fn signed_id(&self) -> Option<&str> {
        Self::id(self)
    }
}
