//! The typed events, compared with the catalogue field by field.

use hookseal::event::Unknown;
use hookseal::{Envelope, Error, Event, Scheme, Verifier};
use hookseal_tests::{Verdict, vectors};
use serde_json::{Map, Value, json};

use crate::support::{NOW, sign, verifier};

const CATALOGUE: &str = include_str!("../../core/catalogue/contio-events.json");

fn events() -> Map<String, Value> {
    let catalogue: Value = serde_json::from_str(CATALOGUE).unwrap();
    catalogue["events"].as_object().unwrap().clone()
}

/// A value of a field's type.
fn example(field: &Value) -> Value {
    match field["type"].as_str().unwrap() {
        "string" => field["enum"].get(0).cloned().unwrap_or(json!("text")),
        "number" => json!(1.5),
        "boolean" => json!(true),
        "map" => json!({"key": [1]}),
        "any" => json!([null]),
        "object" => examples(field["fields"].as_object().unwrap()),
        "array" => json!([examples(field["items"]["fields"].as_object().unwrap())]),
        other => panic!("{other}"),
    }
}

fn examples(fields: &Map<String, Value>) -> Value {
    fields.iter().map(|(name, field)| (name.clone(), example(field))).collect::<Map<_, _>>().into()
}

/// Reads an event and returns the result of `check`.
fn read<T>(event_type: &str, data: &str, check: impl Fn(Event<'_>, Envelope<'_>) -> T) -> T {
    let body = format!(
        r#"{{"event_type":"{event_type}","event_id":"e","timestamp":"2025-01-15T10:30:00Z","partner_app_id":"p","data":{data}}}"#
    );
    let headers = sign(Scheme::CONTIO, body.as_bytes(), NOW);
    let verifier: Verifier = verifier(Scheme::CONTIO);
    let delivery = verifier.verify(&headers, body.as_bytes(), NOW).unwrap();
    let envelope = delivery.envelope().unwrap();
    check(envelope.event(), envelope)
}

/// Why the data of a known type could not be read; its event is then an unknown one.
fn mismatch(event: &Event<'_>) -> Option<Error> {
    match event {
        Event::Unknown(Unknown { mismatch, .. }) => *mismatch,
        _ => None,
    }
}

/// The code and the field in which `data` differs from the catalogue, or `read`.
fn compare(event_type: &str, data: &Value) -> String {
    let text = data.to_string();
    read(event_type, &text, |event, _| match (&event, mismatch(&event)) {
        (Event::Unknown(unknown), Some(error)) => {
            assert_eq!((&*unknown.event_type, &*unknown.data), (event_type, &*text));
            format!("{} {}", error.code(), error.subject().unwrap_or_default())
        }
        (Event::Unknown(_), None) => "unknown".to_owned(),
        _ => "read".to_owned(),
    })
}

/// Every field of an object, with its path and its description.
fn fields(path: &str, object: &Map<String, Value>, found: &mut Vec<(String, Value)>) {
    for (name, field) in object {
        let inner = format!("{path}/{name}");
        found.push((inner.clone(), field.clone()));
        if let Some(object) = field["fields"].as_object() {
            fields(&inner, object, found);
        }
        if let Some(object) = field["items"]["fields"].as_object() {
            fields(&format!("{inner}/0"), object, found);
        }
    }
}

#[test]
fn every_field_of_every_event_is_as_in_the_catalogue() {
    let mut checked = 0;
    for (event_type, event) in events() {
        let complete = examples(event["data"].as_object().unwrap());
        assert_eq!(compare(&event_type, &complete), "read", "{event_type}");
        let mut all = Vec::new();
        fields("", event["data"].as_object().unwrap(), &mut all);
        for (path, field) in all {
            checked += 1;
            let subject = format!("data{}", path.replace("/0", "").replace('/', "."));
            let set = |value: Option<Value>| {
                let mut data = complete.clone();
                let (parent, name) = path.rsplit_once('/').unwrap();
                let object = data.pointer_mut(parent).unwrap().as_object_mut().unwrap();
                match value {
                    Some(value) => object.insert(name.into(), value),
                    None => object.remove(name),
                };
                compare(&event_type, &data)
            };
            let expect = |allowed: bool, code: &str| {
                if allowed { "read".to_owned() } else { format!("{code} {subject}") }
            };
            let is_any = field["type"] == "any";
            assert_eq!(set(None), expect(field["optional"] == true, "missing_field"), "{event_type} {path}");
            assert_eq!(set(Some(Value::Null)), expect(field["optional"] == true || is_any, "invalid_field"), "{path}");
            let wrong = if field["type"] == "string" { json!(7) } else { json!("text") };
            assert_eq!(set(Some(wrong)), expect(is_any, "invalid_field"), "{event_type} {path}");
        }
    }
    assert!(checked > 150, "{checked}");
}

#[test]
fn data_in_which_a_field_of_the_catalogue_occurs_twice_is_returned_as_json() {
    for (event_type, event) in events() {
        let data = examples(event["data"].as_object().unwrap()).to_string();
        for (name, field) in event["data"].as_object().unwrap() {
            let double = format!("{{\"{name}\":{},{}", example(field), &data[1..]);
            let found = read(&event_type, &double, |event, _| mismatch(&event).map(|error| error.code()));
            assert_eq!(found, Some("invalid_field"), "{event_type} {name}");
        }
    }
}

#[test]
fn unknown_fields_and_types_are_kept() {
    for (event_type, event) in events() {
        let data = examples(event["data"].as_object().unwrap()).to_string();
        let inner = data.trim_matches(['{', '}']);
        let comma = if inner.is_empty() { "" } else { "," };
        let more = format!(r#"{{"n\u0065w":{{"a": [1 ,2]}}{comma}{}"#, &data[1..]);
        read(&event_type, &more, |event, _| {
            assert!(!matches!(event, Event::Unknown(_)), "{event_type}");
            assert_eq!(event.event_type(), event_type);
            assert!(format!("{event:?}").contains(r#"extra: Fields([("new", "{\"a\": [1 ,2]}")])"#), "{event:?}");
        });
    }
    read("meeting.teleported", r#"{"to": "Mars"}"#, |event, _| match event {
        Event::Unknown(event) => {
            assert_eq!((&*event.event_type, &*event.data), ("meeting.teleported", r#"{"to": "Mars"}"#));
            assert_eq!(event.mismatch, None);
        }
        other => panic!("{other:?}"),
    });
}

#[test]
fn the_event_with_an_unpublished_schema_is_open() {
    read("workflow.assignment.created", r#"{"anything":1}"#, |event, _| match event {
        Event::WorkflowAssignmentCreated(data) => assert_eq!(data.extra.get("anything"), Some("1")),
        other => panic!("{other:?}"),
    });
}

#[test]
fn an_enum_keeps_new_values() {
    use hookseal::event::ActionItemUpdatedStatus as Status;
    let event = &events()["action_item.updated"]["data"];
    for (text, status) in [
        ("blocked", Status::Blocked),
        ("in_progress", Status::InProgress),
        ("snoozed", Status::Other("snoozed".into())),
    ] {
        let mut data = examples(event.as_object().unwrap());
        data["status"] = json!(text);
        read("action_item.updated", &data.to_string(), |event, _| match event {
            Event::ActionItemUpdated(item) => {
                assert_eq!(item.status, status);
                assert_eq!(item.status.as_str(), text);
            }
            other => panic!("{other:?}"),
        });
    }
}

#[test]
fn values_whose_type_the_catalogue_leaves_open_are_kept_as_json() {
    let mut data = examples(events()["automation.assignment.created"]["data"].as_object().unwrap());
    data["automation_data_payload"] = json!("HERE");
    let with = |payload: &str| data.to_string().replace("\"HERE\"", payload);
    read("automation.assignment.created", &with(r#"{"a": [1e400], "b":2}"#), |event, _| match event {
        Event::AutomationAssignmentCreated(event) => {
            let payload = event.automation_data_payload.unwrap();
            assert!(payload.iter().eq([("a", "[1e400]"), ("b", "2")]), "{payload:?}");
        }
        other => panic!("{other:?}"),
    });
    let double = with(r#"{"k":1,"\u006b":2}"#);
    let found = read("automation.assignment.created", &double, |event, _| mismatch(&event).unwrap().to_string());
    assert!(found.ends_with("data.automation_data_payload"), "{found}");

    let mut data = examples(events()["workflow.step.completed"]["data"].as_object().unwrap());
    data["output_summary"] = json!({"amount": 1});
    read("workflow.step.completed", &data.to_string(), |event, _| match event {
        Event::WorkflowStepCompleted(step) => assert_eq!(step.output_summary.unwrap(), r#"{"amount":1}"#),
        other => panic!("{other:?}"),
    });
}

#[test]
fn text_with_escapes_is_decoded() {
    let event = &events()["meeting.completed"]["data"];
    let data = examples(event.as_object().unwrap()).to_string().replacen("text", r"caf\u00e9 \ud83d\ude00", 1);
    read("meeting.completed", &data, |event, _| match event {
        Event::MeetingCompleted(meeting) => assert_eq!(meeting.completed_at, "caf\u{e9} \u{1f600}"),
        other => panic!("{other:?}"),
    });
}

#[test]
fn half_of_a_surrogate_pair_is_read_as_the_replacement_character() {
    let event = &events()["meeting.completed"]["data"];
    let complete = examples(event.as_object().unwrap()).to_string();
    for (escaped, text) in [
        (r"Launch \ud83d", "Launch \u{fffd}"),
        (r"\ude00\ud83d\ude00\uD83D", "\u{fffd}\u{1f600}\u{fffd}"),
        (r"\ud83d\n\u00e9", "\u{fffd}\n\u{e9}"),
    ] {
        let data = complete.replacen("text", escaped, 1).replacen('{', r#"{"titl\ud83de":"\udc00","#, 1);
        read("meeting.completed", &data, |event, _| match event {
            Event::MeetingCompleted(meeting) => {
                assert_eq!(meeting.completed_at, text);
                assert_eq!(meeting.extra.get("titl\u{fffd}e"), Some(r#""\udc00""#));
            }
            other => panic!("{other:?}"),
        });
    }
    // Names that contain different halves are different names; names that contain the same half are the same name.
    let mut data = examples(events()["automation.assignment.created"]["data"].as_object().unwrap());
    data["automation_data_payload"] = json!("HERE");
    for (payload, is_read) in [(r#"{"\ud83d":1,"\ud83e":2,"\ufffd":3}"#, true), (r#"{"\ud83d":1,"\uD83D":2}"#, false)] {
        let data = data.to_string().replace("\"HERE\"", payload);
        read("automation.assignment.created", &data, |event, _| assert_eq!(mismatch(&event).is_none(), is_read));
    }
}

#[test]
fn the_envelope_is_readable_if_the_data_differs_from_the_catalogue() {
    read("meeting.completed", r#"{"title":7}"#, |event, envelope| {
        assert_eq!(mismatch(&event).unwrap().subject(), Some("data.title"));
        assert_eq!(event.event_type(), "meeting.completed");
        assert_eq!(envelope.event_id, "e");
        assert_eq!(envelope.data, r#"{"title":7}"#);
    });
}

#[test]
fn an_unknown_field_of_the_envelope_is_found() {
    let body = r#"{"new":"a\"b","event_type":"t","event_id":"e","timestamp":"2025-01-15T10:30:00Z",
        "partner_app_id":"p","data":{"new":1},"list": [1, {"new":2}] , "new":3}"#;
    let headers = sign(Scheme::CONTIO, body.as_bytes(), NOW);
    let verifier = verifier(Scheme::CONTIO);
    let envelope = verifier.verify(&headers, body.as_bytes(), NOW).unwrap().envelope().unwrap();
    assert_eq!(envelope.field("new"), Some(r#""a\"b""#));
    assert_eq!(envelope.field("list"), Some(r#"[1, {"new":2}]"#));
    assert_eq!(envelope.field("data"), Some(r#"{"new":1}"#));
    assert_eq!(envelope.field("absent"), None);
}

#[test]
fn all_36_types_of_the_catalogue_are_known_and_read_in_some_vector() {
    let types: Vec<_> = events().keys().cloned().collect();
    assert_eq!(Event::TYPES, types);
    assert_eq!(types.len(), 36);
    let mut read = std::collections::BTreeSet::new();
    for vector in vectors().iter().filter(|vector| vector.has_envelope() && matches!(vector.expect, Verdict::Ok(_))) {
        let verifier = vector.verifier().unwrap();
        let delivery = verifier.verify(&vector.headers, &vector.body, vector.now()).unwrap();
        let envelope = delivery.envelope().unwrap();
        let event = envelope.event();
        if !matches!(event, Event::Unknown(_)) {
            read.insert(event.event_type().to_owned());
        }
    }
    for event_type in types {
        assert!(read.contains(&event_type), "no vector has a readable {event_type}");
    }
}
