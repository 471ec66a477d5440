//! Stores and lists deliveries, and says which are due.

use std::collections::HashSet;

use rusqlite::types::Value as Sql;
use rusqlite::{OptionalExtension as _, Row, params, params_from_iter};
use serde_json::{Value, json};

use super::Store;
use super::app::app;
use crate::clock::Time;
use crate::error::Error;

/// A delivery to be stored.
#[derive(Clone, Debug)]
pub(crate) struct NewDelivery {
    pub(crate) id: String,
    pub(crate) event_id: String,
    pub(crate) event_type: String,
    pub(crate) url: String,
    pub(crate) body: Vec<u8>,
}

/// A delivery that is due.
#[derive(Debug)]
pub(crate) struct DueDelivery {
    pub(crate) seq: i64,
    pub(crate) event_id: String,
    pub(crate) url: String,
    pub(crate) body: Vec<u8>,
    /// Whether an automatic try is due, and not only a manual retry.
    pub(crate) is_automatic: bool,
    /// How many automatic retries were scheduled so far.
    pub(crate) automatic_retries: u32,
    /// When a manual retry was requested, if one was.
    pub(crate) requested_at: Option<i64>,
}

/// The states of a delivery.
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

/// Which deliveries to list.
#[derive(Clone, Debug, Default)]
pub(crate) struct Filter {
    pub(crate) status: Option<Status>,
    pub(crate) event_type: Option<String>,
    pub(crate) limit: u32,
    pub(crate) offset: u32,
}

/// How long the last attempt of a delivery took.
const LAST_DURATION: &str =
    "(SELECT duration FROM attempts WHERE delivery = deliveries.seq ORDER BY number DESC LIMIT 1)";

pub(super) const COLUMNS: &str = "id, event_id, event_type, partner_app_id, status, http_status, error, tries, due, created_at, \
                       delivered_at, url";

/// Whom a list is for.
#[derive(Clone, Copy, Debug)]
pub(crate) enum View {
    /// A caller of the management API.
    Api,
    /// The sandbox's page, which also shows the URL, the number of tries, and how long the last one took.
    Page,
}

impl Store {
    /// Stores deliveries, which are due at once.
    pub(crate) async fn add_deliveries(&self, now: Time, new: Vec<NewDelivery>) -> Result<(), Error> {
        self.write(move |connection| {
            let app = app(connection)?;
            let sql = "INSERT INTO deliveries (id, event_id, event_type, partner_app_id, url, body, status, due, \
                       next_automatic, created_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6, 'pending', ?7, ?7, ?7)";
            let mut statement = connection.prepare_cached(sql)?;
            for NewDelivery { id, event_id, event_type, url, body } in new {
                let app_id = app["id"].as_str();
                statement.execute(params![id, event_id, event_type, app_id, url, body, now.0])?;
            }
            Ok(())
        })
        .await
    }

    /// The endpoints that have a delivery due, now or later.
    pub(crate) async fn endpoints(&self) -> Result<Vec<String>, Error> {
        self.read(|connection| {
            let sql = "SELECT DISTINCT url FROM deliveries WHERE due IS NOT NULL";
            let mut statement = connection.prepare_cached(sql)?;
            let urls = statement.query_map([], |row| row.get(0))?;
            Ok(urls.collect::<rusqlite::Result<_>>()?)
        })
        .await
    }

    /// The deliveries that are due at an endpoint and not in flight, earliest first, and the time of the next one after
    /// now.
    pub(crate) async fn due(
        &self,
        url: String,
        now: Time,
        in_flight: HashSet<i64>,
        limit: usize,
    ) -> Result<(Vec<DueDelivery>, Option<Time>), Error> {
        self.read(move |connection| {
            let sql = "SELECT seq, url, body, coalesce(next_automatic <= ?2, FALSE), automatic, asked, event_id FROM deliveries \
                       WHERE url = ?1 AND due <= ?2 ORDER BY due, seq LIMIT ?3";
            let most = i64::try_from(limit + in_flight.len()).unwrap_or(i64::MAX);
            let mut statement = connection.prepare_cached(sql)?;
            let read = |row: &Row<'_>| {
                Ok(DueDelivery {
                    seq: row.get(0)?,
                    url: row.get(1)?,
                    body: row.get(2)?,
                    is_automatic: row.get(3)?,
                    automatic_retries: row.get(4)?,
                    requested_at: row.get(5)?,
                    event_id: row.get(6)?,
                })
            };
            let due: Vec<DueDelivery> =
                statement.query_map(params![url, now.0, most], read)?.collect::<rusqlite::Result<_>>()?;
            let due = due.into_iter().filter(|due| !in_flight.contains(&due.seq)).take(limit).collect();
            let next = "SELECT min(due) FROM deliveries WHERE url = ? AND due > ?";
            let next: Option<i64> =
                connection.prepare_cached(next)?.query_row(params![url, now.0], |row| row.get(0))?;
            Ok((due, next.map(Time)))
        })
        .await
    }

    /// Makes a delivery due now for one more try, and returns it with its URL. Several calls before that try count as
    /// one.
    pub(crate) async fn retry(&self, id: String, now: Time) -> Result<(Value, String), Error> {
        self.write(move |connection| {
            // No two requests have the same time, so that a later one is distinguished from the one being served.
            let sql = "UPDATE deliveries SET status = 'pending', due = ?1, asked = max(?1, coalesce(asked, 0) + 1) \
                       WHERE id = ?2";
            if connection.execute(sql, params![now.0, id])? == 0 {
                return Err(Error::not_found("delivery"));
            }
            let sql = format!("SELECT {COLUMNS} FROM deliveries WHERE id = ?");
            Ok(connection.query_row(&sql, [id], |row| Ok((read(row)?, row.get(11)?)))?)
        })
        .await
    }

    /// A page of deliveries, newest first, and the total number.
    pub(crate) async fn deliveries(&self, filter: Filter, view: View) -> Result<(Vec<Value>, i64), Error> {
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
            let condition =
                if conditions.is_empty() { String::new() } else { format!("WHERE {}", conditions.join(" AND ")) };
            let count = format!("SELECT count(*) FROM deliveries {condition}");
            let total = connection.prepare_cached(&count)?.query_row(params_from_iter(&values), |row| row.get(0))?;
            values.extend([filter.limit.into(), filter.offset.into()]);
            let page = format!(
                "SELECT {COLUMNS}, {LAST_DURATION} FROM deliveries {condition} ORDER BY seq DESC LIMIT ? OFFSET ?"
            );
            let mut statement = connection.prepare_cached(&page)?;
            let rows = statement.query_map(params_from_iter(&values), |row| {
                let mut delivery = read(row)?;
                if let View::Page = view {
                    delivery["tries"] = row.get::<_, u32>(7)?.into();
                    delivery["url"] = row.get::<_, String>(11)?.into();
                    delivery["duration_ms"] = row.get::<_, Option<i64>>(12)?.into();
                }
                Ok(delivery)
            })?;
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
}

/// A delivery as the API shows it.
pub(super) fn read(row: &Row<'_>) -> rusqlite::Result<Value> {
    let time = |index| row.get::<_, Option<i64>>(index).map(|time| time.map(|time| Time(time).rfc3339()));
    let tries: u32 = row.get(7)?;
    let due = time(8)?;
    Ok(json!({
        "id": row.get::<_, String>(0)?,
        "event_id": row.get::<_, String>(1)?,
        "event_type": row.get::<_, String>(2)?,
        "partner_app_id": row.get::<_, String>(3)?,
        "delivery_status": row.get::<_, String>(4)?,
        "http_status_code": row.get::<_, Option<u16>>(5)?,
        "error_message": row.get::<_, Option<String>>(6)?,
        // The first try is not a retry.
        "retry_count": tries.saturating_sub(1),
        "next_retry_at": due.filter(|_| tries > 0),
        "created_at": time(9)?,
        "delivered_at": time(10)?,
    }))
}
