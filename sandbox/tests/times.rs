//! Dates are real at any speed, and the waits are as long as the speed says.

use std::time::{SystemTime, UNIX_EPOCH};

use hookseal::{Scheme, UnixTime, Verifier};
use hookseal_sandbox::{Options, SignatureVariant};
use serde_json::{Value, json};

use crate::support::{Endpoint, Received, Running, folder, millis, only_delivery, options};

const HOUR: i64 = 3_600_000;

fn now() -> i64 {
    i64::try_from(SystemTime::now().duration_since(UNIX_EPOCH).expect("after 1970").as_millis()).expect("an age")
}

/// Verifies as a receiver with its own clock does.
#[track_caller]
fn assert_genuine(received: &Received, secret: &str) {
    let verifier = Verifier::builder(Scheme::CONTIO).secret(secret).build().expect("a verifier");
    let verified = verifier.verify(&received.headers, &received.body, UnixTime::now());
    verified.and_then(|delivery| delivery.envelope().map(|_| ())).expect("genuine");
}

#[tokio::test]
async fn signatures_and_dates_have_the_real_time_at_any_speed() {
    let began = now();
    for variant in [SignatureVariant::Timestamped, SignatureVariant::Body] {
        for speed in [60, 100_000] {
            let (folder, endpoint) = (folder(), Endpoint::of(500).await);
            let url = Some(endpoint.url.clone());
            let sandbox =
                Running::start(&Options { scheme: variant.into(), speed, webhook_url: url, ..options(&folder) }).await;
            // On a clock that ran at this speed, these would be hours apart.
            let mut ids = Vec::new();
            for _ in 0..3 {
                let (_, emitted) = sandbox.emit(json!({"type": "meeting.completed"})).await;
                ids.push(only_delivery(&emitted).to_owned());
                sandbox.tried(&ids[ids.len() - 1], 1).await;
            }
            let is_real = |time: &Value, what: &str| {
                assert!((began..=now()).contains(&millis(time)), "{what} is {time} at speed {speed}");
            };
            for received in endpoint.received() {
                assert_genuine(&received, sandbox.secret());
                is_real(&received.event()["timestamp"], "the event's timestamp");
                is_real(&received.event()["data"]["completed_at"], "a time in its data");
            }
            for id in &ids {
                let delivery = sandbox.delivery(id).await;
                is_real(&delivery["created_at"], "created_at");
                delivery["attempts"]
                    .as_array()
                    .expect("attempts")
                    .iter()
                    .for_each(|one| is_real(&one["at"], "an attempt"));
            }
            let (_, app) = sandbox.admin("GET", "/app", Value::Null).await;
            is_real(&app["created_at"], "the app's created_at");
            is_real(&app["updated_at"], "the app's updated_at");
            let (_, workflow) = sandbox.admin("POST", "/workflows", json!({"name": "one"})).await;
            is_real(&workflow["created_at"], "the workflow's created_at");
            sandbox.stop().await;
        }
    }
}

#[tokio::test]
async fn credentials_have_their_real_age_and_grace_periods_the_requested_length() {
    let folder = folder();
    let began = now();
    let sandbox = Running::start(&Options { speed: 100_000, ..options(&folder) }).await;
    let rotate = json!({"confirmation_token": "yes", "grace_period_hours": 1});
    let (_, rotated) = sandbox.admin("POST", "/credentials/webhook-secret/rotate", rotate).await;
    for end in ["grace_period_ends_at", "rollback_expires_at"] {
        assert!((began + HOUR..=now() + HOUR).contains(&millis(&rotated[end])), "{rotated}");
    }
    // On a clock that ran at this speed, the hour would be over by now.
    tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    let (_, all) = sandbox.admin("GET", "/credentials", Value::Null).await;
    let secret = &all["webhook_secret"];
    assert_eq!((&secret["status"], &secret["age_days"]), (&"transitioning".into(), &0.into()), "{all}");
    for (credential, field) in
        [("webhook_secret", "created_at"), ("webhook_secret", "last_rotated_at"), ("api_key", "last_used_at")]
    {
        assert!((began..=now()).contains(&millis(&all[credential][field])), "{credential} {field}: {all}");
    }
    let back = json!({"rollback_token": rotated["rollback_token"]});
    assert_eq!(sandbox.admin("POST", "/credentials/webhook-secret/rollback", back).await.0, 200);
    let (_, all) = sandbox.admin("GET", "/credentials", Value::Null).await;
    let secret = &all["webhook_secret"];
    assert_eq!((&secret["status"], secret.get("last_rotated_at")), (&"active".into(), None), "{all}");
    sandbox.stop().await;
}

#[tokio::test]
async fn the_speed_shortens_waits_and_the_api_shows_the_real_times() {
    for (speed, wait) in [(1, 60_000), (60, 1_000), (7, 8_571), (100_000, 0)] {
        let (folder, endpoint) = (folder(), Endpoint::of(500).await);
        let url = Some(endpoint.url.clone());
        let sandbox = Running::start(&Options { speed, webhook_url: url, ..options(&folder) }).await;
        let (_, emitted) = sandbox.emit(json!({"type": "meeting.completed"})).await;
        let delivery = sandbox.tried(only_delivery(&emitted), if wait == 0 { 4 } else { 1 }).await;
        if wait > 0 {
            assert_eq!(millis(&delivery["next_retry_at"]) - millis(&delivery["attempts"][0]["at"]), wait, "{delivery}");
        } else {
            assert_eq!(delivery["attempts"].as_array().map(Vec::len), Some(4), "no attempt hides another: {delivery}");
        }
        sandbox.stop().await;
    }
}

#[tokio::test]
async fn pending_deliveries_wait_at_the_speed_of_the_next_start() {
    let (folder, endpoint) = (folder(), Endpoint::of(500).await);
    let at = |speed| Options { speed, webhook_url: Some(endpoint.url.clone()), ..options(&folder) };
    let sandbox = Running::start(&at(2)).await;
    let (_, emitted) = sandbox.emit(json!({"type": "meeting.completed"})).await;
    let id = only_delivery(&emitted).to_owned();
    let next = millis(&sandbox.tried(&id, 1).await["next_retry_at"]);
    sandbox.stop().await;
    // Half a minute left at speed 2 is a minute at speed 1.
    let sandbox = Running::start(&at(1)).await;
    let later = millis(&sandbox.delivery(&id).await["next_retry_at"]);
    assert!(later > next && later <= now() + 60_000, "{next} {later}");
    sandbox.stop().await;
    let sandbox = Running::start(&at(1)).await;
    assert_eq!(millis(&sandbox.delivery(&id).await["next_retry_at"]), later, "the same speed changes nothing");
    sandbox.stop().await;
    let sandbox = Running::start(&at(100_000)).await;
    let delivery = sandbox.tried(&id, 4).await;
    assert!(millis(&delivery["attempts"][3]["at"]) <= now(), "{delivery}");
    for received in endpoint.received() {
        assert_genuine(&received, sandbox.secret());
    }
    sandbox.stop().await;
}

#[tokio::test]
async fn a_clock_that_was_set_back_delays_nothing() {
    let (folder, endpoint) = (folder(), Endpoint::of(200).await);
    let options = Options { webhook_url: Some(endpoint.url.clone()), ..options(&folder) };
    let sandbox = Running::start(&options).await;
    let (_, emitted) = sandbox.emit(json!({"type": "meeting.completed", "to": "http://127.0.0.1:1/"})).await;
    let id = only_delivery(&emitted).to_owned();
    sandbox.tried(&id, 1).await;
    sandbox.stop().await;
    let file = rusqlite::Connection::open(&options.data).expect("the database");
    let moved = "UPDATE deliveries SET due = due + 1e12, next_automatic = next_automatic + 1e12;
                 INSERT INTO deliveries (id, event_id, event_type, partner_app_id, url, body, status, due, next_automatic,
                   created_at) SELECT 'first', event_id, event_type, partner_app_id, url, body, 'pending', due, due, due
                   FROM deliveries;
                 UPDATE credentials SET created_at = created_at + 1e12, last_used_at = created_at;";
    file.execute_batch(moved).expect("future times");
    drop(file);
    let sandbox = Running::start(&options).await;
    sandbox.tried("first", 1).await;
    let delivery = sandbox.delivery(&id).await;
    assert!(
        millis(&delivery["next_retry_at"]) <= now() + 1_800_000,
        "no wait is longer than the longest one: {delivery}"
    );
    let (_, all) = sandbox.admin("GET", "/credentials", Value::Null).await;
    assert_eq!(all["webhook_secret"]["age_days"], 0, "{all}");
    assert!(millis(&all["api_key"]["last_used_at"]) <= now(), "{all}");
    sandbox.stop().await;
}

/// A database of version 1 whose clock ran a day ahead of the real one: one delivery whose retry is due in five minutes
/// of that clock, one that was never tried, one that was delivered, and a rotation that ends in an hour.
fn state_of_version_1(options: &Options, url: &str) {
    let file = rusqlite::Connection::open(&options.data).expect("a database");
    file.execute_batch(include_str!("state/version-1.sql")).expect("the schema of version 1");
    let ahead = now() + 24 * HOUR;
    let text = time::OffsetDateTime::from_unix_timestamp(ahead / 1000)
        .expect("a time")
        .format(&time::format_description::well_known::Rfc3339)
        .expect("RFC 3339");
    let app = json!({"id": "app-1", "client_id": "client-1", "webhook_url": url, "webhook_enabled": true,
        "created_at": "2025-01-15T10:30:00Z", "updated_at": text});
    file.execute("INSERT INTO app VALUES (1, ?)", [app.to_string()]).expect("an app");
    for kind in ["api_key", "client_secret", "webhook_secret"] {
        let sql =
            "INSERT INTO credentials VALUES (?1, ?1 || '-of-the-tests', 'the-old-one', ?2, ?2, ?2, ?3, 'token', ?3)";
        file.execute(sql, rusqlite::params![kind, ahead - HOUR, ahead + HOUR]).expect("a credential");
    }
    file.execute("INSERT INTO settings VALUES ('token', 'the-token')", []).expect("a token");
    for (id, status, tries, due) in [
        ("retried", "pending", 2, Some(ahead + 300_000)),
        ("new", "pending", 0, Some(ahead)),
        ("delivered-before", "delivered", 1, None),
    ] {
        let body = json!({"event_type": "meeting.completed", "event_id": id, "timestamp": text,
            "partner_app_id": "app-1", "data": {"title": "Größe"}});
        let sql = "INSERT INTO deliveries (id, event_id, event_type, partner_app_id, url, body, status, retry_count, due,
                   created_at, delivered_at) VALUES (?1, ?1, 'meeting.completed', 'app-1', ?2, CAST(?3 AS BLOB), ?4, ?5, ?6,
                   ?7, iif(?4 = 'delivered', ?7, NULL))";
        let retries = if due.is_some() { tries } else { 0 };
        file.execute(sql, rusqlite::params![id, url, body.to_string(), status, retries, due, ahead])
            .expect("a delivery");
        for number in 0..tries {
            let sql = "INSERT INTO attempts SELECT seq, ?2, '{}', NULL, 'gone' FROM deliveries WHERE id = ?1";
            file.execute(sql, rusqlite::params![id, ahead - 1 - number]).expect("an attempt");
        }
    }
}

#[tokio::test]
async fn a_state_of_version_1_whose_clock_ran_ahead_continues_in_real_time() {
    for variant in [SignatureVariant::Timestamped, SignatureVariant::Body] {
        let (folder, endpoint) = (folder(), Endpoint::of(200).await);
        let options = Options { scheme: variant.into(), ..options(&folder) };
        state_of_version_1(&options, &endpoint.url);
        let sandbox = Running::start(&options).await;
        sandbox.emit(json!({"type": "meeting.completed"})).await;
        for received in endpoint.wait_for(2).await {
            assert_genuine(&received, sandbox.secret());
            assert!(millis(&received.event()["timestamp"]) <= now(), "{:?}", received.event());
        }
        let arrived: Vec<Value> =
            endpoint.received().iter().map(|received| received.event()["event_id"].clone()).collect();
        assert!(arrived.contains(&"new".into()), "{arrived:?}");

        let retried = sandbox.delivery("retried").await;
        let next = millis(&retried["next_retry_at"]);
        assert!(next > now() + 200_000 && next <= now() + 300_000, "five minutes of its wait are left: {retried}");
        assert_eq!((&retried["retry_count"], retried["attempts"].as_array().map(Vec::len)), (&1.into(), Some(2)));
        sandbox.own("POST", "/deliveries/retried/retry").await;
        sandbox.own("POST", "/deliveries/delivered-before/retry").await;
        for received in endpoint.wait_for(4).await {
            assert_genuine(&received, sandbox.secret());
        }
        for id in ["retried", "new", "delivered-before"] {
            let delivery = sandbox.delivery(id).await;
            assert!(millis(&delivery["created_at"]) <= now(), "{delivery}");
            let attempts = delivery["attempts"].as_array().expect("attempts");
            assert!(attempts.iter().all(|attempt| millis(&attempt["at"]) <= now()), "{delivery}");
        }
        let (_, app) = sandbox.admin("GET", "/app", Value::Null).await;
        assert_eq!(app["created_at"], "2025-01-15T10:30:00Z");
        assert!(millis(&app["updated_at"]) <= now(), "{app}");
        let (_, all) = sandbox.admin("GET", "/credentials", Value::Null).await;
        let secret = &all["webhook_secret"];
        assert_eq!((&secret["status"], &secret["age_days"]), (&"transitioning".into(), &0.into()), "{all}");
        let ends = millis(&secret["grace_period_ends_at"]);
        assert!(ends > now() && ends <= now() + HOUR, "an hour of it is left: {all}");
        sandbox.stop().await;
        // Again, now that the state has the current version.
        let sandbox = Running::start(&options).await;
        assert_eq!(sandbox.delivery("retried").await["attempts"].as_array().map(Vec::len), Some(3));
        sandbox.stop().await;
    }
}
