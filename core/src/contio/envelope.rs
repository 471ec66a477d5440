//! The Contio envelope: its fields, their types, and their positions in the body.

use core::ops::Range;

use crate::error::{Error, ErrorKind, Failed, Reason, check_size};
#[cfg(feature = "alloc")]
use crate::json::serialize_json;
use crate::json::string::JsonStr;
use crate::json::{Kind, Malformed, Scanner, Value, Visitor, Want};
use crate::time::{self, UnixTime};

/// The fields that every Contio event has in addition to its `data`, borrowed from the body of a verified delivery.
///
/// Only [`Delivery::envelope`](crate::Delivery::envelope) returns one, so that an unverified body is never parsed. It
/// is strict wherever a decision depends on it: the body is UTF-8 without a byte order mark and contains one JSON
/// object, at most 64 levels deep, in which no envelope field occurs twice, however it is escaped, and each has the
/// right type. An optional field may be absent or null. Unknown fields are returned by [`field`](Self::field).
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Envelope<'a> {
    /// What happened, such as `meeting.completed`. Not empty.
    pub event_type: JsonStr<'a>,
    /// The event's id, the same in every delivery of one event, so that duplicates can be recognized. Not empty.
    pub event_id: JsonStr<'a>,
    /// When it happened, as it was sent: RFC 3339 of at most 64 bytes.
    pub timestamp: JsonStr<'a>,
    /// When it happened, rounded down to the second.
    pub time: UnixTime,
    /// The partner's app that receives the event. Not empty.
    pub partner_app_id: JsonStr<'a>,
    /// The user who caused the event, if known.
    pub actor_user_id: Option<JsonStr<'a>>,
    /// The user that the event is for, if it is for one.
    pub for_user: Option<ForUser<'a>>,
    /// The JSON object specific to the event type, as it was sent.
    pub data: &'a str,
    body: &'a str,
}

/// The user that an event is for.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct ForUser<'a> {
    /// The user's id, if it was sent.
    pub id: Option<JsonStr<'a>>,
    /// The user's e-mail address, if it was sent.
    pub email: Option<JsonStr<'a>>,
}

/// The envelope's fields, in the order in which they are checked. Source: the vendor's event reference, as recorded in
/// `core/catalogue/contio-events.json`.
const FIELDS: [Field; 9] = [
    Field { name: "event_type", kind: Kind::Text, required: true, may_be_empty: false },
    Field { name: "event_id", kind: Kind::Text, required: true, may_be_empty: false },
    Field { name: "timestamp", kind: Kind::Text, required: true, may_be_empty: false },
    Field { name: "partner_app_id", kind: Kind::Text, required: true, may_be_empty: false },
    Field { name: "data", kind: Kind::Object, required: true, may_be_empty: true },
    Field { name: "actor_user_id", kind: Kind::Text, required: false, may_be_empty: true },
    Field { name: "for_user", kind: Kind::Object, required: false, may_be_empty: true },
    Field { name: "for_user.id", kind: Kind::Text, required: false, may_be_empty: true },
    Field { name: "for_user.email", kind: Kind::Text, required: false, may_be_empty: true },
];

// Indexes in the table.
const EVENT_TYPE: usize = 0;
const EVENT_ID: usize = 1;
const TIMESTAMP: usize = 2;
const PARTNER_APP_ID: usize = 3;
const DATA: usize = 4;
const ACTOR_USER_ID: usize = 5;
const FOR_USER: usize = 6;
const FOR_USER_ID: usize = 7;
const FOR_USER_EMAIL: usize = 8;

/// Where the fields of an envelope are in its body, in the order of [`Envelope::FIELD_NAMES`], or `None` for those that
/// are absent or null. A string is without its quotes and may have escapes: [`JsonStr::between_quotes`] reads it. For
/// bindings, which cannot keep a borrow of the body.
pub type EnvelopePlaces = [Option<Range<usize>>; FIELDS.len()];

struct Field {
    name: &'static str,
    kind: Kind,
    required: bool,
    may_be_empty: bool,
}

/// Checks an envelope chunk by chunk.
#[derive(Clone)]
pub(crate) struct EnvelopeCheck {
    scanner: Scanner,
    members: Members,
}

/// The fields that were found.
#[derive(Clone)]
struct Members {
    places: [Option<Place>; FIELDS.len()],
    /// One bit per field whose name was read, set before its value is read.
    named: u16,
    /// The field whose value is next, at level 1 and level 2.
    current: [Option<usize>; 2],
    time: Option<UnixTime>,
    /// The first field because of which the body is refused, and why.
    refused: Option<(usize, &'static str)>,
}

#[derive(Clone, Copy, Debug)]
struct Place {
    kind: Kind,
    start: usize,
    end: usize,
}

impl EnvelopeCheck {
    pub(crate) fn new() -> Self {
        Self { scanner: Scanner::new(), members: Members::new() }
    }

    /// Checks the next chunk of a body.
    pub(crate) fn feed(&mut self, chunk: &[u8], reason: &mut Reason) -> Result<(), Failed> {
        self.scanner.feed(chunk, &mut self.members).map_err(|Malformed| self.members.malformed(reason))
    }

    /// Where the fields are in the body.
    pub(crate) fn places(&self) -> EnvelopePlaces {
        places(&self.members.places)
    }

    /// Ends the body and returns the event's time. A malformed body is reported before any field.
    pub(crate) fn finish(&self, reason: &mut Reason) -> Result<UnixTime, Failed> {
        self.scanner.finish().map_err(|Malformed| self.members.malformed(reason))?;
        self.members.check(reason)
    }
}

impl Members {
    fn new() -> Self {
        Self { places: [None; FIELDS.len()], named: 0, current: [None; 2], time: None, refused: None }
    }

    fn malformed(&self, reason: &mut Reason) -> Failed {
        const MALFORMED: &str = "it must be one JSON object of at most 64 levels, in UTF-8 without a byte order mark";
        let (name, detail) = self.refused.map_or(("", MALFORMED), |(field, detail)| (FIELDS[field].name, detail));
        reason.is(ErrorKind::MalformedEnvelope, name, detail)
    }

    fn check(&self, reason: &mut Reason) -> Result<UnixTime, Failed> {
        if self.refused.is_some() {
            return Err(self.malformed(reason));
        }
        for (index, (field, place)) in FIELDS.iter().zip(&self.places).enumerate() {
            match place {
                None if field.required => return Err(reason.is(ErrorKind::MissingField, field.name, "")),
                Some(place) if place.kind != field.kind || (place.start == place.end && !field.may_be_empty) => {
                    let detail = match field.kind {
                        Kind::Object => "it must be an object",
                        _ if field.may_be_empty => "it must be a string",
                        _ => "it must be a non-empty string",
                    };
                    return Err(reason.is(ErrorKind::InvalidField, field.name, detail));
                }
                _ => {}
            }
            if index == TIMESTAMP && self.time.is_none() {
                let detail = "it must be an RFC 3339 time of at most 64 bytes, such as 2025-01-15T10:30:00Z";
                return Err(reason.is(ErrorKind::InvalidField, field.name, detail));
            }
        }
        self.time.ok_or(Failed)
    }
}

impl Visitor for Members {
    fn name(&mut self, level: usize, name: Option<&[u8]>) -> Result<Want, Malformed> {
        let field = match (level, name) {
            (1, Some(b"event_type")) => Some(EVENT_TYPE),
            (1, Some(b"event_id")) => Some(EVENT_ID),
            (1, Some(b"timestamp")) => Some(TIMESTAMP),
            (1, Some(b"partner_app_id")) => Some(PARTNER_APP_ID),
            (1, Some(b"data")) => Some(DATA),
            (1, Some(b"actor_user_id")) => Some(ACTOR_USER_ID),
            (1, Some(b"for_user")) => Some(FOR_USER),
            (2, Some(b"id")) => Some(FOR_USER_ID),
            (2, Some(b"email")) => Some(FOR_USER_EMAIL),
            _ => None,
        };
        self.current[level - 1] = field;
        let Some(field) = field else { return Ok(Want::Place) };
        if self.named & 1 << field != 0 {
            self.refused.get_or_insert((field, "the field occurs twice, and neither value can be preferred"));
            return Err(Malformed);
        }
        self.named |= 1 << field;
        Ok(match field {
            TIMESTAMP => Want::Text,
            FOR_USER => Want::Members,
            _ => Want::Place,
        })
    }

    fn value(&mut self, level: usize, value: Value<'_>) {
        let Some(field) = self.current[level - 1] else { return };
        if value.has_lone_surrogate && matches!(FIELDS[field].kind, Kind::Text) {
            self.refused.get_or_insert((field, "it contains half of a surrogate pair, which is not a character"));
        }
        // Many encoders write absent values as null.
        if value.kind != Kind::Null || FIELDS[field].required {
            self.places[field] = Some(Place { kind: value.kind, start: value.start, end: value.end });
        }
        if field == TIMESTAMP {
            self.time = value.text.and_then(time::read_rfc3339);
        }
    }
}

fn places(places: &[Option<Place>; FIELDS.len()]) -> EnvelopePlaces {
    core::array::from_fn(|field| places[field].map(|place| place.start..place.end))
}

/// A body whose envelope was checked, with the positions of its fields.
#[derive(Clone, Debug)]
pub(crate) struct Checked<'a> {
    body: &'a str,
    places: [Option<Place>; FIELDS.len()],
    pub(crate) time: UnixTime,
}

impl<'a> Checked<'a> {
    /// Reads the envelope in a body. If the scheme's deliveries carry none, the caller who asks for one is mistaken,
    /// not the sender.
    pub(crate) fn read(body: &'a [u8], has_envelope: bool, reason: &mut Reason) -> Result<Self, Failed> {
        check_size(body.len() as u64, reason)?;
        let mut members = Members::new();
        let read = Scanner::new().read(body, &mut members);
        let checked = match read {
            Ok(body) => members.check(reason).map(|time| (body, time)),
            Err(Malformed) => Err(members.malformed(reason)),
        };
        match checked {
            Ok((body, time)) => Ok(Self { body, places: members.places, time }),
            Err(Failed) if has_envelope => Err(Failed),
            Err(Failed) => {
                Err(reason.is(ErrorKind::InvalidArgument, "", "deliveries of this scheme have no event; use json()"))
            }
        }
    }

    pub(crate) fn places(&self) -> EnvelopePlaces {
        places(&self.places)
    }

    pub(crate) fn envelope(&self) -> Envelope<'a> {
        let at = |field: usize| self.places[field].as_ref().and_then(|place| self.body.get(place.start..place.end));
        // Required fields were found by now, so an absent text is never returned as an empty one.
        let text = |field| JsonStr::new(at(field).unwrap_or_default());
        Envelope {
            event_type: text(EVENT_TYPE),
            event_id: text(EVENT_ID),
            timestamp: text(TIMESTAMP),
            time: self.time,
            partner_app_id: text(PARTNER_APP_ID),
            actor_user_id: at(ACTOR_USER_ID).map(JsonStr::new),
            for_user: at(FOR_USER).map(|_| ForUser {
                id: at(FOR_USER_ID).map(JsonStr::new),
                email: at(FOR_USER_EMAIL).map(JsonStr::new),
            }),
            data: at(DATA).unwrap_or_default(),
            body: self.body,
        }
    }
}

impl<'a> Envelope<'a> {
    /// The names of the known fields, in the order in which they are checked.
    pub const FIELD_NAMES: [&'static str; FIELDS.len()] = {
        let mut names = [""; FIELDS.len()];
        let mut at = 0;
        while at < names.len() {
            names[at] = FIELDS[at].name;
            at += 1;
        }
        names
    };

    /// The JSON of a top-level field, known or unknown to this version, as it was sent: a string includes its quotes.
    /// If an unknown field occurs twice, the first is returned. A name of more than 64 bytes is never found.
    ///
    /// Each call scans the body, in time proportional to its length: call it once per field and keep the result. The
    /// known fields are also members of this struct, which are read without a scan.
    #[must_use]
    pub fn field(&self, name: &str) -> Option<&'a str> {
        let mut search = Search { name: name.as_bytes(), is_next: false, found: None };
        // The body was well formed when this envelope was read.
        Scanner::new().read(self.body.as_bytes(), &mut search).ok()?;
        self.body.get(search.found?)
    }
}

/// Writes the envelope as it was sent, unknown fields included.
#[cfg(feature = "alloc")]
impl serde_core::Serialize for Envelope<'_> {
    fn serialize<S: serde_core::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serialize_json(self.body, serializer)
    }
}

/// Writes the fields that were sent.
#[cfg(feature = "alloc")]
impl serde_core::Serialize for ForUser<'_> {
    fn serialize<S: serde_core::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        use serde_core::ser::SerializeMap as _;

        let mut map = serializer.serialize_map(None)?;
        for (name, text) in [("id", self.id), ("email", self.email)] {
            if let Some(text) = text {
                map.serialize_entry(name, &text)?;
            }
        }
        map.end()
    }
}

/// Checks that a body is JSON: for bindings, which parse bodies of every scheme with their host's own parser but must
/// refuse the same bodies in every language. Call it only for verified bodies.
///
/// The root may be any value. The body must be UTF-8 without a byte order mark and nest at most 64 levels deep; numbers
/// may have any number of digits.
///
/// # Errors
/// `malformed_envelope`, and `body_too_large` for 4 GiB or more.
pub fn check_json(body: &[u8]) -> Result<(), Error> {
    Reason::of(|reason| {
        check_size(body.len() as u64, reason)?;
        Scanner::of_any_value().read(body, &mut Members::new()).map(drop).map_err(|Malformed| {
            let detail = if is_form(body) {
                "it is a form, not JSON; have the sender use the content type application/json"
            } else {
                "it must be JSON of at most 64 levels, in UTF-8 without a byte order mark"
            };
            reason.is(ErrorKind::MalformedEnvelope, "", detail)
        })
    })
}

/// Checks the envelope in a body that was verified before, as [`Delivery::envelope`](crate::Delivery::envelope) does:
/// for bindings, which cannot keep a borrow of the body, and parse events with their host's parser. `has_envelope` is
/// [`Scheme::has_envelope`](crate::Scheme::has_envelope).
///
/// # Errors
/// Those of `Delivery::envelope`.
pub fn check_envelope(body: &[u8], has_envelope: bool) -> Result<(), Error> {
    Reason::of(|reason| Checked::read(body, has_envelope, reason)).map(drop)
}

/// Where the fields of the envelope are in a body that was verified before: otherwise the same as [`check_envelope`].
///
/// # Errors
/// Those of `Delivery::envelope`.
pub fn envelope_places(body: &[u8], has_envelope: bool) -> Result<EnvelopePlaces, Error> {
    Reason::of(|reason| Checked::read(body, has_envelope, reason)).map(|checked| checked.places())
}

/// Whether a body begins as a form does, such as the `payload=` of GitHub's default content type.
fn is_form(body: &[u8]) -> bool {
    let end = body.iter().position(|byte| !matches!(byte, b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'_' | b'-'));
    // Base64 ends with that byte, or with two of them.
    end.is_some_and(|end| end > 0 && body[end] == b'=' && body.get(end + 1).is_some_and(|next| *next != b'='))
}

/// Finds the first member of the root object with this name.
struct Search<'n> {
    name: &'n [u8],
    is_next: bool,
    found: Option<Range<usize>>,
}

impl Visitor for Search<'_> {
    fn name(&mut self, _: usize, name: Option<&[u8]>) -> Result<Want, Malformed> {
        self.is_next = name == Some(self.name) && self.found.is_none();
        Ok(Want::Place)
    }

    fn value(&mut self, _: usize, value: Value<'_>) {
        if core::mem::take(&mut self.is_next) {
            let quote = usize::from(value.kind == Kind::Text);
            self.found = Some(value.start - quote..value.end + quote);
        }
    }
}
