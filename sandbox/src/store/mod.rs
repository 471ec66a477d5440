//! The state that survives a crash: one `SQLite` file. Only the files in this folder know SQL.
//!
//! All writes go through one thread, which puts those that wait into one transaction. That is how some thousand writes
//! a second can each be on disk before they are answered. Reads have their own connections.

mod app;
mod attempts;
mod deliveries;
mod one;
mod upgrade;
mod writer;

use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use rusqlite::{Connection, OpenFlags, OptionalExtension as _, params};

use crate::clock::{self, Clock, Time};
use crate::error::Error;
use crate::private;

pub(crate) use self::app::Credential;
pub(crate) use self::attempts::{Answer, Attempt};
pub(crate) use self::deliveries::{DueDelivery, Filter, NewDelivery, Status, View};
pub(crate) use self::one::SentAttempt;
use self::writer::Writer;

/// The version of the schema. Older ones are upgraded; any other is another program's or a later sandbox's.
const SCHEMA_VERSION: i64 = 3;

/// How long to wait for a database that another program has locked.
const BUSY_TIMEOUT: Duration = Duration::from_secs(2);

pub(crate) struct Store {
    path: PathBuf,
    writer: Writer,
    readers: Arc<Mutex<Vec<Connection>>>,
}

impl Store {
    /// Opens or creates the file. No other sandbox may have it open, and no other user may read it.
    pub(crate) async fn open(path: &Path, max_bytes: Option<u64>, now: Time) -> Result<Self, Error> {
        let path = path.to_owned();
        blocking(move || {
            let (path, lock) = acquire(&path)?;
            let connection = connect(&path)?;
            prepare_schema(&connection, now)?;
            if let Some(max_bytes) = max_bytes {
                let page: u32 = connection.pragma_query_value(None, "page_size", |row| row.get(0))?;
                connection.pragma_update(
                    None,
                    "max_page_count",
                    i64::try_from(max_bytes.div_ceil(page.into())).unwrap_or(i64::MAX),
                )?;
            }
            let writer = Writer::start(connection, lock)?;
            Ok(Self { path, writer, readers: Arc::default() })
        })
        .await
    }

    /// Completes the waiting writes, and releases the file.
    pub(crate) fn close(&self) {
        self.writer.close();
    }

    /// Runs a write, and returns once it is on disk.
    async fn write<T: Send + 'static>(
        &self,
        act: impl FnOnce(&Connection) -> Result<T, Error> + Send + 'static,
    ) -> Result<T, Error> {
        self.writer.write(act).await
    }

    /// Runs a read on a consistent snapshot.
    async fn read<T: Send + 'static>(
        &self,
        act: impl FnOnce(&Connection) -> Result<T, Error> + Send + 'static,
    ) -> Result<T, Error> {
        let (path, readers) = (self.path.clone(), Arc::clone(&self.readers));
        blocking(move || {
            let idle = || readers.lock().unwrap_or_else(PoisonError::into_inner);
            let reused = idle().pop();
            let connection = match reused {
                Some(connection) => connection,
                None => connect(&path)?,
            };
            let read = connection.unchecked_transaction().map_err(Error::from).and_then(|snapshot| act(&snapshot));
            idle().push(connection);
            read
        })
        .await
    }

    /// Rescales the waits of pending deliveries to this speed, and limits them to `longest` (before it is shortened):
    /// the sandbox may have run at another speed before, and the system's clock may have been set back.
    pub(crate) async fn set_speed(&self, clock: Clock, longest: Duration) -> Result<(), Error> {
        let (now, longest) = (clock.now().0, clock::millis(clock.shortened(longest)));
        self.write(move |connection| {
            let sql = "SELECT value FROM settings WHERE name = 'speed'";
            let before: Option<String> = connection.query_row(sql, [], |row| row.get(0)).optional()?;
            let before: u32 = before.and_then(|before| before.parse().ok()).unwrap_or(1);
            for column in ["due", "next_automatic"] {
                let sql = format!(
                    "UPDATE deliveries SET {column} = ?1 + min(({column} - ?1) * ?2 / ?3, ?4) WHERE {column} > ?1"
                );
                connection.execute(&sql, params![now, before, clock.speed(), longest])?;
            }
            // A delivery that waits for no retry is due now, whatever the clock said when it was created.
            let sql = "UPDATE deliveries SET due = ?1, next_automatic = CASE WHEN tries = 0 THEN ?1 ELSE next_automatic END \
                       WHERE due > ?1 AND (tries = 0 OR asked IS NOT NULL)";
            connection.execute(sql, [now])?;
            let sql = "INSERT INTO settings VALUES ('speed', ?1) ON CONFLICT (name) DO UPDATE SET value = ?1";
            connection.execute(sql, [clock.speed().to_string()])?;
            Ok(())
        })
        .await
    }
}

async fn blocking<T: Send + 'static>(act: impl FnOnce() -> Result<T, Error> + Send + 'static) -> Result<T, Error> {
    tokio::task::spawn_blocking(act).await.map_err(|error| Error::unavailable(error.to_string()))?
}

/// Locks the file for this process before it is opened, so that a second sandbox on it is an error.
///
/// `SQLite` gives its other files the rights of the main one, but existing ones may still have older rights.
fn acquire(path: &Path) -> Result<(PathBuf, File), Error> {
    let cannot = |error| Error::unavailable(format!("cannot open {}: {error}", path.display()));
    // Links are resolved, because `SQLite` names its other files after the real file.
    let path = std::fs::canonicalize(path).or_else(|_| std::path::absolute(path)).map_err(cannot)?;
    let lock = writer::lock(&path)?;
    drop(private::open(&path)?);
    for suffix in ["-wal", "-shm", "-journal"] {
        private::restrict_existing(&private::with_suffix(&path, suffix))?;
    }
    Ok((path, lock))
}

fn connect(path: &Path) -> Result<Connection, Error> {
    // The file exists already. Without the URI flag its name is a path, whatever that begins with.
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags)
        .map_err(|error| Error::unavailable(format!("cannot open {}: {error}", path.display())))?;
    connection.busy_timeout(BUSY_TIMEOUT)?;
    connection.pragma_update(None, "journal_mode", "wal")?;
    // A completed transaction is on disk, and not only in the system's memory.
    connection.pragma_update(None, "synchronous", "full")?;
    connection.pragma_update(None, "foreign_keys", true)?;
    // Sorting must not write to the folder for temporary files.
    connection.pragma_update(None, "temp_store", "memory")?;
    Ok(connection)
}

fn prepare_schema(connection: &Connection, now: Time) -> Result<(), Error> {
    let version: i64 = connection.pragma_query_value(None, "user_version", |row| row.get(0))?;
    let tables: Option<i64> =
        connection.query_row("SELECT 1 FROM sqlite_schema LIMIT 1", [], |row| row.get(0)).optional()?;
    match (version, tables) {
        (SCHEMA_VERSION, _) => Ok(()),
        (1, Some(_)) => {
            upgrade::from_version_1(connection, now)?;
            upgrade::from_version_2(connection)
        }
        (2, Some(_)) => upgrade::from_version_2(connection),
        (0, None) => {
            let script =
                format!("BEGIN; {} PRAGMA user_version = {SCHEMA_VERSION}; COMMIT;", include_str!("schema.sql"));
            Ok(connection.execute_batch(&script)?)
        }
        _ => Err(Error::unavailable("the file does not belong to a sandbox of this version: choose another one")),
    }
}
