//! The scenarios of `inbox/vectors`, on both databases: the same answers.

use std::collections::BTreeMap;

use hookseal_inbox::protocol::{Act, Body, NewDelivery, Reply, Request};
use hookseal_inbox::{Inbox, Put, State};
use hookseal_tests::inbox::{open, places};
use hookseal_tests::once::place::{self, Place};
use serde_json::{Value, json};

const LEASE: i64 = 45_000;

/// The ids of deliveries, which the protocol gives only to those that claim them.
async fn ids(place: &Place) -> BTreeMap<String, i64> {
    let sql = "SELECT key, id FROM hookseal_inbox";
    match place {
        Place::Sqlite(path) => {
            let connection = rusqlite::Connection::open(path).expect("a file");
            let mut statement = connection.prepare(sql).expect("a statement");
            let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?))).expect("rows");
            rows.map(|row| row.expect("a row")).collect()
        }
        Place::Postgres(port, space) => {
            let client = place::pool(*port, *space).get().await.expect("a connection");
            client.query(sql, &[]).await.expect("rows").iter().map(|row| (row.get(0), row.get(1))).collect()
        }
        other => panic!("no inbox: {other}"),
    }
}

fn text(value: &Value) -> String {
    value.as_str().expect("a text").to_owned()
}

fn small(value: &Value) -> i32 {
    value.as_i64().and_then(|number| i32::try_from(number).ok()).expect("a small number")
}

/// What is asked in a step.
async fn act(place: &Place, scenario: &Value, step: &Value) -> Act {
    let keep = scenario["keep"].as_i64().unwrap_or(30 * 86_400_000);
    let attempts = scenario["attempts"].as_i64().map_or(12, |_| small(&scenario["attempts"]));
    let operations = ["put", "claim", "extend", "finish", "release", "retry", "bury", "discard", "revive", "sweep"];
    let others = ["known", "free", "workers", "load", "stats", "show"];
    let operation = operations.iter().chain(&others).find(|name| !step[**name].is_null());
    let name = *operation.unwrap_or_else(|| panic!("no operation: {step}"));
    let of = &step[name];
    let key = of["key"].as_str().or(of.as_str()).unwrap_or_default();
    let known = ids(place).await;
    let id = known.get(key).copied().unwrap_or(-1);
    let token = || text(&of["token"]);
    match name {
        "put" => Act::Put(NewDelivery {
            key: key.to_owned(),
            scheme: "acme".to_owned(),
            event: Some("e".to_owned()),
            has_envelope: false,
            signed_at: of["signed_at"].as_i64(),
            digest: text(&of["body"]),
            body: Body(text(&of["body"]).into_bytes()),
        }),
        "known" => Act::Known { key: key.to_owned(), digest: text(&of["body"]), signed_at: of["signed_at"].as_i64() },
        "claim" => Act::Claim {
            token: token(),
            worker: of["worker"].as_str().unwrap_or("w").to_owned(),
            lease: LEASE,
            attempts,
            number: of["number"].as_i64().map_or(1, |_| small(&of["number"])),
        },
        "extend" => Act::Extend { id, token: token(), lease: LEASE },
        "finish" => Act::Finish { id, token: token(), keep },
        "release" => Act::Release { id, token: token() },
        "retry" => {
            Act::Retry { id, token: token(), delay: of["delay"].as_i64().expect("a delay"), error: text(&of["error"]) }
        }
        "bury" => Act::Bury { id, token: token(), error: text(&of["error"]) },
        "discard" => Act::Discard { id, keep },
        "revive" => Act::Revive { id: of["key"].as_str().map(|_| id), number: small(&of["number"]) },
        "sweep" => Act::Sweep { number: small(of) },
        "free" => Act::FreeWorker { worker: text(of) },
        "workers" => Act::Workers,
        "load" => Act::Load,
        "stats" => Act::Stats,
        _ => Act::Show { id },
    }
}

/// A reply as the scenarios have it.
fn shown(reply: Reply, expected: &Value) -> Value {
    match reply {
        Reply::Put(Put::Stored | Put::Revived) => json!("stored"),
        Reply::Put(Put::Duplicate { state, same_body }) => json!({ "state": state.name(), "same_body": same_body }),
        Reply::Known(Some((state, same_body))) => json!({ "state": state.name(), "same_body": same_body }),
        Reply::Known(None) => json!("unknown"),
        Reply::Claimed(rows) => rows
            .into_iter()
            .map(|row| {
                json!({
                    "key": row.key,
                    "state": if row.is_dead { "dead" } else { "running" },
                    "attempts": row.attempts,
                    "is_takeover": row.is_takeover,
                    "body": String::from_utf8(row.body.0).expect("text"),
                })
            })
            .collect(),
        Reply::Changed(rows) if expected.is_number() => json!(rows),
        Reply::Changed(rows) => json!(if rows > 0 { "changed" } else { "lost" }),
        Reply::Load { number, bytes } => json!({ "number": number, "bytes": bytes }),
        Reply::Stats(rows) => rows
            .iter()
            .map(|row| {
                let of_state = match row.state {
                    State::Done => json!({ "number": row.number }),
                    _ => json!({ "number": row.number, "bytes": row.bytes, "oldest": row.oldest }),
                };
                (row.state.name().to_owned(), of_state)
            })
            .collect::<serde_json::Map<_, _>>()
            .into(),
        Reply::Show(Some(shown)) => {
            let (entry, body) = *shown;
            let body = body.map(|body| String::from_utf8(body.0).expect("text"));
            json!({ "state": entry.state.name(), "attempts": entry.attempts, "body": body, "error": entry.error })
        }
        Reply::Workers(mut workers) => {
            workers.sort();
            json!(workers)
        }
        other => panic!("{other:?}"),
    }
}

async fn play(inbox: &Inbox, place: &Place, scenario: &Value) {
    for step in scenario["steps"].as_array().expect("steps") {
        let request = Request { act: act(place, scenario, step).await, now: step["at"].as_i64() };
        let reply = inbox.ask(request).await.expect("an answer");
        let found = shown(reply, &step["expect"]);
        assert_eq!(found, step["expect"], "{}, {}: {step}", place.kind(), scenario["name"]);
    }
}

#[tokio::test]
async fn both_databases_give_the_expected_answers() {
    let path = hookseal_tests::folder().join("../../inbox/vectors/inbox.json");
    let scenarios: Vec<Value> = serde_json::from_slice(&std::fs::read(path).expect("the scenarios")).expect("JSON");
    assert!(scenarios.len() >= 15, "{}", scenarios.len());
    for scenario in &scenarios {
        for place in places() {
            if scenario["only"].as_str().is_none_or(|only| only == place.kind()) {
                play(&open(&place).await, &place, scenario).await;
            }
        }
    }
}
