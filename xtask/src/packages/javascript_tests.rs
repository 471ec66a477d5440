//! The tests of the npm package: the project in which they run, and what runs there.

use std::path::{Path, PathBuf};

use crate::packages::{node, npm_package, vectors, wasm};
use crate::tools::npm::{self, Scripts};
use crate::tools::process::Process;
use crate::tools::step::Step;
use crate::tools::workspace::Workspace;
use crate::tools::{chromium, command_line, files};

/// What runs in the project, in this order.
const RUNS: &[Run] = &[
    Run { line: "node run/package.mjs", needs: Needs::Nothing },
    Run { line: "node run/types.mjs", needs: Needs::Nothing },
    Run { line: "node run/readme.mjs", needs: Needs::Nothing },
    Run { line: "node --test", needs: Needs::Tests },
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

/// What runs in the project of the native package: on the Node that is installed, and on a newer one.
const NATIVE_RUNS: &[Run] = &[
    Run { line: "node --test", needs: Needs::Tests },
    Run { line: "../node_modules/.bin/node --test", needs: Needs::Tests },
    Run { line: "node run/in-workers.mjs", needs: Needs::Tests },
    Run { line: "../node_modules/.bin/node run/in-workers.mjs", needs: Needs::Tests },
    Run { line: "node run/vectors.mjs node", needs: Needs::Nothing },
    Run { line: "node run/vectors.mjs node24", needs: Needs::Nothing },
    Run { line: "node run/mutations.mjs", needs: Needs::Nothing },
];

/// The project of the native package, inside of the other one.
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
        let process = Process::new(self.line).inside(workspace.shown(project));
        match self.needs {
            Needs::Nothing => process,
            Needs::Tests => process
                .words(tests.iter().map(String::as_str))
                .set(command_line::VARIABLE, command_line::binary(workspace)),
            Needs::Browser => process.set(chromium::PLACE, browser),
        }
        .into()
    }
}

/// What a command is given beside its line.
enum Needs {
    Nothing,
    /// The names of all tests, as Node 20 does not look for them by a pattern, and where the command line is.
    Tests,
    /// Where the browser is.
    Browser,
}

/// The sources of the project.
const SOURCES: &str = "tests/js";

/// The tests of part `wasm`, where the package was set up.
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

/// The test files, as a reader inside the project names them, but for those that are of the other package alone.
fn tests(sources: &Path, others: &str) -> Result<Vec<String>, String> {
    let folder = sources.join("test");
    let is_test = |name: &String| name.ends_with(".test.mjs") && !name.ends_with(others);
    let mut tests: Vec<_> =
        files::list(&folder)?.into_iter().filter(is_test).map(|name| format!("test/{name}")).collect();
    tests.sort();
    if tests.is_empty() { Err(format!("{} has no tests", folder.display())) } else { Ok(tests) }
}

/// Copies the tests and the vectors, installs what the tests need, and the package's tarball as a user would.
pub(crate) fn set_up(workspace: &Workspace) -> Result<(), String> {
    npm::check(&workspace.root)?;
    let tarball = wasm::tarball(workspace);
    if !tarball.is_file() {
        return Err(format!("there is no {}: run `cargo xtask package wasm`", workspace.shown(&tarball).display()));
    }
    let project = project(workspace);
    copy_tests(workspace, &project)?;
    npm::install_locked(workspace, &project, Scripts::Allowed)?;
    npm::install_tarballs(workspace, &project, &[&tarball])
}

/// Makes a project of the tests and the vectors, and leaves alone what was installed there.
fn copy_tests(workspace: &Workspace, project: &Path) -> Result<(), String> {
    files::mirror(&workspace.root.join(SOURCES), project, |path| {
        !["node_modules", "vectors", NATIVE].iter().any(|other| path.starts_with(other))
    })?;
    vectors::copy(workspace, &project.join("vectors"))
}

/// The tests of part `node`: the same tests of the other package, in a project inside of the first one, where it is found
/// under the name of that. Whatever else is needed is found further out.
pub(crate) fn native_steps(workspace: &Workspace) -> Result<Vec<Step>, String> {
    npm::check(&workspace.root)?;
    let tests = tests(&workspace.root.join(SOURCES), ".wasm.test.mjs")?;
    let project = native_project(workspace);
    Ok(NATIVE_RUNS.iter().map(|run| run.step(workspace, &project, &tests, Path::new(""))).collect())
}

pub(crate) fn native_project(workspace: &Workspace) -> PathBuf {
    project(workspace).join(NATIVE)
}

/// Sets that project up, and the outer one before it.
pub(crate) fn set_up_native(workspace: &Workspace) -> Result<(), String> {
    let [own, platforms] = node::tarballs(workspace)?;
    if !wasm::tarball(workspace).is_file() {
        wasm::package(workspace)?;
    }
    set_up(workspace)?;
    let project = native_project(workspace);
    copy_tests(workspace, &project)?;
    // The lock is for what is installed further out.
    files::remove(&project.join("package-lock.json"))?;
    files::write(&project.join("package.json"), NATIVE_MANIFEST)?;
    let own = format!("hookseal@file:{}", own.display());
    npm::install_tarballs(workspace, &project, &[Path::new(&own), &platforms])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tools::files::Scratch;

    #[test]
    fn the_tests_are_all_files_of_that_name_and_no_others() {
        let sources = Scratch::new("tests");
        let tests = || tests(sources.path(), ".wasm.test.mjs");
        sources.put("test/support.mjs", "");
        assert!(tests().expect_err("there is none").contains("has no tests"));
        sources.put("test/b.test.mjs", "");
        sources.put("test/a.test.mjs", "");
        sources.put("test/c.wasm.test.mjs", "");
        assert_eq!(tests(), Ok(vec!["test/a.test.mjs".to_owned(), "test/b.test.mjs".to_owned()]));
    }

    #[test]
    fn tests_that_are_nowhere_are_an_error() {
        assert!(tests(Path::new("no-such-folder"), "").is_err());
    }
}
