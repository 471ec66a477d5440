//! Records attempts, and decides the state of the delivery and when it is tried next.
//!
//! Automatic and manual retries are kept apart: a manual one replaces no automatic one and does not move it.

use std::time::Duration;

use rusqlite::{Connection, params};
use serde_json::{Value, json};

use super::Store;
use crate::clock::{self, Time};
use crate::error::Error;

/// What was read of an endpoint's response.
#[derive(Clone, Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
}

/// An attempt that was made.
#[derive(Clone, Debug)]
pub(crate) struct Attempt {
    pub(crate) seq: i64,
    /// When it ended.
    pub(crate) at: Time,
    /// How long it took.
    pub(crate) duration: Duration,
    /// The headers that were sent, as JSON.
    pub(crate) headers: Value,
    /// The status of a complete response.
    pub(crate) http_status: Option<u16>,
    pub(crate) answer: Option<Answer>,
    /// Why it failed; `None` if it succeeded.
    pub(crate) error: Option<String>,
    /// Whether it was an automatic try.
    pub(crate) is_automatic: bool,
    /// When the next automatic try is due if this one failed; `None` if there are no more.
    pub(crate) next_automatic: Option<Time>,
    /// When a manual retry was requested, if one was.
    pub(crate) requested_at: Option<i64>,
}

/// The stored state of a delivery when an attempt ends.
struct DeliveryState {
    tries: u32,
    next_automatic: Option<i64>,
    automatic_retries: u32,
    requested_at: Option<i64>,
    is_abandoned: bool,
}

impl Store {
    /// Records an attempt, and updates its delivery. One that was abandoned meanwhile stays abandoned unless it
    /// succeeded.
    pub(crate) async fn record(&self, attempt: Attempt) -> Result<(), Error> {
        self.write(move |connection| record(connection, &attempt)).await
    }
}

fn record(connection: &Connection, attempt: &Attempt) -> Result<(), Error> {
    let Attempt { seq, at, headers, http_status, answer, error, .. } = attempt;
    let before = state(connection, *seq)?;
    let tries = before.tries + 1;
    let sql = "INSERT INTO attempts (delivery, number, at, headers, http_status, error, duration, answer, answer_body) \
               VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)";
    let head = answer.as_ref().map(|answer| json!({"status": answer.status, "headers": answer.headers}).to_string());
    let body = answer.as_ref().map(|answer| &answer.body);
    let duration = clock::millis(attempt.duration);
    let values = params![seq, tries, at.0, headers.to_string(), http_status, error, duration, head, body];
    connection.prepare_cached(sql)?.execute(values)?;

    // A retry that was requested while this attempt was in flight is still to be made.
    let requested_at = before.requested_at.filter(|_| before.requested_at != attempt.requested_at);
    let next = attempt.next_automatic;
    let (next_automatic, automatic_retries) = match (error, attempt.is_automatic) {
        (None, _) => (None, before.automatic_retries),
        (Some(_), true) => (next.map(|next| next.0), before.automatic_retries + u32::from(next.is_some())),
        (Some(_), false) => (before.next_automatic, before.automatic_retries),
    };
    if before.is_abandoned && error.is_some() {
        connection.prepare_cached("UPDATE deliveries SET tries = ? WHERE seq = ?")?.execute(params![tries, seq])?;
        return Ok(());
    }
    let due = requested_at.or(next_automatic);
    let status = match (due, error) {
        (Some(_), _) => "pending",
        (None, None) => "delivered",
        (None, Some(_)) => "failed",
    };
    let delivered_at = error.is_none().then_some(at.0);
    let sql = "UPDATE deliveries SET status = ?, http_status = ?, error = ?, tries = ?, due = ?, next_automatic = ?, \
               automatic = ?, asked = ?, delivered_at = coalesce(?, delivered_at) WHERE seq = ?";
    let values = params![
        status,
        http_status,
        error,
        tries,
        due,
        next_automatic,
        automatic_retries,
        requested_at,
        delivered_at,
        seq
    ];
    connection.prepare_cached(sql)?.execute(values)?;
    Ok(())
}

fn state(connection: &Connection, seq: i64) -> Result<DeliveryState, Error> {
    let sql = "SELECT tries, next_automatic, automatic, asked, due IS NULL FROM deliveries WHERE seq = ?";
    let read = |row: &rusqlite::Row<'_>| {
        Ok(DeliveryState {
            tries: row.get(0)?,
            next_automatic: row.get(1)?,
            automatic_retries: row.get(2)?,
            requested_at: row.get(3)?,
            is_abandoned: row.get(4)?,
        })
    };
    Ok(connection.prepare_cached(sql)?.query_row([seq], read)?)
}
