//! Verification with MACs that were made elsewhere: by an accelerator or by the host's own cryptography.

use core::fmt;

use crate::claim::Claim;
use crate::envelope::Checked;
use crate::error::{Error, ErrorKind};
use crate::headers::Headers;
use crate::mac::{Hits, Tag};
use crate::scheme::Freshness;
use crate::tags::TAG_BYTES;
use crate::time::UnixTime;
use crate::verify::{Verified, Verifier};

impl Verifier {
    /// What is signed around the body of a delivery with these headers: the first half of a verification whose MACs
    /// are made elsewhere, because the host makes them faster there. [`verify_tags`](Self::verify_tags) is the second.
    ///
    /// ```
    /// use hmac::{Hmac, KeyInit, Mac};
    /// # use hookseal::{Signer, UnixTime, Verifier};
    /// # let (body, now) = (b"a large body".as_slice(), UnixTime::from_secs(1_736_937_000));
    /// # let headers = Signer::contio("a secret of this example")?.sign(body, now, None)?;
    ///
    /// let verifier = Verifier::contio("a secret of this example")?;
    /// let around = verifier.around_body(&headers)?;
    /// let mut mac = Hmac::<sha2::Sha256>::new_from_slice(b"a secret of this example").unwrap();
    /// around.before().for_each(|piece| mac.update(piece));
    /// mac.update(body);
    /// around.behind().for_each(|piece| mac.update(piece));
    /// let tags = [mac.finalize().into_bytes().into()];
    ///
    /// assert!(verifier.verify_tags(&headers, body, &tags, now).is_ok());
    /// # Ok::<(), hookseal::Error>(())
    /// ```
    ///
    /// # Errors
    /// What is wrong with the headers, as [`verify`](Self::verify).
    pub fn around_body<'a, H: Headers + ?Sized>(&'a self, headers: &'a H) -> Result<AroundBody<'a>, Error> {
        Claim::read(self.scheme(), headers).map(AroundBody)
    }

    /// The verdict of [`verify`](Self::verify), given the tags that the secrets make, one for each in their order.
    ///
    /// A tag is HMAC-SHA256 over [`around_body`](Self::around_body) with the body between. Whoever calls this vouches
    /// that each was computed and not received; until the verdict it is as secret as the key.
    ///
    /// # Errors
    /// As `verify`, and `invalid_argument` unless there are as many tags as secrets.
    pub fn verify_tags<'a, H: Headers + ?Sized>(
        &'a self,
        headers: &'a H,
        body: &'a [u8],
        tags: &[[u8; TAG_BYTES]],
        now: UnixTime,
    ) -> Result<Verified<'a>, Error> {
        self.check_size(body.len() as u64)?;
        let claim = Claim::read(self.scheme(), headers)?;
        if tags.len() != self.keys().iter().count() {
            return Err(Error::new(ErrorKind::InvalidArgument).because("there must be one tag for each secret"));
        }
        let mut hits = Hits::none();
        for (index, tag) in (0..).zip(tags) {
            let tag = Tag::made_elsewhere(*tag);
            claim.compare(index, &tag, &mut hits);
        }
        self.judge(claim, hits, body, now)
    }
}

impl Verified<'_> {
    /// Whether the verdict included the envelope, as for [`Scheme::CONTIO_BODY`](crate::Scheme::CONTIO_BODY).
    #[must_use]
    pub fn has_read_envelope(&self) -> bool {
        self.envelope.is_some()
    }

    /// What [`envelope`](Self::envelope) says of a body that was verified before: for bindings, which cannot keep a
    /// borrow of it, and have events read by their host's own parser. Nothing of the body is handed out.
    ///
    /// # Errors
    /// `malformed_envelope`, `missing_field` or `invalid_field`.
    pub fn recheck_envelope(body: &[u8]) -> Result<(), Error> {
        Checked::read(body).map(drop)
    }
}

/// What is signed around a body: see [`Verifier::around_body`].
pub struct AroundBody<'a>(Claim<'a>);

impl AroundBody<'_> {
    /// The pieces that are signed in front of the body, in order.
    pub fn before(&self) -> impl Iterator<Item = &[u8]> {
        self.0.pieces(self.0.form.parts_around_body().0)
    }

    /// Whether the verdict depends on the body beside its MAC, as for [`Scheme::CONTIO_BODY`](crate::Scheme), whose age
    /// is in its envelope. For the others [`Verifier::verify_tags`] asks of the body only how long it is.
    #[must_use]
    pub fn reads_body(&self) -> bool {
        matches!(self.0.form.freshness, Freshness::Envelope)
    }

    /// The pieces that are signed behind the body, in order.
    pub fn behind(&self) -> impl Iterator<Item = &[u8]> {
        self.0.pieces(self.0.form.parts_around_body().1)
    }
}

impl fmt::Debug for AroundBody<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AroundBody").field("scheme", self.0.form).finish_non_exhaustive()
    }
}
