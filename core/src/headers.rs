//! Finds a header in whatever the caller keeps headers in, without copying.

use core::fmt;

use crate::error::{Error, ErrorKind};
use crate::scheme::{Scheme, Spelling};
use crate::text::Text;

/// The name of a header that a scheme reads, at most 64 bytes, compared without regard to ASCII case.
#[derive(Clone, Copy)]
pub struct HeaderName(Text<64>);

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
        match Text::new(name) {
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
        // Nearly every other header of a request is told by its length, without a call.
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
pub enum Found<'h> {
    /// Not at all.
    Absent,
    /// Once, with this value: the bytes as they were sent, without the white space around them.
    Once(&'h [u8]),
    /// Twice or more. Which of them is meant cannot be known, so none is.
    Repeated,
}

impl Found<'_> {
    /// Of one header that has two spellings, what was found by the one that decides, combined with what was found by the
    /// other: see [`Scheme::header_spellings`]. Where either occurs twice, none can be preferred.
    #[must_use]
    pub const fn or(self, other: Self) -> Self {
        match (self, other) {
            (Self::Repeated, _) | (_, Self::Repeated) => Self::Repeated,
            (Self::Absent, other) => other,
            (once, _) => once,
        }
    }
}

impl<'h> FromIterator<&'h [u8]> for Found<'h> {
    /// From the values of all headers of one name.
    fn from_iter<I: IntoIterator<Item = &'h [u8]>>(values: I) -> Self {
        let mut values = values.into_iter();
        match (values.next(), values.next()) {
            (None, _) => Self::Absent,
            (Some(value), None) => Self::Once(value),
            (Some(_), Some(_)) => Self::Repeated,
        }
    }
}

/// A request's headers, as the caller has them.
///
/// Slices, arrays and vectors of name and value pairs are headers, and so are the standard library's maps (`alloc`,
/// `std`) and `http::HeaderMap` (`http`). For a type of your own, collect the values of the header that is asked for:
///
/// ```
/// use hookseal::{Found, HeaderName, Headers};
///
/// struct Request {
///     headers: [(&'static str, &'static str); 2],
/// }
///
/// impl Headers for Request {
///     fn find<'h>(&'h self, name: &HeaderName) -> Found<'h> {
///         let same = self.headers.iter().filter(|(other, _)| name.matches(other.as_bytes()));
///         same.map(|(_, value)| value.as_bytes()).collect()
///     }
/// }
/// ```
pub trait Headers {
    /// Looks a header up without regard to the case of its name. A header that occurs twice must be told as
    /// [`Found::Repeated`], also when both values are the same.
    fn find<'h>(&'h self, name: &HeaderName) -> Found<'h>;

    /// Calls `each` with every value of a header, in their order. No verification asks for this; what explains one does,
    /// to see what is wrong with a header that occurs twice. Unless it is told better, of such a header it sees none.
    fn each_value<'h>(&'h self, name: &HeaderName, each: &mut dyn FnMut(&'h [u8])) {
        if let Found::Once(value) = self.find(name) {
            each(value);
        }
    }
}

impl<H: Headers + ?Sized> Headers for &H {
    fn find<'h>(&'h self, name: &HeaderName) -> Found<'h> {
        (**self).find(name)
    }

    fn each_value<'h>(&'h self, name: &HeaderName, each: &mut dyn FnMut(&'h [u8])) {
        (**self).each_value(name, each);
    }
}

impl<K: AsRef<[u8]>, V: AsRef<[u8]>> Headers for [(K, V)] {
    fn find<'h>(&'h self, name: &HeaderName) -> Found<'h> {
        find_in(self.iter().map(|(key, value)| (key, value)), name)
    }

    fn each_value<'h>(&'h self, name: &HeaderName, each: &mut dyn FnMut(&'h [u8])) {
        values_in(self.iter().map(|(key, value)| (key, value)), name).for_each(each);
    }
}

impl<K: AsRef<[u8]>, V: AsRef<[u8]>, const N: usize> Headers for [(K, V); N] {
    fn find<'h>(&'h self, name: &HeaderName) -> Found<'h> {
        self.as_slice().find(name)
    }

    fn each_value<'h>(&'h self, name: &HeaderName, each: &mut dyn FnMut(&'h [u8])) {
        self.as_slice().each_value(name, each);
    }
}

#[cfg(feature = "alloc")]
impl<K: AsRef<[u8]>, V: AsRef<[u8]>> Headers for alloc::vec::Vec<(K, V)> {
    fn find<'h>(&'h self, name: &HeaderName) -> Found<'h> {
        self.as_slice().find(name)
    }

    fn each_value<'h>(&'h self, name: &HeaderName, each: &mut dyn FnMut(&'h [u8])) {
        self.as_slice().each_value(name, each);
    }
}

#[cfg(feature = "alloc")]
impl<K: AsRef<[u8]>, V: AsRef<[u8]>> Headers for alloc::collections::BTreeMap<K, V> {
    fn find<'h>(&'h self, name: &HeaderName) -> Found<'h> {
        find_in(self.iter(), name)
    }

    fn each_value<'h>(&'h self, name: &HeaderName, each: &mut dyn FnMut(&'h [u8])) {
        values_in(self.iter(), name).for_each(each);
    }
}

#[cfg(feature = "std")]
impl<K: AsRef<[u8]>, V: AsRef<[u8]>, S> Headers for std::collections::HashMap<K, V, S> {
    fn find<'h>(&'h self, name: &HeaderName) -> Found<'h> {
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
    fn find<'h>(&'h self, name: &HeaderName) -> Found<'h> {
        let same = self.iter().filter(|(key, _)| name.matches(key.as_str().as_bytes()));
        same.map(|(_, value)| value.as_bytes()).collect()
    }

    fn each_value<'h>(&'h self, name: &HeaderName, each: &mut dyn FnMut(&'h [u8])) {
        self.get_all(name.as_str()).iter().for_each(|value| each(value.as_bytes()));
    }
}

/// The values of the headers that a scheme reads, as headers: for bindings, which look for them in their host's own way
/// before the core is asked.
#[derive(Clone, Copy)]
pub struct HeaderValues<'h> {
    names: [Option<&'h HeaderName>; 3],
    values: [Found<'h>; 3],
}

impl<'h> HeaderValues<'h> {
    /// Of the signature, timestamp and id headers, in this order; a header that the scheme lacks is not looked for. For one
    /// that has two spellings ([`Scheme::header_spellings`]) both are looked for, and combined with [`Found::or`].
    #[must_use]
    pub const fn new(scheme: &'h Scheme, values: [Found<'h>; 3]) -> Self {
        let names = [Some(scheme.signature_header()), scheme.timestamp_header(), scheme.id_header()];
        Self { names, values }
    }
}

impl Headers for HeaderValues<'_> {
    fn find<'h>(&'h self, name: &HeaderName) -> Found<'h> {
        let found = self.names.iter().zip(&self.values).find(|(own, _)| **own == Some(name));
        found.map_or(Found::Absent, |(_, value)| *value)
    }
}

impl fmt::Debug for HeaderValues<'_> {
    /// Which headers there are, and not what they hold.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HeaderValues").field("names", &self.names).finish_non_exhaustive()
    }
}

fn find_in<'h, K: AsRef<[u8]> + 'h, V: AsRef<[u8]> + 'h>(
    pairs: impl Iterator<Item = (&'h K, &'h V)>,
    name: &HeaderName,
) -> Found<'h> {
    values_in(pairs, name).collect()
}

fn values_in<'h, K: AsRef<[u8]> + 'h, V: AsRef<[u8]> + 'h>(
    pairs: impl Iterator<Item = (&'h K, &'h V)>,
    name: &HeaderName,
) -> impl Iterator<Item = &'h [u8]> {
    pairs.filter(|(key, _)| name.matches(key.as_ref())).map(|(_, value)| value.as_ref())
}

/// The one value of a header that the scheme needs, and that may have a second spelling.
#[cfg_attr(not(target_family = "wasm"), inline)]
pub(crate) fn required<'h, H: Headers + ?Sized>(
    headers: &'h H,
    name: &HeaderName,
    spelling: Option<&Spelling>,
) -> Result<&'h [u8], Error> {
    let mut found = headers.find(name);
    if let Some(Spelling { name, decides }) = spelling {
        let other = headers.find(name);
        found = if *decides { other.or(found) } else { found.or(other) };
    }
    match found {
        Found::Once(value) => Ok(value),
        Found::Absent => Err(Error::about(ErrorKind::MissingHeader, name.as_str())),
        Found::Repeated => Err(Error::about(ErrorKind::DuplicateHeader, name.as_str())),
    }
}
