//! What a delivery's headers say, read but not yet believed.

use crate::error::{Error, ErrorKind};
use crate::headers::{Headers, required};
use crate::mac::{Hits, Mac, Tag};
use crate::scheme::{Freshness, MAX_ID_BYTES, Part, Scheme, SignedId};
use crate::tags::Offer;
use crate::time::{self, UnixTime};

/// The headers of one delivery by its scheme: the form it has, the tags it offers, and what was signed beside the body.
#[derive(Clone, Copy)]
pub(crate) struct Claim<'a> {
    pub(crate) form: &'a Scheme,
    pub(crate) id: Option<&'a str>,
    /// When it says it was signed, for forms that say so.
    pub(crate) timestamp: Option<UnixTime>,
    /// The very bytes that `timestamp` was read from, which are those that are signed.
    timestamp_text: &'a [u8],
    pub(crate) offer: Offer<'a>,
}

impl<'a> Claim<'a> {
    // Into `verify`: returned through memory, a claim is loaded again before its last stores have landed, which takes
    // longer than reading the headers does.
    #[cfg_attr(not(target_family = "wasm"), inline(always))]
    pub(crate) fn read<H: Headers + ?Sized>(scheme: &'a Scheme, headers: &'a H) -> Result<Self, Error> {
        let [signature_spelling, timestamp_spelling, id_spelling] = &scheme.spellings;
        let signature = required(headers, &scheme.signature, signature_spelling.as_ref())?;
        let form = scheme.form_of(signature);
        let id = match &form.id {
            Some(id) => Some(read_id(required(headers, &id.header, id_spelling.as_ref())?, id)?),
            None => None,
        };
        let timestamp_header = match &form.freshness {
            Freshness::Header(name) => Some(required(headers, name, timestamp_spelling.as_ref())?),
            _ => None,
        };
        let Some(offer) = form.tags.read(signature) else {
            return Err(Error::about(ErrorKind::MalformedSignature, form.signature.as_str()));
        };
        let mut claim = Self { form, id, timestamp: None, timestamp_text: &[], offer };
        if let Some(text) = timestamp_header.or(offer.timestamp) {
            claim.timestamp_text = text;
            claim.timestamp = Some(time::read_unix_seconds(text)?);
        }
        Ok(claim)
    }

    /// The bytes of some of the form's parts, the body left out.
    pub(crate) fn pieces<'c>(&'c self, parts: &'c [Part]) -> impl Iterator<Item = &'c [u8]> {
        let beside = self.beside();
        parts.iter().filter_map(move |part| beside.piece(part))
    }

    /// Compares the tag that a secret made with every tag offered.
    #[cfg_attr(not(target_family = "wasm"), inline(always))]
    pub(crate) fn compare(&self, secret: u8, tag: &Tag, hits: &mut Hits) {
        self.offer.each_tag(|offered| hits.record(secret, tag, offered));
    }

    /// What was signed beside the body.
    pub(crate) fn beside(&self) -> Beside<'a> {
        Beside { id: self.id.unwrap_or_default().as_bytes(), timestamp: self.timestamp_text }
    }
}

/// The pieces of a signed message that vary, but for the body.
#[derive(Clone, Copy)]
pub(crate) struct Beside<'a> {
    pub(crate) id: &'a [u8],
    pub(crate) timestamp: &'a [u8],
}

impl<'a> Beside<'a> {
    /// Feeds what is signed in front of the body.
    #[inline]
    pub(crate) fn begin(&self, form: &Scheme, mac: &mut Mac) {
        self.feed(form.parts_around_body().0, mac);
    }

    /// Feeds what is signed behind the body.
    #[inline]
    pub(crate) fn end(&self, form: &Scheme, mac: &mut Mac) {
        self.feed(form.parts_around_body().1, mac);
    }

    #[inline]
    fn feed(&self, parts: &[Part], mac: &mut Mac) {
        parts.iter().filter_map(|part| self.piece(part)).for_each(|piece| mac.update(piece));
    }

    #[inline]
    fn piece<'p>(&self, part: &'p Part) -> Option<&'p [u8]>
    where
        'a: 'p,
    {
        match part {
            Part::Id => Some(self.id),
            Part::Timestamp => Some(self.timestamp),
            Part::Text(text) => Some(text.as_bytes()),
            Part::Body => None,
        }
    }
}

/// An id is 1 to 256 visible ASCII bytes, without the byte that marks its end in the signed message: in `a.b.c` an id
/// `a` could otherwise become an id `a.b` under the same signature. Standard Webhooks 1.0.0 asks senders for the same.
pub(crate) fn read_id<'a>(value: &'a [u8], id: &SignedId) -> Result<&'a str, Error> {
    let sound = (1..=MAX_ID_BYTES).contains(&value.len())
        && value.iter().all(|byte| byte.is_ascii_graphic() && *byte != id.end);
    core::str::from_utf8(value).ok().filter(|_| sound).ok_or(
        Error::about(ErrorKind::MalformedSignature, id.header.as_str())
            .because("an id is 1 to 256 visible ASCII characters without the mark that ends it"),
    )
}
