//! JSON by `serde_json`, with what the rules depend on: duplicate names, and halves of surrogate pairs.

use std::collections::BTreeSet;

use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};

/// JSON that keeps duplicate names, which `serde_json::Value` does not.
#[derive(Clone, Debug, PartialEq)]
pub enum Json {
    /// A string, decoded.
    Text(String),
    /// The members in their order.
    Object(Vec<(String, Json)>),
    /// The elements.
    Array(Vec<Json>),
    /// A number that a double can approximate.
    Number,
    /// True or false.
    Bool,
    /// Null.
    Null,
}

impl<'de> Deserialize<'de> for Json {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct JsonVisitor;

        impl<'de> Visitor<'de> for JsonVisitor {
            type Value = Json;

            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("JSON")
            }

            fn visit_bool<E>(self, _: bool) -> Result<Json, E> {
                Ok(Json::Bool)
            }

            fn visit_i64<E>(self, _: i64) -> Result<Json, E> {
                Ok(Json::Number)
            }

            fn visit_u64<E>(self, _: u64) -> Result<Json, E> {
                Ok(Json::Number)
            }

            fn visit_f64<E>(self, _: f64) -> Result<Json, E> {
                Ok(Json::Number)
            }

            fn visit_unit<E>(self) -> Result<Json, E> {
                Ok(Json::Null)
            }

            fn visit_str<E>(self, text: &str) -> Result<Json, E> {
                Ok(Json::Text(text.into()))
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Json, A::Error> {
                let mut array = Vec::new();
                while let Some(item) = items.next_element()? {
                    array.push(item);
                }
                Ok(Json::Array(array))
            }

            fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Json, A::Error> {
                let mut object = Vec::new();
                while let Some(member) = members.next_entry()? {
                    object.push(member);
                }
                Ok(Json::Object(object))
            }
        }

        deserializer.deserialize_any(JsonVisitor)
    }
}

impl Json {
    /// How many arrays and objects are inside each other.
    #[must_use]
    pub fn depth(&self) -> usize {
        match self {
            Self::Object(members) => 1 + members.iter().map(|(_, value)| value.depth()).max().unwrap_or_default(),
            Self::Array(items) => 1 + items.iter().map(Self::depth).max().unwrap_or_default(),
            Self::Text(_) | Self::Number | Self::Bool | Self::Null => 0,
        }
    }

    /// The first member of this name.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Self> {
        let Self::Object(members) = self else { return None };
        members.iter().find(|(other, _)| other == name).map(|(_, value)| value)
    }

    /// Whether one of these names occurs twice among the members.
    #[must_use]
    pub fn has_duplicate(&self, names: &[&str]) -> bool {
        let Self::Object(members) = self else { return false };
        let mut seen = BTreeSet::new();
        members.iter().any(|(name, _)| names.contains(&name.as_str()) && !seen.insert(name))
    }
}

/// The first of the private-use characters that replace halves of surrogate pairs in the model, since `serde_json`
/// refuses those.
const HALVES: u32 = 0xf_0000;

/// Replaces each escaped half of a surrogate pair by a private-use character. It searches the whole text for a pattern,
/// unlike the scanner, which reads byte by byte.
fn mark_halves(text: &str) -> String {
    let units: Vec<(usize, u32)> = text
        .match_indices("\\u")
        .filter(|(at, _)| text[..*at].bytes().rev().take_while(|byte| *byte == b'\\').count() % 2 == 0)
        .filter_map(|(at, _)| Some((at, u32::from_str_radix(text.get(at + 2..at + 6)?, 16).ok()?)))
        .filter(|(at, unit)| (0xd800..0xe000).contains(unit) && !text[at + 2..].starts_with('+'))
        .collect();
    let is_low = |unit: u32| unit >= 0xdc00;
    let mut marked = String::new();
    let mut end = 0;
    let mut index = 0;
    while let Some((at, unit)) = units.get(index) {
        let is_pair = !is_low(*unit) && units.get(index + 1).is_some_and(|(next, low)| *next == at + 6 && is_low(*low));
        marked.push_str(&text[end..*at]);
        if is_pair {
            marked.push_str(&text[*at..at + 12]);
        } else {
            marked.push(char::from_u32(HALVES + unit - 0xd800).unwrap());
        }
        end = at + if is_pair { 12 } else { 6 };
        index += if is_pair { 2 } else { 1 };
    }
    marked.push_str(&text[end..]);
    marked
}

/// Reads JSON; an escaped half of a surrogate pair becomes a private-use character.
#[must_use]
pub fn parse(text: &str) -> Option<Json> {
    serde_json::from_str(&mark_halves(text)).ok()
}

/// Whether this model can say what a text is: it has no character that stands for half of a pair, and no number beyond
/// a double, which `serde_json` refuses and RFC 8259 does not.
#[must_use]
pub fn can_judge(text: &str) -> bool {
    !has_half(text)
        && !serde_json::from_str::<Json>(&mark_halves(text))
            .is_err_and(|error| error.to_string().contains("out of range"))
}

/// Whether half of a surrogate pair was in the text that was read.
#[must_use]
pub fn has_half(text: &str) -> bool {
    text.chars().any(|character| (HALVES..HALVES + 0x800).contains(&u32::from(character)))
}
