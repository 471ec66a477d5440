//! What the workflow `release` does, so that it can be done by hand: builds what is the same for every platform, or what is
//! for one; collects all of it, and says what is missing. Nothing here uploads anything.

mod collect;
mod go_tags;

use crate::packages::npm_package::VERSION;
use crate::packages::npm_platforms::PLATFORMS;
use crate::packages::reproduce::{self, Modules};
use crate::packages::{CLI, GATEWAY, GO, NODE, PYTHON, WASM, c, cli, crates, node, sbom, wheel};
use crate::tools::files;
use crate::tools::process::Process;
use crate::tools::step::Step;
use crate::tools::venv::Venv;
use crate::tools::workspace::Workspace;
use crate::tools::{python, words};

/// What a user types.
pub(crate) const SYNTAX: &str = "release check TAG, release build common, release build TARGET, or release collect";

/// The name in `release build` of what is the same for every platform.
const COMMON: &str = "common";

/// The address of nobody, which the root manifest has until the owner names one.
const PLACEHOLDER: &str = ".invalid/";

/// One of the commands.
pub(crate) enum Request {
    /// Whether this can be released under a tag.
    Check(String),
    Common,
    Platform(&'static str),
    Collect,
}

impl Request {
    pub(crate) fn of(arguments: &[String]) -> Result<Self, String> {
        let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
        match *words {
            ["check", tag] => Ok(Self::Check(tag.to_owned())),
            ["build", COMMON] => Ok(Self::Common),
            ["build", target] => {
                let platform = PLATFORMS.iter().find(|platform| platform.target == target);
                let targets = words::list(PLATFORMS.iter().map(|platform| platform.target));
                let platform = platform.map(|platform| Self::Platform(platform.target));
                platform
                    .ok_or_else(|| format!("nothing is built for `{target}`; the targets are: {targets}, and {COMMON}"))
            }
            ["collect"] => Ok(Self::Collect),
            _ => Err(format!("usage: cargo xtask {SYNTAX}")),
        }
    }
}

/// Runs one of the commands.
pub(crate) fn run(workspace: &Workspace, request: &Request) -> Result<(), String> {
    match request {
        Request::Check(tag) => {
            let changes = files::read(&workspace.root.join("CHANGELOG.md"))?;
            let faults = faults(tag, &String::from_utf8_lossy(&changes), env!("CARGO_PKG_REPOSITORY"));
            if faults.is_empty() { Ok(()) } else { Err(faults.join("\n")) }
        }
        Request::Common => common(workspace),
        Request::Platform(target) => {
            [NODE, PYTHON, CLI].iter().try_for_each(|package| package.build_for(workspace, target))
        }
        Request::Collect => collect::collect(workspace),
    }
}

/// What is the same for every platform: sources, WebAssembly, and the packages that name those of the platforms.
fn common(workspace: &Workspace) -> Result<(), String> {
    [WASM, GO, GATEWAY].iter().try_for_each(|package| package.build(workspace))?;
    c::build_module(workspace, &c::module(workspace))?;
    let mut built = vec![c::module(workspace), node::main(workspace)?, cli::main(workspace)?];
    built.push(wheel::source_distribution(workspace)?);
    built.extend(sbom::write(workspace)?);
    built.extend(crates::pack(workspace)?);
    built.push(go_tags::bundle_of(workspace)?);
    for file in built {
        println!("--- built {}", workspace.relative(&file).display());
    }
    Ok(())
}

fn faults(tag: &str, changes: &str, repository: &str) -> Vec<String> {
    let mut faults = Vec::new();
    if tag != format!("v{VERSION}") {
        faults.push(format!("the tag is {tag}, and the version {VERSION}"));
    }
    let heading = format!("## {VERSION}");
    if !changes.lines().any(|line| line == heading || line.starts_with(&format!("{heading} "))) {
        faults.push(format!("CHANGELOG.md has no `{heading}`"));
    }
    if repository.contains(PLACEHOLDER) {
        faults.push(format!("`repository` in Cargo.toml is nobody's address, {repository}: registries compare it"));
    }
    faults
}

/// The steps of part `release`.
pub(crate) fn steps(workspace: &Workspace) -> Result<Vec<Step>, String> {
    let [_, newest] = python::oldest_and_newest(&workspace.root)?;
    let venv = Venv::new(workspace, "sbom");
    venv.make(workspace, &newest, Some(&workspace.root.join("xtask/requirements-sbom.txt")))?;
    let check = Process::program(workspace.relative(&venv.python())).args(["tests/release/sbom.py"]);
    Ok(vec![
        Step::Internal { command: "cargo xtask sbom", action: |workspace| sbom::write(workspace).map(drop) },
        check.arg(workspace.relative(&sbom::folder(workspace))).into(),
        Step::Internal {
            command: "cargo xtask reproduce --first",
            action: |workspace| reproduce::check(workspace, Modules::First),
        },
    ])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_can_be_built_is_asked_for() {
        let of = |line: &str| Request::of(&line.split(' ').map(str::to_owned).collect::<Vec<_>>());
        for line in ["check v1.0.0", "build common", "build x86_64-unknown-linux-musl", "collect"] {
            assert!(of(line).is_ok(), "{line}");
        }
        for line in ["", "build", "build mips-unknown-none", "publish", "collect now"] {
            assert!(of(line).is_err(), "{line}");
        }
    }

    #[test]
    fn a_release_needs_its_tag_its_changes_and_an_address() {
        let changes = format!("# Changes\n\n## {VERSION} (2026-01-01)\n");
        let (tag, repository) = (format!("v{VERSION}"), "https://example.com/hookseal");
        assert_eq!(faults(&tag, &changes, repository), [""; 0]);
        assert_eq!(faults("v0.0.0", &changes, repository).len(), 1);
        assert_eq!(faults(&tag, &format!("## {VERSION}0\n"), repository).len(), 1);
        assert_eq!(faults(&tag, &changes, "https://hookseal.invalid/repository").len(), 1);
    }
}
