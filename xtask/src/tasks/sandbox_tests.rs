//! The tests of the sandbox: its own, and those that use the vendor's SDK and a browser as clients. The browser also
//! opens the page of `hookseal inbox`.

use std::path::{Path, PathBuf};

use crate::packages::npm_package;
use crate::tools::chromium;
use crate::tools::command_line;
use crate::tools::files;
use crate::tools::npm::{self, Scripts};
use crate::tools::process::Process;
use crate::tools::rust_tests;
use crate::tools::step::Step;
use crate::tools::workspace::Workspace;

const SOURCES: &str = "tests/sandbox";

/// The steps of part `sandbox`.
pub(crate) fn steps(workspace: &Workspace) -> Result<Vec<Step>, String> {
    npm::check(&workspace.root)?;
    let browser = chromium::find(&workspace.root)?;
    let clients = Process::new("node --test sdk.test.mjs page.test.mjs inbox.test.mjs")
        .current_dir(workspace.relative(&project(workspace)));
    Ok(vec![
        rust_tests::of("--test sandbox").into(),
        command_line::build(),
        Step::Internal { command: "npm ci, for the vendor's SDK and the browser's driver", action: set_up },
        clients.env(command_line::VARIABLE, command_line::binary(workspace)).env(chromium::VARIABLE, browser).into(),
    ])
}

fn project(workspace: &Workspace) -> PathBuf {
    npm_package::folder(workspace, "sandbox")
}

fn set_up(workspace: &Workspace) -> Result<(), String> {
    let project = project(workspace);
    files::mirror(&workspace.root.join(SOURCES), &project, |path| {
        !["node_modules", "screenshots"].iter().any(|other| path == Path::new(other))
    })?;
    npm::install_locked(workspace, &project, Scripts::Never)
}
