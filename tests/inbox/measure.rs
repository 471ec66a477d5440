//! Measures the inbox. Run it on an idle machine, and in release mode; every figure is a ratio within one run.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use hookseal_inbox::{Inbox, Received};
use rusqlite::Connection;
use tokio::sync::Semaphore;
use tokio::time::sleep;

use super::until;
use crate::once::deliveries::delivery;
use crate::once::place::{self, Place};
use crate::once::servers;

const PUTS: usize = 20_000;

fn at(times: &mut [Duration], part: f64) -> Duration {
    times.sort();
    #[allow(clippy::cast_precision_loss, clippy::cast_possible_truncation, clippy::cast_sign_loss)]
    let place = ((times.len() - 1) as f64 * part) as usize;
    times[place]
}

fn ratio(one: Duration, other: Duration) -> f64 {
    one.as_secs_f64() / other.as_secs_f64()
}

#[allow(clippy::cast_precision_loss)]
fn each(total: Duration, count: usize) -> Duration {
    total.div_f64(count as f64)
}

/// The kilobytes of memory that this process uses.
fn memory() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    line.and_then(|line| line.trim().trim_end_matches(" kB").parse().ok()).unwrap_or(0)
}

/// Measures both databases, and prints the figures.
///
/// # Panics
/// If a database cannot be used.
pub async fn run() {
    for kind in ["sqlite", "postgres"] {
        let server;
        let place = if kind == "sqlite" {
            Place::sqlite()
        } else {
            // Its commits are synced, as those of a server are that keeps what it says.
            server = servers::synced_postgres();
            Place::Postgres(server.port, 0)
        };
        println!("{kind}:");
        measure(&place).await;
    }
}

async fn measure(place: &Place) {
    let open = async || super::builder(place).await.max_pending(10_000_000, 1 << 40).build().await.expect("an inbox");
    let inbox = open().await;
    let mut bare = bare_commits(place, 300).await;
    let commit = at(&mut bare, 0.5);
    println!("  a bare commit: median {commit:?}, p99 {:?}", at(&mut bare, 0.99));
    paced(&inbox, commit, &mut bare).await;
    let before = memory();
    let put = sustained_put(&inbox, "a").await;
    println!("  put, 256 at a time: {put:?} each, {:.0} times as many as bare commits", ratio(commit, put));
    until(&inbox, "stored", |stats| stats.pending.number >= PUTS as u64).await;
    let done = sustained_done(&inbox).await;
    println!("  done, 256 at a time: {done:?} each, {:.0} times as many as bare commits", ratio(commit, done));
    println!("  memory: {} kB before, {} kB after", before, memory());
    pending(&inbox, place).await;
    kept(place).await;
    let again = open().await;
    let (put, done) = (sustained_put(&again, "b").await, sustained_done(&again).await);
    println!("  with a million kept keys: put {put:?}, done {done:?} each");
}

/// Puts at a rate of 1,000 a second.
async fn paced(inbox: &Inbox, commit: Duration, bare: &mut [Duration]) {
    let (count, start) = (5_000, Instant::now());
    let mut tasks = Vec::new();
    for number in 0..count {
        let due = start + Duration::from_millis(number);
        sleep(due.saturating_duration_since(Instant::now())).await;
        let (inbox, delivery) = (inbox.clone(), delivery(&format!("paced-{number}")));
        tasks.push(tokio::spawn(async move {
            let start = Instant::now();
            inbox.put(&delivery).await.expect("it is stored");
            start.elapsed()
        }));
    }
    let mut times = Vec::new();
    for task in tasks {
        times.push(task.await.expect("a time"));
    }
    let took = start.elapsed();
    let (p50, p99) = (at(&mut times, 0.5), at(&mut times, 0.99));
    println!(
        "  put at 1,000 a second ({count} in {took:?}): p50 {p50:?}, p99 {p99:?}: {:.1} times the median of a bare \
         commit, {:.1} times its p99",
        ratio(p99, commit),
        ratio(p99, at(bare, 0.99)),
    );
}

async fn sustained_put(inbox: &Inbox, run: &str) -> Duration {
    let places = Arc::new(Semaphore::new(256));
    // Verified before, since that is not what is measured.
    let deliveries: Vec<_> = (0..PUTS).map(|number| delivery(&format!("{run}-{number}"))).collect();
    let start = Instant::now();
    for delivery in deliveries {
        let place = Arc::clone(&places).acquire_owned().await.expect("a place");
        let inbox = inbox.clone();
        tokio::spawn(async move {
            inbox.put(&delivery).await.expect("it is stored");
            drop(place);
        });
    }
    let _all = places.acquire_many(256).await.expect("all places");
    each(start.elapsed(), PUTS)
}

/// The time for each delivery of what is pending.
async fn sustained_done(inbox: &Inbox) -> Duration {
    let before = inbox.stats().await.expect("stats").pending.number;
    let handled = Arc::new(AtomicUsize::new(0));
    let own = Arc::clone(&handled);
    let start = Instant::now();
    let worker = inbox.worker().concurrency(256).start(move |_: Received| {
        own.fetch_add(1, Ordering::SeqCst);
        async { Ok::<_, std::io::Error>(()) }
    });
    let worker = worker.await.expect("a worker");
    let count = usize::try_from(before).expect("a small number");
    while handled.load(Ordering::SeqCst) < count {
        sleep(Duration::from_millis(2)).await;
    }
    worker.close(Duration::from_secs(10)).await;
    let took = start.elapsed();
    assert_eq!(inbox.stats().await.expect("stats").pending.number, 0);
    each(took, count)
}

/// A hundred thousand are pending: how long an inbox takes to open and to begin, and how much memory that takes.
async fn pending(inbox: &Inbox, place: &Place) {
    for run in 0..5 {
        sustained_put(inbox, &format!("pending-{run}")).await;
    }
    let (before, start) = (memory(), Instant::now());
    let other = super::open(place).await;
    let handled = Arc::new(AtomicUsize::new(0));
    let own = Arc::clone(&handled);
    let worker = other.work(move |_: Received| {
        own.fetch_add(1, Ordering::SeqCst);
        async { Ok::<_, std::io::Error>(()) }
    });
    let worker = worker.await.expect("a worker");
    while handled.load(Ordering::SeqCst) == 0 {
        sleep(Duration::from_millis(1)).await;
    }
    let first = start.elapsed();
    while handled.load(Ordering::SeqCst) < 5_000 {
        sleep(Duration::from_millis(5)).await;
    }
    println!(
        "  {} pending: the first is handled {first:?} after opening; memory {before} kB before, {} kB while they are \
         handled",
        5 * PUTS,
        memory()
    );
    worker.close(Duration::from_secs(10)).await;
    sustained_done(inbox).await;
}

/// Makes it keep a million keys.
async fn kept(place: &Place) {
    let columns = "(key, state, scheme, has_envelope, received_at, attempts, is_takeover, finished_at, keep_until, \
                   digest, size)";
    match place {
        Place::Sqlite(path) => {
            let connection = Connection::open(path).expect("a file");
            let sql = format!(
                "WITH RECURSIVE n (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < 1000000) \
                 INSERT INTO hookseal_inbox {columns} \
                 SELECT '4.test6.contio12.kept-' || n, 'done', 'contio', 1, 1, 1, 0, 1, 9000000000000 + n, \
                 hex(zeroblob(32)), 280 FROM n"
            );
            connection.execute_batch(&sql).expect("rows");
        }
        Place::Postgres(port, space) => {
            let client = place::pool(*port, *space).get().await.expect("a connection");
            let sql = format!(
                "INSERT INTO hookseal_inbox {columns} \
                 SELECT '4.test6.contio12.kept-' || n, 'done', 'contio', true, 1, 1, false, 1, 9000000000000 + n, \
                 repeat('0', 64), 280 FROM generate_series(1, 1000000) AS n; ANALYZE hookseal_inbox"
            );
            client.batch_execute(&sql).await.expect("rows");
        }
        other => panic!("no inbox: {other}"),
    }
}

/// The times of commits of one small row, synced to the same disk.
async fn bare_commits(place: &Place, count: usize) -> Vec<Duration> {
    match place {
        Place::Sqlite(path) => bare_sqlite(&Path::new(path).with_file_name("bare.db"), count),
        Place::Postgres(port, space) => {
            let client = place::pool(*port, *space).get().await.expect("a connection");
            client.batch_execute("CREATE TABLE bare (n integer, t text)").await.expect("a table");
            let mut times = Vec::new();
            for _ in 0..count {
                let start = Instant::now();
                client.execute_typed("INSERT INTO bare VALUES (1, 'a')", &[]).await.expect("a row");
                times.push(start.elapsed());
            }
            times
        }
        other => panic!("no inbox: {other}"),
    }
}

fn bare_sqlite(path: &Path, count: usize) -> Vec<Duration> {
    let connection = Connection::open(path).expect("a file");
    connection.execute_batch("PRAGMA journal_mode = wal; PRAGMA synchronous = full").expect("settings");
    connection.execute_batch("CREATE TABLE bare (n integer, t text)").expect("a table");
    let mut times = Vec::new();
    for _ in 0..count {
        let start = Instant::now();
        connection.execute("INSERT INTO bare VALUES (1, 'a')", []).expect("a row");
        times.push(start.elapsed());
    }
    times
}
