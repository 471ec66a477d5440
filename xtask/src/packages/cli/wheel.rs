//! The wheel `hookseal-cli`: the binary, for every Python on this platform.

use std::path::{Path, PathBuf};

use crate::packages::cli::{self, Profile, README};
use crate::packages::native::{Kind, Native};
use crate::packages::npm_package::{self, VERSION};
use crate::tools::files;
use crate::tools::process::Process;
use crate::tools::workspace::Workspace;

/// The folder with the package's manifest and its Python.
const SOURCES: &str = "cli/python";

/// Adds what maturin does not.
const SCRIPT: &str = "cli/packaging/wheel.py";

/// Builds the wheel and returns its path.
pub(super) fn package(workspace: &Workspace, profile: Profile, share: &Path) -> Result<PathBuf, String> {
    let venv = cli::python(workspace);
    let packages = workspace.target.join("packages");
    files::create(&packages)?;
    for wheel in built(&packages)? {
        files::remove(&wheel)?;
    }
    prepare(workspace)?;
    let maturin = Process::program(venv.python()).args(["-m", "maturin", "build", "--locked"]);
    // maturin looks for the package's manifest in its own folder.
    let maturin = profile.cargo(maturin).current_dir(SOURCES).args(["--out"]).arg(&packages);
    // It moves the binary that cargo has built, which other parts of the tests may be starting: so that one is in a folder
    // of its own. What is compiled stays where it always is.
    let own = cli::folder(workspace, "maturin");
    let maturin = maturin.env("CARGO_TARGET_DIR", own).env("CARGO_BUILD_BUILD_DIR", &workspace.target);
    maturin.run_echoed(&workspace.root)?;
    let wheels = built(&packages)?;
    let [wheel] = &*wheels else { return Err(format!("maturin built {wheels:?} instead of a wheel")) };
    complete(workspace, wheel, share, if profile == Profile::Release { "9" } else { "1" })?;
    Ok(wheel.clone())
}

/// Builds the wheel of another platform, or of this one for older systems, and returns its path.
pub(super) fn package_for(workspace: &Workspace, native: &Native, share: &Path) -> Result<PathBuf, String> {
    for wheel in built(&native.packages(workspace))? {
        files::remove(&wheel)?;
    }
    prepare(workspace)?;
    let wheel = native.wheel(workspace, Path::new(SOURCES), Kind::Program)?;
    complete(workspace, &wheel, share, "9")?;
    Ok(wheel)
}

/// Copies what a package cannot include from outside its folder.
fn prepare(workspace: &Workspace) -> Result<(), String> {
    let sources = workspace.root.join(SOURCES);
    npm_package::copy_licenses(workspace, &sources)?;
    files::copy_into(&workspace.root.join(README), &sources)
}

fn complete(workspace: &Workspace, wheel: &Path, share: &Path, level: &str) -> Result<(), String> {
    let venv = cli::python(workspace);
    let script = Process::program(workspace.relative(&venv.python())).args([SCRIPT]);
    let script = script.arg(workspace.relative(wheel)).arg(workspace.relative(share)).args([level]);
    script.run_echoed(&workspace.root)
}

/// The wheels of this version.
fn built(packages: &Path) -> Result<Vec<PathBuf>, String> {
    let start = format!("hookseal_cli-{VERSION}-");
    let names = files::list(packages)?.into_iter().filter(|name| name.starts_with(&start) && name.ends_with(".whl"));
    Ok(names.map(|name| packages.join(name)).collect())
}
