//! Retries: those by themselves, and those that are asked for.

mod support;

use std::sync::{Arc, Mutex, mpsc};

use hookseal_sandbox::Options;
use serde_json::{Value, json};
use tokio::net::TcpListener;

use crate::support::{Endpoint, Running, folder, only_delivery, options, status, until};

const FAST: u32 = 100_000;

#[tokio::test]
async fn a_retry_by_hand_counts_once_and_takes_none_of_the_automatic_ones() {
    let (folder, endpoint) = (folder(), Endpoint::of(500).await);
    let slow = Options { webhook_url: Some(endpoint.url.clone()), ..options(&folder) };
    let sandbox = Running::start(&slow).await;
    let (_, emitted) = sandbox.emit(json!({"type": "meeting.completed"})).await;
    let id = only_delivery(&emitted).to_owned();
    let first = sandbox.tried(&id, 1).await;
    assert_eq!(first["retry_count"], 0, "no retry was made yet: {first}");
    for count in 1..=2 {
        let (code, answer) = sandbox.admin("POST", &format!("/webhook-deliveries/{id}/retry"), Value::Null).await;
        assert_eq!((code, &answer["retry_count"]), (200, &(count - 1).into()), "{answer}");
        let tried = sandbox.tried(&id, count + 1).await;
        assert_eq!((&tried["retry_count"], &tried["delivery_status"]), (&count.into(), &"pending".into()), "{tried}");
        assert_eq!(tried["next_retry_at"], first["next_retry_at"], "the automatic one stays where it was");
        let page = sandbox.own("GET", "/deliveries").await;
        assert_eq!(page["deliveries"][0]["tries"], count + 1, "what the page shows");
    }
    sandbox.stop().await;
    let sandbox = Running::start(&Options { speed: FAST, ..slow }).await;
    sandbox.settled().await;
    let (_, failed) = sandbox.admin("GET", &format!("/webhook-deliveries/{id}"), Value::Null).await;
    // The first try, two that were asked for, and three by themselves.
    assert_eq!((&failed["delivery_status"], &failed["retry_count"]), (&"failed".into(), &5.into()), "{failed}");
    assert_eq!(failed.get("tries"), None, "the API has no such field");
    assert_eq!(endpoint.received().len(), 6);
    sandbox.stop().await;
}

#[tokio::test]
async fn a_retry_of_what_is_settled_is_one_try_and_no_more() {
    let (folder, endpoint) = (folder(), Endpoint::start(|before, _| status(if before == 5 { 200 } else { 500 })).await);
    let url = Some(endpoint.url.clone());
    let sandbox = Running::start(&Options { speed: FAST, webhook_url: url, ..options(&folder) }).await;
    let (_, emitted) = sandbox.emit(json!({"type": "meeting.completed"})).await;
    let id = only_delivery(&emitted).to_owned();
    sandbox.settled().await;
    for (tries, state) in [(5, "failed"), (6, "delivered"), (7, "failed")] {
        let before = sandbox.whole(&id).await;
        assert_eq!(before["attempts"].as_array().map(Vec::len), Some(tries - 1), "{before}");
        sandbox.own("POST", &format!("/deliveries/{id}/retry")).await;
        let whole = sandbox.tried(&id, tries).await;
        assert_eq!((&whole["delivery_status"], &whole["next_retry_at"]), (&state.into(), &Value::Null), "{whole}");
        assert_eq!(whole["retry_count"], tries - 1, "{whole}");
    }
    sandbox.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 3)]
async fn a_retry_that_is_asked_for_while_a_try_is_on_its_way_is_made_after_it() {
    for code in [200, 500] {
        let folder = folder();
        let (go, wait) = mpsc::channel::<()>();
        let wait = Arc::new(Mutex::new(wait));
        let endpoint = Endpoint::start(move |before, _| {
            if before == 0 {
                // Other tasks go on meanwhile, also those that this thread would have run next.
                let _ = tokio::task::block_in_place(|| wait.lock().expect("no panic").recv());
            }
            status(if before == 0 { code } else { 200 })
        })
        .await;
        let url = Some(endpoint.url.clone());
        let sandbox = Running::start(&Options { webhook_url: url, ..options(&folder) }).await;
        let (_, emitted) = sandbox.emit(json!({"type": "meeting.completed"})).await;
        let id = only_delivery(&emitted).to_owned();
        endpoint.wait_for(1).await;
        for _ in 0..2 {
            let answer = sandbox.own("POST", &format!("/deliveries/{id}/retry")).await;
            assert_eq!(answer["retry_scheduled"], true);
        }
        go.send(()).expect("the endpoint waits");
        let whole = sandbox.tried(&id, 2).await;
        assert_eq!((&whole["delivery_status"], &whole["retry_count"]), (&"delivered".into(), &1.into()), "{whole}");
        assert_eq!(endpoint.received().len(), 2, "two that were asked for before it are one");
        sandbox.stop().await;
    }
}

#[tokio::test]
async fn what_was_abandoned_is_tried_once_when_that_is_asked_for() {
    let (folder, endpoint) = (folder(), Endpoint::of(500).await);
    let url = Some(endpoint.url.clone());
    let sandbox = Running::start(&Options { webhook_url: url, ..options(&folder) }).await;
    let (_, emitted) = sandbox.emit(json!({"type": "meeting.completed"})).await;
    let id = only_delivery(&emitted).to_owned();
    sandbox.tried(&id, 1).await;
    let off = json!({"enabled": false, "pending_disposition": "abandon"});
    sandbox.admin("PUT", "/app/webhook-status", off).await;
    sandbox.own("POST", &format!("/deliveries/{id}/retry")).await;
    let whole = until("it failed", || async {
        let whole = sandbox.tried(&id, 2).await;
        (whole["delivery_status"] == "failed").then_some(whole)
    })
    .await;
    assert_eq!((&whole["retry_count"], &whole["next_retry_at"]), (&1.into(), &Value::Null), "{whole}");
    sandbox.stop().await;
}

#[tokio::test]
async fn a_retry_that_was_asked_for_is_made_after_a_restart() {
    let folder = folder();
    let silent = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = silent.local_addr().expect("an address");
    let options = Options { webhook_url: Some(format!("http://{address}/")), ..options(&folder) };
    let sandbox = Running::start(&options).await;
    let (_, emitted) = sandbox.emit(json!({"type": "meeting.completed"})).await;
    let id = only_delivery(&emitted).to_owned();
    drop(silent.accept().await.expect("the first try"));
    sandbox.tried(&id, 1).await;
    sandbox.own("POST", &format!("/deliveries/{id}/retry")).await;
    // Nobody answers this one before the sandbox ends.
    let held = silent.accept().await.expect("the one that was asked for");
    sandbox.stop().await;
    let sandbox = Running::start(&options).await;
    drop(held);
    drop(silent.accept().await.expect("it is tried at once, and not in a minute"));
    let whole = sandbox.tried(&id, 2).await;
    assert_eq!(whole["retry_count"], 1, "what broke off with the sandbox was not recorded: {whole}");
    sandbox.stop().await;
}
