//! What an inbox and other queues lose when their workers are killed: each engine runs with the packages as users
//! install them.

use crate::packages::{PYTHON, WASM, javascript_tests, python_tests};
use crate::tools::process::Process;
use crate::tools::servers;
use crate::tools::workspace::Workspace;

/// Installs what is needed, and runs the comparison with these arguments: the number of kills, and engines.
pub(crate) fn run(workspace: &Workspace, arguments: &[String]) -> Result<(), String> {
    servers::install_missing(&workspace.root)?;
    WASM.build(workspace)?;
    WASM.set_up(workspace)?;
    PYTHON.build(workspace)?;
    python_tests::set_up_with_queues(workspace)?;
    // The oldest Node of all engines is newer than the one that is installed.
    Process::new("node_modules/.bin/node queues/losses.mjs")
        .args(arguments.iter().map(String::as_str))
        .env("HOOKSEAL_PYTHON", python_tests::queues(workspace).python())
        .env("HOOKSEAL_PYTHON_TESTS", python_tests::tests(workspace))
        .current_dir(workspace.relative(&javascript_tests::project(workspace)))
        .run_echoed(&workspace.root)
}
