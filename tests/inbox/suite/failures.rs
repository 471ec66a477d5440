//! Handlers that fail, panic, hang or block.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use hookseal_inbox::InboxNoticeKind::{ClaimLost, Dead, Done, Failed, Takeover};
use hookseal_inbox::{Received, Reject, RetryIn, State};
use hookseal_tests::inbox::{Notices, builder, places, until};
use hookseal_tests::once::deliveries::delivery;

type AnyError = Box<dyn std::error::Error + Send + Sync>;

/// Delays of some milliseconds.
const SOON: (Duration, Duration) = (Duration::from_millis(4), Duration::from_millis(20));

#[tokio::test]
async fn a_handler_that_fails_or_panics_is_called_again_until_no_attempt_is_left() {
    for place in places() {
        let notices = Notices::default();
        let inbox = builder(&place).await.attempts(4).back_off(SOON.0, SOON.1).poll(Duration::from_millis(5));
        let inbox = inbox.on_notice(notices.hook()).build().await.expect("an inbox");
        for id in ["evt-fails", "evt-panics", "evt-recovers"] {
            inbox.put(&delivery(id)).await.expect("it is stored");
        }
        let worker = inbox.work(|received: Received| async move {
            match (received.event_id(), received.attempts()) {
                (Some("evt-panics"), _) => panic!("it broke\nsecond line"),
                (Some("evt-recovers"), 3) => Ok(()),
                _ => Err("it is down\nsecond line"),
            }
        });
        let worker = worker.await.expect("a worker");
        until(&inbox, "all have ended", |stats| (stats.count(Dead), stats.count(Done)) == (2, 1)).await;
        worker.close(Duration::ZERO).await;
        assert_eq!([Failed, Dead, Done].map(|kind| notices.count(kind)), [8, 2, 1], "{}", place.kind());
        let mut errors = notices.errors(Dead);
        errors.sort();
        assert_eq!(errors, ["it is down", "panicked: it broke"]);
        let dead = inbox.list(State::Dead, 9, 0).await.expect("entries");
        assert!(dead.iter().all(|entry| entry.attempts == 4 && entry.finished_at.is_some()));
    }
}

#[tokio::test]
async fn a_handler_may_reject_a_delivery_or_ask_for_a_delay() {
    for place in places() {
        let notices = Notices::default();
        let inbox = builder(&place).await.poll(Duration::from_millis(5)).on_notice(notices.hook());
        let inbox = inbox.build().await.expect("an inbox");
        for id in ["evt-rejected", "evt-soon", "evt-later"] {
            inbox.put(&delivery(id)).await.expect("it is stored");
        }
        let worker = inbox.work(|received: Received| async move {
            match (received.event_id(), received.attempts()) {
                (Some("evt-rejected"), _) => Err::<(), AnyError>(Reject::new("unknown plan").into()),
                (Some("evt-soon"), 1) => Err(RetryIn::new(Duration::from_millis(20), "not yet").into()),
                (Some("evt-later"), _) => Err(RetryIn::new(Duration::from_secs(600), "at night").into()),
                _ => Ok(()),
            }
        });
        let worker = worker.await.expect("a worker");
        until(&inbox, "two have ended", |stats| (stats.count(Dead), stats.count(Done)) == (1, 1)).await;
        until(&inbox, "one waits", |stats| (stats.pending.number, stats.running.number) == (1, 0)).await;
        worker.close(Duration::ZERO).await;
        assert_eq!(notices.errors(Dead), ["unknown plan"]);
        let waits = inbox.list(State::Pending, 9, 0).await.expect("entries").remove(0);
        assert_eq!((waits.error.as_deref(), waits.attempts), (Some("at night"), 1), "{}", place.kind());
        let wait = waits.due_at.expect("a time") - waits.received_at;
        assert!((600_000..660_000).contains(&wait), "{wait}");
    }
}

/// No worker has ended: what is reported is what the handler said.
#[tokio::test]
async fn a_delivery_that_dies_of_a_lowered_limit_is_reported_with_the_error_of_its_last_attempt() {
    for place in places() {
        let inbox = builder(&place).await.attempts(1_000).back_off(SOON.0, SOON.1).poll(Duration::from_millis(5));
        let inbox = inbox.build().await.expect("an inbox");
        inbox.put(&delivery("evt-1")).await.expect("it is stored");
        let fail = |_: Received| async { Err::<(), _>("it is down") };
        let worker = inbox.work(fail).await.expect("a worker");
        until(&inbox, "it has failed", |stats| stats.count(Failed) > 0).await;
        worker.close(Duration::ZERO).await;
        let notices = Notices::default();
        let lowered = builder(&place).await.attempts(1).poll(Duration::from_millis(5)).on_notice(notices.hook());
        let lowered = lowered.build().await.expect("an inbox");
        let worker = lowered.work(fail).await.expect("a worker");
        until(&lowered, "it is dead", |stats| stats.count(Dead) == 1).await;
        worker.close(Duration::ZERO).await;
        assert_eq!(notices.errors(Dead), ["it is down"], "{}", place.kind());
        assert_eq!([Failed, Takeover].map(|kind| notices.count(kind)), [0, 0]);
        let dead = lowered.list(State::Dead, 9, 0).await.expect("entries").remove(0);
        assert_eq!(dead.error.as_deref(), Some("it is down"));
    }
}

#[tokio::test]
async fn a_handler_that_hangs_keeps_its_lease_and_fails_after_the_time_limit_if_there_is_one() {
    for place in places() {
        let notices = Notices::default();
        let lease = Duration::from_millis(1_500);
        let inbox = builder(&place).await.lease(lease).attempts(1).on_notice(notices.hook());
        let inbox = inbox.poll(Duration::from_millis(10)).build().await.expect("an inbox");
        inbox.put(&delivery("evt-hangs")).await.expect("it is stored");
        let hang = |received: Received| async move {
            if received.event_id() == Some("evt-hangs") {
                std::future::pending::<()>().await;
            }
            Ok::<_, std::io::Error>(())
        };
        // Another worker would take over if the lease were not extended.
        let (worker, other) = (inbox.worker().time_limit(lease * 2).start(hang), inbox.work(hang));
        let worker = worker.await.expect("a worker");
        until(&inbox, "it is running", |stats| stats.running.number == 1).await;
        let other = other.await.expect("a worker");
        inbox.put(&delivery("evt-2")).await.expect("it is stored");
        until(&inbox, "others go on", |stats| stats.done == 1).await;
        until(&inbox, "it is dead", |stats| stats.count(Dead) == 1).await;
        assert_eq!(notices.errors(Dead), ["took longer than its time limit of 3s"], "{}", place.kind());
        assert_eq!(notices.count(Takeover), 0);
        worker.close(Duration::ZERO).await;
        other.close(Duration::ZERO).await;
    }
}

#[test]
fn a_handler_that_blocks_its_runtime_past_its_lease_loses_its_claim_and_another_worker_takes_over() {
    let runtime = || tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    for place in runtime().block_on(async { places() }) {
        let (blocked, free) = (Notices::default(), Notices::default());
        let calls = Arc::new(AtomicUsize::new(0));
        let (own, at, hook) = (Arc::clone(&calls), place.clone(), blocked.hook());
        let blocker = std::thread::spawn(move || {
            runtime().block_on(async {
                let inbox = builder(&at).await.lease(Duration::from_millis(300)).on_notice(hook);
                let inbox = inbox.build().await.expect("an inbox");
                inbox.put(&delivery("evt-1")).await.expect("it is stored");
                let worker = inbox.work(move |_: Received| {
                    own.fetch_add(1, Ordering::SeqCst);
                    async {
                        std::thread::sleep(Duration::from_secs(3));
                        Ok::<_, std::io::Error>(())
                    }
                });
                let worker = worker.await.expect("a worker");
                until(&inbox, "it has ended", |stats| stats.count(ClaimLost) + stats.count(Done) == 1).await;
                worker.close(Duration::from_secs(1)).await;
            });
        });
        runtime().block_on(async {
            let end = std::time::Instant::now() + hookseal_tests::once::WAIT;
            while calls.load(Ordering::SeqCst) == 0 {
                assert!(std::time::Instant::now() < end, "it is never handled");
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
            let inbox = builder(&place).await.poll(Duration::from_millis(10)).on_notice(free.hook());
            let inbox = inbox.build().await.expect("an inbox");
            let worker = inbox.work(|_: Received| async { Ok::<_, std::io::Error>(()) }).await.expect("a worker");
            until(&inbox, "it is done", |stats| stats.count(Done) == 1).await;
            worker.close(Duration::ZERO).await;
        });
        blocker.join().expect("its claim is lost");
        assert_eq!([Takeover, Done].map(|kind| free.count(kind)), [1, 1], "{}", place.kind());
        assert_eq!([ClaimLost, Done].map(|kind| blocked.count(kind)), [1, 0]);
    }
}
