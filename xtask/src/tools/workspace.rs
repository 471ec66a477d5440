//! Where the repository and its build output are.

use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::tools::process::Process;

/// The two folders that every command needs.
pub(crate) struct Workspace {
    /// The folder of the root manifest. Every command runs there, wherever xtask was started.
    pub(crate) root: PathBuf,
    /// Cargo's target folder, which `CARGO_TARGET_DIR` or cargo's configuration may have moved.
    pub(crate) target: PathBuf,
}

impl Workspace {
    pub(crate) fn find() -> Result<Self, String> {
        // Cargo sets the variable when it runs xtask; a copied binary falls back to where it was built.
        let manifest = std::env::var_os("CARGO_MANIFEST_DIR")
            .map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")), PathBuf::from);
        let root = manifest.parent().ok_or("the folder of xtask has no parent")?.to_path_buf();
        let metadata = Process::new("cargo metadata --no-deps --format-version 1").capture(&root)?;
        let target = target_directory(&metadata)?;
        Ok(Self { root, target })
    }

    /// The path relative to the root, if it is below the root.
    pub(crate) fn relative<'a>(&self, path: &'a Path) -> &'a Path {
        path.strip_prefix(&self.root).unwrap_or(path)
    }
}

fn target_directory(metadata: &str) -> Result<PathBuf, String> {
    let metadata: Value =
        serde_json::from_str(metadata).map_err(|error| format!("`cargo metadata` did not write JSON: {error}"))?;
    metadata["target_directory"]
        .as_str()
        .map(PathBuf::from)
        .ok_or_else(|| "`cargo metadata` has no target_directory".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_target_folder_is_read_from_cargo_metadata() {
        let metadata = r#"{"packages":[],"target_directory":"/elsewhere/target","version":1}"#;
        assert_eq!(target_directory(metadata), Ok(PathBuf::from("/elsewhere/target")));
    }

    #[test]
    fn metadata_without_a_target_folder_is_an_error() {
        assert!(target_directory("{}").is_err());
        assert!(target_directory("no JSON").is_err());
    }
}
