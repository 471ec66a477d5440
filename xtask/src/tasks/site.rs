//! The documentation site: Starlight's pages, made from the Markdown of the repository, with the page that explains a
//! delivery and the references that are generated from the code.

use std::path::PathBuf;

use crate::packages::{GO, PYTHON, WASM};
use crate::tasks::playground;
use crate::tools::chromium;
use crate::tools::command_line;
use crate::tools::files::{self, At as _};
use crate::tools::go::Go;
use crate::tools::npm::{self, Scripts};
use crate::tools::process::Process;
use crate::tools::python;
use crate::tools::step::Step;
use crate::tools::workspace::Workspace;

const SOURCES: &str = "site";

/// The path below which the site is published, read by its sources.
pub(crate) const BASE: &str = "HOOKSEAL_SITE_BASE";

/// The base with which it is tested: a folder below a domain, where a link that forgets it leads nowhere.
const TESTED_BASE: &str = "/published/hookseal/";

/// The programs that read the sources of their language, for the references.
const GO_VARIABLE: &str = "HOOKSEAL_GO";
const PYTHON_VARIABLE: &str = "HOOKSEAL_PYTHON";

/// The crates with the features that docs.rs documents.
const RUSTDOC: &str = "cargo doc --no-deps -p hookseal -p hookseal-web -p hookseal-inbox --all-features";

/// Icons of the pages.
const ICON: &str = "sandbox/src/page/icon.svg";

/// The steps of part `site`.
pub(crate) fn steps(workspace: &Workspace) -> Result<Vec<Step>, String> {
    npm::check(&workspace.root)?;
    let browser = chromium::find(&workspace.root)?;
    let tests = Process::new("node --test").args(tests(workspace)?.iter().map(String::as_str));
    let tests = tests.current_dir(SOURCES).env(BASE, TESTED_BASE).env("HOOKSEAL_SITE_BUILT", html(workspace));
    Ok(vec![
        // The tutorials install them.
        Step::Internal { command: "cargo xtask package wasm", action: |workspace| WASM.build(workspace) },
        Step::Internal { command: "cargo xtask package python", action: |workspace| PYTHON.build(workspace) },
        Step::Internal { command: "cargo xtask package go", action: |workspace| GO.build(workspace) },
        Step::Internal {
            command: "HOOKSEAL_SITE_BASE=/published/hookseal/ cargo xtask site",
            action: |workspace| build_at(workspace, Some(TESTED_BASE)).map(drop),
        },
        tests.env(chromium::VARIABLE, browser).env(command_line::VARIABLE, command_line::binary(workspace)).into(),
    ])
}

/// The test files, since Node 20 accepts no pattern.
fn tests(workspace: &Workspace) -> Result<Vec<String>, String> {
    let mut names = files::list(&workspace.root.join(SOURCES).join("tests"))?;
    names.retain(|name| name.ends_with(".test.mjs"));
    names.sort();
    Ok(names.iter().map(|name| format!("tests/{name}")).collect())
}

/// Builds the site for where the environment says it is published, and returns its folder.
pub(crate) fn build(workspace: &Workspace) -> Result<PathBuf, String> {
    build_at(workspace, None)
}

fn folder(workspace: &Workspace, name: &str) -> PathBuf {
    workspace.target.join("site").join(name)
}

/// Where the built site is.
fn html(workspace: &Workspace) -> PathBuf {
    folder(workspace, "html")
}

fn build_at(workspace: &Workspace, base: Option<&str>) -> Result<PathBuf, String> {
    npm::check(&workspace.root)?;
    let sources = workspace.root.join(SOURCES);
    // What Astro remembers of pages that were removed since is of no use.
    files::renew(&folder(workspace, "cache"))?;
    // It describes its own commands.
    command_line::build().run(workspace)?;
    npm::install_locked(workspace, &sources, Scripts::Never)?;
    let public = folder(workspace, "public");
    files::renew(&public)?;
    files::copy_into(&workspace.root.join(ICON), &public)?;
    let explain = public.join("explain");
    files::create(&explain)?;
    files::copy_into(&playground::build(workspace)?, &explain)?;
    let (go, python) = (Go::newest(workspace)?, python::find(&workspace.root)?);
    let run = |process: Process| {
        let process = process.env("ASTRO_TELEMETRY_DISABLED", "1");
        let process = process.env(GO_VARIABLE, go.program()).env(PYTHON_VARIABLE, python);
        let process = process.env(command_line::VARIABLE, command_line::binary(workspace));
        let process = match base {
            Some(base) => process.env(BASE, base),
            None => process,
        };
        process.run_echoed(&workspace.root)
    };
    let node = |script: &str| Process::new("node").arg(script).current_dir(SOURCES);
    run(node("prepare.mjs").arg(folder(workspace, "content")))?;
    // Astro leaves files of its own among the pages if it builds outside of its folder.
    let built = sources.join("dist");
    files::renew(&built)?;
    run(node("node_modules/astro/astro.js").arg("build"))?;
    let html = html(workspace);
    files::renew(&html)?;
    files::mirror(&built, &html, |_| true)?;
    std::fs::remove_dir_all(&built).at(&built)?;
    // Only now, so that the site's search leaves it out: it has its own.
    files::mirror(&rustdoc(workspace)?, &html.join("api").join("rust"), |_| true)?;
    println!("--- built {}", workspace.relative(&html).display());
    Ok(html)
}

/// What rustdoc makes of the crates. It is in a folder apart, without the other crates of the workspace, while cargo keeps
/// what it compiles where it always does.
fn rustdoc(workspace: &Workspace) -> Result<PathBuf, String> {
    let target = folder(workspace, "rust");
    let documentation = target.join("doc");
    files::renew(&documentation)?;
    let process = Process::new(RUSTDOC).env("RUSTDOCFLAGS", "-D warnings");
    let process = process.env("CARGO_TARGET_DIR", &target).env("CARGO_BUILD_BUILD_DIR", &workspace.target);
    process.run_echoed(&workspace.root)?;
    Ok(documentation)
}
