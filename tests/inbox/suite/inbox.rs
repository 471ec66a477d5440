//! What `Inbox` and its worker do, on both databases.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime};

use hookseal::ErrorKind;
use hookseal_inbox::InboxNoticeKind::{Done, Duplicate, Full, OtherBody, Revived, Stored};
use hookseal_inbox::{Inbox, Put, Received, State};
use hookseal_tests::inbox::{Notices, builder, open, places, until};
use hookseal_tests::once::deliveries::{delivery, delivery_with, keyless};

/// A handler that succeeds, and the ids that it was called with.
#[derive(Clone, Default)]
struct Calls(Arc<Mutex<Vec<String>>>);

impl Calls {
    fn add(&self, received: &Received) {
        self.0.lock().expect("no panic").push(received.event_id().unwrap_or("none").to_owned());
    }

    fn handler(&self) -> impl Fn(Received) -> std::future::Ready<Result<(), std::io::Error>> + Send + Sync + 'static {
        let own = self.clone();
        move |received| {
            own.add(&received);
            std::future::ready(Ok(()))
        }
    }

    fn sorted(&self) -> Vec<String> {
        let mut calls = self.0.lock().expect("no panic").clone();
        calls.sort();
        calls
    }
}

#[tokio::test]
async fn what_is_stored_is_handled_and_its_redelivery_is_a_duplicate() {
    for place in places() {
        let (notices, calls) = (Notices::default(), Calls::default());
        let inbox = builder(&place).await.on_notice(notices.hook()).build().await.expect("an inbox");
        assert_eq!(inbox.put(&delivery("evt-1")).await.expect("it is stored"), Put::Stored);
        let duplicate = inbox.put(&delivery_with("evt-1", r#","a":1"#)).await.expect("it is known");
        assert_eq!(duplicate, Put::Duplicate { state: State::Pending, same_body: false });
        let stats = inbox.stats().await.expect("stats");
        assert_eq!((stats.pending.number, stats.pending.bytes > 200, stats.done), (1, true, 0));
        assert!(stats.pending.oldest.expect("an age") < Duration::from_secs(60));
        let worker = inbox.work(calls.handler()).await.expect("a worker");
        until(&inbox, "the first is done", |stats| stats.done == 1).await;
        // A worker that is idle is woken by what its own process stores.
        inbox.put(&delivery("evt-2")).await.expect("it is stored");
        let stats = until(&inbox, "the second is done", |stats| stats.count(Done) == 2).await;
        assert_eq!(worker.close(Duration::from_secs(60)).await, 0);
        assert_eq!(calls.sorted(), ["evt-1", "evt-2"], "{}", place.kind());
        let duplicate = inbox.put(&delivery("evt-1")).await.expect("it is known");
        assert_eq!(duplicate, Put::Duplicate { state: State::Done, same_body: true });
        let counts = [Stored, Duplicate, OtherBody, Done].map(|kind| notices.count(kind));
        assert_eq!(counts, [2, 2, 1, 2]);
        assert_eq!(stats.count(Stored), 2);
        assert_eq!(stats.count(Done), 2);
    }
}

#[tokio::test]
async fn a_handler_gets_what_was_verified() {
    for place in places() {
        let inbox = open(&place).await;
        let (genuine, found) = (delivery("evt-1"), Arc::new(Mutex::new(Vec::new())));
        inbox.put(&genuine).await.expect("it is stored");
        inbox.put(&keyless()).await.expect("it is stored");
        inbox.put(&keyless()).await.expect("another one, since it has no key");
        let own = Arc::clone(&found);
        let handler = move |received: Received| {
            own.lock().expect("no panic").push(received);
            async { Ok::<_, std::io::Error>(()) }
        };
        let worker = inbox.work(handler).await.expect("a worker");
        until(&inbox, "all are done", |stats| stats.done == 3).await;
        worker.close(Duration::ZERO).await;
        let found = found.lock().expect("no panic");
        let received = found.iter().find(|received| received.event_id() == Some("evt-1")).expect("the event");
        assert_eq!(received.body(), genuine.body());
        assert_eq!(received.event().expect("an event").event_type(), "meeting.completed");
        assert_eq!(received.envelope().expect("an envelope").event_id, "evt-1");
        assert_eq!((received.scheme(), received.attempts()), ("contio-timestamped", 1));
        assert_eq!(received.key(), genuine.key().expect("a key").text("test"));
        let age = SystemTime::now().duration_since(received.received_at()).expect("it was before");
        assert!(age < Duration::from_secs(60), "{age:?}");
        assert!(received.signed_at().is_some());
        assert!(!format!("{received:?}").contains("Stand-up"));
        let other = found.iter().find(|received| received.scheme() == "github").expect("the other one");
        assert_eq!((other.event_id(), other.signed_at(), other.body()), (None, None, &b""[..]));
        assert!(other.key().starts_with('?'));
        assert_eq!(other.event().expect_err("no event").kind(), ErrorKind::InvalidArgument);
    }
}

#[tokio::test]
async fn too_much_that_is_not_handled_is_refused_with_503_until_it_is() {
    for place in places() {
        let notices = Notices::default();
        let size = delivery("evt-1").body().len() as u64;
        let full =
            async |rows, bytes| builder(&place).await.max_pending(rows, bytes).on_notice(notices.hook()).build().await;
        let inbox = full(2, 1 << 20).await.expect("an inbox");
        for id in ["evt-1", "evt-2"] {
            inbox.put(&delivery(id)).await.expect("it is stored");
        }
        let error = inbox.put(&delivery("evt-3")).await.expect_err("two are not handled");
        assert_eq!((error.code(), error.status(), error.retry_after()), ("inbox_full", 503, Some(30)));
        assert_eq!(notices.count(Full), 1);
        let again = inbox.put(&delivery_with("evt-1", r#","a":1"#)).await.expect("a duplicate needs no room");
        assert_eq!(again, Put::Duplicate { state: State::Pending, same_body: false });
        assert_eq!([Full, Duplicate].map(|kind| notices.count(kind)), [1, 1]);
        let by_bytes = full(100, 2 * size + 1).await.expect("an inbox");
        assert_eq!(by_bytes.put(&delivery("evt-3")).await.expect_err("no room").code(), "inbox_full");
        let worker = inbox.work(Calls::default().handler()).await.expect("a worker");
        until(&inbox, "all are done", |stats| stats.done == 2).await;
        until(&inbox, "there is room", |_| true).await;
        let end = std::time::Instant::now() + hookseal_tests::once::WAIT;
        while inbox.put(&delivery("evt-3")).await.is_err() {
            assert!(std::time::Instant::now() < end, "there is never room again");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        worker.close(Duration::ZERO).await;
    }
}

#[tokio::test]
async fn two_workers_share_what_is_stored_and_each_is_handled_once() {
    for place in places() {
        let (one, other) = (open(&place).await, open(&place).await);
        let calls = Calls::default();
        let workers =
            [one.work(calls.handler()).await.expect("a worker"), other.work(calls.handler()).await.expect("a worker")];
        let ids: Vec<String> = (0..200).map(|number| format!("evt-{number:03}")).collect();
        for id in &ids {
            one.put(&delivery(id)).await.expect("it is stored");
        }
        until(&one, "all are done", |stats| stats.done == 200).await;
        for worker in workers {
            worker.close(Duration::from_secs(60)).await;
        }
        assert_eq!(calls.sorted(), ids, "{}", place.kind());
    }
}

#[tokio::test]
async fn no_more_handlers_run_at_a_time_than_was_asked() {
    for place in places() {
        let inbox = open(&place).await;
        for number in 0..20 {
            inbox.put(&delivery(&format!("evt-{number}"))).await.expect("it is stored");
        }
        let running = Arc::new(AtomicUsize::new(0));
        let most = Arc::new(AtomicUsize::new(0));
        let (now, seen) = (Arc::clone(&running), Arc::clone(&most));
        let worker = inbox.worker().concurrency(3).start(move |_: Received| {
            let (now, seen) = (Arc::clone(&now), Arc::clone(&seen));
            async move {
                seen.fetch_max(now.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
                tokio::time::sleep(Duration::from_millis(5)).await;
                now.fetch_sub(1, Ordering::SeqCst);
                Ok::<_, std::io::Error>(())
            }
        });
        let worker = worker.await.expect("a worker");
        until(&inbox, "all are done", |stats| stats.done == 20).await;
        worker.close(Duration::ZERO).await;
        assert_eq!(most.load(Ordering::SeqCst), 3, "{}", place.kind());
    }
}

#[tokio::test]
async fn a_worker_that_is_closed_waits_and_gives_back_the_rest_without_an_attempt() {
    for place in places() {
        let inbox = open(&place).await;
        inbox.put(&delivery("evt-1")).await.expect("it is stored");
        inbox.put(&delivery("evt-2")).await.expect("it is stored");
        let worker = inbox.work(|received: Received| async move {
            if received.event_id() == Some("evt-1") {
                std::future::pending::<()>().await;
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
            Ok::<_, std::io::Error>(())
        });
        let worker = worker.await.expect("a worker");
        until(&inbox, "both are running", |stats| stats.running.number == 2).await;
        assert_eq!(worker.close(Duration::from_secs(1)).await, 1, "{}", place.kind());
        let stats = inbox.stats().await.expect("stats");
        assert_eq!((stats.pending.number, stats.running.number, stats.done), (1, 0, 1));
        let entries = inbox.list(State::Pending, 10, 0).await.expect("entries");
        assert_eq!((entries.len(), entries[0].attempts, entries[0].event.as_deref()), (1, 0, Some("evt-1")));
    }
}

#[tokio::test]
async fn a_worker_that_is_dropped_claims_nothing_more() {
    for place in places() {
        let inbox = open(&place).await;
        drop(inbox.work(Calls::default().handler()).await.expect("a worker"));
        // Whatever it has begun has ended by then: it may have claimed once more.
        tokio::time::sleep(Duration::from_millis(50)).await;
        inbox.put(&delivery("evt-1")).await.expect("it is stored");
        tokio::time::sleep(Duration::from_millis(300)).await;
        assert_eq!(inbox.stats().await.expect("stats").pending.number, 1);
    }
}

#[tokio::test]
async fn dead_deliveries_are_listed_shown_revived_and_given_up() {
    for place in places() {
        let inbox = builder(&place).await.attempts(1).build().await.expect("an inbox");
        for id in ["evt-1", "evt-2", "evt-3"] {
            inbox.put(&delivery(id)).await.expect("it is stored");
        }
        let fail = |_: Received| async { Err::<(), _>("it is down") };
        let worker = inbox.work(fail).await.expect("a worker");
        until(&inbox, "all are dead", |stats| stats.dead.number == 3).await;
        worker.close(Duration::ZERO).await;
        let dead = inbox.list(State::Dead, 2, 0).await.expect("entries");
        assert_eq!(dead.len(), 2);
        assert_eq!(inbox.list(State::Dead, 9, 2).await.expect("entries").len(), 1);
        let (entry, body) = inbox.show(dead[0].id).await.expect("an answer").expect("it is there");
        assert_eq!((entry.state, entry.error.as_deref()), (State::Dead, Some("it is down")));
        assert!(String::from_utf8(body.expect("a body")).expect("text").contains("Stand-up"));
        assert!(inbox.show(99_999).await.expect("an answer").is_none());
        assert!(inbox.revive(dead[0].id).await.expect("an answer"));
        assert!(!inbox.revive(dead[0].id).await.expect("an answer"));
        assert!(inbox.discard(dead[1].id).await.expect("an answer"));
        assert!(!inbox.discard(dead[1].id).await.expect("an answer"));
        let (entry, body) = inbox.show(dead[1].id).await.expect("an answer").expect("it is there");
        assert_eq!((entry.state, body), (State::Done, None));
        assert_eq!(inbox.revive_all(10).await.expect("an answer"), 1);
        let worker = inbox.work(Calls::default().handler()).await.expect("a worker");
        until(&inbox, "all are done", |stats| stats.done == 3).await;
        worker.close(Duration::ZERO).await;
    }
}

#[tokio::test]
async fn a_delivery_that_was_signed_after_the_death_revives_it() {
    for place in places() {
        let notices = Notices::default();
        let inbox = builder(&place).await.attempts(1).on_notice(notices.hook()).build().await.expect("an inbox");
        let first = delivery("evt-1");
        inbox.put(&first).await.expect("it is stored");
        let fail = |_: Received| async { Err::<(), _>("it is down") };
        let worker = inbox.work(fail).await.expect("a worker");
        until(&inbox, "it is dead", |stats| stats.dead.number == 1).await;
        worker.close(Duration::ZERO).await;
        let again = inbox.put(&first).await.expect("it is known");
        assert_eq!(again, Put::Duplicate { state: State::Dead, same_body: true });
        // Times of sending are whole seconds.
        tokio::time::sleep(Duration::from_millis(1_100)).await;
        assert_eq!(inbox.put(&delivery("evt-1")).await.expect("it is stored"), Put::Revived, "{}", place.kind());
        assert_eq!(notices.count(Revived), 1);
    }
}

#[tokio::test]
async fn settings_that_make_no_sense_are_refused() {
    for place in places() {
        for (name, builder) in [
            ("scope", builder(&place).await.scope("")),
            ("lease", builder(&place).await.lease(Duration::ZERO)),
            ("keep", builder(&place).await.keep(Duration::ZERO)),
            ("poll", builder(&place).await.poll(Duration::ZERO)),
            ("attempts", builder(&place).await.attempts(0)),
            ("delay", builder(&place).await.back_off(Duration::from_secs(2), Duration::from_secs(1))),
            ("max_pending", builder(&place).await.max_pending(0, 1)),
        ] {
            let error = builder.build().await.expect_err(name);
            assert_eq!(error.code(), "invalid_argument");
            assert!(error.to_string().contains(name), "{error}");
        }
        let inbox = open(&place).await;
        let error = inbox.worker().concurrency(0).start(Calls::default().handler()).await.expect_err("no concurrency");
        assert_eq!(error.code(), "invalid_argument");
    }
    let error = Inbox::open(":memory:").scope("test").build().await.expect_err("no file");
    assert_eq!(error.code(), "invalid_argument");
}
