//! Databases that are down, full, locked or read-only: 503, and a worker that waits and goes on.

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use hookseal_inbox::InboxNoticeKind::StoreUnavailable;
use hookseal_inbox::{Inbox, Put, Received};
use hookseal_tests::inbox::{Notices, builder, open, places, until};
use hookseal_tests::once::deliveries::{delivery, delivery_with};
use hookseal_tests::once::kills::change;
use hookseal_tests::once::place::{self, Place};
use hookseal_tests::once::proxy::Proxy;
use hookseal_tests::once::{WAIT, servers};
use rusqlite::Connection;

async fn succeed(_: Received) -> Result<(), std::io::Error> {
    Ok(())
}

/// A delivery is answered 503, and the error says this.
async fn postponed(inbox: &Inbox, id: &str, part: &str) {
    let put = tokio::time::timeout(WAIT, inbox.put(&delivery(id))).await.expect("it hangs");
    let error = put.expect_err(part);
    assert_eq!((error.code(), error.status(), error.retry_after()), ("store_unavailable", 503, Some(30)));
    assert!(error.to_string().contains(part), "{error}");
}

/// Stores a delivery when that is possible again.
async fn stored(inbox: &Inbox, id: &str) {
    let end = Instant::now() + WAIT;
    while let Err(error) = inbox.put(&delivery(id)).await {
        assert!(Instant::now() < end, "it is never used again: {error}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

/// Mounts a file system of this size; false if this user cannot.
fn mount(folder: &Path, options: &str) -> bool {
    let mut command = Command::new("mount");
    command.args(["-t", "tmpfs", "-o", options, "tmpfs"]).arg(folder).stderr(Stdio::null());
    command.status().is_ok_and(|status| status.success())
}

fn mounted(arguments: &[&str], folder: &Path) {
    let mut command = Command::new(arguments[0]);
    command.args(&arguments[1..]).arg(folder).stderr(Stdio::null());
    let end = Instant::now() + WAIT;
    while !command.status().expect("it is installed").success() {
        assert!(Instant::now() < end, "{arguments:?}");
        std::thread::sleep(Duration::from_millis(10));
    }
}

#[tokio::test]
async fn a_full_disk_is_answered_503_and_what_was_answered_200_is_handled_when_there_is_room() {
    let folder = tempfile::tempdir().expect("a folder");
    if !mount(folder.path(), "size=512k") {
        println!("not tested: this user cannot mount a file system");
        return;
    }
    let inbox = Inbox::open(folder.path().join("inbox.db")).scope("test").build().await.expect("an inbox");
    let (big, mut accepted, mut full) = ("x".repeat(4_000), 0, None);
    for number in 0..500 {
        match inbox.put(&delivery_with(&format!("evt-{number}"), &format!(r#","big":"{big}""#))).await {
            Ok(_) => accepted += 1,
            Err(error) => {
                full = Some(error);
                break;
            }
        }
    }
    let full = full.expect("it is full");
    assert_eq!(full.code(), "store_unavailable");
    let text = full.to_string();
    assert!(text.contains("DiskFull") || text.contains("SystemIoFailure"), "{text}");
    assert!(accepted > 10);
    mounted(&["mount", "-o", "remount,size=16m"], folder.path());
    stored(&inbox, "evt-last").await;
    let worker = inbox.work(succeed).await.expect("a worker");
    until(&inbox, "all are done", |stats| stats.done == accepted + 1).await;
    worker.close(WAIT).await;
    drop(inbox);
    mounted(&["umount"], folder.path());
}

#[tokio::test]
async fn a_file_that_has_reached_its_largest_size_is_answered_503() {
    let place = Place::sqlite();
    let inbox = open(&place).await;
    inbox.put(&delivery("evt-1")).await.expect("it is stored");
    let Place::Sqlite(path) = &place else { unreachable!("it is a file") };
    // For this connection alone, so a trigger stands for it in the others.
    let sql = "CREATE TRIGGER full BEFORE INSERT ON hookseal_inbox WHEN new.event <> 'evt-2' \
               BEGIN SELECT RAISE(ABORT, 'full'); END";
    Connection::open(path).expect("a file").execute_batch(sql).expect("a trigger");
    postponed(&inbox, "evt-3", "ConstraintViolation").await;
    assert_eq!(inbox.put(&delivery("evt-2")).await.expect("it is stored"), Put::Stored);
}

#[tokio::test]
async fn a_locked_file_is_answered_503_after_two_seconds_and_the_worker_goes_on_after_that() {
    let (place, notices) = (Place::sqlite(), Notices::default());
    let inbox = builder(&place).await.on_notice(notices.hook()).build().await.expect("an inbox");
    let worker = inbox.work(succeed).await.expect("a worker");
    let Place::Sqlite(path) = &place else { unreachable!("it is a file") };
    let other = Connection::open(path).expect("a file");
    other.execute_batch("PRAGMA busy_timeout = 5000; BEGIN IMMEDIATE").expect("a lock");
    postponed(&inbox, "evt-1", "DatabaseBusy").await;
    other.execute_batch("ROLLBACK").expect("no lock");
    stored(&inbox, "evt-1").await;
    until(&inbox, "it is done", |stats| stats.done == 1).await;
    worker.close(WAIT).await;
    assert!(notices.count(StoreUnavailable) >= 1);
}

#[tokio::test]
async fn a_read_only_database_is_answered_503() {
    let folder = tempfile::tempdir().expect("a folder");
    if mount(folder.path(), "size=4m") {
        let inbox = Inbox::open(folder.path().join("inbox.db")).scope("test").build().await.expect("an inbox");
        inbox.put(&delivery("evt-1")).await.expect("it is stored");
        drop(inbox);
        // While the file is open, it cannot become read-only.
        mounted(&["mount", "-o", "remount,ro"], folder.path());
        let error = Inbox::open(folder.path().join("inbox.db")).scope("test").build().await.expect_err("read-only");
        assert_eq!(error.code(), "store_unavailable");
        mounted(&["umount"], folder.path());
    } else {
        println!("not tested in a file: this user cannot mount a file system");
    }
    let place = Place::postgres();
    drop(open(&place).await);
    let Place::Postgres(port, space) = place else { unreachable!("it is a server") };
    let inbox = open(&Place::Postgres(port, space)).await;
    let admin = place::pool(port, space).get().await.expect("a connection");
    // For connections that are made from now on.
    let role = format!("reader{space}");
    admin.batch_execute(&format!("CREATE ROLE {role} LOGIN SUPERUSER")).await.expect("a role");
    admin.batch_execute(&format!("ALTER ROLE {role} SET default_transaction_read_only = on")).await.expect("a setting");
    let mut config = place::config(port, space);
    config.user(&role);
    let manager = deadpool_postgres::Manager::new(config, tokio_postgres::NoTls);
    let pool = deadpool_postgres::Pool::builder(manager).max_size(2).build().expect("a pool");
    let error = Inbox::postgres(pool).scope("test").build().await.expect_err("read-only");
    assert!(error.to_string().contains("25006"), "{error}");
    inbox.put(&delivery("evt-1")).await.expect("others can write");
}

#[tokio::test]
async fn a_server_that_goes_is_reported_once_and_used_again_when_it_is_back() {
    let (place, notices) = (Place::postgres(), Notices::default());
    let Place::Postgres(port, space) = place else { unreachable!("it is a server") };
    drop(open(&place).await);
    // A proxy stands for the server: it refuses connections, and comes back at the same port.
    let proxy = Proxy::start(port);
    let inbox = Inbox::postgres(place::pool(proxy.port, space)).scope("test").poll(Duration::from_millis(20));
    let inbox = inbox.on_notice(notices.hook()).build().await.expect("an inbox");
    let worker = inbox.work(succeed).await.expect("a worker");
    inbox.put(&delivery("evt-1")).await.expect("it is stored");
    until(&inbox, "it is done", |stats| stats.done == 1).await;
    proxy.set_down(true);
    let end = Instant::now() + WAIT;
    while notices.count(StoreUnavailable) == 0 {
        assert!(Instant::now() < end, "it is never reported");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    tokio::time::sleep(Duration::from_millis(500)).await;
    assert_eq!(notices.count(StoreUnavailable), 1, "the worker reports it once");
    postponed(&inbox, "evt-2", "PostgreSQL").await;
    proxy.set_down(false);
    stored(&inbox, "evt-2").await;
    until(&inbox, "it is done", |stats| stats.done == 2).await;
    worker.close(WAIT).await;
}

#[tokio::test]
async fn a_put_whose_answer_was_lost_is_stored_once() {
    let place = Place::postgres();
    let Place::Postgres(port, space) = place else { unreachable!("it is a server") };
    let direct = open(&place).await;
    let proxy = Proxy::start(port);
    let inbox = Inbox::postgres(place::pool(proxy.port, space)).scope("test").build().await.expect("an inbox");
    // How much is not handled is counted before, in a transaction of its own.
    inbox.put(&delivery("evt-0")).await.expect("it is stored");
    proxy.cut(b"COMMIT");
    postponed(&inbox, "evt-1", "PostgreSQL").await;
    assert_eq!(proxy.cuts(), 1);
    assert!(matches!(inbox.put(&delivery("evt-1")).await.expect("it is known"), Put::Duplicate { .. }));
    assert_eq!(direct.stats().await.expect("stats").pending.number, 2);
}

#[tokio::test]
async fn what_waits_together_and_fails_fails_alone() {
    for place in places() {
        let inbox = open(&place).await;
        match &place {
            Place::Sqlite(path) => {
                let sql = "CREATE TRIGGER one BEFORE INSERT ON hookseal_inbox WHEN new.event = 'evt-7' \
                           BEGIN SELECT RAISE(ABORT, 'no'); END";
                Connection::open(path).expect("a file").execute_batch(sql).expect("a trigger");
            }
            _ => change(&place, "ALTER TABLE hookseal_inbox ADD CHECK (event <> 'evt-7')").await,
        }
        let put = |number| {
            let inbox = inbox.clone();
            tokio::spawn(async move { inbox.put(&delivery(&format!("evt-{number}"))).await })
        };
        let tasks: Vec<_> = (0..60).map(put).collect();
        for (number, task) in tasks.into_iter().enumerate() {
            let put = task.await.expect("an answer");
            assert_eq!(put.is_err(), number == 7, "{}, {number}: {put:?}", place.kind());
        }
        assert_eq!(inbox.stats().await.expect("stats").pending.number, 59);
    }
}

#[tokio::test]
async fn a_row_that_a_handlers_transaction_holds_keeps_no_redelivery_waiting() {
    let place = Place::postgres();
    let Place::Postgres(port, space) = place else { unreachable!("it is a server") };
    let inbox = open(&place).await;
    inbox.put(&delivery("evt-1")).await.expect("it is stored");
    let (begun, mut is_begun) = tokio::sync::mpsc::channel(1);
    let (end, ended) = tokio::sync::watch::channel(false);
    let worker = inbox.work(move |received: Received| {
        let (begun, mut ended) = (begun.clone(), ended.clone());
        async move {
            let mut client = place::pool(port, space).get().await.expect("a connection");
            let transaction = client.transaction().await.expect("a transaction");
            received.finish_in(&transaction).await.expect("it is held");
            begun.send(()).await.expect("a test");
            ended.wait_for(|ended| *ended).await.expect("a test");
            transaction.commit().await
        }
    });
    let worker = worker.await.expect("a worker");
    is_begun.recv().await.expect("it is begun");
    let start = Instant::now();
    assert!(matches!(inbox.put(&delivery("evt-1")).await.expect("it is known"), Put::Duplicate { .. }));
    println!("a redelivery of what a transaction holds: {:?}", start.elapsed());
    end.send_replace(true);
    until(&inbox, "it is done", |stats| stats.done == 1).await;
    worker.close(WAIT).await;
}

#[tokio::test]
async fn a_file_that_was_deleted_is_not_written_to_any_more() {
    let place = Place::sqlite();
    let inbox = open(&place).await;
    inbox.put(&delivery("evt-1")).await.expect("it is stored");
    let Place::Sqlite(path) = &place else { unreachable!("it is a file") };
    for suffix in ["", "-wal", "-shm"] {
        let _ = std::fs::remove_file(format!("{path}{suffix}"));
    }
    inbox.put(&delivery("evt-2")).await.expect("it is stored in a new file");
    assert_eq!(open(&place).await.stats().await.expect("stats").pending.number, 1);
}

#[tokio::test]
async fn an_inbox_whose_server_is_not_there_says_so_and_shows_no_password() {
    let mut config = place::config(servers::free_port(), 0);
    config.password("a-password");
    let manager = deadpool_postgres::Manager::new(config, tokio_postgres::NoTls);
    let pool = deadpool_postgres::Pool::builder(manager).max_size(1).build().expect("a pool");
    let error = Inbox::postgres(pool).scope("test").build().await.expect_err("nobody is there");
    assert_eq!(error.code(), "store_unavailable");
    let text = format!("{error} {error:?}");
    assert!(!text.contains("a-password") && !text.contains("127.0.0.1"), "{text}");
}
