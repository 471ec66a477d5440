//! The benches in Python. They run where the tests of the Python package do: in a virtual environment that has it, and
//! its peers.

use std::path::Path;

use crate::packages::{PYTHON, python_tests};
use crate::tools::process::Process;
use crate::tools::workspace::Workspace;
use crate::tools::{files, python, venv};

/// Here, and in the folder that has a copy.
const PROGRAM: &str = "benches/python/run.py";

/// Whether a filter matches any of the cases. Needs nothing that has to be built or installed.
pub(super) fn has(workspace: &Workspace, filter: Option<&str>) -> Result<bool, String> {
    let list = Process::new(python::find(&workspace.root)?).argument("-B").argument(PROGRAM).argument("--list");
    Ok(!list.words(filter).capture(&workspace.root)?.is_empty())
}

/// Makes the package, and the environment in which it is installed.
pub(super) fn set_up(workspace: &Workspace) -> Result<(), String> {
    PYTHON.make(workspace)?;
    PYTHON.set_up(workspace)
}

/// Measures into criterion's folder, in its form. All has been set up.
pub(super) fn measure(workspace: &Workspace, folder: &Path, filter: Option<&str>) -> Result<(), String> {
    run(workspace, |program| program.argument("--to").argument(folder).words(filter))
}

/// Runs each case once with its checks. All has been set up.
pub(crate) fn check(workspace: &Workspace, filter: Option<&str>) -> Result<(), String> {
    run(workspace, |program| program.argument("--quick").words(filter))
}

/// Runs a copy, beside which nothing of the package's sources can be imported.
fn run(workspace: &Workspace, with: impl FnOnce(Process) -> Process) -> Result<(), String> {
    let (benches, copy) = (workspace.root.join("benches"), venv::folder(workspace, "benches"));
    files::mirror(&benches.join("python"), &copy.join("python"), |_| true)?;
    files::copy_into(&benches.join("cases.json"), &copy)?;
    let program =
        Process::program(python_tests::newest(workspace).python()).argument("-B").argument(copy.join("python/run.py"));
    with(program).run_shown(&workspace.root)
}
