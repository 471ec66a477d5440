//! Claims in a `SQLite` file.

mod database;
mod worker;

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Sender, channel};
use std::time::{Duration, Instant};

use rusqlite::Transaction;
use rusqlite::types::Value;
use tokio::sync::oneshot;

use self::database::{FINISH, FORGET, RELEASE, Reply, Request, SWEEP_NOW};
use self::worker::Job;
use super::{Claim, Claimed, LOCK_TIMEOUT, Store, StoreError, Token, hex, signed};
use crate::error::Error;
use crate::once::Attempt;

/// Keeps keys in a `SQLite` file, which the processes of one machine can share. The file is made at first use, readable
/// by its owner only. It must be on a local disk, not on NFS, and one that outlives a redeploy.
///
/// `SQLite` blocks, so a thread of the store's own runs the statements, and those that wait for it share a transaction;
/// the async methods only wait for its answer, on any runtime. For handlers that write to a `SQLite` database, pass the
/// path of that database, and use [`Attempt::finish_in`].
pub struct Sqlite {
    path: PathBuf,
    jobs: Sender<Job>,
    lock_timeout: Duration,
}

impl Sqlite {
    /// A store in this file.
    ///
    /// # Errors
    /// `invalid_argument` for a path that is no file's; `store_unavailable` if the system can start no thread.
    pub fn open(path: impl AsRef<Path>) -> Result<Self, Error> {
        let path = path.as_ref().to_owned();
        if path.as_os_str().is_empty() || path.as_os_str() == ":memory:" {
            return Err(StoreError::misuse("a Sqlite store needs the path of a file; without one, use Memory").into());
        }
        let (jobs, waiting) = channel();
        let file = path.clone();
        std::thread::Builder::new()
            .name("hookseal-once".to_owned())
            .spawn(move || worker::work(&file, &waiting))
            .map_err(|error| StoreError::caused("the store's thread could not be started", error))?;
        Ok(Self { path, jobs, lock_timeout: LOCK_TIMEOUT })
    }

    /// How long a call waits for other writers, 2 s by default.
    #[must_use]
    pub const fn lock_timeout(mut self, timeout: Duration) -> Self {
        self.lock_timeout = timeout;
        self
    }

    async fn ask(&self, request: Request) -> Result<Reply, StoreError> {
        let (answer, answered) = oneshot::channel();
        let job = Job { request, deadline: Instant::now() + self.lock_timeout, answer };
        let ended = || StoreError::new("the store's thread has ended");
        self.jobs.send(job).map_err(|_| ended())?;
        answered.await.map_err(|_| ended())?
    }

    async fn change(&self, statement: &'static str, parameters: Vec<Value>) -> Result<u64, StoreError> {
        match self.ask(Request::Change(statement, parameters)).await? {
            Reply::Changed(rows) => Ok(rows),
            _ => Err(worker::mistaken()),
        }
    }
}

impl Store for Sqlite {
    const IS_DURABLE: bool = true;

    /// The thread does what is asked in that order.
    fn is_ordered(&self) -> bool {
        true
    }

    async fn create(&self) -> Result<i64, StoreError> {
        match self.ask(Request::Create).await? {
            Reply::Made(made) => Ok(made),
            _ => Err(worker::mistaken()),
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
        match self.ask(request).await? {
            Reply::Claimed(claimed) => Ok(claimed),
            _ => Err(worker::mistaken()),
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
        let parameters = rusqlite::params_from_iter(finish(key, token, keep, None));
        let rows = transaction.prepare_cached(FINISH).and_then(|mut statement| statement.execute(parameters));
        self.joined(rows.map_err(database::store_error)? > 0)
    }
}

fn finish(key: &str, token: Token, keep: u64, now: Option<i64>) -> Vec<Value> {
    vec![signed(keep).into(), now.into(), key.to_owned().into(), token.to_string().into(), now.into()]
}

impl fmt::Debug for Sqlite {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sqlite").field("path", &self.path).finish_non_exhaustive()
    }
}
