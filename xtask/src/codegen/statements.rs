//! The statements of `inbox/`, embedded in the packages for Python and JavaScript.

use std::fmt::Write as _;
use std::path::Path;

use super::push;

/// The stores: the name of the Python constant, the folder of its statements, and the extension of their files.
const STORES: [(&str, &str, &str); 3] =
    [("SQLITE", "inbox/sql/sqlite", "sql"), ("POSTGRES", "inbox/sql/postgres", "sql"), ("REDIS", "inbox/redis", "lua")];

/// What the names of the files of `once` begin with.
const PREFIX: &str = "once_";

/// The Python module with all statements of `once`, by the names of their files without the prefix.
pub(super) fn python(root: &Path) -> Result<String, String> {
    let mut module = "\"\"\"The statements that decide whether a delivery is the first of its event.\"\"\"\n\n\
         # Generated from the files in `inbox/` by `cargo xtask generate`; edit those instead.\n\n\
         from typing import Final\n"
        .to_owned();
    for (name, folder, extension) in STORES {
        push(&mut module, &format!("\n{name}: Final[dict[str, str]] = {{\n"));
        for (statement, text) in statements(&root.join(folder), extension)? {
            if text.contains("\"\"\"") || text.contains('\\') {
                return Err(format!("{folder}/{PREFIX}{statement}.{extension} has quotes that end Python's text"));
            }
            let _ = write!(module, "    \"{statement}\": \"\"\"\\\n{text}\"\"\",\n");
        }
        module.push_str("}\n");
    }
    Ok(module)
}

/// The TypeScript module with the statements of one store, by the names of their files without the prefix. Each store
/// is an entry point of its own, and embeds only what it runs.
pub(super) fn typescript(root: &Path, store: &str) -> Result<String, String> {
    let of_store = STORES.iter().find(|(name, ..)| *name == store);
    let (_, folder, extension) = of_store.ok_or_else(|| format!("there is no store {store}"))?;
    let mut module = "// The statements that decide whether a delivery is the first of its event.\n//\n\
         // Generated from the files in `inbox/` by `cargo xtask generate`; edit those instead.\n\n\
         export const STATEMENTS = {\n"
        .to_owned();
    for (statement, text) in statements(&root.join(folder), extension)? {
        if text.contains("${") || text.contains('\\') {
            return Err(format!("{folder}/{PREFIX}{statement}.{extension} has what a template of JavaScript reads"));
        }
        let _ = write!(module, "  {statement}: `\\\n{}`,\n", text.replace('`', "\\`"));
    }
    module.push_str("} as const;\n");
    Ok(module)
}

/// The statements in a folder, in the order of their names.
fn statements(folder: &Path, extension: &str) -> Result<Vec<(String, String)>, String> {
    let failed = |error: std::io::Error| format!("{}: {error}", folder.display());
    let mut found = Vec::new();
    for entry in folder.read_dir().map_err(failed)? {
        let path = entry.map_err(failed)?.path();
        let stem = path.file_stem().and_then(|stem| stem.to_str()).and_then(|stem| stem.strip_prefix(PREFIX));
        if let Some(name) = stem.filter(|_| path.extension().is_some_and(|found| found == extension)) {
            found.push((name.to_owned(), std::fs::read_to_string(&path).map_err(failed)?));
        }
    }
    found.sort();
    if found.is_empty() { Err(format!("{} has no statements", folder.display())) } else { Ok(found) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tools::files::Scratch;

    #[test]
    fn each_store_has_the_same_operations() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
        for (name, folder, extension) in STORES {
            let found = statements(&root.join(folder), extension).expect("statements");
            let names: Vec<_> = found.iter().map(|(name, _)| name.as_str()).collect();
            for operation in ["claim", "finish", "forget", "release", "store"] {
                assert!(names.contains(&operation), "{name} has no {operation}, but {names:?}");
            }
        }
    }

    #[test]
    fn a_statement_that_a_language_would_read_differently_is_refused() {
        let root = Scratch::new("statements");
        for (_, folder, extension) in STORES {
            root.put(&format!("{folder}/once_claim.{extension}"), "SELECT '\\n';\n");
        }
        assert!(python(root.path()).unwrap_err().contains("once_claim.sql"));
        assert!(typescript(root.path(), "SQLITE").unwrap_err().contains("once_claim.sql"));
        assert!(python(&root.path().join("nothing")).is_err());
    }
}
