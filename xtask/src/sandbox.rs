//! The tests of the sandbox: its own, and those in which the vendor's SDK is its client.

use std::path::{Path, PathBuf};

use crate::npm::{self, Scripts};
use crate::step::{Process, Step};
use crate::workspace::Workspace;
use crate::{files, npm_package, parts};

const SOURCES: &str = "tests/sandbox";

/// The steps of part `sandbox`.
pub(crate) fn steps(workspace: &Workspace) -> Result<Vec<Step>, String> {
    npm::check(&workspace.root)?;
    let sdk = Process::new("node --test sdk.test.mjs").inside(workspace.shown(&project(workspace)));
    Ok(vec![
        Process::new("cargo test -p hookseal-sandbox").into(),
        parts::build_cli(),
        Step::Inside { command: "npm ci, for the vendor's SDK", action: set_up },
        sdk.set(parts::CLI, parts::cli_binary(workspace)).into(),
    ])
}

fn project(workspace: &Workspace) -> PathBuf {
    npm_package::folder(workspace, "sandbox")
}

fn set_up(workspace: &Workspace) -> Result<(), String> {
    let project = project(workspace);
    files::mirror(&workspace.root.join(SOURCES), &project, |path| path != Path::new("node_modules"))?;
    npm::install_locked(workspace, &project, Scripts::Never)
}
