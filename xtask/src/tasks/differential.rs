//! `cargo xtask differential`: random deliveries have one verdict in every package, which a model in Python predicts.

use std::path::{Path, PathBuf};

use crate::packages::{GO, NODE, PYTHON, WASM, go, go_tests, node, npm_package, wasm, wheel};
use crate::tasks::sanitized;
use crate::tools::process::Process;
use crate::tools::step::Step;
use crate::tools::venv::Venv;
use crate::tools::workspace::Workspace;
use crate::tools::{command_line, files, npm, python};

/// For how long it runs if nothing else is said.
const SECONDS: u32 = 60;

/// How many deliveries the test suite plays, always the same: a few seconds.
const COUNT: &str = "10000";

const MANIFEST: &str = r#"{ "private": true }
"#;

/// What `cargo xtask differential` was asked to do.
pub(crate) struct Request {
    seconds: u32,
    /// A new one if there is none.
    seed: Option<String>,
    /// Whether native code checks its accesses to memory.
    is_sanitized: bool,
}

/// The arguments, as the help shows them.
pub(crate) const SYNTAX: &str = "[--sanitized] [--seconds N] [--seed S]";

impl Request {
    /// Reads the arguments; `None` if they are not understood.
    pub(crate) fn of(arguments: &[String]) -> Option<Self> {
        let (is_sanitized, arguments) = match arguments {
            [first, rest @ ..] if first == "--sanitized" => (true, rest),
            rest => (false, rest),
        };
        let mut request = Self { seconds: SECONDS, seed: None, is_sanitized };
        for option in arguments.chunks(2) {
            match option {
                [name, seconds] if name == "--seconds" => request.seconds = seconds.parse().ok()?,
                [name, seed] if name == "--seed" => request.seed = Some(seed.clone()),
                _ => return None,
            }
        }
        (request.seconds > 0).then_some(request)
    }
}

/// The steps of part `differential`.
pub(crate) fn steps(workspace: &Workspace) -> Result<Vec<Step>, String> {
    let mut steps = preparation();
    steps.push(process(workspace).args(["--seed", "0", "--count", COUNT]).into());
    Ok(steps)
}

/// Builds and installs the packages, and plays new deliveries.
pub(crate) fn run(workspace: &Workspace, request: &Request) -> Result<(), String> {
    for step in preparation() {
        println!("=== {step}");
        step.run(workspace)?;
    }
    let process = process(workspace);
    let process = if request.is_sanitized {
        sanitized::install(workspace, &venv(workspace).python(), &project(workspace, "native"))?.add_to(process)
    } else {
        process
    };
    let process = process.args(["--seconds", &request.seconds.to_string()]);
    let process = if let Some(seed) = &request.seed { process.args(["--seed", seed]) } else { process };
    process.run_echoed(&workspace.root)
}

fn preparation() -> Vec<Step> {
    vec![
        Step::Internal { command: "cargo xtask package wasm", action: |workspace| WASM.build(workspace) },
        Step::Internal { command: "cargo xtask package node", action: |workspace| NODE.build(workspace) },
        Step::Internal { command: "cargo xtask package python", action: |workspace| PYTHON.build(workspace) },
        Step::Internal { command: "cargo xtask package go", action: |workspace| GO.build(workspace) },
        command_line::build(),
        Step::Internal { command: "npm install, pip install and go build, of the packages alone", action: install },
    ]
}

/// Installs each package where there is nothing else.
fn install(workspace: &Workspace) -> Result<(), String> {
    let [main, platform] = node::tarballs(workspace)?;
    // Under the name of the other package, so that both are loaded alike.
    let main = PathBuf::from(format!("hookseal@file:{}", main.display()));
    install_npm(workspace, "wasm", &[&wasm::tarball(workspace)])?;
    install_npm(workspace, "native", &[&main, &platform])?;
    go_tests::build_verdicts(workspace, &verdicts(workspace))?;
    let [_, newest] = python::oldest_and_newest(&workspace.root)?;
    let venv = venv(workspace);
    venv.make(workspace, &newest, None)?;
    venv.install(workspace, &wheel::wheel(workspace)?)
}

fn install_npm(workspace: &Workspace, name: &str, tarballs: &[&Path]) -> Result<(), String> {
    let project = project(workspace, name);
    files::renew(&project)?;
    files::write(&project.join("package.json"), MANIFEST)?;
    npm::install_tarballs(workspace, &project, tarballs)
}

fn project(workspace: &Workspace, name: &str) -> PathBuf {
    npm_package::folder(workspace, "differential").join(name)
}

/// The program that plays deliveries with the Go package.
fn verdicts(workspace: &Workspace) -> PathBuf {
    go::build_folder(workspace, &format!("verdicts{}", std::env::consts::EXE_SUFFIX))
}

fn venv(workspace: &Workspace) -> Venv {
    Venv::new(workspace, "differential")
}

/// The program, with everything but how long it runs.
fn process(workspace: &Workspace) -> Process {
    Process::program(workspace.relative(&venv(workspace).python()))
        .arg("tests/differential/run.py")
        .arg("--wasm")
        .arg(workspace.relative(&project(workspace, "wasm")))
        .arg("--native")
        .arg(workspace.relative(&project(workspace, "native")))
        .arg("--go")
        .arg(workspace.relative(&verdicts(workspace)))
        .arg("--cli")
        .arg(workspace.relative(&command_line::binary(workspace)))
        .env("PYTHONDONTWRITEBYTECODE", "1")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(line: &str) -> Option<(u32, Option<String>, bool)> {
        let arguments: Vec<String> = line.split_whitespace().map(str::to_owned).collect();
        Request::of(&arguments).map(|request| (request.seconds, request.seed, request.is_sanitized))
    }

    #[test]
    fn it_runs_for_a_minute_with_a_new_seed_unless_something_else_is_said() {
        assert_eq!(request(""), Some((60, None, false)));
        assert_eq!(request("--seconds 5"), Some((5, None, false)));
        assert_eq!(request("--seed 1f --seconds 5"), Some((5, Some("1f".to_owned()), false)));
        assert_eq!(request("--sanitized --seconds 5"), Some((5, None, true)));
        for wrong in ["5", "--seconds", "--seconds 0", "--seconds x", "--seed", "--count 5"] {
            assert_eq!(request(wrong), None, "{wrong}");
        }
    }
}
