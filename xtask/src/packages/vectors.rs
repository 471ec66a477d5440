//! Copies the test vectors to the projects that run them.

use std::path::Path;

use crate::tools::files;
use crate::tools::process::Process;
use crate::tools::workspace::Workspace;

/// Copies the vectors, those of `inbox/` too, into a folder, and adds the core's reports on the explanation vectors,
/// with which other languages are compared.
pub(crate) fn copy(workspace: &Workspace, folder: &Path) -> Result<(), String> {
    copy_without_reports(workspace, folder)?;
    Process::new("cargo run --quiet -p hookseal-tests --example explain_reports --")
        .arg(workspace.relative(&folder.join("explain")))
        .run_echoed(&workspace.root)
}

/// The same without the reports, for languages that explain nothing.
pub(crate) fn copy_without_reports(workspace: &Workspace, folder: &Path) -> Result<(), String> {
    files::mirror(&workspace.root.join("tests/vectors"), folder, |path| {
        path == Path::new("explain")
            || path == Path::new("keys")
            || path == Path::new("schemes")
            || path == Path::new("senders")
            || path.extension().is_some_and(|extension| extension == "json")
    })?;
    files::mirror(&workspace.root.join("inbox/vectors"), &folder.join("inbox"), |_| true)
}
