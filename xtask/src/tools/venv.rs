//! Python virtual environments, each with the packages of a requirements file.

use std::path::{Path, PathBuf};

use crate::tools::files;
use crate::tools::process::Process;
use crate::tools::python::Interpreter;
use crate::tools::workspace::Workspace;

/// Records what was installed.
const STAMP: &str = "installed-from";

/// A folder of the build, where the environments are too.
pub(crate) fn folder(workspace: &Workspace, name: &str) -> PathBuf {
    workspace.target.join("python").join(name)
}

/// A virtual environment below `target/python`.
pub(crate) struct Venv {
    folder: PathBuf,
}

impl Venv {
    pub(crate) fn new(workspace: &Workspace, name: &str) -> Self {
        Self { folder: folder(workspace, name) }
    }

    /// The path of its Python.
    pub(crate) fn python(&self) -> PathBuf {
        self.program("python")
    }

    /// The path of a program of it.
    pub(crate) fn program(&self, name: &str) -> PathBuf {
        if cfg!(windows) {
            self.folder.join("Scripts").join(format!("{name}.exe"))
        } else {
            self.folder.join("bin").join(name)
        }
    }

    /// Creates it with the packages of a requirements file, or recreates it if either has changed.
    pub(crate) fn make(
        &self,
        workspace: &Workspace,
        interpreter: &Interpreter,
        requirements: Option<&Path>,
    ) -> Result<(), String> {
        let root = &workspace.root;
        let mut wanted = format!("{interpreter:?}\n").into_bytes();
        if let Some(file) = requirements {
            wanted.extend(files::read(file)?);
        }
        let stamp = self.folder.join(STAMP);
        if std::fs::read(&stamp).is_ok_and(|installed| installed == wanted) {
            return Ok(());
        }
        Process::program(&interpreter.program)
            .args(["-m", "venv", "--clear"])
            .arg(workspace.relative(&self.folder))
            .run_echoed(root)?;
        if let Some(file) = requirements {
            self.pip(workspace).arg("-r").arg(workspace.relative(file)).run_echoed(root)?;
        }
        files::write(&stamp, wanted)
    }

    /// Installs a package that was built here in place of an earlier build. Its dependencies are left as they are.
    pub(crate) fn install(&self, workspace: &Workspace, file: &Path) -> Result<(), String> {
        self.pip(workspace)
            .args(["--force-reinstall", "--no-deps"])
            .arg(workspace.relative(file))
            .run_echoed(&workspace.root)
    }

    fn pip(&self, workspace: &Workspace) -> Process {
        Process::program(workspace.relative(&self.python())).args([
            "-m",
            "pip",
            "install",
            "--quiet",
            "--disable-pip-version-check",
        ])
    }
}
