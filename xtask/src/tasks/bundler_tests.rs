//! The tests of the npm packages in bundlers, frameworks and compilers, which build and run applications with them.

use std::path::PathBuf;

use crate::packages::{NODE, WASM, examples, node, npm_package, wasm};
use crate::tools::files;
use crate::tools::npm::{self, Scripts};
use crate::tools::process::Process;
use crate::tools::step::Step;
use crate::tools::workspace::Workspace;

const SOURCES: &str = "tests/bundlers";

/// The folder in the project that has the packages, and the applications as they are built.
const MADE: &str = "made";

const MADE_MANIFEST: &str = r#"{ "private": true }
"#;

/// The steps of part `bundlers`.
pub(crate) fn steps(workspace: &Workspace) -> Result<Vec<Step>, String> {
    npm::check(&workspace.root)?;
    let cases = Process::new("node run.mjs").env(examples::VARIABLE, examples::folder(workspace));
    let cases = cases.current_dir(workspace.relative(&project(workspace)));
    Ok(vec![
        Step::Internal { command: "cargo xtask package wasm", action: |workspace| WASM.build(workspace) },
        Step::Internal { command: "cargo xtask package node", action: |workspace| NODE.build(workspace) },
        Step::Internal { command: "npm ci, for the bundlers, and the packages", action: set_up },
        cases.into(),
    ])
}

fn project(workspace: &Workspace) -> PathBuf {
    npm_package::folder(workspace, "bundlers")
}

/// Installs the tools, which are kept, and the packages in a folder of their own: it takes seconds there, and npm does
/// not check a thousand other packages.
fn set_up(workspace: &Workspace) -> Result<(), String> {
    let project = project(workspace);
    files::mirror(&workspace.root.join(SOURCES), &project, |path| {
        !["node_modules", MADE].iter().any(|kept| path.starts_with(kept))
    })?;
    npm::install_locked(workspace, &project, Scripts::Allowed)?;
    let made = project.join(MADE);
    files::renew(&made)?;
    files::write(&made.join("package.json"), MADE_MANIFEST)?;
    let [main, platform] = node::tarballs(workspace)?;
    npm::install_tarballs(workspace, &made, &[&wasm::tarball(workspace), &main, &platform])
}
