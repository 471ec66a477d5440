//! The error codes and the names of the schemes, in TypeScript and in Python.

use hookseal::{Error, ErrorKind, Scheme};

use super::python::listing;
use super::typescript::{comment, union};
use super::{capital, put};

/// The module of the error codes and the names of the schemes, in TypeScript.
pub(super) fn typescript() -> String {
    let mut module = "// The error codes and the names of the schemes.\n\
         //\n\
         // Generated from `core/src/error.rs` and `core/src/scheme/presets.rs` by `cargo xtask generate`; edit those \
         instead.\n\n\
         /** The HTTP status to answer with, for each code. */\n\
         export const STATUS_BY_CODE = {\n"
        .to_owned();
    for kind in ErrorKind::ALL {
        put(&mut module, &comment("  ", &meaning(*kind)));
        put(&mut module, &format!("  {}: {},\n", kind.code(), kind.status()));
    }
    module.push_str(
        "} as const;\n\n\
         /** Why a delivery was refused, or why a verifier cannot be had. A code never changes its meaning. */\n\
         export type ErrorCode = keyof typeof STATUS_BY_CODE;\n\n\
         /** In the core's order: the module in WebAssembly gives a failure as the index in this list, plus one. */\n\
         export const CODES = /* @__PURE__ */ Object.keys(STATUS_BY_CODE) as readonly ErrorCode[];\n\n\
         /** The schemes of the senders that are known by name. */\n",
    );
    let names: Vec<_> = Scheme::PRESETS.iter().map(|scheme| format!("\"{}\"", scheme.name())).collect();
    module.push_str(&union("", "export type SchemeName =", &names));
    module
}

/// The same for Python.
pub(super) fn python() -> String {
    let mut module = "\"\"\"The error codes and the names of the schemes.\"\"\"\n\n\
         # Generated from `core/src/error.rs` and `core/src/scheme/presets.rs` by `cargo xtask generate`; edit those \
         instead.\n\n\
         from __future__ import annotations\n\n\
         from typing import Final, Literal, TypeAlias\n\n\
         # Why a delivery was refused, or why a verifier cannot be had. A code never changes its meaning.\n"
        .to_owned();
    let quoted = |name: &str| format!("\"{name}\"");
    let codes: Vec<_> = ErrorKind::ALL.iter().map(|kind| quoted(kind.code())).collect();
    put(&mut module, &listing("ErrorCode: TypeAlias = Literal", &codes));
    put(&mut module, "\n# The HTTP status to answer with, for each code.\n");
    put(&mut module, "STATUS_BY_CODE: Final[dict[ErrorCode, int]] = {\n");
    for kind in ErrorKind::ALL {
        let text = Error::from(*kind).to_string();
        // What there is to do about it is in the message itself.
        let what = text.split(';').next().unwrap_or_default();
        put(&mut module, &format!("    # {}.\n", capital(what)));
        put(&mut module, &format!("    \"{}\": {},\n", kind.code(), kind.status()));
    }
    put(&mut module, "}\n\n# The schemes of the senders that are known by name.\n");
    let names: Vec<_> = Scheme::PRESETS.iter().map(|scheme| quoted(scheme.name())).collect();
    put(&mut module, &listing("SchemeName: TypeAlias = Literal", &names));
    module
}

/// What the core says of a kind of error, as a sentence in which settings have the names that they have in JavaScript.
fn meaning(kind: ErrorKind) -> String {
    let words: String = Error::from(kind).to_string().split('_').map(capital).collect();
    format!("{words}.")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_stand_in_the_order_of_the_core_with_their_status_and_meaning() {
        let module = typescript();
        let places: Vec<_> = ErrorKind::ALL
            .iter()
            .map(|kind| module.find(&format!("\n  {}: {},\n", kind.code(), kind.status())).unwrap())
            .collect();
        assert!(places.is_sorted(), "{module}");
        assert!(module.contains("/** The body is larger than maxBody. */\n  body_too_large: 413,\n"), "{module}");
        let python = python();
        let places: Vec<_> = ErrorKind::ALL
            .iter()
            .map(|kind| python.find(&format!("\n    \"{}\": {},\n", kind.code(), kind.status())).unwrap())
            .collect();
        assert!(places.is_sorted(), "{python}");
        assert!(module.contains("type SchemeName =\n  | \"contio\"\n"), "{module}");
    }
}
