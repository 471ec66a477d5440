//! The statements of `inbox/`, embedded in the packages for Python, JavaScript and Go.

use std::fmt::Write as _;
use std::path::Path;

use super::push;

/// The stores: the name of the Python constant, the folder of its statements, and the extension of their files.
const STORES: [(&str, &str, &str); 3] =
    [("SQLITE", "inbox/sql/sqlite", "sql"), ("POSTGRES", "inbox/sql/postgres", "sql"), ("REDIS", "inbox/redis", "lua")];

/// What the names of the files of `once` begin with.
const PREFIX: &str = "once_";

/// What those of the inbox begin with.
const INBOX: &str = "inbox_";

/// The Python module with all statements of `once`, by the names of their files without the prefix.
pub(super) fn python(root: &Path) -> Result<String, String> {
    python_module(root, "decide whether a delivery is the first of its event", PREFIX, &STORES)
}

/// The Python module with all statements of the inbox, which Redis does not have.
pub(super) fn python_inbox(root: &Path) -> Result<String, String> {
    python_module(root, "keep deliveries until they are handled", INBOX, &STORES[..2])
}

fn python_module(root: &Path, about: &str, prefix: &str, stores: &[(&str, &str, &str)]) -> Result<String, String> {
    let mut module = format!(
        "\"\"\"The statements that {about}.\"\"\"\n\n\
         # Generated from the files in `inbox/` by `cargo xtask generate`; edit those instead.\n\n\
         from typing import Final\n"
    );
    for (name, folder, extension) in stores {
        push(&mut module, &format!("\n{name}: Final[dict[str, str]] = {{\n"));
        for (statement, text) in statements(&root.join(folder), prefix, extension)? {
            if text.contains("\"\"\"") || text.contains('\\') {
                return Err(format!("{folder}/{prefix}{statement}.{extension} has quotes that end Python's text"));
            }
            let _ = write!(module, "    \"{statement}\": \"\"\"\\\n{text}\"\"\",\n");
        }
        module.push_str("}\n");
    }
    Ok(module)
}

/// The TypeScript module with the statements of `once` on one store, by the names of their files without the prefix.
/// Each store is an entry point of its own, and embeds only what it runs.
pub(super) fn typescript(root: &Path, store: &str) -> Result<String, String> {
    module(root, store, PREFIX, "The statements that decide whether a delivery is the first of its event.")
}

/// The same of the inbox.
pub(super) fn typescript_of_inbox(root: &Path, store: &str) -> Result<String, String> {
    module(root, store, INBOX, "The statements of the inbox.")
}

fn module(root: &Path, store: &str, prefix: &str, about: &str) -> Result<String, String> {
    let (folder, extension) = of_store(store)?;
    let mut module = format!(
        "// {about}\n//\n// Generated from the files in `inbox/` by `cargo xtask generate`; edit those instead.\n\n\
         export const STATEMENTS = {{\n"
    );
    for (statement, text) in statements(&root.join(folder), prefix, extension)? {
        if text.contains("${") || text.contains('\\') {
            return Err(format!("{folder}/{prefix}{statement}.{extension} has what a template of JavaScript reads"));
        }
        let _ = write!(module, "  {statement}: `\\\n{}`,\n", text.replace('`', "\\`"));
    }
    module.push_str("} as const;\n");
    Ok(module)
}

/// The Go file with the statements of one store, as constants. Its raw texts cannot contain a backtick.
pub(super) fn go(root: &Path, store: &str) -> Result<String, String> {
    let (folder, extension) = of_store(store)?;
    let prefix = store.to_ascii_lowercase();
    let mut file =
        "// Generated from the files in inbox/ by `cargo xtask generate`; edit those instead.\n\npackage once\n"
            .to_owned();
    for (statement, text) in statements(&root.join(folder), PREFIX, extension)? {
        let name = format!("{prefix}{}", super::capitalize(&statement));
        let _ = write!(file, "\nconst {name} = `{}`\n", text.replace('`', "` + \"`\" + `"));
    }
    Ok(file)
}

fn of_store(store: &str) -> Result<(&'static str, &'static str), String> {
    let found = STORES.iter().find(|(name, ..)| *name == store);
    found.map(|(_, folder, extension)| (*folder, *extension)).ok_or_else(|| format!("there is no store {store}"))
}

/// The statements in a folder whose files' names begin with the prefix, in the order of their names.
fn statements(folder: &Path, prefix: &str, extension: &str) -> Result<Vec<(String, String)>, String> {
    let failed = |error: std::io::Error| format!("{}: {error}", folder.display());
    let mut found = Vec::new();
    for entry in folder.read_dir().map_err(failed)? {
        let path = entry.map_err(failed)?.path();
        let stem = path.file_stem().and_then(|stem| stem.to_str()).and_then(|stem| stem.strip_prefix(prefix));
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
            let found = statements(&root.join(folder), PREFIX, extension).expect("statements");
            let names: Vec<_> = found.iter().map(|(name, _)| name.as_str()).collect();
            for operation in ["claim", "finish", "forget", "release", "store"] {
                assert!(names.contains(&operation), "{name} has no {operation}, but {names:?}");
            }
        }
    }

    #[test]
    fn the_statements_of_once_and_of_the_inbox_are_in_modules_of_their_own() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
        let of_stores = ["SQLITE", "POSTGRES"].map(|store| [typescript(&root, store), go(&root, store)]);
        let modules = of_stores.into_iter().flatten().chain([python(&root)]);
        assert!({ modules }.all(|module| !module.expect("a module").contains("hookseal_inbox")));
        for store in ["SQLITE", "POSTGRES"] {
            let inbox = typescript_of_inbox(&root, store).expect("a module");
            assert!(!inbox.contains("hookseal_once") && inbox.contains("\n  claim: `"), "{inbox}");
        }
        let inbox = python_inbox(&root).expect("a module");
        assert!(!inbox.contains("hookseal_once") && !inbox.contains("REDIS"));
        // Each store has it.
        assert_eq!(inbox.matches("\"put\": ").count(), 2);
    }

    #[test]
    fn a_statement_that_a_language_would_read_differently_is_refused() {
        let root = Scratch::new("statements");
        for (_, folder, extension) in STORES {
            root.put(&format!("{folder}/once_claim.{extension}"), "SELECT '\\n';\n");
        }
        assert!(python(root.path()).unwrap_err().contains("once_claim.sql"));
        root.put("inbox/sql/sqlite/inbox_claim.sql", "SELECT '\\n';\n");
        assert!(python_inbox(root.path()).unwrap_err().contains("inbox_claim.sql"));
        assert!(typescript(root.path(), "SQLITE").unwrap_err().contains("once_claim.sql"));
        assert!(python(&root.path().join("nothing")).is_err());
    }

    #[test]
    fn a_text_of_go_is_ended_where_a_statement_has_a_backtick() {
        let root = Scratch::new("statements-go");
        root.put("inbox/sql/sqlite/once_claim.sql", "-- As `once_answer`.\nSELECT 1;\n");
        let file = go(root.path(), "SQLITE").expect("a file");
        let expected = "\nconst sqliteClaim = `-- As ` + \"`\" + `once_answer` + \"`\" + `.\nSELECT 1;\n`\n";
        assert!(file.ends_with(expected), "{file}");
        assert!(go(root.path(), "MONGO").is_err());
    }
}
