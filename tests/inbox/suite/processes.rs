//! Several processes: they are killed, abort, and fork.

use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use hookseal_inbox::State;
use hookseal_tests::inbox::kills::{self, Process};
use hookseal_tests::inbox::{builder, open, places, until};
use hookseal_tests::once::WAIT;
use hookseal_tests::once::deliveries::delivery;
use hookseal_tests::once::place::Place;

const BINARY: &str = env!("CARGO_BIN_EXE_inbox");

/// How often each is killed.
const KILLS: usize = 10;

fn worker(place: &Place, variant: &str, log: &Path) -> Process {
    Process::start(Command::new(BINARY).args(["worker", &place.to_string(), variant]).arg(log))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_answered_200_is_handled_though_receiver_and_worker_are_killed() {
    for place in places() {
        for variant in ["plain", "transaction"] {
            let folder = tempfile::tempdir().expect("a folder");
            let report = kills::play(Path::new(BINARY), &place, variant, KILLS, folder.path()).await;
            println!("{}, {variant}: {report}", place.kind());
            kills::check(&report, variant);
        }
    }
}

/// The lease is 45 s.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn in_a_file_another_worker_takes_over_at_once_from_one_that_was_killed() {
    let (place, folder) = (Place::sqlite(), tempfile::tempdir().expect("a folder"));
    let inbox = open(&place).await;
    let (hanging, working) = (folder.path().join("hanging"), folder.path().join("working"));
    let mut longest = Duration::ZERO;
    for round in 0..3 {
        let hangs = worker(&place, "hang", &hanging);
        inbox.put(&delivery(&format!("evt-{round}"))).await.expect("it is stored");
        until(&inbox, "it is running", |stats| stats.running.number == 1).await;
        let _works = worker(&place, "plain", &working);
        // It has its own lock, and looks at that of the other one.
        tokio::time::sleep(Duration::from_millis(300)).await;
        let start = Instant::now();
        drop(hangs);
        until(&inbox, "it is done", |stats| stats.done == round + 1).await;
        longest = longest.max(start.elapsed());
    }
    println!("work resumed {longest:?} after a kill");
    // Under one second on an idle machine; much less than the lease on any.
    assert!(longest < Duration::from_secs(5), "{longest:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_delivery_that_ends_its_process_is_dead_after_its_attempts_and_others_go_on() {
    for place in places() {
        let folder = tempfile::tempdir().expect("a folder");
        let inbox = builder(&place).await.build().await.expect("an inbox");
        for id in ["poison-1", "evt-1", "evt-2", "evt-3"] {
            inbox.put(&delivery(id)).await.expect("it is stored");
        }
        let end = Instant::now() + WAIT;
        let log = folder.path().join("log");
        let (mut ends, mut last) = (0, None);
        while inbox.stats().await.expect("stats").dead.number == 0 {
            assert!(Instant::now() < end, "it never dies");
            let mut process = worker(&place, "abort", &log);
            // The last one finds no attempt left, and lives.
            while inbox.stats().await.expect("stats").dead.number == 0 && !process.has_ended() {
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
            ends += usize::from(process.has_ended());
            // The last one is not killed while it handles the others.
            last = Some(process);
        }
        until(&inbox, "the others are done", |stats| stats.done == 3).await;
        drop(last);
        let dead = inbox.list(State::Dead, 9, 0).await.expect("entries").remove(0);
        assert_eq!((dead.event.as_deref(), dead.attempts, ends), (Some("poison-1"), 3, 3), "{}", place.kind());
        assert_eq!(dead.error.as_deref(), Some("its worker ended, or took longer than its lease"));
    }
}

#[tokio::test]
async fn an_inbox_that_was_opened_before_a_fork_is_refused_in_the_child() {
    for place in places() {
        drop(open(&place).await);
        let mut process = Process::start(Command::new(BINARY).args(["forker", &place.to_string()]));
        assert!(process.ended(), "{}", place.kind());
        let stored = open(&place).await.list(State::Pending, 9, 0).await.expect("entries");
        let mut events: Vec<_> = stored.into_iter().filter_map(|entry| entry.event).collect();
        events.sort();
        assert_eq!(events, ["evt-child", "evt-parent"]);
    }
}
