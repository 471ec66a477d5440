//! Genuine deliveries, which a receiver must accept.

use hookseal::{Error, Secret};
use serde_json::{Value, json};

use super::bench::Bench;
use crate::cmd::torture::case::{Case, Delivery, Expected, Group, Transfer};
use crate::cmd::torture::variant::header;

/// Large, but within every known default limit.
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
    let by = |name, size, transfer| {
        Ok::<_, Error>(vec![bench.genuine(name, bench.titled(name, &"x".repeat(size)))?.transferred(transfer)])
    };

    let rows: Vec<(&str, &str, &str, Vec<Delivery>)> = vec![
        (
            "plain",
            "an event",
            "the receiver accepts nothing: the secret or the scheme may be wrong",
            one("plain", body)?,
        ),
        ("other-types", "events of three other types", "events of other types are lost", other_types(bench)?),
        (
            "new-type",
            "a new event type",
            "every new event type fails until its retries end",
            one("new-type", with(bench, "new-type", "event_type", "meeting.teleported".into()))?,
        ),
        (
            "spaced",
            "JSON with spaces and newlines",
            "the body is parsed and serialized again before it is verified",
            one("spaced", spaced)?,
        ),
        (
            "unicode",
            "non-ASCII characters in the title",
            "the body is not read as UTF-8",
            one("unicode", bench.titled("unicode", "Größe 📏 \u{2028} 会議"))?,
        ),
        (
            "patterns",
            "`$&` and `$$` in the title",
            "the body passes through a string replacement",
            one("patterns", bench.titled("patterns", "$& $$ $` $' $1 %s {0}"))?,
        ),
        (
            "plain-text",
            "a Content-Type of text/plain",
            "bodies are read only if their Content-Type is application/json",
            vec![bench.genuine("plain-text", bench.body("plain-text"))?.typed("text/plain")],
        ),
        ("large", "256 KiB", "large events are lost", by("large", LARGE, Transfer::Whole)?),
        (
            "chunked",
            "a chunked body",
            "a sender that streams is refused",
            by("chunked", 5_000, Transfer::Chunked(700))?,
        ),
        (
            "slow-body",
            "a body in eight slow parts",
            "a sender with a slow connection is cut off",
            by("slow-body", 1_000, Transfer::SlowBody(8))?,
        ),
        ("odd-case", "header names in mixed case", "header names are compared case-sensitively", vec![odd_case]),
        ("unsigned-id", "another id in unsigned headers", "unsigned headers are trusted", vec![unsigned]),
        (
            "twice",
            "the same event twice",
            "the retry of an accepted event is refused, and retried again",
            vec![twice.clone(), twice],
        ),
        (
            "reordered",
            "an older event after a newer one",
            "events that arrive out of order are lost",
            vec![newer, older],
        ),
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

/// One delivery for each further secret of the receiver.
fn rotation(bench: &Bench<'_>) -> Result<Option<Case>, Error> {
    let others = bench.secrets.get(1..).unwrap_or_default();
    let sign = |secret: &Secret<'_>| {
        let body = bench.body("rotation");
        let headers = bench.variant.sign(*secret, &bench.time(), &bench.id("rotation"), &body)?;
        Ok(Delivery::new(headers, body))
    };
    let deliveries: Vec<_> = others.iter().map(sign).collect::<Result<_, Error>>()?;
    let texts = ("rotation", "the other secrets of a rotation", "deliveries are lost during a rotation");
    Ok((!deliveries.is_empty()).then(|| bench.case(Group::Genuine, texts, Expected::Accepted, deliveries)))
}

/// Three types, with data of different shapes.
fn other_types(bench: &Bench<'_>) -> Result<Vec<Delivery>, Error> {
    let time = bench.now.to_string();
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

fn with(bench: &Bench<'_>, name: &str, field: &str, value: Value) -> Vec<u8> {
    let mut event = bench.event(name);
    event[field] = value;
    event.to_string().into_bytes()
}

/// Changes the case of every second letter: `x-cOnTiO-…`.
fn odd_names(mut delivery: Delivery) -> Delivery {
    for (name, _) in &mut delivery.headers {
        for (at, letter) in name.iter_mut().enumerate() {
            *letter = if at % 2 == 0 { letter.to_ascii_lowercase() } else { letter.to_ascii_uppercase() };
        }
    }
    delivery
}
