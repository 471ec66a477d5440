//! The tests of the packages of the command line, which install each of them as a user would.

use std::path::PathBuf;

use crate::packages::{CLI, CLI_FOR_TESTS, PYTHON, WASM, cli, wasm, wheel};
use crate::tools::process::Process;
use crate::tools::step::Step;
use crate::tools::workspace::Workspace;
use crate::tools::{files, npm};

/// The sources of the tests.
const SOURCES: &str = "tests/cli";

/// In the order in which they take longest.
const TESTS: &str = "npm.test.mjs npx.test.mjs python.test.mjs archive.test.mjs";

/// The steps of part `cli-packages`.
pub(crate) fn steps(workspace: &Workspace) -> Result<Vec<Step>, String> {
    npm::check(&workspace.root)?;
    let tests = Process::new("node --test --test-concurrency=2").args(TESTS.split(' '));
    let tests = tests.env("HOOKSEAL_PACKAGES", workspace.target.join("packages"));
    let tests = tests.env("HOOKSEAL_PYTHON", cli::python(workspace).python());
    Ok(vec![
        Step::Internal { command: "cargo xtask package cli --dev", action: |workspace| CLI_FOR_TESTS.build(workspace) },
        Step::Internal { command: "cargo xtask setup cli", action: |workspace| CLI.set_up(workspace) },
        tests.current_dir(workspace.relative(&project(workspace))).into(),
    ])
}

fn project(workspace: &Workspace) -> PathBuf {
    cli::folder(workspace, "tests")
}

/// Copies the tests, and builds the libraries whose packages run the command line, unless they are there.
pub(crate) fn set_up(workspace: &Workspace) -> Result<(), String> {
    let project = project(workspace);
    files::mirror(&workspace.root.join(SOURCES), &project, |path| !path.starts_with("packaging"))?;
    files::mirror(&workspace.root.join("cli/packaging"), &project.join("packaging"), |_| true)?;
    if !wasm::tarball(workspace).is_file() {
        WASM.build(workspace)?;
    }
    if wheel::wheel(workspace).is_err() {
        PYTHON.build(workspace)?;
    }
    Ok(())
}
