//! Deliveries that borrow nothing, so that they can leave the handler.

use alloc::boxed::Box;
use alloc::vec::Vec;
use core::fmt;

use super::{Delivery, Streamed, Verifier, WholeBody};
use crate::contio::envelope::{Checked, Envelope};
use crate::error::{Error, Reason};
#[cfg(feature = "duplicates")]
use crate::headers::HeaderLookup;
use crate::headers::Headers;
use crate::inline_str::InlineStr;
#[cfg(feature = "duplicates")]
use crate::key::DeliveryKey;
#[cfg(feature = "duplicates")]
use crate::scheme::key_source::StoredKeySource;
use crate::time::UnixTime;

/// A [`Delivery`] that borrows nothing and owns its body: for queues, channels, and other tasks and threads.
///
/// Its body is what was verified. To read a body that was kept outside of the process, see
/// [`StoredBody`](crate::StoredBody).
///
/// ```
/// # use hookseal::{Signer, UnixTime, Verifier};
/// # let now = UnixTime::from_secs(1_736_937_000);
/// # let body = br#"{"event_type":"meeting.completed","event_id":"evt-1","timestamp":"2025-01-15T10:30:00Z",
/// #   "partner_app_id":"app-1","data":{}}"#;
/// # let headers = Signer::contio("a secret of this example")?.sign(body, now, None)?;
/// # let verifier = Verifier::contio("a secret of this example")?;
/// let delivery = verifier.verify_owned(&headers, body.to_vec(), now)?;
/// let worker = std::thread::spawn(move || delivery.envelope().map(|envelope| String::from(envelope.event_id)));
/// assert_eq!(worker.join().expect("a verdict")?, "evt-1");
/// # Ok::<(), hookseal::Error>(())
/// ```
#[derive(Clone)]
pub struct OwnedDelivery<B = Vec<u8>> {
    scheme: InlineStr<32>,
    has_envelope: bool,
    timestamp: Option<UnixTime>,
    secret_index: usize,
    id: Option<Box<str>>,
    #[cfg(feature = "duplicates")]
    key_source: StoredKeySource,
    /// What the key is made of in addition to the id and the body, if its header occurs once.
    #[cfg(feature = "duplicates")]
    topic: Option<Box<[u8]>>,
    body: B,
}

impl Verifier {
    /// Verifies one delivery as [`verify`](Self::verify) does, and returns it with the body that was passed in. The
    /// body is not copied. Its `as_ref()` must return the same bytes each time.
    ///
    /// # Errors
    /// As for `verify`.
    pub fn verify_owned<H: Headers + ?Sized, B: AsRef<[u8]>>(
        &self,
        headers: &H,
        body: B,
        now: UnixTime,
    ) -> Result<OwnedDelivery<B>, Error> {
        let facts = self.verify(headers, body.as_ref(), now)?.without_body();
        Ok(OwnedDelivery::of(&facts, body))
    }
}

impl<'v, 'h, B> Delivery<'v, 'h, B> {
    pub(super) fn without_body(self) -> Delivery<'v, 'h, Streamed> {
        Delivery { facts: self.facts, body: Streamed }
    }
}

impl Delivery<'_, '_, WholeBody<'_>> {
    /// The same delivery, owned, with a copy of its body. [`Verifier::verify_owned`] copies nothing.
    #[must_use]
    pub fn into_owned(self) -> OwnedDelivery {
        let body = self.body().to_vec();
        OwnedDelivery::of(&self.without_body(), body)
    }
}

impl Delivery<'_, '_, Streamed> {
    /// The same delivery, owned.
    #[must_use]
    pub fn into_owned(self) -> OwnedDelivery<Streamed> {
        OwnedDelivery::of(&self, Streamed)
    }
}

impl<B> OwnedDelivery<B> {
    fn of(delivery: &Delivery<'_, '_, Streamed>, body: B) -> Self {
        Self {
            scheme: delivery.facts.scheme.stored_name(),
            has_envelope: delivery.has_envelope(),
            timestamp: delivery.timestamp(),
            secret_index: delivery.secret_index(),
            id: delivery.id().map(Box::from),
            #[cfg(feature = "duplicates")]
            key_source: delivery.facts.scheme.key_source,
            #[cfg(feature = "duplicates")]
            topic: match delivery.facts.topic {
                HeaderLookup::Once(topic) => Some(topic.into()),
                _ => None,
            },
            body,
        }
    }

    /// See [`Delivery::scheme`].
    #[must_use]
    pub fn scheme(&self) -> &str {
        self.scheme.as_str()
    }

    /// See [`Delivery::has_envelope`].
    #[must_use]
    pub fn has_envelope(&self) -> bool {
        self.has_envelope
    }

    /// See [`Delivery::timestamp`].
    #[must_use]
    pub fn timestamp(&self) -> Option<UnixTime> {
        self.timestamp
    }

    /// See [`Delivery::secret_index`].
    #[must_use]
    pub fn secret_index(&self) -> usize {
        self.secret_index
    }

    /// See [`Delivery::id`].
    #[must_use]
    pub fn id(&self) -> Option<&str> {
        self.id.as_deref()
    }
}

impl<B: AsRef<[u8]>> OwnedDelivery<B> {
    /// The body that was verified.
    #[must_use]
    pub fn body(&self) -> &[u8] {
        self.body.as_ref()
    }

    /// The body that was verified, without the rest.
    #[must_use]
    pub fn into_body(self) -> B {
        self.body
    }

    /// See [`Delivery::key`].
    #[cfg(feature = "duplicates")]
    #[must_use]
    pub fn key(&self) -> Option<DeliveryKey> {
        let topic = self.topic.as_deref().map_or(HeaderLookup::Missing, HeaderLookup::Once);
        DeliveryKey::of_parts(&self.key_source, self.scheme(), self.id(), topic, self.body())
    }

    /// See [`Delivery::body_digest`].
    #[cfg(feature = "duplicates")]
    #[must_use]
    pub fn body_digest(&self) -> [u8; 32] {
        crate::key::digest_of(self.body())
    }

    /// The Contio envelope in the body. Each call scans the body: keep the result.
    ///
    /// # Errors
    /// As for [`Delivery::envelope`].
    pub fn envelope(&self) -> Result<Envelope<'_>, Error> {
        Reason::of(|reason| Checked::read(self.body(), self.has_envelope, reason)).map(|checked| checked.envelope())
    }
}

impl<B> fmt::Debug for OwnedDelivery<B> {
    /// Shows nothing of the body.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OwnedDelivery")
            .field("scheme", &self.scheme)
            .field("timestamp", &self.timestamp)
            .field("secret_index", &self.secret_index)
            .field("id", &self.id)
            .finish_non_exhaustive()
    }
}
