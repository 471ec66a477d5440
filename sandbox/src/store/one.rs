//! One delivery in full, with everything that was sent and answered.

use rusqlite::{OptionalExtension as _, Row};
use serde_json::{Value, json};

use super::Store;
use super::deliveries::{COLUMNS, read};
use crate::clock::Time;
use crate::error::Error;

/// One attempt as it was sent, to be explained.
#[derive(Debug)]
pub(crate) struct SentAttempt {
    /// When it was signed.
    pub(crate) at: Time,
    pub(crate) url: String,
    pub(crate) headers: Value,
    pub(crate) body: Vec<u8>,
    pub(crate) http_status: Option<u16>,
    pub(crate) error: Option<String>,
    /// The body of the answer; empty if there was none.
    pub(crate) answer: Vec<u8>,
}

impl Store {
    /// A delivery with its body and every attempt, for the sandbox's own calls.
    pub(crate) async fn delivery_with_attempts(&self, id: String) -> Result<Value, Error> {
        self.read(move |connection| {
            let sql = format!("SELECT {COLUMNS}, seq, body FROM deliveries WHERE id = ?");
            let read_all = |row: &Row<'_>| Ok((read(row)?, row.get(7)?, row.get(11)?, row.get(12)?, row.get(13)?));
            let found: Option<(Value, u32, String, i64, Vec<u8>)> =
                connection.query_row(&sql, [id], read_all).optional()?;
            let (mut delivery, tries, url, seq, body) = found.ok_or_else(|| Error::not_found("delivery"))?;
            let sql = "SELECT number, at, http_status, error, headers, duration, answer, answer_body FROM attempts \
                       WHERE delivery = ? ORDER BY number";
            let mut statement = connection.prepare_cached(sql)?;
            let attempts = statement.query_map([seq], attempt)?;
            delivery["tries"] = tries.into();
            delivery["url"] = url.into();
            delivery["body"] = String::from_utf8_lossy(&body).into();
            delivery["attempts"] = attempts.collect::<rusqlite::Result<Vec<_>>>()?.into();
            Ok(delivery)
        })
        .await
    }

    /// One attempt of a delivery.
    pub(crate) async fn attempt(&self, id: String, number: u32) -> Result<SentAttempt, Error> {
        self.read(move |connection| {
            let sql = "SELECT at - coalesce(duration, 0), url, headers, body, attempts.http_status, attempts.error, \
                       answer_body FROM attempts JOIN deliveries ON delivery = seq WHERE id = ? AND number = ?";
            let read = |row: &Row<'_>| {
                Ok(SentAttempt {
                    at: Time(row.get(0)?),
                    url: row.get(1)?,
                    headers: parsed(&row.get::<_, String>(2)?),
                    body: row.get(3)?,
                    http_status: row.get(4)?,
                    error: row.get(5)?,
                    answer: row.get::<_, Option<_>>(6)?.unwrap_or_default(),
                })
            };
            let found = connection.prepare_cached(sql)?.query_row((id, number), read).optional()?;
            found.ok_or_else(|| Error::not_found("attempt"))
        })
        .await
    }
}

fn attempt(row: &Row<'_>) -> rusqlite::Result<Value> {
    let body: Option<Vec<u8>> = row.get(7)?;
    let answer = row.get::<_, Option<String>>(6)?.map(|head| {
        let mut answer = parsed(&head);
        let body = body.unwrap_or_default();
        answer["bytes"] = body.len().into();
        match String::from_utf8(body) {
            Ok(text) => answer["body"] = text.into(),
            Err(error) => answer["body_hex"] = hex(error.as_bytes()).into(),
        }
        answer
    });
    Ok(json!({
        "number": row.get::<_, u32>(0)?,
        "at": Time(row.get(1)?).rfc3339(),
        "duration_ms": row.get::<_, Option<i64>>(5)?,
        "http_status_code": row.get::<_, Option<u16>>(2)?,
        "error_message": row.get::<_, Option<String>>(3)?,
        "headers": parsed(&row.get::<_, String>(4)?),
        "answer": answer,
    }))
}

/// JSON that this program wrote.
fn parsed(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_default()
}

fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::with_capacity(2 * bytes.len()), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}
