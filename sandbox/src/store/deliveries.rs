//! Deliveries and their attempts.

use std::collections::HashSet;

use rusqlite::types::Value as Sql;
use rusqlite::{OptionalExtension as _, Row, params, params_from_iter};
use serde_json::{Value, json};

use super::Store;
use super::app::app;
use crate::clock::Time;
use crate::error::Error;

/// What is to be delivered.
#[derive(Clone, Debug)]
pub(crate) struct NewDelivery {
    pub(crate) id: String,
    pub(crate) event_id: String,
    pub(crate) event_type: String,
    pub(crate) url: String,
    pub(crate) body: Vec<u8>,
}

/// A delivery whose time has come.
#[derive(Debug)]
pub(crate) struct Due {
    pub(crate) seq: i64,
    pub(crate) url: String,
    pub(crate) body: Vec<u8>,
    pub(crate) retry_count: u32,
}

/// What became of an attempt.
#[derive(Clone, Debug)]
pub(crate) struct Outcome {
    pub(crate) seq: i64,
    pub(crate) at: Time,
    /// Those that were sent, as JSON.
    pub(crate) headers: Value,
    pub(crate) http_status: Option<u16>,
    /// Why it failed; absent if it did not.
    pub(crate) error: Option<String>,
    /// When it is tried again, if it is.
    pub(crate) next: Option<Time>,
}

/// The states that a delivery can be in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Status {
    Pending,
    Delivered,
    Failed,
    Abandoned,
}

impl Status {
    pub(crate) const ALL: [Self; 4] = [Self::Pending, Self::Delivered, Self::Failed, Self::Abandoned];

    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Delivered => "delivered",
            Self::Failed => "failed",
            Self::Abandoned => "abandoned",
        }
    }
}

/// Which deliveries are listed.
#[derive(Clone, Debug, Default)]
pub(crate) struct Filter {
    pub(crate) status: Option<Status>,
    pub(crate) event_type: Option<String>,
    pub(crate) limit: u32,
    pub(crate) offset: u32,
}

const COLUMNS: &str = "id, event_id, event_type, partner_app_id, status, http_status, error, retry_count, due, created_at, \
                       delivered_at, url";

impl Store {
    /// Keeps deliveries, which are due at once.
    pub(crate) async fn add_deliveries(&self, now: Time, new: Vec<NewDelivery>) -> Result<(), Error> {
        self.write(move |connection| {
            let app = app(connection)?;
            let sql = "INSERT INTO deliveries (id, event_id, event_type, partner_app_id, url, body, status, due, \
                       created_at) VALUES (?, ?, ?, ?, ?, ?, 'pending', ?, ?)";
            let mut statement = connection.prepare_cached(sql)?;
            for NewDelivery { id, event_id, event_type, url, body } in new {
                let app_id = app["id"].as_str();
                statement.execute(params![id, event_id, event_type, app_id, url, body, now.0, now.0])?;
            }
            Ok(())
        })
        .await
    }

    /// The endpoints that have something to deliver, now or later.
    pub(crate) async fn endpoints(&self) -> Result<Vec<String>, Error> {
        self.read(|connection| {
            let sql = "SELECT DISTINCT url FROM deliveries WHERE due IS NOT NULL";
            let mut statement = connection.prepare_cached(sql)?;
            let urls = statement.query_map([], |row| row.get(0))?;
            Ok(urls.collect::<rusqlite::Result<_>>()?)
        })
        .await
    }

    /// What is due at an endpoint, the earliest first, without what is in flight; and when the next one is due after now.
    pub(crate) async fn due(
        &self,
        url: String,
        now: Time,
        in_flight: HashSet<i64>,
        limit: usize,
    ) -> Result<(Vec<Due>, Option<Time>), Error> {
        self.read(move |connection| {
            let sql = "SELECT seq, url, body, retry_count FROM deliveries WHERE url = ? AND due <= ? \
                       ORDER BY due, seq LIMIT ?";
            let most = i64::try_from(limit + in_flight.len()).unwrap_or(i64::MAX);
            let mut statement = connection.prepare_cached(sql)?;
            let read = |row: &Row<'_>| {
                Ok(Due { seq: row.get(0)?, url: row.get(1)?, body: row.get(2)?, retry_count: row.get(3)? })
            };
            let due: Vec<Due> =
                statement.query_map(params![url, now.0, most], read)?.collect::<rusqlite::Result<_>>()?;
            let due = due.into_iter().filter(|due| !in_flight.contains(&due.seq)).take(limit).collect();
            let next = "SELECT min(due) FROM deliveries WHERE url = ? AND due > ?";
            let next: Option<i64> =
                connection.prepare_cached(next)?.query_row(params![url, now.0], |row| row.get(0))?;
            Ok((due, next.map(Time)))
        })
        .await
    }

    /// Records an attempt, and what comes of it. A delivery that was abandoned meanwhile stays so, unless it succeeded.
    pub(crate) async fn record(&self, outcome: Outcome) -> Result<(), Error> {
        self.write(move |connection| {
            let Outcome { seq, at, headers, http_status, error, next } = outcome;
            let attempt = "INSERT OR REPLACE INTO attempts (delivery, at, headers, http_status, error) \
                           VALUES (?, ?, ?, ?, ?)";
            let headers = headers.to_string();
            connection.prepare_cached(attempt)?.execute(params![seq, at.0, headers, http_status, error])?;
            match (&error, next) {
                (None, _) => {
                    let sql = "UPDATE deliveries SET status = 'delivered', due = NULL, delivered_at = ?, \
                               http_status = ?, error = NULL WHERE seq = ?";
                    connection.prepare_cached(sql)?.execute(params![at.0, http_status, seq])?;
                }
                (Some(error), Some(next)) => {
                    let sql = "UPDATE deliveries SET due = ?, retry_count = retry_count + 1, http_status = ?, error = ? \
                               WHERE seq = ? AND due IS NOT NULL";
                    connection.prepare_cached(sql)?.execute(params![next.0, http_status, error, seq])?;
                }
                (Some(error), None) => {
                    let sql = "UPDATE deliveries SET status = 'failed', due = NULL, http_status = ?, error = ? \
                               WHERE seq = ? AND due IS NOT NULL";
                    connection.prepare_cached(sql)?.execute(params![http_status, error, seq])?;
                }
            }
            Ok(())
        })
        .await
    }

    /// Has a delivery tried once more, now, and gives it with where it goes.
    pub(crate) async fn retry(&self, id: String, now: Time) -> Result<(Value, String), Error> {
        self.write(move |connection| {
            let sql = "UPDATE deliveries SET status = 'pending', due = ?, retry_count = retry_count + 1 WHERE id = ?";
            if connection.execute(sql, params![now.0, id])? == 0 {
                return Err(Error::not_found("delivery"));
            }
            let sql = format!("SELECT {COLUMNS} FROM deliveries WHERE id = ?");
            Ok(connection.query_row(&sql, [id], |row| Ok((read(row)?, row.get(11)?)))?)
        })
        .await
    }

    /// A page of deliveries, the newest first, and how many there are in all.
    pub(crate) async fn deliveries(&self, filter: Filter) -> Result<(Vec<Value>, i64), Error> {
        self.read(move |connection| {
            let mut conditions = Vec::new();
            let mut values: Vec<Sql> = Vec::new();
            if let Some(status) = filter.status {
                conditions.push("status = ?");
                values.push(status.as_str().to_owned().into());
            }
            if let Some(event_type) = filter.event_type {
                conditions.push("event_type = ?");
                values.push(event_type.into());
            }
            let such =
                if conditions.is_empty() { String::new() } else { format!("WHERE {}", conditions.join(" AND ")) };
            let count = format!("SELECT count(*) FROM deliveries {such}");
            let total = connection.prepare_cached(&count)?.query_row(params_from_iter(&values), |row| row.get(0))?;
            values.extend([filter.limit.into(), filter.offset.into()]);
            let page = format!("SELECT {COLUMNS} FROM deliveries {such} ORDER BY seq DESC LIMIT ? OFFSET ?");
            let mut statement = connection.prepare_cached(&page)?;
            let rows = statement.query_map(params_from_iter(&values), read)?;
            Ok((rows.collect::<rusqlite::Result<_>>()?, total))
        })
        .await
    }

    pub(crate) async fn delivery(&self, id: String) -> Result<Value, Error> {
        self.read(move |connection| {
            let sql = format!("SELECT {COLUMNS} FROM deliveries WHERE id = ?");
            let found = connection.query_row(&sql, [id], read).optional()?;
            found.ok_or_else(|| Error::not_found("delivery"))
        })
        .await
    }

    /// A delivery with its body and every attempt: for the sandbox's own calls.
    pub(crate) async fn whole_delivery(&self, id: String) -> Result<Value, Error> {
        self.read(move |connection| {
            let sql = format!("SELECT {COLUMNS}, seq, body FROM deliveries WHERE id = ?");
            let read_whole = |row: &Row<'_>| Ok((read(row)?, row.get(11)?, row.get(12)?, row.get(13)?));
            let found: Option<(Value, String, i64, Vec<u8>)> =
                connection.query_row(&sql, [id], read_whole).optional()?;
            let (mut delivery, url, seq, body) = found.ok_or_else(|| Error::not_found("delivery"))?;
            let sql = "SELECT at, http_status, error, headers FROM attempts WHERE delivery = ? ORDER BY at";
            let mut statement = connection.prepare_cached(sql)?;
            let attempts = statement.query_map([seq], |row| {
                Ok(json!({
                    "at": Time(row.get(0)?).rfc3339(),
                    "http_status_code": row.get::<_, Option<u16>>(1)?,
                    "error_message": row.get::<_, Option<String>>(2)?,
                    "headers": serde_json::from_str::<Value>(&row.get::<_, String>(3)?).unwrap_or_default(),
                }))
            })?;
            delivery["url"] = url.into();
            delivery["body"] = String::from_utf8_lossy(&body).into();
            delivery["attempts"] = attempts.collect::<rusqlite::Result<Vec<_>>>()?.into();
            Ok(delivery)
        })
        .await
    }
}

/// A delivery as the API shows it.
fn read(row: &Row<'_>) -> rusqlite::Result<Value> {
    let time = |index| row.get::<_, Option<i64>>(index).map(|time| time.map(|time| Time(time).rfc3339()));
    let retry_count: u32 = row.get(7)?;
    let due = time(8)?;
    Ok(json!({
        "id": row.get::<_, String>(0)?,
        "event_id": row.get::<_, String>(1)?,
        "event_type": row.get::<_, String>(2)?,
        "partner_app_id": row.get::<_, String>(3)?,
        "delivery_status": row.get::<_, String>(4)?,
        "http_status_code": row.get::<_, Option<u16>>(5)?,
        "error_message": row.get::<_, Option<String>>(6)?,
        "retry_count": retry_count,
        "next_retry_at": due.filter(|_| retry_count > 0),
        "created_at": time(9)?,
        "delivered_at": time(10)?,
    }))
}
