//! Kills a receiver at random moments while the sandbox sends events to it.

use std::collections::{BTreeMap, HashSet};
use std::fmt;
use std::path::Path;
use std::process::{Child, Command};
use std::thread::sleep;
use std::time::{Duration, Instant};

use super::place::{self, Place};
use super::sender::Sender;
use super::{WAIT, receiver, servers};

/// How many events are emitted before each kill, and how many deliveries at least are answered 2xx before it.
const EVENTS: usize = 12;
const ANSWERED: u64 = 6;

/// What happened to the events that were sent.
#[derive(Debug)]
pub struct Report {
    /// How often the receiver was killed.
    pub kills: usize,
    /// How many events were accepted.
    pub events: usize,
    /// How many times a handler started.
    pub starts: usize,
    /// Events that were answered 200 and whose handler never ended.
    pub lost: Vec<String>,
    /// Events whose handler started again after its claim was finished.
    pub again: Vec<String>,
    /// How many rows handlers wrote in their transaction, for each event.
    pub effects: BTreeMap<String, usize>,
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { kills, events, starts, lost, again, effects } = self;
        let (lost, again) = (lost.len(), again.len());
        write!(
            f,
            "{kills} kills, {events} events, {starts} starts; {lost} lost, {again} run again after their finish"
        )?;
        let most = effects.values().max().copied().unwrap_or(0);
        write!(f, "; {} with effects, at most {most} each", effects.len())
    }
}

/// Kills so many times on the named stores, or all, and prints what happened.
///
/// # Panics
/// If an event was lost, or ran again after its finish.
pub async fn run(kills: usize, kinds: &[&str]) {
    let kinds = if kinds.is_empty() { &["sqlite", "postgres", "redis"] } else { kinds };
    let binary = std::env::current_exe().expect("this program");
    for kind in kinds {
        let _server;
        let place = match *kind {
            "sqlite" => Place::sqlite(),
            "postgres" => Place::Postgres(servers::shared_postgres(), 0),
            "redis" => {
                let server = servers::redis(&["--appendonly", "yes"]);
                let port = server.port;
                _server = server;
                Place::Redis(port, 0)
            }
            other => panic!("no store: {other}"),
        };
        let variants: &[&str] = if *kind == "redis" { &["once"] } else { &["once", "transaction"] };
        for variant in variants {
            let folder = tempfile::tempdir().expect("a folder");
            let report = play(&binary, &place, variant, kills, folder.path()).await;
            println!("{kind}, {variant}: {report}");
            assert!(report.lost.is_empty() && report.again.is_empty(), "{report:?}");
        }
    }
}

/// Lets the sandbox send events while the receiver is killed and started again so many times. Then all failed deliveries
/// are sent again, and at last every event once more. `binary` is the program `once`.
///
/// # Panics
/// If the receiver does not work.
pub async fn play(binary: &Path, place: &Place, variant: &str, kills: usize, folder: &Path) -> Report {
    drop(place.once(receiver::LEASE).await);
    change(place, "CREATE TABLE IF NOT EXISTS effects (id text)").await;
    change(place, "DELETE FROM effects").await;
    let (port, log) = (servers::free_port(), folder.join("log"));
    let sandbox = folder.join(format!("sandbox-{variant}"));
    std::fs::create_dir_all(&sandbox).expect("a folder");
    let sender = Sender::start(&sandbox, port).await;
    let start = || {
        let mut command = Command::new(binary);
        command.args(["receiver", &place.to_string(), variant, &port.to_string()]).arg(&log);
        command.env(receiver::SECRET_VARIABLE, sender.secret());
        Receiver(command.spawn().expect("a receiver"))
    };
    let accepted = tokio::task::block_in_place(|| {
        for _ in 0..kills {
            let receiver = start();
            let before = sender.count("delivered");
            let end = Instant::now() + WAIT;
            sender.emit(EVENTS);
            while sender.count("delivered") < before + ANSWERED {
                assert!(Instant::now() < end, "the receiver does not work");
                sleep(Duration::from_millis(5));
            }
            sleep(Duration::from_micros(fastrand::u64(..50_000)));
            drop(receiver);
        }
        let _receiver = start();
        sender.settle();
        let end = Instant::now() + WAIT;
        while sender.count("failed") > 0 {
            assert!(Instant::now() < end, "an event is never accepted");
            sender.retry_all("failed");
            sender.settle();
        }
        let accepted: Vec<String> = sender.ids("delivered").into_iter().map(|(event, _)| event).collect();
        // A duplicate of each.
        sender.retry_all("delivered");
        sender.settle();
        assert_eq!(sender.count("delivered"), accepted.len() as u64, "a duplicate is answered like a success");
        accepted
    });
    sender.stop().await;
    let effects = written(place).await;
    read(&std::fs::read_to_string(&log).expect("the log"), kills, &accepted, effects)
}

/// A receiver that is killed with SIGKILL when it is dropped.
struct Receiver(Child);

impl Drop for Receiver {
    fn drop(&mut self) {
        self.0.kill().expect("a receiver to kill");
        self.0.wait().expect("its end");
    }
}

fn read(log: &str, kills: usize, accepted: &[String], effects: BTreeMap<String, usize>) -> Report {
    let mut seen = HashSet::new();
    let (mut again, mut starts) = (Vec::new(), 0);
    // A line that was cut off by a kill has no line feed.
    for line in log.split_inclusive('\n').filter_map(|line| line.strip_suffix('\n')) {
        let (word, id) = line.split_once(' ').expect("a word and an id");
        if word == "start" {
            starts += 1;
            if seen.contains(&("finished", id)) {
                again.push(id.to_owned());
            }
        }
        seen.insert((word, id));
    }
    // A handler that was killed after its commit has written, and has not said so.
    let is_lost = |id: &&String| !seen.contains(&("done", id.as_str())) && !effects.contains_key(*id);
    let lost = accepted.iter().filter(is_lost).cloned().collect();
    Report { kills, events: accepted.len(), starts, lost, again, effects }
}

/// Runs a statement on the handlers' table.
///
/// # Panics
/// If it fails.
pub async fn change(place: &Place, sql: &str) {
    match place {
        Place::Sqlite(path) => drop(rusqlite::Connection::open(path).expect("a file").execute_batch(sql)),
        Place::Postgres(port, space) => {
            let client = place::pool(*port, *space).get().await.expect("a connection");
            client.batch_execute(sql).await.expect("a statement");
        }
        _ => {}
    }
}

/// How many rows handlers wrote for each event.
///
/// # Panics
/// If they cannot be read.
pub async fn written(place: &Place) -> BTreeMap<String, usize> {
    let sql = "SELECT id FROM effects";
    let ids: Vec<String> = match place {
        Place::Sqlite(path) => {
            let connection = rusqlite::Connection::open(path).expect("a file");
            let mut statement = connection.prepare(sql).expect("a statement");
            let rows = statement.query_map([], |row| row.get(0)).expect("rows");
            rows.map(|id| id.expect("an id")).collect()
        }
        Place::Postgres(port, space) => {
            let client = place::pool(*port, *space).get().await.expect("a connection");
            client.query(sql, &[]).await.expect("rows").iter().map(|row| row.get(0)).collect()
        }
        _ => Vec::new(),
    };
    let mut counts = BTreeMap::new();
    for id in ids {
        *counts.entry(id).or_insert(0) += 1;
    }
    counts
}
