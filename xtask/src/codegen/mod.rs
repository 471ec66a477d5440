//! `cargo xtask generate`: writes the files that are generated from the event catalogue and from the core.
//!
//! `rust.rs` generates the typed events of the core, `typescript.rs` those of the npm packages, `python.rs` those of
//! the Python package, `go/` all that is generated for Go; `codes.rs` generates the error codes of npm and Python,
//! `schemes.rs` the schemes that JavaScript imports, and `explain.rs` the codes of explanations. `statements.rs` embeds
//! the statements of `inbox/` in the packages for Python, JavaScript and Go.

mod codes;
mod explain;
mod go;
mod python;
mod rust;
mod schemes;
mod statements;
mod typescript;

use std::fmt::Write as _;
use std::io;
use std::path::Path;

use serde_json::{Map, Value};

const CATALOGUE: &str = "core/catalogue/contio-events.json";

/// A generated file: its path relative to the root, and its contents.
type Generated = (&'static str, String);

/// Writes the generated files, or with `check` only compares them.
pub(crate) fn generate(root: &Path, check: bool) -> Result<(), String> {
    let text = std::fs::read_to_string(root.join(CATALOGUE)).map_err(|error| format!("{CATALOGUE}: {error}"))?;
    let catalogue: Value = serde_json::from_str(&text).map_err(|error| format!("{CATALOGUE}: {error}"))?;
    let files = [
        ("core/src/contio/event/catalogue.rs", rust::events(&catalogue)?),
        ("js/src/generated/events.ts", typescript::events(&catalogue)?),
        ("js/src/generated/codes.ts", codes::typescript()),
        ("js/src/generated/explain-codes.ts", explain::typescript()),
        ("js/src/generated/once-sqlite.ts", statements::typescript(root, "SQLITE")?),
        ("js/src/generated/once-postgres.ts", statements::typescript(root, "POSTGRES")?),
        ("js/src/generated/once-redis.ts", statements::typescript(root, "REDIS")?),
        ("js/src/generated/inbox-sqlite.ts", statements::typescript_of_inbox(root, "SQLITE")?),
        ("js/src/generated/inbox-postgres.ts", statements::typescript_of_inbox(root, "POSTGRES")?),
        ("js/src/generated/schemes.ts", schemes::typescript()?),
        ("bindings-python/python/hookseal/events.py", python::events(&catalogue)?),
        ("bindings-python/python/hookseal/_routes.py", python::routes(&catalogue)?),
        ("bindings-python/python/hookseal/_codes.py", codes::python()),
        ("bindings-python/python/hookseal/_statuses.py", codes::python_statuses()),
        ("bindings-python/python/hookseal/_causes.py", explain::python()),
        ("bindings-go/codes.go", go::codes()),
        ("bindings-go/events.go", go::events(&catalogue)?),
        ("bindings-go/schemes.go", go::schemes()?),
        ("bindings-go/once/statements_sqlite.go", statements::go(root, "SQLITE")?),
        ("bindings-go/once/statements_postgres.go", statements::go(root, "POSTGRES")?),
        ("bindings-python/python/hookseal/once/_statements.py", statements::python(root)?),
        ("bindings-python/python/hookseal/inbox/_statements.py", statements::python_inbox(root)?),
    ];
    if check {
        return compare(&files, |path| std::fs::read_to_string(root.join(path)));
    }
    for (path, generated) in files {
        std::fs::write(root.join(path), generated).map_err(|error| format!("{path}: {error}"))?;
    }
    Ok(())
}

/// The error names every file that differs.
fn compare(files: &[Generated], read: impl Fn(&str) -> io::Result<String>) -> Result<(), String> {
    let stale: Vec<String> = files
        .iter()
        .filter_map(|(path, generated)| match read(path) {
            Ok(current) if current == *generated => None,
            Ok(_) => Some(format!("{path} is stale")),
            Err(error) => Some(format!("{path}: {error}")),
        })
        .collect();
    if stale.is_empty() { Ok(()) } else { Err(format!("{}; run `cargo xtask generate`", stale.join(", "))) }
}

/// Where the vendor published an event.
fn published_in(event: &Value) -> &'static str {
    match event["documented"].as_bool() {
        Some(true) => "in the vendor's guide",
        _ => "in the vendor's package `@contio/partner-sdk`",
    }
}

fn object<'v>(value: &'v Value, what: &str) -> Result<&'v Map<String, Value>, String> {
    value.as_object().ok_or_else(|| format!("{CATALOGUE}: {what} is not an object"))
}

/// `meeting.context.created` becomes `MeetingContextCreated`, and `needs_review` becomes `NeedsReview`.
fn pascal_case(name: &str) -> String {
    name.split(['.', '_']).map(capitalize).collect()
}

/// Capitalizes the first letter.
fn capitalize(word: &str) -> String {
    word.chars().enumerate().map(|(at, c)| if at == 0 { c.to_ascii_uppercase() } else { c }).collect()
}

fn push(module: &mut String, text: &str) {
    // Writing to a string cannot fail.
    let _ = module.write_str(text);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_check_names_every_stale_file() {
        let files = [("current", "1".to_owned()), ("old", "1".to_owned()), ("absent", "1".to_owned())];
        let read = |path: &str| match path {
            "current" => Ok("1".to_owned()),
            "old" => Ok("0".to_owned()),
            _ => Err(io::Error::from(io::ErrorKind::NotFound)),
        };
        let message = compare(&files, read).unwrap_err();
        assert!(message.starts_with("old is stale, absent: "), "{message}");
        assert!(message.ends_with("; run `cargo xtask generate`") && !message.contains("current"), "{message}");
    }

    #[test]
    fn a_check_of_current_files_passes() {
        assert_eq!(compare(&[("current", "1".to_owned())], |_| Ok("1".to_owned())), Ok(()));
    }
}
