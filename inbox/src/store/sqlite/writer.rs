//! The thread that uses the file: `SQLite` blocks, and has one writer anyway.

use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::time::{Duration, Instant};

use rusqlite::Connection;
use tokio::sync::oneshot;

use super::file::{self, Cause, Identity, left, store_error};
use crate::store::StoreError;

/// How many requests share one transaction, and with it one write to the disk.
const GROUP: usize = 256;

/// Tables of a file, and what is asked of them.
pub(crate) trait Tables: Send + 'static {
    type Request: Send + 'static;
    type Reply: Send + 'static;

    /// The name of the thread.
    const THREAD: &'static str;

    /// Makes or upgrades the tables, within a transaction.
    fn create(&mut self, connection: &Connection) -> Result<(), Cause>;

    /// Does what is asked, within a transaction that others may share. If that fails, it is asked again.
    fn reply(&mut self, connection: &Connection, request: &Self::Request) -> Result<Self::Reply, StoreError>;

    /// Whether a request is for [`reply_alone`](Self::reply_alone).
    fn is_alone(_: &Self::Request) -> bool {
        false
    }

    /// Does what cannot be a part of a transaction that others share. It may wait for other writers until a time.
    fn reply_alone(
        &mut self,
        _: &Connection,
        _: &Path,
        _: &Self::Request,
        _: Instant,
    ) -> Result<Self::Reply, StoreError> {
        Err(mistaken())
    }

    /// Whether a request counts if nobody waits for its reply any more.
    fn is_needed(_: &Self::Request) -> bool {
        true
    }
}

/// Asks the thread, in that order. The thread ends when all that was asked is done and the writer is dropped.
pub(crate) struct Writer<T: Tables> {
    path: PathBuf,
    jobs: Sender<Job<T>>,
    lock_timeout: Duration,
    process: u32,
}

/// A request, and who waits for its reply.
struct Job<T: Tables> {
    request: T::Request,
    /// Until when it waits for other writers.
    deadline: Instant,
    reply: oneshot::Sender<Result<T::Reply, StoreError>>,
}

impl<T: Tables> Writer<T> {
    pub(crate) fn start(path: &Path, tables: T, lock_timeout: Duration) -> Result<Self, StoreError> {
        if !file::is_file(path) {
            return Err(StoreError::misuse("SQLite needs the path of a file here"));
        }
        let (jobs, waiting) = channel();
        let mut database = Database { path: path.to_owned(), tables, connection: None };
        std::thread::Builder::new()
            .name(T::THREAD.to_owned())
            .spawn(move || work(&mut database, &waiting))
            .map_err(|error| StoreError::caused("the store's thread could not be started", error))?;
        Ok(Self { path: path.to_owned(), jobs, lock_timeout, process: std::process::id() })
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    pub(crate) fn set_lock_timeout(&mut self, timeout: Duration) {
        self.lock_timeout = timeout;
    }

    pub(crate) async fn ask(&self, request: T::Request) -> Result<T::Reply, StoreError> {
        if std::process::id() != self.process {
            // There the thread does not run, and SQLite's locks are the parent's.
            let message = "the file was opened before this process was forked: open it in each process";
            return Err(StoreError::misuse(message));
        }
        let (reply, replied) = oneshot::channel();
        let job = Job { request, deadline: Instant::now() + self.lock_timeout, reply };
        let ended = || StoreError::new("the store's thread has ended");
        self.jobs.send(job).map_err(|_| ended())?;
        replied.await.map_err(|_| ended())?
    }
}

struct Database<T: Tables> {
    path: PathBuf,
    tables: T,
    connection: Option<(Connection, Identity)>,
}

/// Does what is asked until nobody can ask any more.
fn work<T: Tables>(database: &mut Database<T>, waiting: &Receiver<Job<T>>) {
    while let Ok(first) = waiting.recv() {
        let others = waiting.try_iter().take(GROUP - 1);
        let is_needed = |job: &Job<T>| !job.reply.is_closed() || T::is_needed(&job.request);
        let jobs: Vec<Job<T>> = std::iter::once(first).chain(others).filter(is_needed).collect();
        let (alone, together): (Vec<_>, Vec<_>) = jobs.into_iter().partition(|job| T::is_alone(&job.request));
        run(database, together);
        for job in alone {
            let reply = database.run_alone(&job.request, job.deadline);
            let _ = job.reply.send(reply);
        }
    }
}

/// Runs the jobs in one transaction. If that fails, each runs in its own, so that none fails for another.
fn run<T: Tables>(database: &mut Database<T>, jobs: Vec<Job<T>>) {
    let requests: Vec<&T::Request> = jobs.iter().map(|job| &job.request).collect();
    let Some(deadline) = jobs.iter().map(|job| job.deadline).min() else { return };
    match database.run(&requests, deadline) {
        Ok(replies) => {
            for (job, reply) in jobs.into_iter().zip(replies) {
                let _ = job.reply.send(Ok(reply));
            }
        }
        Err(error) if jobs.len() == 1 => {
            for job in jobs {
                let _ = job.reply.send(Err(error.clone()));
            }
        }
        Err(_) => {
            for job in jobs {
                let reply = database.run(&[&job.request], job.deadline);
                let reply = reply.and_then(|replies| replies.into_iter().next().ok_or_else(mistaken));
                let _ = job.reply.send(reply);
            }
        }
    }
}

impl<T: Tables> Database<T> {
    /// Does what is asked in one transaction, and waits for other writers until a time.
    fn run(&mut self, requests: &[&T::Request], deadline: Instant) -> Result<Vec<T::Reply>, StoreError> {
        let replies = self.connect(deadline).and_then(|()| {
            let Some((connection, _)) = &self.connection else { return Ok(Vec::new()) };
            let tables = &mut self.tables;
            transact(connection, deadline, || {
                requests.iter().map(|request| tables.reply(connection, request)).collect()
            })
        });
        self.checked(replies)
    }

    fn run_alone(&mut self, request: &T::Request, deadline: Instant) -> Result<T::Reply, StoreError> {
        let reply = self.connect(deadline).and_then(|()| {
            let Some((connection, _)) = &self.connection else { return Err(mistaken()) };
            self.tables.reply_alone(connection, &self.path, request, deadline)
        });
        self.checked(reply)
    }

    /// A disk that came back needs a new connection.
    fn checked<R>(&mut self, reply: Result<R, StoreError>) -> Result<R, StoreError> {
        if reply.is_err() {
            self.connection = None;
        }
        reply
    }

    fn connect(&mut self, deadline: Instant) -> Result<(), StoreError> {
        if let Some((_, identity)) = &self.connection
            && *identity != Identity::of(&self.path)
        {
            // What is written to a deleted file is lost with the process.
            self.connection = None;
        }
        if self.connection.is_none() {
            let connection = file::open(&self.path, deadline, &mut |connection| self.tables.create(connection))?;
            self.connection = Some((connection, Identity::of(&self.path)));
        }
        Ok(())
    }
}

/// Commits what an act does, or nothing of it.
pub(crate) fn transact<R>(
    connection: &Connection,
    deadline: Instant,
    act: impl FnOnce() -> Result<R, StoreError>,
) -> Result<R, StoreError> {
    connection.busy_timeout(left(deadline)).map_err(store_error)?;
    connection.execute_batch("BEGIN IMMEDIATE").map_err(store_error)?;
    let ended = act().and_then(|done| {
        connection.execute_batch("COMMIT").map_err(store_error)?;
        Ok(done)
    });
    // SQLite has rolled back by itself if the disk is full, and a second rollback would hide the cause.
    if ended.is_err() && !connection.is_autocommit() {
        let _ = connection.execute_batch("ROLLBACK");
    }
    ended
}

/// A reply to another request, which no code here makes.
pub(crate) fn mistaken() -> StoreError {
    store_error(rusqlite::Error::InvalidQuery)
}
