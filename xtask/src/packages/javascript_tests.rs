//! The tests of the npm packages: the projects in which they run, and the commands that run there.

use std::path::{Path, PathBuf};

use crate::packages::python_tests::DOCS;
use crate::packages::{examples, node, npm_package, vectors, wasm};
use crate::tools::npm::{self, Scripts};
use crate::tools::process::Process;
use crate::tools::step::Step;
use crate::tools::workspace::Workspace;
use crate::tools::{chromium, command_line, files};

/// The commands that run in the project, in this order.
const RUNS: &[Run] = &[
    Run { line: "node run/package.mjs", needs: Needs::Nothing },
    Run { line: "node run/types.mjs", needs: Needs::Nothing },
    Run { line: "node run/readme.mjs", needs: Needs::Pages },
    Run { line: "node --test --test-concurrency=2", needs: Needs::Tests },
    Run { line: "node run/vectors.mjs node", needs: Needs::Nothing },
    Run { line: "node run/vectors.mjs node24", needs: Needs::Nothing },
    Run { line: "node run/vectors.mjs deno", needs: Needs::Nothing },
    Run { line: "node run/vectors.mjs bun", needs: Needs::Nothing },
    Run { line: "node run/vectors.mjs workerd", needs: Needs::Nothing },
    Run { line: "node run/vectors.mjs chromium", needs: Needs::Browser },
    Run { line: "node run/agree.mjs", needs: Needs::Nothing },
    Run { line: "node run/bundles.mjs", needs: Needs::Nothing },
    Run { line: "node run/playground.mjs", needs: Needs::Browser },
];

/// The commands that run in the project of the native package: on the installed Node, and on a newer one.
const NATIVE_RUNS: &[Run] = &[
    Run { line: "node --test --test-concurrency=2", needs: Needs::Tests },
    Run { line: "../node_modules/.bin/node --test --test-concurrency=2", needs: Needs::Tests },
    // Under the name of the other package, as it is installed here.
    Run { line: "node run/published.mjs hookseal", needs: Needs::Nothing },
    Run { line: "node run/in-workers.mjs", needs: Needs::Tests },
    Run { line: "../node_modules/.bin/node run/in-workers.mjs", needs: Needs::Tests },
    Run { line: "node run/vectors.mjs node", needs: Needs::Nothing },
    Run { line: "node run/vectors.mjs node24", needs: Needs::Nothing },
    Run { line: "node run/mutations.mjs", needs: Needs::Nothing },
];

/// The commands of part `once`: on the installed Node, and on a newer one, which has a driver of its own for files. The
/// drivers of servers are the same on both, so their tests run once.
const ONCE_RUNS: &[&str] = &[
    "node once/run.mjs",
    "node_modules/.bin/node once/run.mjs --test-skip-pattern=/^(pg|postgres|redis|ioredis)[:,]/",
];

/// The commands of part `inbox`: the same.
const INBOX_RUNS: &[&str] =
    &["node inbox/run.mjs", "node_modules/.bin/node inbox/run.mjs --test-skip-pattern=/^(pg|postgres)[:,]/"];

/// The recipes of other queues. pg-boss needs the newer Node.
const QUEUES_RUN: &str = "node_modules/.bin/node queues/run.mjs";

/// The project of the native package, inside the other one.
const NATIVE: &str = "native";

const NATIVE_MANIFEST: &str = r#"{ "private": true, "type": "module" }
"#;

/// A command in the project.
struct Run {
    line: &'static str,
    needs: Needs,
}

impl Run {
    fn step(&self, workspace: &Workspace, project: &Path, tests: &[String], browser: &Path) -> Step {
        let process = Process::new(self.line).current_dir(workspace.relative(project));
        match self.needs {
            Needs::Nothing => process,
            Needs::Tests => process
                .args(tests.iter().map(String::as_str))
                .env(examples::VARIABLE, examples::folder(workspace))
                .env(DOCS, workspace.root.join("docs"))
                .env(command_line::VARIABLE, command_line::binary(workspace)),
            Needs::Browser => process.env(chromium::VARIABLE, browser),
            Needs::Pages => process.env(DOCS, workspace.root.join("docs")),
        }
        .into()
    }
}

/// What a command gets in addition to its line.
enum Needs {
    Nothing,
    /// The names of all test files, since Node 20 does not accept a pattern, and the paths of the `hookseal` binary and of
    /// the examples.
    Tests,
    /// The path of the browser.
    Browser,
    /// The folder of the pages whose examples are compiled.
    Pages,
}

/// The sources of the project.
const SOURCES: &str = "tests/js";

/// The test steps of part `wasm`. The package must have been set up.
pub(crate) fn steps(workspace: &Workspace) -> Result<Vec<Step>, String> {
    npm::check(&workspace.root)?;
    let browser = chromium::find(&workspace.root)?;
    let tests = tests(&workspace.root.join(SOURCES), ".native.test.mjs")?;
    let project = project(workspace);
    Ok(RUNS.iter().map(|run| run.step(workspace, &project, &tests, &browser)).collect())
}

pub(crate) fn project(workspace: &Workspace) -> PathBuf {
    npm_package::folder(workspace, "tests")
}

/// The test files, relative to the project, without those of the other package, which end in `excluded`.
fn tests(sources: &Path, excluded: &str) -> Result<Vec<String>, String> {
    let folder = sources.join("test");
    let is_test = |name: &String| name.ends_with(".test.mjs") && !name.ends_with(excluded);
    let mut tests: Vec<_> =
        files::list(&folder)?.into_iter().filter(is_test).map(|name| format!("test/{name}")).collect();
    tests.sort();
    if tests.is_empty() { Err(format!("{} contains no tests", folder.display())) } else { Ok(tests) }
}

/// The test steps of part `once`, with real servers, which must be installed.
pub(crate) fn once_steps(workspace: &Workspace) -> Vec<Step> {
    lines(workspace, ONCE_RUNS)
}

/// The test steps of part `inbox`, with a real server, which must be installed, and the `hookseal` binary.
pub(crate) fn inbox_steps(workspace: &Workspace) -> Vec<Step> {
    let mut steps = lines(workspace, INBOX_RUNS);
    let recipes = Process::new(QUEUES_RUN).current_dir(workspace.relative(&project(workspace)));
    steps.push(recipes.env(DOCS, workspace.root.join("docs")).into());
    steps
}

fn lines(workspace: &Workspace, lines: &[&str]) -> Vec<Step> {
    let project = workspace.relative(&project(workspace)).to_owned();
    let binary = command_line::binary(workspace);
    let step = |line| Process::new(line).current_dir(&project).env(command_line::VARIABLE, &binary).into();
    lines.iter().map(|line| step(line)).collect()
}

/// Copies the tests and the vectors, installs their dependencies, and installs the package's tarball as a user would.
pub(crate) fn set_up(workspace: &Workspace) -> Result<(), String> {
    npm::check(&workspace.root)?;
    let tarball = wasm::tarball(workspace);
    if !tarball.is_file() {
        return Err(format!(
            "{} does not exist: run `cargo xtask package wasm`",
            workspace.relative(&tarball).display()
        ));
    }
    let project = project(workspace);
    copy_tests(workspace, &project)?;
    npm::install_locked(workspace, &project, Scripts::Allowed)?;
    npm::install_tarballs(workspace, &project, &[&tarball])
}

/// Copies the tests and the vectors into a project, and keeps what is installed there.
fn copy_tests(workspace: &Workspace, project: &Path) -> Result<(), String> {
    files::mirror(&workspace.root.join(SOURCES), project, |path| {
        !["node_modules", "vectors", NATIVE].iter().any(|kept| path.starts_with(kept))
    })?;
    vectors::copy(workspace, &project.join("vectors"))
}

/// The test steps of part `node`: the same tests, with the native package, in a project inside the first one. There it
/// is installed under the name of the other package; all other dependencies resolve to the outer project.
pub(crate) fn native_steps(workspace: &Workspace) -> Result<Vec<Step>, String> {
    npm::check(&workspace.root)?;
    let tests = tests(&workspace.root.join(SOURCES), ".wasm.test.mjs")?;
    let project = native_project(workspace);
    Ok(NATIVE_RUNS.iter().map(|run| run.step(workspace, &project, &tests, Path::new(""))).collect())
}

pub(crate) fn native_project(workspace: &Workspace) -> PathBuf {
    project(workspace).join(NATIVE)
}

/// Sets up the outer project, then the project of the native package.
pub(crate) fn set_up_native(workspace: &Workspace) -> Result<(), String> {
    let [main, platform] = node::tarballs(workspace)?;
    if !wasm::tarball(workspace).is_file() {
        wasm::package(workspace)?;
    }
    set_up(workspace)?;
    let project = native_project(workspace);
    copy_tests(workspace, &project)?;
    // The lock file is that of the outer project.
    files::remove(&project.join("package-lock.json"))?;
    files::write(&project.join("package.json"), NATIVE_MANIFEST)?;
    let main = format!("hookseal@file:{}", main.display());
    npm::install_tarballs(workspace, &project, &[Path::new(&main), &platform])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tools::files::Scratch;

    #[test]
    fn test_files_are_found_by_their_extension() {
        let sources = Scratch::new("tests");
        let tests = || tests(sources.path(), ".wasm.test.mjs");
        sources.put("test/support.mjs", "");
        assert!(tests().expect_err("no tests").contains("contains no tests"));
        sources.put("test/b.test.mjs", "");
        sources.put("test/a.test.mjs", "");
        sources.put("test/c.wasm.test.mjs", "");
        assert_eq!(tests(), Ok(vec!["test/a.test.mjs".to_owned(), "test/b.test.mjs".to_owned()]));
    }

    #[test]
    fn a_missing_test_folder_is_an_error() {
        assert!(tests(Path::new("no-such-folder"), "").is_err());
    }
}
