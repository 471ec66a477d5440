//! Makes the npm package `hookseal`: compiles the core to WebAssembly three times, the TypeScript around it to both kinds of
//! modules, and packs them. Everything goes below `target/js`, and the result to `target/packages`.

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

/// What WebAssembly of these features runs on: everything since Node 16, and Safari since 16.4.
const WASM_OPT: &str = "-O3 --converge --reorder-functions \
                        --enable-bulk-memory --enable-bulk-memory-opt --enable-multivalue --enable-mutable-globals \
                        --enable-nontrapping-float-to-int --enable-reference-types --enable-sign-ext --enable-simd \
                        --strip-debug --strip-producers --strip-target-features";

/// A `.wasm` of the package.
struct Module {
    file: &'static str,
    /// The crate that it is made of, and what of its features it has.
    package: &'static str,
    features: &'static str,
    /// The TypeScript that has its bytes in base64.
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

/// The conditional imports in the package's manifest, which Node looks up in the nearest manifest only, so that they do
/// not work below the one above; and what they always are there.
const CJS_IMPORTS: [[&str; 2]; 3] = [
    [r##"require("#module")"##, r#"require("./module.inline.js")"#],
    [r##"require("#module-full")"##, r#"require("./module-full.inline.js")"#],
    [r##"require("#module-explain")"##, r#"require("./module-explain.inline.js")"#],
];

/// The tarball that [`package`] makes.
pub(crate) fn tarball(workspace: &Workspace) -> PathBuf {
    npm_package::tarball(workspace, "hookseal")
}

/// Makes the tarball, and tells where it is.
pub(crate) fn package(workspace: &Workspace) -> Result<PathBuf, String> {
    npm_package::manifest(workspace, SHARED)?;
    let tools = npm_package::tools(workspace)?;
    let made = npm_package::folder(workspace, "module");
    files::renew(&made)?;
    for module in &MODULES {
        compile_module(workspace, &tools, module, &made.join(module.file))?;
    }
    let staging = npm_package::stage(workspace, "staging")?;
    for module in &MODULES {
        let base64 = STANDARD.encode(files::read(&made.join(module.file))?);
        let text = format!("export const WASM_BASE64: string = \"{base64}\";\n");
        files::write(&staging.join("ts").join(module.bytes), text)?;
    }
    let package = npm_package::compile(workspace, &tools, &staging, SHARED, "package")?;
    let dist = package.join("dist");
    finish_cjs(&dist.join("cjs"))?;
    for module in &MODULES {
        files::copy_into(&made.join(module.file), &dist)?;
    }
    npm_package::pack(workspace, &package, tarball(workspace))
}

/// Compiles the core.
fn compile_module(workspace: &Workspace, tools: &Path, module: &Module, wasm: &Path) -> Result<(), String> {
    let root = &workspace.root;
    let toolchain = targets::toolchain(workspace, TARGET)?;
    let (package, features, rustflags) = (module.package, module.features, rustflags());
    let build = Build { package, features, target: TARGET, profile: "wasm", rustflags: &rustflags };
    toolchain.build(workspace, &build).run_shown(root)?;
    Process::new("cargo run --quiet -p hookseal-bindgen --")
        .argument(
            workspace.shown(&toolchain.output(workspace, &build).join(format!("{}.wasm", package.replace('-', "_")))),
        )
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

/// Writes the direct imports.
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
            Err(format!("no file below {} has {conditional}: does TypeScript write it otherwise?", dist.display()))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tools::files::Scratch;

    #[test]
    fn the_conditional_import_is_direct_where_its_manifest_is_out_of_reach() {
        let dist = Scratch::new("cjs");
        dist.put("lean.js", r##"const a = require("#module"); const b = require("./b.js");"##);
        dist.put("full.js", r##"const a = require("#module-full");"##);
        dist.put("explain-engine.js", r##"const a = require("#module-explain");"##);
        finish_cjs(dist.path()).expect("finished");
        assert_eq!(dist.text("lean.js"), r#"const a = require("./module.inline.js"); const b = require("./b.js");"#);
        assert_eq!(dist.text("full.js"), r#"const a = require("./module-full.inline.js");"#);
        let error = finish_cjs(dist.path()).expect_err("there is none left");
        assert!(error.contains("#module"), "{error}");
    }

    #[test]
    fn no_folder_of_this_machine_stays_in_the_module() {
        assert!(rustflags().iter().any(|flag| flag.starts_with("--remap-path-prefix=") && flag.ends_with("=crates")));
    }
}
