//! The signed id of a delivery: where it is, and which ids a scheme accepts.

use super::fault::{Fault, Part, fault};
use crate::headers::HeaderName;

/// Where a sender writes the signed id of a delivery: see [`Scheme::id_source`](super::Scheme::id_source).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum IdSource<'a> {
    /// Nowhere: no id is signed.
    None,
    /// In the header of this name.
    Header(&'a str),
    /// In the list of signatures, in the item with this key.
    Signature(&'a str),
}

/// The longest id in a header.
const MAX_ID_BYTES: usize = 256;

/// The longest id in a list of signatures, so that a signer can write the list.
pub(crate) const MAX_LISTED_ID_BYTES: usize = 96;

/// Where the signed id is, and which ids are accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct SignedId {
    /// `None` for an id in the list of signatures.
    pub(crate) header: Option<HeaderName>,
    /// The byte next to the id in the signed message, on the side of the body. An id that contains it is refused: the
    /// delivery could be presented again with the end of the id moved. 0 for ids of a fixed length.
    bound: u8,
    min: u16,
    max: u16,
}

impl SignedId {
    /// `length` is 0 for ids of any length.
    pub(super) const fn new(source: IdSource<'_>, length: Option<u8>, bound: u8) -> Result<Option<Self>, Fault> {
        let (header, most) = match source {
            IdSource::None => return Ok(None),
            IdSource::Signature(_) => (None, MAX_LISTED_ID_BYTES),
            IdSource::Header(header) => match HeaderName::new(header) {
                Some(header) => (Some(header), MAX_ID_BYTES),
                None => {
                    return Err(fault!(
                        Part::IdHeader,
                        "a header's name is a token of 1 to 64 bytes, such as X-Acme-Id"
                    ));
                }
            },
        };
        #[allow(clippy::cast_possible_truncation)] // at most 256
        let (min, max) = match length {
            None | Some(0) => (1, most as u16),
            Some(length) => (length as u16, length as u16),
        };
        if max as usize > most {
            return Err(fault!(Part::IdLength, "an id in the list of signatures has at most 96 characters"));
        }
        Ok(Some(Self { header, bound, min, max }))
    }

    /// The shortest and the longest id. Constant where no scheme says anything else, so that the code for that is left
    /// out.
    #[inline]
    fn lengths(&self) -> (usize, usize) {
        if cfg!(feature = "schemes") { (self.min.into(), self.max.into()) } else { (1, MAX_ID_BYTES) }
    }

    pub(super) fn fixed_length(&self) -> Option<u8> {
        u8::try_from(self.min).ok().filter(|_| self.min == self.max)
    }

    /// Reads an id: visible ASCII of the scheme's length, without the byte that bounds it in the signed message. In
    /// `a.b.c`, an id `a` could otherwise become an id `a.b` under the same signature. Standard Webhooks 1.0.0 requires
    /// the same of senders.
    pub(crate) fn read<'a>(&self, value: &'a [u8]) -> Option<&'a str> {
        // All bytes are looked at, whatever they are: so they are compared many at a time.
        let is_visible = |all, byte: &u8| all & byte.is_ascii_graphic() & (*byte != self.bound);
        #[cfg(any(not(target_family = "wasm"), hookseal_fast))]
        let all_visible = value.iter().take(MAX_ID_BYTES).fold(true, is_visible);
        #[cfg(all(target_family = "wasm", not(hookseal_fast)))]
        let all_visible = value.iter().all(|byte| is_visible(true, byte));
        let (min, max) = self.lengths();
        let sound = (min..=max).contains(&value.len()) && all_visible;
        core::str::from_utf8(value).ok().filter(|_| sound)
    }

    /// What ids are accepted, for people.
    pub(crate) fn rule(&self) -> &'static str {
        let (min, max) = self.lengths();
        if min > 1 {
            "an id must be visible ASCII characters, as many as the scheme's `id_length` says"
        } else if max == MAX_LISTED_ID_BYTES {
            "an id in the list of signatures must be 1 to 96 visible ASCII characters, without the separator that ends it"
        } else {
            "an id must be 1 to 256 visible ASCII characters, without the separator that ends it"
        }
    }
}
