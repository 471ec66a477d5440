//! What tasks are built from: processes, where to find programs, files, and steps. Nothing here depends on a task.

pub(crate) mod c_compiler;
pub(crate) mod checksums;
pub(crate) mod chromium;
pub(crate) mod command_line;
mod debian;
pub(crate) mod elf;
pub(crate) mod files;
pub(crate) mod go;
pub(crate) mod interpreters;
pub(crate) mod module;
pub(crate) mod npm;
pub(crate) mod process;
pub(crate) mod python;
pub(crate) mod rust_tests;
pub(crate) mod servers;
pub(crate) mod sources;
pub(crate) mod step;
pub(crate) mod targets;
pub(crate) mod venv;
pub(crate) mod whole_run;
pub(crate) mod words;
pub(crate) mod workspace;
