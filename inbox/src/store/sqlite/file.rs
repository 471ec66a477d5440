//! The file: how it is made and opened, and its errors.

use std::fs::OpenOptions;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use rusqlite::{Connection, ErrorCode, OpenFlags};

use crate::store::StoreError;

/// How long to wait before the file is opened again that another process is making.
const PAUSE: Duration = Duration::from_millis(10);

/// How many statements a connection keeps prepared.
const STATEMENTS: usize = 32;

/// Makes or upgrades the tables, within a transaction.
pub(crate) type Create<'a> = dyn FnMut(&Connection) -> Result<(), Cause> + 'a;

/// Why a file could not be opened.
pub(crate) enum Cause {
    Sqlite(rusqlite::Error),
    File(std::io::Error),
    Store(StoreError),
}

impl From<rusqlite::Error> for Cause {
    fn from(error: rusqlite::Error) -> Self {
        Self::Sqlite(error)
    }
}

/// Opens or makes a file with its tables, and waits for other processes until a time.
pub(crate) fn open(path: &Path, deadline: Instant, create: &mut Create<'_>) -> Result<Connection, StoreError> {
    loop {
        match try_open(path, deadline, create) {
            Ok(connection) => return Ok(connection),
            // While another process makes the file, SQLite may say so without waiting.
            Err(Cause::Sqlite(error)) if is_busy(&error) && !left(deadline).is_zero() => {
                std::thread::sleep(PAUSE.min(left(deadline)));
            }
            Err(Cause::Sqlite(error)) => return Err(store_error(error)),
            Err(Cause::Store(error)) => return Err(error),
            Err(Cause::File(error)) => {
                return Err(StoreError::caused(format!("the file cannot be opened: {}", error.kind()), error));
            }
        }
    }
}

fn try_open(path: &Path, deadline: Instant, create: &mut Create<'_>) -> Result<Connection, Cause> {
    let is_new = make(path).map_err(Cause::File)?;
    let connection = connect(path)?;
    connection.busy_timeout(left(deadline))?;
    connection.set_prepared_statement_cache_capacity(STATEMENTS);
    if is_new {
        // Before anything is written: the space of bodies that were dropped can then be given back.
        connection.pragma_update(None, "auto_vacuum", "incremental")?;
    }
    connection.pragma_update(None, "journal_mode", "wal")?;
    // A completed transaction is on disk, and not only in the system's memory.
    connection.pragma_update(None, "synchronous", "full")?;
    connection.execute_batch("BEGIN IMMEDIATE")?;
    create(&connection)?;
    connection.execute_batch("COMMIT")?;
    Ok(connection)
}

/// Makes the file if it does not exist, readable by its owner only, and returns whether it did.
///
/// A file that exists is not opened: closing it would end the locks that other connections of this process have on it.
pub(crate) fn make(path: &Path) -> std::io::Result<bool> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    match options.open(path) {
        Ok(_) => Ok(true),
        Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => Ok(false),
        Err(error) => Err(error),
    }
}

/// Whether it is a path, and not what `SQLite` takes for a database in memory.
pub(crate) fn is_file(path: &Path) -> bool {
    !path.as_os_str().is_empty() && path.as_os_str() != ":memory:"
}

pub(crate) fn connect(path: &Path) -> rusqlite::Result<Connection> {
    // Without the URI flag its name is a path, whatever that begins with.
    Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX)
}

/// The path with a suffix, which is how `SQLite` names the files next to its own.
pub(crate) fn with_suffix(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    name.into()
}

/// By what a file is recognized if another one took its place, or it was deleted: `SQLite` would go on to write to the
/// deleted one.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) struct Identity(Option<(u64, u64)>);

impl Identity {
    #[cfg(unix)]
    pub(crate) fn of(path: &Path) -> Self {
        use std::os::unix::fs::MetadataExt as _;

        Self(std::fs::metadata(path).ok().map(|known| (known.dev(), known.ino())))
    }

    /// Elsewhere, a file that is open cannot be deleted.
    #[cfg(not(unix))]
    pub(crate) fn of(_: &Path) -> Self {
        Self(None)
    }
}

pub(crate) fn left(deadline: Instant) -> Duration {
    deadline.saturating_duration_since(Instant::now())
}

pub(crate) fn is_busy(error: &rusqlite::Error) -> bool {
    matches!(error.sqlite_error_code(), Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked))
}

/// Names only the kind of an error: its message may show what was stored.
pub(crate) fn store_error(error: rusqlite::Error) -> StoreError {
    let kind = match error.sqlite_error() {
        Some(sqlite) => format!("SQLite: {:?} ({})", sqlite.code, sqlite.extended_code),
        None => "SQLite: the driver failed".to_owned(),
    };
    StoreError::caused(kind, error)
}
