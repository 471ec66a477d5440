//! Packs the vectors with their runner and its adapters, for people who test another library with them.

use std::path::{Path, PathBuf};

use crate::packages::npm_package::{self, VERSION};
use crate::tools::process::Process;
use crate::tools::workspace::Workspace;
use crate::tools::{checksums, files, python};

const SOURCES: &str = "tests/vectors";

/// Packs any folder into an archive that depends on its contents alone.
const SCRIPT: &str = "cli/packaging/archive.py";

/// The name of the folder in the archive.
fn inside() -> String {
    format!("hookseal-vectors-{VERSION}")
}

fn folder(workspace: &Workspace) -> PathBuf {
    workspace.target.join("packages").join("vectors")
}

fn archive(workspace: &Workspace) -> PathBuf {
    folder(workspace).join(format!("{}.tar.gz", inside()))
}

/// What a reader of the archive needs: not what writes the vectors, and not the runner of this repository's table.
fn is_packed(path: &Path) -> bool {
    let written_by = ["make", "generate.py", "peers.py", "__pycache__"];
    !written_by.iter().any(|name| path.starts_with(name)) && !path.ends_with("__pycache__")
}

/// Packs the archive, and returns its path and that of its checksum.
pub(crate) fn package(workspace: &Workspace) -> Result<Vec<PathBuf>, String> {
    let content = workspace.target.join("vectors").join(inside());
    files::renew(&content)?;
    files::mirror(&workspace.root.join(SOURCES), &content, is_packed)?;
    npm_package::copy_licenses(workspace, &content)?;
    files::renew(&folder(workspace))?;
    let archive = archive(workspace);
    let python = python::find(&workspace.root)?;
    Process::new(&format!("{python} {SCRIPT}"))
        .arg(workspace.relative(&archive))
        .arg(workspace.relative(&content))
        .run_echoed(&workspace.root)?;
    let checksums = checksums::write_all(&folder(workspace))?;
    Ok(vec![archive, checksums])
}

/// Unpacks the archive as a user would.
pub(crate) fn set_up(workspace: &Workspace) -> Result<(), String> {
    let tests = workspace.target.join("vectors").join("tests");
    files::renew(&tests)?;
    let python = python::find(&workspace.root)?;
    Process::new(&format!("{python} -m tarfile -e"))
        .arg(workspace.relative(&archive(workspace)))
        .arg(workspace.relative(&tests))
        .run_echoed(&workspace.root)
}

/// Where [`set_up`] has unpacked it.
pub(crate) fn unpacked(workspace: &Workspace) -> PathBuf {
    workspace.target.join("vectors").join("tests").join(inside())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_archive_has_the_vectors_and_what_plays_them_and_not_what_makes_them() {
        for path in ["stripe.json", "keys/keys.json", "play.py", "adapters/adapter.mjs", "format/protocol.schema.json"]
        {
            assert!(is_packed(Path::new(path)), "{path}");
        }
        for path in ["make", "make/senders.py", "generate.py", "peers.py", "__pycache__", "adapters/__pycache__"] {
            assert!(!is_packed(Path::new(path)), "{path}");
        }
    }
}
