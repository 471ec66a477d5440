//! Makes of a `.wasm` that rustc wrote the one that is shipped:
//!
//! ```text
//! hookseal-bindgen INPUT.wasm OUTPUT.wasm
//! ```
//!
//! It takes out what `#[wasm_bindgen]` left in it for the making of JavaScript. The JavaScript that wasm-bindgen makes is
//! left out: numbers alone cross, so that `ts/engine.ts` calls the exports as they are, and does not have to carry what
//! would weigh half as much as itself.
//!
//! The command of wasm-bindgen does the same and more, but has to be installed at just the right version; as a crate of
//! the workspace it is built from the same lock file as everything else.

use std::path::Path;
use std::process::ExitCode;

use wasm_bindgen_cli_support::Bindgen;

fn main() -> ExitCode {
    let arguments: Vec<_> = std::env::args_os().skip(1).collect();
    let [input, output] = &arguments[..] else {
        eprintln!("Usage: hookseal-bindgen INPUT.wasm OUTPUT.wasm");
        return ExitCode::from(2);
    };
    match write(Path::new(input), Path::new(output)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

fn write(input: &Path, output: &Path) -> Result<(), String> {
    let wasm = std::fs::read(input).map_err(|error| format!("{}: {error}", input.display()))?;
    let module = bindgen(wasm).map_err(|error| format!("{}: {error}", input.display()))?;
    std::fs::write(output, module).map_err(|error| format!("{}: {error}", output.display()))
}

fn bindgen(wasm: Vec<u8>) -> Result<Vec<u8>, String> {
    let mut bindgen = Bindgen::new();
    let made = bindgen
        .input_bytes("hookseal", wasm)
        .typescript(false)
        .remove_name_section(true)
        .remove_producers_section(true)
        .generate_output()
        .map_err(|error| format!("{error:#}"));
    let mut made = made?;
    let no_snippets = made.snippets().values().all(Vec::is_empty);
    if !(no_snippets && made.local_modules().is_empty() && made.npm_dependencies().is_empty()) {
        return Err("it needs JavaScript of its own, which the package has no place for".to_owned());
    }
    Ok(made.wasm_mut().emit_wasm())
}
