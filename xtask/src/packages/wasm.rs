//! Builds the npm package `hookseal`: compiles three WebAssembly modules and, to both module formats, the TypeScript
//! around them, and packs the result. It builds in `target/js` and writes the package to `target/packages`.

use std::path::{Path, PathBuf};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::packages::npm_package::{self, SHARED};
use crate::tools::files::{self, At as _};
use crate::tools::npm;
use crate::tools::process::Process;
use crate::tools::targets::{self, Build};
use crate::tools::workspace::Workspace;

const TARGET: &str = "wasm32-unknown-unknown";

/// WebAssembly with these features runs on everything since Node 16, and on Safari since 16.4.
const WASM_OPT: &str = "-O3 --converge --reorder-functions \
                        --enable-bulk-memory --enable-bulk-memory-opt --enable-multivalue --enable-mutable-globals \
                        --enable-nontrapping-float-to-int --enable-reference-types --enable-sign-ext --enable-simd \
                        --strip-debug --strip-producers --strip-target-features";

/// A `.wasm` file of the package.
struct Module {
    file: &'static str,
    /// The crate that it is compiled from, and its features.
    package: &'static str,
    features: &'static str,
    /// The TypeScript file that contains its bytes in base64.
    bytes: &'static str,
}

const MODULES: [Module; 3] = [
    Module { file: "hookseal.wasm", package: "hookseal-wasm", features: "", bytes: "wasm-bytes.ts" },
    Module { file: "hookseal-full.wasm", package: "hookseal-wasm", features: "full", bytes: "wasm-bytes-full.ts" },
    Module {
        file: "hookseal-explain.wasm",
        package: "hookseal-wasm-explain",
        features: "",
        bytes: "wasm-bytes-explain.ts",
    },
];

/// The conditional imports of the package's manifest, and their replacements in `dist/cjs`. Node looks them up in the
/// nearest manifest only, which in `dist/cjs` is another one.
const CJS_IMPORTS: [[&str; 2]; 3] = [
    [r##"require("#module")"##, r#"require("./module.inline.js")"#],
    [r##"require("#module-full")"##, r#"require("./module-full.inline.js")"#],
    [r##"require("#module-explain")"##, r#"require("./module-explain.inline.js")"#],
];

/// The path of the tarball that [`package`] builds.
pub(crate) fn tarball(workspace: &Workspace) -> PathBuf {
    npm_package::tarball(workspace, "hookseal")
}

/// Builds the tarball and returns its path.
pub(crate) fn package(workspace: &Workspace) -> Result<PathBuf, String> {
    npm_package::manifest(workspace, SHARED)?;
    let tools = npm_package::tools(workspace)?;
    let modules = npm_package::folder(workspace, "module");
    files::renew(&modules)?;
    for module in &MODULES {
        compile_module(workspace, &tools, module, &modules.join(module.file))?;
    }
    let staging = npm_package::stage(workspace, "staging")?;
    for module in &MODULES {
        let base64 = STANDARD.encode(files::read(&modules.join(module.file))?);
        let text = format!("export const WASM_BASE64: string = \"{base64}\";\n");
        files::write(&staging.join("ts").join(module.bytes), text)?;
    }
    let package = npm_package::compile(workspace, &tools, &staging, SHARED, "package")?;
    let dist = package.join("dist");
    finish_cjs(&dist.join("cjs"))?;
    for module in &MODULES {
        files::copy_into(&modules.join(module.file), &dist)?;
    }
    npm_package::pack(workspace, &package, tarball(workspace))
}

/// Compiles one module.
fn compile_module(workspace: &Workspace, tools: &Path, module: &Module, wasm: &Path) -> Result<(), String> {
    let root = &workspace.root;
    let toolchain = targets::toolchain(workspace, TARGET)?;
    let (package, features, rustflags) = (module.package, module.features, rustflags());
    let build = Build { package, features, target: TARGET, profile: "wasm", rustflags: &rustflags };
    toolchain.build(workspace, &build).run_echoed(root)?;
    Process::new("cargo run --quiet -p hookseal-bindgen --")
        .arg(
            workspace
                .relative(&toolchain.output(workspace, &build).join(format!("{}.wasm", package.replace('-', "_")))),
        )
        .arg(workspace.relative(wasm))
        .run_echoed(root)?;
    npm::program(workspace, tools, "binaryen/bin/wasm-opt")
        .args(WASM_OPT.split_whitespace())
        .arg(workspace.relative(wasm))
        .arg("-o")
        .arg(workspace.relative(wasm))
        .run_echoed(root)
}

/// SIMD for the hash, and no paths of this machine in the output.
fn rustflags() -> Vec<String> {
    let mut flags = vec!["-Ctarget-feature=+simd128".to_owned()];
    flags.extend(targets::remap_cargo_home());
    flags
}

/// Replaces the conditional imports in `dist/cjs`.
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
    match missing.first() {
        None => Ok(()),
        Some([conditional, _]) => {
            Err(format!("no file in {} contains {conditional}: has the output of TypeScript changed?", dist.display()))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tools::files::Scratch;

    #[test]
    fn conditional_imports_are_replaced_in_commonjs() {
        let dist = Scratch::new("cjs");
        dist.put("lean.js", r##"const a = require("#module"); const b = require("./b.js");"##);
        dist.put("full.js", r##"const a = require("#module-full");"##);
        dist.put("explain-engine.js", r##"const a = require("#module-explain");"##);
        finish_cjs(dist.path()).expect("finished");
        assert_eq!(dist.text("lean.js"), r#"const a = require("./module.inline.js"); const b = require("./b.js");"#);
        assert_eq!(dist.text("full.js"), r#"const a = require("./module-full.inline.js");"#);
        let error = finish_cjs(dist.path()).expect_err("none is left");
        assert!(error.contains("#module"), "{error}");
    }

    #[test]
    fn the_module_contains_no_path_of_this_machine() {
        assert!(rustflags().iter().any(|flag| flag.starts_with("--remap-path-prefix=") && flag.ends_with("=crates")));
    }
}
