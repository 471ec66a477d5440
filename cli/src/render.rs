//! The shapes that several commands print: a line of JSON, and a block of aligned rows.

use std::fmt::Write as _;

use serde_json::Value;

use crate::escape::{self, printable};
use crate::style::{FAINT, GOOD};

/// A JSON object with its fields in this order; a map would sort them.
pub(crate) fn json_line(fields: &[(&str, Value)]) -> String {
    let fields: Vec<_> = fields.iter().map(|(name, value)| format!("{}:{value}", Value::from(*name))).collect();
    format!("{{{}}}", fields.join(","))
}

/// A title, and below it rows with aligned values. Escapes everything, so all of it may be foreign text.
pub(crate) fn block(title: &str, rows: &[(&str, String)]) -> String {
    let names: Vec<_> = rows.iter().map(|(name, _)| printable(name)).collect();
    let columns = names.iter().map(|name| escape::width(name)).max().unwrap_or_default();
    let mut text = format!("{GOOD}{}{GOOD:#}\n", printable(title));
    for (name, (_, value)) in names.iter().zip(rows) {
        // Writing to a string cannot fail.
        let _ = writeln!(text, "  {FAINT}{}{FAINT:#}  {}", escape::padded(name, columns), printable(value));
    }
    text
}
