//! Looks headers up in whatever type the caller keeps them in, without copying.

use core::fmt;

use crate::inline_str::InlineStr;

/// The name of a header that a scheme reads, at most 64 bytes, compared without regard to ASCII case.
#[derive(Clone, Copy)]
pub struct HeaderName(InlineStr<64>);

impl HeaderName {
    /// `None` unless `name` is a token of RFC 9110, section 5.6.2, of at most 64 bytes.
    pub(crate) const fn new(name: &str) -> Option<Self> {
        let bytes = name.as_bytes();
        let mut at = 0;
        while at < bytes.len() {
            let token = bytes[at].is_ascii_alphanumeric()
                || matches!(bytes[at], b'!' | b'#'..=b'\'' | b'*' | b'+' | b'-' | b'.' | b'^'..=b'`' | b'|' | b'~');
            if !token {
                return None;
            }
            at += 1;
        }
        if bytes.is_empty() {
            return None;
        }
        match InlineStr::new(name) {
            Some(text) => Some(Self(text)),
            None => None,
        }
    }

    /// Whether both are the name of one header. For schemes that are built in a `const`; see
    /// [`matches`](Self::matches).
    pub(crate) const fn is(&self, other: &Self) -> bool {
        let (this, other) = (self.0.bytes(), other.0.bytes());
        let mut at = 0;
        while at < this.len() {
            if !this[at].eq_ignore_ascii_case(&other[at]) {
                return false;
            }
            at += 1;
        }
        true
    }

    /// The name, as the sender's documentation spells it.
    #[must_use]
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }

    /// Whether `name` is this header's name, in any case.
    #[must_use]
    #[inline]
    pub fn matches(&self, name: &[u8]) -> bool {
        // Nearly every other header of a request differs in length, or in its last letter if it has the same prefix.
        // Both are compared without a call.
        self.0.len() == name.len() && self.may_end_like(name) && self.has_letters_of(name)
    }

    #[cfg(not(target_family = "wasm"))]
    #[inline]
    fn may_end_like(&self, name: &[u8]) -> bool {
        let end = |text: &[u8]| text.last().map(|byte| byte | 0x20);
        end(self.0.as_bytes()) == end(name)
    }

    #[cfg(target_family = "wasm")]
    fn may_end_like(&self, _: &[u8]) -> bool {
        true
    }

    fn has_letters_of(&self, name: &[u8]) -> bool {
        self.0.as_bytes().eq_ignore_ascii_case(name)
    }
}

/// Compares without regard to ASCII case.
impl PartialEq for HeaderName {
    fn eq(&self, other: &Self) -> bool {
        self.matches(other.0.as_bytes())
    }
}

impl Eq for HeaderName {}

impl fmt::Debug for HeaderName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self.as_str(), f)
    }
}

/// How often a header occurs, and its value if it occurs once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HeaderLookup<'h> {
    /// It does not occur.
    Missing,
    /// It occurs once, with this value: the bytes as they were sent, without surrounding white space.
    Once(&'h [u8]),
    /// It occurs twice or more, so that no value can be preferred.
    Duplicate,
}

impl HeaderLookup<'_> {
    /// Combines the results for the two spellings of one header. Call it on the result for the spelling that decides,
    /// and pass that for the other: see [`Scheme::header_spellings`](crate::Scheme::header_spellings). If either occurs
    /// twice, the result is [`Duplicate`](Self::Duplicate).
    #[must_use]
    pub const fn or(self, other: Self) -> Self {
        match (self, other) {
            (Self::Duplicate, _) | (_, Self::Duplicate) => Self::Duplicate,
            (Self::Missing, other) => other,
            (once, _) => once,
        }
    }
}

impl<'h> FromIterator<&'h [u8]> for HeaderLookup<'h> {
    /// Collects the values of all headers of one name.
    fn from_iter<I: IntoIterator<Item = &'h [u8]>>(values: I) -> Self {
        let mut values = values.into_iter();
        match (values.next(), values.next()) {
            (None, _) => Self::Missing,
            (Some(value), None) => Self::Once(value),
            (Some(_), Some(_)) => Self::Duplicate,
        }
    }
}

/// A request's headers, in whatever type the caller keeps them.
///
/// It is implemented for slices, arrays and vectors of name and value pairs, for the standard library's maps (features
/// `alloc` and `std`) and for `http::HeaderMap` (feature `http`). For a custom type, collect the values of the
/// requested header:
///
/// ```
/// use hookseal::{HeaderLookup, HeaderName, Headers};
///
/// struct Request {
///     headers: [(&'static str, &'static str); 2],
/// }
///
/// impl Headers for Request {
///     fn find<'h>(&'h self, name: &HeaderName) -> HeaderLookup<'h> {
///         let same = self.headers.iter().filter(|(other, _)| name.matches(other.as_bytes()));
///         same.map(|(_, value)| value.as_bytes()).collect()
///     }
/// }
/// ```
pub trait Headers {
    /// Looks up a header without regard to the case of its name. A header that occurs twice must be returned as
    /// [`HeaderLookup::Duplicate`], even if both values are the same.
    fn find<'h>(&'h self, name: &HeaderName) -> HeaderLookup<'h>;

    /// Looks up the headers of a delivery, each as [`find`](Self::find) does, which the default calls: for types that
    /// are searched faster in one pass.
    fn find_all<'h>(&'h self, names: [Option<&HeaderName>; 3]) -> [HeaderLookup<'h>; 3] {
        names.map(|name| name.map_or(HeaderLookup::Missing, |name| self.find(name)))
    }

    /// Calls `each` with every value of a header, in order. Verification does not need this; explanations do, to find
    /// out what is wrong with a header that occurs twice. The default passes on no value of such a header.
    fn each_value<'h>(&'h self, name: &HeaderName, each: &mut dyn FnMut(&'h [u8])) {
        if let HeaderLookup::Once(value) = self.find(name) {
            each(value);
        }
    }
}

impl<H: Headers + ?Sized> Headers for &H {
    fn find<'h>(&'h self, name: &HeaderName) -> HeaderLookup<'h> {
        (**self).find(name)
    }

    fn find_all<'h>(&'h self, names: [Option<&HeaderName>; 3]) -> [HeaderLookup<'h>; 3] {
        (**self).find_all(names)
    }

    fn each_value<'h>(&'h self, name: &HeaderName, each: &mut dyn FnMut(&'h [u8])) {
        (**self).each_value(name, each);
    }
}

impl<K: AsRef<[u8]>, V: AsRef<[u8]>> Headers for [(K, V)] {
    fn find<'h>(&'h self, name: &HeaderName) -> HeaderLookup<'h> {
        find_in(self.iter().map(|(key, value)| (key, value)), name)
    }

    fn each_value<'h>(&'h self, name: &HeaderName, each: &mut dyn FnMut(&'h [u8])) {
        values_in(self.iter().map(|(key, value)| (key, value)), name).for_each(each);
    }
}

impl<K: AsRef<[u8]>, V: AsRef<[u8]>, const N: usize> Headers for [(K, V); N] {
    fn find<'h>(&'h self, name: &HeaderName) -> HeaderLookup<'h> {
        self.as_slice().find(name)
    }

    fn each_value<'h>(&'h self, name: &HeaderName, each: &mut dyn FnMut(&'h [u8])) {
        self.as_slice().each_value(name, each);
    }
}

#[cfg(feature = "alloc")]
impl<K: AsRef<[u8]>, V: AsRef<[u8]>> Headers for alloc::vec::Vec<(K, V)> {
    fn find<'h>(&'h self, name: &HeaderName) -> HeaderLookup<'h> {
        self.as_slice().find(name)
    }

    fn each_value<'h>(&'h self, name: &HeaderName, each: &mut dyn FnMut(&'h [u8])) {
        self.as_slice().each_value(name, each);
    }
}

#[cfg(feature = "alloc")]
impl<K: AsRef<[u8]>, V: AsRef<[u8]>> Headers for alloc::collections::BTreeMap<K, V> {
    fn find<'h>(&'h self, name: &HeaderName) -> HeaderLookup<'h> {
        find_in(self.iter(), name)
    }

    fn each_value<'h>(&'h self, name: &HeaderName, each: &mut dyn FnMut(&'h [u8])) {
        values_in(self.iter(), name).for_each(each);
    }
}

#[cfg(feature = "std")]
impl<K: AsRef<[u8]>, V: AsRef<[u8]>, S> Headers for std::collections::HashMap<K, V, S> {
    fn find<'h>(&'h self, name: &HeaderName) -> HeaderLookup<'h> {
        find_in(self.iter(), name)
    }

    fn each_value<'h>(&'h self, name: &HeaderName, each: &mut dyn FnMut(&'h [u8])) {
        values_in(self.iter(), name).for_each(each);
    }
}

#[cfg(feature = "http")]
impl Headers for http::HeaderMap {
    // Scans the names: the map's own lookup of a text lower-cases and hashes it first, which takes longer than skipping
    // the names of an ordinary request by their length.
    fn find<'h>(&'h self, name: &HeaderName) -> HeaderLookup<'h> {
        find_in(self.iter(), name)
    }

    fn find_all<'h>(&'h self, names: [Option<&HeaderName>; 3]) -> [HeaderLookup<'h>; 3] {
        let mut found = [HeaderLookup::Missing; 3];
        // No header is so long, so a name that is absent matches none.
        let lengths = names.map(|name| name.map_or(usize::MAX, |name| name.0.len()));
        for (key, value) in self {
            let key = key.as_str().as_bytes();
            for at in 0..names.len() {
                if key.len() == lengths[at] && names[at].is_some_and(|name| name.matches(key)) {
                    found[at] = match found[at] {
                        HeaderLookup::Missing => HeaderLookup::Once(value.as_bytes()),
                        _ => HeaderLookup::Duplicate,
                    };
                }
            }
        }
        found
    }

    fn each_value<'h>(&'h self, name: &HeaderName, each: &mut dyn FnMut(&'h [u8])) {
        self.get_all(name.as_str()).iter().for_each(|value| each(value.as_bytes()));
    }
}

#[cfg(feature = "actix")]
impl Headers for actix_http::header::HeaderMap {
    fn find<'h>(&'h self, name: &HeaderName) -> HeaderLookup<'h> {
        self.get_all(name.as_str()).map(|value| value.as_bytes()).collect()
    }

    fn each_value<'h>(&'h self, name: &HeaderName, each: &mut dyn FnMut(&'h [u8])) {
        self.get_all(name.as_str()).for_each(|value| each(value.as_bytes()));
    }
}

fn find_in<'h, K: AsRef<[u8]> + 'h, V: AsRef<[u8]> + 'h>(
    pairs: impl Iterator<Item = (&'h K, &'h V)>,
    name: &HeaderName,
) -> HeaderLookup<'h> {
    values_in(pairs, name).collect()
}

fn values_in<'h, K: AsRef<[u8]> + 'h, V: AsRef<[u8]> + 'h>(
    pairs: impl Iterator<Item = (&'h K, &'h V)>,
    name: &HeaderName,
) -> impl Iterator<Item = &'h [u8]> {
    pairs.filter(|(key, _)| name.matches(key.as_ref())).map(|(_, value)| value.as_ref())
}

#[cfg(test)]
mod tests {
    use std::vec::Vec;

    use super::*;

    #[cfg(feature = "http")]
    #[test]
    fn several_headers_are_found_in_one_pass_as_one_by_one() {
        let names = ["X-Acme-Signature", "X-Acme-Time", "X-Id"].map(|name| HeaderName::new(name).unwrap());
        let sent = ["x-acme-signature", "x-acme-time", "x-id", "x-acme-timer", "x-acme-signature", "x-id"];
        // Every choice of them, in order: none, once and twice of each name.
        for chosen in 0..1_u32 << sent.len() {
            let is_chosen = |at: &usize| chosen >> at & 1 == 1;
            let pair = |at: usize| (http::HeaderName::from_static(sent[at]), http::HeaderValue::from(at));
            let map: http::HeaderMap = (0..sent.len()).filter(is_chosen).map(pair).collect();
            for wanted in [[0, 1, 2], [2, 0, 1], [1, 1, 3], [3, 3, 3]] {
                let names = wanted.map(|at: usize| names.get(at));
                let one_by_one = names.map(|name| name.map_or(HeaderLookup::Missing, |name| map.find(name)));
                assert_eq!(map.find_all(names), one_by_one, "{map:?} {wanted:?}");
            }
        }
    }

    #[test]
    fn names_are_compared_without_regard_to_the_case_of_letters_only() {
        let token = |byte: u8| {
            char::from(byte).is_ascii_graphic() && HeaderName::new(char::from(byte).encode_utf8(&mut [0; 4])).is_some()
        };
        for length in [1, 7, 8, 9, 16, 63, 64] {
            for at in [0, length / 2, length - 1] {
                for ours in (0..=u8::MAX).filter(|byte| token(*byte)) {
                    let mut text: Vec<u8> = (0..length).map(|at| b"a-Z9"[at % 4]).collect();
                    text[at] = ours;
                    let name = HeaderName::new(core::str::from_utf8(&text).unwrap()).unwrap();
                    for theirs in 0..=u8::MAX {
                        text[at] = theirs;
                        let expected = ours.eq_ignore_ascii_case(&theirs);
                        assert_eq!(name.matches(&text), expected, "{ours} {theirs} at {at} of {length}");
                    }
                }
            }
        }
    }
}
