//! Stores that are down, slow, full, read-only, or lose their connection: closed, and never a hang.

use std::sync::Arc;
use std::time::Duration;

use hookseal_inbox::store::{Claim, Claimed, Store, StoreError, Token};
use hookseal_inbox::{Memory, Once, Outcome, Postgres, Redis, Sqlite};
use hookseal_tests::once::deliveries::delivery;
use hookseal_tests::once::place::{self, Place};
use hookseal_tests::once::proxy::Proxy;
use hookseal_tests::once::{WAIT, servers};
use rusqlite::Connection;
use tokio_postgres::NoTls;

/// How long a store of these tests waits for an answer.
const LIMIT: Duration = Duration::from_millis(300);

fn with_token(byte: u8) -> Claim<'static> {
    Claim { key: "k", token: Token::new([byte; 16]), body: [0; 32], lease: 45_000, keep: 1_000_000, now: None }
}

/// What a call comes to, which must end.
async fn ended<T>(call: impl Future<Output = T>) -> T {
    tokio::time::timeout(WAIT, call).await.expect("it hangs")
}

/// A delivery is answered 503, and the error says this.
async fn postponed<S: Store>(store: &S, part: &str) {
    let error = ended(store.claim(&with_token(9))).await.expect_err(part);
    assert!(error.to_string().contains(part), "{error}");
}

#[tokio::test]
async fn a_store_that_cannot_be_used_is_answered_503_and_open_if_that_was_asked() {
    let port = servers::free_port();
    let store = || Postgres::new(place::pool(port, 0)).timeout(LIMIT);
    let closed = Once::builder(store()).scope("test").build().expect("its settings");
    let outcome = ended(closed.run(&delivery("evt-1"), async || Ok::<_, ()>(()))).await;
    assert_eq!((outcome.status(), outcome.retry_after()), (503, Some(30)));
    let open = Once::builder(store()).scope("test").open_when_unavailable().build().expect("its settings");
    assert!(matches!(ended(open.run(&delivery("evt-1"), async || Ok::<_, ()>(()))).await, Outcome::Done(())));
    let folder = tempfile::tempdir().expect("a folder");
    postponed(&Sqlite::open(folder.path().join("no/such/once.db")).expect("a path"), "cannot be opened").await;
}

#[tokio::test]
async fn a_redis_that_goes_is_answered_503_and_used_again_when_it_is_back() {
    let server = servers::redis(&[]);
    let port = server.port;
    let store = Redis::new(place::manager(port, 0).await).timeout(LIMIT);
    assert_eq!(ended(store.claim(&with_token(1))).await.expect("an answer"), Claimed::First);
    drop(server);
    postponed(&store, "Redis").await;
    let _server = servers::redis_at(port);
    let end = std::time::Instant::now() + WAIT;
    while store.claim(&with_token(1)).await.is_err() {
        assert!(std::time::Instant::now() < end, "it is not used again");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

#[tokio::test]
async fn a_server_that_accepts_and_says_nothing_is_given_up() {
    let listener = std::net::TcpListener::bind(("127.0.0.1", 0)).expect("a free port");
    let port = listener.local_addr().expect("an address").port();
    postponed(&Postgres::new(place::pool(port, 0)).timeout(LIMIT), "no connection").await;
    // A Redis that stops after it was connected.
    let server = servers::redis(&[]);
    let connection = place::manager(server.port, 0).await;
    let store = Redis::new(connection.clone()).timeout(LIMIT);
    store.create().await.expect("its keys");
    let mut other = connection;
    redis::cmd("CLIENT").arg("PAUSE").arg(2_000).exec_async(&mut other).await.expect("a pause");
    postponed(&store, "did not answer within").await;
}

#[tokio::test]
async fn a_postgres_that_stops_within_a_statement_is_given_up_and_its_connection_is_closed() {
    let place = Place::postgres();
    let Place::Postgres(port, space) = place else { unreachable!("it is a server") };
    drop(place.once(Duration::from_secs(45)).await);
    let pool = place::pool(port, space);
    let process: i32 = {
        let client = pool.get().await.expect("a connection");
        client.query_one("SELECT pg_backend_pid()", &[]).await.expect("a row").get(0)
    };
    let signal = |signal: &str| {
        assert!(
            std::process::Command::new("kill").args([signal, &process.to_string()]).status().expect("kill").success()
        );
    };
    let store = Postgres::new(pool).timeout(LIMIT);
    signal("-STOP");
    let stopped = ended(store.claim(&with_token(1))).await;
    let next = ended(store.claim(&with_token(2))).await;
    signal("-CONT");
    assert!(stopped.expect_err("no answer").to_string().contains("did not answer within"));
    // The pool has replaced the connection that was given up.
    assert!(matches!(next, Ok(Claimed::First | Claimed::Busy { .. })), "{next:?}");
}

#[tokio::test]
async fn a_claim_whose_answer_was_lost_is_sent_again_to_redis_and_is_one() {
    let Place::Redis(port, space) = Place::redis() else { unreachable!("it is a server") };
    let proxy = Proxy::start(port);
    let store = Redis::new(place::manager(proxy.port, space).await);
    let other = Claim { key: "other", ..with_token(1) };
    store.claim(&other).await.expect("an answer");
    proxy.cut(b"EVALSHA");
    assert_eq!(ended(store.claim(&with_token(1))).await.expect("an answer"), Claimed::First);
    assert_eq!(proxy.cuts(), 1);
    assert!(matches!(store.claim(&with_token(2)).await, Ok(Claimed::Busy { .. })));
    proxy.cut(b"EVALSHA");
    assert!(ended(store.finish("k", Token::new([1; 16]), 1_000_000, None)).await.expect("an answer"));
    assert_eq!(proxy.cuts(), 2);
    assert_eq!(store.claim(&with_token(2)).await.expect("an answer"), Claimed::Duplicate { same_body: true });
}

#[tokio::test]
async fn a_claim_whose_answer_was_lost_by_postgres_is_answered_503_and_lapses() {
    let place = Place::postgres();
    let Place::Postgres(port, space) = place else { unreachable!("it is a server") };
    let direct = place.once(Duration::from_secs(45)).await;
    let proxy = Proxy::start(port);
    let once = Once::builder(Postgres::new(place::pool(proxy.port, space))).scope("test").build().expect("settings");
    proxy.cut(b"INSERT INTO hookseal_once");
    let outcome = ended(once.run(&delivery("evt-1"), async || Ok::<_, ()>(()))).await;
    assert_eq!((outcome.status(), outcome.retry_after(), proxy.cuts()), (503, Some(30), 1));
    // The claim was made, and nobody knows.
    let error = ended(direct.claim(&delivery("evt-1"))).await.expect_err("it is held");
    assert_eq!(error.code(), "in_progress");
}

#[tokio::test]
async fn a_postgres_table_that_is_missing_says_so() {
    let store = Place::postgres().open().await;
    postponed(&store, "42P01").await;
}

#[tokio::test]
async fn a_key_that_another_transaction_is_finishing_is_busy_and_not_waited_for() {
    let place = Place::postgres();
    let Place::Postgres(port, space) = place else { unreachable!("it is a server") };
    let pool = place::pool(port, space);
    let once = Once::builder(Postgres::new(pool.clone())).scope("test").build().expect("its settings");
    drop(place.open().await);
    once.create().await.expect("its tables");
    let mut attempt = once.claim(&delivery("evt-1")).await.expect("a claim").expect("an attempt");
    let mut client = pool.get().await.expect("a connection");
    let transaction = client.transaction().await.expect("a transaction");
    attempt.finish_in(&transaction).await.expect("a finish");
    // The row is locked, but its lease has not lapsed; after it has, a claim needs the lock.
    let key = attempt.key().expect("a key").text("test");
    let later = Claim { key: &key, now: Some(10_000_000_000_000), ..with_token(2) };
    assert_eq!(ended(once.store().claim(&later)).await.expect("an answer"), Claimed::Busy { wait: 0 });
    transaction.rollback().await.expect("a rollback");
    assert!(attempt.release().await);
    assert!(once.claim(&delivery("evt-1")).await.expect("a claim").is_some());
}

#[tokio::test]
async fn a_read_only_postgres_is_answered_503() {
    let place = Place::postgres();
    let Place::Postgres(port, space) = place else { unreachable!("it is a server") };
    drop(place.once(Duration::from_secs(45)).await);
    // One client that is shared, as a function.
    let mut config = place::config(port, space);
    config.options(format!("-c search_path=t{space} -c default_transaction_read_only=on"));
    let (client, connection) = config.connect(NoTls).await.expect("a connection");
    tokio::spawn(connection);
    let client = Arc::new(client);
    let store = Postgres::new(move || {
        let client = Arc::clone(&client);
        async move { Ok::<_, std::convert::Infallible>(client) }
    });
    postponed(&store, "25006").await;
}

#[tokio::test]
async fn a_redis_that_refuses_to_write_is_answered_503_and_one_that_evicts_is_refused() {
    let server = servers::redis(&[]);
    let connection = place::manager(server.port, 0).await;
    let set = async |name: &str, value: &str| {
        let mut connection = connection.clone();
        let mut command = redis::cmd("CONFIG");
        command.arg("SET").arg(name).arg(value).exec_async(&mut connection).await.expect("a setting");
    };
    let store = Redis::new(connection.clone());
    for (setting, value, normal, code) in
        [("maxmemory", "1", "0", "OOM"), ("min-replicas-to-write", "1", "0", "NOREPLICAS")]
    {
        set(setting, value).await;
        postponed(&store, code).await;
        set(setting, normal).await;
    }
    set("maxmemory-policy", "allkeys-lru").await;
    assert!(store.create().await.is_ok(), "without a limit nothing is evicted");
    set("maxmemory", "100mb").await;
    let once = Once::builder(store).scope("test").build().expect("its settings");
    let error = once.create().await.expect_err("it evicts keys");
    assert_eq!(error.code(), "invalid_argument");
    assert!(error.to_string().contains("noeviction"), "{error}");
}

#[tokio::test]
async fn a_redis_that_forgot_its_scripts_gets_them_again_and_expires_keys() {
    let server = servers::redis(&[]);
    let mut connection = place::manager(server.port, 0).await;
    let store = Redis::new(connection.clone());
    for (byte, is_first) in [(1, true), (2, false)] {
        assert_eq!(store.claim(&with_token(byte)).await.expect("an answer") == Claimed::First, is_first);
        redis::cmd("SCRIPT").arg("FLUSH").exec_async(&mut connection).await.expect("no scripts");
    }
    let left = async |connection: &mut redis::aio::ConnectionManager| -> i64 {
        redis::cmd("PTTL").arg("hookseal:once:key:k").query_async(connection).await.expect("a time")
    };
    assert!((900_000..=1_000_000).contains(&left(&mut connection).await));
    assert!(store.finish("k", Token::new([1; 16]), 5_000_000, None).await.expect("an answer"));
    assert!((4_900_000..=5_000_000).contains(&left(&mut connection).await));
}

#[tokio::test]
async fn a_sqlite_file_that_is_locked_full_or_no_database_is_answered_503() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("once.db");
    let store = Sqlite::open(&path).expect("a path").lock_timeout(Duration::from_millis(50));
    store.create().await.expect("its tables");
    let other = Connection::open(&path).expect("a file");
    other.execute_batch("BEGIN IMMEDIATE").expect("a lock");
    postponed(&store, "DatabaseBusy").await;
    // Those that wait together wait no longer than one alone.
    let waiting: Vec<_> = (1..20).map(with_token).collect();
    let claims = waiting.iter().map(|claim| store.claim(claim));
    for claim in claims {
        assert!(ended(claim).await.is_err());
    }
    other.execute_batch("ROLLBACK").expect("no lock");
    assert_eq!(store.claim(&with_token(1)).await.expect("an answer"), Claimed::First);

    let broken = folder.path().join("text.db");
    std::fs::write(&broken, "this is not a database, and long enough to be taken for one".repeat(20)).expect("a file");
    postponed(&Sqlite::open(&broken).expect("a path"), "NotADatabase").await;
}

#[tokio::test]
async fn a_sqlite_file_on_a_full_disk_is_answered_503_and_used_again_when_there_is_room() {
    let folder = tempfile::tempdir().expect("a folder");
    let big = "k".repeat(500);
    let mut full = None;
    // The folder is a file system of 256 KiB.
    let tiny = folder.path().join("tiny");
    std::fs::create_dir(&tiny).expect("a folder");
    let mounted = std::process::Command::new("mount")
        .args(["-t", "tmpfs", "-o", "size=256k", "tmpfs"])
        .arg(&tiny)
        .stderr(std::process::Stdio::null())
        .status()
        .is_ok_and(|status| status.success());
    if !mounted {
        println!("not tested: this user cannot mount a file system");
        return;
    }
    let small = Sqlite::open(tiny.join("once.db")).expect("a path");
    for number in 0..2_000 {
        let key = format!("{big}{number}");
        let claim = Claim { key: &key, ..with_token(1) };
        if let Err(error) = ended(small.claim(&claim)).await {
            full = Some(error.to_string());
            break;
        }
    }
    assert!(
        full.as_ref().is_some_and(|error| error.contains("DiskFull") || error.contains("SystemIoFailure")),
        "{full:?}"
    );
    let grown = std::process::Command::new("mount").args(["-o", "remount,size=4m"]).arg(&tiny).status();
    assert!(grown.expect("mount").success());
    assert_eq!(ended(small.claim(&with_token(1))).await.expect("there is room"), Claimed::First);
    drop(small);
    // The thread closes the file when the store is dropped.
    for _ in 0..500 {
        if std::process::Command::new("umount")
            .arg(&tiny)
            .stderr(std::process::Stdio::null())
            .status()
            .expect("umount")
            .success()
        {
            return;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("the file is still open");
}

#[tokio::test]
async fn a_sqlite_file_is_readable_by_its_owner_only_and_a_read_only_one_is_answered_503() {
    use std::os::unix::fs::PermissionsExt as _;

    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("once.db");
    Sqlite::open(&path).expect("a path").create().await.expect("its tables");
    assert_eq!(std::fs::metadata(&path).expect("a file").permissions().mode() & 0o777, 0o600);
    // A trigger stands for a file system that refuses to write, which root is never refused.
    let other = Connection::open(&path).expect("a file");
    let sql = "CREATE TRIGGER closed BEFORE INSERT ON hookseal_once BEGIN SELECT RAISE(ABORT, 'closed'); END";
    other.execute_batch(sql).expect("a trigger");
    postponed(&Sqlite::open(&path).expect("a path"), "ConstraintViolation").await;
}

#[tokio::test]
async fn what_waits_for_sqlite_shares_transactions_and_one_that_fails_fails_alone() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("once.db");
    let store = Arc::new(Sqlite::open(&path).expect("a path"));
    store.create().await.expect("its tables");
    let other = Connection::open(&path).expect("a file");
    let sql =
        "CREATE TRIGGER one BEFORE INSERT ON hookseal_once WHEN new.key = 'bad' BEGIN SELECT RAISE(ABORT, 'no'); END";
    other.execute_batch(sql).expect("a trigger");
    // While the file is locked, the others gather.
    other.execute_batch("BEGIN IMMEDIATE").expect("a lock");
    let tasks: Vec<_> = (0..30)
        .map(|number| {
            let store = Arc::clone(&store);
            tokio::spawn(async move {
                let key = if number == 7 { "bad".to_owned() } else { format!("k{number}") };
                store.claim(&Claim { key: &key, ..with_token(1) }).await
            })
        })
        .collect();
    tokio::time::sleep(Duration::from_millis(50)).await;
    other.execute_batch("ROLLBACK").expect("no lock");
    for (number, task) in tasks.into_iter().enumerate() {
        let answer = task.await.expect("an answer");
        assert_eq!(answer.is_err(), number == 7, "{number}: {answer:?}");
    }
    let kept: u32 = other.query_row("SELECT count(*) FROM hookseal_once", [], |row| row.get(0)).expect("a number");
    assert_eq!(kept, 29);
}

#[tokio::test]
async fn an_error_of_a_store_shows_no_password() {
    let mut config = place::config(1, 0);
    config.password("a-password");
    let manager = deadpool_postgres::Manager::new(config, NoTls);
    let pool = deadpool_postgres::Pool::builder(manager).max_size(1).build().expect("a pool");
    let error: StoreError = ended(Postgres::new(pool).create()).await.expect_err("nobody is there");
    let once_error = hookseal_inbox::Error::from(error.clone());
    for text in [format!("{error} {error:?}"), format!("{once_error} {once_error:?}")] {
        assert!(!text.contains("a-password") && !text.contains("127.0.0.1"), "{text}");
    }
}

#[tokio::test]
async fn a_store_made_by_a_later_version_is_refused() {
    for place in Place::shared() {
        drop(place.once(Duration::from_secs(45)).await);
        match &place {
            Place::Redis(port, space) => {
                let mut connection = place::manager(*port, *space).await;
                let mut command = redis::cmd("HSET");
                command.arg("hookseal:once:store").arg("version").arg(2);
                command.exec_async(&mut connection).await.expect("a version");
            }
            other => {
                hookseal_tests::once::kills::change(other, "UPDATE hookseal_once_store SET version = 2").await;
            }
        }
        let error = place.open().await.create().await.expect_err("it is newer");
        assert!(error.to_string().contains("version 2"), "{}: {error}", place.kind());
    }
    assert_eq!(Memory::default().create().await.expect("a time"), 0);
}
