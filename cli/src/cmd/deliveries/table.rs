//! Renders deliveries for people.

use serde_json::Value;

use crate::render;

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
    let cells: Vec<_> = rows.iter().map(|row| COLUMNS.map(|(_, field)| value(&row[field]))).collect();
    render::table(&COLUMNS.map(|(title, _)| title), &cells)
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
