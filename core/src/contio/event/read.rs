//! Reads typed events from the `data` of an envelope, which was scanned before.

use alloc::borrow::Cow;
use alloc::vec::Vec;

use serde_json::Number;

use crate::error::{Error, ErrorKind};
use crate::inline_str::InlineStr;
use crate::json::cursor::Cursor;

/// Reads the object in `json`.
pub(super) fn read_data<'a, T: Read<'a>>(json: &'a str) -> Result<T, Error> {
    let mut fault = Fault { missing: false, path: InlineStr::EMPTY };
    T::read(&mut Cursor::new(json), &mut fault).ok_or_else(|| fault.error())
}

/// Where reading failed.
pub(super) struct Fault {
    missing: bool,
    path: InlineStr<64>,
}

impl Fault {
    /// Adds a field to the path. Called on the way out of a failed field, for the innermost first.
    #[cold]
    #[inline(never)]
    pub(super) fn is_in(&mut self, field: &str) {
        let inner = core::mem::replace(&mut self.path, InlineStr::EMPTY);
        self.path.push(field.as_bytes());
        if inner.len() > 0 {
            self.path.push(b".");
            self.path.push(inner.as_bytes());
        }
    }

    #[cold]
    #[inline(never)]
    pub(super) fn is_missing(&mut self, field: &str) {
        self.missing = true;
        self.is_in(field);
    }

    #[cold]
    fn error(&mut self) -> Error {
        self.is_in("data");
        let kind = if self.missing { ErrorKind::MissingField } else { ErrorKind::InvalidField };
        Error::about(kind, self.path.as_str())
    }
}

/// A type of fields. `None` if the value is of another type; the fault then says where.
pub(super) trait Read<'a>: Sized {
    fn read(json: &mut Cursor<'a>, fault: &mut Fault) -> Option<Self>;
}

/// An object of the catalogue; the `object!` macro implements it.
pub(super) trait Object<'a>: Sized {
    /// Reads the members of an object that was opened.
    fn read_members(json: &mut Cursor<'a>, fault: &mut Fault) -> Option<Self>;
}

impl<'a, T: Object<'a>> Read<'a> for T {
    #[inline]
    fn read(json: &mut Cursor<'a>, fault: &mut Fault) -> Option<Self> {
        json.skip(b'{')?;
        T::read_members(json, fault)
    }
}

impl<'a> Read<'a> for Cow<'a, str> {
    #[inline]
    fn read(json: &mut Cursor<'a>, _: &mut Fault) -> Option<Self> {
        json.text()
    }
}

impl<'a> Read<'a> for bool {
    fn read(json: &mut Cursor<'a>, _: &mut Fault) -> Option<Self> {
        json.skip_literal("true").map(|()| true).or_else(|| json.skip_literal("false").map(|()| false))
    }
}

impl<'a> Read<'a> for Number {
    fn read(json: &mut Cursor<'a>, _: &mut Fault) -> Option<Self> {
        json.raw()?.parse().ok()
    }
}

impl<'a, T: Read<'a>> Read<'a> for Vec<T> {
    fn read(json: &mut Cursor<'a>, fault: &mut Fault) -> Option<Self> {
        json.skip(b'[')?;
        let mut list = Self::new();
        while json.has_next(b']')? {
            list.push(T::read(json, fault)?);
        }
        Some(list)
    }
}

/// Whether a field may be absent or null. The generated tables use the two markers below.
pub(super) trait Presence<'a, T> {
    fn read(json: &mut Cursor<'a>, fault: &mut Fault) -> Option<T>;

    /// The value of an absent field, if it may be absent.
    fn absent() -> Option<T>;
}

/// Always present, and never null.
pub(super) enum Required {}

/// May be absent or null.
pub(super) enum Optional {}

impl<'a, T: Read<'a>> Presence<'a, T> for Required {
    #[inline]
    fn read(json: &mut Cursor<'a>, fault: &mut Fault) -> Option<T> {
        T::read(json, fault)
    }

    #[inline]
    fn absent() -> Option<T> {
        None
    }
}

impl<'a, T: Read<'a>> Presence<'a, Option<T>> for Optional {
    #[inline]
    fn read(json: &mut Cursor<'a>, fault: &mut Fault) -> Option<Option<T>> {
        match json.skip_literal("null") {
            Some(()) => Some(None),
            None => T::read(json, fault).map(Some),
        }
    }

    #[inline]
    fn absent() -> Option<Option<T>> {
        Some(None)
    }
}

/// Reads the value of one field into its slot, which must still be empty.
#[inline]
pub(super) fn read_field<'a, P: Presence<'a, T>, T>(
    slot: &mut Option<T>,
    name: &'static str,
    json: &mut Cursor<'a>,
    fault: &mut Fault,
) -> Option<()> {
    if slot.is_none() {
        *slot = P::read(json, fault);
        if slot.is_some() {
            return Some(());
        }
    }
    fault.is_in(name);
    None
}
