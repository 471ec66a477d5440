//! Renders deliveries for people.

use serde_json::Value;

use crate::escape::{padded, printable, width};
use crate::render;
use crate::style::FAINT;

const COLUMNS: [(&str, &str); 7] = [
    ("Id", "id"),
    ("Status", "delivery_status"),
    ("HTTP", "http_status_code"),
    ("Retries", "retry_count"),
    ("Created", "created_at"),
    ("Event", "event_type"),
    ("Error", "error_message"),
];

/// A header line, and a row for each delivery.
pub(super) fn list(rows: &[Value]) -> String {
    if rows.is_empty() {
        return "no deliveries\n".to_owned();
    }
    let cells: Vec<_> = rows.iter().map(|row| COLUMNS.map(|(_, field)| printable(&value(&row[field])))).collect();
    let widths: Vec<_> = (0..COLUMNS.len())
        .map(|column| {
            let cells = cells.iter().map(|row| width(&row[column]));
            cells.chain([COLUMNS[column].0.len()]).max().unwrap_or_default()
        })
        .collect();
    let line = |cells: &[String]| {
        let padded = cells.iter().zip(&widths).map(|(cell, width)| padded(cell, *width));
        padded.collect::<Vec<_>>().join("  ").trim_end().to_owned()
    };
    let mut text = format!("{FAINT}{}{FAINT:#}\n", line(&COLUMNS.map(|(title, _)| title.to_owned())));
    for row in &cells {
        text.push_str(&line(row));
        text.push('\n');
    }
    text
}

/// Every field of one delivery.
pub(super) fn one(row: &Value) -> String {
    let fields = row.as_object().into_iter().flatten();
    let rows: Vec<_> = fields.filter(|(name, _)| *name != "id").map(|(name, field)| (&**name, value(field))).collect();
    render::block(&value(&row["id"]), &rows)
}

fn value(value: &Value) -> String {
    match value {
        Value::Null => "-".to_owned(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}
