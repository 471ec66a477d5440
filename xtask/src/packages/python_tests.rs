//! The tests of the Python package: the virtual environments in which they run, and what runs there.

use std::path::PathBuf;

use crate::packages::{vectors, wheel};
use crate::tools::process::Process;
use crate::tools::step::Step;
use crate::tools::venv::{self, Venv};
use crate::tools::workspace::Workspace;
use crate::tools::{command_line, files, python};

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

/// The tests of part `python`, where the package was set up.
pub(crate) fn steps(workspace: &Workspace) -> Result<Vec<Step>, String> {
    let [oldest, newest] = python::oldest_and_newest(&workspace.root)?;
    let shown = |(major, minor): (u32, u32)| format!("{major}.{minor}");
    println!("--- the oldest Python here is {}, the newest {}", shown(oldest.version), shown(newest.version));
    // What of the extension knows nothing of Python.
    let mut steps = vec![Process::new("cargo test -p hookseal-python").into()];
    for (venv, words) in RUNS {
        let process = Process::program(Venv::of(workspace, venv).python()).words(words.split_whitespace());
        // Where pyright keeps itself; and no word of Python's own into a folder that is mirrored.
        let process = process
            .set("PYRIGHT_PYTHON_CACHE_DIR", venv::folder(workspace, "pyright"))
            .set("PYTHONDONTWRITEBYTECODE", "1");
        let process = process.set(command_line::VARIABLE, command_line::binary(workspace));
        steps.push(process.inside(workspace.shown(&tests(workspace))).into());
    }
    Ok(steps)
}

/// The environment of the newest Python, with the package and all that the tests need.
pub(crate) fn newest(workspace: &Workspace) -> Venv {
    Venv::of(workspace, "newest")
}

/// The copy in which the tests run: nothing of the package's sources can be imported there.
fn tests(workspace: &Workspace) -> PathBuf {
    venv::folder(workspace, "tests")
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
