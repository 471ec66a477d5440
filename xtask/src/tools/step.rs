//! One step of a test run: a process or a function of xtask itself, with the command that runs it alone.

use std::fmt;

use crate::tools::process::Process;
use crate::tools::workspace::Workspace;

/// A step succeeds, or says why it failed.
pub(crate) enum Step {
    /// Another program.
    Process(Process),
    /// A function of xtask. Starting xtask again would not work on Windows, where cargo cannot replace a running
    /// binary.
    Internal { command: &'static str, action: fn(&Workspace) -> Result<(), String> },
}

impl Step {
    pub(crate) fn run(&self, workspace: &Workspace) -> Result<(), String> {
        match self {
            Self::Process(process) => process.run(&workspace.root),
            Self::Internal { action, .. } => action(workspace),
        }
    }
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Process(process) => process.fmt(f),
            Self::Internal { command, .. } => f.write_str(command),
        }
    }
}

impl From<Process> for Step {
    fn from(process: Process) -> Self {
        Self::Process(process)
    }
}
