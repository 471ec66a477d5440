//! Measures the stores. Run it on an idle machine, and in release mode; every figure is a ratio within one run.
//!
//! - memory: a claim and its finish, next to a look-up and an insertion in a `HashMap`, and two awaits
//! - `SQLite` and `PostgreSQL`: a claim and its finish in a table with a million kept keys, next to an empty one
//! - Redis and `PostgreSQL`: a claim and its finish, next to a bare `SET NX` and `INSERT … ON CONFLICT`

use std::collections::HashMap;
use std::hint::black_box;
use std::sync::Mutex;
use std::time::Instant;

use hookseal_inbox::store::{Claim, Claimed, Store, Token};
use hookseal_inbox::{Memory, Once, Postgres, Redis, Sqlite};

use super::deliveries::delivery;
use super::place::{self, Place};
use super::servers;

const MILLION: usize = 1_000_000;
const LEASE: u64 = 45_000;
const KEEP: u64 = 30 * 86_400_000;

/// How many rounds; their median counts.
const ROUNDS: usize = 7;

struct Keys(usize);

impl Keys {
    fn take(&mut self, count: usize) -> Vec<String> {
        let first = self.0;
        self.0 += count;
        (first..self.0).map(|number| format!("4.acme6.contio12.evt-{number:08}")).collect()
    }
}

/// Microseconds for each key of an act and of its floor, in alternating rounds.
async fn pair(keys: &mut Keys, count: usize, act: impl AsyncFn(&str), floor: impl AsyncFn(&str)) -> (f64, f64) {
    let (mut acts, mut floors) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        for is_floor in [true, false] {
            let keys = keys.take(count);
            let start = Instant::now();
            for key in &keys {
                if is_floor { floor(key).await } else { act(key).await }
            }
            #[allow(clippy::cast_precision_loss)] // a small number
            let each = start.elapsed().as_secs_f64() / count as f64 * 1e6;
            if is_floor { floors.push(each) } else { acts.push(each) }
        }
    }
    let median = |mut times: Vec<f64>| {
        times.sort_by(f64::total_cmp);
        times[ROUNDS / 2]
    };
    (median(acts), median(floors))
}

async fn once(store: &impl Store, key: &str) {
    let token = Token::new([1; 16]);
    let claim = Claim { key, token, body: [2; 32], lease: LEASE, keep: KEEP, now: None };
    assert_eq!(store.claim(&claim).await.expect("an answer"), Claimed::First);
    assert!(store.finish(key, token, KEEP, None).await.expect("an answer"));
}

fn say(what: &str, (ours, floor): (f64, f64), of: &str) {
    println!("{what}: {ours:.3} µs, {:.2} times {of} ({floor:.3} µs)", ours / floor);
}

/// Measures all stores, and prints the ratios.
///
/// # Panics
/// If a store cannot be used.
pub async fn run() {
    memory().await;
    sqlite().await;
    postgres().await;
    redis().await;
}

async fn memory() {
    let mut keys = Keys(0);
    let store = Memory::with_max_keys(4 * MILLION);
    let known: Mutex<HashMap<String, [u8; 32]>> = Mutex::default();
    let bare = async |key: &str| {
        let find = async || known.lock().expect("no panic").contains_key(key);
        if !black_box(find().await) {
            known.lock().expect("no panic").insert(key.to_owned(), [2; 32]);
        }
    };
    let pair_of = pair(&mut keys, 50_000, async |key| once(&store, key).await, bare).await;
    say("memory, a claim and its finish", pair_of, "a look-up and an insertion");
    // All of it: the key, the digest of the body, and the token.
    let once = Once::memory();
    let deliveries: Vec<_> = (0..1_000).map(|number| delivery(&format!("evt-{number}"))).collect();
    let start = Instant::now();
    for delivery in &deliveries {
        let outcome = once.run(delivery, async || Ok::<_, ()>(())).await;
        assert_eq!(outcome.status(), 200);
    }
    println!(
        "memory, `once.run` with the key and the digest of a body of 280 bytes: {:?} each",
        start.elapsed() / 1_000
    );
}

async fn sqlite() {
    let (empty, full) = (Place::sqlite(), Place::sqlite());
    let [Place::Sqlite(empty), Place::Sqlite(full)] = [empty, full] else { return };
    let (empty, store) = (Sqlite::open(empty).expect("a file"), Sqlite::open(&full).expect("a file"));
    empty.create().await.expect("its tables");
    store.create().await.expect("its tables");
    let mut connection = rusqlite::Connection::open(&full).expect("a file");
    let transaction = connection.transaction().expect("a transaction");
    {
        let sql = "INSERT INTO hookseal_once VALUES (?, 't', 'done', 'b', 1, 1, 9000000000000 + ?, 0)";
        let mut statement = transaction.prepare(sql).expect("a statement");
        for number in 0..1_000_000_i64 {
            let key = format!("4.acme6.contio12.kept-{number:07}");
            statement.execute(rusqlite::params![key, number]).expect("a row");
        }
    }
    transaction.commit().expect("a commit");
    let found = pair(&mut Keys(0), 200, async |key| once(&store, key).await, async |key| once(&empty, key).await).await;
    say("SQLite with a million keys", found, "an empty table");
}

async fn postgres() {
    let server = servers::postgres();
    let open = async |space| {
        let pool = place::pool(server.port, space);
        let client = pool.get().await.expect("a connection");
        client.batch_execute(&format!("CREATE SCHEMA t{space}")).await.expect("a schema");
        let store = Postgres::new(pool.clone());
        store.create().await.expect("its tables");
        (store, client)
    };
    let ((empty, bare), (full, filler)) = (open(0).await, open(1).await);
    let sql = "INSERT INTO hookseal_once SELECT '4.acme6.contio12.kept-' || lpad(n::text, 7, '0'), 't', 'done', 'b', 1, \
               1, 9000000000000 + n, 0 FROM generate_series(1, 1000000) AS n; ANALYZE hookseal_once";
    filler.batch_execute(sql).await.expect("rows");
    bare.batch_execute("CREATE TABLE bare (key text PRIMARY KEY)").await.expect("a table");
    let found = pair(&mut Keys(0), 200, async |key| once(&full, key).await, async |key| once(&empty, key).await).await;
    say("PostgreSQL with a million keys", found, "an empty table");
    let insert = bare.prepare("INSERT INTO bare VALUES ($1) ON CONFLICT DO NOTHING").await.expect("a statement");
    let floor = async |key: &str| assert_eq!(bare.execute(&insert, &[&key]).await.expect("a row"), 1);
    let found = pair(&mut Keys(MILLION), 200, async |key| once(&empty, key).await, floor).await;
    say("PostgreSQL, a claim and its finish", found, "one bare INSERT … ON CONFLICT");
}

async fn redis() {
    let server = servers::redis(&["--appendonly", "yes"]);
    let connection = place::manager(server.port, 0).await;
    let store = Redis::new(connection.clone());
    let floor = async |key: &str| {
        let mut command = redis::cmd("SET");
        command.arg(key).arg("b").arg("NX").arg("PX").arg(KEEP);
        command.exec_async(&mut connection.clone()).await.expect("an answer");
    };
    let found = pair(&mut Keys(0), 500, async |key| once(&store, key).await, floor).await;
    say("Redis, a claim and its finish", found, "one bare SET NX");
}
