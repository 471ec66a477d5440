//! The statements' files: the same operations in both dialects, and only what every driver reads alike.

use std::collections::BTreeMap;
use std::path::Path;

fn statements(dialect: &str) -> BTreeMap<String, String> {
    let folder = hookseal_tests::folder().join("../../inbox/sql").join(dialect);
    let files = std::fs::read_dir(folder).expect("the statements").map(|entry| entry.expect("an entry").path());
    let named = |path: &Path| Some(path.file_stem()?.to_str()?.strip_prefix("inbox_")?.to_owned());
    files.filter_map(|path| Some((named(&path)?, std::fs::read_to_string(&path).expect("a statement")))).collect()
}

/// Without its comments.
fn code(statement: &str) -> String {
    statement.lines().filter(|line| !line.starts_with("--")).map(|line| format!("{line}\n")).collect()
}

#[test]
fn both_dialects_have_the_same_operations() {
    // A server returns what is claimed at once, and cannot see that a worker has ended.
    let of_sqlite_alone = ["claimed", "free", "workers"];
    let (sqlite, postgres) = (statements("sqlite"), statements("postgres"));
    let names: Vec<_> = sqlite.keys().filter(|name| !of_sqlite_alone.contains(&name.as_str())).collect();
    assert_eq!(names, postgres.keys().collect::<Vec<_>>());
    assert!(of_sqlite_alone.iter().all(|name| sqlite.contains_key(*name)));
    assert!(names.len() >= 18, "{names:?}");
}

#[test]
fn the_statements_for_sqlite_have_only_plain_parameters_in_their_order() {
    for (name, statement) in statements("sqlite") {
        let code = code(&statement);
        for (at, _) in code.match_indices('?') {
            let next = code[at + 1..].chars().next();
            assert!(next.is_none_or(|next| !next.is_ascii_alphanumeric()), "{name} has a numbered parameter");
        }
        for sign in [":", "@", "$"] {
            assert!(!code.contains(sign), "{name} has {sign}");
        }
    }
}

#[test]
fn no_statement_controls_a_transaction() {
    for dialect in ["sqlite", "postgres"] {
        for (name, statement) in statements(dialect) {
            let code = code(&statement).to_uppercase();
            for word in ["BEGIN", "COMMIT", "ROLLBACK", "SAVEPOINT", "PRAGMA"] {
                let is_there = code.split(|letter: char| !letter.is_ascii_alphabetic()).any(|found| found == word);
                assert!(!is_there, "{dialect}/{name} has {word}");
            }
        }
    }
}
