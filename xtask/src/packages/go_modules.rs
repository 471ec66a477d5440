//! The tests of what needs more than the Go package: `Once` on databases, with their drivers, and the module for Caddy.

use std::path::Path;

use crate::packages::{examples, go};
use crate::tools::go::Go;
use crate::tools::process::Process;
use crate::tools::step::Step;
use crate::tools::workspace::Workspace;
use crate::tools::{command_line, servers};

/// The steps in part `go`, which run in the copies that its setup makes. They need a recent Go, as the drivers and Caddy
/// do.
pub(crate) fn steps(workspace: &Workspace, go: &Go, staticcheck: &Path) -> Result<Vec<Step>, String> {
    servers::install_missing(&workspace.root)?;
    let (package, tests) = (go::build_folder(workspace, "package"), go::build_folder(workspace, "tests"));
    let (once, caddy) = (tests.join("once"), tests.join("caddy"));
    let inside = |process: Process, folder: &Path| -> Step {
        let process = process.env(command_line::VARIABLE, command_line::binary(workspace));
        let process = process.env(examples::VARIABLE, examples::folder(workspace));
        process.current_dir(workspace.relative(folder)).into()
    };
    let mut steps = vec![inside(go.run("vet ./..."), &package.join("caddy"))];
    for folder in [&package.join("caddy"), &once, &caddy] {
        steps.push(inside(go.tool(staticcheck).arg("./..."), folder));
    }
    // The race detector needs a C compiler.
    steps.push(inside(go.run("test -race ./...").env("CGO_ENABLED", "1"), &once));
    steps.push(inside(go.run("test ./..."), &caddy));
    Ok(steps)
}
