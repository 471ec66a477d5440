//! Retries, automatic and manual.

use std::sync::{Arc, Mutex, mpsc};

use hookseal_sandbox::Options;
use serde_json::{Value, json};
use tokio::net::TcpListener;

use crate::support::{Endpoint, Running, folder, only_delivery, options, status, until};

const FAST: u32 = 100_000;

#[tokio::test]
async fn a_manual_retry_counts_once_and_replaces_no_automatic_one() {
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
        assert_eq!(tried["next_retry_at"], first["next_retry_at"], "the automatic retry does not move");
        let page = sandbox.own("GET", "/deliveries").await;
        assert_eq!(page["deliveries"][0]["tries"], count + 1, "the page shows the tries");
    }
    sandbox.stop().await;
    let sandbox = Running::start(&Options { speed: FAST, ..slow }).await;
    sandbox.settled().await;
    let (_, failed) = sandbox.admin("GET", &format!("/webhook-deliveries/{id}"), Value::Null).await;
    // The first try, two manual retries, and three automatic ones.
    assert_eq!((&failed["delivery_status"], &failed["retry_count"]), (&"failed".into(), &5.into()), "{failed}");
    assert_eq!(failed.get("tries"), None, "the API has no such field");
    assert_eq!(endpoint.received().len(), 6);
    sandbox.stop().await;
}

#[tokio::test]
async fn a_manual_retry_of_a_settled_delivery_is_a_single_try() {
    let (folder, endpoint) = (folder(), Endpoint::start(|before, _| status(if before == 5 { 200 } else { 500 })).await);
    let url = Some(endpoint.url.clone());
    let sandbox = Running::start(&Options { speed: FAST, webhook_url: url, ..options(&folder) }).await;
    let (_, emitted) = sandbox.emit(json!({"type": "meeting.completed"})).await;
    let id = only_delivery(&emitted).to_owned();
    sandbox.settled().await;
    for (tries, state) in [(5, "failed"), (6, "delivered"), (7, "failed")] {
        let before = sandbox.delivery(&id).await;
        assert_eq!(before["attempts"].as_array().map(Vec::len), Some(tries - 1), "{before}");
        sandbox.own("POST", &format!("/deliveries/{id}/retry")).await;
        let delivery = sandbox.tried(&id, tries).await;
        assert_eq!(
            (&delivery["delivery_status"], &delivery["next_retry_at"]),
            (&state.into(), &Value::Null),
            "{delivery}"
        );
        assert_eq!(delivery["retry_count"], tries - 1, "{delivery}");
    }
    sandbox.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 3)]
async fn a_retry_requested_while_a_try_is_in_flight_is_made_after_it() {
    for code in [200, 500] {
        let folder = folder();
        let (go, wait) = mpsc::channel::<()>();
        let wait = Arc::new(Mutex::new(wait));
        let endpoint = Endpoint::start(move |before, _| {
            if before == 0 {
                // Lets other tasks continue, including those that this thread would have run next.
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
        let delivery = sandbox.tried(&id, 2).await;
        assert_eq!(
            (&delivery["delivery_status"], &delivery["retry_count"]),
            (&"delivered".into(), &1.into()),
            "{delivery}"
        );
        assert_eq!(endpoint.received().len(), 2, "two requests before the retry count as one");
        sandbox.stop().await;
    }
}

#[tokio::test]
async fn a_manual_retry_of_an_abandoned_delivery_is_a_single_try() {
    let (folder, endpoint) = (folder(), Endpoint::of(500).await);
    let url = Some(endpoint.url.clone());
    let sandbox = Running::start(&Options { webhook_url: url, ..options(&folder) }).await;
    let (_, emitted) = sandbox.emit(json!({"type": "meeting.completed"})).await;
    let id = only_delivery(&emitted).to_owned();
    sandbox.tried(&id, 1).await;
    let off = json!({"enabled": false, "pending_disposition": "abandon"});
    sandbox.admin("PUT", "/app/webhook-status", off).await;
    sandbox.own("POST", &format!("/deliveries/{id}/retry")).await;
    let delivery = until("it failed", || async {
        let delivery = sandbox.tried(&id, 2).await;
        (delivery["delivery_status"] == "failed").then_some(delivery)
    })
    .await;
    assert_eq!((&delivery["retry_count"], &delivery["next_retry_at"]), (&1.into(), &Value::Null), "{delivery}");
    sandbox.stop().await;
}

#[tokio::test]
async fn a_requested_retry_survives_a_restart() {
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
    // This one gets no answer before the sandbox stops.
    let held = silent.accept().await.expect("the requested retry");
    sandbox.stop().await;
    let sandbox = Running::start(&options).await;
    drop(held);
    drop(silent.accept().await.expect("it is retried at once, and not in a minute"));
    let delivery = sandbox.tried(&id, 2).await;
    assert_eq!(delivery["retry_count"], 1, "the interrupted attempt was not recorded: {delivery}");
    sandbox.stop().await;
}
