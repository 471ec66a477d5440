//! The tests of the Go package: the copies in which they run, and the commands that run there.

use std::path::{Path, PathBuf};

use crate::packages::python_tests::DOCS;
use crate::packages::{c, examples, go, go_modules, vectors};
use crate::tools::go::Go;
use crate::tools::process::Process;
use crate::tools::step::Step;
use crate::tools::workspace::Workspace;
use crate::tools::{command_line, files};

/// The sources of the tests: modules that use the package as any program does.
const SOURCES: &str = "tests/go";

const STATICCHECK: &str = "honnef.co/go/tools/cmd/staticcheck";

/// The platforms that the package is built for.
const PLATFORMS: [&str; 8] = [
    "linux/amd64",
    "linux/arm64",
    "linux/386",
    "linux/s390x",
    "linux/riscv64",
    "windows/amd64",
    "darwin/arm64",
    "wasip1/wasm",
];

/// The copy of the tests that do not need anything but the package.
fn tests(workspace: &Workspace) -> PathBuf {
    go::build_folder(workspace, "tests")
}

/// Copies the package, its tests and the vectors. The copy of the package is where the tests' `go.mod` looks for it.
pub(crate) fn set_up(workspace: &Workspace) -> Result<(), String> {
    go::install(workspace)?;
    let tests = tests(workspace);
    files::mirror(&workspace.root.join(SOURCES), &tests, |path| {
        let is_built = |name: &str| path.ends_with(name);
        !path.starts_with("vectors") && !is_built("hookseal-core.wasm") && !is_built("host-vectors")
    })?;
    go::use_module_path(&tests)?;
    vectors::copy_without_reports(workspace, &tests.join("vectors"))?;
    // The module has no ed25519, and its messages do not speak of it.
    let messages =
        Process::new("cargo run --quiet -p hookseal-tests --no-default-features --example messages -- pascal");
    let messages = messages.capture(&workspace.root)?;
    let folder = tests.join("vectors").join("messages");
    files::create(&folder)?;
    files::write(&folder.join("pascal"), messages)?;
    let wazero = tests.join("wazero");
    vectors::write_for_hosts(workspace, &wazero.join("host-vectors"))?;
    c::build_module(workspace, &wazero.join("hookseal-core.wasm"))
}

/// Builds the program that plays any vectors it is given, in a copy of its own.
pub(crate) fn build_verdicts(workspace: &Workspace, program: &Path) -> Result<(), String> {
    go::install(workspace)?;
    let copy = go::build_folder(workspace, "differential");
    files::mirror(&workspace.root.join(SOURCES), &copy, |path| {
        ["go.mod", "vectors.go", "verdicts"].iter().any(|name| path.starts_with(name))
    })?;
    go::use_module_path(&copy)?;
    let go = Go::newest(workspace)?;
    let build = go.run("build -o").arg(program).arg("./verdicts").current_dir(workspace.relative(&copy));
    build.run_echoed(&workspace.root)
}

/// The steps of part `go`. The package must have been set up.
pub(crate) fn steps(workspace: &Workspace) -> Result<Vec<Step>, String> {
    let (newest, oldest) = (Go::newest(workspace)?, Go::oldest(workspace)?);
    println!("--- oldest Go: {}, newest: {}", oldest.version(), newest.version());
    let staticcheck = go::tool(workspace, &newest, STATICCHECK)?;
    let package = go::build_folder(workspace, "package");
    let tests = tests(workspace);
    let inside = |process: Process, folder: &Path| -> Step {
        let process = process.env(command_line::VARIABLE, command_line::binary(workspace));
        let process = process.env(examples::VARIABLE, examples::folder(workspace));
        let process = process.env(DOCS, workspace.root.join("docs"));
        process.current_dir(workspace.relative(folder)).into()
    };
    // The race detector needs a C compiler, and nothing else here does.
    let race = |arguments: &str| newest.run(arguments).env("CGO_ENABLED", "1");
    let mut steps = vec![
        inside(newest.run("vet ./..."), &package),
        inside(newest.run("vet ./..."), &tests),
        // Not the engine, which is generated.
        inside(newest.tool(&staticcheck).arg("."), &package),
        inside(newest.tool(&staticcheck).arg("./..."), &tests),
        inside(oldest.run("test ./..."), &package),
        inside(oldest.run("test ./..."), &tests),
        inside(race("test -race -short ./..."), &package),
        inside(race("test -race -short ./..."), &tests),
        inside(newest.run("test ./..."), &tests.join("wazero")),
    ];
    for platform in PLATFORMS {
        let (system, processor) = platform.split_once('/').unwrap_or((platform, ""));
        let vet = newest.run("vet ./...").env("GOOS", system).env("GOARCH", processor);
        steps.push(inside(vet, &package));
    }
    steps.extend(go_modules::steps(workspace, &newest, &staticcheck)?);
    Ok(steps)
}
