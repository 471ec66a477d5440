//! The public API of the core names only a few types of other crates, since each ties hookseal's major version to that
//! of the crate. They are found in the source here, so that none is added by accident.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// Every place where the public API names another crate. Before you add one, consider a type of our own; if you do add
/// one, document what it means for hookseal's version.
const FOREIGN: [&str; 11] = [
    "contio/envelope.rs: serde_core::Serialize",
    "contio/event/catalogue.rs: serde_json::Number",
    "contio/event/mod.rs: pub use serde_json::Number",
    "contio/event/mod.rs: serde_core::ser::Serialize",
    "contio/event/values.rs: serde_core::ser::Serialize",
    "headers.rs: actix_http::header::HeaderMap",
    "headers.rs: http::HeaderMap",
    "json/string.rs: serde_core::Serialize",
    "sign.rs: actix_http::header::HeaderMap",
    "sign.rs: http::HeaderMap",
    "time.rs: serde_core::Serialize",
];

/// The code of each source file, without comments and tests, by its path below `core/src`.
type Sources = BTreeMap<String, String>;

fn core_sources() -> Sources {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../core/src");
    let mut sources = Sources::new();
    let mut folders = vec![root.clone()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).expect("a folder of sources") {
            let path = entry.expect("an entry of it").path();
            if path.is_dir() {
                folders.push(path);
            } else {
                let text = std::fs::read_to_string(&path).expect("a source file");
                let path = path.strip_prefix(&root).expect("a path below the root");
                sources.insert(path.to_string_lossy().replace('\\', "/"), without_comments_and_tests(&text));
            }
        }
    }
    sources
}

fn without_comments_and_tests(text: &str) -> String {
    let code = text.split("#[cfg(test)]\nmod tests").next().unwrap_or_default();
    code.lines().filter(|line| !line.trim_start().starts_with("//")).collect::<Vec<_>>().join("\n")
}

/// The crates that the core depends on, by the names that code has for them.
fn dependencies() -> BTreeSet<String> {
    let manifest = include_str!("../../core/Cargo.toml");
    let section =
        manifest.split("\n[dependencies]\n").nth(1).expect("dependencies").split("\n[").next().expect("a section");
    section.lines().filter_map(|line| Some(line.split_once(" = ")?.0.replace('-', "_"))).collect()
}

/// The places where public items name one of these crates.
fn foreign_names(sources: &Sources, crates: &BTreeSet<String>) -> BTreeSet<String> {
    let public_types: BTreeSet<&str> = sources.values().flat_map(|code| public_types(code)).collect();
    let mut found = BTreeSet::new();
    for (path, code) in sources {
        let mut imports = imports(code, crates);
        if code.contains("use super::*;") {
            let parent = path.rsplit_once('/').map_or("lib.rs".to_owned(), |(folder, _)| format!("{folder}/mod.rs"));
            imports.extend(sources.get(&parent).map(|code| self::imports(code, crates)).unwrap_or_default());
        }
        for item in public_items(code) {
            if let Some(reexported) = item.strip_prefix("pub use ") {
                let names = paths(reexported).into_iter().filter(|path| is_of(path, crates));
                found.extend(names.map(|name| format!("{path}: pub use {name}")));
                continue;
            }
            let names = paths(item);
            // An implementation is public only if a public type or trait takes part in it.
            if item.starts_with("impl") && !names.iter().any(|name| public_types.contains(&**name)) {
                continue;
            }
            let resolved = names.iter().map(|name| {
                let (first, rest) = name.split_at(name.find("::").unwrap_or(name.len()));
                imports.get(first).map_or(name.clone(), |import| format!("{import}{rest}"))
            });
            found.extend(resolved.filter(|name| is_of(name, crates)).map(|name| format!("{path}: {name}")));
        }
    }
    found
}

fn is_of(path: &str, crates: &BTreeSet<String>) -> bool {
    path.split_once("::").is_some_and(|(first, _)| crates.contains(first))
}

/// The names that `use` brings into a file from these crates, with their whole paths.
fn imports(code: &str, crates: &BTreeSet<String>) -> BTreeMap<String, String> {
    let mut imports = BTreeMap::new();
    let statements = code.split("use ").skip(1).filter_map(|rest| rest.split(';').next());
    for statement in statements.filter(|statement| is_of(statement, crates)) {
        let (base, names) = match statement.split_once('{') {
            Some((base, list)) => (base, list.trim_end_matches('}')),
            None => statement.split_at(statement.rfind("::").map_or(0, |at| at + 2)),
        };
        for name in names.split(',').map(str::trim).filter(|name| !name.is_empty()) {
            let (path, local) = name.split_once(" as ").unwrap_or((name, name));
            let local = if local == "self" { base.trim_end_matches("::") } else { local };
            let local = local.rsplit("::").next().unwrap_or(local);
            imports.insert(local.to_owned(), format!("{base}{path}").trim_end_matches("::self").to_owned());
        }
    }
    imports
}

fn public_types(code: &str) -> impl Iterator<Item = &str> {
    let starts = ["pub struct ", "pub enum ", "pub trait ", "pub type "];
    let items = starts.into_iter().flat_map(|start| code.split(start).skip(1));
    items.filter_map(|rest| rest.split(|c: char| !c.is_alphanumeric() && c != '_').next())
}

/// The parts of public items that a user can name: re-exports, signatures, fields, whole enums and traits, the headers
/// of implementations, and whole invocations of the macros that define types.
fn public_items(code: &str) -> Vec<&str> {
    let mut items = Vec::new();
    let mut offset = 0;
    for line in code.split_inclusive('\n') {
        let start = offset + line.len() - line.trim_start().len();
        offset += line.len();
        let item = &code[start..];
        let is_at_margin = !line.starts_with(char::is_whitespace);
        let defines_types = is_at_margin && line.contains("! {") && !line.starts_with("macro_rules!");
        if let Some(declared) = item.strip_prefix("pub ") {
            let keyword = declared.split(|c: char| !c.is_alphanumeric() && c != '_').next().unwrap_or_default();
            items.push(match keyword {
                "use" | "type" => before(item, &[";"]),
                "enum" | "trait" => block(item),
                "struct" | "fn" | "unsafe" | "async" | "mod" => before(item, &["{", ";"]),
                "const" if declared.starts_with("const fn") => before(item, &["{", ";"]),
                "const" | "static" => before(item, &[" = ", ";"]),
                _ => line.trim(),
            });
        } else if is_at_margin && item.starts_with("impl") {
            items.push(before(item, &["{"]));
        } else if defines_types {
            items.push(block(item));
        }
    }
    items
}

fn before<'t>(text: &'t str, ends: &[&str]) -> &'t str {
    let end = ends.iter().filter_map(|end| text.find(end)).min();
    &text[..end.unwrap_or(text.len())]
}

/// Up to the brace that closes the first one.
fn block(text: &str) -> &str {
    let mut depth = 0;
    let end = text.find(|c: char| {
        depth += match c {
            '{' => 1,
            '}' => -1,
            _ => 0,
        };
        c == '}' && depth == 0
    });
    &text[..end.unwrap_or(text.len())]
}

/// The identifiers and paths in a text, such as `Number` and `http::HeaderMap`, without lifetimes.
fn paths(text: &str) -> Vec<String> {
    let is_in_path = |c: char| c.is_alphanumeric() || ['_', ':', '\''].contains(&c);
    let words = text.split(|c: char| !is_in_path(c)).map(|word| word.trim_matches(':'));
    words.filter(|word| !word.is_empty() && !word.starts_with('\'')).map(str::to_owned).collect()
}

#[test]
fn the_public_api_names_no_other_crates_than_listed() {
    let crates = dependencies();
    assert!(["http", "serde_json", "serde_core", "hmac"].iter().all(|name| crates.contains(*name)), "{crates:?}");
    assert_eq!(foreign_names(&core_sources(), &crates), FOREIGN.map(str::to_owned).into());
}

#[test]
fn a_foreign_type_is_found_wherever_it_is_added() {
    let crates = BTreeSet::from(["serde_json".to_owned(), "http".to_owned()]);
    let found = |code: &str| {
        let code = without_comments_and_tests(code);
        let names = foreign_names(&Sources::from([("lib.rs".to_owned(), code)]), &crates);
        names.into_iter().collect::<Vec<_>>().join(", ")
    };
    let import = "use serde_json::{Map, Value as Json};\n";
    for (code, expected) in [
        ("pub use serde_json::Value;", "lib.rs: pub use serde_json::Value"),
        ("pub fn json() -> serde_json::Value {\n}", "lib.rs: serde_json::Value"),
        ("    pub fn read(\n        json: &Json,\n    ) -> bool {\n}", "lib.rs: serde_json::Value"),
        ("    pub const fn map<'a>() -> Option<&'a Map<String, u8>>;", "lib.rs: serde_json::Map"),
        ("    pub json: Vec<Json>,\n", "lib.rs: serde_json::Value"),
        ("pub struct Tuple(pub Json);", "lib.rs: serde_json::Value"),
        ("pub enum Choice {\n    One(Json),\n}", "lib.rs: serde_json::Value"),
        ("pub trait Reads {\n    fn read(&self) -> Json;\n}", "lib.rs: serde_json::Value"),
        ("pub type Alias = Json;", "lib.rs: serde_json::Value"),
        ("pub const JSON: Json = Json::Null;", "lib.rs: serde_json::Value"),
        ("pub struct Ours;\nimpl From<Json> for Ours {\n}", "lib.rs: serde_json::Value"),
        ("pub trait Ours {}\nimpl Ours for http::HeaderMap {\n}", "lib.rs: http::HeaderMap"),
        ("object! {\n    Name { field: Json; }\n}", "lib.rs: serde_json::Value"),
        // Not public, or not of another crate.
        ("pub(crate) fn json() -> Json {\n}", ""),
        ("struct Ours;\nimpl From<Json> for Ours {\n}", ""),
        ("pub struct Ours<'a>(&'a str);\nuse serde_json::a;\nimpl<'a> Ours<'a> {\n}", ""),
        ("pub fn json() -> Value {\n    let json: Json;\n}", ""),
        ("// pub use serde_json::Value;", ""),
        ("#[cfg(test)]\nmod tests {\n    pub use serde_json::Value;\n}", ""),
    ] {
        assert_eq!(found(&format!("{import}{code}")), expected, "{code}");
    }
}
