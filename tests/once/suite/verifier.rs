//! A verifier that accepts old events as long as a store remembers them.

use std::time::Duration;

use hookseal::{Scheme, Signer, UnixTime, Verifier};
use hookseal_inbox::store::Store as _;
use hookseal_inbox::{Once, Outcome};
use hookseal_tests::once::deliveries::{SECRET, delivery, envelope};
use hookseal_tests::once::place::{AnyStore, Place};

const DAY: i64 = 86_400;

/// What a verifier says of an event that happened at a time, in the body form; `None` if it accepts it.
async fn verdict(once: Option<&Once<AnyStore>>, happened: i64, now: i64) -> Option<&'static str> {
    let time = UnixTime::from_secs(happened).to_string();
    let body = envelope("evt-1", "").replace("2025-01-15T10:30:00Z", &time);
    let signer = Signer::new(Scheme::CONTIO_BODY, SECRET).expect("a signer");
    let headers = signer.sign(body.as_bytes(), UnixTime::from_secs(now), None).expect("headers");
    let mut builder = Verifier::builder(Scheme::CONTIO).secret(SECRET);
    if let Some(once) = once {
        builder = once.extend_event_age(builder).await.expect("a builder");
    }
    let verifier = builder.build().expect("a verifier");
    verifier.verify(&headers, body.as_bytes(), UnixTime::from_secs(now)).err().map(|error| error.code())
}

#[tokio::test]
async fn a_verifier_accepts_old_events_that_happened_since_the_store_was_made() {
    for place in Place::shared() {
        let once = place.once(Duration::from_secs(45)).await;
        let made = once.store().create().await.expect("a time").div_euclid(1000) + 1;
        let (after, before) = (made + 10, made - 10);
        let too_old = Some("event_too_old");
        for (is_remembered, happened, age, expected) in [
            (false, after, 2 * DAY, too_old),
            (true, after, 2 * DAY, None),
            // Up to what the store keeps, less the skew and a second.
            (true, after, 30 * DAY - 301, None),
            (true, after, 30 * DAY - 300, too_old),
            // The store cannot know whether an earlier event was handled.
            (true, before, 2 * DAY, too_old),
            (true, before, DAY, None),
        ] {
            let found = verdict(is_remembered.then_some(&once), happened, happened + age).await;
            assert_eq!(found, expected, "{}: {is_remembered} {happened} {age}", place.kind());
        }
        // After a restart the store remembers when it was made; a new store accepts nothing older than itself.
        let again = place.once(Duration::from_secs(45)).await;
        assert_eq!(verdict(Some(&again), after, after + 2 * DAY).await, None);
    }
    let new = Place::sqlite().once(Duration::from_secs(45)).await;
    assert_eq!(
        verdict(Some(&new), UnixTime::now().as_secs() - 2 * DAY, UnixTime::now().as_secs()).await,
        Some("event_too_old")
    );
}

#[tokio::test]
async fn an_event_is_accepted_no_longer_than_its_key_is_kept() {
    // The sweep's edge: at the last age that is accepted, the key of an event that was handled when it happened is
    // still there, whatever the clocks' skew within the limit.
    for place in [Place::sqlite(), Place::postgres(), Place::redis()] {
        let once = place.once(Duration::from_secs(45)).await;
        let made = once.store().create().await.expect("a time");
        let (key, token, keep) = ("4.test6.contio5.evt-1", hookseal_inbox::store::Token::new([1; 16]), 30 * DAY * 1000);
        let happened = made.div_euclid(1000) + 11;
        // Handled as early as the receiver accepts it: dated ahead by the whole skew.
        let handled = (happened - 300) * 1000;
        let keep = keep.unsigned_abs();
        let claim = hookseal_inbox::store::Claim { key, token, body: [0; 32], lease: 45_000, keep, now: Some(handled) };
        once.store().claim(&claim).await.expect("a claim");
        assert!(once.store().finish(key, token, keep, Some(handled)).await.expect("an answer"));
        let last = happened + 30 * DAY - 301;
        assert_eq!(verdict(Some(&once), happened, last).await, None);
        once.store().sweep(100, Some(last * 1000)).await.expect("an answer");
        let claim = hookseal_inbox::store::Claim { now: Some(last * 1000), ..claim };
        let found = once.store().claim(&claim).await.expect("an answer");
        assert_eq!(found, hookseal_inbox::store::Claimed::Duplicate { same_body: true }, "{}", place.kind());
    }
}

#[tokio::test]
async fn only_a_durable_store_lets_a_verifier_accept_old_events() {
    let once = Once::memory();
    let error = once.extend_event_age(Verifier::builder(Scheme::CONTIO).secret(SECRET)).await.expect_err("memory");
    assert_eq!(error.code(), "invalid_argument");
    // Keys may be evicted from it.
    assert!(matches!(once.run(&delivery("evt-1"), async || Ok::<_, ()>(())).await, Outcome::Done(())));
}

#[tokio::test]
async fn a_verifier_whose_skew_is_no_limit_is_refused() {
    let once = Place::sqlite().once(Duration::from_secs(45)).await;
    let builder = Verifier::builder(Scheme::CONTIO).secret(SECRET).max_skew(None);
    let builder = once.extend_event_age(builder).await.expect("a builder");
    assert_eq!(builder.build().expect_err("no limit").code(), "invalid_argument");
}
