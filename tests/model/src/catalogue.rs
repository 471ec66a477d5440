//! Which data of an event is as the catalogue says, decided by the catalogue itself.

use serde_json::{Map, Value};

use crate::json::Json;

/// The catalogue of Contio's events.
#[derive(Debug)]
pub struct Catalogue(Map<String, Value>);

impl Catalogue {
    /// Reads the catalogue that is in the repository.
    ///
    /// # Panics
    /// If it is not JSON.
    #[must_use]
    pub fn read() -> Self {
        let text = include_str!("../../../core/catalogue/contio-events.json");
        let catalogue: Value = serde_json::from_str(text).expect("JSON");
        Self(catalogue["events"].as_object().expect("events by type").clone())
    }

    /// Whether an event of this type with this data can be read into the type's struct.
    #[must_use]
    pub fn describes(&self, event_type: &str, data: &Json) -> bool {
        let event = self.0.get(event_type).and_then(|event| event["data"].as_object());
        event.is_some_and(|fields| is_object_of(fields, data))
    }
}

/// Whether a value is an object with these fields, and perhaps with others. A known field must not occur twice, since
/// neither could be preferred.
fn is_object_of(fields: &Map<String, Value>, value: &Json) -> bool {
    let Json::Object(members) = value else { return false };
    fields.iter().all(|(name, field)| {
        let mut values = members.iter().filter(|(other, _)| other == name).map(|(_, value)| value);
        match (values.next(), values.next()) {
            (None, _) => field["optional"] == true,
            (Some(value), None) => (field["optional"] == true && *value == Json::Null) || is_a(field, value),
            (Some(_), Some(_)) => false,
        }
    })
}

fn is_a(field: &Value, value: &Json) -> bool {
    let object = |of: &Value, value: &Json| of["fields"].as_object().is_some_and(|fields| is_object_of(fields, value));
    match (field["type"].as_str(), value) {
        (Some("any"), _)
        | (Some("string"), Json::Text(_))
        | (Some("number"), Json::Number)
        | (Some("boolean"), Json::Bool)
        | (Some("map"), Json::Object(_)) => true,
        (Some("object"), value) => object(field, value),
        (Some("array"), Json::Array(items)) => items.iter().all(|item| object(&field["items"], item)),
        _ => false,
    }
}
