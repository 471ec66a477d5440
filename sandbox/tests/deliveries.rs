//! How deliveries are sent, retried and stored.

use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::response::Response;
use hookseal::{Event, Scheme, UnixTime, Verifier};
use hookseal_sandbox::{Options, SenderScheme, SignWith, SignatureVariant};
use serde_json::{Value, json};
use tokio::io::AsyncWriteExt as _;
use tokio::net::TcpListener;

use crate::support::{Endpoint, Received, Running, folder, millis, options, status, until};

/// Shortens half an hour to three seconds.
const FAST: u32 = 600;

fn fast(options: Options) -> Options {
    Options { speed: FAST, ..options }
}

/// When it was signed, and the index of the secret that matched. Uses the real clock, as a receiver does.
fn verified(received: &Received, secrets: &[&str]) -> (UnixTime, usize) {
    let builder = secrets.iter().fold(Verifier::builder(Scheme::CONTIO), |builder, secret| builder.secret(*secret));
    let verifier = builder.build().expect("a verifier");
    let delivery = verifier.verify(&received.headers, &received.body, UnixTime::now()).expect("genuine");
    assert!(!matches!(delivery.envelope().expect("an envelope").event(), Event::Unknown(_)));
    (delivery.timestamp().expect("a time"), delivery.secret_index())
}

#[tokio::test]
async fn an_event_is_signed_and_listed_as_delivered() {
    for variant in [SignatureVariant::Timestamped, SignatureVariant::Body] {
        let (folder, endpoint) = (folder(), Endpoint::of(204).await);
        let url = Some(endpoint.url.clone());
        let sandbox = Running::start(&Options { scheme: variant.into(), webhook_url: url, ..options(&folder) }).await;
        let (code, emitted) = sandbox.emit(json!({"type": "meeting.completed"})).await;
        assert_eq!(code, 200, "{emitted}");
        let received = endpoint.wait_for(1).await;
        verified(&received[0], &[sandbox.secret()]);
        assert_eq!(received[0].headers.get_all("content-type").iter().collect::<Vec<_>>(), ["application/json"]);
        assert_eq!(received[0].event()["event_id"], emitted["events"][0]["event_id"]);
        let signature = received[0].headers["X-Contio-Signature"].to_str().expect("text");
        assert_eq!(signature.starts_with("sha256="), variant == SignatureVariant::Body);
        assert_eq!(received[0].headers.contains_key("X-Contio-Timestamp"), variant == SignatureVariant::Timestamped);
        sandbox.settled().await;
        let id = emitted["events"][0]["delivery_ids"][0].as_str().expect("an id");
        let (_, delivery) = sandbox.admin("GET", &format!("/webhook-deliveries/{id}"), Value::Null).await;
        assert_eq!((&delivery["delivery_status"], &delivery["http_status_code"]), (&"delivered".into(), &204.into()));
        assert_eq!((&delivery["retry_count"], &delivery["next_retry_at"]), (&0.into(), &Value::Null), "{delivery}");
        sandbox.stop().await;
    }
}

#[tokio::test]
async fn it_signs_as_another_sender_with_the_id_of_the_event_and_the_url_of_each_endpoint() {
    let own = r#"{"name":"acme","signature":{"header":"X-Acme","encoding":"hex"},"id":{"header":"X-Id","length":36},
        "timestamp":{"header":"X-Time","format":"rfc3339"},"signed":"{id}{timestamp}{body}","key":"hex"}"#;
    let own = Scheme::from_json(own).expect("a scheme");
    let fixed = [Scheme::STANDARD_WEBHOOKS, Scheme::SVIX, Scheme::STRIPE, Scheme::WORKOS, own].map(SenderScheme::Fixed);
    for scheme in fixed.into_iter().chain(Scheme::SIGNED_URL_PRESETS.iter().map(|name| SenderScheme::SignedUrl(name))) {
        let (folder, endpoint) = (folder(), Endpoint::of(500).await);
        let url = Some(endpoint.url.clone());
        let sandbox = Running::start(&fast(Options { scheme, webhook_url: url, ..options(&folder) })).await;
        let (_, emitted) = sandbox.emit(json!({"type": "meeting.completed"})).await;
        let verified_by = match scheme {
            SenderScheme::Fixed(scheme) => scheme,
            SenderScheme::SignedUrl(name) => Scheme::signed_url_preset(name, &endpoint.url).expect("a scheme"),
        };
        let verifier = Verifier::builder(verified_by).secret(sandbox.secret()).build().expect("a verifier");
        for received in endpoint.wait_for(2).await.iter().take(2) {
            let delivery = verifier.verify(&received.headers, &received.body, UnixTime::now()).expect("genuine");
            assert_eq!(delivery.scheme(), verified_by.name());
            if verified_by.id_header().is_some() {
                assert_eq!(delivery.id(), emitted["events"][0]["event_id"].as_str());
            }
        }
        sandbox.stop().await;
    }
}

#[tokio::test]
async fn a_delivery_that_cannot_be_signed_fails_with_the_reason() {
    let (folder, endpoint) = (folder(), Endpoint::of(204).await);
    let url = Some(format!("{}{}", endpoint.url, "x".repeat(240)));
    let scheme = SenderScheme::SignedUrl("square");
    let sandbox = Running::start(&fast(Options { scheme, webhook_url: url, ..options(&folder) })).await;
    sandbox.emit(json!({"type": "meeting.completed"})).await;
    sandbox.settled().await;
    let (_, page) = sandbox.admin("GET", "/webhook-deliveries?status=failed", Value::Null).await;
    let message = page["deliveries"][0]["error_message"].as_str().expect("a message");
    assert!(message.contains("cannot be signed") && message.contains("240 bytes"), "{page}");
    assert!(endpoint.received().is_empty());
    sandbox.stop().await;
}

#[tokio::test]
async fn a_scheme_by_which_it_cannot_sign_is_refused_at_once() {
    let own = r#"{"name":"acme","signature":{"header":"X-Acme","encoding":"hex"},"id":{"header":"X-Id","length":5},
        "signed":"{id}{body}"}"#;
    let scheme = SenderScheme::Fixed(Scheme::from_json(own).expect("a scheme"));
    let folder = folder();
    let error = hookseal_sandbox::Sandbox::open(&Options { scheme, ..options(&folder) }).await.expect_err("no id fits");
    assert_eq!(error.code(), "invalid_argument");
    assert!(error.to_string().contains("cannot sign by it"), "{error}");
}

#[tokio::test]
async fn a_failed_delivery_is_tried_three_more_times_with_fresh_signatures() {
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
    let delivery = sandbox.delivery(delivery["id"].as_str().expect("an id")).await;
    let attempts = delivery["attempts"].as_array().expect("attempts");
    let times: Vec<i64> = attempts.iter().map(|attempt| millis(&attempt["at"])).collect();
    for (pair, wait) in times.windows(2).zip([60_000, 300_000, 1_800_000]) {
        assert!(pair[1] - pair[0] >= wait / i64::from(FAST), "no wait is shorter than it should be: {times:?}");
    }
    assert_eq!((&page["total"], &delivery["retry_count"]), (&1.into(), &3.into()), "{page}");
    assert_eq!(delivery["error_message"], "the endpoint answered 500");
    sandbox.stop().await;
}

#[tokio::test]
async fn a_delivery_that_succeeds_on_a_retry_is_delivered() {
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

/// An endpoint that writes these bytes to every connection, and then closes it or writes on without end.
async fn raw_endpoint(response: &'static [u8], ends: bool) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let url = format!("http://{}/", listener.local_addr().expect("an address"));
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            tokio::spawn(async move {
                let _ = stream.write_all(response).await;
                // Until the client has read enough.
                while !ends && stream.write_all(&[b'x'; 4096]).await.is_ok() {}
            });
        }
    });
    url
}

#[tokio::test]
async fn every_failure_of_an_endpoint_is_recorded_with_its_reason() {
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
        (raw_endpoint(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nxx", true).await, "the response was cut off: "),
        (raw_endpoint(b"HTTP/1.1 200 OK\r\n\r\n", false).await, "the response is larger than 65536 bytes"),
        (large.url.clone(), "the response is larger than 65536 bytes"),
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
async fn fifty_hanging_endpoints_do_not_hold_up_the_others() {
    let folder = folder();
    let sandbox = Running::start(&options(&folder)).await;
    let mut hanging = Vec::new();
    for _ in 0..50 {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let url = format!("http://{}/", listener.local_addr().expect("an address"));
        // The system accepts connections, and nothing ever answers.
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
async fn pending_deliveries_survive_a_restart_with_the_same_event_id() {
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
    assert_eq!(sandbox.secret(), secret, "the secret is kept");
    // The URL is fixed when an event is emitted; a new one applies only to later events.
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
async fn either_secret_can_sign_during_a_rotation() {
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
        let mut matched: Vec<_> = received.iter().map(|received| verified(received, &secrets).1).collect();
        matched.sort_unstable();
        assert_eq!(matched, expected, "{sign_with:?}");
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
async fn a_database_locked_by_another_program_is_an_error_and_loses_nothing() {
    let (folder, endpoint) = (folder(), Endpoint::of(200).await);
    let options = Options { webhook_url: Some(endpoint.url.clone()), ..options(&folder) };
    let sandbox = Running::start(&options).await;
    let other = rusqlite::Connection::open(&options.data).expect("the database");
    other.execute_batch("BEGIN IMMEDIATE").expect("a lock");
    let (code, refused) = sandbox.emit(json!({"type": "meeting.completed"})).await;
    assert_eq!((code, &refused["code"]), (503, &"unavailable".into()), "{refused}");
    assert!(refused["error"].as_str().expect("a string").contains("another program has locked it"), "{refused}");
    other.execute_batch("COMMIT").expect("it is unlocked");
    let (code, _) = sandbox.emit(json!({"type": "meeting.completed"})).await;
    assert_eq!(code, 200);
    endpoint.wait_for(1).await;
    tokio::time::sleep(Duration::from_millis(50)).await;
    assert_eq!(endpoint.received().len(), 1, "what was refused was not sent");
    sandbox.stop().await;
}

#[tokio::test]
async fn a_full_disk_is_an_error_and_accepted_events_are_still_delivered() {
    let (folder, endpoint) = (folder(), Endpoint::of(200).await);
    let options = Options { webhook_url: Some(endpoint.url.clone()), ..options(&folder) };
    // A limit on the file stands in for a full disk: SQLite reports the same error for both.
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
    assert!(refused["error"].as_str().expect("a string").contains("the disk is full"), "{refused}");
    endpoint.wait_for(promised.len()).await;
    let arrived: Vec<Value> = endpoint.received().iter().map(|received| received.event()["event_id"].clone()).collect();
    assert!(promised.iter().all(|id| arrived.contains(id)), "{} of {}", arrived.len(), promised.len());
    sandbox.stop().await;
}

#[tokio::test]
async fn two_sandboxes_cannot_share_a_file() {
    let folder = folder();
    let sandbox = Running::start(&options(&folder)).await;
    let error = hookseal_sandbox::Sandbox::open(&options(&folder)).await.expect_err("it is in use");
    assert!(error.to_string().contains("another sandbox has"), "{error}");
    sandbox.stop().await;
}
