//! What `Once` does with the answers of a store, on every store.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use hookseal::{DeliveryKey, ErrorKind};
use hookseal_inbox::store::Store;
use hookseal_inbox::{Error, Memory, NoticeKind, Once, Outcome, Sqlite};
use hookseal_tests::once::deliveries::{delivery, delivery_with, keyless};
use hookseal_tests::once::place::{AnyStore, Place};
use tokio::sync::oneshot;
use tokio::time::sleep;

use crate::stores::{Broken, Distant};

const LEASE: Duration = Duration::from_secs(45);

/// The notices that a hook was called with.
#[derive(Clone, Default)]
pub(crate) struct Notices(Arc<Mutex<Vec<NoticeKind>>>);

impl Notices {
    pub(crate) fn hook(&self) -> impl Fn(&hookseal_inbox::Notice<'_>) + Send + Sync + 'static {
        let own = self.clone();
        move |notice| own.0.lock().expect("no panic").push(notice.kind)
    }

    pub(crate) fn take(&self) -> Vec<NoticeKind> {
        std::mem::take(&mut self.0.lock().expect("no panic"))
    }
}

async fn once_on(place: &Place, lease: Duration, notices: &Notices) -> Once<AnyStore> {
    let once = Once::builder(place.open().await).scope("test").lease(lease).on_notice(notices.hook());
    let once = once.build().expect("its settings");
    once.create().await.expect("its tables");
    once
}

async fn handled<S: Store>(once: &Once<S>, event_id: &str) -> bool {
    match once.run(&delivery(event_id), async || Ok::<_, ()>(())).await {
        Outcome::Done(()) => true,
        Outcome::Duplicate => false,
        other => panic!("{other:?}"),
    }
}

async fn refused<S: Store>(once: &Once<S>, event_id: &str) -> Error {
    match once.claim(&delivery(event_id)).await {
        Err(error) => error,
        Ok(_) => panic!("it must be refused"),
    }
}

#[tokio::test]
async fn the_first_delivery_is_handled_and_later_ones_are_not() {
    for place in Place::all() {
        let once = place.once(LEASE).await;
        let found = [handled(&once, "evt-1").await, handled(&once, "evt-1").await, handled(&once, "evt-2").await];
        assert_eq!(found, [true, false, true], "{}", place.kind());
    }
}

#[tokio::test]
async fn a_handler_that_fails_is_tried_again() {
    for place in Place::all() {
        let once = place.once(LEASE).await;
        let failed = once.run(&delivery("evt-1"), async || Err::<(), _>("it failed")).await;
        assert_eq!((failed.status(), failed.retry_after()), (500, None));
        assert!(matches!(failed, Outcome::Failed("it failed")));
        let attempt = once.claim(&delivery("evt-1")).await.expect("a claim").expect("an attempt");
        assert_eq!(attempt.key(), Some(&DeliveryKey::of_id("contio", "evt-1")));
        assert!(attempt.release().await);
        assert!(handled(&once, "evt-1").await && !handled(&once, "evt-1").await, "{}", place.kind());
    }
}

#[tokio::test]
async fn an_attempt_that_is_dropped_is_released() {
    for place in Place::all() {
        let once = place.once(LEASE).await;
        // The handler panics.
        let own = once.clone();
        let panicked = tokio::spawn(async move {
            own.run(&delivery("evt-1"), async || -> Result<(), ()> { panic!("in the handler") }).await.status()
        });
        assert!(panicked.await.is_err());
        assert!(eventually_handled(&once, "evt-1").await, "{}", place.kind());
        // The sender hangs up, and the handler's future is dropped.
        let (started, starts) = oneshot::channel();
        let own = once.clone();
        let cancelled = tokio::spawn(async move {
            let attempt = own.claim(&delivery("evt-2")).await.expect("a claim").expect("an attempt");
            started.send(()).expect("the test");
            std::future::pending::<()>().await;
            attempt.finish().await
        });
        starts.await.expect("a start");
        cancelled.abort();
        assert!(cancelled.await.is_err());
        assert!(eventually_handled(&once, "evt-2").await, "{}", place.kind());
    }
}

#[tokio::test]
async fn a_claim_that_is_cancelled_before_it_was_made_is_released_after() {
    let once = Once::builder(Distant::default()).scope("test").build().expect("its settings");
    let claim = once.claim(&delivery("evt-1"));
    assert!(tokio::time::timeout(Duration::from_millis(5), claim).await.is_err());
    assert!(eventually_handled(&once, "evt-1").await);
    // A claim that was never sent leaves nothing.
    drop(once.claim(&delivery("evt-2")));
    assert!(eventually_handled(&once, "evt-2").await);
}

/// A release that nobody awaits takes a moment.
async fn eventually_handled<S: Store>(once: &Once<S>, event_id: &str) -> bool {
    for _ in 0..2_000 {
        match once.run(&delivery(event_id), async || Ok::<_, ()>(())).await {
            Outcome::Postponed(_) => sleep(Duration::from_millis(5)).await,
            outcome => return matches!(outcome, Outcome::Done(())),
        }
    }
    false
}

#[tokio::test]
async fn a_claim_or_a_finish_that_is_cancelled_leaves_nothing_half_done() {
    for place in Place::all() {
        let notices = Notices::default();
        let once = once_on(&place, LEASE, &notices).await;
        let _ = handled(&once, "before").await;
        for number in 0..20 {
            // Polled once or a few times, and then dropped.
            let id = format!("evt-{number}");
            let claim = once.claim(&delivery(&id));
            let _ = tokio::time::timeout(Duration::from_micros(number * 50), claim).await;
            assert!(eventually_handled(&once, &id).await, "{}", place.kind());
        }
        for number in 0..20 {
            let id = format!("done-{number}");
            let attempt = once.claim(&delivery(&id)).await.expect("a claim").expect("an attempt");
            let _ = tokio::time::timeout(Duration::from_micros(number * 50), attempt.finish()).await;
            // It is done, or will be: it is never given up.
            assert!(!eventually_handled(&once, &id).await, "{}", place.kind());
        }
        assert_eq!(notices.take(), []);
    }
}

#[tokio::test]
async fn a_duplicate_that_comes_while_the_first_is_handled_is_to_come_again() {
    for place in Place::all() {
        let once = place.once(LEASE).await;
        let attempt = once.claim(&delivery("evt-1")).await.expect("a claim").expect("an attempt");
        let error = refused(&once, "evt-1").await;
        assert_eq!((error.code(), error.status(), error.kind()), ("in_progress", 503, ErrorKind::InProgress));
        let wait = error.retry_after().expect("a wait");
        assert!((40..=45).contains(&wait), "{}: {wait}", place.kind());
        assert!(attempt.finish().await && !handled(&once, "evt-1").await);
        let short = place.once(Duration::from_millis(500)).await;
        let _attempt = short.claim(&delivery("evt-2")).await.expect("a claim").expect("an attempt");
        if place != Place::Memory {
            assert_eq!(refused(&short, "evt-2").await.retry_after(), Some(1), "less than a second is said as one");
        }
    }
}

#[tokio::test]
async fn a_lapsed_claim_is_taken_over_and_cannot_end() {
    for place in Place::all() {
        let notices = Notices::default();
        let once = once_on(&place, Duration::from_millis(100), &notices).await;
        for (event_id, finishes) in [("evt-1", true), ("evt-2", false)] {
            let slow = once.claim(&delivery(event_id)).await.expect("a claim").expect("an attempt");
            sleep(Duration::from_millis(150)).await;
            let other = once.claim(&delivery(event_id)).await.expect("a claim").expect("an attempt");
            assert_eq!(notices.take(), [NoticeKind::Takeover]);
            assert!(!if finishes { slow.finish().await } else { slow.release().await });
            assert_eq!(notices.take(), [NoticeKind::ClaimLost]);
            assert!(other.finish().await, "{}: nothing of the second's was overwritten", place.kind());
            assert!(!handled(&once, event_id).await);
        }
    }
}

#[tokio::test]
async fn a_duplicate_with_another_body_is_one_and_is_noticed() {
    for place in Place::all() {
        let notices = Notices::default();
        let once = once_on(&place, LEASE, &notices).await;
        for (more, is_handled) in [("", true), (r#","extra":1"#, false), ("", false)] {
            let attempt = once.claim(&delivery_with("evt-1", more)).await.expect("a claim");
            assert_eq!(attempt.is_some(), is_handled, "{}", place.kind());
            if let Some(attempt) = attempt {
                attempt.finish().await;
            }
        }
        assert_eq!(notices.take(), [NoticeKind::OtherBody]);
    }
}

#[tokio::test]
async fn a_delivery_without_a_key_is_handled_each_time() {
    let notices = Notices::default();
    let once = Once::builder(Memory::default()).on_notice(notices.hook()).build().expect("its settings");
    for _ in 0..2 {
        let outcome = once.run(&keyless(), async || Ok::<_, ()>("done")).await;
        assert!(matches!(outcome, Outcome::Done("done")));
    }
    assert_eq!(notices.take(), [NoticeKind::NoKey; 2]);
    let attempt = once.claim(&keyless()).await.expect("a claim").expect("an attempt");
    assert_eq!(attempt.key(), None);
}

#[tokio::test]
async fn a_forgotten_event_is_handled_again() {
    for place in Place::all() {
        let once = place.once(LEASE).await;
        let key = DeliveryKey::of_id("contio-body", "evt-1");
        assert!(!once.forget(&key).await.expect("an answer"));
        assert!(handled(&once, "evt-1").await);
        assert!(once.forget(&key).await.expect("an answer"), "{}", place.kind());
        assert!(handled(&once, "evt-1").await && !handled(&once, "evt-1").await);
        assert_eq!(once.sweep(10).await.expect("an answer"), 0);
    }
}

#[tokio::test]
async fn scopes_do_not_share_events_and_a_store_outlives_a_restart() {
    for place in Place::shared() {
        for (scope, is_handled) in [("a", true), ("b", true), ("a", false)] {
            let once = Once::builder(place.open().await).scope(scope).build().expect("its settings");
            once.create().await.expect("its tables");
            assert_eq!(handled(&once, "evt-1").await, is_handled, "{}", place.kind());
        }
    }
}

/// A handler during which all others come.
async fn fails_slowly() -> Result<(), &'static str> {
    sleep(LEASE / 50).await;
    Err("it failed")
}

#[tokio::test(flavor = "multi_thread")]
async fn of_fifty_tasks_on_one_key_one_runs() {
    for place in Place::all() {
        let once = place.once(LEASE).await;
        let tasks: Vec<_> = (0..50)
            .map(|_| {
                let once = once.clone();
                tokio::spawn(async move { once.run(&delivery("evt-1"), fails_slowly).await.status() })
            })
            .collect();
        let mut statuses = Vec::new();
        for task in tasks {
            statuses.push(task.await.expect("a status"));
        }
        statuses.sort_unstable();
        assert_eq!((statuses[0], &statuses[1..]), (500, &[503; 49][..]), "{}", place.kind());
    }
}

#[tokio::test]
async fn a_store_that_is_down_before_the_handler_is_answered_503_or_open() {
    let notices = Notices::default();
    let once = Once::builder(Broken::new(&["create", "claim", "forget", "sweep"])).scope("test");
    let once = once.on_notice(notices.hook()).build().expect("its settings");
    let error = refused(&once, "evt-1").await;
    assert_eq!((error.code(), error.status(), error.retry_after()), ("store_unavailable", 503, Some(30)));
    assert_eq!(error.to_string(), "the store of handled events cannot be used: it is down");
    assert!(once.create().await.is_err() && once.sweep(1).await.is_err());
    assert!(once.forget(&DeliveryKey::of_id("contio", "evt-1")).await.is_err());
    assert_eq!(notices.take(), [NoticeKind::StoreUnavailable; 4]);
    let open = Once::builder(Broken::new(&["claim"])).scope("test").open_when_unavailable().on_notice(notices.hook());
    assert!(handled(&open.build().expect("its settings"), "evt-1").await);
    assert_eq!(notices.take(), [NoticeKind::StoreUnavailable]);
}

#[tokio::test]
async fn a_store_that_is_down_after_the_handler_changes_no_answer() {
    for (method, result, status) in [("finish", Ok(()), 200), ("release", Err(()), 500)] {
        let notices = Notices::default();
        let once = Once::builder(Broken::new(&[method])).scope("test").on_notice(notices.hook());
        let once = once.build().expect("its settings");
        assert_eq!(once.run(&delivery("evt-1"), async || result).await.status(), status);
        assert_eq!(notices.take(), [NoticeKind::StoreUnavailable]);
        assert_eq!(refused(&once, "evt-1").await.code(), "in_progress", "the claim stays until its lease lapses");
    }
}

#[tokio::test]
async fn a_hook_that_panics_changes_nothing() {
    let once = Once::builder(Memory::default()).on_notice(|_| panic!("in the hook")).build().expect("its settings");
    assert!(matches!(once.run(&keyless(), async || Ok::<_, ()>(())).await, Outcome::Done(())));
}

#[tokio::test]
async fn a_memory_store_evicts_what_was_done_first_and_never_a_running_claim() {
    let once = Once::builder(Memory::with_max_keys(2)).build().expect("its settings");
    for event_id in ["a", "b", "c"] {
        assert!(handled(&once, event_id).await);
    }
    assert!(!handled(&once, "b").await && !handled(&once, "c").await);
    assert!(handled(&once, "a").await);
    // What was forgotten and done again is as new as its last time.
    assert!(once.forget(&DeliveryKey::of_id("contio", "c")).await.expect("an answer") && handled(&once, "c").await);
    assert!(handled(&once, "x").await && !handled(&once, "c").await);
    let running = [once.claim(&delivery("d")).await, once.claim(&delivery("e")).await];
    let running = running.map(|attempt| attempt.expect("a claim").expect("an attempt"));
    assert_eq!(refused(&once, "f").await.code(), "store_unavailable");
    assert_eq!(refused(&once, "d").await.code(), "in_progress");
    for attempt in running {
        assert!(attempt.finish().await);
    }
    assert!(handled(&once, "f").await);
}

#[tokio::test]
async fn wrong_settings_are_refused() {
    let second = Duration::from_secs(1);
    let file = || Sqlite::open("once.db").expect("a file");
    for (error, part) in [
        (Once::builder(file()).build().err(), "scope"),
        (Once::builder(file()).scope("a").lease(Duration::ZERO).build().err(), "0 s"),
        (Once::builder(Memory::default()).lease(second).keep(second).build().err(), "1 s and 1 s"),
        (Sqlite::open("").err(), "path"),
        (Sqlite::open(":memory:").err(), "Memory"),
    ] {
        let error = error.expect(part);
        assert_eq!((error.code(), error.status()), ("invalid_argument", 500));
        assert!(error.to_string().contains(part), "{error}");
    }
}
