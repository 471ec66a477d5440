//! Node and npm: checks that they are there, and installs what a lock file names.

use std::path::Path;

use crate::tools::files;
use crate::tools::process::Process;
use crate::tools::workspace::Workspace;

/// The oldest that the package runs on.
const OLDEST_NODE: u32 = 20;

/// Says what `node_modules` was installed from. In there, so that npm removes it before it changes anything.
const STAMP: &str = "node_modules/.installed-from";

/// Whether installing may run the programs that packages bring for that.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Scripts {
    /// Those that `allowScripts` in the manifest names: some runtimes put their program in place so.
    Allowed,
    Never,
}

/// Errs unless this machine has a Node that is new enough, and npm.
pub(crate) fn check(root: &Path) -> Result<(), String> {
    let wanted = format!("Node {OLDEST_NODE} or newer is needed, with npm");
    let node =
        Process::new("node --version").capture(root).map_err(|error| format!("{wanted}: install it ({error})"))?;
    if major(&node).is_none_or(|version| version < OLDEST_NODE) {
        return Err(format!("{wanted}, and `node` is {}: install a newer one", node.trim()));
    }
    let npm = npm().argument("--version").capture(root);
    npm.map(drop).map_err(|error| format!("{wanted}, and npm is not there: install it ({error})"))
}

/// The first number of `v20.1.2`.
fn major(version: &str) -> Option<u32> {
    version.trim().strip_prefix('v')?.split('.').next()?.parse().ok()
}

/// On Windows npm is a batch file, which is not found without its ending.
pub(crate) fn npm() -> Process {
    Process::new(if cfg!(windows) { "npm.cmd" } else { "npm" })
}

/// Installs exactly what the lock file in a folder names, unless it is installed already.
pub(crate) fn install_locked(workspace: &Workspace, folder: &Path, scripts: Scripts) -> Result<(), String> {
    let mut wanted = files::read(&folder.join("package.json"))?;
    wanted.extend(files::read(&folder.join("package-lock.json"))?);
    let stamp = folder.join(STAMP);
    if std::fs::read(&stamp).is_ok_and(|installed| installed == wanted) {
        return Ok(());
    }
    let ci = npm().words(["ci", "--no-audit", "--no-fund"]);
    let ci = if scripts == Scripts::Never { ci.argument("--ignore-scripts") } else { ci };
    ci.inside(workspace.shown(folder)).run_shown(&workspace.root)?;
    files::write(&stamp, wanted)
}

/// Installs tarballs on top of that, as a user does, and leaves no trace of them in the manifest.
pub(crate) fn install_tarballs(workspace: &Workspace, folder: &Path, tarballs: &[&Path]) -> Result<(), String> {
    let install = npm()
        .words(["install", "--no-save", "--no-package-lock", "--no-audit", "--no-fund", "--ignore-scripts"])
        // Nothing has to be fetched, since the package has no dependencies.
        .words(["--prefer-offline", "--loglevel=error"]);
    let install = tarballs.iter().fold(install, |install, tarball| install.argument(tarball));
    install.inside(workspace.shown(folder)).run_shown(&workspace.root)
}

/// A program of a package that is installed in a folder, such as `typescript/bin/tsc`. It is started by the Node on the
/// path: what stands in `node_modules/.bin` would be started by another one, where a package brings one along.
pub(crate) fn program(workspace: &Workspace, folder: &Path, path: &str) -> Process {
    Process::new("node").argument(workspace.shown(&folder.join("node_modules").join(path)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nodes_compare_by_their_first_number() {
        assert_eq!(major("v20.20.2\n"), Some(20));
        assert_eq!(major("v9.0.0\r\n"), Some(9));
        assert!(major("v9.0.0") < Some(OLDEST_NODE));
    }

    #[test]
    fn what_is_not_a_version_is_not_read_as_one() {
        assert_eq!(major("20.1.2"), None);
        assert_eq!(major("vX"), None);
    }
}
