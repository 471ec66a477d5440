//! The benches in JavaScript. They run in the project with the tests of the npm packages, where these and their peers
//! are installed.

use std::path::Path;

use crate::packages::{NODE, WASM, javascript_tests};
use crate::tools::process::Process;
use crate::tools::workspace::Workspace;
use crate::tools::{files, npm};

/// Here, and in the project that has a copy.
const PROGRAM: &str = "node benches/js/run.mjs";

/// Whether a filter matches any of the cases. Needs nothing that has to be built or installed.
pub(super) fn has(workspace: &Workspace, filter: Option<&str>) -> Result<bool, String> {
    npm::check(&workspace.root)?;
    let list = Process::new(PROGRAM).argument("--list").words(filter);
    Ok(!list.capture(&workspace.root)?.is_empty())
}

/// Makes the packages, and the projects in which they are installed.
pub(super) fn set_up(workspace: &Workspace) -> Result<(), String> {
    WASM.make(workspace)?;
    NODE.make(workspace)?;
    // The project of the other one is set up with it.
    NODE.set_up(workspace)
}

/// Measures into criterion's folder, in its form. The project has been set up.
pub(super) fn measure(workspace: &Workspace, folder: &Path, filter: Option<&str>) -> Result<(), String> {
    run(workspace, Process::new(PROGRAM).argument("--to").argument(folder).words(filter))
}

/// Runs each case once with its checks. The project has been set up.
pub(crate) fn check(workspace: &Workspace, filter: Option<&str>) -> Result<(), String> {
    run(workspace, Process::new(PROGRAM).argument("--quick").words(filter))
}

/// Runs a copy in the project, from where the packages are found.
fn run(workspace: &Workspace, process: Process) -> Result<(), String> {
    let project = javascript_tests::project(workspace);
    let (benches, copy) = (workspace.root.join("benches"), project.join("benches"));
    files::mirror(&benches.join("js"), &copy.join("js"), |_| true)?;
    files::copy_into(&benches.join("cases.json"), &copy)?;
    process.inside(workspace.shown(&project)).run_shown(&workspace.root)
}
