//! Virtual environments, each with the packages that a file of requirements names.

use std::path::{Path, PathBuf};

use crate::tools::files;
use crate::tools::process::Process;
use crate::tools::python::Interpreter;
use crate::tools::workspace::Workspace;

/// Says what was installed.
const STAMP: &str = "installed-from";

/// A folder next to the environments.
pub(crate) fn folder(workspace: &Workspace, name: &str) -> PathBuf {
    workspace.target.join("python").join(name)
}

/// A virtual environment below `target/python`.
pub(crate) struct Venv {
    folder: PathBuf,
}

impl Venv {
    pub(crate) fn of(workspace: &Workspace, name: &str) -> Self {
        Self { folder: folder(workspace, name) }
    }

    /// Its Python.
    pub(crate) fn python(&self) -> PathBuf {
        if cfg!(windows) {
            self.folder.join("Scripts").join("python.exe")
        } else {
            self.folder.join("bin").join("python")
        }
    }

    /// Makes it, with the packages of a file; anew if it was made otherwise.
    pub(crate) fn make(
        &self,
        workspace: &Workspace,
        interpreter: &Interpreter,
        requirements: Option<&Path>,
    ) -> Result<(), String> {
        let root = &workspace.root;
        let mut wanted = format!("{:?}\n", interpreter).into_bytes();
        if let Some(file) = requirements {
            wanted.extend(files::read(file)?);
        }
        let stamp = self.folder.join(STAMP);
        if std::fs::read(&stamp).is_ok_and(|installed| installed == wanted) {
            return Ok(());
        }
        Process::program(&interpreter.program)
            .words(["-m", "venv", "--clear"])
            .argument(workspace.shown(&self.folder))
            .run_shown(root)?;
        if let Some(file) = requirements {
            self.pip(workspace).argument("-r").argument(workspace.shown(file)).run_shown(root)?;
        }
        files::write(&stamp, wanted)
    }

    /// Puts a package that was made here in the place of an earlier one, and what else it needs beside it.
    pub(crate) fn install(&self, workspace: &Workspace, file: &Path) -> Result<(), String> {
        self.pip(workspace)
            .words(["--force-reinstall", "--no-deps"])
            .argument(workspace.shown(file))
            .run_shown(&workspace.root)
    }

    fn pip(&self, workspace: &Workspace) -> Process {
        Process::program(workspace.shown(&self.python())).words([
            "-m",
            "pip",
            "install",
            "--quiet",
            "--disable-pip-version-check",
        ])
    }
}
