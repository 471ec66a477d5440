//! The tests of the npm package: the project in which they run, and what runs there.

use std::path::{Path, PathBuf};

use crate::npm::{self, Scripts};
use crate::package;
use crate::step::{Process, Step};
use crate::workspace::Workspace;
use crate::{bench, chromium, files, wasm};

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
];

/// A command in the project.
struct Run {
    line: &'static str,
    needs: Needs,
}

/// What a command is given beside its line.
enum Needs {
    Nothing,
    /// The names of all tests: Node 20 does not look for them by a pattern.
    Tests,
    /// Where the browser is.
    Browser,
}

/// The sources of the project.
const SOURCES: &str = "tests/js";

/// The steps of part `wasm`.
pub(crate) fn steps(workspace: &Workspace) -> Result<Vec<Step>, String> {
    npm::check(&workspace.root)?;
    let browser = chromium::find(&workspace.root)?;
    let tests = tests(&workspace.root.join(SOURCES))?;
    let mut steps = vec![
        Step::Inside { command: "cargo xtask package wasm", action: |workspace| package::WASM.make(workspace) },
        Step::Inside { command: "cargo xtask setup wasm", action: |workspace| package::WASM.set_up(workspace) },
    ];
    let project = workspace.shown(&project(workspace)).to_path_buf();
    for run in RUNS {
        let process = Process::new(run.line).inside(&project);
        let process = match run.needs {
            Needs::Nothing => process,
            Needs::Tests => process.words(tests.iter().map(String::as_str)),
            Needs::Browser => process.set(chromium::PLACE, &browser),
        };
        steps.push(process.into());
    }
    steps.push(Step::Inside {
        command: "cargo xtask bench --quick 'node|workerd'",
        action: |workspace| bench::javascript::check(workspace, None),
    });
    Ok(steps)
}

pub(crate) fn project(workspace: &Workspace) -> PathBuf {
    wasm::folder(workspace, "tests")
}

/// The test files, as a reader inside the project names them.
fn tests(sources: &Path) -> Result<Vec<String>, String> {
    let folder = sources.join("test");
    let entries = folder.read_dir().map_err(|error| format!("{}: {error}", folder.display()))?;
    let names = entries.flatten().filter_map(|entry| entry.file_name().into_string().ok());
    let mut tests: Vec<_> =
        names.filter(|name| name.ends_with(".test.mjs")).map(|name| format!("test/{name}")).collect();
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
    files::mirror(&workspace.root.join(SOURCES), &project, |path| {
        !path.starts_with("node_modules") && !path.starts_with("vectors")
    })?;
    files::mirror(&workspace.root.join("tests/vectors"), &project.join("vectors"), |path| {
        path.extension().is_some_and(|extension| extension == "json")
    })?;
    npm::install_locked(workspace, &project, Scripts::Allowed)?;
    npm::install_tarball(workspace, &project, &tarball)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::files::Scratch;

    #[test]
    fn the_tests_are_all_files_of_that_name_and_no_others() {
        let sources = Scratch::new("tests");
        let tests = || tests(sources.path());
        sources.put("test/support.mjs", "");
        assert!(tests().expect_err("there is none").contains("has no tests"));
        sources.put("test/b.test.mjs", "");
        sources.put("test/a.test.mjs", "");
        assert_eq!(tests(), Ok(vec!["test/a.test.mjs".to_owned(), "test/b.test.mjs".to_owned()]));
    }

    #[test]
    fn tests_that_are_nowhere_are_an_error() {
        assert!(tests(Path::new("no-such-folder")).is_err());
    }
}
