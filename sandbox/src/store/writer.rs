//! The one thread that writes: all that waits goes into one transaction, and each is answered when that is on the disk.

use std::fs::File;
use std::path::Path;
use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};
use std::sync::{Mutex, PoisonError};
use std::thread::{self, JoinHandle};

use rusqlite::Connection;
use tokio::sync::oneshot;

use crate::error::Error;
use crate::private;

/// So many writes share a transaction.
const BATCH: usize = 256;

/// So many may wait before who comes next waits for a place.
const QUEUE: usize = 4096;

/// Tells what became of the transaction to who waits for it.
type Answer = Box<dyn FnOnce(Result<(), Error>) + Send>;

/// Writes inside of the transaction; and says what went wrong, if something did.
type Write = Box<dyn FnOnce(&Connection) -> (Answer, Option<Error>) + Send>;

pub(super) struct Writer {
    /// Gone once it is closed.
    queue: Mutex<Option<SyncSender<Write>>>,
    thread: Mutex<Option<JoinHandle<()>>>,
}

impl Writer {
    /// Holds the lock until it is closed.
    pub(super) fn start(connection: Connection, lock: File) -> Result<Self, Error> {
        let (queue, writes) = sync_channel(QUEUE);
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

    /// Writes what waits, and gives the file free. Who writes later is refused.
    pub(super) fn close(&self) {
        drop(taken(&self.queue));
        if let Some(thread) = taken(&self.thread) {
            // It has no more to say, even if it panicked.
            let _ = thread.join();
        }
    }

    pub(super) async fn write<T: Send + 'static>(
        &self,
        act: impl FnOnce(&Connection) -> Result<T, Error> + Send + 'static,
    ) -> Result<T, Error> {
        let (send, answered) = oneshot::channel();
        let write: Write = Box::new(move |connection| {
            let done = in_savepoint(connection, act);
            let error = done.as_ref().err().cloned();
            // Who asked may have gone meanwhile.
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
        answered.await.map_err(|_| stopped())?
    }
}

fn taken<T>(place: &Mutex<Option<T>>) -> Option<T> {
    place.lock().unwrap_or_else(PoisonError::into_inner).take()
}

/// A lock on the data that ends with the process, however that ends.
pub(super) fn lock(path: &Path) -> Result<File, Error> {
    let file = private::open(&private::with_suffix(path, ".lock"))?;
    let locked = file.try_lock().map(|()| file).map_err(std::io::Error::from);
    locked.map_err(|error| match error.kind() {
        std::io::ErrorKind::WouldBlock => {
            Error::unavailable(format!("another sandbox has {} open: stop it, or name another file", path.display()))
        }
        _ => Error::unavailable(format!("cannot lock {}: {error}", path.display())),
    })
}

fn commit(connection: &Connection, first: Write, writes: &Receiver<Write>) {
    let begun = connection.execute_batch("BEGIN IMMEDIATE").map_err(Error::from);
    let waiting: Vec<Write> = std::iter::once(first).chain(writes.try_iter().take(BATCH - 1)).collect();
    let (answers, errors): (Vec<Answer>, Vec<Option<Error>>) =
        waiting.into_iter().map(|write| write(connection)).unzip();
    // Without room on the disk SQLite takes back the whole transaction, with what others wrote in it.
    let was_taken_back = begun.is_ok() && connection.is_autocommit();
    let kept = match errors.into_iter().flatten().next() {
        Some(error) if was_taken_back => Err(error),
        _ => Ok(()),
    };
    let committed = begun.and(kept).and_then(|()| connection.execute_batch("COMMIT").map_err(Error::from));
    if committed.is_err() {
        // There is nothing to roll back if it never began.
        let _ = connection.execute_batch("ROLLBACK");
    }
    answers.into_iter().for_each(|answer| answer(committed.clone()));
}

/// What fails takes nothing with it that others wrote in the same transaction.
fn in_savepoint<T>(connection: &Connection, act: impl FnOnce(&Connection) -> Result<T, Error>) -> Result<T, Error> {
    if connection.is_autocommit() {
        // The transaction could not begin, and the answer will say why.
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
