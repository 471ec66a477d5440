//! The `hookseal` binary of this repository, which the tests of other languages run.

use std::path::PathBuf;

use crate::tools::process::Process;
use crate::tools::step::Step;
use crate::tools::workspace::Workspace;

/// The environment variable that says where the binary is.
pub(crate) const VARIABLE: &str = "HOOKSEAL_CLI";

/// Builds the binary.
pub(crate) fn build() -> Step {
    Process::new("cargo build -p hookseal-cli").into()
}

/// Where [`build`] puts it.
pub(crate) fn binary(workspace: &Workspace) -> PathBuf {
    workspace.target.join("debug").join(format!("hookseal{}", std::env::consts::EXE_SUFFIX))
}
