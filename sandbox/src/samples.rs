//! Sample data for events, generated from the catalogue, so that a caller only needs to name the type.

use std::sync::OnceLock;
use std::time::Duration;

use serde_json::{Map, Value, json};
use uuid::Uuid;

use crate::clock::{Clock, Time};
use crate::error::Error;

/// Taken from the vendor's guide and its npm package; the file says more.
const CATALOGUE: &str = include_str!("../../core/catalogue/contio-events.json");

fn catalogue() -> &'static Map<String, Value> {
    static EVENTS: OnceLock<Map<String, Value>> = OnceLock::new();
    EVENTS.get_or_init(|| {
        let catalogue: Value = serde_json::from_str(CATALOGUE).unwrap_or_default();
        catalogue["events"].as_object().cloned().unwrap_or_default()
    })
}

/// All known event types, in the order of the catalogue.
pub fn event_types() -> impl Iterator<Item = &'static str> {
    catalogue().keys().map(String::as_str)
}

/// Checks that a type is in the catalogue.
pub(crate) fn check_type(event_type: &str) -> Result<(), Error> {
    if catalogue().contains_key(event_type) {
        return Ok(());
    }
    let nearest = event_types().min_by_key(|known| edit_distance(known, event_type)).unwrap_or_default();
    Err(Error::new(400, "unknown_event_type", format!("type: unknown event type; did you mean {nearest}?")))
}

/// Sample data for an event of this type, dated `unix_millis` (milliseconds since 1970).
///
/// # Errors
/// `unknown_event_type`, which suggests the nearest known type.
pub fn sample(event_type: &str, unix_millis: i64) -> Result<Value, Error> {
    check_type(event_type)?;
    let fields = catalogue()[event_type]["data"].as_object().cloned().unwrap_or_default();
    let generator = Generator { now: Time(unix_millis), event_type };
    Ok(generator.object(&fields))
}

/// An event, as the body of a delivery.
#[derive(Clone, Debug)]
pub struct SampleEvent {
    /// Its id, a new UUID.
    pub id: String,
    /// The JSON of its envelope.
    pub body: Vec<u8>,
}

/// An event of this type that happens now, for the app of this id, with `data` or else with sample data.
///
/// # Errors
/// `unknown_event_type`, which suggests the nearest known type.
pub fn sample_event(event_type: &str, data: Option<Value>, partner_app_id: &str) -> Result<SampleEvent, Error> {
    event_at(event_type, data.as_ref(), &partner_app_id.into(), Clock::new(1).now())
}

pub(crate) fn event_at(
    event_type: &str,
    data: Option<&Value>,
    partner_app_id: &Value,
    now: Time,
) -> Result<SampleEvent, Error> {
    check_type(event_type)?;
    let id = Uuid::new_v4().to_string();
    let data = data.map_or_else(|| sample(event_type, now.0), |data| Ok(data.clone()))?;
    let envelope = json!({
        "event_type": event_type,
        "event_id": id,
        "timestamp": now.rfc3339(),
        "partner_app_id": partner_app_id,
        "data": data,
    });
    Ok(SampleEvent { id, body: envelope.to_string().into_bytes() })
}

struct Generator<'e> {
    now: Time,
    event_type: &'e str,
}

impl Generator<'_> {
    fn object(&self, fields: &Map<String, Value>) -> Value {
        fields.iter().map(|(name, field)| (name.clone(), self.value(name, field))).collect::<Map<_, _>>().into()
    }

    fn value(&self, name: &str, field: &Value) -> Value {
        match field["type"].as_str().unwrap_or_default() {
            "object" => field["fields"].as_object().map_or_else(|| json!({}), |fields| self.object(fields)),
            "array" => json!([self.value(name.trim_end_matches('s'), &field["items"])]),
            "map" => json!({"source": "sandbox"}),
            "boolean" => false.into(),
            "number" => number(name),
            "string" => self.text(name, field).into(),
            _ => json!("done"),
        }
    }

    fn text(&self, name: &str, field: &Value) -> String {
        let choices = field["values"].as_array().or(field["enum"].as_array());
        if let Some(first) = choices.and_then(|choices| choices.first()?.as_str()) {
            return first.to_owned();
        }
        let minutes = |minutes: u64| self.now.after(Duration::from_secs(minutes * 60)).rfc3339();
        let known = match name {
            "end_time" => return minutes(90),
            "start_time" | "scheduled_start" => return minutes(60),
            "title" => "Quarterly review with the sales team",
            "domain" => "example.com",
            "role" => "attendee",
            "reason" => "the record was not found",
            "item_type" => "discussion",
            "context_type" | "originating_type" => "meeting",
            "trigger_mode" | "execution_mode" => "manual",
            "trigger_type" => self.event_type,
            "task_type" => "approval",
            "node_type" => "action",
            "decision" => "approved",
            "final_status" | "status" => "completed",
            "error_code" => "timeout",
            "error_message" => "the step did not finish in time",
            "type" => "email",
            _ if name.ends_with("_email") || name == "email" => "robin@example.com",
            _ if name.ends_with("_at") => return self.now.rfc3339(),
            _ if name.ends_with("_name") => "Follow up with customers",
            _ => return Uuid::new_v4().to_string(),
        };
        known.to_owned()
    }
}

fn number(name: &str) -> Value {
    match name {
        "confidence_score" => json!(0.87),
        "duration_ms" => json!(1840),
        _ => json!(3),
    }
}

/// The Levenshtein distance, which is enough to guess what was meant.
fn edit_distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, from) in a.chars().enumerate() {
        let mut diagonal = std::mem::replace(&mut row[0], i + 1);
        for (j, to) in b.iter().enumerate() {
            let substituted = diagonal + usize::from(from != *to);
            diagonal = row[j + 1];
            row[j + 1] = substituted.min(row[j] + 1).min(diagonal + 1);
        }
    }
    row[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;
    use hookseal::{Event, Signer, UnixTime, Verifier};

    #[test]
    fn the_library_parses_the_sample_of_every_type_as_that_type() {
        let signer = Signer::contio("a secret").expect("a signer");
        let verifier = Verifier::contio("a secret").expect("a verifier");
        let now = UnixTime::from_secs(1_736_937_000);
        let mut types = 0;
        for event_type in event_types() {
            let data = sample(event_type, 1_736_937_000_000).expect("a known type");
            let envelope = json!({"event_type": event_type, "event_id": "1", "timestamp": "2025-01-15T10:30:00Z", "partner_app_id": "1", "data": data});
            let body = envelope.to_string();
            let headers = signer.sign(body.as_bytes(), now, None).expect("headers");
            let delivery = verifier.verify(&headers, body.as_bytes(), now).expect("genuine");
            let event = delivery.envelope().expect("an envelope").event();
            assert_eq!(event.event_type(), event_type);
            assert!(!matches!(event, Event::Unknown(_)), "{event_type}: {event:?} of {body}");
            types += 1;
        }
        assert_eq!(types, 36);
    }

    #[test]
    fn an_unknown_type_is_an_error_that_suggests_the_nearest_one() {
        let error = sample("meeting.complete", 0).expect_err("unknown");
        assert_eq!((error.status(), error.code()), (400, "unknown_event_type"));
        assert!(error.to_string().contains("meeting.completed"), "{error}");
    }
}
