//! How a tag, the 32 bytes that a sender made, is written in a signature header.

use crate::base64;
use crate::error::{Error, ErrorKind};
use crate::text::Text;

/// The bytes of an HMAC-SHA256 tag.
pub(crate) const TAG_BYTES: usize = 32;

/// A list may offer this many tags of the version that is read; each costs a comparison for every secret.
pub(crate) const MAX_TAGS: usize = 16;

/// How the signature header writes its tags: hex or base64, alone behind a prefix or in a list.
///
/// Hex is 64 digits of either case; base64 is the standard alphabet with padding, 44 characters, canonical. Nothing
/// else is accepted in a tag, white space included. In a list, items that cannot be read are skipped: Standard Webhooks
/// has receivers try each signature until one matches, and an attacker gains nothing by adding what nobody reads.
#[derive(Clone, Copy, Debug)]
pub struct Tags<'a> {
    encoding: Encoding,
    layout: Layout<'a>,
}

#[derive(Clone, Copy, Debug)]
enum Encoding {
    Hex,
    Base64,
}

#[derive(Clone, Copy, Debug)]
enum Layout<'a> {
    Single { prefix: &'a str },
    List { separator: char, joiner: char, version: &'a str },
}

impl<'a> Tags<'a> {
    /// One tag in hex behind `prefix` (at most 16 bytes), such as `sha256=`, or `""` for none.
    #[must_use]
    pub const fn hex(prefix: &'a str) -> Self {
        Self { encoding: Encoding::Hex, layout: Layout::Single { prefix } }
    }

    /// One tag in base64 behind `prefix` (at most 16 bytes), or `""` for none.
    #[must_use]
    pub const fn base64(prefix: &'a str) -> Self {
        Self { encoding: Encoding::Base64, layout: Layout::Single { prefix } }
    }

    /// Items of `version`, `joiner` and a tag in hex, separated by `separator`: `v1=…,v1=…`. Items of other versions, and
    /// those that cannot be read, are skipped; of the version asked for 1 to 16 can be read.
    #[must_use]
    pub const fn hex_list(separator: char, joiner: char, version: &'a str) -> Self {
        Self { encoding: Encoding::Hex, layout: Layout::List { separator, joiner, version } }
    }

    /// The same with tags in base64: `v1,… v1,…`.
    #[must_use]
    pub const fn base64_list(separator: char, joiner: char, version: &'a str) -> Self {
        Self { encoding: Encoding::Base64, layout: Layout::List { separator, joiner, version } }
    }
}

/// [`Tags`], checked and kept.
#[derive(Clone, Copy, Debug)]
pub(crate) struct TagForm {
    encoding: Encoding,
    layout: OwnedLayout,
}

#[derive(Clone, Copy, Debug)]
enum OwnedLayout {
    Single { prefix: Text<16> },
    List { separator: u8, joiner: u8, version: Text<16>, timestamp: Option<Text<16>> },
}

/// What one signature header offers: tags, and the timestamp if it is written beside them.
#[derive(Clone, Copy)]
pub(crate) struct Offer<'h> {
    form: &'h TagForm,
    /// The header's value, in which at least one tag is well formed. Tags are decoded where they are compared: that is faster than
    /// carrying them there, and a list of any length needs no room.
    value: &'h [u8],
    pub(crate) timestamp: Option<&'h [u8]>,
}

#[inline(never)]
const fn wrong(reason: &'static str) -> Error {
    Error::new(ErrorKind::InvalidScheme).because(reason)
}

impl TagForm {
    /// `timestamp` is the key of the list's timestamp item, where there is one.
    pub(crate) const fn new(tags: Tags<'_>, timestamp: Option<&str>) -> Result<Self, Error> {
        let layout = match tags.layout {
            Layout::Single { prefix } => {
                if timestamp.is_some() {
                    return Err(wrong("only a list of tags can hold a timestamp"));
                }
                match Text::new(prefix) {
                    Some(kept) if is_visible(prefix) => OwnedLayout::Single { prefix: kept },
                    _ => return Err(wrong("the prefix of a tag is 0 to 16 visible ASCII characters")),
                }
            }
            Layout::List { separator, joiner, version } => {
                let (Some(separator), Some(joiner)) = (mark(separator), mark(joiner)) else {
                    return Err(LIST_MARKS);
                };
                // Base64 ends in `=`, where the list would be parted.
                let parts_tags = matches!(tags.encoding, Encoding::Base64) && separator == b'=';
                if separator == joiner || parts_tags {
                    return Err(LIST_MARKS);
                }
                let Some(version) = key(version) else {
                    return Err(wrong("a list's version is 1 to 16 ASCII letters, digits, _ or -"));
                };
                let timestamp = match timestamp {
                    None => None,
                    Some(name) => match key(name) {
                        Some(name) if !name.is(&version) => Some(name),
                        _ => {
                            return Err(wrong("a list's timestamp has a key of its own, of 1 to 16 letters or digits"));
                        }
                    },
                };
                OwnedLayout::List { separator, joiner, version, timestamp }
            }
        };
        Ok(Self { encoding: tags.encoding, layout })
    }

    /// Whether a header value has this form's own prefix, which tells it from forms without one.
    pub(crate) fn is_marked(&self, value: &[u8]) -> bool {
        match &self.layout {
            OwnedLayout::Single { prefix } => value.starts_with(prefix.as_bytes()),
            OwnedLayout::List { .. } => false,
        }
    }

    /// Whether tags are written in hex.
    #[cfg(feature = "explain")]
    pub(crate) const fn is_hex(&self) -> bool {
        matches!(self.encoding, Encoding::Hex)
    }

    /// What stands in front of a tag: a prefix and nothing, or a version and what joins it.
    #[cfg(feature = "explain")]
    pub(crate) fn before_tag(&self) -> (&str, &[u8]) {
        match &self.layout {
            OwnedLayout::Single { prefix } => (prefix.as_str(), &[]),
            OwnedLayout::List { version, joiner, .. } => (version.as_str(), core::slice::from_ref(joiner)),
        }
    }

    /// The key of a list's timestamp, and what joins it to that.
    #[cfg(feature = "explain")]
    pub(crate) fn timestamp_key(&self) -> Option<(&str, u8)> {
        match &self.layout {
            OwnedLayout::List { timestamp: Some(key), joiner, .. } => Some((key.as_str(), *joiner)),
            _ => None,
        }
    }

    /// Reads a signature header. A tag that stands alone must be of this form, and so must one item of a list. A list's
    /// timestamp is there once and exact: with blanks around its key, as where a host joined two headers by `, `, it would
    /// be a second one.
    pub(crate) fn read<'h>(&'h self, value: &'h [u8]) -> Option<Offer<'h>> {
        let mut timestamp = None;
        match &self.layout {
            OwnedLayout::Single { prefix } => {
                self.encoding.decode(value.strip_prefix(prefix.as_bytes())?)?;
            }
            OwnedLayout::List { separator, joiner, version, timestamp: timestamp_key } => {
                let mut tags = 0;
                for item in value.split(|byte| byte == separator) {
                    let Some((key, text)) = split_at_byte(item, *joiner) else { continue };
                    if key == version.as_bytes() {
                        tags += usize::from(self.encoding.decode(text).is_some());
                    } else if timestamp_key.is_some_and(|name| name.as_bytes() == key.trim_ascii())
                        && (text.is_empty() || key != key.trim_ascii() || timestamp.replace(text).is_some())
                    {
                        return None;
                    }
                }
                if !(1..=MAX_TAGS).contains(&tags) || timestamp.is_some() != timestamp_key.is_some() {
                    return None;
                }
            }
        }
        Some(Offer { form: self, value, timestamp })
    }

    /// Writes a signature header's value for `tag`.
    #[inline(never)]
    pub(crate) fn write(&self, tag: &[u8; TAG_BYTES], timestamp: &[u8]) -> Text<128> {
        let mut encoded = [0; TAG_BYTES * 2];
        let tag = self.encoding.encode(tag, &mut encoded);
        let mut value = Text::EMPTY;
        match &self.layout {
            OwnedLayout::Single { prefix } => value.push(prefix.as_bytes()),
            OwnedLayout::List { separator, joiner, version, timestamp: timestamp_key } => {
                if let Some(key) = timestamp_key {
                    for piece in [key.as_bytes(), &[*joiner], timestamp, &[*separator]] {
                        value.push(piece);
                    }
                }
                for piece in [version.as_bytes(), &[*joiner]] {
                    value.push(piece);
                }
            }
        }
        value.push(tag);
        value
    }
}

impl Offer<'_> {
    /// Calls `check` with every tag that the header offers.
    #[inline]
    pub(crate) fn each_tag(&self, mut check: impl FnMut(&[u8; TAG_BYTES])) {
        let encoding = self.form.encoding;
        match &self.form.layout {
            OwnedLayout::Single { prefix } => {
                encoding.decode(&self.value[prefix.len()..]).iter().for_each(check);
            }
            OwnedLayout::List { separator, joiner, version, .. } => {
                // What does not decode was skipped when the header was read.
                let items = self.value.split(|byte| byte == separator).filter_map(|item| split_at_byte(item, *joiner));
                for (_, text) in items.filter(|(key, _)| *key == version.as_bytes()) {
                    encoding.decode(text).iter().for_each(&mut check);
                }
            }
        }
    }
}

impl Encoding {
    #[cfg_attr(not(target_family = "wasm"), inline)]
    fn decode(self, text: &[u8]) -> Option<[u8; TAG_BYTES]> {
        match self {
            Self::Hex => decode_hex(text.try_into().ok()?),
            Self::Base64 => {
                let mut tag = [0; TAG_BYTES];
                let length = base64::decode(text, &mut tag)?.len();
                (length == TAG_BYTES).then_some(tag)
            }
        }
    }

    fn encode<'b>(self, tag: &[u8; TAG_BYTES], into: &'b mut [u8; TAG_BYTES * 2]) -> &'b [u8] {
        match self {
            Self::Hex => {
                for (pair, byte) in into.as_chunks_mut().0.iter_mut().zip(tag) {
                    *pair = [byte >> 4, byte & 15].map(|nibble| b"0123456789abcdef"[usize::from(nibble)]);
                }
                into
            }
            Self::Base64 => base64::encode_tag(tag, into),
        }
    }
}

/// Decodes 64 hex digits of either case.
///
/// Eight digits at a time, each in its byte of a word, without branches or tables: looking digits up one by one takes
/// as long as a compression of SHA-256. Whether they were digits is told by writing each one back and comparing. What
/// is decoded is the sender's, not secret.
#[inline]
fn decode_hex(text: &[u8; TAG_BYTES * 2]) -> Option<[u8; TAG_BYTES]> {
    const ONES: u64 = u64::MAX / 255;
    let mut tag = [0; TAG_BYTES];
    let mut wrong = 0;
    let mut four_bytes = |digits: [u8; 8]| {
        let digits = u64::from_le_bytes(digits);
        // Letters have the bit 0x40, and count from 1 in their low half; 24 is the most that can come of it.
        let letters = (digits >> 6) & ONES;
        let nibbles = (digits & (ONES * 0x0f)) + letters * 9;
        // From 10 on a nibble is written as a letter: 0x27 further, and lower case.
        let from_ten = ((nibbles + ONES * 6) >> 4) & ONES;
        let written = nibbles + ONES * u64::from(b'0') + from_ten * 0x27;
        wrong |= (written ^ (digits | (letters << 5))) | (nibbles & (ONES * 0xf0));
        let pairs = ((nibbles << 4) | (nibbles >> 8)) & 0x00ff_00ff_00ff_00ff;
        let quads = (pairs | (pairs >> 8)) & 0x0000_ffff_0000_ffff;
        (quads | (quads >> 16)) & 0xffff_ffff
    };
    // Stored by eight bytes, as they are loaded again for the comparison: shorter stores would have to be waited for.
    for (digits, bytes) in text.as_chunks::<8>().0.as_chunks().0.iter().zip(tag.as_chunks_mut().0) {
        let [low, high] = digits.map(&mut four_bytes);
        *bytes = (low | (high << 32)).to_le_bytes();
    }
    Some(tag).filter(|_| wrong == 0)
}

fn split_at_byte(item: &[u8], mark: u8) -> Option<(&[u8], &[u8])> {
    let at = item.iter().position(|byte| *byte == mark)?;
    Some((&item[..at], &item[at + 1..]))
}

const fn is_key_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-'
}

const LIST_MARKS: Error =
    wrong("a list's separator and joiner are two different marks of , ; : = | and space, and = parts no base64");

const fn mark(mark: char) -> Option<u8> {
    Some(match mark {
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

const fn key(name: &str) -> Option<Text<16>> {
    let bytes = name.as_bytes();
    let mut at = 0;
    while at < bytes.len() {
        if !is_key_byte(bytes[at]) {
            return None;
        }
        at += 1;
    }
    if bytes.is_empty() { None } else { Text::new(name) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_byte_in_every_place_is_a_hex_digit_or_refused() {
        for at in 0..TAG_BYTES * 2 {
            for byte in 0..=u8::MAX {
                let mut text = [b'0'; TAG_BYTES * 2];
                text[at] = byte;
                let expected = char::from(byte).to_digit(16).map(|digit| {
                    let mut tag = [0; TAG_BYTES];
                    tag[at / 2] = u8::try_from(digit).unwrap() << (if at % 2 == 0 { 4 } else { 0 });
                    tag
                });
                assert_eq!(decode_hex(&text), expected, "{byte:#04x} at {at}");
            }
        }
    }

    #[test]
    fn what_is_written_is_read_back() {
        let tag = core::array::from_fn(|at| u8::try_from(at * 8 + 7).unwrap());
        for (tags, timestamp) in [
            (Tags::hex("sha256="), None),
            (Tags::base64(""), None),
            (Tags::hex_list(',', '=', "v1"), Some("t")),
            (Tags::base64_list(' ', ',', "v1"), None),
        ] {
            let form = TagForm::new(tags, timestamp).unwrap();
            let written = form.write(&tag, b"1700000000");
            let offer = form.read(written.as_bytes()).unwrap();
            let mut read = std::vec::Vec::new();
            offer.each_tag(|tag| read.push(*tag));
            assert_eq!(read, [tag], "{written:?}");
            assert_eq!(offer.timestamp, timestamp.map(|_| b"1700000000".as_slice()));
        }
    }
}
