//! Several processes on one store: one runs at a time, one that was stopped past its lease has lost, and kill -9 loses
//! no event.

use std::io::{BufRead as _, BufReader, Write as _};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::time::{Duration, Instant};

use hookseal_inbox::Outcome;
use hookseal_tests::once::deliveries::delivery;
use hookseal_tests::once::place::Place;
use hookseal_tests::once::{WAIT, kills};

const BINARY: &str = env!("CARGO_BIN_EXE_once");
const LEASE: Duration = Duration::from_secs(45);

struct Claimer {
    child: Child,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
}

impl Claimer {
    fn start(place: &Place, lease: Duration) -> Self {
        let mut command = Command::new(BINARY);
        command.args(["claimer", &place.to_string(), &lease.as_millis().to_string()]);
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("a claimer");
        let (input, output) = (child.stdin.take().expect("stdin"), child.stdout.take().expect("stdout"));
        Self { child, input, output: BufReader::new(output) }
    }

    fn tell(&mut self, word: &str) {
        writeln!(self.input, "{word}").expect("a claimer");
    }

    fn said(&mut self) -> String {
        let mut line = String::new();
        self.output.read_line(&mut line).expect("a line");
        line.trim_end().to_owned()
    }

    fn asked(&mut self, word: &str) -> String {
        self.tell(word);
        self.said()
    }

    fn signal(&self, signal: &str) {
        let process = self.child.id().to_string();
        assert!(Command::new("kill").args([signal, &process]).status().expect("kill").success());
    }
}

impl Drop for Claimer {
    fn drop(&mut self) {
        self.child.kill().expect("a claimer to kill");
        self.child.wait().expect("its end");
    }
}

#[tokio::test]
async fn of_fifty_processes_on_one_key_one_runs() {
    for place in Place::shared() {
        if matches!(place, Place::Postgres(..)) {
            drop(place.once(LEASE).await);
        }
        // The file of a SQLite store is made by the processes, all at once.
        let mut claimers: Vec<Claimer> = (0..50).map(|_| Claimer::start(&place, LEASE)).collect();
        for claimer in &mut claimers {
            claimer.tell("begin");
        }
        let mut answers: Vec<String> = claimers.iter_mut().map(Claimer::said).collect();
        answers.sort();
        let mut expected = vec!["first"];
        expected.extend(["in_progress"; 49]);
        assert_eq!(answers, expected, "{}", place.kind());
    }
}

#[tokio::test]
async fn a_process_that_was_stopped_past_its_lease_has_lost_its_claim() {
    for place in Place::shared() {
        let once = place.once(LEASE).await;
        let mut stopped = Claimer::start(&place, Duration::from_millis(500));
        let mut other = Claimer::start(&place, Duration::from_secs(60));
        assert_eq!(stopped.asked("begin"), "first");
        stopped.signal("-STOP");
        // Until its lease has lapsed, the other is asked to come again.
        let end = Instant::now() + WAIT;
        loop {
            let answer = other.asked("begin");
            if answer == "takeover" {
                break;
            }
            assert!(answer == "in_progress" && Instant::now() < end, "{answer}");
        }
        stopped.signal("-CONT");
        assert_eq!(stopped.asked("end"), "claim_lost", "{}", place.kind());
        // Nothing of the other's was overwritten: it still holds the claim, and can finish it.
        assert_eq!(other.asked("end"), "finished");
        let outcome = once.run(&delivery("evt-1"), async || Ok::<_, ()>(())).await;
        assert!(matches!(outcome, Outcome::Duplicate));
    }
}

/// Ten kills; `once kills` does more.
async fn kill_ten_times(place: Place, variant: &str) {
    let folder = tempfile::tempdir().expect("a folder");
    let report = kills::play(Path::new(BINARY), &place, variant, 10, folder.path()).await;
    assert!(report.kills == 10 && report.events > 50, "{report}");
    assert!(report.lost.is_empty() && report.again.is_empty(), "{report:?}");
    if variant == "transaction" {
        assert_eq!(report.effects.len(), report.events, "{report}");
        assert!(report.effects.values().all(|rows| *rows == 1), "{report:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn kill_9_loses_no_event_and_runs_none_again_that_was_finished_in_sqlite() {
    kill_ten_times(Place::sqlite(), "once").await;
    kill_ten_times(Place::sqlite(), "transaction").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn kill_9_loses_no_event_and_runs_none_again_that_was_finished_in_postgres() {
    kill_ten_times(Place::postgres(), "once").await;
    kill_ten_times(Place::postgres(), "transaction").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn kill_9_loses_no_event_and_runs_none_again_that_was_finished_in_redis() {
    kill_ten_times(Place::redis(), "once").await;
}
