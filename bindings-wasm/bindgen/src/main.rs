//! Makes of the `.wasm` that rustc wrote the one that is shipped, and the JavaScript around it:
//!
//! ```text
//! hookseal-bindgen INPUT.wasm FOLDER
//! ```
//!
//! writes into FOLDER:
//! - `hookseal.wasm`, the module. All that it imports is in `./hookseal_bg.js`, as bindgen calls the glue.
//! - `glue.js`, an ECMAScript module with the functions of the crate. It loads nothing: whoever
//!   instantiates the module gives the exports to `__wbg_set_wasm`.
//! - `glue.d.ts`, its types.
//!
//! The command of wasm-bindgen does the same and more, but has to be installed at just the right
//! version; as a crate of the workspace it is built from the same lock file as everything else.

use std::path::Path;
use std::process::ExitCode;

use wasm_bindgen_cli_support::{Bindgen, Output};

/// What the types of wasm-bindgen leave out, as its own loader is the only one that calls it.
const SET_WASM: &str = "/** Gives the glue the instance's exports; called once, before anything else. */\n\
                        export function __wbg_set_wasm(exports: WebAssembly.Exports): void;\n";

fn main() -> ExitCode {
    let arguments: Vec<_> = std::env::args_os().skip(1).collect();
    let [input, folder] = &arguments[..] else {
        eprintln!("Usage: hookseal-bindgen INPUT.wasm FOLDER");
        return ExitCode::from(2);
    };
    match write(Path::new(input), Path::new(folder)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

fn write(input: &Path, folder: &Path) -> Result<(), String> {
    let fault = |error| format!("{}: {error}", input.display());
    let wasm = std::fs::read(input).map_err(|error| fault(error.to_string()))?;
    let mut output = bindgen(wasm).map_err(fault)?;
    let glue = glue(&output).map_err(fault)?;
    let types = format!("{}\n{SET_WASM}", output.ts().unwrap_or_default().trim_end());
    std::fs::create_dir_all(folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    let files = [
        ("hookseal.wasm", output.wasm_mut().emit_wasm()),
        ("glue.js", glue.into_bytes()),
        ("glue.d.ts", types.into_bytes()),
    ];
    for (name, contents) in files {
        let path = folder.join(name);
        std::fs::write(&path, contents).map_err(|error| format!("{}: {error}", path.display()))?;
    }
    Ok(())
}

fn bindgen(wasm: Vec<u8>) -> Result<Output, String> {
    let mut bindgen = Bindgen::new();
    bindgen
        .input_bytes("hookseal", wasm)
        .typescript(true)
        .remove_name_section(true)
        .remove_producers_section(true)
        .generate_output()
        .map_err(|error| format!("{error:#}"))
}

/// The JavaScript, if it is all there is: a file beside it would be missing from the package.
fn glue(output: &Output) -> Result<String, String> {
    let no_snippets = output.snippets().values().all(Vec::is_empty);
    if !(no_snippets && output.local_modules().is_empty() && output.npm_dependencies().is_empty()) {
        return Err("it brings JavaScript of its own, which the package has no place for".to_owned());
    }
    output.start().cloned().ok_or_else(|| "wasm-bindgen wrote no glue".to_owned())
}
