//! The one thread that writes: all waiting writes share one transaction, and are answered once it is on disk.

use std::fs::File;
use std::path::Path;
use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};
use std::sync::{Mutex, PoisonError};
use std::thread::{self, JoinHandle};

use rusqlite::Connection;
use tokio::sync::oneshot;

use crate::error::Error;
use crate::private;

/// The most writes in one transaction.
const MAX_BATCH: usize = 256;

/// The most writes that may wait; further callers wait for a place in the queue.
const QUEUE_LENGTH: usize = 4096;

/// Reports the result of the transaction to the caller that waits for it.
type Reply = Box<dyn FnOnce(Result<(), Error>) + Send>;

/// Writes inside the transaction, and returns the error if it failed.
type Write = Box<dyn FnOnce(&Connection) -> (Reply, Option<Error>) + Send>;

pub(super) struct Writer {
    /// `None` once it is closed.
    queue: Mutex<Option<SyncSender<Write>>>,
    thread: Mutex<Option<JoinHandle<()>>>,
}

impl Writer {
    /// Starts the thread, which holds the lock until the writer is closed.
    pub(super) fn start(connection: Connection, lock: File) -> Result<Self, Error> {
        let (queue, writes) = sync_channel(QUEUE_LENGTH);
        let thread = thread::Builder::new()
            .name("store".to_owned())
            .spawn(move || {
                let _lock = lock;
                while let Ok(first) = writes.recv() {
                    commit(&connection, first, &writes);
                }
            })
            .map_err(|error| Error::unavailable(error.to_string()))?;
        Ok(Self { queue: Mutex::new(Some(queue)), thread: Mutex::new(Some(thread)) })
    }

    /// Completes the waiting writes, and releases the file. Later writes are refused.
    pub(super) fn close(&self) {
        drop(take(&self.queue));
        if let Some(thread) = take(&self.thread) {
            // Nothing is left to do, even if the thread panicked.
            let _ = thread.join();
        }
    }

    pub(super) async fn write<T: Send + 'static>(
        &self,
        act: impl FnOnce(&Connection) -> Result<T, Error> + Send + 'static,
    ) -> Result<T, Error> {
        let (send, reply) = oneshot::channel();
        let write: Write = Box::new(move |connection| {
            let done = in_savepoint(connection, act);
            let error = done.as_ref().err().cloned();
            // The caller may be gone by now.
            (Box::new(move |committed: Result<(), Error>| drop(send.send(committed.and(done)))), error)
        });
        let stopped = || Error::unavailable("the database is closed");
        let queue = self.queue.lock().unwrap_or_else(PoisonError::into_inner).clone().ok_or_else(stopped)?;
        match queue.try_send(write) {
            Ok(()) => {}
            Err(TrySendError::Full(write)) => {
                let sent = tokio::task::spawn_blocking(move || queue.send(write).is_ok()).await;
                sent.ok().filter(|sent| *sent).ok_or_else(stopped)?;
            }
            Err(TrySendError::Disconnected(_)) => return Err(stopped()),
        }
        reply.await.map_err(|_| stopped())?
    }
}

fn take<T>(place: &Mutex<Option<T>>) -> Option<T> {
    place.lock().unwrap_or_else(PoisonError::into_inner).take()
}

/// A lock on the data that is released when the process ends, however it ends.
pub(super) fn lock(path: &Path) -> Result<File, Error> {
    let file = private::open(&private::with_suffix(path, ".lock"))?;
    let locked = file.try_lock().map(|()| file).map_err(std::io::Error::from);
    locked.map_err(|error| match error.kind() {
        std::io::ErrorKind::WouldBlock => {
            Error::unavailable(format!("another sandbox has {} open: stop it, or choose another file", path.display()))
        }
        _ => Error::unavailable(format!("cannot lock {}: {error}", path.display())),
    })
}

fn commit(connection: &Connection, first: Write, writes: &Receiver<Write>) {
    let begun = connection.execute_batch("BEGIN IMMEDIATE").map_err(Error::from);
    let waiting: Vec<Write> = std::iter::once(first).chain(writes.try_iter().take(MAX_BATCH - 1)).collect();
    let (replies, errors): (Vec<Reply>, Vec<Option<Error>>) =
        waiting.into_iter().map(|write| write(connection)).unzip();
    // On a full disk SQLite rolls back the whole transaction, including what others wrote in it.
    let was_rolled_back = begun.is_ok() && connection.is_autocommit();
    let intact = match errors.into_iter().flatten().next() {
        Some(error) if was_rolled_back => Err(error),
        _ => Ok(()),
    };
    let committed = begun.and(intact).and_then(|()| connection.execute_batch("COMMIT").map_err(Error::from));
    if committed.is_err() {
        // Fails if the transaction never began, which does not matter.
        let _ = connection.execute_batch("ROLLBACK");
    }
    replies.into_iter().for_each(|reply| reply(committed.clone()));
}

/// Runs one write so that its failure undoes nothing that others wrote in the same transaction.
fn in_savepoint<T>(connection: &Connection, act: impl FnOnce(&Connection) -> Result<T, Error>) -> Result<T, Error> {
    if connection.is_autocommit() {
        // The transaction could not begin; the error of `BEGIN` is what the caller gets.
        return Err(Error::unavailable("the database cannot be written"));
    }
    connection.execute_batch("SAVEPOINT write")?;
    let done = act(connection);
    if connection.is_autocommit() {
        return done;
    }
    let end = if done.is_ok() { "RELEASE write" } else { "ROLLBACK TO write; RELEASE write" };
    connection.execute_batch(end)?;
    done
}
