//! Builds the command line for those without cargo: the npm package `@hookseal/cli`, the wheel `hookseal-cli`, and an
//! archive for cargo-binstall and for downloads. All have the same binary, its manual pages and shell completions.

mod archive;
mod npm;
mod share;
mod wheel;

use std::path::{Path, PathBuf};

use crate::packages::native::{Kind, Native};
use crate::packages::npm_platforms::Platform;
use crate::tools::process::Process;
use crate::tools::venv::Venv;
use crate::tools::workspace::Workspace;
use crate::tools::{command_line, files, python, targets};

/// The environment with maturin: not that of the other wheel, which another part of the tests may be making.
const ENVIRONMENT: &str = "cli-build";

/// The build tools, at pinned versions: those of the other wheel.
const REQUIREMENTS: &str = "bindings-python/requirements-build.txt";

/// The manual of all of them.
const README: &str = "cli/README.md";

/// Which binary is packed.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Profile {
    /// The one that is published, which takes minutes to build.
    Release,
    /// The one that the tests of other languages run too.
    Dev,
}

/// The binary's file name on a platform.
fn file(platform: &Platform) -> &'static str {
    if platform.is_windows() { "hookseal.exe" } else { "hookseal" }
}

/// What is packed, and for which platform.
struct Built<'a> {
    platform: Platform,
    binary: &'a Path,
    /// What the binary says of itself, see [`share`].
    share: &'a Path,
    /// The folder of the packages.
    packages: PathBuf,
}

/// A folder of the build.
pub(crate) fn folder(workspace: &Workspace, name: &str) -> PathBuf {
    workspace.target.join("cli").join(name)
}

/// The environment whose Python builds the wheel and packs the archive.
pub(crate) fn python(workspace: &Workspace) -> Venv {
    Venv::new(workspace, ENVIRONMENT)
}

/// Builds all of them and returns their paths.
pub(crate) fn package(workspace: &Workspace, profile: Profile) -> Result<Vec<PathBuf>, String> {
    profile.cargo(Process::new("cargo build --locked -p hookseal-cli")).run_echoed(&workspace.root)?;
    let binary = profile.binary(workspace)?;
    let share = share::write(workspace, &binary)?;
    make_python(workspace)?;
    let packages = workspace.target.join("packages");
    let built = Built { platform: Platform::current()?, binary: &binary, share: &share, packages };
    let mut packages = vec![npm::main(workspace, &share)?, npm::native(workspace, &built)?];
    packages.push(wheel::package(workspace, profile, &share)?);
    packages.extend(archive::package(workspace, &built)?);
    Ok(packages)
}

/// Builds the main package on npm, which is the same for every platform, and returns its tarball.
pub(crate) fn main(workspace: &Workspace) -> Result<PathBuf, String> {
    Process::new("cargo build --locked -p hookseal-cli").run_echoed(&workspace.root)?;
    let share = share::write(workspace, &command_line::binary(workspace))?;
    npm::main(workspace, &share)
}

/// The file name of a target's archive.
pub(crate) fn archive(target: &str) -> String {
    archive::names(target).1
}

/// Builds those of another platform, or of this one for older systems, and returns their paths.
pub(crate) fn package_for(workspace: &Workspace, native: &Native) -> Result<Vec<PathBuf>, String> {
    native.build(workspace, "hookseal-cli", Kind::Program)?;
    let binary = native.output(workspace).join(file(&native.platform));
    native.check(&binary, Kind::Program)?;
    // This machine may not be able to run the other binary, and this one says the same.
    Process::new("cargo build --locked -p hookseal-cli").run_echoed(&workspace.root)?;
    let share = share::write(workspace, &command_line::binary(workspace))?;
    make_python(workspace)?;
    let packages = native.packages(workspace);
    files::create(&packages)?;
    let built = Built { platform: native.platform, binary: &binary, share: &share, packages };
    let mut packages = vec![npm::native(workspace, &built)?, wheel::package_for(workspace, native, &share)?];
    packages.extend(archive::package(workspace, &built)?);
    Ok(packages)
}

fn make_python(workspace: &Workspace) -> Result<(), String> {
    let [_, newest] = python::oldest_and_newest(&workspace.root)?;
    python(workspace).make(workspace, &newest, Some(&workspace.root.join(REQUIREMENTS)))
}

impl Profile {
    fn name(self) -> &'static str {
        match self {
            Self::Release => "release",
            Self::Dev => "dev",
        }
    }

    /// Adds the profile to a command of cargo or maturin. Both build the same binary, so the second has nothing to do.
    fn cargo(self, process: Process) -> Process {
        let process = process.args(["--profile", self.name()]);
        match self {
            Self::Release => process
                .env("CARGO_ENCODED_RUSTFLAGS", targets::remap_cargo_home().unwrap_or_default())
                .env("CARGO_PROFILE_RELEASE_STRIP", "symbols"),
            Self::Dev => process,
        }
    }

    /// The binary, without debugging symbols.
    fn binary(self, workspace: &Workspace) -> Result<PathBuf, String> {
        match self {
            Self::Release => Ok(workspace.target.join("release").join(file(&Platform::current()?))),
            Self::Dev => stripped(workspace, &command_line::binary(workspace)),
        }
    }
}

/// A copy that is packed in a second: most of a binary for development is symbols. On Windows they are in another file.
fn stripped(workspace: &Workspace, binary: &Path) -> Result<PathBuf, String> {
    if cfg!(windows) {
        return Ok(binary.to_owned());
    }
    let copies = folder(workspace, "stripped");
    files::create(&copies)?;
    let copy = copies.join("hookseal");
    let strip = Process::new("strip -o").arg(&copy).arg(workspace.relative(binary));
    strip.run_echoed(&workspace.root).map_err(|error| format!("{error}: install binutils"))?;
    Ok(copy)
}
