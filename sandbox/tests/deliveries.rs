//! How deliveries are sent, tried again, and kept.

mod support;

use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::response::Response;
use hookseal::{Event, Scheme, UnixTime, Verifier};
use hookseal_sandbox::{Form, Options, SignWith};
use serde_json::{Value, json};
use tokio::io::AsyncWriteExt as _;
use tokio::net::TcpListener;

use crate::support::{Endpoint, Received, Running, folder, millis, options, status, until};

/// So fast that half an hour is three seconds.
const FAST: u32 = 600;

fn fast(options: Options) -> Options {
    Options { speed: FAST, ..options }
}

/// When it was signed, and which of the secrets did it. It is judged by the real clock, as a receiver does.
fn verified(received: &Received, secrets: &[&str]) -> (UnixTime, usize) {
    let builder = secrets.iter().fold(Verifier::builder(Scheme::CONTIO), |builder, secret| builder.secret(*secret));
    let verifier = builder.build().expect("a verifier");
    let delivery = verifier.verify(&received.headers, &received.body, UnixTime::now()).expect("genuine");
    assert!(!matches!(delivery.envelope().expect("an envelope").event(), Event::Unknown(_)));
    (delivery.timestamp().expect("a time"), delivery.secret_index())
}

#[tokio::test]
async fn an_event_comes_signed_and_is_listed_as_delivered() {
    for form in [Form::Timestamped, Form::Body] {
        let (folder, endpoint) = (folder(), Endpoint::of(204).await);
        let url = Some(endpoint.url.clone());
        let sandbox = Running::start(&Options { form, webhook_url: url, ..options(&folder) }).await;
        let (code, emitted) = sandbox.emit(json!({"type": "meeting.completed"})).await;
        assert_eq!(code, 200, "{emitted}");
        let received = endpoint.wait_for(1).await;
        verified(&received[0], &[sandbox.secret()]);
        assert_eq!(received[0].headers.get_all("content-type").iter().collect::<Vec<_>>(), ["application/json"]);
        assert_eq!(received[0].event()["event_id"], emitted["events"][0]["event_id"]);
        let signature = received[0].headers["X-Contio-Signature"].to_str().expect("text");
        assert_eq!(signature.starts_with("sha256="), form == Form::Body);
        assert_eq!(received[0].headers.contains_key("X-Contio-Timestamp"), form == Form::Timestamped);
        sandbox.settled().await;
        let id = emitted["events"][0]["delivery_ids"][0].as_str().expect("an id");
        let (_, delivery) = sandbox.admin("GET", &format!("/webhook-deliveries/{id}"), Value::Null).await;
        assert_eq!((&delivery["delivery_status"], &delivery["http_status_code"]), (&"delivered".into(), &204.into()));
        assert_eq!((&delivery["retry_count"], &delivery["next_retry_at"]), (&0.into(), &Value::Null), "{delivery}");
        sandbox.stop().await;
    }
}

#[tokio::test]
async fn a_delivery_that_fails_is_tried_three_more_times_each_signed_anew() {
    let (folder, endpoint) = (folder(), Endpoint::of(500).await);
    let url = Some(endpoint.url.clone());
    let sandbox = Running::start(&fast(Options { webhook_url: url, ..options(&folder) })).await;
    sandbox.emit(json!({"type": "meeting.completed"})).await;
    let received = endpoint.wait_for(4).await;
    sandbox.settled().await;
    assert_eq!(endpoint.received().len(), 4, "and no more");
    for received in &received {
        verified(received, &[sandbox.secret()]);
    }
    assert!(received.iter().all(|other| other.body == received[0].body), "the same bytes each time");
    let (_, page) = sandbox.admin("GET", "/webhook-deliveries?status=failed", Value::Null).await;
    let delivery = &page["deliveries"][0];
    let whole = sandbox.whole(delivery["id"].as_str().expect("an id")).await;
    let attempts = whole["attempts"].as_array().expect("attempts");
    let times: Vec<i64> = attempts.iter().map(|attempt| millis(&attempt["at"])).collect();
    for (pair, wait) in times.windows(2).zip([60_000, 300_000, 1_800_000]) {
        assert!(pair[1] - pair[0] >= wait / i64::from(FAST), "no wait is shorter than it should be: {times:?}");
    }
    assert_eq!((&page["total"], &delivery["retry_count"]), (&1.into(), &3.into()), "{page}");
    assert_eq!(delivery["error_message"], "the endpoint answered 500");
    sandbox.stop().await;
}

#[tokio::test]
async fn a_delivery_that_succeeds_later_is_delivered() {
    let (folder, endpoint) = (folder(), Endpoint::start(|before, _| status(if before < 2 { 503 } else { 200 })).await);
    let url = Some(endpoint.url.clone());
    let sandbox = Running::start(&fast(Options { webhook_url: url, ..options(&folder) })).await;
    sandbox.emit(json!({"type": "meeting.completed"})).await;
    endpoint.wait_for(3).await;
    sandbox.settled().await;
    let (_, page) = sandbox.admin("GET", "/webhook-deliveries?status=delivered", Value::Null).await;
    assert_eq!((&page["total"], &page["deliveries"][0]["retry_count"]), (&1.into(), &2.into()), "{page}");
    sandbox.stop().await;
}

/// An endpoint that says these bytes to every connection, and closes it.
async fn raw_endpoint(answer: &'static [u8], ends: bool) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let url = format!("http://{}/", listener.local_addr().expect("an address"));
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            tokio::spawn(async move {
                let _ = stream.write_all(answer).await;
                // Without an end: until who reads has had enough.
                while !ends && stream.write_all(&[b'x'; 4096]).await.is_ok() {}
            });
        }
    });
    url
}

#[tokio::test]
async fn whatever_an_endpoint_does_is_recorded_with_its_reason() {
    let folder = folder();
    let sandbox = Running::start(&options(&folder)).await;
    let free = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let closed = format!("http://{}/", free.local_addr().expect("an address"));
    drop(free);
    let large = Endpoint::start(|_, _| Response::new(Body::from(Bytes::from(vec![b'x'; 1 << 20])))).await;
    for (to, reason) in [
        (Endpoint::of(302).await.url, "the endpoint answered 302: redirects are not followed"),
        (Endpoint::of(404).await.url, "the endpoint answered 404"),
        (closed, "cannot connect: "),
        (raw_endpoint(b"", true).await, "the connection broke: "),
        (raw_endpoint(b"not HTTP\r\n\r\n", true).await, "the connection broke: "),
        (raw_endpoint(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nxx", true).await, "the answer broke off: "),
        (raw_endpoint(b"HTTP/1.1 200 OK\r\n\r\n", false).await, "the answer has more than 65536 bytes"),
        (large.url.clone(), "the answer has more than 65536 bytes"),
        ("http://no-such-host.invalid/".to_owned(), "cannot connect: "),
    ] {
        let (code, emitted) = sandbox.emit(json!({"type": "meeting.completed", "to": to})).await;
        assert_eq!(code, 200, "{emitted}");
        let path = format!("/webhook-deliveries/{}", emitted["events"][0]["delivery_ids"][0].as_str().expect("an id"));
        let error = until(reason, || async {
            let (_, delivery) = sandbox.admin("GET", &path, Value::Null).await;
            delivery["error_message"].as_str().map(str::to_owned)
        })
        .await;
        assert!(error.starts_with(reason), "{to}: {error}");
        let (_, delivery) = sandbox.admin("GET", &path, Value::Null).await;
        assert_eq!((&delivery["delivery_status"], &delivery["retry_count"]), (&"pending".into(), &0.into()));
        assert!(delivery["next_retry_at"].is_string(), "{delivery}");
    }
    sandbox.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn fifty_endpoints_that_hang_hold_up_none_of_the_others() {
    let folder = folder();
    let sandbox = Running::start(&options(&folder)).await;
    let mut hanging = Vec::new();
    for _ in 0..50 {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let url = format!("http://{}/", listener.local_addr().expect("an address"));
        // Connections are taken by the system, and nobody ever answers.
        hanging.push(listener);
        sandbox.emit(json!({"type": "meeting.completed", "to": url, "count": 40})).await;
    }
    let mut others = Vec::new();
    for _ in 0..150 {
        let endpoint = Endpoint::of(200).await;
        sandbox.emit(json!({"type": "meeting.completed", "to": endpoint.url, "count": 3})).await;
        others.push(endpoint);
    }
    for endpoint in &others {
        endpoint.wait_for(3).await;
    }
    until("the others are recorded", || async {
        let (_, page) = sandbox.admin("GET", "/webhook-deliveries?status=delivered&limit=1", Value::Null).await;
        (page["total"] == 450).then_some(())
    })
    .await;
    let (_, page) = sandbox.admin("GET", "/webhook-deliveries?status=pending&limit=1", Value::Null).await;
    assert_eq!(page["total"], 2000, "those that hang are pending");
    sandbox.stop().await;
}

#[tokio::test]
async fn what_was_pending_is_sent_after_a_restart_with_the_same_event_id() {
    let folder = folder();
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let url = format!("http://{}/webhooks", listener.local_addr().expect("an address"));
    let stopped = Options { webhook_url: Some(url), ..options(&folder) };
    let sandbox = Running::start(&stopped).await;
    let (_, emitted) = sandbox.emit(json!({"type": "meeting.completed", "count": 5})).await;
    let secret = sandbox.secret().to_owned();
    sandbox.stop().await;
    drop(listener);
    let endpoint = Endpoint::of(200).await;
    let again = Options { webhook_url: None, ..stopped };
    let sandbox = Running::start(&fast(again)).await;
    assert_eq!(sandbox.secret(), secret, "the secret stays");
    // Where they go was decided when they were emitted; what comes later goes elsewhere.
    sandbox.admin("PUT", "/app", json!({"webhook_url": endpoint.url})).await;
    let (_, page) = sandbox.admin("GET", "/webhook-deliveries?status=pending", Value::Null).await;
    assert_eq!(page["total"], 5, "{page}");
    let ids = |value: &Value| {
        value
            .as_array()
            .into_iter()
            .flatten()
            .map(|one| one["event_id"].to_string())
            .collect::<std::collections::BTreeSet<_>>()
    };
    assert_eq!(ids(&page["deliveries"]), ids(&emitted["events"]));
    sandbox.stop().await;
}

#[tokio::test]
async fn both_secrets_sign_during_a_rotation_when_asked() {
    for (sign_with, expected) in
        [(SignWith::New, vec![0, 0]), (SignWith::Old, vec![1, 1]), (SignWith::Alternate, vec![0, 1])]
    {
        let (folder, endpoint) = (folder(), Endpoint::of(200).await);
        let url = Some(endpoint.url.clone());
        let sandbox = Running::start(&Options { sign_with, webhook_url: url, ..options(&folder) }).await;
        let rotate = json!({"confirmation_token": "yes", "grace_period_hours": 1});
        let (code, rotated) = sandbox.admin("POST", "/credentials/webhook-secret/rotate", rotate.clone()).await;
        assert_eq!(code, 200, "{rotated}");
        let (code, refused) = sandbox.admin("POST", "/credentials/webhook-secret/rotate", rotate).await;
        assert_eq!((code, &refused["code"]), (409, &"rotation_pending".into()), "{refused}");
        sandbox.emit(json!({"type": "meeting.completed", "count": 2})).await;
        let received = endpoint.wait_for(2).await;
        let secrets = [rotated["new_credential"].as_str().expect("a secret"), sandbox.secret()];
        let mut made_by: Vec<_> = received.iter().map(|received| verified(received, &secrets).1).collect();
        made_by.sort_unstable();
        assert_eq!(made_by, expected, "{sign_with:?}");
        let back = json!({"rollback_token": rotated["rollback_token"]});
        let (code, _) = sandbox.admin("POST", "/credentials/webhook-secret/rollback", back.clone()).await;
        assert_eq!(code, 200);
        let (code, _) = sandbox.admin("POST", "/credentials/webhook-secret/rollback", back).await;
        assert_eq!(code, 400, "it works once");
        sandbox.emit(json!({"type": "meeting.completed"})).await;
        let received = endpoint.wait_for(3).await;
        assert_eq!(verified(&received[2], &secrets).1, 1, "the old secret signs again");
        sandbox.stop().await;
    }
}

#[tokio::test]
async fn a_database_that_another_program_holds_is_an_error_and_loses_nothing() {
    let (folder, endpoint) = (folder(), Endpoint::of(200).await);
    let options = Options { webhook_url: Some(endpoint.url.clone()), ..options(&folder) };
    let sandbox = Running::start(&options).await;
    let other = rusqlite::Connection::open(&options.data).expect("the database");
    other.execute_batch("BEGIN IMMEDIATE").expect("a lock");
    let (code, refused) = sandbox.emit(json!({"type": "meeting.completed"})).await;
    assert_eq!((code, &refused["code"]), (503, &"unavailable".into()), "{refused}");
    assert!(refused["error"].as_str().expect("a text").contains("another program holds the database"), "{refused}");
    other.execute_batch("COMMIT").expect("it is free");
    let (code, _) = sandbox.emit(json!({"type": "meeting.completed"})).await;
    assert_eq!(code, 200);
    endpoint.wait_for(1).await;
    tokio::time::sleep(Duration::from_millis(50)).await;
    assert_eq!(endpoint.received().len(), 1, "what was refused was not sent");
    sandbox.stop().await;
}

#[tokio::test]
async fn a_full_disk_is_an_error_and_what_was_promised_is_kept() {
    let (folder, endpoint) = (folder(), Endpoint::of(200).await);
    let options = Options { webhook_url: Some(endpoint.url.clone()), ..options(&folder) };
    // A limit on the file stands for a disk that has no more room: to SQLite both are the same error.
    let options = Options { max_bytes: Some(400 * 1024), ..options };
    let sandbox = Running::start(&options).await;
    let data = json!({"title": "x".repeat(40_000)});
    let mut promised = Vec::new();
    let refused = loop {
        let (code, answer) = sandbox.emit(json!({"type": "meeting.completed", "data": data})).await;
        if code != 200 {
            break answer;
        }
        promised.push(answer["events"][0]["event_id"].clone());
        assert!(promised.len() < 100, "the disk is never full");
    };
    assert_eq!(refused["code"], "unavailable", "{refused}");
    assert!(refused["error"].as_str().expect("a text").contains("the disk is full"), "{refused}");
    endpoint.wait_for(promised.len()).await;
    let came: Vec<Value> = endpoint.received().iter().map(|received| received.event()["event_id"].clone()).collect();
    assert!(promised.iter().all(|id| came.contains(id)), "{} of {}", came.len(), promised.len());
    sandbox.stop().await;
}

#[tokio::test]
async fn one_file_has_one_sandbox() {
    let folder = folder();
    let sandbox = Running::start(&options(&folder)).await;
    let error = hookseal_sandbox::Sandbox::open(&options(&folder)).await.expect_err("it is taken");
    assert!(error.to_string().contains("another sandbox has"), "{error}");
    sandbox.stop().await;
}
