//! The scenarios of `inbox/vectors`, on every store: the same answers everywhere.

use hookseal_inbox::store::{Claim, Claimed, Store, Token};
use hookseal_tests::once::place::{AnyStore, Place};
use serde_json::{Value, json};

/// Names of the vectors as what a store takes: the last bytes are the name.
fn token(name: &Value) -> Token {
    Token::new(padded(name))
}

fn padded<const N: usize>(name: &Value) -> [u8; N] {
    let mut bytes = [0; N];
    let name = name.as_str().expect("a name").as_bytes();
    bytes[N - name.len()..].copy_from_slice(name);
    bytes
}

fn scenarios() -> Vec<Value> {
    let path = hookseal_tests::folder().join("../../inbox/vectors/once.json");
    serde_json::from_slice(&std::fs::read(path).expect("the scenarios")).expect("JSON")
}

/// What a store answers to a step; null for a step that expects nothing.
async fn answer(store: &AnyStore, scenario: &Value, step: &Value) -> Value {
    let now = step["at"].as_i64();
    let [lease, keep] = ["lease", "keep"].map(|name| scenario[name].as_u64().expect("milliseconds"));
    let key = |step: &Value| step["key"].as_str().expect("a key").to_owned();
    let word = |is_mine: bool, mine: &str, lost: &str| json!(if is_mine { mine } else { lost });
    let claim = &step["claim"];
    if claim.is_object() {
        let key = key(claim);
        let body = padded(&claim["body"]);
        let claim = Claim { key: &key, token: token(&claim["token"]), body, lease, keep, now };
        return match store.claim(&claim).await.expect("an answer") {
            Claimed::First => json!({ "answer": "first" }),
            Claimed::Takeover => json!({ "answer": "takeover" }),
            Claimed::Busy { wait } => json!({ "answer": "busy", "wait": wait }),
            Claimed::Duplicate { same_body } => json!({ "answer": "duplicate", "same_body": same_body }),
        };
    }
    if let finish @ Value::Object(_) = &step["finish"] {
        let is_mine = store.finish(&key(finish), token(&finish["token"]), keep, now).await;
        return word(is_mine.expect("an answer"), "finished", "lost");
    }
    if let release @ Value::Object(_) = &step["release"] {
        let is_mine = store.release(&key(release), token(&release["token"]), now).await;
        return word(is_mine.expect("an answer"), "released", "lost");
    }
    if let Some(key) = step["forget"].as_str() {
        return word(store.forget(key).await.expect("an answer"), "forgotten", "unknown");
    }
    if let Some(number) = step["sweep"].as_u64() {
        store.sweep(number.try_into().expect("a small number"), now).await.expect("an answer");
    } else {
        assert!(step["crash"].is_string(), "{step}");
    }
    Value::Null
}

#[tokio::test]
async fn every_store_gives_the_expected_answers() {
    let scenarios = scenarios();
    assert!(scenarios.len() >= 20, "{}", scenarios.len());
    for place in Place::all() {
        let store = place.open().await;
        store.create().await.expect("its tables");
        for scenario in &scenarios {
            for step in scenario["steps"].as_array().expect("steps") {
                let found = answer(&store, scenario, step).await;
                assert_eq!(found, step["expect"], "{}, {}: {step}", place.kind(), scenario["name"]);
            }
            // Each begins with an empty store.
            for step in scenario["steps"].as_array().expect("steps") {
                for what in ["claim", "finish", "release"] {
                    if let Some(key) = step[what]["key"].as_str() {
                        store.forget(key).await.expect("an answer");
                    }
                }
            }
        }
    }
}

fn claim(key: &str, now: i64) -> Claim<'_> {
    Claim { key, token: Token::new([1; 16]), body: [2; 32], lease: 10, keep: 1000, now: Some(now) }
}

#[tokio::test]
async fn a_sweep_deletes_at_most_so_many_keys_and_only_old_ones() {
    for place in [Place::Memory, Place::sqlite(), Place::postgres()] {
        let store = place.open().await;
        store.create().await.expect("its tables");
        for number in 0..25 {
            let key = format!("k{number}");
            assert_eq!(store.claim(&claim(&key, number)).await.expect("an answer"), Claimed::First);
            assert!(store.finish(&key, Token::new([1; 16]), 1000, Some(number)).await.expect("an answer"));
        }
        for (after, swept) in [(0, 0), (5, 5), (25, 10), (25, 10), (25, 0)] {
            assert_eq!(store.sweep(10, Some(999 + after)).await.expect("an answer"), swept, "{}", place.kind());
        }
    }
}

#[tokio::test]
async fn a_claim_sweeps_ten_old_keys_too() {
    for place in [Place::sqlite(), Place::postgres()] {
        let store = place.open().await;
        store.create().await.expect("its tables");
        for number in 0..25 {
            store.claim(&claim(&format!("k{number}"), 0)).await.expect("an answer");
        }
        assert_eq!(store.claim(&claim("new", 2000)).await.expect("an answer"), Claimed::First);
        assert_eq!(store.sweep(100, Some(2000)).await.expect("an answer"), 15, "{}", place.kind());
    }
}
