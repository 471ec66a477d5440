//! Claims in a `SQLite` file.

pub(crate) mod file;
pub(crate) mod writer;

use std::fmt;
use std::path::Path;
use std::time::Duration;

use rusqlite::types::Value;
use rusqlite::{Connection, Transaction, params, params_from_iter};

use self::file::{Cause, is_file, store_error};
use self::writer::{Tables, Writer, mistaken};
use super::{Claim, Claimed, LOCK_TIMEOUT, SWEEP, Store, StoreError, Token, claimed, hex, made, signed};
use crate::error::Error;
use crate::once::Attempt;

const SCHEMA: &str = include_str!("../../../sql/sqlite/once_schema.sql");
const STORE: &str = include_str!("../../../sql/sqlite/once_store.sql");
const CLAIM: &str = include_str!("../../../sql/sqlite/once_claim.sql");
const ANSWER: &str = include_str!("../../../sql/sqlite/once_answer.sql");
const FINISH: &str = include_str!("../../../sql/sqlite/once_finish.sql");
const RELEASE: &str = include_str!("../../../sql/sqlite/once_release.sql");
const FORGET: &str = include_str!("../../../sql/sqlite/once_forget.sql");
const SWEEP_NOW: &str = include_str!("../../../sql/sqlite/once_sweep.sql");

/// Keeps keys in a `SQLite` file, which the processes of one machine can share. The file is made at first use, readable
/// by its owner only. It must be on a local disk, not on NFS, and one that outlives a redeploy.
///
/// `SQLite` blocks, so a thread of the store's own runs the statements, and those that wait for it share a transaction;
/// the async methods only wait for its answer, on any runtime. For handlers that write to a `SQLite` database, pass the
/// path of that database, and use [`Attempt::finish_in`]. After a fork, open it in each process.
pub struct Sqlite {
    writer: Writer<Claims>,
}

impl Sqlite {
    /// A store in this file.
    ///
    /// # Errors
    /// `invalid_argument` for a path that is no file's; `store_unavailable` if the system can start no thread.
    pub fn open(path: impl AsRef<Path>) -> Result<Self, Error> {
        let path = path.as_ref();
        if !is_file(path) {
            return Err(StoreError::misuse("a Sqlite store needs the path of a file; without one, use Memory").into());
        }
        Ok(Self { writer: Writer::start(path, Claims { made: 0 }, LOCK_TIMEOUT)? })
    }

    /// How long a call waits for other writers, 2 s by default.
    #[must_use]
    pub fn lock_timeout(mut self, timeout: Duration) -> Self {
        self.writer.set_lock_timeout(timeout);
        self
    }

    async fn change(&self, statement: &'static str, parameters: Vec<Value>) -> Result<u64, StoreError> {
        match self.writer.ask(Request::Change(statement, parameters)).await? {
            Reply::Changed(rows) => Ok(rows),
            _ => Err(mistaken()),
        }
    }
}

/// The tables of claims.
struct Claims {
    /// When they were made.
    made: i64,
}

/// What is asked of the file.
enum Request {
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

enum Reply {
    /// When the tables were made.
    Made(i64),
    Claimed(Claimed),
    /// How many rows were changed.
    Changed(u64),
}

impl Tables for Claims {
    type Request = Request;
    type Reply = Reply;

    const THREAD: &'static str = "hookseal-once";

    fn create(&mut self, connection: &Connection) -> Result<(), Cause> {
        connection.execute_batch(SCHEMA)?;
        let (version, when) = connection.query_row(STORE, [], |row| Ok((row.get(0)?, row.get(1)?)))?;
        self.made = made(version, when).map_err(Cause::Store)?;
        Ok(())
    }

    fn reply(&mut self, connection: &Connection, request: &Request) -> Result<Reply, StoreError> {
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

    /// A claim that nobody waits for any more would hold its key for nothing. The end of a claim counts always.
    fn is_needed(request: &Request) -> bool {
        !matches!(request, Request::Claim { .. })
    }
}

impl Store for Sqlite {
    const IS_DURABLE: bool = true;

    /// The thread does what is asked in that order.
    fn is_ordered(&self) -> bool {
        true
    }

    async fn create(&self) -> Result<i64, StoreError> {
        match self.writer.ask(Request::Create).await? {
            Reply::Made(made) => Ok(made),
            _ => Err(mistaken()),
        }
    }

    async fn claim(&self, claim: &Claim<'_>) -> Result<Claimed, StoreError> {
        let request = Request::Claim {
            key: claim.key.to_owned(),
            token: claim.token.to_string(),
            body: hex(&claim.body),
            lease: signed(claim.lease),
            keep: signed(claim.keep),
            now: claim.now,
        };
        match self.writer.ask(request).await? {
            Reply::Claimed(claimed) => Ok(claimed),
            _ => Err(mistaken()),
        }
    }

    async fn finish(&self, key: &str, token: Token, keep: u64, now: Option<i64>) -> Result<bool, StoreError> {
        Ok(self.change(FINISH, finish(key, token, keep, now)).await? > 0)
    }

    async fn release(&self, key: &str, token: Token, now: Option<i64>) -> Result<bool, StoreError> {
        let parameters = vec![key.to_owned().into(), token.to_string().into(), now.into()];
        Ok(self.change(RELEASE, parameters).await? > 0)
    }

    async fn forget(&self, key: &str) -> Result<bool, StoreError> {
        Ok(self.change(FORGET, vec![key.to_owned().into()]).await? > 0)
    }

    async fn sweep(&self, number: u32, now: Option<i64>) -> Result<u64, StoreError> {
        self.change(SWEEP_NOW, vec![now.into(), i64::from(number).into()]).await
    }
}

impl Attempt<Sqlite> {
    /// Ends the claim within the open transaction of a connection to the database that has the store's tables:
    /// everything that the transaction wrote takes effect exactly once. Call it last, before the commit. A transaction
    /// that is rolled back, or dropped, leaves the event to be tried again.
    ///
    /// # Errors
    /// `in_progress` if another handler took over: drop the transaction, which rolls it back. `store_unavailable`.
    pub fn finish_in(&mut self, transaction: &Transaction<'_>) -> Result<(), Error> {
        let Some((key, token, keep)) = self.held() else { return Ok(()) };
        let parameters = params_from_iter(finish(key, token, keep, None));
        let rows = transaction.prepare_cached(FINISH).and_then(|mut statement| statement.execute(parameters));
        self.joined(rows.map_err(store_error)? > 0)
    }
}

fn finish(key: &str, token: Token, keep: u64, now: Option<i64>) -> Vec<Value> {
    vec![signed(keep).into(), now.into(), key.to_owned().into(), token.to_string().into(), now.into()]
}

impl fmt::Debug for Sqlite {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sqlite").field("path", &self.writer.path()).finish_non_exhaustive()
    }
}
