//! What survives a crash: one `SQLite` file. Only the files here know SQL.
//!
//! Writes go through one thread, which puts all that wait into one transaction: that is how some thousand a second can each
//! be on the disk before they are answered. Reads have connections of their own.

mod app;
mod deliveries;
mod writer;

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use rusqlite::{Connection, OptionalExtension as _};

use crate::clock::Time;
use crate::error::Error;

pub(crate) use self::app::Credential;
pub(crate) use self::deliveries::{Due, Filter, NewDelivery, Outcome, Status};
use self::writer::Writer;

/// The layout of the file; another one is another program's, or another version's.
const VERSION: i64 = 1;

/// How long a database that somebody else holds is waited for.
const PATIENCE: Duration = Duration::from_secs(2);

pub(crate) struct Store {
    path: PathBuf,
    writer: Writer,
    readers: Arc<Mutex<Vec<Connection>>>,
}

impl Store {
    /// Opens the file, or makes it. No other sandbox may have it open.
    pub(crate) async fn open(path: &Path, max_bytes: Option<u64>) -> Result<Self, Error> {
        let path = path.to_owned();
        blocking(move || {
            let connection = connect(&path)?;
            lay_out(&connection)?;
            if let Some(max_bytes) = max_bytes {
                let page: u32 = connection.pragma_query_value(None, "page_size", |row| row.get(0))?;
                connection.pragma_update(
                    None,
                    "max_page_count",
                    i64::try_from(max_bytes.div_ceil(page.into())).unwrap_or(i64::MAX),
                )?;
            }
            let writer = Writer::start(connection, &path)?;
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

    /// Reads what was written before.
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
            let read = act(&connection);
            idle().push(connection);
            read
        })
        .await
    }

    /// How late it was when this was last changed.
    pub(crate) async fn last_time(&self) -> Result<Option<Time>, Error> {
        self.read(|connection| {
            let latest = "SELECT max(at) FROM (SELECT max(created_at) AS at FROM deliveries \
                          UNION ALL SELECT max(at) FROM attempts UNION ALL SELECT max(created_at) FROM credentials)";
            Ok(connection.query_row(latest, [], |row| row.get::<_, Option<i64>>(0))?.map(Time))
        })
        .await
    }
}

async fn blocking<T: Send + 'static>(act: impl FnOnce() -> Result<T, Error> + Send + 'static) -> Result<T, Error> {
    tokio::task::spawn_blocking(act).await.map_err(|error| Error::unavailable(error.to_string()))?
}

fn connect(path: &Path) -> Result<Connection, Error> {
    let connection = Connection::open(path)
        .map_err(|error| Error::unavailable(format!("cannot open {}: {error}", path.display())))?;
    connection.busy_timeout(PATIENCE)?;
    connection.pragma_update(None, "journal_mode", "wal")?;
    // A transaction is on the disk when it is done, and not only in the system's memory.
    connection.pragma_update(None, "synchronous", "full")?;
    connection.pragma_update(None, "foreign_keys", true)?;
    Ok(connection)
}

fn lay_out(connection: &Connection) -> Result<(), Error> {
    let version: i64 = connection.pragma_query_value(None, "user_version", |row| row.get(0))?;
    let tables: Option<i64> =
        connection.query_row("SELECT 1 FROM sqlite_schema LIMIT 1", [], |row| row.get(0)).optional()?;
    match (version, tables) {
        (VERSION, _) => Ok(()),
        (0, None) => {
            let script = format!("BEGIN; {} PRAGMA user_version = {VERSION}; COMMIT;", include_str!("schema.sql"));
            Ok(connection.execute_batch(&script)?)
        }
        _ => Err(Error::unavailable("the data is not that of a sandbox of this version: name another file")),
    }
}
