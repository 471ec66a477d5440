//! Finds a header in whatever the caller keeps headers in, without copying.

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

    /// Whether both are names of one header. For schemes that are made in a `const`; see [`matches`](Self::matches).
    pub(crate) const fn is(&self, other: &Self) -> bool {
        let (own, other) = (self.0.bytes(), other.0.bytes());
        let mut at = 0;
        while at < own.len() {
            if !own[at].eq_ignore_ascii_case(&other[at]) {
                return false;
            }
            at += 1;
        }
        true
    }

    /// As the sender's documentation spells it.
    #[must_use]
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }

    /// Whether `name` is this header's name, in any case.
    #[must_use]
    #[inline]
    pub fn matches(&self, name: &[u8]) -> bool {
        // Nearly every other header of a request differs in its length, which takes no call to see.
        self.0.len() == name.len() && self.has_letters_of(name)
    }

    fn has_letters_of(&self, name: &[u8]) -> bool {
        self.0.as_bytes().eq_ignore_ascii_case(name)
    }
}

/// Two names are one header's in any case.
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

/// How often a header occurs, and its value if that is once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HeaderLookup<'h> {
    /// Not at all.
    Missing,
    /// Once, with this value: the bytes as they were sent, without the white space around them.
    Once(&'h [u8]),
    /// Twice or more. Which of them is meant cannot be known, so none is.
    Duplicate,
}

impl HeaderLookup<'_> {
    /// Of one header that has two spellings, what was found by the one that decides, combined with what was found by the
    /// other: see [`Scheme::header_spellings`](crate::Scheme::header_spellings). Where either occurs twice, none can be preferred.
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
    /// From the values of all headers of one name.
    fn from_iter<I: IntoIterator<Item = &'h [u8]>>(values: I) -> Self {
        let mut values = values.into_iter();
        match (values.next(), values.next()) {
            (None, _) => Self::Missing,
            (Some(value), None) => Self::Once(value),
            (Some(_), Some(_)) => Self::Duplicate,
        }
    }
}

/// A request's headers, as the caller has them.
///
/// Slices, arrays and vectors of name and value pairs are headers, and so are the standard library's maps (`alloc`,
/// `std`) and `http::HeaderMap` (`http`). For a type of your own, collect the values of the header that is asked for:
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
    /// Looks a header up without regard to the case of its name. A header that occurs twice must be returned
    /// as [`HeaderLookup::Duplicate`], even if both values are the same.
    fn find<'h>(&'h self, name: &HeaderName) -> HeaderLookup<'h>;

    /// Calls `each` with every value of a header, in order. No verification needs this; explanations do, to see what is
    /// wrong with a header that occurs twice. The default reports no value of such a header.
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
    // By going through all of them: the map's own look-up by text first makes a name of it, lower-cased and hashed, which
    // takes longer than passing the headers of an ordinary request over by their length.
    fn find<'h>(&'h self, name: &HeaderName) -> HeaderLookup<'h> {
        let same = self.iter().filter(|(key, _)| name.matches(key.as_str().as_bytes()));
        same.map(|(_, value)| value.as_bytes()).collect()
    }

    fn each_value<'h>(&'h self, name: &HeaderName, each: &mut dyn FnMut(&'h [u8])) {
        self.get_all(name.as_str()).iter().for_each(|value| each(value.as_bytes()));
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
