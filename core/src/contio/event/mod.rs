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
//! An event borrows from the body. [`Event::into_owned`] makes one that leaves the handler: for a queue, a channel,
//! another task or thread. All types here implement `serde::Serialize`, and write what was sent, field for field. None
//! implements `Deserialize`, since an event is evidence of a verified delivery: store the body, and read it again as
//! [`StoredBody`](crate::StoredBody).
//!
//! ```
//! # use hookseal::{Event, Signer, UnixTime, Verifier};
//! # let now = UnixTime::from_secs(1_736_937_000);
//! # let body = br#"{"event_type":"meeting.completed","event_id":"evt-1","timestamp":"2025-01-15T10:30:00Z",
//! #   "partner_app_id":"app-1","data":{"meeting_id":"m-1","title":"Stand-up","workspace_id":"w-1",
//! #   "completed_at":"2025-01-15T10:29:58Z"}}"#;
//! # let headers = Signer::contio("a secret of this example")?.sign(body, now, None)?;
//! # let verifier = Verifier::contio("a secret of this example")?;
//! let (queue, events) = std::sync::mpsc::channel::<Event<'static>>();
//! queue.send(verifier.verify(&headers, body, now)?.envelope()?.event().into_owned()).expect("a reader");
//! let worker = std::thread::spawn(move || events.recv().expect("an event").event_type().to_owned());
//! assert_eq!(worker.join().expect("the event's type"), "meeting.completed");
//! # Ok::<(), hookseal::Error>(())
//! ```
//!
//! Text is borrowed from the body unless it was sent with escapes; half of a surrogate pair is read as U+FFFD. Values
//! whose type the catalogue leaves open are kept as JSON. A field that may be absent or null is an [`Option`], and a
//! field that is not in the catalogue is kept in `extra`.
//!
//! A genuine event is never refused because of its data. An event is returned as [`Unknown`] if its type is not in the
//! catalogue, or if its data differs from the catalogue: a required field is absent, or a field has another type or
//! occurs twice.

use alloc::borrow::Cow;
use alloc::vec::Vec;

use serde_core::ser::{Serialize, SerializeMap as _, SerializeStruct as _, Serializer};

use self::owned::Own;
use self::read::{Fault, Object, Optional, Read, Required, read_data, read_field};
use self::serialize::Write;
use self::values::Borrowed;
use crate::contio::envelope::Envelope;
use crate::error::Error;
use crate::json::cursor::Cursor;

mod catalogue;
mod owned;
mod read;
mod serialize;
mod values;

pub use self::catalogue::*;
pub use self::values::{Fields, Json};

/// A JSON number of any size: the type of [`serde_json`](https://docs.rs/serde_json/1), re-exported.
///
/// It is the only type of another crate in the fields of `hookseal`'s own types. A `hookseal` on another major version
/// of `serde_json` would be a breaking change, and so a new major version of `hookseal`. As long as your own
/// `serde_json` has version 1, this is the same type as yours.
#[doc(inline)]
pub use serde_json::Number;

/// An event whose type this version does not know, or whose data differs from what this version knows.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Unknown<'a> {
    /// The event's type.
    pub event_type: Cow<'a, str>,
    /// The event's data, a JSON object, as it was sent.
    pub data: Json<'a>,
    /// For a type in [`Event::TYPES`], why the data could not be read: `missing_field` or `invalid_field`, with the
    /// field's name, such as `data.meeting_id`.
    pub mismatch: Option<Error>,
}

impl Unknown<'_> {
    /// The same event, owned, so that it borrows nothing.
    #[must_use]
    pub fn into_owned(self) -> Unknown<'static> {
        Unknown { event_type: self.event_type.own(), data: self.data.own(), mismatch: self.mismatch }
    }
}

/// Writes the data, like the other events.
impl Serialize for Unknown<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.data.serialize(serializer)
    }
}

impl<'a> Envelope<'a> {
    /// The typed event: the envelope's `data`, read according to its `event_type`, or [`Event::Unknown`].
    #[must_use]
    pub fn event(&self) -> Event<'a> {
        Event::read(self.event_type.decode(), self.data)
    }
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
            #[allow(unused_variables)] // an object without fields has no faults
            fn read_members(json: &mut Cursor<'a>, fault: &mut Fault) -> Option<Self> {
                let mut extra = Fields::default();
                $(let mut $field = None;)*
                while json.has_next(b'}')? {
                    let name = json.text()?;
                    json.skip(b':')?;
                    match &*name {
                        $($key => read_field::<$presence, $type>(&mut $field, $key, json, fault)?,)*
                        _ => extra.push(name, json.raw()?),
                    }
                }
                Some(Self {
                    $($field: match $field.or_else(<$presence as read::Presence<'a, $type>>::absent) {
                        Some(value) => value,
                        None => {
                            fault.is_missing($key);
                            return None;
                        }
                    },)*
                    extra,
                })
            }
        }

        impl $name<'_> {
            /// The same, owned, so that it borrows nothing.
            #[must_use]
            pub fn into_owned(self) -> $name<'static> {
                $name { $($field: self.$field.own(),)* extra: self.extra.own() }
            }
        }

        impl Own for $name<'_> {
            type Static = $name<'static>;

            fn own(self) -> Self::Static {
                self.into_owned()
            }
        }

        impl Serialize for $name<'_> {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                let mut map = serializer.serialize_map(None)?;
                $($presence::write(&mut map, $key, &self.$field)?;)*
                for (name, json) in self.extra.iter() {
                    map.serialize_entry(name, &Borrowed(json))?;
                }
                map.end()
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

            /// The same, owned, so that it borrows nothing.
            #[must_use]
            pub fn into_owned(self) -> $name<'static> {
                match self {
                    $(Self::$variant => $name::$variant,)*
                    Self::Other(text) => $name::Other(text.own()),
                }
            }
        }

        impl Own for $name<'_> {
            type Static = $name<'static>;

            fn own(self) -> Self::Static {
                self.into_owned()
            }
        }

        impl<'a> Read<'a> for $name<'a> {
            fn read(json: &mut Cursor<'a>, _: &mut Fault) -> Option<Self> {
                let text = json.text()?;
                Some(match &*text {
                    $($text => Self::$variant,)*
                    _ => Self::Other(text),
                })
            }
        }

        impl Serialize for $name<'_> {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.as_str())
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
        #[allow(clippy::large_enum_variant)] // it lives on the stack while it is handled
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

            /// The same event, owned, so that it outlives the delivery.
            #[must_use]
            pub fn into_owned(self) -> Event<'static> {
                match self {
                    $(Self::$name(event) => Event::$name(event.into_owned()),)*
                    Self::Unknown(event) => Event::Unknown(event.into_owned()),
                }
            }

            pub(super) fn read(event_type: Cow<'a, str>, data: &'a str) -> Self {
                let mismatch = match &*event_type {
                    $($type => match read_data(data) {
                        Ok(event) => return Self::$name(event),
                        Err(error) => Some(error),
                    },)*
                    _ => None,
                };
                Self::Unknown(Unknown { event_type, data: Json(data.into()), mismatch })
            }
        }

        /// Writes `event_type` and `data`, as they are in the envelope.
        impl Serialize for Event<'_> {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                let mut fields = serializer.serialize_struct("Event", 2)?;
                fields.serialize_field("event_type", self.event_type())?;
                match self {
                    $(Self::$name(event) => fields.serialize_field("data", event)?,)*
                    Self::Unknown(event) => fields.serialize_field("data", event)?,
                }
                fields.end()
            }
        }
    };
}
use events;
