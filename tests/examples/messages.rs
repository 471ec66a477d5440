//! Prints, for every vector that is refused, the core's message: for the runners of other languages, whose messages must
//! be the same. After `event of ` and the name of a vector with an event, it says what the core reads from it: `known`,
//! `unknown`, or why its data does not fit its type. The argument says how options are named: `snake`, `camel` or
//! `pascal`.

use std::path::Path;

use hookseal::{Error, Event, OptionNames, UnixTime, Verifier, VerifierBuilder};
use hookseal_tests::{Vector, folder, read, sender_vectors, vectors};
use serde_json::{Map, Value};

fn main() {
    let names = match std::env::args().nth(1).as_deref() {
        Some("snake") => OptionNames::Snake,
        Some("camel") => OptionNames::Camel,
        Some("pascal") => OptionNames::Pascal,
        other => panic!("the argument must be snake, camel or pascal, and is {other:?}"),
    };
    let mut messages = Map::new();
    let text = |error: Error| {
        let mut text = String::new();
        error.write_text(names, &mut |letter| text.push(letter));
        Value::String(text)
    };
    for vector in vectors().iter().chain(&sender_vectors("deliveries.json")) {
        match vector.verifier().and_then(|verifier| verify(&verifier, vector, vector.has_envelope())) {
            Err(error) => drop(messages.insert(vector.name.clone(), text(error))),
            Ok(Some(event)) => {
                drop(messages.insert(format!("event of {}", vector.name), event.map_or_else(text, Value::from)));
            }
            Ok(None) => {}
        }
    }
    for vector in read::<Value>(&folder().join(Path::new("schemes/deliveries.json"))) {
        let mut plain = vector.clone();
        plain["scheme"] = Value::String(String::new());
        let plain: Vector = serde_json::from_value(plain).expect("a vector");
        let builder = VerifierBuilder::from_json(&vector["scheme"].to_string()).expect("a scheme");
        let builder = plain.secrets.iter().fold(builder, |builder, secret| builder.secret(secret));
        if let Err(error) = builder.build().and_then(|verifier| verify(&verifier, &plain, false)) {
            messages.insert(plain.name.clone(), text(error));
        }
    }
    println!("{}", Value::Object(messages));
}

/// What is known of the event, if there is one.
type Found = Option<Result<&'static str, Error>>;

fn verify(verifier: &Verifier, vector: &Vector, reads_envelope: bool) -> Result<Found, Error> {
    let delivery = verifier.verify(&vector.headers, &vector.body, UnixTime::from_secs(vector.now))?;
    if !reads_envelope {
        return Ok(None);
    }
    Ok(Some(match delivery.envelope()?.event() {
        Event::Unknown(event) => event.mismatch.map_or(Ok("unknown"), Err),
        _ => Ok("known"),
    }))
}
