//! How signatures, 32-byte MACs, are written in their header: this file is the format, and `parsed.rs` reads headers.

mod encoding;
mod parsed;
#[cfg(feature = "ed25519")]
mod public;
// With what only custom schemes need.
#[cfg(all(test, feature = "schemes"))]
mod tests;
mod words;

use self::encoding::Encoding;
pub(crate) use self::parsed::ParsedSignatures;
use super::fault::{Fault, Part, fault};
use crate::crypto::mac::TAG_BYTES;
use crate::inline_str::InlineStr;

/// How the signature header is written: in hex or base64, as one signature after a prefix or as a list.
///
/// Hex is 64 digits of either case; base64 is 44 characters of the standard alphabet with padding, in canonical form.
/// Nothing else is accepted in a signature, not even white space. In a list, items that cannot be read are skipped:
/// Standard Webhooks has receivers try each signature until one matches, and an attacker gains nothing by adding items
/// that are not read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SignatureFormat<'a> {
    encoding: Encoding,
    layout: SignatureLayout<'a>,
    is_spaced: bool,
    is_grouped: bool,
}

/// Whether a header carries one signature or a list: see [`SignatureFormat::layout`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SignatureLayout<'a> {
    /// One signature.
    Single {
        /// The text before it, such as `sha256=`; may be empty.
        prefix: &'a str,
    },
    /// A list of items, each a version and a signature. One matching signature is enough.
    List {
        /// The character between two items.
        separator: char,
        /// The character between an item's version and its signature.
        joiner: char,
        /// The version that is read.
        version: &'a str,
    },
}

impl<'a> SignatureFormat<'a> {
    const fn new(encoding: Encoding, layout: SignatureLayout<'a>) -> Self {
        Self { encoding, layout, is_spaced: false, is_grouped: false }
    }

    /// One signature in hex after `prefix` (at most 16 bytes), such as `sha256=`, or `""` for none.
    #[must_use]
    pub const fn hex(prefix: &'a str) -> Self {
        Self::new(Encoding::Hex, SignatureLayout::Single { prefix })
    }

    /// One signature in base64 after `prefix` (at most 16 bytes), or `""` for none.
    #[must_use]
    pub const fn base64(prefix: &'a str) -> Self {
        Self::new(Encoding::Base64, SignatureLayout::Single { prefix })
    }

    /// A list of items, each `version`, `joiner` and a signature in hex, separated by `separator`: `v1=…,v1=…`. Items
    /// that have another version or cannot be read are skipped; a list must contain 1 to 16 readable items of this
    /// version.
    #[must_use]
    pub const fn hex_list(separator: char, joiner: char, version: &'a str) -> Self {
        Self::new(Encoding::Hex, SignatureLayout::List { separator, joiner, version })
    }

    /// The same as [`hex_list`](Self::hex_list), with signatures in base64: `v1,… v1,…`.
    #[must_use]
    pub const fn base64_list(separator: char, joiner: char, version: &'a str) -> Self {
        Self::new(Encoding::Base64, SignatureLayout::List { separator, joiner, version })
    }

    /// The same list with a blank after each separator, as in `t=…, v1=…`. A signer writes it; a list without it is
    /// read too.
    #[must_use]
    pub const fn spaced(mut self) -> Self {
        self.is_spaced = true;
        self
    }

    /// The same list where more signatures may follow the first of a version without the version before them, as in
    /// `v0=…,…`: some senders write one signature per secret so while secrets are rotated.
    #[must_use]
    pub const fn grouped(mut self) -> Self {
        self.is_grouped = true;
        self
    }

    /// Whether signatures are written in hex; otherwise, in base64.
    #[must_use]
    pub const fn is_hex(&self) -> bool {
        matches!(self.encoding, Encoding::Hex)
    }

    /// Whether there is one signature or a list, and the text around each signature.
    #[must_use]
    pub const fn layout(&self) -> SignatureLayout<'a> {
        self.layout
    }

    /// Whether the list has a blank after each separator: see [`spaced`](Self::spaced).
    #[must_use]
    pub const fn is_spaced(&self) -> bool {
        self.is_spaced
    }

    /// Whether signatures may follow each other without their version: see [`grouped`](Self::grouped).
    #[must_use]
    pub const fn is_grouped(&self) -> bool {
        self.is_grouped
    }
}

/// A [`SignatureFormat`] that was checked, as a scheme stores it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct StoredFormat {
    encoding: Encoding,
    layout: StoredLayout,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum StoredLayout {
    Single { prefix: InlineStr<16> },
    List(StoredList),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct StoredList {
    separator: u8,
    joiner: u8,
    is_spaced: bool,
    is_grouped: bool,
    version: InlineStr<16>,
    /// The keys of the items with the timestamp and the id, if the list has them.
    timestamp: Option<InlineStr<16>>,
    id: Option<InlineStr<16>>,
}

/// What only custom schemes have is constant without the feature, so that the code for it is left out.
impl StoredList {
    const fn is_spaced(&self) -> bool {
        cfg!(feature = "schemes") && self.is_spaced
    }

    const fn is_grouped(&self) -> bool {
        cfg!(feature = "schemes") && self.is_grouped
    }

    #[inline]
    fn is_version(&self, key: &[u8]) -> bool {
        key == self.version.as_bytes()
    }

    const fn id(&self) -> Option<&InlineStr<16>> {
        if cfg!(feature = "schemes") { self.id.as_ref() } else { None }
    }
}

impl StoredFormat {
    /// Checks a format. `timestamp` and `id` are the keys of the list's items with these, if it has them.
    pub(crate) const fn new(
        format: SignatureFormat<'_>,
        timestamp: Option<&str>,
        id: Option<&str>,
    ) -> Result<Self, Fault> {
        let SignatureFormat { encoding, layout, is_spaced, is_grouped } = format;
        let layout = match layout {
            SignatureLayout::Single { prefix } => {
                if timestamp.is_some() {
                    return Err(fault!(
                        Part::TimestampInSignature,
                        "only a list of signatures can contain a timestamp"
                    ));
                }
                if id.is_some() {
                    return Err(fault!(Part::IdInSignature, "only a list of signatures can contain an id"));
                }
                if is_spaced || is_grouped {
                    return Err(fault!(Part::Signature, "only a list of signatures can be `spaced` or `grouped`"));
                }
                match InlineStr::new(prefix) {
                    Some(kept) if words::is_visible(prefix) => StoredLayout::Single { prefix: kept },
                    _ => {
                        return Err(fault!(Part::Prefix, "a signature's prefix is 0 to 16 visible ASCII characters"));
                    }
                }
            }
            SignatureLayout::List { separator, joiner, version } => {
                let (Some(separator), Some(joiner)) = (words::delimiter(separator), words::delimiter(joiner)) else {
                    return Err(LIST_DELIMITERS);
                };
                // Base64 ends in `=`, and the list would be split there.
                let splits_signatures = matches!(encoding, Encoding::Base64) && separator == b'=';
                if separator == joiner || splits_signatures {
                    return Err(LIST_DELIMITERS);
                }
                if is_spaced && separator == b' ' {
                    return Err(fault!(
                        Part::List,
                        "a list that is separated by blanks cannot have another blank after each"
                    ));
                }
                let Some(version) = words::key(version) else {
                    return Err(fault!(Part::ListVersion, "a list's version is 1 to 16 ASCII letters, digits, _ or -"));
                };
                let timestamp = match timestamp {
                    None => None,
                    Some(name) => match words::key(name) {
                        Some(name) if !name.is(&version) => Some(name),
                        _ => {
                            return Err(fault!(
                                Part::TimestampInSignature,
                                "a list's timestamp needs its own key of 1 to 16 ASCII letters, digits, _ or -"
                            ));
                        }
                    },
                };
                let id = match id {
                    None => None,
                    Some(name) => match words::key(name) {
                        Some(name) if !name.is(&version) && !is_same(&name, timestamp.as_ref()) => Some(name),
                        _ => {
                            return Err(fault!(
                                Part::IdInSignature,
                                "a list's id needs its own key of 1 to 16 ASCII letters, digits, _ or -"
                            ));
                        }
                    },
                };
                StoredLayout::List(StoredList { separator, joiner, is_spaced, is_grouped, version, timestamp, id })
            }
        };
        Ok(Self { encoding, layout })
    }

    /// The format as it was passed to the builder.
    pub(crate) fn as_given(&self) -> SignatureFormat<'_> {
        match &self.layout {
            StoredLayout::Single { prefix } => {
                SignatureFormat::new(self.encoding, SignatureLayout::Single { prefix: prefix.as_str() })
            }
            StoredLayout::List(StoredList { separator, joiner, version, is_spaced, is_grouped, .. }) => {
                let layout = SignatureLayout::List {
                    separator: char::from(*separator),
                    joiner: char::from(*joiner),
                    version: version.as_str(),
                };
                SignatureFormat { encoding: self.encoding, layout, is_spaced: *is_spaced, is_grouped: *is_grouped }
            }
        }
    }

    /// The prefix that header values of this format begin with, which distinguishes the variants of a scheme.
    pub(crate) fn prefix(&self) -> &[u8] {
        match &self.layout {
            StoredLayout::Single { prefix } => prefix.as_bytes(),
            StoredLayout::List(_) => &[],
        }
    }

    /// The key of the list's timestamp item.
    pub(crate) fn timestamp_key(&self) -> Option<&str> {
        self.list()?.timestamp.as_ref().map(InlineStr::as_str)
    }

    /// The key of the list's id item.
    pub(crate) fn id_key(&self) -> Option<&str> {
        self.list()?.id().map(InlineStr::as_str)
    }

    /// Whether the list can contain this id, whose end is the next separator.
    pub(crate) fn can_contain(&self, id: &str) -> bool {
        self.list().is_none_or(|list| list.id().is_none() || !id.as_bytes().contains(&list.separator))
    }

    const fn list(&self) -> Option<&StoredList> {
        match &self.layout {
            StoredLayout::List(list) => Some(list),
            StoredLayout::Single { .. } => None,
        }
    }

    /// The text before a signature: a prefix and nothing, or a version and the joiner.
    #[cfg(feature = "explain")]
    pub(crate) fn before_signature(&self) -> (&str, &[u8]) {
        match &self.layout {
            StoredLayout::Single { prefix } => (prefix.as_str(), &[]),
            StoredLayout::List(StoredList { version, joiner, .. }) => (version.as_str(), core::slice::from_ref(joiner)),
        }
    }

    /// The key of the list's timestamp item, and the joiner.
    #[cfg(feature = "explain")]
    pub(crate) fn timestamp_item(&self) -> Option<(&str, u8)> {
        let list = self.list()?;
        Some((list.timestamp.as_ref()?.as_str(), list.joiner))
    }

    /// Writes the value of the signature header for one signature. The timestamp and the id are those of the list, and
    /// not written where it has none.
    #[inline(never)]
    pub(crate) fn write(&self, signature: &[u8; TAG_BYTES], timestamp: &[u8], id: &[u8]) -> InlineStr<255> {
        let mut encoded = [0; TAG_BYTES * 2];
        let encoded = self.encoding.encode(signature, &mut encoded);
        let mut value = InlineStr::EMPTY;
        match &self.layout {
            StoredLayout::Single { prefix } => value.push(prefix.as_bytes()),
            StoredLayout::List(list) => {
                let blank: &[u8] = if list.is_spaced() { b" " } else { b"" };
                for (key, text) in [(list.timestamp.as_ref(), timestamp), (list.id(), id)] {
                    if let Some(key) = key {
                        for part in [key.as_bytes(), &[list.joiner], text, &[list.separator], blank] {
                            value.push(part);
                        }
                    }
                }
                for part in [list.version.as_bytes(), &[list.joiner]] {
                    value.push(part);
                }
            }
        }
        value.push(encoded);
        value
    }
}

/// Whether there is another text, and it is the same.
const fn is_same(text: &InlineStr<16>, other: Option<&InlineStr<16>>) -> bool {
    match other {
        Some(other) => text.is(other),
        None => false,
    }
}

const LIST_DELIMITERS: Fault = fault!(
    Part::List,
    "a list's separator and joiner must be two different characters of , ; : = | and space, and = cannot separate base64"
);
