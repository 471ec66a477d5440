//! Bodies that were verified earlier.

use core::fmt;

use crate::contio::envelope::{Checked, Envelope};
use crate::error::{Error, Reason};

/// A body that was verified earlier and kept since: in a queue, a file or a database.
///
/// This is not a [`Delivery`](crate::Delivery), and nothing can turn it into one: no signature is checked here, only
/// the envelope. Whoever can write to where it was kept can forge events. If that is anyone whom you do not trust, keep
/// the delivery's headers too, and the time at which it was received, and verify it again at that time:
///
/// ```
/// # use hookseal::{Signer, UnixTime, Verifier};
/// # let received_at = UnixTime::from_secs(1_736_937_000);
/// # let body = br#"{"event_type":"meeting.completed","event_id":"evt-1","timestamp":"2025-01-15T10:30:00Z",
/// #   "partner_app_id":"app-1","data":{}}"#;
/// # let headers = Signer::contio("a secret of this example")?.sign(body, received_at, None)?;
/// # let verifier = Verifier::contio("a secret of this example")?;
/// use hookseal::StoredBody;
///
/// // In the handler.
/// let delivery = verifier.verify(&headers, body, received_at)?;
/// let stored = delivery.body().to_vec();
///
/// // Later, elsewhere: either take the store's word, or verify again.
/// let envelope = StoredBody::assume_verified(&stored).envelope()?;
/// let delivery = verifier.verify(&headers, &stored, received_at)?;
/// assert_eq!(envelope.event_id, delivery.envelope()?.event_id);
/// # Ok::<(), hookseal::Error>(())
/// ```
#[derive(Clone, Copy)]
pub struct StoredBody<'b>(&'b [u8]);

impl<'b> StoredBody<'b> {
    /// Takes bytes that a [`Verifier`](crate::Verifier) accepted earlier, unchanged. The caller vouches for it.
    #[must_use]
    pub const fn assume_verified(body: &'b [u8]) -> Self {
        Self(body)
    }

    /// The bytes.
    #[must_use]
    pub const fn bytes(&self) -> &'b [u8] {
        self.0
    }

    /// The Contio envelope in the body.
    ///
    /// # Errors
    /// `malformed_envelope`, `missing_field` or `invalid_field`, as for
    /// [`Delivery::envelope`](crate::Delivery::envelope).
    pub fn envelope(&self) -> Result<Envelope<'b>, Error> {
        Reason::of(|reason| Checked::read(self.0, true, reason)).map(|checked| checked.envelope())
    }
}

impl fmt::Debug for StoredBody<'_> {
    /// Shows the length only: bodies contain private data.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StoredBody").field("bytes", &self.0.len()).finish()
    }
}
