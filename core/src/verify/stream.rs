//! Verification of a body that arrives in chunks.

use core::fmt;

use super::parsed_headers::ParsedHeaders;
use super::{Delivery, MAX_SECRETS, Verifier};
use crate::contio::envelope::{EnvelopeCheck, EnvelopePlaces};
use crate::crypto::mac::{Mac, Matches};
use crate::error::{Error, Reason};
use crate::headers::Headers;
use crate::scheme::Freshness;
use crate::time::UnixTime;

impl Verifier {
    /// Starts verifying a delivery whose body arrives in chunks, in constant memory and with the verdict of
    /// [`verify`](Self::verify). Only `body_too_large` comes later: the headers are read before the size is known.
    ///
    /// ```
    /// # use hookseal::{Signer, UnixTime, Verifier};
    /// # let now = UnixTime::from_secs(1_736_937_000);
    /// # let headers = Signer::contio("a secret of this example")?.sign(b"one chunk, and one more", now, None)?;
    /// let verifier = Verifier::contio("a secret of this example")?;
    /// let mut stream = verifier.stream(&headers)?;
    /// for chunk in [b"one chunk,".as_slice(), b" and one more"] {
    ///     stream.update(chunk)?;
    /// }
    /// let delivery = stream.finish(now)?;
    /// assert_eq!(delivery.scheme(), "contio-timestamped");
    /// # Ok::<(), hookseal::Error>(())
    /// ```
    ///
    /// # Errors
    /// For the headers: `missing_header`, `duplicate_header`, `malformed_signature` or `malformed_timestamp`. For a
    /// verifier with public keys, `invalid_argument`: ed25519 needs the whole message.
    pub fn stream<'v, 'h, H: Headers + ?Sized>(&'v self, headers: &'h H) -> Result<Stream<'v, 'h>, Error> {
        let parsed = Reason::of(|reason| ParsedHeaders::read_for(self.key_kinds(), self.scheme(), headers, reason))?;
        Ok(Stream { progress: Progress::new(self, &parsed)?, verifier: self, parsed })
    }
}

/// What is known about the chunks so far.
pub(super) struct Progress {
    macs: [Option<Mac>; MAX_SECRETS],
    /// For schemes whose timestamp is in the envelope, and where the caller asked for it. An error is kept until the
    /// signature has matched: nothing is reported about the body of a forged delivery.
    envelope: Option<Result<EnvelopeCheck, Error>>,
    pub(super) bytes: u64,
}

impl Progress {
    // Without ed25519 it cannot fail.
    #[cfg_attr(not(feature = "ed25519"), allow(clippy::unnecessary_wraps))]
    pub(super) fn new(verifier: &Verifier, parsed: &ParsedHeaders<'_, '_>) -> Result<Self, Error> {
        #[cfg(feature = "ed25519")]
        verifier.check_streamable()?;
        let mut macs = [const { None }; MAX_SECRETS];
        for (mac, (_, key)) in macs.iter_mut().zip(verifier.keys().iter()) {
            parsed.feed_before(mac.insert(key.start()));
        }
        let envelope = match parsed.scheme.freshness {
            Freshness::Envelope => Some(Ok(EnvelopeCheck::new())),
            _ => None,
        };
        Ok(Self { macs, envelope, bytes: 0 })
    }

    /// Reads the envelope, whatever the scheme needs.
    pub(super) fn read_envelope(&mut self) {
        self.envelope.get_or_insert_with(|| Ok(EnvelopeCheck::new()));
    }

    pub(super) fn update(&mut self, verifier: &Verifier, chunk: &[u8]) -> Result<(), Error> {
        self.bytes = self.bytes.saturating_add(chunk.len() as u64);
        Reason::of(|reason| verifier.limits.check_size(self.bytes, reason))?;
        for mac in self.macs.iter_mut().flatten() {
            mac.update(chunk);
        }
        if let Some(Ok(check)) = &mut self.envelope
            && let Err(error) = Reason::of(|reason| check.feed(chunk, reason))
        {
            self.envelope = Some(Err(error));
        }
        Ok(())
    }

    /// `parsed` has the headers with which these chunks came.
    pub(super) fn finish<'v, 'h>(
        &mut self,
        verifier: &Verifier,
        parsed: &ParsedHeaders<'v, 'h>,
        now: UnixTime,
    ) -> Result<(StreamedDelivery<'v, 'h>, Option<EnvelopePlaces>), Error> {
        Reason::of(|reason| verifier.limits.check_size(self.bytes, reason))?;
        let mut matches = Matches::none();
        for (index, mac) in (0..).zip(self.macs.iter_mut().flatten()) {
            parsed.feed_after(mac);
            parsed.compare(index, &mac.finish(), &mut matches);
        }
        let check = |reason: &mut Reason| match &self.envelope {
            Some(Ok(check)) => check.finish(reason),
            Some(Err(error)) => Err(reason.returned(*error)),
            None => EnvelopeCheck::new().finish(reason),
        };
        let facts = Reason::of(|reason| {
            let facts = verifier.decide(parsed, matches, now, check, reason)?;
            // For schemes that have their time elsewhere, it comes last.
            if self.envelope.is_some() && !matches!(parsed.scheme.freshness, Freshness::Envelope) {
                check(reason)?;
            }
            Ok(facts)
        })?;
        let places = self.envelope.as_ref().and_then(|check| Some(check.as_ref().ok()?.places()));
        Ok((Delivery { facts, body: Streamed }, places))
    }
}

/// A delivery whose body is arriving: see [`Verifier::stream`].
///
/// Do not act on any chunk before [`finish`](Self::finish) has returned that the delivery is genuine.
#[must_use]
pub struct Stream<'v, 'h> {
    verifier: &'v Verifier,
    parsed: ParsedHeaders<'v, 'h>,
    progress: Progress,
}

impl<'v, 'h> Stream<'v, 'h> {
    /// Adds the next chunk, of any size.
    ///
    /// # Errors
    /// `body_too_large` as soon as the chunks together exceed the limit. [`finish`](Self::finish) then fails too,
    /// whatever follows.
    pub fn update(&mut self, chunk: &[u8]) -> Result<(), Error> {
        self.progress.update(self.verifier, chunk)
    }

    #[cfg(feature = "duplicates")]
    pub(super) fn parsed(&self) -> &ParsedHeaders<'v, 'h> {
        &self.parsed
    }

    /// Ends the body and returns the verdict.
    ///
    /// # Errors
    /// As for [`Verifier::verify`].
    pub fn finish(mut self, now: UnixTime) -> Result<StreamedDelivery<'v, 'h>, Error> {
        self.progress.finish(self.verifier, &self.parsed, now).map(|(delivery, _)| delivery)
    }
}

impl fmt::Debug for Stream<'_, '_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Stream")
            .field("scheme", self.parsed.scheme)
            .field("bytes", &self.progress.bytes)
            .finish_non_exhaustive()
    }
}

/// A delivery that is genuine and fresh and whose body was not kept.
///
/// If you keep the body and want its envelope, call [`Verifier::verify`] instead.
pub type StreamedDelivery<'v, 'h> = Delivery<'v, 'h, Streamed>;

/// Takes the place of the body in a delivery that was streamed.
#[derive(Clone, Copy, Debug)]
pub struct Streamed;
