//! Turns a `.wasm` from rustc into the one that is shipped:
//!
//! ```text
//! hookseal-bindgen INPUT.wasm OUTPUT.wasm
//! ```
//!
//! It removes the sections from which wasm-bindgen generates JavaScript, and does not generate that JavaScript: only
//! numbers cross, so `js/src/engine/wasm.ts` calls the exports directly and is spared code of half its own size.
//!
//! The exports that only that JavaScript would call are removed as well, and `wasm-opt` then drops what nothing else
//! reaches. The one import, a function that throws if an export is misused, becomes a trap: the module imports nothing.
//! The stack pointer is exported: a call that ends in a JavaScript stack overflow does not restore it, so
//! `js/src/engine/wasm.ts` does.
//!
//! The `wasm-bindgen` command does the same and more, but must be installed in exactly the right version. As a crate of
//! the workspace, this is built from the same lock file as everything else.

use std::path::Path;
use std::process::ExitCode;

use walrus::ir::Value;
use walrus::{ConstExpr, DataKind};
use wasm_bindgen_cli_support::Bindgen;

/// The messages of wasm-bindgen's import, which nothing prints once it is a trap. Neither rustc nor `wasm-opt` can drop
/// a part of a data segment, but zeros compress to almost nothing.
const MESSAGES: [&str; 3] = [
    "attempted to take ownership of Rust value while it was borrowed",
    "recursive use of an object detected which would lead to unsafe aliasing in rust",
    "null pointer passed to rust",
];

/// What the paths of source files begin with. A panic would report them, but it is a trap as well.
const SOURCES: [&str; 6] = ["core/src/", "bindings-shared/src/", "bindings-wasm/", "crates/", "/rustc/", "library/"];

/// The size of a `core::panic::Location`: where the path of its file is and its length, the line and the column.
const LOCATION: usize = 16;
/// No file is so long.
const MOST_LINES: usize = 100_000;

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
        return Err("the module needs JavaScript of its own, which the package has no place for".to_owned());
    }
    let module = made.wasm_mut();
    // Only misuse of the exports would call this import, and `js/src/engine/wasm.ts` does not misuse them.
    let throwing = module.imports.iter().find(|import| import.name.contains("__wbindgen_throw"));
    if let Some((from, name)) = throwing.map(|import| (import.module.clone(), import.name.clone())) {
        let import = module.imports.get_func(from, name).map_err(|error| format!("{error:#}"))?;
        let trap = module.replace_imported_func(import, |(body, _)| {
            body.unreachable();
        });
        trap.map_err(|error| format!("{error:#}"))?;
    }
    let segments: Vec<_> = module.data.iter().map(|segment| segment.id()).collect();
    for segment in segments {
        let segment = module.data.get_mut(segment);
        erase_messages(&mut segment.value);
        if let DataKind::Active { offset: ConstExpr::Value(Value::I32(address)), .. } = segment.kind {
            erase_locations(&mut segment.value, address.cast_unsigned() as usize);
        }
        erase_paths(&mut segment.value);
    }
    let is_stack_pointer = |name: Option<&str>| name == Some("__stack_pointer");
    let stack_pointer = module.globals.iter().find(|global| is_stack_pointer(global.name.as_deref()));
    let stack_pointer = stack_pointer.ok_or("the module has no global named `__stack_pointer`")?.id();
    module.exports.add("stack_pointer", stack_pointer);
    let is_glue = |name: &str| name.starts_with("__");
    let glue: Vec<_> = module.exports.iter().filter(|export| is_glue(&export.name)).map(|e| e.id()).collect();
    glue.into_iter().for_each(|export| module.exports.delete(export));
    Ok(module.emit_wasm())
}

fn erase_messages(data: &mut [u8]) {
    for message in MESSAGES.map(str::as_bytes) {
        if let Some(start) = data.windows(message.len()).position(|bytes| bytes == message) {
            data[start..start + message.len()].fill(0);
        }
    }
}

/// Erases where a panic happened, which its report would say, and the paths in it. The numbers are of no file that ships,
/// and compress badly.
fn erase_locations(data: &mut [u8], address: usize) {
    let mut erased = Vec::new();
    for at in (0..data.len()).step_by(4) {
        let Some(location) = data.get(at..at + LOCATION) else { break };
        let word = |at: usize| location[at..].first_chunk().map(|word| u32::from_le_bytes(*word) as usize);
        let (Some(place), Some(length), Some(line), Some(column)) = (word(0), word(4), word(8), word(12)) else {
            break;
        };
        let Some(start) = place.checked_sub(address) else { continue };
        // A table of texts has addresses there.
        let is_number = |number| (1..MOST_LINES).contains(&number);
        if is_number(line)
            && is_number(column)
            && data.get(start..).and_then(|text| text.get(..length)).is_some_and(|path| path.ends_with(b".rs"))
        {
            erased.extend([at..at + LOCATION, start..start + length]);
        }
    }
    for range in erased {
        data[range].fill(0);
    }
}

fn erase_paths(data: &mut [u8]) {
    const MAX_PATH: usize = 160;
    let ends: Vec<_> = data.windows(3).enumerate().filter(|(_, bytes)| bytes == b".rs").map(|(at, _)| at + 3).collect();
    for end in ends {
        let before = &data[end.saturating_sub(MAX_PATH)..end];
        let starts = SOURCES.iter().filter_map(|source| find_last(before, source.as_bytes()));
        // The innermost: other text may come right before a path.
        if let Some(length) = starts.map(|start| before.len() - start).min() {
            data[end - length..end].fill(0);
        }
    }
}

fn find_last(data: &[u8], part: &[u8]) -> Option<usize> {
    data.windows(part.len()).rposition(|bytes| bytes == part)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn where_a_panic_happened_is_erased_and_what_only_looks_like_it_stays() {
        const ADDRESS: usize = 0x10_0000;
        let mut data = b"/rustc/1f/library/core/src/str.rs, a text".to_vec();
        data.resize(44, b'!');
        let words = |place: usize, length: usize| [place, length, 7, 9].map(|word| u32::try_from(word).unwrap());
        let path = words(ADDRESS, 33);
        // The second text of a table is where the line and the column would be.
        let table = [ADDRESS, 33, ADDRESS + 34, 6].map(|word| u32::try_from(word).unwrap());
        for word in [path, words(ADDRESS, 34), words(ADDRESS + 200, 33), words(0, 33), path, table].concat() {
            data.extend(word.to_le_bytes());
        }
        let mut expected = data.clone();
        for range in [0..33, 44..60, 108..124] {
            expected[range].fill(0);
        }
        erase_locations(&mut data, ADDRESS);
        assert_eq!(data, expected);
    }

    #[test]
    fn the_paths_of_sources_are_erased_and_the_texts_around_them_stay() {
        let mut data = b"a text.core/src/json/mod.rsanother/text: crates/hmac-0.13.0/src/utils.rs.end \x01".to_vec();
        erase_paths(&mut data);
        let left: Vec<_> = data.split(|byte| *byte == 0).filter(|text| !text.is_empty()).collect();
        assert_eq!(left, [&b"a text."[..], b"another/text: ", b".end \x01"]);
    }
}
