//! What leaves the handler: owned events and deliveries, what they serialize as, and bodies that are read again.

use std::rc::Rc;
use std::sync::Arc;
use std::sync::mpsc;

use hookseal::{Envelope, Event, OwnedDelivery, OwnedStream, Scheme, StoredBody, Verifier};
use hookseal_tests::vectors;
use serde_json::Value;

use crate::support::{BODY, NOW, code, sign, verifier};

/// Every event of a vector that is accepted, with its envelope.
fn each_event(mut check: impl FnMut(&str, Envelope<'_>, Event<'_>)) {
    let mut checked = 0;
    for vector in vectors().iter().filter(|vector| vector.has_envelope()) {
        let Ok(verifier) = vector.verifier() else { continue };
        let Ok(delivery) = verifier.verify(&vector.headers, &vector.body, vector.now()) else { continue };
        let Ok(envelope) = delivery.envelope() else { continue };
        checked += 1;
        check(&vector.name, envelope, envelope.event());
    }
    assert!(checked > 100, "{checked}");
}

/// Without the fields that are null, at any level: optional ones are left out.
fn without_nulls(value: &Value) -> Value {
    match value {
        Value::Object(members) => {
            let present = members.iter().filter(|(_, value)| !value.is_null());
            present.map(|(name, value)| (name.clone(), without_nulls(value))).collect()
        }
        Value::Array(items) => items.iter().map(without_nulls).collect(),
        other => other.clone(),
    }
}

/// As `serde_json` reads it: each member of an object once, and no half of a surrogate pair.
fn comparable(json: &str) -> Option<Value> {
    let value: Value = serde_json::from_str(json).ok()?;
    (value.to_string().len() == json.len()).then_some(value)
}

#[test]
fn an_owned_event_equals_the_borrowed_one_and_outlives_its_delivery() {
    each_event(|name, _, event| {
        let shown = format!("{event:?}");
        let owned: Event<'static> = event.clone().into_owned();
        assert_eq!(owned, event, "{name}");
        assert_eq!(format!("{owned:?}"), shown, "{name}");
    });
    let (queue, events) = mpsc::channel();
    {
        let (verifier, headers) = (verifier(Scheme::CONTIO), sign(Scheme::CONTIO, BODY.as_bytes(), NOW));
        let body = BODY.to_owned();
        let delivery = verifier.verify(&headers, body.as_bytes(), NOW).unwrap();
        queue.send(delivery.envelope().unwrap().event().into_owned()).unwrap();
    }
    let title = std::thread::spawn(move || match events.recv().unwrap() {
        Event::MeetingCompleted(meeting) => meeting.title,
        other => panic!("{other:?}"),
    });
    assert_eq!(title.join().unwrap(), "Stand-up");
}

#[test]
fn events_and_envelopes_serialize_as_they_were_sent() {
    let mut compared = 0;
    each_event(|name, envelope, event| {
        let whole = serde_json::to_string(&envelope).unwrap();
        let Ok(whole) = serde_json::from_str::<Value>(&whole) else { return };
        let Some(data) = comparable(envelope.data) else { return };
        compared += 1;
        let written = serde_json::to_value(&event).unwrap_or_else(|error| panic!("{name}: {error}"));
        assert_eq!(without_nulls(&written["data"]), without_nulls(&data), "{name}");
        assert_eq!(envelope.event_type, *written["event_type"].as_str().unwrap(), "{name}");
        assert_eq!(serde_json::to_string(&event).unwrap(), serde_json::to_string(&event.into_owned()).unwrap());
        assert_eq!(whole["data"], data, "{name}");
        assert_eq!(serde_json::to_value(envelope.timestamp).unwrap(), whole["timestamp"], "{name}");
    });
    assert!(compared > 50, "{compared}");
}

#[test]
fn what_was_sent_in_an_envelope_is_in_what_it_serializes_as() {
    let body = r#"{"event_type":"meeting.completed","event_id":"e\u0031","timestamp":"2025-01-15T10:30:00Z","n":[1e400],
        "partner_app_id":"p","for_user":{"id":"u","email":null},"data":{"title":"T","big":123456789012345678901234567890,
        "meeting_id":"m","workspace_id":"w","completed_at":"c","\ud83d":"\ud83d"}}"#;
    let headers = sign(Scheme::CONTIO, body.as_bytes(), NOW);
    let verifier = verifier(Scheme::CONTIO);
    let envelope = verifier.verify(&headers, body.as_bytes(), NOW).unwrap().envelope().unwrap();
    assert_eq!(serde_json::to_string(&envelope).unwrap(), body);
    assert_eq!(serde_json::to_string(&envelope.for_user.unwrap()).unwrap(), r#"{"id":"u"}"#);
    assert_eq!(serde_json::to_string(&envelope.event_id).unwrap(), r#""e1""#);
    let event = r#"{"event_type":"meeting.completed","data":{"completed_at":"c","meeting_id":"m","title":"T","#;
    let rest = r#""workspace_id":"w","big":123456789012345678901234567890,"#;
    let end = "\"\u{fffd}\":\"\\ud83d\"}}";
    assert_eq!(serde_json::to_string(&envelope.event()).unwrap(), [event, rest, end].concat());
}

#[test]
fn an_event_outlives_the_headers_and_the_verifier_of_its_delivery() {
    let body = BODY.to_owned();
    let event = {
        let verifier = verifier(Scheme::CONTIO);
        let headers = sign(Scheme::CONTIO, body.as_bytes(), NOW);
        verifier.verify(&headers, body.as_bytes(), NOW).unwrap().envelope().unwrap().event()
    };
    assert_eq!(event.event_type(), "meeting.completed");

    let verifier = verifier(Scheme::SVIX);
    let (scheme, id) = {
        let headers = sign(Scheme::SVIX, b"{}", NOW);
        let delivery = verifier.verify(&headers, b"{}", NOW).unwrap();
        (delivery.scheme(), delivery.id().map(str::to_owned))
    };
    assert_eq!((scheme, id.as_deref()), ("svix", Some("msg_1")));
}

fn facts<B>(delivery: &OwnedDelivery<B>) -> (String, bool, Option<hookseal::UnixTime>, usize, Option<String>) {
    let id = delivery.id().map(str::to_owned);
    (delivery.scheme().into(), delivery.has_envelope(), delivery.timestamp(), delivery.secret_index(), id)
}

#[test]
fn an_owned_delivery_has_the_verdict_and_the_facts_of_a_borrowed_one() {
    for vector in vectors() {
        let Ok(verifier) = vector.verifier() else { continue };
        let verifier = Arc::new(verifier);
        let borrowed = verifier.verify(&vector.headers, &vector.body, vector.now());
        let owned = verifier.verify_owned(&vector.headers, vector.body.clone(), vector.now());
        let streamed = OwnedStream::new(Arc::clone(&verifier), vector.headers.clone()).and_then(|mut stream| {
            vector.body.chunks(5).try_for_each(|chunk| stream.update(chunk))?;
            stream.finish(vector.now())
        });
        match (borrowed, owned, streamed) {
            (Ok(borrowed), Ok(owned), Ok(streamed)) => {
                let expected = borrowed.clone().into_owned();
                assert_eq!(facts(&owned), facts(&expected), "{}", vector.name);
                assert_eq!(facts(&streamed), facts(&expected), "{}", vector.name);
                assert_eq!((owned.body(), expected.body()), (borrowed.body(), borrowed.body()), "{}", vector.name);
                assert_eq!(code(owned.envelope()), code(borrowed.envelope()), "{}", vector.name);
                assert_eq!(owned.into_body(), vector.body, "{}", vector.name);
            }
            (Err(error), Err(owned), Err(streamed)) => {
                assert_eq!(error, owned, "{}", vector.name);
                // A stream reads the headers before it knows the size.
                assert!(error.code() == streamed.code() || error.code() == "body_too_large", "{}", vector.name);
            }
            verdicts => panic!("{}: {verdicts:?}", vector.name),
        }
    }
}

#[test]
fn a_stream_that_reads_key_and_envelope_says_what_a_whole_delivery_says() {
    let mut with_envelope = 0;
    for vector in vectors() {
        let Ok(verifier) = vector.verifier() else { continue };
        let verifier = Arc::new(verifier);
        let expected = verifier.verify(&vector.headers, &vector.body, vector.now()).and_then(|delivery| {
            let places = if delivery.has_envelope() { Some(delivery.envelope_places()?) } else { None };
            Ok((delivery, places))
        });
        let stream = OwnedStream::new(Arc::clone(&verifier), vector.headers.clone());
        let stream = stream.and_then(|stream| stream.with_key()?.with_envelope());
        let mut stream = match (stream, &expected) {
            (Ok(stream), _) => stream,
            (Err(error), Err(expected)) => {
                assert!(error == *expected || expected.code() == "body_too_large", "{}: {error}", vector.name);
                continue;
            }
            (Err(error), Ok(_)) => panic!("{}: {error}", vector.name),
        };
        for chunk in vector.body.chunks(7) {
            let _ = stream.update(chunk);
        }
        match (expected, stream.finish_in_place(vector.now())) {
            (Ok((whole, places)), Ok(streamed)) => {
                with_envelope += usize::from(places.is_some());
                assert_eq!(streamed.envelope_places(), places.as_ref(), "{}", vector.name);
                assert_eq!(streamed.key(), whole.key(), "{}", vector.name);
                assert_eq!(streamed.body_digest(), Some(whole.body_digest()), "{}", vector.name);
                assert_eq!((streamed.id(), streamed.scheme()), (whole.id(), whole.scheme()), "{}", vector.name);
            }
            (Err(whole), Err(streamed)) => {
                assert!(whole == streamed || whole.code() == "body_too_large", "{}: {streamed}", vector.name);
            }
            verdicts => panic!("{}: {verdicts:?}", vector.name),
        }
        assert_eq!(code(stream.update(b"more")), "invalid_argument");
        assert_eq!(code(stream.finish_in_place(vector.now())), "invalid_argument");
    }
    assert!(with_envelope >= 300, "{with_envelope}");
}

#[test]
fn what_a_stream_reads_is_said_before_the_first_chunk() {
    let headers = sign(Scheme::CONTIO, BODY.as_bytes(), NOW);
    let verifier = Arc::new(verifier(Scheme::CONTIO));
    let begun = || {
        let mut stream = OwnedStream::new(Arc::clone(&verifier), &headers).unwrap();
        stream.update(b"{").unwrap();
        stream
    };
    assert_eq!(code(begun().with_key()), "invalid_argument");
    assert_eq!(code(begun().with_envelope()), "invalid_argument");
    // Without being asked for, neither is read.
    let mut stream = OwnedStream::new(Arc::clone(&verifier), &headers).unwrap();
    stream.update(BODY.as_bytes()).unwrap();
    let delivery = stream.finish_in_place(NOW).unwrap();
    assert!(delivery.key().is_none() && delivery.body_digest().is_none() && delivery.envelope_places().is_none());
}

#[test]
fn the_places_of_an_envelope_are_those_of_its_fields() {
    each_event(|name, envelope, _| {
        let body = serde_json::to_string(&envelope).unwrap();
        let read = StoredBody::assume_verified(body.as_bytes()).envelope().unwrap();
        let places = hookseal::envelope_places(body.as_bytes(), true).unwrap();
        let text = |field: &str| {
            let index = Envelope::FIELD_NAMES.iter().position(|name| *name == field).unwrap();
            places[index].clone().map(|place| &body[place])
        };
        assert_eq!(text("event_type"), Some(read.event_type.raw()), "{name}");
        assert_eq!(text("data"), Some(read.data), "{name}");
        assert_eq!(text("actor_user_id"), read.actor_user_id.map(|id| id.raw()), "{name}");
        assert_eq!(text("for_user.id"), read.for_user.and_then(|user| user.id).map(|id| id.raw()), "{name}");
    });
    assert_eq!(code(hookseal::envelope_places(b"{}", true)), "missing_field");
    assert_eq!(code(hookseal::envelope_places(b"{}", false)), "invalid_argument");
}

#[test]
fn an_owned_stream_takes_any_pointer_to_a_verifier() {
    let headers = sign(Scheme::CONTIO, BODY.as_bytes(), NOW);
    let verifier: Rc<Verifier> = verifier(Scheme::CONTIO).into();
    for pointer in [Rc::clone(&verifier), verifier] {
        let mut stream = OwnedStream::new(pointer, &headers).unwrap();
        stream.update(BODY.as_bytes()).unwrap();
        assert_eq!(format!("{stream:?}"), format!("OwnedStream {{ bytes: {}, .. }}", BODY.len()));
        assert_eq!(code(stream.finish(NOW)), "accepted");
    }
}

#[test]
fn a_stored_body_has_the_envelope_that_its_delivery_had() {
    each_event(|name, envelope, event| {
        let body = serde_json::to_string(&envelope).unwrap();
        let again = StoredBody::assume_verified(body.as_bytes()).envelope().unwrap();
        assert_eq!(again.event(), event, "{name}");
    });
    for (body, expected) in [("{", "malformed_envelope"), ("{}", "missing_field"), (BODY, "accepted")] {
        let stored = StoredBody::assume_verified(body.as_bytes());
        assert_eq!(code(stored.envelope()), expected, "{body}");
        assert_eq!(stored.bytes(), body.as_bytes());
        assert_eq!(format!("{stored:?}"), format!("StoredBody {{ bytes: {} }}", body.len()));
    }
}

#[test]
fn an_altered_stored_body_is_noticed_only_if_it_is_verified_again() {
    let headers = sign(Scheme::CONTIO, BODY.as_bytes(), NOW);
    let verifier = verifier(Scheme::CONTIO);
    let altered = BODY.replace("Stand-up", "Stand-by");
    assert_ne!(altered, BODY);
    assert_eq!(code(StoredBody::assume_verified(altered.as_bytes()).envelope()), "accepted");
    assert_eq!(code(verifier.verify(&headers, altered.as_bytes(), NOW)), "signature_mismatch");
    assert_eq!(code(verifier.verify(&headers, BODY.as_bytes(), NOW)), "accepted");
}

#[test]
fn nothing_of_an_owned_deliverys_body_is_shown() {
    let headers = sign(Scheme::CONTIO, BODY.as_bytes(), NOW);
    let owned = verifier(Scheme::CONTIO).verify_owned(&headers, BODY.to_owned(), NOW).unwrap();
    let shown = format!("{owned:?}");
    assert!(shown.contains("contio-timestamped") && !shown.contains("Stand-up"), "{shown}");
}
