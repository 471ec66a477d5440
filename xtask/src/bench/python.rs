//! The benches in Python. Like the tests of the Python package, they run in a virtual environment with the package and
//! its peers.

use std::path::Path;

use crate::packages::{PYTHON, python_tests};
use crate::tools::process::Process;
use crate::tools::workspace::Workspace;
use crate::tools::{files, python, venv};

/// Relative to the root, and to the folder that has a copy.
const PROGRAM: &str = "benches/python/run.py";

/// Whether a filter matches any case. It needs nothing that has to be built or installed.
pub(super) fn has_cases(workspace: &Workspace, filter: Option<&str>) -> Result<bool, String> {
    let list = Process::new(python::find(&workspace.root)?).arg("-B").arg(PROGRAM).arg("--list");
    Ok(!list.args(filter).capture(&workspace.root)?.is_empty())
}

/// Builds the package, and sets up the environment in which it is installed.
pub(super) fn set_up(workspace: &Workspace) -> Result<(), String> {
    PYTHON.build(workspace)?;
    PYTHON.set_up(workspace)
}

/// Measures into criterion's folder, in its format. The environment must have been set up.
pub(super) fn measure(workspace: &Workspace, folder: &Path, filter: Option<&str>) -> Result<(), String> {
    run(workspace, |program| program.arg("--to").arg(folder).args(filter))
}

/// Runs each case once, with its checks. The environment must have been set up.
pub(crate) fn check(workspace: &Workspace, filter: Option<&str>) -> Result<(), String> {
    run(workspace, |program| program.arg("--quick").args(filter))
}

/// Runs a copy, in a folder where the package's sources cannot be imported.
fn run(workspace: &Workspace, add_arguments: impl FnOnce(Process) -> Process) -> Result<(), String> {
    let (benches, copy) = (workspace.root.join("benches"), venv::folder(workspace, "benches"));
    files::mirror(&benches.join("python"), &copy.join("python"), |_| true)?;
    files::copy_into(&benches.join("cases.json"), &copy)?;
    let program = Process::program(python_tests::newest(workspace).python()).arg("-B").arg(copy.join("python/run.py"));
    add_arguments(program).run_echoed(&workspace.root)
}
