//! Node and npm: checks that they are available, and installs the packages of a lock file.

use std::path::Path;

use crate::tools::files;
use crate::tools::process::Process;
use crate::tools::workspace::Workspace;

/// The oldest Node that the packages support.
const OLDEST_NODE: u32 = 20;

/// Records what `node_modules` was installed from. It is in that folder, so that npm removes it before it changes
/// anything.
const STAMP: &str = "node_modules/.installed-from";

/// Whether an installation may run the packages' install scripts.
#[derive(Clone, Copy)]
pub(crate) enum Scripts {
    /// Only those that `allowScripts` in the manifest names: some runtimes install their binary in one.
    Allowed,
    Never,
}

/// Returns an error unless npm and a recent enough Node are installed.
pub(crate) fn check(root: &Path) -> Result<(), String> {
    let wanted = format!("Node {OLDEST_NODE} or newer is needed, with npm");
    let node =
        Process::new("node --version").capture(root).map_err(|error| format!("{wanted}: install it ({error})"))?;
    if major(&node).is_none_or(|version| version < OLDEST_NODE) {
        return Err(format!("{wanted}, but `node` is {}: install a newer one", node.trim()));
    }
    let npm = npm().arg("--version").capture(root);
    npm.map(drop).map_err(|error| format!("{wanted}, but npm was not found: install it ({error})"))
}

/// The major version in `v20.1.2`.
fn major(version: &str) -> Option<u32> {
    version.trim().strip_prefix('v')?.split('.').next()?.parse().ok()
}

/// On Windows npm is a batch file, which is not found without its extension.
pub(crate) fn npm() -> Process {
    Process::new(if cfg!(windows) { "npm.cmd" } else { "npm" })
}

/// Installs exactly what the lock file in a folder lists, unless that is installed already.
pub(crate) fn install_locked(workspace: &Workspace, folder: &Path, scripts: Scripts) -> Result<(), String> {
    let mut wanted = files::read(&folder.join("package.json"))?;
    wanted.extend(files::read(&folder.join("package-lock.json"))?);
    let stamp = folder.join(STAMP);
    if std::fs::read(&stamp).is_ok_and(|installed| installed == wanted) {
        return Ok(());
    }
    let ci = npm().args(["ci", "--no-audit", "--no-fund"]);
    let ci = match scripts {
        Scripts::Never => ci.arg("--ignore-scripts"),
        // What a script compiles is tested with, and not measured: SQLite takes a fourth of the time this way.
        Scripts::Allowed => ci.env("CFLAGS", "-O0").env("CXXFLAGS", "-O0"),
    };
    ci.current_dir(workspace.relative(folder)).run_echoed(&workspace.root)?;
    files::write(&stamp, wanted)
}

/// Installs tarballs in addition, as a user would, without adding them to the manifest.
pub(crate) fn install_tarballs(workspace: &Workspace, folder: &Path, tarballs: &[&Path]) -> Result<(), String> {
    let install = npm()
        .args(["install", "--no-save", "--no-package-lock", "--no-audit", "--no-fund", "--ignore-scripts"])
        // Nothing has to be downloaded, since the packages have no dependencies.
        .args(["--prefer-offline", "--loglevel=error"]);
    let install = tarballs.iter().fold(install, |install, tarball| install.arg(tarball));
    install.current_dir(workspace.relative(folder)).run_echoed(&workspace.root)
}

/// Runs a program of an installed package, such as `typescript/bin/tsc`, with the Node on the path. The links in
/// `node_modules/.bin` would use another Node if a package installs one.
pub(crate) fn program(workspace: &Workspace, folder: &Path, path: &str) -> Process {
    Process::new("node").arg(workspace.relative(&folder.join("node_modules").join(path)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn node_versions_are_compared_by_major_version() {
        assert_eq!(major("v20.20.2\n"), Some(20));
        assert_eq!(major("v9.0.0\r\n"), Some(9));
        assert!(major("v9.0.0") < Some(OLDEST_NODE));
    }

    #[test]
    fn text_that_is_not_a_version_has_no_major_version() {
        assert_eq!(major("20.1.2"), None);
        assert_eq!(major("vX"), None);
    }
}
