//! Builds the npm package `hookseal`: compiles three WebAssembly modules into the package's `dist/` in the npm
//! workspace, which builds the rest of it.

use std::path::{Path, PathBuf};

use crate::packages::npm_package;
use crate::tools::files;
use crate::tools::module::{Recipe, TARGET};
use crate::tools::npm;
use crate::tools::process::Process;
use crate::tools::targets;
use crate::tools::workspace::Workspace;

/// WebAssembly with these features runs on everything since Node 16, and on Safari since 16.4.
const WASM_OPT: &str = "-Oz --converge --low-memory-unused --skip-pass=memory-packing \
                        --enable-bulk-memory --enable-bulk-memory-opt --enable-multivalue --enable-mutable-globals \
                        --enable-nontrapping-float-to-int --enable-reference-types --enable-sign-ext --enable-simd \
                        --strip-debug --strip-producers --strip-target-features";

/// The package's name, and that of its folder.
const NAME: &str = "hookseal";

/// A `.wasm` file of the package.
struct Module {
    file: &'static str,
    /// The crate that it is compiled from, and its features.
    package: &'static str,
    features: &'static str,
    optimized: Optimized,
}

/// How the core of a module is compiled.
#[derive(Clone, Copy)]
enum Optimized {
    /// As the profile says: nearly as small, and faster.
    Both,
    /// For its size alone. Explanations are for people, who wait longer for a download than for the answer.
    Size,
}

impl Optimized {
    /// What cargo's configuration says besides the profile.
    fn config(self) -> Option<String> {
        match self {
            Optimized::Both => None,
            Optimized::Size => Some(format!("profile.{PROFILE}.package.hookseal.opt-level=\"z\"")),
        }
    }
}

/// The profile in `Cargo.toml`. There is one for all modules: each would compile its build scripts and macros anew.
const PROFILE: &str = "wasm";

const MODULES: [Module; 3] = [
    Module { file: "hookseal.wasm", package: "hookseal-wasm", features: "", optimized: Optimized::Both },
    Module { file: "hookseal-full.wasm", package: "hookseal-wasm", features: "full", optimized: Optimized::Both },
    Module {
        file: "hookseal-explain.wasm",
        package: "hookseal-wasm-explain",
        features: "",
        optimized: Optimized::Size,
    },
];

/// SIMD for the hash, and little inlining elsewhere (200 bytes less, gzipped).
const RUSTFLAGS: [&str; 2] = ["-Ctarget-feature=+simd128", "-Cllvm-args=-inline-threshold=10"];

impl Module {
    fn recipe(&self) -> Recipe {
        Recipe {
            file: self.file,
            package: self.package,
            features: self.features,
            profile: PROFILE,
            config: self.optimized.config(),
            rustflags: RUSTFLAGS.map(str::to_owned).to_vec(),
            is_cdylib_alone: false,
        }
    }
}

/// How the modules are compiled.
pub(crate) fn recipes() -> Vec<Recipe> {
    MODULES.iter().map(Module::recipe).collect()
}

/// What the page that explains deliveries needs besides the package.
const CAPTURED: Module =
    Module { file: "captured.wasm", package: "hookseal-wasm-captured", features: "", optimized: Optimized::Size };

/// Compiles the module that reads captured requests.
pub(crate) fn compile_captured(workspace: &Workspace, tools: &Path, wasm: &Path) -> Result<(), String> {
    compile_module(workspace, tools, &CAPTURED, wasm)
}

/// The path of the tarball that [`package`] builds.
pub(crate) fn tarball(workspace: &Workspace) -> PathBuf {
    npm_package::tarball(workspace, NAME)
}

/// Builds the tarball and returns its path.
pub(crate) fn package(workspace: &Workspace) -> Result<PathBuf, String> {
    npm_package::manifest(workspace, NAME)?;
    let tools = npm_package::tools(workspace)?;
    let modules = npm_package::folder(workspace, "module");
    files::renew(&modules)?;
    for module in &MODULES {
        compile_module(workspace, &tools, module, &modules.join(module.file))?;
    }
    files::mirror(&modules, &npm_package::sources(workspace, NAME).join("dist/wasm"), |_| true)?;
    npm_package::package(workspace, NAME, &[], tarball(workspace))
}

/// Compiles one module.
fn compile_module(workspace: &Workspace, tools: &Path, module: &Module, wasm: &Path) -> Result<(), String> {
    let root = &workspace.root;
    let toolchain = targets::toolchain(workspace, TARGET)?;
    let compiled = module.recipe().compile(&toolchain, workspace)?;
    Process::new("cargo run --quiet -p hookseal-bindgen --")
        .arg(workspace.relative(&compiled))
        .arg(workspace.relative(wasm))
        .run_echoed(root)?;
    npm::program(workspace, tools, "binaryen/bin/wasm-opt")
        .args(WASM_OPT.split_whitespace())
        .arg(workspace.relative(wasm))
        .arg("-o")
        .arg(workspace.relative(wasm))
        .run_echoed(root)
}
