//! Makes the npm package `hookseal`: compiles the core to WebAssembly twice, the TypeScript around it to both kinds of
//! modules, and packs them. Everything goes below `target/js`, and the result to `target/packages`.

use std::path::{Path, PathBuf};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;

use crate::files::{self, At as _};
use crate::npm::{self, Scripts};
use crate::step::Process;
use crate::targets::{self, Build};
use crate::workspace::Workspace;

/// The folder of the sources and of the package's manifest.
const SOURCES: &str = "bindings-wasm";

/// All versions in this repository are one, xtask's too.
const VERSION: &str = env!("CARGO_PKG_VERSION");

const TARGET: &str = "wasm32-unknown-unknown";

/// What WebAssembly of these features runs on: everything since Node 16, and Safari since 16.4.
const WASM_OPT: &str = "-O3 --enable-bulk-memory --enable-bulk-memory-opt --enable-multivalue --enable-mutable-globals \
                        --enable-nontrapping-float-to-int --enable-reference-types --enable-sign-ext --enable-simd \
                        --strip-debug --strip-producers --strip-target-features";

/// A `.wasm` of the package.
struct Module {
    file: &'static str,
    /// The features of the crate that it has.
    features: &'static str,
    /// The TypeScript that has its bytes in base64.
    bytes: &'static str,
}

const MODULES: [Module; 2] = [
    Module { file: "hookseal.wasm", features: "", bytes: "wasm-bytes.ts" },
    Module { file: "hookseal-full.wasm", features: "full", bytes: "wasm-bytes-full.ts" },
];

/// A kind of JavaScript module that the package has.
struct Kind {
    name: &'static str,
    /// The configuration of TypeScript that makes it.
    config: &'static str,
    /// Changes what TypeScript made.
    finish: fn(&Path) -> Result<(), String>,
}

const KINDS: [Kind; 2] = [
    Kind { name: "esm", config: "tsconfig.json", finish: |_| Ok(()) },
    Kind { name: "cjs", config: "tsconfig.cjs.json", finish: finish_cjs },
];

/// The package's own manifest says that its files are ECMAScript modules; this one says that those beside it are not.
const CJS_MANIFEST: &str = r#"{ "type": "commonjs", "sideEffects": false }
"#;

/// The conditional imports in the package's manifest, which Node looks up in the nearest manifest only, so that they do
/// not work below the one above; and what they always are there.
const CJS_IMPORTS: [[&str; 2]; 2] = [
    [r##"require("#module")"##, r#"require("./module.inline.js")"#],
    [r##"require("#module-full")"##, r#"require("./module-full.inline.js")"#],
];

/// The tarball that [`package`] makes.
pub(crate) fn tarball(workspace: &Workspace) -> PathBuf {
    workspace.target.join("packages").join(format!("hookseal-{VERSION}.tgz"))
}

/// Makes the tarball, and tells where it is.
pub(crate) fn package(workspace: &Workspace) -> Result<PathBuf, String> {
    npm::check(&workspace.root)?;
    let sources = workspace.root.join(SOURCES);
    check_version(&files::read(&sources.join("package.json"))?)?;
    let tools = tools(workspace, &sources)?;
    let made = folder(workspace, "module");
    files::renew(&made)?;
    for module in &MODULES {
        compile_module(workspace, &tools, module, &made.join(module.file))?;
    }
    let staging = stage(workspace, &sources, &made)?;
    let package = folder(workspace, "package");
    files::renew(&package)?;
    for kind in &KINDS {
        compile(workspace, &tools, &staging, kind, &package.join("dist").join(kind.name))?;
    }
    for module in &MODULES {
        files::copy_into(&made.join(module.file), &package.join("dist"))?;
    }
    for file in ["README.md", "package.json"] {
        files::copy_into(&sources.join(file), &package)?;
    }
    for license in ["LICENSE-MIT", "LICENSE-APACHE"] {
        files::copy_into(&workspace.root.join(license), &package)?;
    }
    pack(workspace, &package)
}

/// A folder of the build's own.
pub(crate) fn folder(workspace: &Workspace, name: &str) -> PathBuf {
    workspace.target.join("js").join(name)
}

fn check_version(manifest: &[u8]) -> Result<(), String> {
    let manifest: Value =
        serde_json::from_slice(manifest).map_err(|error| format!("{SOURCES}/package.json: {error}"))?;
    match manifest["version"].as_str() {
        Some(VERSION) => Ok(()),
        other => Err(format!(
            "{SOURCES}/package.json has version {}, and Cargo.toml {VERSION}: make them one",
            other.unwrap_or("none")
        )),
    }
}

/// Installs the tools that the manifest names, away from the sources.
fn tools(workspace: &Workspace, sources: &Path) -> Result<PathBuf, String> {
    let tools = folder(workspace, "tools");
    files::create(&tools)?;
    for file in ["package.json", "package-lock.json"] {
        files::copy_into(&sources.join(file), &tools)?;
    }
    npm::install_locked(workspace, &tools, Scripts::Never)?;
    Ok(tools)
}

/// Compiles the core.
fn compile_module(workspace: &Workspace, tools: &Path, module: &Module, wasm: &Path) -> Result<(), String> {
    let root = &workspace.root;
    let toolchain = targets::toolchain(workspace, TARGET)?;
    let (features, rustflags) = (module.features, rustflags());
    let build = Build { package: "hookseal-wasm", features, target: TARGET, profile: "wasm", rustflags: &rustflags };
    toolchain.build(workspace, &build).run_shown(root)?;
    Process::new("cargo run --quiet -p hookseal-bindgen --")
        .argument(workspace.shown(&toolchain.output(workspace, &build).join("hookseal_wasm.wasm")))
        .argument(workspace.shown(wasm))
        .run_shown(root)?;
    npm::program(workspace, tools, "binaryen/bin/wasm-opt")
        .words(WASM_OPT.split_whitespace())
        .argument(workspace.shown(wasm))
        .argument("-o")
        .argument(workspace.shown(wasm))
        .run_shown(root)
}

/// The hash in 128-bit steps; and no folder of this machine.
fn rustflags() -> Vec<String> {
    let mut flags = vec!["-Ctarget-feature=+simd128".to_owned()];
    flags.extend(targets::nameless_home());
    flags
}

/// Puts the sources together with what is made, for TypeScript to find all of it in one place.
fn stage(workspace: &Workspace, sources: &Path, made: &Path) -> Result<PathBuf, String> {
    let staging = folder(workspace, "staging");
    files::renew(&staging)?;
    let ts = staging.join("ts");
    files::mirror(&sources.join("ts"), &ts, |_| true)?;
    for file in ["package.json", "tsconfig.json", "tsconfig.cjs.json"] {
        files::copy_into(&sources.join(file), &staging)?;
    }
    for module in &MODULES {
        let base64 = STANDARD.encode(files::read(&made.join(module.file))?);
        files::write(&ts.join(module.bytes), format!("export const WASM_BASE64: string = \"{base64}\";\n"))?;
    }
    Ok(staging)
}

/// Compiles the TypeScript to one kind of module.
fn compile(workspace: &Workspace, tools: &Path, staging: &Path, kind: &Kind, dist: &Path) -> Result<(), String> {
    let root = &workspace.root;
    npm::program(workspace, tools, "typescript/bin/tsc")
        .argument("-p")
        .argument(workspace.shown(&staging.join(kind.config)))
        .argument("--outDir")
        .argument(workspace.shown(dist))
        .run_shown(root)?;
    (kind.finish)(dist)
}

fn finish_cjs(dist: &Path) -> Result<(), String> {
    let mut missing = CJS_IMPORTS.to_vec();
    for entry in dist.read_dir().at(dist)? {
        let path = entry.at(dist)?.path();
        let text = std::fs::read_to_string(&path).at(&path)?;
        for [conditional, direct] in CJS_IMPORTS.iter().filter(|[conditional, _]| text.contains(conditional)) {
            files::write(&path, text.replace(conditional, direct))?;
            missing.retain(|[other, _]| other != conditional);
        }
    }
    if let Some([conditional, _]) = missing.first() {
        return Err(format!("no file below {} has {conditional}: does TypeScript write it otherwise?", dist.display()));
    }
    files::write(&dist.join("package.json"), CJS_MANIFEST)
}

/// Takes out of the manifest what only the build needs, and packs.
fn pack(workspace: &Workspace, package: &Path) -> Result<PathBuf, String> {
    let npm = || npm::npm().inside(workspace.shown(package));
    npm().words(["pkg", "delete", "private", "devDependencies"]).run_shown(&workspace.root)?;
    let tarball = tarball(workspace);
    let packages = workspace.target.join("packages");
    files::create(&packages)?;
    if tarball.exists() {
        std::fs::remove_file(&tarball).at(&tarball)?;
    }
    npm().words(["pack", "--loglevel=error", "--pack-destination"]).argument(&packages).run_shown(&workspace.root)?;
    if tarball.exists() { Ok(tarball) } else { Err(format!("npm made no {}", tarball.display())) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::files::Scratch;

    #[test]
    fn a_manifest_of_another_version_is_an_error_that_names_both() {
        assert_eq!(check_version(format!(r#"{{"version":"{VERSION}"}}"#).as_bytes()), Ok(()));
        let error = check_version(br#"{"version":"0.0.7"}"#).expect_err("another version");
        assert!(error.contains("0.0.7") && error.contains(VERSION), "{error}");
        assert!(check_version(b"{}").is_err());
    }

    #[test]
    fn the_conditional_import_is_direct_where_its_manifest_is_out_of_reach() {
        let dist = Scratch::new("cjs");
        dist.put("lean.js", r##"const a = require("#module"); const b = require("./b.js");"##);
        dist.put("full.js", r##"const a = require("#module-full");"##);
        finish_cjs(dist.path()).expect("finished");
        assert_eq!(dist.text("lean.js"), r#"const a = require("./module.inline.js"); const b = require("./b.js");"#);
        assert_eq!(dist.text("full.js"), r#"const a = require("./module-full.inline.js");"#);
        assert!(dist.text("package.json").contains("commonjs"));
        let error = finish_cjs(dist.path()).expect_err("there is none left");
        assert!(error.contains("#module"), "{error}");
    }

    #[test]
    fn no_folder_of_this_machine_stays_in_the_module() {
        assert!(rustflags().iter().any(|flag| flag.starts_with("--remap-path-prefix=") && flag.ends_with("=crates")));
    }
}
