//! A strict JSON scanner that takes a body in chunks of any size, in constant memory and without allocation.
//!
//! One scanner reads whole and streamed bodies, so that they cannot disagree. It accepts exactly RFC 8259, without a
//! byte order mark or trailing commas, and at most [`MAX_DEPTH`] levels. The project's property tests compare it with
//! `serde_json`.
//!
//! An escape that is half of a surrogate pair is JSON (RFC 8259, section 8.2) but not a character. JavaScript writes
//! one when it cuts a text in the middle of an emoji, so it is accepted, and a string that contains one is reported as
//! such.
//!
//! The scanner builds nothing. A [`Visitor`] visits the members of the root object, and on request those of an object
//! one level below; everything else is checked and skipped.
//!
//! Names and short texts that a visitor compares are decoded while they are scanned, since an escape can be cut by the
//! end of a chunk. Everywhere else, escapes are decoded by `string::read_escape`.

mod capture;
#[cfg(feature = "schemes")]
pub(crate) mod cursor;
mod scanner;
#[cfg(feature = "alloc")]
mod serialize;
pub(crate) mod string;
#[cfg(feature = "alloc")]
mod surrogates;

#[cfg(feature = "duplicates")]
use crate::crypto::digest::Digest;
pub(crate) use scanner::Scanner;
#[cfg(feature = "alloc")]
pub(crate) use serialize::serialize_json;
#[cfg(feature = "alloc")]
pub use surrogates::replace_lone_surrogates;

/// The deepest nesting of objects and arrays; the root is the first level.
pub(crate) const MAX_DEPTH: u32 = 64;

/// The longest name or value that is captured, in decoded bytes. A visitor knows no longer text.
pub(crate) const MAX_CAPTURE: usize = 64;

/// The longest value that is captured as a key, in decoded bytes. Of a longer one, the visitor gets the digest.
#[cfg(feature = "duplicates")]
pub(crate) const MAX_KEY: usize = 200;

/// The body is not well-formed JSON, or its root is not an object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Malformed;

/// The kind of value that a member has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Text,
    Object,
    Null,
    Other,
}

/// A visitor for a scanner that only checks.
#[cfg(feature = "schemes")]
pub(crate) struct Ignore;

#[cfg(feature = "schemes")]
impl Visitor for Ignore {
    fn name(&mut self, _: usize, _: Option<&[u8]>) -> Result<Want, Malformed> {
        Ok(Want::Place)
    }

    fn value(&mut self, _: usize, _: Value<'_>) {}
}

/// What a visitor wants to know about the value of a member.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Want {
    /// Its kind and position.
    Place,
    /// Also its decoded text, if it is a string.
    Text,
    /// The same, or the digest of a longer one.
    #[cfg(feature = "duplicates")]
    Key,
    /// Also its members, if it is an object. Only for members of the root object; below, it means `Place`.
    Members,
}

/// The value of a member: its kind, and its offsets from the start of the body, without quotes.
#[derive(Clone, Copy)]
pub(crate) struct Value<'t> {
    pub(crate) kind: Kind,
    pub(crate) start: usize,
    pub(crate) end: usize,
    /// The decoded text, if it was wanted and the value is a string of at most [`MAX_CAPTURE`] bytes, or [`MAX_KEY`] if
    /// it was wanted as a key.
    pub(crate) text: Option<&'t [u8]>,
    /// The digest of the decoded text, if it was wanted as a key and is longer.
    #[cfg(feature = "duplicates")]
    pub(crate) digest: Option<&'t Digest>,
    /// Whether it is a string that contains half of a surrogate pair.
    pub(crate) has_lone_surrogate: bool,
}

/// Visits the members of the root object (level 1), and those of an object below it (level 2) on request.
pub(crate) trait Visitor {
    /// Called when a member begins. `name` is decoded; it is `None` if it is longer than [`MAX_CAPTURE`], or is not
    /// text because it contains half of a surrogate pair.
    fn name(&mut self, level: usize, name: Option<&[u8]>) -> Result<Want, Malformed>;

    /// Called with the value of the last member that began at this level.
    fn value(&mut self, level: usize, value: Value<'_>);
}
