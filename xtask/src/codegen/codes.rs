//! The error codes and the names of the schemes, in TypeScript and in Python.

use hookseal::{Error, ErrorKind, Scheme};

use super::python::listing;
use super::typescript::{comment, union};
use super::{capitalize, push};

/// The module of the error codes and the names of the schemes, in TypeScript.
pub(super) fn typescript() -> String {
    let mut module = "// The error codes and the names of the schemes.\n\
         //\n\
         // Generated from `core/src/error.rs` and `core/src/scheme/presets` by `cargo xtask generate`; edit those \
         instead.\n\n\
         /** The HTTP status to answer with, for each code. */\n\
         export const STATUS_BY_CODE = {\n"
        .to_owned();
    for kind in ErrorKind::ALL {
        push(&mut module, &comment("  ", &description(*kind)));
        push(&mut module, &format!("  {}: {},\n", kind.code(), kind.status()));
    }
    module.push_str(
        "} as const;\n\n\
         /** Why a delivery was refused, or why a verifier could not be created. A code never changes its meaning. */\n\
         export type ErrorCode = keyof typeof STATUS_BY_CODE;\n\n\
         /** In the order of the core: the WebAssembly returns an error as its index in this list, plus one. */\n\
         export const CODES = /* @__PURE__ */ Object.keys(STATUS_BY_CODE) as readonly ErrorCode[];\n\n\
         /** The names of the built-in schemes. Those of other senders are imported from `hookseal/schemes`. */\n",
    );
    let names: Vec<_> = Scheme::PRESETS.iter().map(|scheme| format!("\"{}\"", scheme.name())).collect();
    module.push_str(&union("", "export type SchemeName =", &names));
    module
}

/// How the modules for Python begin, after their first line.
const PYTHON_NOTE: &str = "# Generated from `core/src/error.rs` and `core/src/scheme/presets` by `cargo xtask \
                           generate`; edit those instead.\n\n\
                           from __future__ import annotations\n\n";

/// The types of the error codes and of the names of the schemes, in Python.
pub(super) fn python() -> String {
    let mut module = format!(
        "\"\"\"The types of the error codes and of the names of the schemes.\"\"\"\n\n\
         {PYTHON_NOTE}\
         from typing import Literal, TypeAlias\n\n\
         # Why a delivery was refused, or why a verifier could not be created. A code never changes its meaning.\n"
    );
    let quoted = |name: &str| format!("\"{name}\"");
    let codes: Vec<_> = ErrorKind::ALL.iter().map(|kind| quoted(kind.code())).collect();
    push(&mut module, &listing("ErrorCode: TypeAlias = Literal", &codes));
    push(&mut module, "\n# The names of the built-in schemes.\n");
    let by_name = Scheme::PRESETS.iter().chain(Scheme::FURTHER_PRESETS).map(Scheme::name);
    let names: Vec<_> = by_name.filter(|name| *name != "discord").map(quoted).collect();
    push(&mut module, &listing("SchemeName: TypeAlias = Literal", &names));
    module
}

/// The statuses by code in Python: without the types, which need `typing`, so that errors do not.
pub(super) fn python_statuses() -> String {
    let mut module = format!(
        "\"\"\"The HTTP status to answer with, for each error code.\"\"\"\n\n\
         {PYTHON_NOTE}\
         # As type checkers know it. `typing` takes longer to import than all of this package.\n\
         TYPE_CHECKING = False\n\
         if TYPE_CHECKING:\n    \
             from typing import Final\n\n    \
             from hookseal._codes import ErrorCode\n\n\
         STATUS_BY_CODE: Final[dict[ErrorCode, int]] = {{\n"
    );
    for kind in ErrorKind::ALL {
        let text = Error::from(*kind).to_string();
        // The rest of the message says what to do about it.
        let what = text.split(';').next().unwrap_or_default();
        push(&mut module, &format!("    # {}.\n", capitalize(what)));
        push(&mut module, &format!("    \"{}\": {},\n", kind.code(), kind.status()));
    }
    module.push_str("}\n");
    module
}

/// The core's message for a kind of error, as a sentence with JavaScript's names of the settings.
fn description(kind: ErrorKind) -> String {
    let words: String = Error::from(kind).to_string().split('_').map(capitalize).collect();
    format!("{words}.")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_in_the_order_of_the_core_with_their_status_and_description() {
        let module = typescript();
        let positions: Vec<_> = ErrorKind::ALL
            .iter()
            .map(|kind| module.find(&format!("\n  {}: {},\n", kind.code(), kind.status())).unwrap())
            .collect();
        assert!(positions.is_sorted(), "{module}");
        assert!(module.contains("/** The body is larger than maxBody. */\n  body_too_large: 413,\n"), "{module}");
        let python = python_statuses();
        let positions: Vec<_> = ErrorKind::ALL
            .iter()
            .map(|kind| python.find(&format!("\n    \"{}\": {},\n", kind.code(), kind.status())).unwrap())
            .collect();
        assert!(positions.is_sorted(), "{python}");
        assert!(module.contains("type SchemeName =\n  | \"contio\"\n"), "{module}");
    }
}
