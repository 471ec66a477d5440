//! Headers that are read once, for a verdict that comes when the MACs are there. In some hosts, reading them again costs
//! more than the rest of the verdict.

use core::fmt;

use super::external_mac::SigningInput;
use super::{Freshness, Verifier};
use crate::crypto::mac::{Matches, TAG_BYTES, Tag};
use crate::error::{Error, ErrorKind, Failed, Reason};
use crate::time::UnixTime;

/// What the headers of a delivery say, without borrowing them: see [`SigningInput::prepare`]. Nothing of it is verified
/// yet.
#[derive(Clone, Copy)]
pub struct PreparedHeaders {
    /// The index of the variant that the delivery follows, in [`Scheme::variants`](crate::Scheme::variants).
    pub variant: usize,
    /// When it was signed, for schemes that send it in a header.
    pub timestamp: Option<UnixTime>,
    /// Its signature.
    pub signature: [u8; TAG_BYTES],
}

impl<'h> SigningInput<'_, 'h> {
    /// What [`Verifier::verify_prepared_with_macs`] needs of the headers, so that they are read once. `None` for
    /// deliveries that have several signatures, or whose verdict [reads the body](Self::reads_body):
    /// [`Verifier::verify_with_macs`] is for all.
    ///
    /// ```
    /// use hmac::{Hmac, KeyInit, Mac};
    /// # use hookseal::{Signer, UnixTime, Verifier};
    /// # let (body, now) = (b"a large body".as_slice(), UnixTime::from_secs(1_736_937_000));
    /// # let headers = Signer::contio("a secret of this example")?.sign(body, now, None)?;
    ///
    /// let verifier = Verifier::contio("a secret of this example")?;
    /// let input = verifier.signing_input(&headers)?;
    /// let prepared = input.prepare().expect("one signature, and a time in a header");
    /// let mut mac = Hmac::<sha2::Sha256>::new_from_slice(b"a secret of this example").unwrap();
    /// input.before_body().for_each(|part| mac.update(part));
    /// drop(input);
    /// drop(headers);
    /// mac.update(body);
    /// let macs = [mac.finalize().into_bytes().into()];
    ///
    /// let verdict = |macs| verifier.verify_prepared_with_macs(&prepared, body.len() as u64, macs, now);
    /// assert_eq!(verdict(&macs)?, 0);
    /// assert_eq!(verdict(&[[0; 32]]).unwrap_err().code(), "signature_mismatch");
    /// # Ok::<(), hookseal::Error>(())
    /// ```
    #[must_use]
    pub fn prepare(&self) -> Option<PreparedHeaders> {
        let (mut signature, mut count) = ([0; TAG_BYTES], 0_usize);
        self.parsed.signatures.each(|found| {
            signature = *found;
            count += 1;
        });
        let is_own = |variant: &_| core::ptr::eq(variant, self.parsed.scheme);
        let variant = self.verifier.scheme.variants().iter().position(is_own)?;
        let prepared = PreparedHeaders { variant, timestamp: self.parsed.timestamp, signature };
        (count == 1 && !self.reads_body()).then_some(prepared)
    }

    /// The id in the headers, for schemes that sign one. It can be anybody's until the delivery is verified.
    #[must_use]
    pub fn unverified_id(&self) -> Option<&'h str> {
        self.parsed.id
    }
}

impl Verifier {
    /// The verdict of [`verify_unread_with_macs`](Self::verify_unread_with_macs), given what was
    /// [prepared](SigningInput::prepare) of the headers by this verifier: the index of the secret that the delivery was
    /// signed with.
    ///
    /// As for the MACs, the caller guarantees where `prepared` comes from.
    ///
    /// # Errors
    /// `body_too_large`, `signature_mismatch`, `timestamp_too_old` or `timestamp_in_future`; and `invalid_argument`
    /// unless there are as many MACs as secrets, or if these headers cannot have been prepared by this verifier. That is not
    /// always noticed.
    pub fn verify_prepared_with_macs(
        &self,
        prepared: &PreparedHeaders,
        body_bytes: u64,
        macs: &[[u8; TAG_BYTES]],
        now: UnixTime,
    ) -> Result<usize, Error> {
        Reason::of(|reason| {
            self.limits.check_size(body_bytes, reason)?;
            self.check_macs(macs, reason)?;
            let wrong = |reason: &mut Reason| -> Failed {
                reason.is(ErrorKind::InvalidArgument, "", "these headers were prepared by another verifier")
            };
            let Some(scheme) = self.scheme.variants().get(prepared.variant) else { return Err(wrong(reason)) };
            // A time that is missing must not be a check that is missing.
            let has_time = matches!(scheme.freshness, Freshness::Header(_) | Freshness::Signature);
            if has_time != prepared.timestamp.is_some() {
                return Err(wrong(reason));
            }
            let mut matches = Matches::none();
            for (index, mac) in (0..).zip(macs) {
                matches.record(index, &Tag::computed_outside(*mac), &prepared.signature);
            }
            self.decide_time(scheme, prepared.timestamp, matches, now, |reason| Err(wrong(reason)), reason)
                .map(|(secret_index, _)| secret_index)
        })
    }
}

impl fmt::Debug for PreparedHeaders {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PreparedHeaders")
            .field("variant", &self.variant)
            .field("timestamp", &self.timestamp)
            .finish_non_exhaustive()
    }
}
