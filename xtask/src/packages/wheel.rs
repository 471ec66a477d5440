//! Builds the Python package `hookseal`: a wheel for Python 3.10 and later, and the source distribution.

use std::path::{Path, PathBuf};

use crate::packages::native::{Kind, Native};
use crate::packages::npm_package;
use crate::tools::files::{self, At as _};
use crate::tools::process::Process;
use crate::tools::python;
use crate::tools::targets;
use crate::tools::venv::Venv;
use crate::tools::workspace::Workspace;

/// The folder with the sources and the package's manifest.
const SOURCES: &str = "bindings-python";

const MANIFEST: &str = "bindings-python/Cargo.toml";

/// The build tools, at pinned versions.
const REQUIREMENTS: &str = "bindings-python/requirements-build.txt";

/// The start of the names of the built files.
const NAME: &str = concat!("hookseal-", env!("CARGO_PKG_VERSION"));

/// Builds both and returns their paths.
pub(crate) fn package(workspace: &Workspace) -> Result<Vec<PathBuf>, String> {
    let [_, newest] = python::oldest_and_newest(&workspace.root)?;
    let venv = Venv::new(workspace, "build");
    venv.make(workspace, &newest, Some(&workspace.root.join(REQUIREMENTS)))?;
    let packages = workspace.target.join("packages");
    files::create(&packages)?;
    for file in built(&packages)? {
        std::fs::remove_file(&file).at(&file)?;
    }
    for license in ["LICENSE-MIT", "LICENSE-APACHE"] {
        files::copy_into(&workspace.root.join(license), &workspace.root.join(SOURCES))?;
    }
    let maturin = || Process::program(workspace.relative(&venv.python())).args(["-m", "maturin"]);
    let into_packages = |process: Process| {
        let process = process.args(["--manifest-path", MANIFEST, "--out"]);
        process.arg(workspace.relative(&packages)).run_echoed(&workspace.root)
    };
    let build = maturin().args(["build", "--release", "--locked", "--interpreter"]);
    let build = build.arg(workspace.relative(&venv.python()));
    into_packages(build.env("CARGO_ENCODED_RUSTFLAGS", targets::remap_cargo_home().unwrap_or_default()))?;
    into_packages(maturin().arg("sdist"))?;
    let files = built(&packages)?;
    if files.len() == 2 {
        Ok(files)
    } else {
        Err(format!("maturin built {files:?} instead of a wheel and a source distribution"))
    }
}

/// Builds the source distribution alone, and returns its path.
pub(crate) fn source_distribution(workspace: &Workspace) -> Result<PathBuf, String> {
    npm_package::copy_licenses(workspace, &workspace.root.join(SOURCES))?;
    let [_, newest] = python::oldest_and_newest(&workspace.root)?;
    let venv = Venv::new(workspace, "build");
    venv.make(workspace, &newest, Some(&workspace.root.join(REQUIREMENTS)))?;
    let packages = workspace.target.join("packages");
    files::create(&packages)?;
    let maturin = Process::program(workspace.relative(&venv.python())).args(["-m", "maturin", "sdist"]);
    let maturin = maturin.args(["--manifest-path", MANIFEST, "--out"]).arg(workspace.relative(&packages));
    maturin.run_echoed(&workspace.root)?;
    sdist(workspace)
}

/// Builds the wheel of another platform, or of this one for older systems, and returns its path.
pub(crate) fn package_for(workspace: &Workspace, native: &Native) -> Result<Vec<PathBuf>, String> {
    npm_package::copy_licenses(workspace, &workspace.root.join(SOURCES))?;
    files::create(&native.packages(workspace))?;
    for file in built(&native.packages(workspace))? {
        files::remove(&file)?;
    }
    let wheel = native.wheel(workspace, Path::new(SOURCES), Kind::Library)?;
    native.check(&native.output(workspace).join(native.platform.library("_hookseal")), Kind::Library)?;
    Ok(vec![wheel])
}

/// The wheel that [`package`] built.
pub(crate) fn wheel(workspace: &Workspace) -> Result<PathBuf, String> {
    built_file(workspace, ".whl")
}

/// The source distribution that [`package`] built.
pub(crate) fn sdist(workspace: &Workspace) -> Result<PathBuf, String> {
    built_file(workspace, ".tar.gz")
}

/// Checks that `PyPI` would take what [`package`] builds, and can show its readme.
pub(crate) fn check(workspace: &Workspace) -> Process {
    let packages = workspace.relative(&workspace.target.join("packages")).to_path_buf();
    let twine = Process::program(workspace.relative(&Venv::new(workspace, "build").python()));
    let twine = twine.args(["-m", "twine", "check", "--strict"]);
    // twine itself replaces the asterisk.
    twine.arg(packages.join(format!("{NAME}-*.whl"))).arg(packages.join(format!("{NAME}.tar.gz")))
}

fn built_file(workspace: &Workspace, extension: &str) -> Result<PathBuf, String> {
    let files = built(&workspace.target.join("packages"))?;
    let found = files.into_iter().find(|file| file.to_string_lossy().ends_with(extension));
    found.ok_or_else(|| format!("{NAME}…{extension} does not exist: run `cargo xtask package python`"))
}

/// The built files of this version.
fn built(packages: &Path) -> Result<Vec<PathBuf>, String> {
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
    fn packages_of_other_languages_and_versions_are_ignored() {
        let packages = Scratch::new("packages");
        let wheel = format!("{NAME}-cp310-abi3-any.whl");
        for file in [wheel.as_str(), "hookseal-0.0.1.tar.gz", &format!("{NAME}.tgz")] {
            packages.put(file, "");
        }
        assert_eq!(built(packages.path()), Ok(vec![packages.path().join(wheel)]));
    }
}
