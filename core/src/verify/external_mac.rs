//! Verification with MACs computed outside the core, by an accelerator or by the host's own cryptography.

use core::fmt;

use super::parsed_headers::ParsedHeaders;
use super::{Delivery, Streamed, StreamedDelivery, Verifier, WholeBody};
use crate::crypto::mac::TAG_BYTES;
use crate::error::{Error, ErrorKind, Reason};
use crate::headers::Headers;
use crate::scheme::Freshness;
use crate::time::UnixTime;

impl Verifier {
    /// What is signed before and after the body of a delivery with these headers: the first half of a verification
    /// whose MACs are computed outside the core, where the host is faster. [`verify_with_macs`](Self::verify_with_macs)
    /// is the second half.
    ///
    /// ```
    /// use hmac::{Hmac, KeyInit, Mac};
    /// # use hookseal::{Signer, UnixTime, Verifier};
    /// # let (body, now) = (b"a large body".as_slice(), UnixTime::from_secs(1_736_937_000));
    /// # let headers = Signer::contio("a secret of this example")?.sign(body, now, None)?;
    ///
    /// let verifier = Verifier::contio("a secret of this example")?;
    /// let input = verifier.signing_input(&headers)?;
    /// let mut mac = Hmac::<sha2::Sha256>::new_from_slice(b"a secret of this example").unwrap();
    /// input.before_body().for_each(|part| mac.update(part));
    /// mac.update(body);
    /// input.after_body().for_each(|part| mac.update(part));
    /// let macs = [mac.finalize().into_bytes().into()];
    ///
    /// assert!(verifier.verify_with_macs(&headers, body, &macs, now).is_ok());
    /// # Ok::<(), hookseal::Error>(())
    /// ```
    ///
    /// # Errors
    /// The errors that [`verify`](Self::verify) returns for the headers.
    pub fn signing_input<'v, 'h, H: Headers + ?Sized>(&'v self, headers: &'h H) -> Result<SigningInput<'v, 'h>, Error> {
        let parsed = Reason::of(|reason| ParsedHeaders::read_for(self.key_kinds(), self.scheme(), headers, reason))?;
        Ok(SigningInput { verifier: self, parsed })
    }

    /// The verdict of [`verify`](Self::verify), given one MAC per secret, in the order of the secrets.
    ///
    /// A MAC is HMAC-SHA256 over [`signing_input`](Self::signing_input) with the body in between. The caller guarantees
    /// that each was computed and not received; until the verdict, it is as secret as the key.
    ///
    /// # Errors
    /// As for `verify`, and `invalid_argument` unless there are as many MACs as secrets, or if there are public keys:
    /// no MAC takes the place of an ed25519 signature.
    pub fn verify_with_macs<'v, 'h, 'b, H: Headers + ?Sized>(
        &'v self,
        headers: &'h H,
        body: &'b [u8],
        macs: &[[u8; TAG_BYTES]],
        now: UnixTime,
    ) -> Result<Delivery<'v, 'h, WholeBody<'b>>, Error> {
        Reason::of(|reason| self.verify_by(headers, body, Some(macs), now, reason))
    }

    /// The same for a body whose bytes stay with the caller: only its length is needed, unless
    /// [`SigningInput::reads_body`].
    ///
    /// # Errors
    /// As for `verify_with_macs`, and `invalid_argument` for a delivery whose verdict depends on the body itself.
    pub fn verify_unread_with_macs<'v, 'h, H: Headers + ?Sized>(
        &'v self,
        headers: &'h H,
        body_bytes: u64,
        macs: &[[u8; TAG_BYTES]],
        now: UnixTime,
    ) -> Result<StreamedDelivery<'v, 'h>, Error> {
        let facts = Reason::of(|reason| {
            self.limits.check_size(body_bytes, reason)?;
            let parsed = ParsedHeaders::read_for(self.key_kinds(), self.scheme(), headers, reason)?;
            let matches = self.try_macs(&parsed, macs, reason)?;
            let read_time = |reason: &mut Reason| {
                let detail = "the verdict depends on the body itself, which was left out; give it";
                Err(reason.is(ErrorKind::InvalidArgument, "", detail))
            };
            self.decide(&parsed, matches, now, read_time, reason)
        })?;
        Ok(Delivery { facts, body: Streamed })
    }
}

/// What is signed before and after the body of one delivery: see [`Verifier::signing_input`].
pub struct SigningInput<'v, 'h> {
    pub(super) verifier: &'v Verifier,
    pub(super) parsed: ParsedHeaders<'v, 'h>,
}

impl SigningInput<'_, '_> {
    /// The parts that are signed before the body, in order.
    pub fn before_body(&self) -> impl Iterator<Item = &[u8]> {
        self.parsed.bytes_of(self.parsed.scheme.template.before())
    }

    /// The parts that are signed after the body, in order.
    pub fn after_body(&self) -> impl Iterator<Item = &[u8]> {
        self.parsed.bytes_of(self.parsed.scheme.template.after())
    }

    /// Whether the verdict depends on the body as well as on its MAC, as for [`Scheme::CONTIO_BODY`](crate::Scheme),
    /// whose timestamp is in the envelope. For all others, [`Verifier::verify_with_macs`] reads only the body's length.
    #[must_use]
    pub fn reads_body(&self) -> bool {
        matches!(self.parsed.scheme.freshness, Freshness::Envelope)
    }
}

impl fmt::Debug for SigningInput<'_, '_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SigningInput").field("scheme", self.parsed.scheme).finish_non_exhaustive()
    }
}
