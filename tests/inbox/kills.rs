//! Kills a receiver and a worker at random moments while events are sent, each until it is answered 200.

use std::collections::{BTreeMap, HashSet};
use std::fmt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::sleep;
use std::time::{Duration, Instant};

use super::{open, places, until};
use crate::once::deliveries::post;
use crate::once::kills::{change, written};
use crate::once::place::Place;
use crate::once::{WAIT, servers};

/// How many events are sent at once.
const SENDERS: usize = 6;

/// What happened to the events that were sent.
#[derive(Debug)]
pub struct Report {
    /// How often the receiver was killed, and how often the worker.
    pub kills: usize,
    /// How many events were answered 200.
    pub events: usize,
    /// How many times a handler started.
    pub starts: usize,
    /// Events that were answered 200 and whose handler never ended.
    pub lost: Vec<String>,
    /// How many rows handlers wrote in their transaction, for each event.
    pub effects: BTreeMap<String, usize>,
    /// The longest time from the start of a worker, right after another one was killed, until a handler started.
    pub resumed: Duration,
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { kills, events, starts, lost, effects, resumed } = self;
        write!(f, "{kills} kills of each, {events} events, {starts} starts; {} lost", lost.len())?;
        let most = effects.values().max().copied().unwrap_or(0);
        write!(f, "; {} with effects, at most {most} each; work resumed within {resumed:?}", effects.len())
    }
}

/// Kills so many times on the named stores, or both, and prints what happened.
///
/// # Panics
/// If an event was lost, or had two effects.
pub async fn run(kills: usize, kinds: &[&str]) {
    let binary = std::env::current_exe().expect("this program");
    for place in places().into_iter().filter(|place| kinds.is_empty() || kinds.contains(&place.kind())) {
        for variant in ["plain", "transaction"] {
            let folder = tempfile::tempdir().expect("a folder");
            let report = play(&binary, &place, variant, kills, folder.path()).await;
            println!("{}, {variant}: {report}", place.kind());
            check(&report, variant);
        }
    }
}

/// Fails if an event was lost, or had no effect, or two.
///
/// # Panics
/// If it is so.
pub fn check(report: &Report, variant: &str) {
    assert!(report.lost.is_empty(), "{report:?}");
    if variant == "transaction" {
        assert!(report.effects.len() >= report.events, "{report}");
        assert!(report.effects.values().all(|rows| *rows == 1), "{report:?}");
    }
}

/// Sends events while a receiver and a worker are killed and started again so many times. `binary` is the program
/// `inbox`.
///
/// # Panics
/// If they do not work.
pub async fn play(binary: &Path, place: &Place, variant: &str, kills: usize, folder: &Path) -> Report {
    let inbox = open(place).await;
    change(place, "CREATE TABLE IF NOT EXISTS effects (id text)").await;
    change(place, "DELETE FROM effects").await;
    let loop_ = Loop {
        binary: binary.to_owned(),
        place: place.to_string(),
        variant: variant.to_owned(),
        port: servers::free_port(),
        log: folder.join("log"),
    };
    let (accepted, resumed, last) = tokio::task::block_in_place(|| loop_.play(kills));
    // The last ones are not killed before everything is handled.
    until(&inbox, "everything is handled", |stats| stats.pending.number + stats.running.number == 0).await;
    drop(last);
    let effects = written(place).await;
    let log = std::fs::read_to_string(&loop_.log).expect("the log");
    let words: Vec<_> = log.split_inclusive('\n').filter_map(|line| line.strip_suffix('\n')?.split_once(' ')).collect();
    let done: HashSet<&str> = words.iter().filter(|(word, _)| *word == "done").map(|(_, id)| *id).collect();
    // A handler that was killed after its commit has written, and has not said so.
    let is_lost = |id: &&String| !done.contains(id.as_str()) && !effects.contains_key(*id);
    Report {
        kills,
        events: accepted.len(),
        starts: words.iter().filter(|(word, _)| *word == "start").count(),
        lost: accepted.iter().filter(is_lost).cloned().collect(),
        effects,
        resumed,
    }
}

/// A process that is killed with SIGKILL when it is dropped.
#[derive(Debug)]
pub struct Process(Child);

impl Process {
    /// Starts one.
    ///
    /// # Panics
    /// If it cannot be started.
    #[must_use]
    pub fn start(command: &mut Command) -> Self {
        Self(command.spawn().expect("a process"))
    }

    /// Whether it has ended by itself.
    ///
    /// # Panics
    /// If that cannot be known.
    pub fn has_ended(&mut self) -> bool {
        self.0.try_wait().expect("its state").is_some()
    }

    /// Waits for its end, and returns whether it was a success.
    ///
    /// # Panics
    /// If it cannot be waited for.
    pub fn ended(&mut self) -> bool {
        self.0.wait().expect("its end").success()
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.0.kill();
        self.0.wait().expect("its end");
    }
}

struct Loop {
    binary: PathBuf,
    place: String,
    variant: String,
    port: u16,
    log: PathBuf,
}

impl Loop {
    fn receiver(&self) -> Process {
        Process::start(Command::new(&self.binary).args(["receiver", &self.place, &self.port.to_string()]))
    }

    fn worker(&self) -> Process {
        Process::start(Command::new(&self.binary).args(["worker", &self.place, &self.variant]).arg(&self.log))
    }

    /// The events that were accepted, and the last receiver and worker.
    fn play(&self, kills: usize) -> (Vec<String>, Duration, [Process; 2]) {
        let sent = Arc::new(Sent::default());
        let threads: Vec<_> = (0..SENDERS)
            .map(|number| {
                let (sent, port) = (Arc::clone(&sent), self.port);
                std::thread::spawn(move || sent.send(port, number))
            })
            .collect();
        let (mut receiver, mut worker) = (self.receiver(), self.worker());
        let mut resumed = Duration::ZERO;
        for _ in 0..kills {
            self.wait("events get through", || sent.count() + self.starts(), 2 * SENDERS);
            sleep(Duration::from_micros(fastrand::u64(..50_000)));
            // One of them first, and then perhaps the other one at once.
            if fastrand::bool() {
                drop(receiver);
                receiver = self.receiver();
                sleep(Duration::from_micros(fastrand::u64(..50_000)));
            }
            drop(worker);
            let start = Instant::now();
            worker = self.worker();
            self.wait("work resumes", || self.starts(), 1);
            resumed = resumed.max(start.elapsed());
            drop(receiver);
            receiver = self.receiver();
        }
        sent.is_over.store(true, Ordering::SeqCst);
        for thread in threads {
            thread.join().expect("every event is accepted");
        }
        (sent.accepted(), resumed, [receiver, worker])
    }

    /// Waits until a number has grown by so many.
    fn wait(&self, what: &str, number: impl Fn() -> usize, more: usize) {
        let (before, end) = (number(), Instant::now() + WAIT);
        while number() < before + more {
            assert!(Instant::now() < end, "{what}: never, on {}", self.place);
            sleep(Duration::from_millis(5));
        }
    }

    fn starts(&self) -> usize {
        let log = std::fs::read_to_string(&self.log).unwrap_or_default();
        log.lines().filter(|line| line.starts_with("start ")).count()
    }
}

#[derive(Default)]
struct Sent {
    accepted: Mutex<Vec<String>>,
    is_over: AtomicBool,
}

impl Sent {
    /// Sends events, each again until it is answered 200.
    fn send(&self, port: u16, number: usize) {
        let run = format!("{:x}", fastrand::u32(..));
        for count in 0.. {
            if self.is_over.load(Ordering::SeqCst) {
                return;
            }
            let id = format!("evt-{run}-{number}-{count}");
            let end = Instant::now() + WAIT;
            while post(port, &id) != 200 {
                assert!(Instant::now() < end, "{id} was never accepted");
                sleep(Duration::from_millis(20));
            }
            self.accepted.lock().expect("no panic").push(id);
            // As many as a worker can do, so that what was killed is soon handled.
            sleep(Duration::from_millis(10));
        }
    }

    fn count(&self) -> usize {
        self.accepted.lock().expect("no panic").len()
    }

    fn accepted(&self) -> Vec<String> {
        self.accepted.lock().expect("no panic").clone()
    }
}
