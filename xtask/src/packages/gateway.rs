//! Builds the filters for proxies, and lists their tests in real proxies.

use std::path::PathBuf;

use crate::tools::module::{Recipe, TARGET};
use crate::tools::process::Process;
use crate::tools::step::Step;
use crate::tools::targets;
use crate::tools::venv::{self, Venv};
use crate::tools::workspace::Workspace;
use crate::tools::{command_line, files, python, rust_tests};

/// The profile in `Cargo.toml`.
const PROFILE: &str = "wasm-gateway";

/// A small stack, and the fast code in place of the small one. Both proxies have SIMD.
const RUSTFLAGS: [&str; 3] = ["-Clink-arg=-zstack-size=65536", "--cfg=hookseal_fast", "-Ctarget-feature=+simd128"];

/// The crates, and the modules that are made of them.
const MODULES: [(&str, &str); 2] =
    [("hookseal-proxy-wasm", "hookseal-proxy-wasm.wasm"), ("hookseal-http-wasm", "hookseal-http-wasm.wasm")];

/// The sources of the tests, which start the proxies of `requirements.txt`.
const SOURCES: &str = "tests/gateway";

/// Names the folder of the modules for the tests.
const VARIABLE: &str = "HOOKSEAL_GATEWAY";

/// The names of the modules.
pub(crate) fn files() -> [&'static str; 2] {
    MODULES.map(|(_, file)| file)
}

/// How the modules are compiled.
pub(crate) fn recipes() -> [Recipe; 2] {
    let recipe = |(package, file)| Recipe {
        file,
        package,
        features: "",
        profile: PROFILE,
        config: None,
        rustflags: RUSTFLAGS.map(str::to_owned).to_vec(),
        is_cdylib_alone: true,
    };
    MODULES.map(recipe)
}

fn folder(workspace: &Workspace) -> PathBuf {
    workspace.target.join("packages").join("gateway")
}

/// Builds both modules and returns their paths.
pub(crate) fn package(workspace: &Workspace) -> Result<Vec<PathBuf>, String> {
    let toolchain = targets::toolchain(workspace, TARGET)?;
    let folder = folder(workspace);
    files::renew(&folder)?;
    let mut built = Vec::new();
    for recipe in recipes() {
        let module = folder.join(recipe.file);
        files::copy(&recipe.compile(&toolchain, workspace)?, &module)?;
        built.push(module);
    }
    Ok(built)
}

/// Installs the proxies and what the tests need.
pub(crate) fn set_up(workspace: &Workspace) -> Result<(), String> {
    let [_, newest] = python::oldest_and_newest(&workspace.root)?;
    let requirements = workspace.root.join(SOURCES).join("requirements.txt");
    Venv::new(workspace, "gateway").make(workspace, &newest, Some(&requirements))
}

/// The commands of the tests: the types first.
const RUNS: [&str; 2] = ["-m mypy .", "-m pytest --quiet"];

/// The test steps of part `gateway`. The package and the command line must have been built.
pub(crate) fn steps(workspace: &Workspace) -> Vec<Step> {
    let mut steps = vec![rust_tests::of("--test config --test requests --test plugin").into()];
    for arguments in RUNS {
        let run = Process::program(Venv::new(workspace, "gateway").python()).args(arguments.split_whitespace());
        let run = run.env(VARIABLE, folder(workspace)).env(command_line::VARIABLE, command_line::binary(workspace));
        // Mypy's cache is kept where everything that is built is.
        let run =
            run.env("MYPY_CACHE_DIR", venv::folder(workspace, "gateway-mypy")).env("PYTHONDONTWRITEBYTECODE", "1");
        steps.push(run.current_dir(SOURCES).into());
    }
    steps
}
