//! Verification of a body that arrives in chunks, with the key of the delivery.

use core::fmt;

use super::parsed_headers::ParsedHeaders;
use super::{Delivery, Facts, Stream, Verifier};
use crate::error::Error;
use crate::headers::Headers;
use crate::key::{DeliveryKey, KeyReader};
use crate::time::UnixTime;

impl Verifier {
    /// The same as [`stream`](Self::stream) for receivers that recognize duplicates. The key comes from the body in
    /// most schemes, so it must be asked for before the body passes.
    ///
    /// ```
    /// # use hookseal::{Scheme, Signer, UnixTime, Verifier};
    /// # let now = UnixTime::from_secs(1_736_937_000);
    /// # let (secret, body) = ("a secret of this example", br#"{"id":"evt_1","type":"invoice.paid"}"#);
    /// # let headers = Signer::new(Scheme::STRIPE, secret)?.sign(body, now, None)?;
    /// let verifier = Verifier::builder(Scheme::STRIPE).secret(secret).build()?;
    /// let mut stream = verifier.stream_with_key(&headers)?;
    /// for chunk in body.chunks(7) {
    ///     stream.update(chunk)?;
    /// }
    /// let delivery = stream.finish(now)?;
    /// assert_eq!(delivery.key().map(|key| key.to_string()).as_deref(), Some("0.6.stripe5.evt_1"));
    /// # Ok::<(), hookseal::Error>(())
    /// ```
    ///
    /// # Errors
    /// Those of `stream`.
    pub fn stream_with_key<'v, 'h, H: Headers + ?Sized>(
        &'v self,
        headers: &'h H,
    ) -> Result<KeyedStream<'v, 'h>, Error> {
        let stream = self.stream(headers)?;
        let key = KeyProgress::new(stream.parsed());
        Ok(KeyedStream { stream, key })
    }
}

/// The key and the digest of a body that is arriving.
pub(super) struct KeyProgress {
    key: KeyReader,
}

impl KeyProgress {
    pub(super) fn new(parsed: &ParsedHeaders<'_, '_>) -> Self {
        Self { key: KeyReader::new(&parsed.scheme.key_source, parsed.topic) }
    }

    pub(super) fn feed(&mut self, chunk: &[u8]) {
        self.key.feed(chunk);
    }

    /// Only of a genuine delivery: nothing of another one is looked at.
    pub(super) fn finish(&self, facts: &Facts<'_, '_>) -> StreamedWithKey {
        let (key, digest) = self.key.finish(&facts.scheme.key_source, facts.scheme.name(), facts.id);
        StreamedWithKey { key, digest }
    }
}

/// A delivery whose body is arriving and whose key is wanted: see [`Verifier::stream_with_key`].
///
/// Do not act on any chunk before [`finish`](Self::finish) has returned that the delivery is genuine.
#[must_use]
pub struct KeyedStream<'v, 'h> {
    stream: Stream<'v, 'h>,
    key: KeyProgress,
}

impl<'v, 'h> KeyedStream<'v, 'h> {
    /// Adds the next chunk, of any size.
    ///
    /// # Errors
    /// Those of [`Stream::update`].
    pub fn update(&mut self, chunk: &[u8]) -> Result<(), Error> {
        self.stream.update(chunk)?;
        self.key.feed(chunk);
        Ok(())
    }

    /// Ends the body and returns the verdict.
    ///
    /// # Errors
    /// As for [`Verifier::verify`].
    pub fn finish(self, now: UnixTime) -> Result<KeyedDelivery<'v, 'h>, Error> {
        let facts = self.stream.finish(now)?.facts;
        Ok(Delivery { facts, body: self.key.finish(&facts) })
    }
}

impl fmt::Debug for KeyedStream<'_, '_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.stream, f)
    }
}

/// A delivery that is genuine and fresh, with its key, and whose body was not kept.
pub type KeyedDelivery<'v, 'h> = Delivery<'v, 'h, StreamedWithKey>;

/// Takes the place of the body in a delivery that was streamed with its key.
#[derive(Clone, Copy, Debug)]
pub struct StreamedWithKey {
    pub(super) key: Option<DeliveryKey>,
    pub(super) digest: [u8; 32],
}

impl Delivery<'_, '_, StreamedWithKey> {
    /// By what duplicates of this delivery are recognized: the key that the delivery would have if it were verified
    /// whole.
    #[must_use]
    pub fn key(&self) -> Option<DeliveryKey> {
        self.body.key
    }

    /// The SHA-256 of the body, by which a store notices another body under a key that it knows.
    #[must_use]
    pub fn body_digest(&self) -> [u8; 32] {
        self.body.digest
    }
}
