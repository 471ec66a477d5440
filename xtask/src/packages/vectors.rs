//! Brings the vectors to where they are played.

use std::path::Path;

use crate::tools::files;
use crate::tools::process::Process;
use crate::tools::workspace::Workspace;

/// Copies them into a folder, and adds what the core reports on those of explanations, for others to be held against it.
pub(crate) fn copy(workspace: &Workspace, folder: &Path) -> Result<(), String> {
    files::mirror(&workspace.root.join("tests/vectors"), folder, |path| {
        path == Path::new("explain") || path.extension().is_some_and(|extension| extension == "json")
    })?;
    Process::new("cargo run --quiet -p hookseal-tests --example explain_reports --")
        .argument(workspace.shown(&folder.join("explain/reports.json")))
        .run_shown(&workspace.root)
}
