//! Typed events: the contents of an envelope's `data`, for every event type that the vendor has documented.
//!
//! ```
//! # use hookseal::{Signer, UnixTime, Verifier};
//! # let now = UnixTime::from_secs(1_736_937_000);
//! # let body = br#"{"event_type":"meeting.completed","event_id":"evt-1","timestamp":"2025-01-15T10:30:00Z",
//! #   "partner_app_id":"app-1","data":{"meeting_id":"m-1","title":"Stand-up","workspace_id":"w-1",
//! #   "completed_at":"2025-01-15T10:29:58Z","attendees":3}}"#;
//! # let headers = Signer::contio("a secret of this example")?.sign(body, now, None)?;
//! # let verifier = Verifier::contio("a secret of this example")?;
//! use hookseal::Event;
//!
//! match verifier.verify(&headers, body, now)?.envelope()?.event() {
//!     Event::MeetingCompleted(meeting) => {
//!         assert_eq!(meeting.title, "Stand-up");
//!         assert_eq!(meeting.extra.get("attendees"), Some("3"));
//!     }
//!     Event::Unknown(event) => println!("{} is new: {}", event.event_type, event.data),
//!     _ => {}
//! }
//! # Ok::<(), hookseal::Error>(())
//! ```
//!
//! Text is borrowed from the body unless it was sent with escapes; half of a surrogate pair is read as U+FFFD. Values whose
//! type the catalogue leaves open are kept as JSON. A field that may be absent or null is an [`Option`], and a field that is
//! not in the catalogue is kept in `extra`.
//!
//! A genuine event is never refused because of its data. An event is returned as [`Unknown`] if its type is not in the
//! catalogue, or if its data differs from the catalogue: a required field is absent, or a field has another type or occurs
//! twice.

use alloc::borrow::Cow;
use alloc::string::String;
use alloc::vec::Vec;
use core::cell::Cell;
use core::fmt;
use core::marker::PhantomData;

use serde_core::Deserialize;
use serde_core::de::{self, DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;

use crate::contio::envelope::Envelope;
use crate::error::{Error, ErrorKind};
use crate::inline_str::InlineStr;

mod catalogue;
pub use catalogue::*;

/// A JSON number of any size: the type of [`serde_json`](https://docs.rs/serde_json/1), re-exported.
///
/// It is the only type of another crate in the fields of `hookseal`'s own types. A `hookseal` on another major version of
/// `serde_json` would be a breaking change, and so a new major version of `hookseal`. As long as your own `serde_json` has
/// version 1, this is the same type as yours.
#[doc(inline)]
pub use serde_json::Number;

/// An event whose type this version does not know, or whose data differs from what this version knows.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Unknown<'a> {
    /// The event's type.
    pub event_type: Cow<'a, str>,
    /// The event's data, a JSON object, as it was sent.
    pub data: &'a str,
    /// For a type in [`Event::TYPES`], why the data could not be read: `missing_field` or `invalid_field`, with the field's
    /// name, such as `data.meeting_id`.
    pub mismatch: Option<Error>,
}

/// The members of an object that are not in the catalogue, as they were sent and in that order.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Fields<'a>(Vec<(Cow<'a, str>, &'a str)>);

impl<'a> Fields<'a> {
    /// The JSON of the first field of this name; a string includes its quotes.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&'a str> {
        self.iter().find(|(other, _)| *other == name).map(|(_, json)| json)
    }

    /// The decoded name and the JSON of each field.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &'a str)> {
        self.0.iter().map(|(name, json)| (&**name, *json))
    }
}

impl<'a> Envelope<'a> {
    /// The typed event: the envelope's `data`, read according to its `event_type`, or [`Event::Unknown`].
    #[must_use]
    pub fn event(&self) -> Event<'a> {
        Event::read(self.event_type.decode(), self.data)
    }
}

/// Reads the object in `json`, which was scanned before.
fn read_data<'a, T: Read<'a>>(json: &'a str) -> Result<T, Error> {
    let fault = Fault::default();
    let mut deserializer = serde_json::Deserializer::from_str(json);
    T::read(&mut deserializer, &fault).map_err(|_| fault.error())
}

/// Where reading failed. The errors of `serde_json` have no path, and their text may quote the body.
#[derive(Default)]
struct Fault {
    missing: Cell<bool>,
    path: Cell<Path>,
}

#[derive(Clone, Copy)]
struct Path(InlineStr<64>);

impl Default for Path {
    fn default() -> Self {
        Self(InlineStr::EMPTY)
    }
}

impl Fault {
    /// Adds a field to the path. Called on the way out of a failed field, for the innermost first.
    fn is_in(&self, field: &str) {
        let mut path = InlineStr::EMPTY;
        path.push(field.as_bytes());
        let inner = self.path.get().0;
        if inner.len() > 0 {
            path.push(b".");
            path.push(inner.as_bytes());
        }
        self.path.set(Path(path));
    }

    fn missing<E: de::Error>(&self, field: &str) -> E {
        self.missing.set(true);
        self.is_in(field);
        E::custom("")
    }

    fn error(&self) -> Error {
        self.is_in("data");
        let kind = if self.missing.get() { ErrorKind::MissingField } else { ErrorKind::InvalidField };
        Error::about(kind, self.path.get().0.as_str())
    }
}

/// A type of fields. Unlike [`Deserialize`], it borrows text where possible and reports where reading failed.
trait Read<'de>: Sized {
    fn read<D: Deserializer<'de>>(deserializer: D, fault: &Fault) -> Result<Self, D::Error>;
}

/// An object of the catalogue; the `object!` macro implements it.
trait Object<'de>: Sized {
    fn read_members<A: MapAccess<'de>>(members: A, fault: &Fault) -> Result<Self, A::Error>;
}

impl<'de, T: Object<'de>> Read<'de> for T {
    fn read<D: Deserializer<'de>>(deserializer: D, fault: &Fault) -> Result<Self, D::Error> {
        struct ObjectVisitor<'f, T>(&'f Fault, PhantomData<T>);

        impl<'de, T: Object<'de>> Visitor<'de> for ObjectVisitor<'_, T> {
            type Value = T;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, members: A) -> Result<T, A::Error> {
                T::read_members(members, self.0)
            }
        }

        deserializer.deserialize_map(ObjectVisitor(fault, PhantomData))
    }
}

impl<'de> Read<'de> for Cow<'de, str> {
    fn read<D: Deserializer<'de>>(deserializer: D, fault: &Fault) -> Result<Self, D::Error> {
        Wtf8::read(deserializer, fault).map(Wtf8::into_text)
    }
}

/// The decoded text of a string in UTF-8, in which half of a surrogate pair is encoded as if it were a character.
/// `serde_json` refuses such a string as text, but returns it in this encoding as bytes.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Wtf8<'de>(Cow<'de, [u8]>);

impl<'de> Read<'de> for Wtf8<'de> {
    fn read<D: Deserializer<'de>>(deserializer: D, _: &Fault) -> Result<Self, D::Error> {
        struct BytesVisitor;

        impl<'de> Visitor<'de> for BytesVisitor {
            type Value = Wtf8<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a string")
            }

            fn visit_borrowed_bytes<E>(self, text: &'de [u8]) -> Result<Self::Value, E> {
                Ok(Wtf8(Cow::Borrowed(text)))
            }

            fn visit_bytes<E>(self, text: &[u8]) -> Result<Self::Value, E> {
                Ok(Wtf8(Cow::Owned(text.into())))
            }
        }

        deserializer.deserialize_bytes(BytesVisitor)
    }
}

impl<'de> Wtf8<'de> {
    /// The text, with U+FFFD in place of each half of a surrogate pair.
    fn into_text(self) -> Cow<'de, str> {
        match self.0 {
            Cow::Borrowed(bytes) => match core::str::from_utf8(bytes) {
                Ok(text) => text.into(),
                Err(_) => replace_surrogates(bytes).into(),
            },
            Cow::Owned(bytes) => match String::from_utf8(bytes) {
                Ok(text) => text.into(),
                Err(error) => replace_surrogates(error.as_bytes()).into(),
            },
        }
    }
}

fn replace_surrogates(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len());
    let mut rest = bytes;
    while let Err(error) = core::str::from_utf8(rest) {
        let (valid, surrogate) = rest.split_at(error.valid_up_to());
        text.push_str(core::str::from_utf8(valid).unwrap_or_default());
        text.push(char::REPLACEMENT_CHARACTER);
        // Half of a surrogate pair takes three bytes.
        rest = surrogate.get(3..).unwrap_or_default();
    }
    text.push_str(core::str::from_utf8(rest).unwrap_or_default());
    text
}

impl<'de, T: Read<'de>> Read<'de> for Vec<T> {
    fn read<D: Deserializer<'de>>(deserializer: D, fault: &Fault) -> Result<Self, D::Error> {
        struct ListVisitor<'f, T>(&'f Fault, PhantomData<T>);

        impl<'de, T: Read<'de>> Visitor<'de> for ListVisitor<'_, T> {
            type Value = Vec<T>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an array")
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Vec<T>, A::Error> {
                let mut list = Vec::new();
                while let Some(item) = items.next_element_seed(Seed::<Required, T>::new(self.0))? {
                    list.push(item);
                }
                Ok(list)
            }
        }

        deserializer.deserialize_seq(ListVisitor(fault, PhantomData))
    }
}

macro_rules! read_as_deserialized {
    ($($type:ty),*) => {$(
        impl<'de> Read<'de> for $type {
            fn read<D: Deserializer<'de>>(deserializer: D, _: &Fault) -> Result<Self, D::Error> {
                Self::deserialize(deserializer)
            }
        }
    )*};
}

read_as_deserialized!(bool, Number);

/// Any JSON, as it was sent.
impl<'de> Read<'de> for &'de str {
    fn read<D: Deserializer<'de>>(deserializer: D, _: &Fault) -> Result<Self, D::Error> {
        <&RawValue>::deserialize(deserializer).map(RawValue::get)
    }
}

/// An object with any members. If two have the same name, neither can be preferred.
impl<'de> Object<'de> for Fields<'de> {
    fn read_members<A: MapAccess<'de>>(mut members: A, fault: &Fault) -> Result<Self, A::Error> {
        let mut fields = Vec::new();
        while let Some(name) = members.next_key_seed(Seed::<Required, Wtf8<'de>>::new(fault))? {
            fields.push((name, members.next_value::<&'de RawValue>()?.get()));
        }
        // Names are compared before U+FFFD is put in: two different names can become the same text.
        let mut names: Vec<&Wtf8<'de>> = fields.iter().map(|(name, _)| name).collect();
        names.sort_unstable();
        if names.windows(2).any(|pair| pair[0] == pair[1]) {
            return Err(de::Error::custom(""));
        }
        Ok(Self(fields.into_iter().map(|(name, json)| (name.into_text(), json)).collect()))
    }
}

/// Whether a field may be absent or null. The generated tables use the two markers below.
trait Presence<'de, T> {
    fn read<D: Deserializer<'de>>(deserializer: D, fault: &Fault) -> Result<T, D::Error>;

    /// The value of an absent field, if it may be absent.
    fn absent() -> Option<T>;
}

/// Always present, and never null.
enum Required {}

/// May be absent or null.
enum Optional {}

impl<'de, T: Read<'de>> Presence<'de, T> for Required {
    fn read<D: Deserializer<'de>>(deserializer: D, fault: &Fault) -> Result<T, D::Error> {
        T::read(deserializer, fault)
    }

    fn absent() -> Option<T> {
        None
    }
}

impl<'de, T: Read<'de>> Presence<'de, Option<T>> for Optional {
    fn read<D: Deserializer<'de>>(deserializer: D, fault: &Fault) -> Result<Option<T>, D::Error> {
        struct OptionalVisitor<'f, T>(&'f Fault, PhantomData<T>);

        impl<'de, T: Read<'de>> Visitor<'de> for OptionalVisitor<'_, T> {
            type Value = Option<T>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a value or null")
            }

            fn visit_none<E>(self) -> Result<Option<T>, E> {
                Ok(None)
            }

            fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Option<T>, D::Error> {
                T::read(deserializer, self.0).map(Some)
            }
        }

        deserializer.deserialize_option(OptionalVisitor(fault, PhantomData))
    }

    fn absent() -> Option<Option<T>> {
        Some(None)
    }
}

/// Passes the fault into a field's value.
struct Seed<'f, P, T>(&'f Fault, PhantomData<(P, T)>);

impl<'f, P, T> Seed<'f, P, T> {
    fn new(fault: &'f Fault) -> Self {
        Self(fault, PhantomData)
    }
}

impl<'de, P: Presence<'de, T>, T> DeserializeSeed<'de> for Seed<'_, P, T> {
    type Value = T;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<T, D::Error> {
        P::read(deserializer, self.0)
    }
}

/// Reads the value of one field into its slot, which must still be empty.
fn read_field<'de, P: Presence<'de, T>, T, A: MapAccess<'de>>(
    slot: &mut Option<T>,
    name: &'static str,
    members: &mut A,
    fault: &Fault,
) -> Result<(), A::Error> {
    if slot.is_some() {
        fault.is_in(name);
        return Err(de::Error::custom(""));
    }
    *slot = Some(members.next_value_seed(Seed::<P, T>::new(fault)).inspect_err(|_| fault.is_in(name))?);
    Ok(())
}

/// Defines the struct for an object of the catalogue, with a reader that keeps unknown fields.
macro_rules! object {
    ($(#[$doc:meta])* $name:ident { $($(#[$field_doc:meta])* $field:ident $key:literal: $type:ty = $presence:ident;)* }) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq)]
        #[non_exhaustive]
        pub struct $name<'a> {
            $($(#[$field_doc])* pub $field: $type,)*
            /// Fields that are not in the catalogue.
            pub extra: Fields<'a>,
        }

        impl<'a> Object<'a> for $name<'a> {
            fn read_members<A: MapAccess<'a>>(mut members: A, fault: &Fault) -> Result<Self, A::Error> {
                let mut extra = Fields::default();
                $(let mut $field = None;)*
                while let Some(name) = members.next_key_seed(Seed::<Required, Cow<'a, str>>::new(fault))? {
                    match &*name {
                        $($key => read_field::<$presence, $type, A>(&mut $field, $key, &mut members, fault)?,)*
                        _ => extra.0.push((name, members.next_value::<&'a RawValue>()?.get())),
                    }
                }
                Ok(Self {
                    $($field: match $field.or_else(<$presence as Presence<'a, $type>>::absent) {
                        Some(value) => value,
                        None => return Err(fault.missing($key)),
                    },)*
                    extra,
                })
            }
        }
    };
}
use object;

/// Defines an enum for a string with known values; other values are kept.
macro_rules! choice {
    ($(#[$doc:meta])* $name:ident { $($variant:ident $text:literal),* }) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq)]
        #[non_exhaustive]
        pub enum $name<'a> {
            $(#[doc = concat!("`", $text, "`")] $variant,)*
            /// A value that is not in the catalogue.
            Other(Cow<'a, str>),
        }

        impl $name<'_> {
            /// The value as it was sent.
            #[must_use]
            pub fn as_str(&self) -> &str {
                match self {
                    $(Self::$variant => $text,)*
                    Self::Other(text) => text,
                }
            }
        }

        impl<'de> Read<'de> for $name<'de> {
            fn read<D: Deserializer<'de>>(deserializer: D, fault: &Fault) -> Result<Self, D::Error> {
                let text = Cow::<str>::read(deserializer, fault)?;
                Ok(match &*text {
                    $($text => Self::$variant,)*
                    _ => Self::Other(text),
                })
            }
        }
    };
}
use choice;

/// Defines the enum of all events.
macro_rules! events {
    ($($(#[$doc:meta])* $name:ident $type:literal;)*) => {
        /// An event by its type.
        #[derive(Clone, Debug, PartialEq)]
        #[non_exhaustive]
        #[allow(clippy::large_enum_variant)] // it lives on the stack, and only while it is handled
        pub enum Event<'a> {
            $($(#[$doc])* $name($name<'a>),)*
            /// An event whose type this version does not know, or whose data differs from what this version knows.
            Unknown(Unknown<'a>),
        }

        impl<'a> Event<'a> {
            /// The types that this version knows.
            pub const TYPES: &'static [&'static str] = &[$($type),*];

            /// The envelope's `event_type`.
            #[must_use]
            pub fn event_type(&self) -> &str {
                match self {
                    $(Self::$name(_) => $type,)*
                    Self::Unknown(event) => &event.event_type,
                }
            }

            pub(super) fn read(event_type: Cow<'a, str>, data: &'a str) -> Self {
                let read = match &*event_type {
                    $($type => read_data(data).map(Self::$name),)*
                    _ => return Self::Unknown(Unknown { event_type, data, mismatch: None }),
                };
                read.unwrap_or_else(|error| Self::Unknown(Unknown { event_type, data, mismatch: Some(error) }))
            }
        }
    };
}
use events;
