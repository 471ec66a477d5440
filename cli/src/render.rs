//! The shapes that several commands print: a line of JSON, and a block of aligned rows.

use std::fmt::Write as _;

use serde_json::Value;

use crate::escape::{padded, printable, width};
use crate::style::{FAINT, GOOD};

/// A JSON object with its fields in this order; a map would sort them.
pub(crate) fn json_line(fields: &[(&str, Value)]) -> String {
    let fields: Vec<_> = fields.iter().map(|(name, value)| format!("{}:{value}", Value::from(*name))).collect();
    format!("{{{}}}", fields.join(","))
}

/// A header line, and rows with aligned columns. Escapes every cell, so all of them may be foreign text.
pub(crate) fn table<const N: usize>(titles: &[&str; N], rows: &[[String; N]]) -> String {
    let cells: Vec<_> = rows.iter().map(|row| row.each_ref().map(|cell| printable(cell))).collect();
    let widths: Vec<_> = (0..N)
        .map(|column| {
            let cells = cells.iter().map(|row| width(&row[column]));
            cells.chain([titles[column].len()]).max().unwrap_or_default()
        })
        .collect();
    let line = |cells: &[String]| {
        let padded = cells.iter().zip(&widths).map(|(cell, width)| padded(cell, *width));
        padded.collect::<Vec<_>>().join("  ").trim_end().to_owned()
    };
    let mut text = format!("{FAINT}{}{FAINT:#}\n", line(&titles.map(str::to_owned)));
    for row in &cells {
        text.push_str(&line(row));
        text.push('\n');
    }
    text
}

/// A title, and below it rows with aligned values. Escapes everything, so all of it may be foreign text.
pub(crate) fn block(title: &str, rows: &[(&str, String)]) -> String {
    let names: Vec<_> = rows.iter().map(|(name, _)| printable(name)).collect();
    let columns = names.iter().map(|name| width(name)).max().unwrap_or_default();
    let mut text = format!("{GOOD}{}{GOOD:#}\n", printable(title));
    for (name, (_, value)) in names.iter().zip(rows) {
        // Writing to a string cannot fail.
        let _ = writeln!(text, "  {FAINT}{}{FAINT:#}  {}", padded(name, columns), printable(value));
    }
    text
}
