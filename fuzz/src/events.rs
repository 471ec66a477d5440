//! Typed events against the catalogue: data is read if and only if it is as the catalogue says, and is written as it was
//! read.

use std::sync::LazyLock;

use hookseal::{Event, StoredBody, replace_lone_surrogates};
use hookseal_model::catalogue::Catalogue;
use hookseal_model::json;

use crate::input::Input;

static CATALOGUE: LazyLock<Catalogue> = LazyLock::new(Catalogue::read);

/// An input is the name of a type, or a number for one, and data.
pub fn run(input: &[u8]) {
    let mut input = Input::new(input);
    let (name, data) = (input.bytes(), input.rest());
    let number = name.iter().map(|byte| usize::from(*byte)).sum::<usize>() % Event::TYPES.len();
    let name = std::str::from_utf8(name).ok().filter(|name| Event::TYPES.contains(name) || name.contains('_'));
    let name = name.unwrap_or(Event::TYPES[number]);
    let Ok(data) = std::str::from_utf8(data) else { return };
    if !json::can_judge(data) {
        return;
    }
    let body = body(name, data);
    let Ok(envelope) = StoredBody::assume_verified(body.as_bytes()).envelope() else { return };
    // The data may have closed the envelope's own brace, and said more.
    let (event_type, data) = (envelope.event_type.decode(), envelope.data);
    let event = envelope.event();
    assert_eq!(event.event_type(), event_type);
    let model = json::parse(data).expect("the envelope's data is JSON");
    let is_typed = !matches!(event, Event::Unknown(_));
    assert_eq!(is_typed, CATALOGUE.describes(&event_type, &model), "{event_type} {data}");
    if let Event::Unknown(unknown) = &event {
        assert_eq!(unknown.mismatch.is_some(), Event::TYPES.contains(&&*event_type));
        assert_eq!(&*unknown.data, data);
    }
    let written = serde_json::to_string(&event).expect("events can be written");
    assert!(json::parse(&written).is_some(), "{written}");
    // What is read from what was written, unless halves of surrogate pairs were replaced.
    if replace_lone_surrogates(data.as_bytes()) == data.as_bytes() {
        let members = written.strip_suffix('}').expect("an object");
        let again = format!("{members},{REST}}}");
        let again = StoredBody::assume_verified(again.as_bytes()).envelope().expect("an envelope again");
        assert_eq!(again.event(), event, "{written}");
    }
    assert_eq!(event.clone().into_owned(), event);
}

/// What is written of an event is its type and its data.
const REST: &str = r#""event_id":"e","timestamp":"2025-01-15T10:30:00Z","partner_app_id":"p""#;

fn body(event_type: &str, data: &str) -> String {
    let event_type = serde_json::to_string(event_type).expect("a text");
    format!(r#"{{"event_type":{event_type},{REST},"data":{data}}}"#)
}
