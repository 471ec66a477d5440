//! Runs several parts of the test suite in two lanes, since many steps wait for something: a single compiler, a server,
//! a browser. Each part is a process of its own, whose output is printed when it ends.

use std::fs::File;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use crate::tasks::parts::Part;
use crate::tools::files::{self, At as _};
use crate::tools::whole_run;
use crate::tools::workspace::Workspace;

/// How many parts run at the same time.
const LANES: usize = 2;

/// What the lanes have done, and what is left.
struct Progress {
    waiting: Vec<&'static Part>,
    running: Vec<&'static Part>,
    ended: Vec<Ended>,
}

/// A part that has run.
struct Ended {
    part: &'static str,
    took: Duration,
    result: Result<(), String>,
}

/// Runs the parts, each as `cargo xtask test PART`. After a failure no other part begins.
pub(crate) fn run(workspace: &Workspace, parts: &[&'static Part]) -> Result<(), String> {
    let logs = whole_run::folder(workspace);
    files::create(&logs)?;
    let name = whole_run::name();
    let xtask = std::env::current_exe().map_err(|error| format!("cannot find the program xtask: {error}"))?;
    run_each(parts, |part| {
        let log = logs.join(format!("{}.log", part.name));
        println!("=== {} begins; its output comes when it ends, and is in {}", part.name, log.display());
        let ended = run_part(workspace, &xtask, part, &name, &log);
        let output = std::fs::read(&log).unwrap_or_default();
        print!("{}", String::from_utf8_lossy(&output));
        ended
    })
}

fn run_part(workspace: &Workspace, xtask: &Path, part: &Part, run: &str, log: &Path) -> Result<(), String> {
    let output = File::create(log).at(log)?;
    let errors = output.try_clone().at(log)?;
    let status = Command::new(xtask)
        .args(["test", part.name])
        .env(whole_run::VARIABLE, run)
        .current_dir(&workspace.root)
        .stdin(Stdio::null())
        .stdout(output)
        .stderr(errors)
        .status()
        .map_err(|error| format!("`{}` did not start: {error}", xtask.display()))?;
    if status.success() { Ok(()) } else { Err(format!("see above, or {}", workspace.relative(log).display())) }
}

/// Runs the parts in lanes. `run` is called in several threads.
fn run_each(parts: &[&'static Part], run: impl Fn(&'static Part) -> Result<(), String> + Sync) -> Result<(), String> {
    let start = Instant::now();
    let progress = Mutex::new(Progress { waiting: parts.to_vec(), running: Vec::new(), ended: Vec::new() });
    let changed = Condvar::new();
    std::thread::scope(|scope| {
        for _ in 0..LANES {
            scope.spawn(|| {
                while let Some(part) = begin(&progress, &changed) {
                    let start = Instant::now();
                    let result = run(part);
                    let mut progress = lock(&progress);
                    progress.running.retain(|other| other.name != part.name);
                    progress.ended.push(Ended { part: part.name, took: start.elapsed(), result });
                    changed.notify_all();
                }
            });
        }
    });
    let Progress { ended, .. } = progress.into_inner().unwrap_or_else(PoisonError::into_inner);
    let total = start.elapsed();
    let totals = totals(&ended, total);
    match ended.iter().find_map(|ended| Some((ended.part, ended.result.as_ref().err()?))) {
        Some((part, why)) => {
            Err(format!("part `{part}` failed: {why}\nTo run the part alone: cargo xtask test {part}\n{totals}"))
        }
        None => {
            println!("\n{totals}");
            Ok(())
        }
    }
}

/// Waits until a part can begin, and returns it; or nothing, if none is left or one has failed.
fn begin(progress: &Mutex<Progress>, changed: &Condvar) -> Option<&'static Part> {
    let mut progress = lock(progress);
    loop {
        if progress.waiting.is_empty() || progress.ended.iter().any(|ended| ended.result.is_err()) {
            return None;
        }
        if let Some(index) = next(&progress.waiting, &progress.running) {
            let part = progress.waiting.remove(index);
            progress.running.push(part);
            return Some(part);
        }
        progress = changed.wait(progress).unwrap_or_else(PoisonError::into_inner);
    }
}

/// The first of the parts that changes nothing that a running part changes.
fn next(waiting: &[&Part], running: &[&Part]) -> Option<usize> {
    let is_free = |shared| !running.iter().any(|part| part.changes.contains(shared));
    waiting.iter().position(|part| part.changes.iter().all(is_free))
}

fn lock(progress: &Mutex<Progress>) -> MutexGuard<'_, Progress> {
    progress.lock().unwrap_or_else(PoisonError::into_inner)
}

fn totals(ended: &[Ended], total: Duration) -> String {
    let passed = ended.iter().filter(|ended| ended.result.is_ok());
    let mut text = format!("parts passed: {}, in {:.1} s", passed.count(), total.as_secs_f64());
    for Ended { part, took, result } in ended {
        let outcome = if result.is_ok() { "" } else { "  failed" };
        text.push_str(&format!("\n{:>8.1} s  {part}{outcome}", took.as_secs_f64()));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tasks::parts::{PARTS, Shared};

    const fn part(name: &'static str, changes: &'static [Shared]) -> Part {
        Part { name, about: "", changes, steps: |_| Ok(Vec::new()) }
    }

    static RUST: Part = part("rust", &[]);
    static NODE: Part = part("node", &[Shared::JavaScript]);
    static PYTHON: Part = part("python", &[Shared::Python]);
    static BOTH: Part = part("both", &[Shared::JavaScript, Shared::Python]);

    #[test]
    fn parts_that_change_the_same_thing_never_run_at_the_same_time() {
        assert_eq!(next(&[&NODE, &RUST], &[]), Some(0));
        assert_eq!(next(&[&BOTH, &PYTHON, &RUST], &[&NODE]), Some(1));
        assert_eq!(next(&[&BOTH, &RUST], &[&PYTHON]), Some(1));
        assert_eq!(next(&[&BOTH, &NODE], &[&NODE]), None);
        let parts = [&BOTH, &NODE, &PYTHON, &NODE, &RUST, &BOTH];
        let running = Mutex::new(Vec::<&Part>::new());
        run_each(&parts, |part| {
            let mut others = running.lock().expect("no test failed");
            assert!(others.len() < LANES);
            assert_eq!(next(&[part], &others), Some(0), "{} began too early", part.name);
            others.push(part);
            drop(others);
            std::thread::yield_now();
            running.lock().expect("no test failed").retain(|other| other.name != part.name);
            Ok(())
        })
        .expect("all pass");
    }

    #[test]
    fn a_failure_names_the_part_and_no_other_part_begins() {
        let begun = Mutex::new(Vec::new());
        let error = run_each(&[&BOTH, &NODE, &PYTHON], |part| {
            begun.lock().expect("no test failed").push(part.name);
            Err("it is broken".to_owned())
        });
        let error = error.expect_err("it fails");
        assert!(error.contains("part `both` failed: it is broken"), "{error}");
        assert!(error.contains("cargo xtask test both"), "{error}");
        assert!(error.contains("parts passed: 0"), "{error}");
        assert_eq!(*begun.lock().expect("no test failed"), ["both"]);
    }

    #[test]
    fn every_part_can_begin_when_nothing_else_runs() {
        assert!(PARTS.iter().all(|part| next(&[part], &[]) == Some(0)));
    }
}
