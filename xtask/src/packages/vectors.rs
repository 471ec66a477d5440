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
    files::mirror(&workspace.root.join("tests/vectors"), folder, is_copied)?;
    files::mirror(&workspace.root.join("inbox/vectors"), &folder.join("inbox"), |_| true)
}

/// The folders of vectors, and of the schemas of the format.
const FOLDERS: &[&str] = &["explain", "format", "keys", "schemes", "senders", "stored"];

/// The vectors and what plays them with any library, but not what writes them.
fn is_copied(path: &Path) -> bool {
    FOLDERS.iter().any(|folder| path == Path::new(folder))
        || path.starts_with("adapters")
        || path == Path::new("play.py")
        || path.extension().is_some_and(|extension| extension == "json")
}

/// Writes the vectors in a form that needs no parser of JSON, for hosts of the C library and of its module. Without
/// ed25519, which those do not have, so that errors have the same texts.
pub(crate) fn write_for_hosts(workspace: &Workspace, file: &Path) -> Result<(), String> {
    Process::new("cargo run --quiet -p hookseal-tests --no-default-features --example host_vectors --")
        .arg(workspace.relative(file))
        .run_echoed(&workspace.root)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_vectors_and_their_runner_are_copied_and_not_what_writes_them() {
        for path in ["stripe.json", "keys", "keys/keys.json", "format/protocol.schema.json", "play.py", "adapters"] {
            assert!(is_copied(Path::new(path)), "{path}");
        }
        assert!(is_copied(Path::new("adapters/for_stripe.mjs")));
        for path in ["make", "make/senders.py", "generate.py", "peers.py", "README.md"] {
            assert!(!is_copied(Path::new(path)), "{path}");
        }
    }
}
