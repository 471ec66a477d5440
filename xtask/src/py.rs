//! The tests of the Python package: the virtual environments in which they run, and what runs there.

use std::path::PathBuf;

use crate::package;
use crate::step::{Process, Step};
use crate::venv::Venv;
use crate::workspace::Workspace;
use crate::{bench, files, parts, python, vectors, wheel};

/// The sources of the tests.
const SOURCES: &str = "tests/python";

/// What runs in the copy of the tests, in this order: which environment's Python, and the words behind it.
const RUNS: &[(&str, &str)] = &[
    ("newest", "-m mypy --config-file mypy.ini --package hookseal"),
    ("newest", "-m mypy.stubtest --mypy-config-file mypy.ini hookseal._hookseal"),
    ("newest", "-m run.types"),
    ("oldest", "-m run.vectors"),
    ("newest", "-m run.vectors"),
    ("sdist", "-m run.vectors"),
    ("oldest", "-m pytest --quiet"),
    ("newest", "-m pytest --quiet"),
];

/// The steps of part `python`.
pub(crate) fn steps(workspace: &Workspace) -> Result<Vec<Step>, String> {
    let [oldest, newest] = python::oldest_and_newest(&workspace.root)?;
    let shown = |(major, minor): (u32, u32)| format!("{major}.{minor}");
    println!("--- the oldest Python here is {}, the newest {}", shown(oldest.version), shown(newest.version));
    let mut steps = vec![
        Step::Inside { command: "cargo xtask package python", action: |workspace| package::PYTHON.make(workspace) },
        Step::Inside { command: "cargo xtask setup python", action: |workspace| package::PYTHON.set_up(workspace) },
        parts::build_cli(),
    ];
    for (venv, words) in RUNS {
        let process = Process::program(Venv::of(workspace, venv).python()).words(words.split_whitespace());
        // Where pyright keeps itself; and no word of Python's own into a folder that is mirrored.
        let process =
            process.set("PYRIGHT_PYTHON_CACHE_DIR", folder(workspace, "pyright")).set("PYTHONDONTWRITEBYTECODE", "1");
        let process = process.set(parts::CLI, parts::cli_binary(workspace));
        steps.push(process.inside(workspace.shown(&tests(workspace))).into());
    }
    steps.push(Step::Inside {
        command: "cargo xtask bench --quick python",
        action: |workspace| bench::python::check(workspace, None),
    });
    Ok(steps)
}

/// A folder beside the environments.
pub(crate) fn folder(workspace: &Workspace, name: &str) -> PathBuf {
    workspace.target.join("python").join(name)
}

/// The environment of the newest Python, with the package and all that the tests need.
pub(crate) fn newest(workspace: &Workspace) -> Venv {
    Venv::of(workspace, "newest")
}

/// The copy in which the tests run: nothing of the package's sources can be imported there.
fn tests(workspace: &Workspace) -> PathBuf {
    folder(workspace, "tests")
}

/// Copies the tests and the vectors, and installs the wheel and the source distribution as a user would.
pub(crate) fn set_up(workspace: &Workspace) -> Result<(), String> {
    let [oldest, newest] = python::oldest_and_newest(&workspace.root)?;
    let (wheel, sdist) = (wheel::wheel(workspace)?, wheel::sdist(workspace)?);
    let tests = tests(workspace);
    files::mirror(&workspace.root.join(SOURCES), &tests, |path| !path.starts_with("vectors"))?;
    vectors::copy(workspace, &tests.join("vectors"))?;
    files::copy(&workspace.root.join("bindings-python/README.md"), &tests.join("README.md"))?;
    for (name, interpreter) in [("oldest", &oldest), ("newest", &newest)] {
        let venv = Venv::of(workspace, name);
        venv.make(workspace, interpreter, Some(&workspace.root.join(SOURCES).join("requirements.txt")))?;
        venv.install(workspace, &wheel)?;
    }
    let venv = Venv::of(workspace, "sdist");
    venv.make(workspace, &newest, None)?;
    venv.install(workspace, &sdist)
}
