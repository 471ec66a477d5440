//! Upgrades files of earlier versions, each step in one transaction.
//!
//! The clock of version 1 ran ahead of real time at a higher speed. Dates later than now are moved back to now, so that
//! receivers accept what is signed from now on.

use rusqlite::types::Value as Sql;
use rusqlite::{Connection, OptionalExtension as _, params};
use serde_json::Value;

use crate::clock::Time;
use crate::error::Error;

/// The time by the clock of version 1: its latest date.
const LATEST: &str = "SELECT max(at) FROM (SELECT max(created_at) AS at FROM deliveries \
                      UNION ALL SELECT max(at) FROM attempts UNION ALL SELECT max(created_at) FROM credentials)";

/// In version 1 attempts had no number, and one column counted manual and automatic retries together.
const MIGRATION: &str = "\
ALTER TABLE credentials ADD COLUMN previous_rotated_at INTEGER;
ALTER TABLE deliveries RENAME COLUMN retry_count TO automatic;
ALTER TABLE deliveries ADD COLUMN tries INTEGER NOT NULL DEFAULT 0;
ALTER TABLE deliveries ADD COLUMN next_automatic INTEGER;
ALTER TABLE deliveries ADD COLUMN asked INTEGER;
ALTER TABLE attempts RENAME TO attempts_1;
CREATE TABLE attempts (
  delivery INTEGER NOT NULL REFERENCES deliveries (seq),
  number INTEGER NOT NULL,
  at INTEGER NOT NULL,
  headers TEXT NOT NULL,
  http_status INTEGER,
  error TEXT,
  PRIMARY KEY (delivery, number)
) WITHOUT ROWID;
INSERT INTO attempts SELECT delivery, row_number() OVER (PARTITION BY delivery ORDER BY at), at, headers, http_status, error
  FROM attempts_1;
DROP TABLE attempts_1;
UPDATE deliveries SET tries = (SELECT count(*) FROM attempts WHERE delivery = seq), next_automatic = due;
PRAGMA user_version = 2;
";

/// Version 2 did not keep what an endpoint answered.
const ANSWERS: &str = "\
BEGIN;
ALTER TABLE attempts ADD COLUMN duration INTEGER;
ALTER TABLE attempts ADD COLUMN answer TEXT;
ALTER TABLE attempts ADD COLUMN answer_body BLOB;
PRAGMA user_version = 3;
COMMIT;
";

pub(super) fn from_version_2(connection: &Connection) -> Result<(), Error> {
    Ok(connection.execute_batch(ANSWERS)?)
}

/// Runs in one transaction, so that a sandbox that is killed meanwhile starts over.
pub(super) fn from_version_1(connection: &Connection, now: Time) -> Result<(), Error> {
    let transaction = connection.unchecked_transaction()?;
    let latest: Option<i64> = transaction.query_row(LATEST, [], |row| row.get(0)).optional()?.flatten();
    transaction.execute_batch(MIGRATION)?;
    let base = now.max(Time(latest.unwrap_or(now.0)));
    for (table, columns) in [
        ("deliveries", &["created_at", "delivered_at"][..]),
        ("attempts", &["at"]),
        ("credentials", &["created_at", "last_rotated_at", "last_used_at"]),
    ] {
        for column in columns {
            transaction.execute(&format!("UPDATE {table} SET {column} = ?1 WHERE {column} > ?1"), [now.0])?;
        }
    }
    // Future times stay as far away as they were.
    for (table, columns) in
        [("deliveries", ["due", "next_automatic"]), ("credentials", ["grace_period_ends_at", "rollback_expires_at"])]
    {
        for column in columns {
            let sql = format!("UPDATE {table} SET {column} = ?1 + max({column} - ?2, 0) WHERE {column} > ?1");
            transaction.execute(&sql, params![now.0, base.0])?;
        }
    }
    redate(&transaction, "app", "json", &["created_at", "updated_at"], now)?;
    redate(&transaction, "objects", "json", &["created_at", "updated_at"], now)?;
    redate(&transaction, "deliveries", "body", &["timestamp"], now)?;
    Ok(transaction.commit()?)
}

/// Moves times in JSON objects that are later than now back to now. Other objects stay the same, byte for byte.
fn redate(connection: &Connection, table: &str, column: &str, fields: &[&str], now: Time) -> Result<(), Error> {
    let mut rows = connection.prepare(&format!("SELECT rowid, CAST({column} AS BLOB) FROM {table}"))?;
    let mut changed = Vec::new();
    for row in rows.query_map([], |row| Ok((row.get::<_, i64>(0)?, row.get::<_, Vec<u8>>(1)?)))? {
        let (rowid, bytes) = row?;
        let Ok(mut object) = serde_json::from_slice::<Value>(&bytes) else { continue };
        let mut is_later = false;
        for field in fields {
            if object[field].as_str().and_then(Time::parse).is_some_and(|time| time > now) {
                object[field] = now.rfc3339().into();
                is_later = true;
            }
        }
        if is_later {
            changed.push((rowid, object.to_string()));
        }
    }
    let sql = format!("UPDATE {table} SET {column} = ? WHERE rowid = ?");
    for (rowid, text) in changed {
        let value = if column == "body" { Sql::Blob(text.into_bytes()) } else { Sql::Text(text) };
        connection.execute(&sql, params![value, rowid])?;
    }
    Ok(())
}
