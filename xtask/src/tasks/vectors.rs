//! Plays the vectors with other libraries.

use crate::packages::{javascript_tests, python_tests};
use crate::tools::process::Process;
use crate::tools::python;
use crate::tools::workspace::Workspace;

const FOLDER: &str = "tests/vectors";

/// The page with the table of the other libraries' results.
const PAGE: &str = "docs/vectors.md";

/// `cargo xtask vectors play -- PROGRAM`: the arguments are those of `play.py`.
pub(crate) fn play(workspace: &Workspace, arguments: &[String]) -> Result<(), String> {
    let python = python::find(&workspace.root)?;
    let play = Process::new(&format!("{python} {FOLDER}/play.py"));
    play.args(arguments.iter().map(String::as_str)).run(&workspace.root)
}

/// `cargo xtask vectors peers`: plays them with the libraries that the tests install, and writes the table.
pub(crate) fn peers(workspace: &Workspace) -> Result<(), String> {
    let (node, tests) = (javascript_tests::project(workspace), python_tests::tests(workspace));
    let interpreter = python_tests::newest(workspace).python();
    if !node.join("node_modules").exists() || !interpreter.exists() {
        return Err(
            "the libraries are not installed: run `cargo xtask setup wasm` and `cargo xtask setup python`".into()
        );
    }
    let python = python::find(&workspace.root)?;
    Process::new(&format!("{python} {FOLDER}/peers.py --node"))
        .arg(workspace.relative(&node))
        .arg("--python")
        .arg(workspace.relative(&tests))
        .arg(workspace.relative(&interpreter))
        .args(["--write", PAGE])
        .run_echoed(&workspace.root)
}
