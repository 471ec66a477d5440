//! Reads signature headers.

use super::encoding::Encoding;
use super::{StoredFormat, StoredLayout, StoredList};
use crate::crypto::mac::TAG_BYTES;
use crate::inline_str::InlineStr;

/// A list may contain this many signatures of the version that is read; each costs a comparison per secret.
pub(crate) const MAX_SIGNATURES: usize = 16;

/// The contents of a signature header: the signatures, and the timestamp and the id if they are in the same list.
#[derive(Clone, Copy)]
pub(crate) struct ParsedSignatures<'v, 'h> {
    pub(super) format: &'v StoredFormat,
    /// The header's value, in which at least one signature is well formed. If there are several, they are decoded again
    /// where they are compared, so that a list of any length needs no buffer.
    pub(super) value: &'h [u8],
    pub(crate) timestamp: Option<&'h [u8]>,
    pub(crate) id: Option<&'h [u8]>,
    /// The last signature. If it is the only one, it is not decoded again.
    #[cfg(any(not(target_family = "wasm"), hookseal_fast))]
    last: [u8; TAG_BYTES],
    #[cfg(any(not(target_family = "wasm"), hookseal_fast))]
    is_only: bool,
}

/// The values of a list other than its signatures.
#[derive(Default)]
pub(super) struct Values<'h> {
    timestamp: Option<&'h [u8]>,
    id: Option<&'h [u8]>,
}

impl<'h> Values<'h> {
    /// Takes the value of an item, if the list wants it. `false` if it is empty, has blanks around its key, or came
    /// before: a key with blanks comes from a host that joined two headers with `, `.
    #[inline]
    pub(super) fn take(&mut self, list: &StoredList, key: &[u8], text: &'h [u8]) -> bool {
        let take = |name: Option<&InlineStr<16>>, value: &mut Option<&'h [u8]>| {
            let is_named = |name: &InlineStr<16>| name.as_bytes() == key.trim_ascii();
            let is_sound = |name: &InlineStr<16>| !text.is_empty() && key.len() == name.len();
            name.is_none_or(|name| !is_named(name) || (is_sound(name) && value.replace(text).is_none()))
        };
        take(list.timestamp.as_ref(), &mut self.timestamp) && take(list.id(), &mut self.id)
    }

    pub(super) fn is_whole(&self, list: &StoredList) -> bool {
        self.timestamp.is_some() == list.timestamp.is_some() && self.id.is_some() == list.id().is_some()
    }
}

impl StoredFormat {
    /// Reads a signature header. A single signature must have this format; in a list, at least one item must. A list's
    /// timestamp and id must each occur exactly once.
    #[cfg(any(not(target_family = "wasm"), hookseal_fast))]
    #[inline]
    pub(crate) fn read<'h>(&self, value: &'h [u8]) -> Option<ParsedSignatures<'_, 'h>> {
        let mut values = Values::default();
        let mut readable = 0;
        let mut last = [0; TAG_BYTES];
        match &self.layout {
            StoredLayout::Single { prefix } => {
                last = self.encoding.decode(value.strip_prefix(prefix.as_bytes())?)?;
                readable = 1;
            }
            StoredLayout::List(list) => {
                for item in Items::new(list, self.encoding, value) {
                    match item {
                        Item::Signature(signature) => {
                            last = signature;
                            readable += 1;
                        }
                        Item::Other { key, text } => {
                            if !values.take(list, key, text) {
                                return None;
                            }
                        }
                    }
                }
                if !(1..=MAX_SIGNATURES).contains(&readable) || !values.is_whole(list) {
                    return None;
                }
            }
        }
        let Values { timestamp, id } = values;
        Some(ParsedSignatures { format: self, value, timestamp, id, last, is_only: readable == 1 })
    }

    /// The same in less space, as long as a list is split in one place: half a kilobyte is much in a worker, and a
    /// signature that is decoded twice is not.
    #[cfg(all(target_family = "wasm", not(hookseal_fast)))]
    pub(crate) fn read<'h>(&self, value: &'h [u8]) -> Option<ParsedSignatures<'_, 'h>> {
        let mut values = Values::default();
        match &self.layout {
            StoredLayout::Single { prefix } => {
                self.encoding.decode(value.strip_prefix(prefix.as_bytes())?)?;
            }
            StoredLayout::List(list) => {
                let mut readable = 0;
                for (key, text) in list.items(self.encoding, value) {
                    match key.filter(|key| !list.is_version(key)) {
                        None => readable += usize::from(self.encoding.decode(text).is_some()),
                        Some(key) if values.take(list, key, text) => {}
                        Some(_) => return None,
                    }
                }
                if !(1..=MAX_SIGNATURES).contains(&readable) || !values.is_whole(list) {
                    return None;
                }
            }
        }
        let Values { timestamp, id } = values;
        Some(ParsedSignatures { format: self, value, timestamp, id })
    }
}

#[cfg(feature = "ed25519")]
impl<'v, 'h> ParsedSignatures<'v, 'h> {
    /// A header of which nothing is decoded yet.
    pub(super) fn undecoded(format: &'v StoredFormat, value: &'h [u8], values: Values<'h>) -> Self {
        let Values { timestamp, id } = values;
        Self {
            format,
            value,
            timestamp,
            id,
            #[cfg(any(not(target_family = "wasm"), hookseal_fast))]
            last: [0; TAG_BYTES],
            #[cfg(any(not(target_family = "wasm"), hookseal_fast))]
            is_only: false,
        }
    }
}

/// An item of a list.
#[cfg(any(not(target_family = "wasm"), hookseal_fast, feature = "ed25519"))]
pub(super) enum Item<'h> {
    /// A signature of the version that is read.
    Signature([u8; TAG_BYTES]),
    /// Any other item that has a key, even of this version.
    Other { key: &'h [u8], text: &'h [u8] },
}

#[cfg(all(target_family = "wasm", not(hookseal_fast)))]
impl StoredList {
    /// The key and the text of each item that has a key. A signature that follows others of the version has none.
    fn items<'h>(
        &self,
        encoding: Encoding,
        value: &'h [u8],
    ) -> impl Iterator<Item = (Option<&'h [u8]>, &'h [u8])> + use<'_, 'h> {
        let mut in_group = false;
        value.split(|byte| *byte == self.separator).filter_map(move |item| {
            let item = if self.is_spaced() { item.strip_prefix(b" ").unwrap_or(item) } else { item };
            if self.is_grouped() && in_group && encoding.decode(item).is_some() {
                return Some((None, item));
            }
            let at = item.iter().position(|byte| *byte == self.joiner)?;
            let (key, text) = (&item[..at], &item[at + 1..]);
            in_group = self.is_grouped() && self.is_version(key);
            Some((Some(key), text))
        })
    }
}

#[cfg(all(target_family = "wasm", not(hookseal_fast)))]
impl ParsedSignatures<'_, '_> {
    /// Calls `check` with every signature that can be read.
    #[inline]
    pub(crate) fn each(&self, mut check: impl FnMut(&[u8; TAG_BYTES])) {
        let encoding = self.format.encoding;
        match &self.format.layout {
            StoredLayout::Single { prefix } => {
                encoding.decode(&self.value[prefix.len()..]).iter().for_each(check);
            }
            StoredLayout::List(list) => {
                // Items that cannot be decoded were also skipped when the header was read.
                let items = list.items(encoding, self.value);
                for (_, text) in items.filter(|(key, _)| key.is_none_or(|key| list.is_version(key))) {
                    encoding.decode(text).iter().for_each(&mut check);
                }
            }
        }
    }
}

#[cfg(any(not(target_family = "wasm"), hookseal_fast))]
impl ParsedSignatures<'_, '_> {
    /// Calls `check` with every signature that can be read.
    #[inline]
    pub(crate) fn each(&self, mut check: impl FnMut(&[u8; TAG_BYTES])) {
        if self.is_only { check(&self.last) } else { self.each_of_several(&mut check) }
    }

    #[inline(never)]
    fn each_of_several(&self, check: &mut dyn FnMut(&[u8; TAG_BYTES])) {
        let StoredLayout::List(list) = &self.format.layout else { return };
        for item in Items::new(list, self.format.encoding, self.value) {
            if let Item::Signature(signature) = item {
                check(&signature);
            }
        }
    }
}

/// The items of a list that are signatures or have a key, in order.
#[cfg(any(not(target_family = "wasm"), hookseal_fast, feature = "ed25519"))]
pub(super) struct Items<'f, 'h> {
    rest: Option<&'h [u8]>,
    encoding: Encoding,
    list: &'f StoredList,
    /// Whether an item without a key would be a signature.
    in_group: bool,
}

#[cfg(any(not(target_family = "wasm"), hookseal_fast, feature = "ed25519"))]
impl<'f, 'h> Items<'f, 'h> {
    #[inline]
    pub(super) fn new(list: &'f StoredList, encoding: Encoding, value: &'h [u8]) -> Self {
        Self { rest: Some(value), encoding, list, in_group: false }
    }

    /// The signature that this text begins with, up to a separator or the end. No digit of a signature is a separator,
    /// so its end need not be searched for.
    #[inline]
    fn take_signature(&mut self, text: &'h [u8]) -> Option<[u8; TAG_BYTES]> {
        let (digits, after) = text.split_at_checked(self.encoding.digits())?;
        if after.first().is_some_and(|next| *next != self.list.separator) {
            return None;
        }
        let signature = self.encoding.decode(digits)?;
        self.rest = after.get(1..);
        Some(signature)
    }
}

#[cfg(any(not(target_family = "wasm"), hookseal_fast, feature = "ed25519"))]
impl<'h> Iterator for Items<'_, 'h> {
    type Item = Item<'h>;

    #[inline]
    fn next(&mut self) -> Option<Item<'h>> {
        let (separator, joiner) = (self.list.separator, self.list.joiner);
        loop {
            let mut list = self.rest?;
            if self.list.is_spaced() {
                list = list.strip_prefix(b" ").unwrap_or(list);
            }
            if self.in_group
                && let Some(signature) = self.take_signature(list)
            {
                return Some(Item::Signature(signature));
            }
            let stop = list.iter().position(|byte| *byte == joiner || *byte == separator);
            let Some((key, [stop, text @ ..])) = stop.map(|at| list.split_at(at)) else {
                self.rest = None;
                return None;
            };
            if *stop == separator {
                self.rest = Some(text);
                continue;
            }
            let is_version = self.list.is_version(key);
            self.in_group = self.list.is_grouped() && is_version;
            if is_version && let Some(signature) = self.take_signature(text) {
                return Some(Item::Signature(signature));
            }
            let end = text.iter().position(|byte| *byte == separator);
            self.rest = end.and_then(|end| text.get(end + 1..));
            return Some(Item::Other { key, text: &text[..end.unwrap_or(text.len())] });
        }
    }
}
