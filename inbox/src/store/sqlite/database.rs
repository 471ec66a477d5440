//! The file and its statements.

use std::fs::OpenOptions;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use rusqlite::types::Value;
use rusqlite::{Connection, ErrorCode, OpenFlags, params, params_from_iter};

use crate::store::{Claimed, SWEEP, StoreError, claimed, made};

const SCHEMA: &str = include_str!("../../../sql/sqlite/once_schema.sql");
const STORE: &str = include_str!("../../../sql/sqlite/once_store.sql");
const CLAIM: &str = include_str!("../../../sql/sqlite/once_claim.sql");
const ANSWER: &str = include_str!("../../../sql/sqlite/once_answer.sql");
pub(super) const FINISH: &str = include_str!("../../../sql/sqlite/once_finish.sql");
pub(super) const RELEASE: &str = include_str!("../../../sql/sqlite/once_release.sql");
pub(super) const FORGET: &str = include_str!("../../../sql/sqlite/once_forget.sql");
pub(super) const SWEEP_NOW: &str = include_str!("../../../sql/sqlite/once_sweep.sql");

/// How long to wait before the file is opened again that another process is making.
const PAUSE: Duration = Duration::from_millis(10);

/// What is asked of the file.
pub(super) enum Request {
    Create,
    Claim {
        key: String,
        token: String,
        body: String,
        lease: i64,
        keep: i64,
        now: Option<i64>,
    },
    /// A statement that changes rows.
    Change(&'static str, Vec<Value>),
}

pub(super) enum Reply {
    /// When the tables were made.
    Made(i64),
    Claimed(Claimed),
    /// How many rows were changed.
    Changed(u64),
}

pub(super) struct Database {
    path: PathBuf,
    connection: Option<Connection>,
    made: i64,
}

impl Database {
    pub(super) fn new(path: &Path) -> Self {
        Self { path: path.to_owned(), connection: None, made: 0 }
    }

    /// Does what is asked in one transaction, and waits for other writers until a time.
    pub(super) fn run(&mut self, requests: &[&Request], deadline: Instant) -> Result<Vec<Reply>, StoreError> {
        let replies = self.connect(deadline).and_then(|()| self.transact(requests, deadline));
        if replies.is_err() {
            // A disk that came back needs a new connection.
            self.connection = None;
        }
        replies
    }

    fn transact(&self, requests: &[&Request], deadline: Instant) -> Result<Vec<Reply>, StoreError> {
        let Some(connection) = &self.connection else { return Ok(Vec::new()) };
        connection.busy_timeout(left(deadline)).map_err(store_error)?;
        connection.execute_batch("BEGIN IMMEDIATE").map_err(store_error)?;
        let replies: Result<Vec<_>, _> = requests.iter().map(|request| self.reply(connection, request)).collect();
        let ended = replies.and_then(|replies| {
            connection.execute_batch("COMMIT").map_err(store_error)?;
            Ok(replies)
        });
        // SQLite has rolled back by itself if the disk is full, and a second rollback would hide the cause.
        if ended.is_err() && !connection.is_autocommit() {
            let _ = connection.execute_batch("ROLLBACK");
        }
        ended
    }

    fn reply(&self, connection: &Connection, request: &Request) -> Result<Reply, StoreError> {
        let change = |statement: &str, parameters: &[Value]| {
            connection.prepare_cached(statement)?.execute(params_from_iter(parameters))
        };
        match request {
            Request::Create => Ok(Reply::Made(self.made)),
            Request::Change(statement, parameters) => {
                change(statement, parameters).map(|rows| Reply::Changed(rows as u64)).map_err(store_error)
            }
            Request::Claim { key, token, body, lease, keep, now } => {
                let answered = || {
                    change(SWEEP_NOW, &[(*now).into(), i64::from(SWEEP).into()])?;
                    connection.prepare_cached(CLAIM)?.execute(params![key, token, body, lease, keep, now])?;
                    connection.prepare_cached(ANSWER)?.query_row(params![token, body, now, key], |row| {
                        Ok((row.get::<_, String>(0)?, row.get::<_, i64>(1)?, row.get::<_, bool>(2)?))
                    })
                };
                let (answer, wait, same_body) = answered().map_err(store_error)?;
                claimed(&answer, wait, same_body).map(Reply::Claimed)
            }
        }
    }

    fn connect(&mut self, deadline: Instant) -> Result<(), StoreError> {
        while self.connection.is_none() {
            match self.open(deadline) {
                Ok((connection, version, when)) => {
                    self.made = made(version, when)?;
                    self.connection = Some(connection);
                }
                // While another process makes the file, SQLite may say so without waiting.
                Err(Cause::Sqlite(error)) if is_busy(&error) && !left(deadline).is_zero() => {
                    std::thread::sleep(PAUSE.min(left(deadline)));
                }
                Err(Cause::Sqlite(error)) => return Err(store_error(error)),
                Err(Cause::File(error)) => {
                    return Err(StoreError::caused(format!("the file cannot be opened: {}", error.kind()), error));
                }
            }
        }
        Ok(())
    }

    /// The file with its tables, their version, and when they were made.
    fn open(&self, deadline: Instant) -> Result<(Connection, i64, i64), Cause> {
        let mut options = OpenOptions::new();
        options.read(true).write(true).create(true).truncate(false);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        drop(options.open(&self.path).map_err(Cause::File)?);
        // Without the URI flag its name is a path, whatever that begins with.
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection = Connection::open_with_flags(&self.path, flags)?;
        connection.busy_timeout(left(deadline))?;
        connection.pragma_update(None, "journal_mode", "wal")?;
        // A completed transaction is on disk, and not only in the system's memory.
        connection.pragma_update(None, "synchronous", "full")?;
        connection.execute_batch(&format!("BEGIN IMMEDIATE;\n{SCHEMA}COMMIT;"))?;
        let (version, when) = connection.query_row(STORE, [], |row| Ok((row.get(0)?, row.get(1)?)))?;
        Ok((connection, version, when))
    }
}

/// Why a file could not be opened.
enum Cause {
    Sqlite(rusqlite::Error),
    File(std::io::Error),
}

impl From<rusqlite::Error> for Cause {
    fn from(error: rusqlite::Error) -> Self {
        Self::Sqlite(error)
    }
}

fn left(deadline: Instant) -> Duration {
    deadline.saturating_duration_since(Instant::now())
}

fn is_busy(error: &rusqlite::Error) -> bool {
    matches!(error.sqlite_error_code(), Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked))
}

/// Names only the kind of an error: its message may show what was stored.
pub(super) fn store_error(error: rusqlite::Error) -> StoreError {
    let kind = match error.sqlite_error() {
        Some(sqlite) => format!("SQLite: {:?} ({})", sqlite.code, sqlite.extended_code),
        None => "SQLite: the driver failed".to_owned(),
    };
    StoreError::caused(kind, error)
}
