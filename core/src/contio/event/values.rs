//! Values that events keep as JSON.

use alloc::borrow::Cow;
use alloc::vec::Vec;
use core::fmt;
use core::ops::Deref;

use serde_core::ser::{Serialize, SerializeMap as _, Serializer};

use super::read::{Fault, Object, Read};
use crate::json::cursor::Cursor;
use crate::json::serialize_json;
use crate::json::string::JsonStr;

/// JSON of any kind, as it was sent: a string includes its quotes.
///
/// It dereferences to the text, and serializes as the value that the text describes. Serializers other than
/// `serde_json`'s get what [`RawValue`](https://docs.rs/serde_json/1/serde_json/value/struct.RawValue.html) gives them.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Json<'a>(pub(super) Cow<'a, str>);

impl Json<'_> {
    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The same, owned, so that it borrows nothing.
    #[must_use]
    pub fn into_owned(self) -> Json<'static> {
        Json(self.0.into_owned().into())
    }
}

impl Deref for Json<'_> {
    type Target = str;

    fn deref(&self) -> &str {
        &self.0
    }
}

impl AsRef<str> for Json<'_> {
    fn as_ref(&self) -> &str {
        &self.0
    }
}

impl PartialEq<str> for Json<'_> {
    fn eq(&self, other: &str) -> bool {
        self.0 == other
    }
}

impl PartialEq<&str> for Json<'_> {
    fn eq(&self, other: &&str) -> bool {
        self.0 == *other
    }
}

impl fmt::Display for Json<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl fmt::Debug for Json<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&*self.0, f)
    }
}

impl Serialize for Json<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serialize_json(&self.0, serializer)
    }
}

impl<'a> Read<'a> for Json<'a> {
    fn read(json: &mut Cursor<'a>, _: &mut Fault) -> Option<Self> {
        json.raw().map(|raw| Self(raw.into()))
    }
}

/// The members of an object that are not in the catalogue, as they were sent and in that order.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Fields<'a>(Vec<(Cow<'a, str>, Cow<'a, str>)>);

impl<'a> Fields<'a> {
    /// The JSON of the first field of this name; a string includes its quotes.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&str> {
        self.iter().find(|(other, _)| *other == name).map(|(_, json)| json)
    }

    /// The decoded name and the JSON of each field.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, json)| (&**name, &**json))
    }

    /// The same, owned, so that it borrows nothing.
    #[must_use]
    pub fn into_owned(self) -> Fields<'static> {
        Fields(self.0.into_iter().map(|(name, json)| (name.into_owned().into(), json.into_owned().into())).collect())
    }

    pub(super) fn push(&mut self, name: Cow<'a, str>, json: &'a str) {
        self.0.push((name, json.into()));
    }
}

impl Serialize for Fields<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.0.len()))?;
        for (name, json) in &self.0 {
            map.serialize_entry(name, &Borrowed(json))?;
        }
        map.end()
    }
}

/// The JSON of a field that stays where it is.
pub(super) struct Borrowed<'j>(pub(super) &'j str);

impl Serialize for Borrowed<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serialize_json(self.0, serializer)
    }
}

/// An object with any members. If two have the same name, neither can be preferred.
impl<'a> Object<'a> for Fields<'a> {
    fn read_members(json: &mut Cursor<'a>, _: &mut Fault) -> Option<Self> {
        let mut fields = Vec::new();
        while json.has_next(b'}')? {
            let (name, _) = json.string()?;
            json.skip(b':')?;
            fields.push((name, json.raw()?));
        }
        // Names are compared before U+FFFD is put in: two different names can become the same text.
        let mut names: Vec<JsonStr<'a>> = fields.iter().map(|(name, _)| *name).collect();
        names.sort_unstable();
        if names.windows(2).any(|pair| pair[0] == pair[1]) {
            return None;
        }
        Some(Self(fields.into_iter().map(|(name, json)| (name.decode(), json.into())).collect()))
    }
}
