//! The same verification for a body that arrives in chunks.

use core::fmt;

use crate::claim::Claim;
use crate::envelope::EnvelopeCheck;
use crate::error::{Error, ErrorKind};
use crate::headers::Headers;
use crate::mac::{Hits, Mac};
use crate::scheme::{Freshness, Scheme};
use crate::time::UnixTime;
use crate::verify::{MAX_SECRETS, Verifier};

impl Verifier {
    /// Begins to verify a delivery whose body comes in chunks, in constant memory and with the verdict of
    /// [`verify`](Self::verify). Only `body_too_large` is told later here: the headers are read before the body's size
    /// is known.
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
    /// What is wrong with the headers: `missing_header`, `duplicate_header`, `malformed_signature` or
    /// `malformed_timestamp`.
    pub fn stream<'a, H: Headers + ?Sized>(&'a self, headers: &'a H) -> Result<Stream<'a>, Error> {
        let claim = Claim::read(self.scheme(), headers)?;
        let mut macs = [const { None }; MAX_SECRETS];
        for (mac, (_, key)) in macs.iter_mut().zip(self.keys().iter()) {
            claim.beside().begin(claim.form, mac.insert(key.start()));
        }
        let envelope = match claim.form.freshness {
            Freshness::Envelope => Some(Ok(EnvelopeCheck::new())),
            _ => None,
        };
        Ok(Stream { verifier: self, claim, macs, envelope, bytes: 0 })
    }
}

/// A delivery whose body is arriving: see [`Verifier::stream`].
///
/// Nothing that it was fed may be acted upon before [`finish`](Self::finish) says that the delivery is genuine.
#[must_use]
pub struct Stream<'a> {
    verifier: &'a Verifier,
    claim: Claim<'a>,
    macs: [Option<Mac>; MAX_SECRETS],
    /// For forms whose freshness is in the envelope. What is wrong with it is kept until the signature is known to be
    /// genuine: nothing is said of the body of a forged delivery.
    envelope: Option<Result<EnvelopeCheck, Error>>,
    bytes: u64,
}

impl<'a> Stream<'a> {
    /// Takes the next chunk, of any size.
    ///
    /// # Errors
    /// `body_too_large` as soon as the chunks together are. The stream stays refused, whatever follows.
    pub fn update(&mut self, chunk: &[u8]) -> Result<(), Error> {
        self.bytes = self.bytes.saturating_add(chunk.len() as u64);
        self.verifier.check_size(self.bytes)?;
        for mac in self.macs.iter_mut().flatten() {
            mac.update(chunk);
        }
        if let Some(Ok(check)) = &mut self.envelope
            && let Err(error) = check.feed(chunk)
        {
            self.envelope = Some(Err(error));
        }
        Ok(())
    }

    /// The body is complete: gives the verdict.
    ///
    /// # Errors
    /// As [`Verifier::verify`].
    pub fn finish(mut self, now: UnixTime) -> Result<Streamed<'a>, Error> {
        self.verifier.check_size(self.bytes)?;
        let mut hits = Hits::none();
        for (index, mac) in (0..).zip(self.macs.iter_mut().flatten()) {
            self.claim.beside().end(self.claim.form, mac);
            let tag = mac.finish();
            self.claim.offer.each_tag(|offered| hits.record(index, &tag, offered));
        }
        let secret_index = hits.first().ok_or(Error::new(ErrorKind::SignatureMismatch))?;
        let event_time = match self.envelope {
            Some(check) => Some(check?.finish()?),
            None => None,
        };
        let timestamp = self.verifier.check_freshness(&self.claim, event_time, now)?;
        Ok(Streamed { form: self.claim.form, timestamp, secret_index, id: self.claim.id })
    }
}

impl fmt::Debug for Stream<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Stream").field("scheme", self.claim.form).field("bytes", &self.bytes).finish_non_exhaustive()
    }
}

/// A delivery that is genuine and fresh, and whose body was not kept: a [`Verified`](crate::Verified) without it.
///
/// Whoever kept the body and wants its envelope calls [`Verifier::verify`] instead.
#[derive(Clone, Debug)]
pub struct Streamed<'a> {
    form: &'a Scheme,
    timestamp: Option<UnixTime>,
    secret_index: usize,
    id: Option<&'a str>,
}

impl<'a> Streamed<'a> {
    /// As [`Verified::scheme`](crate::Verified::scheme).
    #[must_use]
    pub fn scheme(&self) -> &'a str {
        self.form.form_name()
    }

    /// As [`Verified::timestamp`](crate::Verified::timestamp).
    #[must_use]
    pub fn timestamp(&self) -> Option<UnixTime> {
        self.timestamp
    }

    /// As [`Verified::secret_index`](crate::Verified::secret_index).
    #[must_use]
    pub fn secret_index(&self) -> usize {
        self.secret_index
    }

    /// As [`Verified::id`](crate::Verified::id).
    #[must_use]
    pub fn id(&self) -> Option<&'a str> {
        self.id
    }
}
