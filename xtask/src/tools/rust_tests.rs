//! The tests of the workspace's crates.

use crate::tools::process::Process;

/// Runs the tests in these targets, such as `--lib` or `--test core`.
///
/// All packages are selected with all their features, whatever runs: so each crate is compiled once for all parts. A
/// package that is selected alone gets features of its own, and with them all that it depends on is compiled again.
pub(crate) fn of(targets: &str) -> Process {
    Process::new("cargo test --workspace --exclude xtask --all-features").args(targets.split_whitespace())
}
