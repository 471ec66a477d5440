//! Renders what an inbox holds.

use std::fmt::Write as _;

use hookseal::UnixTime;
use hookseal_inbox::{Entry, InboxStats, State, StateStats};
use serde_json::{Value, json};

use crate::clock;
use crate::escape::printable;
use crate::render::{self, json_line};
use crate::style::{BAD, FAINT};

/// A header line, and a row for each delivery.
pub(super) fn list(entries: &[Entry]) -> String {
    if entries.is_empty() {
        return "no deliveries\n".to_owned();
    }
    let now = UnixTime::now();
    let rows: Vec<_> = entries
        .iter()
        .map(|entry| {
            [
                entry.id.to_string(),
                entry.state.name().to_owned(),
                entry.attempts.to_string(),
                clock::distance(time(entry.received_at), now),
                due(entry, now),
                entry.size.to_string(),
                entry.event.clone().unwrap_or_else(|| entry.key.clone()),
                entry.error.clone().unwrap_or_else(|| "-".to_owned()),
            ]
        })
        .collect();
    render::table(&["Number", "State", "Attempts", "Received", "Due", "Bytes", "Event", "Last error"], &rows)
}

/// When the next attempt is due.
fn due(entry: &Entry, now: UnixTime) -> String {
    match entry.due_at.map(time) {
        Some(due) if entry.state == State::Pending && due > now => clock::distance(due, now),
        Some(_) if entry.state == State::Pending => "now".to_owned(),
        _ => "-".to_owned(),
    }
}

/// Every field of one delivery, for scripts.
pub(super) fn fields(entry: &Entry) -> Vec<(&'static str, Value)> {
    let at = |milliseconds: i64| Value::from(time(milliseconds).to_string());
    vec![
        ("number", entry.id.into()),
        ("key", entry.key.as_str().into()),
        ("id", entry.event.as_deref().into()),
        ("state", entry.state.name().into()),
        ("scheme", entry.scheme.as_str().into()),
        ("attempts", entry.attempts.into()),
        ("received_at", at(entry.received_at)),
        ("due_at", entry.due_at.map_or(Value::Null, at)),
        ("finished_at", entry.finished_at.map_or(Value::Null, at)),
        ("error", entry.error.as_deref().into()),
        ("bytes", entry.size.into()),
    ]
}

/// Every field of one delivery, for people, and its body if that is wanted.
pub(super) fn one(entry: &Entry, body: Option<Option<&[u8]>>) -> String {
    let text = |value: &Value| match value {
        Value::Null => "-".to_owned(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    let fields = fields(entry);
    let rows: Vec<_> = fields.iter().skip(1).map(|(name, value)| (*name, text(value))).collect();
    let mut shown = render::block(&entry.id.to_string(), &rows);
    match body {
        None => {}
        Some(None) => shown.push_str("\nits body is dropped\n"),
        Some(Some(bytes)) => match std::str::from_utf8(bytes) {
            // A body may have line breaks of its own; whatever else a terminal obeys is escaped.
            Ok(text) => {
                let lines: Vec<_> = text.split('\n').map(printable).collect();
                let _ = writeln!(shown, "\n{}", lines.join("\n"));
            }
            Err(_) => {
                let _ = writeln!(shown, "\n{} bytes that are not UTF-8: --json has them in hex", bytes.len());
            }
        },
    }
    shown
}

/// The numbers of each state, for people.
pub(super) fn stats(origin: &str, stats: &InboxStats) -> String {
    let now = UnixTime::now();
    let of = |state: &StateStats| {
        let oldest = state.oldest.map(|age| {
            let since = UnixTime::from_secs(now.as_secs().saturating_sub_unsigned(age.as_secs()));
            format!(", the oldest stored {}", clock::distance(since, now))
        });
        match state.number {
            0 => "0".to_owned(),
            number => format!("{number} with {} bytes{}", state.bytes, oldest.unwrap_or_default()),
        }
    };
    let rows = [
        ("pending", of(&stats.pending)),
        ("running", of(&stats.running)),
        ("dead", of(&stats.dead)),
        ("done", stats.done.to_string()),
        ("made", time(stats.made).to_string()),
    ];
    let mut text = render::block(origin, &rows);
    if let Some(kind) = stats.lost_with {
        let _ = writeln!(
            text,
            "{BAD}the file is on {kind}{BAD:#}{FAINT}: with the container, or at the next start, it is lost, and \
             with it what was answered with 200; use a volume{FAINT:#}"
        );
    }
    text
}

pub(super) fn stats_json(stats: &InboxStats) -> String {
    let of = |state: &StateStats| {
        json!({
            "number": state.number,
            "bytes": state.bytes,
            "oldest_seconds": state.oldest.map(|age| age.as_secs()),
        })
    };
    json_line(&[
        ("ok", true.into()),
        ("pending", of(&stats.pending)),
        ("running", of(&stats.running)),
        ("dead", of(&stats.dead)),
        ("done", stats.done.into()),
        ("made_at", time(stats.made).to_string().into()),
        ("lost_with", stats.lost_with.into()),
    ])
}

pub(super) fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(2 * bytes.len()), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

const fn time(milliseconds: i64) -> UnixTime {
    UnixTime::from_secs(milliseconds.div_euclid(1000))
}
