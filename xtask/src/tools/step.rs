//! One step of a test: a process, or a function of xtask itself, with the command that a reader would type to run it alone.

use std::fmt;

use crate::tools::process::Process;
use crate::tools::workspace::Workspace;

/// Something that either succeeds or says why not.
pub(crate) enum Step {
    /// Another program.
    Process(Process),
    /// A command of xtask, run without starting xtask again: on Windows cargo could not replace the
    /// binary that is running.
    Inside { command: &'static str, action: fn(&Workspace) -> Result<(), String> },
}

impl Step {
    pub(crate) fn run(&self, workspace: &Workspace) -> Result<(), String> {
        match self {
            Self::Process(process) => process.run(&workspace.root),
            Self::Inside { action, .. } => action(workspace),
        }
    }
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Process(process) => process.fmt(f),
            Self::Inside { command, .. } => f.write_str(command),
        }
    }
}

impl From<Process> for Step {
    fn from(process: Process) -> Self {
        Self::Process(process)
    }
}
