//! The tables, the files, and what becomes of their space.

use std::os::unix::fs::PermissionsExt as _;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use hookseal_inbox::protocol::{Act, Reply, Request};
use hookseal_inbox::{Inbox, Received, State};
use hookseal_tests::inbox::{builder, open, places, until};
use hookseal_tests::once::WAIT;
use hookseal_tests::once::deliveries::{delivery, delivery_with};
use hookseal_tests::once::kills::change;
use hookseal_tests::once::place::{self, Place};
use rusqlite::Connection;

async fn succeed(_: Received) -> Result<(), std::io::Error> {
    Ok(())
}

async fn version(place: &Place) -> i64 {
    let sql = "SELECT version FROM hookseal_inbox_store";
    match place {
        Place::Sqlite(path) => {
            Connection::open(path).expect("a file").query_row(sql, [], |row| row.get(0)).expect("a version")
        }
        Place::Postgres(port, space) => {
            let client = place::pool(*port, *space).get().await.expect("a connection");
            client.query_one(sql, &[]).await.expect("a version").get::<_, i32>(0).into()
        }
        other => panic!("no inbox: {other}"),
    }
}

#[tokio::test]
async fn tables_of_an_older_version_are_upgraded_and_those_of_a_newer_one_refused() {
    for place in places() {
        let made = open(&place).await.stats().await.expect("stats").made;
        open(&place).await.put(&delivery("evt-1")).await.expect("it is stored");
        change(&place, "UPDATE hookseal_inbox_store SET version = 0").await;
        let stats = open(&place).await.stats().await.expect("stats");
        assert_eq!((version(&place).await, stats.pending.number, stats.made), (1, 1, made), "{}", place.kind());
        change(&place, "UPDATE hookseal_inbox_store SET version = 2").await;
        let error = builder(&place).await.build().await.expect_err("it is newer");
        assert_eq!(error.code(), "invalid_argument");
        assert!(error.to_string().contains("version 2"), "{error}");
        assert_eq!(version(&place).await, 2);
    }
}

#[tokio::test]
async fn who_only_looks_into_a_database_makes_no_inbox_in_it() {
    for place in places() {
        if let Place::Postgres(..) = place {
            drop(place.open().await);
        }
        let refused = async || builder(&place).await.existing().build().await.expect_err("there is none");
        assert_eq!(refused().await.code(), "invalid_argument");
        if let Place::Sqlite(path) = &place {
            assert!(!std::path::Path::new(path).exists());
            Connection::open(path).expect("a file").execute_batch("CREATE TABLE own (number)").expect("a table");
            let before = std::fs::read(path).expect("a file");
            assert!(refused().await.to_string().contains("no inbox in this file"));
            assert_eq!(std::fs::read(path).expect("a file"), before);
        } else {
            assert!(refused().await.to_string().contains("no inbox in this database"));
        }
        let made = open(&place).await;
        made.put(&delivery("evt-1")).await.expect("it is stored");
        let found = builder(&place).await.existing().build().await.expect("an inbox");
        assert_eq!(found.stats().await.expect("stats").pending.number, 1, "{}", place.kind());
    }
}

#[tokio::test]
async fn a_delivery_is_found_by_its_key_in_every_state() {
    for place in places() {
        let inbox = open(&place).await;
        inbox.put(&delivery("evt-1")).await.expect("it is stored");
        let entry = inbox.list(State::Pending, 9, 0).await.expect("entries").remove(0);
        assert_eq!(inbox.find(&entry.key).await.expect("an answer"), Some(entry.id), "{}", place.kind());
        let worker = inbox.work(succeed).await.expect("a worker");
        until(&inbox, "it is done", |stats| stats.done == 1).await;
        worker.close(Duration::ZERO).await;
        assert_eq!(inbox.find(&entry.key).await.expect("an answer"), Some(entry.id));
        assert_eq!(inbox.find("4.test6.contio5.evt-2").await.expect("an answer"), None);
    }
}

#[tokio::test]
async fn what_a_server_cannot_do_takes_no_connection() {
    let place = Place::postgres();
    let Place::Postgres(port, space) = place else { panic!("a server") };
    drop(place.open().await);
    let (client, connection) = place::config(port, space).connect(tokio_postgres::NoTls).await.expect("a server");
    tokio::spawn(connection);
    let (client, taken) = (Arc::new(client), Arc::new(AtomicUsize::new(0)));
    let counted = Arc::clone(&taken);
    let pool = move || {
        counted.fetch_add(1, Ordering::SeqCst);
        let client = Arc::clone(&client);
        async move { Ok::<_, std::io::Error>(client) }
    };
    let inbox = Inbox::postgres(pool).scope("test").build().await.expect("an inbox");
    let before = taken.load(Ordering::SeqCst);
    for act in [Act::Free, Act::Shrink, Act::Leave { worker: "process-1".to_owned() }] {
        assert!(matches!(inbox.ask(act.into()).await, Ok(Reply::Changed(0))));
    }
    assert_eq!(taken.load(Ordering::SeqCst), before);
}

#[tokio::test]
async fn tables_that_several_make_at_once_are_made_once() {
    for place in places() {
        let opened: Vec<_> = (0..8).map(|_| place.clone()).collect();
        let tasks: Vec<_> = opened.into_iter().map(|place| tokio::spawn(async move { open(&place).await })).collect();
        for task in tasks {
            task.await.expect("an inbox");
        }
        assert_eq!(version(&place).await, 1);
    }
}

#[tokio::test]
async fn an_inbox_and_its_workers_make_files_that_only_their_owner_can_read() {
    let place = Place::sqlite();
    let inbox = open(&place).await;
    let workers = [inbox.work(succeed).await.expect("a worker"), inbox.work(succeed).await.expect("a worker")];
    inbox.put(&delivery("evt-1")).await.expect("it is stored");
    let Place::Sqlite(path) = &place else { unreachable!("it is a file") };
    for suffix in ["", "-wal", "-shm", ".worker-1", ".worker-2"] {
        let known = std::fs::metadata(format!("{path}{suffix}")).unwrap_or_else(|error| panic!("{suffix}: {error}"));
        assert_eq!(known.permissions().mode() & 0o777, 0o600, "{suffix}");
    }
    for worker in workers {
        worker.close(WAIT).await;
    }
    // The first one's place is free again.
    let Reply::Joined(name) = inbox.ask(Act::Join.into()).await.expect("a place") else { panic!("another reply") };
    assert_eq!(name, "worker-1");
}

#[tokio::test]
async fn the_locks_of_a_file_outlive_other_connections_of_the_same_process() {
    let place = Place::sqlite();
    let (one, other) = (open(&place).await, open(&place).await);
    let join = async |inbox: &Inbox| match inbox.ask(Act::Join.into()).await.expect("a place") {
        Reply::Joined(name) => name,
        other => panic!("{other:?}"),
    };
    assert_eq!((join(&one).await, join(&other).await), ("worker-1".to_owned(), "worker-2".to_owned()));
    // To look at a lock, its file is opened and closed, and that must not end it.
    change(
        &place,
        "INSERT INTO hookseal_inbox (key, state, scheme, has_envelope, received_at, due_at, attempts, \
        token, worker, is_takeover, digest, size) VALUES ('k', 'running', 's', 0, 1, 9000000000000, 1, 't', \
        'worker-1', 0, 'd', 0)",
    )
    .await;
    for _ in 0..3 {
        assert!(matches!(other.ask(Act::Free.into()).await.expect("an answer"), Reply::Changed(0)));
    }
    let third = open(&place).await;
    assert_eq!(join(&third).await, "worker-3");
    drop(one);
    // The thread ends a moment later.
    let end = std::time::Instant::now() + WAIT;
    while matches!(other.ask(Act::Free.into()).await.expect("an answer"), Reply::Changed(0)) {
        assert!(std::time::Instant::now() < end, "the lock is never free");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

#[tokio::test]
async fn the_space_of_bodies_that_were_handled_is_given_back() {
    let place = Place::sqlite();
    let inbox = open(&place).await;
    let big = "x".repeat(100_000);
    for number in 0..200 {
        let delivery = delivery_with(&format!("evt-{number}"), &format!(r#","big":"{big}""#));
        inbox.put(&delivery).await.expect("it is stored");
    }
    let worker = inbox.work(succeed).await.expect("a worker");
    until(&inbox, "all are done", |stats| stats.done == 200).await;
    worker.close(WAIT).await;
    let Place::Sqlite(path) = &place else { unreachable!("it is a file") };
    let pages = || -> i64 {
        let connection = Connection::open(path).expect("a file");
        connection.query_row("PRAGMA page_count", [], |row| row.get(0)).expect("a number")
    };
    let before = pages();
    assert!(before > 4_000, "{before}");
    let mut given = 0;
    while let Reply::Changed(some @ 1..) = inbox.ask(Act::Shrink.into()).await.expect("an answer") {
        // A bounded part each time.
        assert!(some <= 1024);
        given += some;
    }
    let after = pages();
    assert!(after < 1_500, "{before} pages, {given} given back, {after} pages");
}

#[tokio::test]
async fn keys_that_were_kept_long_enough_are_swept_by_a_worker() {
    for place in places() {
        let inbox = builder(&place).await.keep(Duration::from_millis(20)).build().await.expect("an inbox");
        inbox.put(&delivery("evt-1")).await.expect("it is stored");
        let worker = inbox.work(succeed).await.expect("a worker");
        until(&inbox, "it is handled", |stats| stats.count(hookseal_inbox::InboxNoticeKind::Done) == 1).await;
        until(&inbox, "its key is swept", |stats| stats.done == 0).await;
        worker.close(WAIT).await;
    }
}

#[tokio::test]
async fn a_clock_that_jumps_loses_nothing() {
    let day = 86_400_000;
    for place in places() {
        let inbox = open(&place).await;
        inbox.put(&delivery("evt-1")).await.expect("it is stored");
        let now = || i64::try_from(std::time::UNIX_EPOCH.elapsed().expect("a time").as_millis()).expect("a time");
        let claim = |token: &str| Act::Claim {
            token: token.to_owned(),
            worker: "w".to_owned(),
            lease: 45_000,
            attempts: 12,
            number: 9,
        };
        let claimed = async |token: &str, now| match inbox
            .ask(Request { act: claim(token), now: Some(now) })
            .await
            .expect("an answer")
        {
            Reply::Claimed(rows) => rows,
            other => panic!("{other:?}"),
        };
        // A day back, it is not due yet; a day ahead, its lease has lapsed, and only the new token counts.
        assert_eq!(claimed("back", now() - day).await.len(), 0);
        let rows = claimed("one", now()).await;
        assert_eq!(rows.len(), 1);
        let ahead = claimed("two", now() + day).await;
        assert_eq!((ahead.len(), ahead[0].is_takeover, ahead[0].attempts), (1, true, 2), "{}", place.kind());
        let finish = |token: &str| Act::Finish { id: rows[0].id, token: token.to_owned(), keep: 1_000 };
        let lost = inbox.ask(finish("one").into()).await.expect("an answer");
        assert!(matches!(lost, Reply::Changed(0)));
        // Back again: its lease ends in a day, and its holder can end it at any time.
        assert_eq!(claimed("three", now()).await.len(), 0);
        let done = inbox.ask(finish("two").into()).await.expect("an answer");
        assert!(matches!(done, Reply::Changed(1)));
    }
}
