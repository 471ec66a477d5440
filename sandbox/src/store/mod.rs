//! What survives a crash: one `SQLite` file. Only the files here know SQL.
//!
//! Writes go through one thread, which puts all that wait into one transaction: that is how some thousand a second can each
//! be on the disk before they are answered. Reads have connections of their own.

mod app;
mod deliveries;
mod outcome;
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
pub(crate) use self::deliveries::{Due, Filter, NewDelivery, Shown, Status};
pub(crate) use self::outcome::Outcome;
use self::writer::Writer;

/// The layout of the file; another one is another program's, or a later version's.
const VERSION: i64 = 2;

/// How long a database that somebody else holds is waited for.
const PATIENCE: Duration = Duration::from_secs(2);

pub(crate) struct Store {
    path: PathBuf,
    writer: Writer,
    readers: Arc<Mutex<Vec<Connection>>>,
}

impl Store {
    /// Opens the file, or makes it. No other sandbox may have it open, and nobody else may read it.
    pub(crate) async fn open(path: &Path, max_bytes: Option<u64>, now: Time) -> Result<Self, Error> {
        let path = path.to_owned();
        blocking(move || {
            let (path, lock) = take(&path)?;
            let connection = connect(&path)?;
            lay_out(&connection, now)?;
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

    /// Writes what waits, and gives the file free.
    pub(crate) fn close(&self) {
        self.writer.close();
    }

    /// Changes something, and is done when that is on the disk.
    async fn write<T: Send + 'static>(
        &self,
        act: impl FnOnce(&Connection) -> Result<T, Error> + Send + 'static,
    ) -> Result<T, Error> {
        self.writer.write(act).await
    }

    /// Reads what was written before, as it was at one time.
    async fn read<T: Send + 'static>(
        &self,
        act: impl FnOnce(&Connection) -> Result<T, Error> + Send + 'static,
    ) -> Result<T, Error> {
        let (path, readers) = (self.path.clone(), Arc::clone(&self.readers));
        blocking(move || {
            let idle = || readers.lock().unwrap_or_else(PoisonError::into_inner);
            let taken = idle().pop();
            let connection = match taken {
                Some(connection) => connection,
                None => connect(&path)?,
            };
            let read = connection.unchecked_transaction().map_err(Error::from).and_then(|at_once| act(&at_once));
            idle().push(connection);
            read
        })
        .await
    }

    /// Has what is pending wait as long as this speed has it wait, and never longer than `longest` before that is shortened:
    /// the sandbox may have run at another speed before, and the system's clock may have been put back.
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
            // What waits for nothing is due now, whatever the clock showed when it came.
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

/// Takes the file for this process alone, before it is opened: a second sandbox on it is an error.
///
/// What `SQLite` makes next to its file has the rights of that; what is there already may have those of before.
fn take(path: &Path) -> Result<(PathBuf, File), Error> {
    let cannot = |error| Error::unavailable(format!("cannot open {}: {error}", path.display()));
    // By its own name where it has several, for `SQLite` names its files after that.
    let path = std::fs::canonicalize(path).or_else(|_| std::path::absolute(path)).map_err(cannot)?;
    let lock = writer::lock(&path)?;
    drop(private::open(&path)?);
    for suffix in ["-wal", "-shm", "-journal"] {
        private::close_to_others(&private::with_suffix(&path, suffix))?;
    }
    Ok((path, lock))
}

fn connect(path: &Path) -> Result<Connection, Error> {
    // It is there already, and its name is a path whatever that begins with.
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags)
        .map_err(|error| Error::unavailable(format!("cannot open {}: {error}", path.display())))?;
    connection.busy_timeout(PATIENCE)?;
    connection.pragma_update(None, "journal_mode", "wal")?;
    // A transaction is on the disk when it is done, and not only in the system's memory.
    connection.pragma_update(None, "synchronous", "full")?;
    connection.pragma_update(None, "foreign_keys", true)?;
    // What is sorted stays out of the folder for temporary files.
    connection.pragma_update(None, "temp_store", "memory")?;
    Ok(connection)
}

fn lay_out(connection: &Connection, now: Time) -> Result<(), Error> {
    let version: i64 = connection.pragma_query_value(None, "user_version", |row| row.get(0))?;
    let tables: Option<i64> =
        connection.query_row("SELECT 1 FROM sqlite_schema LIMIT 1", [], |row| row.get(0)).optional()?;
    match (version, tables) {
        (VERSION, _) => Ok(()),
        (1, Some(_)) => upgrade::from_1(connection, now),
        (0, None) => {
            let script = format!("BEGIN; {} PRAGMA user_version = {VERSION}; COMMIT;", include_str!("schema.sql"));
            Ok(connection.execute_batch(&script)?)
        }
        _ => Err(Error::unavailable("the data is not that of a sandbox of this version: name another file")),
    }
}
