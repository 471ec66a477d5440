//! What becomes of a delivery with each attempt, and when it is tried again.
//!
//! A try by itself and one that is asked for are two things: a retry by hand takes none of the automatic ones away, and
//! leaves them when they are.

use rusqlite::{Connection, params};
use serde_json::Value;

use super::Store;
use crate::clock::Time;
use crate::error::Error;

/// An attempt that was made.
#[derive(Clone, Debug)]
pub(crate) struct Outcome {
    pub(crate) seq: i64,
    pub(crate) at: Time,
    /// Those that were sent, as JSON.
    pub(crate) headers: Value,
    pub(crate) http_status: Option<u16>,
    /// Why it failed; absent if it did not.
    pub(crate) error: Option<String>,
    /// Whether it was due by itself.
    pub(crate) is_automatic: bool,
    /// When it is tried again by itself after that, if it is.
    pub(crate) next: Option<Time>,
    /// When it was asked for, if it was.
    pub(crate) asked: Option<i64>,
}

/// What is known of a delivery when an attempt ends.
struct Known {
    tries: u32,
    next_automatic: Option<i64>,
    automatic: u32,
    asked: Option<i64>,
    is_abandoned: bool,
}

impl Store {
    /// Records an attempt, and what comes of it. A delivery that was abandoned meanwhile stays so, unless it succeeded.
    pub(crate) async fn record(&self, outcome: Outcome) -> Result<(), Error> {
        self.write(move |connection| record(connection, &outcome)).await
    }
}

fn record(connection: &Connection, outcome: &Outcome) -> Result<(), Error> {
    let Outcome { seq, at, headers, http_status, error, .. } = outcome;
    let known = known(connection, *seq)?;
    let tries = known.tries + 1;
    let attempt = "INSERT INTO attempts (delivery, number, at, headers, http_status, error) VALUES (?, ?, ?, ?, ?, ?)";
    let values = params![seq, tries, at.0, headers.to_string(), http_status, error];
    connection.prepare_cached(attempt)?.execute(values)?;

    // What is asked for while an attempt is on its way is made after it.
    let asked = known.asked.filter(|_| known.asked != outcome.asked);
    let (next_automatic, automatic) = match (error, outcome.is_automatic) {
        (None, _) => (None, known.automatic),
        (Some(_), true) => (outcome.next.map(|next| next.0), known.automatic + u32::from(outcome.next.is_some())),
        (Some(_), false) => (known.next_automatic, known.automatic),
    };
    if known.is_abandoned && error.is_some() {
        connection.prepare_cached("UPDATE deliveries SET tries = ? WHERE seq = ?")?.execute(params![tries, seq])?;
        return Ok(());
    }
    let due = asked.or(next_automatic);
    let status = match (due, error) {
        (Some(_), _) => "pending",
        (None, None) => "delivered",
        (None, Some(_)) => "failed",
    };
    let delivered_at = error.is_none().then_some(at.0);
    let sql = "UPDATE deliveries SET status = ?, http_status = ?, error = ?, tries = ?, due = ?, next_automatic = ?, \
               automatic = ?, asked = ?, delivered_at = coalesce(?, delivered_at) WHERE seq = ?";
    let values = params![status, http_status, error, tries, due, next_automatic, automatic, asked, delivered_at, seq];
    connection.prepare_cached(sql)?.execute(values)?;
    Ok(())
}

fn known(connection: &Connection, seq: i64) -> Result<Known, Error> {
    let sql = "SELECT tries, next_automatic, automatic, asked, due IS NULL FROM deliveries WHERE seq = ?";
    let read = |row: &rusqlite::Row<'_>| {
        Ok(Known {
            tries: row.get(0)?,
            next_automatic: row.get(1)?,
            automatic: row.get(2)?,
            asked: row.get(3)?,
            is_abandoned: row.get(4)?,
        })
    };
    Ok(connection.prepare_cached(sql)?.query_row([seq], read)?)
}
