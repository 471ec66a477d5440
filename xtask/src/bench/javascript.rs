//! The benches in JavaScript. They run in the project with the tests of the npm packages, where the packages and their
//! peers are installed.

use std::path::Path;

use crate::packages::{NODE, WASM, javascript_tests};
use crate::tools::process::Process;
use crate::tools::workspace::Workspace;
use crate::tools::{files, npm};

/// Relative to the root, and to the project that has a copy.
const PROGRAM: &str = "node benches/js/run.mjs";

/// Whether a filter matches any case. It needs nothing that has to be built or installed.
pub(super) fn has_cases(workspace: &Workspace, filter: Option<&str>) -> Result<bool, String> {
    npm::check(&workspace.root)?;
    let list = Process::new(PROGRAM).arg("--list").args(filter);
    Ok(!list.capture(&workspace.root)?.is_empty())
}

/// Builds the packages, and sets up the projects in which they are installed.
pub(super) fn set_up(workspace: &Workspace) -> Result<(), String> {
    WASM.build(workspace)?;
    NODE.build(workspace)?;
    // This sets up the project of the other package too.
    NODE.set_up(workspace)
}

/// Measures into criterion's folder, in its format. The project must have been set up.
pub(super) fn measure(workspace: &Workspace, folder: &Path, filter: Option<&str>) -> Result<(), String> {
    run(workspace, Process::new(PROGRAM).arg("--to").arg(folder).args(filter))
}

/// Runs each case once, with its checks. The project must have been set up.
pub(crate) fn check(workspace: &Workspace, filter: Option<&str>) -> Result<(), String> {
    run(workspace, Process::new(PROGRAM).arg("--quick").args(filter))
}

/// Runs a copy in the project, where the packages can be imported.
fn run(workspace: &Workspace, process: Process) -> Result<(), String> {
    let project = javascript_tests::project(workspace);
    let (benches, copy) = (workspace.root.join("benches"), project.join("benches"));
    files::mirror(&benches.join("js"), &copy.join("js"), |_| true)?;
    files::copy_into(&benches.join("cases.json"), &copy)?;
    process.current_dir(workspace.relative(&project)).run_echoed(&workspace.root)
}
