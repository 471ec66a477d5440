//! Makes the Python package `hookseal`: a wheel for every Python from 3.10 on, and the source distribution.

use std::path::{Path, PathBuf};

use crate::tools::files::{self, At as _};
use crate::tools::process::Process;
use crate::tools::python;
use crate::tools::targets;
use crate::tools::venv::Venv;
use crate::tools::workspace::Workspace;

/// The folder of the sources and of the package's manifest.
const SOURCES: &str = "bindings-python";

const MANIFEST: &str = "bindings-python/Cargo.toml";

/// The tools that make the package, at pinned versions.
const REQUIREMENTS: &str = "bindings-python/requirements-build.txt";

/// How the files begin that are made.
const NAME: &str = concat!("hookseal-", env!("CARGO_PKG_VERSION"));

/// Makes both, and tells where they are.
pub(crate) fn package(workspace: &Workspace) -> Result<Vec<PathBuf>, String> {
    let [_, newest] = python::oldest_and_newest(&workspace.root)?;
    let venv = Venv::of(workspace, "build");
    venv.make(workspace, &newest, Some(&workspace.root.join(REQUIREMENTS)))?;
    let packages = workspace.target.join("packages");
    files::create(&packages)?;
    for made in made(&packages)? {
        std::fs::remove_file(&made).at(&made)?;
    }
    for license in ["LICENSE-MIT", "LICENSE-APACHE"] {
        files::copy_into(&workspace.root.join(license), &workspace.root.join(SOURCES))?;
    }
    let maturin = || Process::program(workspace.shown(&venv.python())).words(["-m", "maturin"]);
    let into_packages = |process: Process| {
        let process = process.words(["--manifest-path", MANIFEST, "--out"]);
        process.argument(workspace.shown(&packages)).run_shown(&workspace.root)
    };
    let build = maturin().words(["build", "--release", "--locked", "--interpreter"]);
    let build = build.argument(workspace.shown(&venv.python()));
    into_packages(build.set("CARGO_ENCODED_RUSTFLAGS", targets::nameless_home().unwrap_or_default()))?;
    into_packages(maturin().argument("sdist"))?;
    let made = made(&packages)?;
    if made.len() == 2 {
        Ok(made)
    } else {
        Err(format!("maturin made {made:?}, and not a wheel and a source distribution"))
    }
}

/// The wheel that [`package`] made.
pub(crate) fn wheel(workspace: &Workspace) -> Result<PathBuf, String> {
    one(workspace, ".whl")
}

/// The source distribution that [`package`] made.
pub(crate) fn sdist(workspace: &Workspace) -> Result<PathBuf, String> {
    one(workspace, ".tar.gz")
}

fn one(workspace: &Workspace, ending: &str) -> Result<PathBuf, String> {
    let made = made(&workspace.target.join("packages"))?;
    let found = made.into_iter().find(|file| file.to_string_lossy().ends_with(ending));
    found.ok_or_else(|| format!("there is no {NAME}…{ending}: run `cargo xtask package python`"))
}

/// The files of this version.
fn made(packages: &Path) -> Result<Vec<PathBuf>, String> {
    let entries = packages.read_dir().at(packages)?;
    let is_ours = |path: &PathBuf| {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        name.starts_with(NAME) && (name.ends_with(".whl") || name.ends_with(".tar.gz"))
    };
    Ok(entries.flatten().map(|entry| entry.path()).filter(is_ours).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tools::files::Scratch;

    #[test]
    fn what_was_made_is_told_from_the_packages_of_other_languages_and_versions() {
        let packages = Scratch::new("packages");
        let wheel = format!("{NAME}-cp310-abi3-any.whl");
        for file in [wheel.as_str(), "hookseal-0.0.1.tar.gz", &format!("{NAME}.tgz")] {
            packages.put(file, "");
        }
        assert_eq!(made(packages.path()), Ok(vec![packages.path().join(wheel)]));
    }
}
