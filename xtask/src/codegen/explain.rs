//! The codes in explanations, in TypeScript and in Python.

use hookseal::explain::{Cause, Suspicion};

use super::push;
use super::python::listing;
use super::typescript::union;

const SOURCE: &str = "Generated from `core/src/explain/` by `cargo xtask generate`; edit that instead.";

fn causes() -> Vec<String> {
    Cause::ALL.iter().map(|cause| quoted(cause.code())).collect()
}

fn suspicions() -> Vec<String> {
    Suspicion::CODES.iter().map(|code| quoted(code)).collect()
}

fn quoted(code: &str) -> String {
    format!("\"{code}\"")
}

/// The module of the codes in TypeScript.
pub(super) fn typescript() -> String {
    let mut module = format!("// The codes in explanations.\n//\n// {SOURCE}\n\n");
    push(
        &mut module,
        "/** What an explanation can prove to have happened to a delivery. A code never changes its meaning. */\n",
    );
    push(&mut module, &union("", "export type CauseCode =", &causes()));
    push(&mut module, "\n/** What looks wrong with a delivery, but is not proven. */\n");
    push(&mut module, &union("", "export type SuspicionCode =", &suspicions()));
    module
}

/// The same for Python.
pub(super) fn python() -> String {
    let mut module = format!("\"\"\"The codes in explanations.\"\"\"\n\n# {SOURCE}\n\n");
    push(&mut module, "from __future__ import annotations\n\nfrom typing import Literal, TypeAlias\n\n");
    push(
        &mut module,
        "# What an explanation can prove to have happened to a delivery. A code never changes its meaning.\n",
    );
    push(&mut module, &listing("CauseCode: TypeAlias = Literal", &causes()));
    push(&mut module, "\n# What looks wrong with a delivery, but is not proven.\n");
    push(&mut module, &listing("SuspicionCode: TypeAlias = Literal", &suspicions()));
    module
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_is_in_both_modules() {
        let (typescript, python) = (typescript(), python());
        for code in causes().into_iter().chain(suspicions()) {
            assert!(typescript.contains(&code) && python.contains(&code), "{code}");
        }
    }
}
