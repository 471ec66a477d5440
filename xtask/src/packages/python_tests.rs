//! The tests of the Python package: the virtual environments in which they run, and the commands that run there.

use std::path::PathBuf;

use crate::packages::{examples, vector_archive, vectors, wheel};
use crate::tools::process::Process;
use crate::tools::step::Step;
use crate::tools::venv::{self, Venv};
use crate::tools::workspace::Workspace;
use crate::tools::{command_line, files, python, rust_tests, servers};

/// Names the folder whose pages have the programs that the tests run.
pub(crate) const DOCS: &str = "HOOKSEAL_DOCS";

/// The sources of the tests.
const SOURCES: &str = "tests/python";

/// The commands that run in the copy of the tests, in this order: the environment whose Python runs, and its arguments.
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

/// The test steps of part `python`. The package must have been set up.
pub(crate) fn steps(workspace: &Workspace) -> Result<Vec<Step>, String> {
    let [oldest, newest] = python::oldest_and_newest(&workspace.root)?;
    let text = |(major, minor): (u32, u32)| format!("{major}.{minor}");
    println!("--- oldest Python: {}, newest: {}", text(oldest.version), text(newest.version));
    // The parts of the extension that do not depend on Python.
    let mut steps = vec![rust_tests::of("--test integer").into(), wheel::check(workspace).into()];
    for (venv, arguments) in RUNS {
        let process = Process::program(Venv::new(workspace, venv).python()).args(arguments.split_whitespace());
        // Pyright's installation is kept between runs. Bytecode files would be removed again when the folder is
        // mirrored.
        let process = process
            .env("PYRIGHT_PYTHON_CACHE_DIR", venv::folder(workspace, "pyright"))
            .env("PYTHONDONTWRITEBYTECODE", "1");
        let process = process.env(command_line::VARIABLE, command_line::binary(workspace));
        let process = process.env(examples::VARIABLE, examples::folder(workspace));
        let process = process.env(DOCS, workspace.root.join("docs"));
        steps.push(process.current_dir(workspace.relative(&tests(workspace))).into());
    }
    // The archive of the vectors, as somebody else would play it.
    let python = self::newest(workspace).python();
    let play =
        Process::program(&python).args(["play.py", "--codes", "--"]).arg(&python).arg("adapters/for_hookseal.py");
    steps.push(play.current_dir(workspace.relative(&vector_archive::unpacked(workspace))).into());
    Ok(steps)
}

/// The environment of the newest Python, with the package and the tests' dependencies.
pub(crate) fn newest(workspace: &Workspace) -> Venv {
    Venv::new(workspace, "newest")
}

/// The copy in which the tests run, where the package's sources cannot be imported.
pub(crate) fn tests(workspace: &Workspace) -> PathBuf {
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
        let venv = Venv::new(workspace, name);
        venv.make(workspace, interpreter, Some(&workspace.root.join(SOURCES).join("requirements.txt")))?;
        venv.install(workspace, &wheel)?;
    }
    let venv = Venv::new(workspace, "sdist");
    venv.make(workspace, &newest, None)?;
    venv.install(workspace, &sdist)
}

/// The test steps of part `once`, with real servers. They need only the wheel, on the newest Python.
pub(crate) fn once_steps(workspace: &Workspace) -> Result<Vec<Step>, String> {
    with_servers(workspace, "once")
}

/// The same for part `inbox`.
pub(crate) fn inbox_steps(workspace: &Workspace) -> Result<Vec<Step>, String> {
    let mut steps = with_servers(workspace, "inbox")?;
    servers::install_missing_queues(&workspace.root)?;
    let tests = Process::program(queues(workspace).python()).args(["-m", "pytest", "--quiet", "queues"]);
    let tests = tests.env("PYTHONDONTWRITEBYTECODE", "1").env(DOCS, workspace.root.join("docs"));
    steps.push(tests.current_dir(workspace.relative(&self::tests(workspace))).into());
    Ok(steps)
}

/// The environment with the libraries of other queues.
pub(crate) fn queues(workspace: &Workspace) -> Venv {
    Venv::new(workspace, "queues")
}

/// The same as [`set_up_newest`], and installs the wheel next to those libraries too: for part `inbox`.
pub(crate) fn set_up_with_queues(workspace: &Workspace) -> Result<(), String> {
    set_up_newest(workspace)?;
    let [_, newest] = python::oldest_and_newest(&workspace.root)?;
    let venv = queues(workspace);
    venv.make(workspace, &newest, Some(&workspace.root.join(SOURCES).join("requirements-queues.txt")))?;
    venv.install(workspace, &wheel::wheel(workspace)?)
}

fn with_servers(workspace: &Workspace, folder: &str) -> Result<Vec<Step>, String> {
    servers::install_missing(&workspace.root)?;
    let tests = Process::program(newest(workspace).python()).args(["-m", "pytest", "--quiet", folder]);
    let tests = tests.env("PYTHONDONTWRITEBYTECODE", "1");
    let tests = tests.env(command_line::VARIABLE, command_line::binary(workspace));
    Ok(vec![tests.current_dir(workspace.relative(&self::tests(workspace))).into()])
}

/// Copies the tests and the vectors, and installs the wheel for the newest Python: a part of [`set_up`], for part
/// `once`.
pub(crate) fn set_up_newest(workspace: &Workspace) -> Result<(), String> {
    let [_, newest] = python::oldest_and_newest(&workspace.root)?;
    let wheel = wheel::wheel(workspace)?;
    let tests = tests(workspace);
    files::mirror(&workspace.root.join(SOURCES), &tests, |path| !path.starts_with("vectors"))?;
    vectors::copy(workspace, &tests.join("vectors"))?;
    let venv = self::newest(workspace);
    venv.make(workspace, &newest, Some(&workspace.root.join(SOURCES).join("requirements.txt")))?;
    venv.install(workspace, &wheel)
}
