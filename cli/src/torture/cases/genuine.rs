//! What a receiver has to take.

use hookseal::{Error, Secret};
use serde_json::{Value, json};

use super::Bench;
use crate::torture::case::{Case, Delivery, Expected, Group, Manner};
use crate::torture::form::header;

/// Large, and allowed by every default that is known.
const LARGE: usize = 256 * 1024;

pub(super) fn cases(bench: &Bench<'_>) -> Result<Vec<Case>, Error> {
    let body = bench.body("plain");
    let spaced = serde_json::to_vec_pretty(&bench.event("spaced")).unwrap_or_default();
    let one = |name, body: Vec<u8>| Ok::<_, Error>(vec![bench.genuine(name, body)?]);
    let twice = bench.genuine("twice", bench.body("twice"))?;
    let newer = bench.genuine("newer", bench.event("newer").to_string())?;
    let older = bench.genuine("older", bench.event_at("older", -60).to_string())?;
    let odd_case = odd_names(bench.genuine("odd-case", bench.body("odd-case"))?);
    let unsigned = bench.genuine("unsigned-id", bench.body("unsigned-id"))?;
    let unsigned = unsigned.with(header("X-Contio-Event-Id", "another")).with(header("X-Request-Id", "another"));
    let in_manner = |name, size, manner| {
        Ok::<_, Error>(vec![bench.genuine(name, titled(bench, name, &"x".repeat(size)))?.sent(manner)])
    };

    let rows: Vec<(&str, &str, &str, Vec<Delivery>)> = vec![
        (
            "plain",
            "an event",
            "the receiver takes nothing: the secret or the scheme may be another",
            one("plain", body)?,
        ),
        ("other-types", "events of three other types", "events of other types are lost", other_types(bench)?),
        (
            "new-type",
            "a type that is not known yet",
            "every new event type fails until it is retried for good",
            one("new-type", with(bench, "new-type", "event_type", "meeting.teleported".into()))?,
        ),
        (
            "spaced",
            "JSON with spaces and newlines",
            "the body is parsed and written anew before it is verified",
            one("spaced", spaced)?,
        ),
        (
            "unicode",
            "a title outside of ASCII",
            "the body is not taken as UTF-8",
            one("unicode", titled(bench, "unicode", "Größe 📏 \u{2028} 会議"))?,
        ),
        (
            "patterns",
            "`$&` and `$$` in the title",
            "the body goes through a string replacement",
            one("patterns", titled(bench, "patterns", "$& $$ $` $' $1 %s {0}"))?,
        ),
        ("large", "256 KiB", "large events are lost", in_manner("large", LARGE, Manner::Whole)?),
        (
            "chunked",
            "a body in chunks",
            "a sender that streams is refused",
            in_manner("chunked", 5_000, Manner::Chunked(700))?,
        ),
        (
            "slow-body",
            "a body in eight pieces",
            "a sender on a slow line is cut off",
            in_manner("slow-body", 1_000, Manner::SlowBody(8))?,
        ),
        ("odd-case", "header names in odd case", "header names are compared with their case", vec![odd_case]),
        ("unsigned-id", "another id in unsigned headers", "headers that nobody signed are believed", vec![unsigned]),
        (
            "twice",
            "the same event twice",
            "a retry of what was taken is answered as a failure, and retried again",
            vec![twice.clone(), twice],
        ),
        ("reordered", "an older event after a newer one", "events that were overtaken are lost", vec![newer, older]),
    ];
    let mut cases: Vec<_> = rows
        .into_iter()
        .map(|(name, sent, why, deliveries)| {
            bench.case(Group::Genuine, (name, sent, why), Expected::Accepted, deliveries)
        })
        .collect();
    cases.extend(rotation(bench)?);
    Ok(cases)
}

/// One of each further secret that the receiver is said to have.
fn rotation(bench: &Bench<'_>) -> Result<Option<Case>, Error> {
    let others = bench.secrets.get(1..).unwrap_or_default();
    let sign = |secret: &Secret<'_>| {
        let body = bench.body("rotation");
        let headers = bench.form.sign(*secret, &bench.time(), &bench.id("rotation"), &body)?;
        Ok(Delivery::new(headers, body))
    };
    let deliveries: Vec<_> = others.iter().map(sign).collect::<Result<_, Error>>()?;
    let told = ("rotation", "the other secrets of a rotation", "deliveries are lost while a secret is replaced");
    Ok((!deliveries.is_empty()).then(|| bench.case(Group::Genuine, told, Expected::Accepted, deliveries)))
}

/// Three types with data of other shapes.
fn other_types(bench: &Bench<'_>) -> Result<Vec<Delivery>, Error> {
    let time = crate::clock::rfc3339(bench.now);
    let types = [
        (
            "action_item.created",
            json!({ "action_item_id": "a-1", "assignee_id": null, "created_at": time, "meeting_id": "m-1", "title": "Call",
                "workspace_id": "w-1" }),
        ),
        (
            "agenda_item.created",
            json!({ "agenda_item_id": "g-1", "created_at": time, "item_type": "topic", "title": "Plans" }),
        ),
        ("workflow.assignment.created", json!({ "assignment_id": "s-1" })),
    ];
    types
        .into_iter()
        .map(|(event_type, data)| {
            let mut event = bench.event(event_type);
            event["event_type"] = event_type.into();
            event["data"] = data;
            bench.genuine(event_type, event.to_string())
        })
        .collect()
}

pub(super) fn titled(bench: &Bench<'_>, name: &str, title: &str) -> Vec<u8> {
    let mut event = bench.event(name);
    event["data"]["title"] = title.into();
    event.to_string().into_bytes()
}

fn with(bench: &Bench<'_>, name: &str, field: &str, value: Value) -> Vec<u8> {
    let mut event = bench.event(name);
    event[field] = value;
    event.to_string().into_bytes()
}

/// `x-cOnTiO-…`: every second letter is turned.
fn odd_names(mut delivery: Delivery) -> Delivery {
    for (name, _) in &mut delivery.headers {
        for (at, letter) in name.iter_mut().enumerate() {
            *letter = if at % 2 == 0 { letter.to_ascii_lowercase() } else { letter.to_ascii_uppercase() };
        }
    }
    delivery
}

#[cfg(test)]
mod tests {
    use hookseal::{Event, Scheme, Secret, UnixTime, Verifier};

    use super::*;
    use crate::torture::cases::odd;
    use crate::torture::form::forms_of;

    #[test]
    fn every_genuine_delivery_is_a_typed_event_but_for_those_that_are_of_no_type() {
        let secrets = [Secret::from("secret"), Secret::from("another")];
        let now = UnixTime::from_secs(1_736_937_000);
        let verifier =
            Verifier::builder(Scheme::CONTIO).secret("secret").secret("another").build().expect("a verifier");
        for form in forms_of(&Scheme::CONTIO) {
            let bench = Bench { form, secrets: &secrets, now, max_body: 1024 * 1024, run: "test" };
            for case in cases(&bench).expect("signs").iter().chain(&odd::cases(&bench).expect("signs")) {
                for Delivery { headers, body, .. } in &case.deliveries {
                    let verified = verifier.verify(headers, body, now).expect(case.name);
                    let event = verified.envelope().expect(case.name).event();
                    let is_unknown = matches!(event, Event::Unknown(_));
                    assert_eq!(is_unknown, ["new-type", "unlike-catalogue"].contains(&case.name), "{}", case.name);
                }
            }
        }
    }
}
