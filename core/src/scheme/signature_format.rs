//! How signatures, 32-byte MACs, are written in their header.

use crate::crypto::mac::TAG_BYTES;
use crate::crypto::{base64, hex};
use crate::error::Error;
use crate::inline_str::InlineStr;

/// A list may contain this many signatures of the version that is read; each costs a comparison per secret.
pub(crate) const MAX_SIGNATURES: usize = 16;

/// How the signature header is written: in hex or base64, as one signature after a prefix or as a list.
///
/// Hex is 64 digits of either case; base64 is 44 characters of the standard alphabet with padding, in canonical form.
/// Nothing else is accepted in a signature, not even white space. In a list, items that cannot be read are skipped:
/// Standard Webhooks has receivers try each signature until one matches, and an attacker gains nothing by adding items
/// that are not read.
#[derive(Clone, Copy, Debug)]
pub struct SignatureFormat<'a> {
    encoding: Encoding,
    layout: SignatureLayout<'a>,
}

#[derive(Clone, Copy, Debug)]
enum Encoding {
    Hex,
    Base64,
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
    /// One signature in hex after `prefix` (at most 16 bytes), such as `sha256=`, or `""` for none.
    #[must_use]
    pub const fn hex(prefix: &'a str) -> Self {
        Self { encoding: Encoding::Hex, layout: SignatureLayout::Single { prefix } }
    }

    /// One signature in base64 after `prefix` (at most 16 bytes), or `""` for none.
    #[must_use]
    pub const fn base64(prefix: &'a str) -> Self {
        Self { encoding: Encoding::Base64, layout: SignatureLayout::Single { prefix } }
    }

    /// A list of items, each `version`, `joiner` and a signature in hex, separated by `separator`: `v1=…,v1=…`. Items
    /// that have another version or cannot be read are skipped; a list must contain 1 to 16 readable items of this
    /// version.
    #[must_use]
    pub const fn hex_list(separator: char, joiner: char, version: &'a str) -> Self {
        Self { encoding: Encoding::Hex, layout: SignatureLayout::List { separator, joiner, version } }
    }

    /// The same as [`hex_list`](Self::hex_list), with signatures in base64: `v1,… v1,…`.
    #[must_use]
    pub const fn base64_list(separator: char, joiner: char, version: &'a str) -> Self {
        Self { encoding: Encoding::Base64, layout: SignatureLayout::List { separator, joiner, version } }
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
}

/// A [`SignatureFormat`] that was checked, as a scheme stores it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct StoredFormat {
    encoding: Encoding,
    layout: StoredLayout,
}

#[derive(Clone, Copy, Debug)]
enum StoredLayout {
    Single { prefix: InlineStr<16> },
    List { separator: u8, joiner: u8, version: InlineStr<16>, timestamp: Option<InlineStr<16>> },
}

/// The contents of a signature header: the signatures, and the timestamp if it is in the same list.
#[derive(Clone, Copy)]
pub(crate) struct ParsedSignatures<'v, 'h> {
    format: &'v StoredFormat,
    /// The header's value, in which at least one signature is well formed. If there are several, they are decoded again
    /// where they are compared, so that a list of any length needs no buffer.
    value: &'h [u8],
    pub(crate) timestamp: Option<&'h [u8]>,
    /// The last signature. If it is the only one, it is not decoded again.
    #[cfg(not(target_family = "wasm"))]
    last: [u8; TAG_BYTES],
    #[cfg(not(target_family = "wasm"))]
    is_only: bool,
}

impl StoredFormat {
    /// Checks a format. `timestamp` is the key of the list's timestamp item, if it has one.
    pub(crate) const fn new(format: SignatureFormat<'_>, timestamp: Option<&str>) -> Result<Self, Error> {
        let layout = match format.layout {
            SignatureLayout::Single { prefix } => {
                if timestamp.is_some() {
                    return Err(Error::invalid_scheme("only a list of signatures can contain a timestamp"));
                }
                match InlineStr::new(prefix) {
                    Some(kept) if is_visible(prefix) => StoredLayout::Single { prefix: kept },
                    _ => {
                        return Err(Error::invalid_scheme("a signature's prefix is 0 to 16 visible ASCII characters"));
                    }
                }
            }
            SignatureLayout::List { separator, joiner, version } => {
                let (Some(separator), Some(joiner)) = (delimiter(separator), delimiter(joiner)) else {
                    return Err(LIST_DELIMITERS);
                };
                // Base64 ends in `=`, and the list would be split there.
                let splits_signatures = matches!(format.encoding, Encoding::Base64) && separator == b'=';
                if separator == joiner || splits_signatures {
                    return Err(LIST_DELIMITERS);
                }
                let Some(version) = key(version) else {
                    return Err(Error::invalid_scheme("a list's version is 1 to 16 ASCII letters, digits, _ or -"));
                };
                let timestamp = match timestamp {
                    None => None,
                    Some(name) => match key(name) {
                        Some(name) if !name.is(&version) => Some(name),
                        _ => {
                            return Err(Error::invalid_scheme(
                                "a list's timestamp needs its own key of 1 to 16 ASCII letters, digits, _ or -",
                            ));
                        }
                    },
                };
                StoredLayout::List { separator, joiner, version, timestamp }
            }
        };
        Ok(Self { encoding: format.encoding, layout })
    }

    /// The format as it was passed to the builder.
    pub(crate) fn as_given(&self) -> SignatureFormat<'_> {
        let layout = match &self.layout {
            StoredLayout::Single { prefix } => SignatureLayout::Single { prefix: prefix.as_str() },
            StoredLayout::List { separator, joiner, version, .. } => SignatureLayout::List {
                separator: char::from(*separator),
                joiner: char::from(*joiner),
                version: version.as_str(),
            },
        };
        SignatureFormat { encoding: self.encoding, layout }
    }

    /// The prefix that header values of this format begin with, which distinguishes the variants of a scheme.
    pub(crate) fn prefix(&self) -> &[u8] {
        match &self.layout {
            StoredLayout::Single { prefix } => prefix.as_bytes(),
            StoredLayout::List { .. } => &[],
        }
    }

    /// The key of the list's timestamp item.
    pub(crate) fn timestamp_key(&self) -> Option<&str> {
        match &self.layout {
            StoredLayout::List { timestamp: Some(key), .. } => Some(key.as_str()),
            _ => None,
        }
    }

    /// The text before a signature: a prefix and nothing, or a version and the joiner.
    #[cfg(feature = "explain")]
    pub(crate) fn before_signature(&self) -> (&str, &[u8]) {
        match &self.layout {
            StoredLayout::Single { prefix } => (prefix.as_str(), &[]),
            StoredLayout::List { version, joiner, .. } => (version.as_str(), core::slice::from_ref(joiner)),
        }
    }

    /// The key of the list's timestamp item, and the joiner.
    #[cfg(feature = "explain")]
    pub(crate) fn timestamp_item(&self) -> Option<(&str, u8)> {
        match &self.layout {
            StoredLayout::List { timestamp: Some(key), joiner, .. } => Some((key.as_str(), *joiner)),
            _ => None,
        }
    }

    /// Reads a signature header. A single signature must have this format; in a list, at least one item must. A list's
    /// timestamp must occur exactly once, without blanks around its key: a key with blanks comes from a host that
    /// joined two headers with `, `, and would be a second timestamp.
    #[cfg(not(target_family = "wasm"))]
    #[inline]
    pub(crate) fn read<'h>(&self, value: &'h [u8]) -> Option<ParsedSignatures<'_, 'h>> {
        let mut timestamp = None;
        let mut readable = 0;
        let mut last = [0; TAG_BYTES];
        match &self.layout {
            StoredLayout::Single { prefix } => {
                last = self.encoding.decode(value.strip_prefix(prefix.as_bytes())?)?;
                readable = 1;
            }
            StoredLayout::List { separator, joiner, version, timestamp: timestamp_key } => {
                let items = Items {
                    rest: Some(value),
                    encoding: self.encoding,
                    separator: *separator,
                    joiner: *joiner,
                    version: version.as_bytes(),
                };
                for item in items {
                    match item {
                        Item::Signature(signature) => {
                            last = signature;
                            readable += 1;
                        }
                        Item::Other { key, text } => {
                            if timestamp_key.is_some_and(|name| name.as_bytes() == key.trim_ascii())
                                && (text.is_empty() || key != key.trim_ascii() || timestamp.replace(text).is_some())
                            {
                                return None;
                            }
                        }
                    }
                }
                if !(1..=MAX_SIGNATURES).contains(&readable) || timestamp.is_some() != timestamp_key.is_some() {
                    return None;
                }
            }
        }
        Some(ParsedSignatures { format: self, value, timestamp, last, is_only: readable == 1 })
    }

    /// The same in less space, as long as a list is split in one place: half a kilobyte is much in a worker, and a
    /// signature that is decoded twice is not.
    #[cfg(target_family = "wasm")]
    pub(crate) fn read<'h>(&self, value: &'h [u8]) -> Option<ParsedSignatures<'_, 'h>> {
        let mut timestamp = None;
        match &self.layout {
            StoredLayout::Single { prefix } => {
                self.encoding.decode(value.strip_prefix(prefix.as_bytes())?)?;
            }
            StoredLayout::List { separator, joiner, version, timestamp: timestamp_key } => {
                let mut readable = 0;
                for item in value.split(|byte| byte == separator) {
                    let Some((key, text)) = split_at_byte(item, *joiner) else { continue };
                    if key == version.as_bytes() {
                        readable += usize::from(self.encoding.decode(text).is_some());
                    } else if timestamp_key.is_some_and(|name| name.as_bytes() == key.trim_ascii())
                        && (text.is_empty() || key != key.trim_ascii() || timestamp.replace(text).is_some())
                    {
                        return None;
                    }
                }
                if !(1..=MAX_SIGNATURES).contains(&readable) || timestamp.is_some() != timestamp_key.is_some() {
                    return None;
                }
            }
        }
        Some(ParsedSignatures { format: self, value, timestamp })
    }

    /// Writes the value of the signature header for one signature.
    #[inline(never)]
    pub(crate) fn write(&self, signature: &[u8; TAG_BYTES], timestamp: &[u8]) -> InlineStr<128> {
        let mut encoded = [0; TAG_BYTES * 2];
        let encoded = self.encoding.encode(signature, &mut encoded);
        let mut value = InlineStr::EMPTY;
        match &self.layout {
            StoredLayout::Single { prefix } => value.push(prefix.as_bytes()),
            StoredLayout::List { separator, joiner, version, timestamp: timestamp_key } => {
                if let Some(key) = timestamp_key {
                    for part in [key.as_bytes(), &[*joiner], timestamp, &[*separator]] {
                        value.push(part);
                    }
                }
                for part in [version.as_bytes(), &[*joiner]] {
                    value.push(part);
                }
            }
        }
        value.push(encoded);
        value
    }
}

#[cfg(target_family = "wasm")]
impl ParsedSignatures<'_, '_> {
    /// Calls `check` with every signature that can be read.
    #[inline]
    pub(crate) fn each(&self, mut check: impl FnMut(&[u8; TAG_BYTES])) {
        let encoding = self.format.encoding;
        match &self.format.layout {
            StoredLayout::Single { prefix } => {
                encoding.decode(&self.value[prefix.len()..]).iter().for_each(check);
            }
            StoredLayout::List { separator, joiner, version, .. } => {
                // Items that cannot be decoded were also skipped when the header was read.
                let items = self.value.split(|byte| byte == separator).filter_map(|item| split_at_byte(item, *joiner));
                for (_, text) in items.filter(|(key, _)| *key == version.as_bytes()) {
                    encoding.decode(text).iter().for_each(&mut check);
                }
            }
        }
    }
}

#[cfg(target_family = "wasm")]
fn split_at_byte(item: &[u8], delimiter: u8) -> Option<(&[u8], &[u8])> {
    let at = item.iter().position(|byte| *byte == delimiter)?;
    Some((&item[..at], &item[at + 1..]))
}

#[cfg(not(target_family = "wasm"))]
impl ParsedSignatures<'_, '_> {
    /// Calls `check` with every signature that can be read.
    #[inline]
    pub(crate) fn each(&self, mut check: impl FnMut(&[u8; TAG_BYTES])) {
        if self.is_only { check(&self.last) } else { self.each_of_several(&mut check) }
    }

    #[inline(never)]
    fn each_of_several(&self, check: &mut dyn FnMut(&[u8; TAG_BYTES])) {
        let StoredLayout::List { separator, joiner, version, .. } = &self.format.layout else { return };
        let items = Items {
            rest: Some(self.value),
            encoding: self.format.encoding,
            separator: *separator,
            joiner: *joiner,
            version: version.as_bytes(),
        };
        for item in items {
            if let Item::Signature(signature) = item {
                check(&signature);
            }
        }
    }
}

#[cfg(not(target_family = "wasm"))]
/// The items of a list that have a key, in order.
struct Items<'f, 'h> {
    rest: Option<&'h [u8]>,
    encoding: Encoding,
    separator: u8,
    joiner: u8,
    version: &'f [u8],
}

#[cfg(not(target_family = "wasm"))]
enum Item<'h> {
    /// A signature of the version that is read.
    Signature([u8; TAG_BYTES]),
    /// Any other item, even of this version.
    Other { key: &'h [u8], text: &'h [u8] },
}

#[cfg(not(target_family = "wasm"))]
impl<'h> Iterator for Items<'_, 'h> {
    type Item = Item<'h>;

    #[inline]
    fn next(&mut self) -> Option<Item<'h>> {
        loop {
            let list = self.rest?;
            let stop = list.iter().position(|byte| *byte == self.joiner || *byte == self.separator);
            let Some((key, [stop, text @ ..])) = stop.map(|at| list.split_at(at)) else {
                self.rest = None;
                return None;
            };
            if *stop == self.separator {
                self.rest = Some(text);
                continue;
            }
            // No digit of a signature is a separator, so its end need not be searched for.
            if key == self.version
                && let Some((digits, after)) = text.split_at_checked(self.encoding.digits())
                && after.first().is_none_or(|next| *next == self.separator)
                && let Some(signature) = self.encoding.decode(digits)
            {
                self.rest = after.get(1..);
                return Some(Item::Signature(signature));
            }
            let end = text.iter().position(|byte| *byte == self.separator);
            self.rest = end.and_then(|end| text.get(end + 1..));
            return Some(Item::Other { key, text: &text[..end.unwrap_or(text.len())] });
        }
    }
}

impl Encoding {
    #[cfg(not(target_family = "wasm"))]
    /// The length of an encoded signature.
    const fn digits(self) -> usize {
        match self {
            Self::Hex => TAG_BYTES * 2,
            Self::Base64 => TAG_BYTES.div_ceil(3) * 4,
        }
    }

    #[cfg_attr(not(target_family = "wasm"), inline(always))]
    fn decode(self, text: &[u8]) -> Option<[u8; TAG_BYTES]> {
        match self {
            Self::Hex => hex::decode_tag(text.try_into().ok()?),
            #[cfg(not(target_family = "wasm"))]
            Self::Base64 => base64::decode_tag(text.try_into().ok()?),
            #[cfg(target_family = "wasm")]
            Self::Base64 => {
                let mut signature = [0; TAG_BYTES];
                let length = base64::decode(text, &mut signature)?.len();
                (length == TAG_BYTES).then_some(signature)
            }
        }
    }

    fn encode<'b>(self, signature: &[u8; TAG_BYTES], into: &'b mut [u8; TAG_BYTES * 2]) -> &'b [u8] {
        match self {
            Self::Hex => hex::encode_tag(signature, into),
            Self::Base64 => base64::encode_tag(signature, into),
        }
    }
}

const fn is_key_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-'
}

const LIST_DELIMITERS: Error = Error::invalid_scheme(
    "a list's separator and joiner must be two different characters of , ; : = | and space, and = cannot separate base64",
);

const fn delimiter(character: char) -> Option<u8> {
    Some(match character {
        ',' => b',',
        ';' => b';',
        ':' => b':',
        '=' => b'=',
        '|' => b'|',
        ' ' => b' ',
        _ => return None,
    })
}

const fn is_visible(text: &str) -> bool {
    let bytes = text.as_bytes();
    let mut at = 0;
    while at < bytes.len() {
        if !bytes[at].is_ascii_graphic() {
            return false;
        }
        at += 1;
    }
    true
}

const fn key(name: &str) -> Option<InlineStr<16>> {
    let bytes = name.as_bytes();
    let mut at = 0;
    while at < bytes.len() {
        if !is_key_byte(bytes[at]) {
            return None;
        }
        at += 1;
    }
    if bytes.is_empty() { None } else { InlineStr::new(name) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_written_header_is_read_back() {
        let signature = core::array::from_fn(|at| u8::try_from(at * 8 + 7).unwrap());
        for (format, timestamp) in [
            (SignatureFormat::hex("sha256="), None),
            (SignatureFormat::base64(""), None),
            (SignatureFormat::hex_list(',', '=', "v1"), Some("t")),
            (SignatureFormat::base64_list(' ', ',', "v1"), None),
        ] {
            let format = StoredFormat::new(format, timestamp).unwrap();
            let written = format.write(&signature, b"1700000000");
            let signatures = format.read(written.as_bytes()).unwrap();
            let mut read = std::vec::Vec::new();
            signatures.each(|signature| read.push(*signature));
            assert_eq!(read, [signature], "{written:?}");
            assert_eq!(signatures.timestamp, timestamp.map(|_| b"1700000000".as_slice()));
        }
    }
}
