//! What the tasks are made of: programs and where to find them, files, and the steps of a run. Nothing here knows a task.

pub(crate) mod chromium;
pub(crate) mod command_line;
mod debian;
pub(crate) mod files;
pub(crate) mod npm;
pub(crate) mod process;
pub(crate) mod python;
pub(crate) mod step;
pub(crate) mod targets;
pub(crate) mod venv;
pub(crate) mod words;
pub(crate) mod workspace;
