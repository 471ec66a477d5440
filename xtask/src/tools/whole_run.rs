//! What several parts need is made once in a whole run of the test suite: a part that runs alone makes it anew.

use std::path::PathBuf;

use crate::tools::files;
use crate::tools::workspace::Workspace;

/// The environment variable with the name of the whole run, for the parts that it starts.
pub(crate) const VARIABLE: &str = "HOOKSEAL_WHOLE_RUN";

/// A name for a whole run, which no earlier one had.
pub(crate) fn name() -> String {
    let since_epoch = std::time::SystemTime::UNIX_EPOCH.elapsed().unwrap_or_default();
    format!("{}-{}", since_epoch.as_nanos(), std::process::id())
}

/// Makes something, unless this whole run has made it. `what` is part of a file name.
pub(crate) fn once(workspace: &Workspace, what: &str, make: impl FnOnce() -> Result<(), String>) -> Result<(), String> {
    once_in(std::env::var(VARIABLE).ok().as_deref(), workspace, what, make)
}

fn once_in(
    run: Option<&str>,
    workspace: &Workspace,
    what: &str,
    make: impl FnOnce() -> Result<(), String>,
) -> Result<(), String> {
    let made = made(workspace, what);
    if let Some(run) = run
        && std::fs::read(&made).is_ok_and(|by| by == run.as_bytes())
    {
        println!("--- another part of this run has done this");
        return Ok(());
    }
    if made.exists() {
        files::remove(&made)?;
    }
    make()?;
    let Some(run) = run else { return Ok(()) };
    files::create(&folder(workspace))?;
    files::write(&made, run)
}

/// Where a whole run writes what its parts have printed, and made.
pub(crate) fn folder(workspace: &Workspace) -> PathBuf {
    workspace.target.join("suite")
}

/// The file that names the run that made something last.
fn made(workspace: &Workspace, what: &str) -> PathBuf {
    folder(workspace).join(format!("{what}.made"))
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::*;
    use crate::tools::files::Scratch;

    #[test]
    fn a_whole_run_makes_a_thing_once_and_a_part_alone_makes_it_each_time() {
        let scratch = Scratch::new("whole-run");
        let workspace = Workspace { root: scratch.path().to_owned(), target: scratch.path().to_owned() };
        let times = Cell::new(0);
        let make = |run| {
            once_in(run, &workspace, "thing", || {
                times.set(times.get() + 1);
                Ok(())
            })
        };
        for (run, expected) in [(Some("a"), 1), (Some("a"), 1), (Some("b"), 2), (None, 3), (None, 4), (Some("b"), 5)] {
            make(run).expect("it is made");
            assert_eq!(times.get(), expected, "{run:?}");
        }
    }

    #[test]
    fn what_could_not_be_made_is_tried_again() {
        let scratch = Scratch::new("whole-run-failed");
        let workspace = Workspace { root: scratch.path().to_owned(), target: scratch.path().to_owned() };
        let broken = || Err("it is broken".to_owned());
        assert!(once_in(Some("a"), &workspace, "thing", broken).is_err());
        assert!(once_in(Some("a"), &workspace, "thing", broken).is_err());
    }
}
