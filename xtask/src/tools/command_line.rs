//! The command line of this repository, for the tests of other languages, which call it.

use std::path::PathBuf;

use crate::tools::process::Process;
use crate::tools::step::Step;
use crate::tools::workspace::Workspace;

/// The variable by which those tests find the binary.
pub(crate) const VARIABLE: &str = "HOOKSEAL_CLI";

/// Builds the binary for them.
pub(crate) fn build() -> Step {
    Process::new("cargo build -p hookseal-cli").into()
}

/// Where [`build`] puts it.
pub(crate) fn binary(workspace: &Workspace) -> PathBuf {
    workspace.target.join("debug").join(format!("hookseal{}", std::env::consts::EXE_SUFFIX))
}
