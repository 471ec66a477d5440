//! The thread that uses the file: `SQLite` blocks, and has one writer anyway.

use std::path::Path;
use std::sync::mpsc::Receiver;
use std::time::Instant;

use tokio::sync::oneshot;

use super::database::{Database, Reply, Request, store_error};
use crate::store::StoreError;

/// How many requests share one transaction, and with it one write to the disk.
const GROUP: usize = 64;

/// A request, and who waits for its answer.
pub(super) struct Job {
    pub(super) request: Request,
    /// Until when it waits for other writers.
    pub(super) deadline: Instant,
    pub(super) answer: oneshot::Sender<Result<Reply, StoreError>>,
}

/// Does what is asked until nobody can ask any more.
pub(super) fn work(path: &Path, waiting: &Receiver<Job>) {
    let mut database = Database::new(path);
    while let Ok(first) = waiting.recv() {
        let others = waiting.try_iter().take(GROUP - 1);
        // A claim that nobody waits for any more would hold its key for nothing. The end of a claim counts always.
        let is_wanted = |job: &Job| !(job.answer.is_closed() && matches!(job.request, Request::Claim { .. }));
        let jobs: Vec<Job> = std::iter::once(first).chain(others).filter(is_wanted).collect();
        run(&mut database, jobs);
    }
}

/// Runs the jobs in one transaction. If that fails, each runs in its own, so that none fails for another.
fn run(database: &mut Database, jobs: Vec<Job>) {
    let requests: Vec<&Request> = jobs.iter().map(|job| &job.request).collect();
    let Some(deadline) = jobs.iter().map(|job| job.deadline).min() else { return };
    match database.run(&requests, deadline) {
        Ok(replies) => {
            for (job, reply) in jobs.into_iter().zip(replies) {
                let _ = job.answer.send(Ok(reply));
            }
        }
        Err(error) if jobs.len() == 1 => {
            for job in jobs {
                let _ = job.answer.send(Err(error.clone()));
            }
        }
        Err(_) => {
            for job in jobs {
                let reply = database.run(&[&job.request], job.deadline);
                let reply = reply.and_then(|replies| replies.into_iter().next().ok_or_else(mistaken));
                let _ = job.answer.send(reply);
            }
        }
    }
}

/// A reply to another request, which no code here makes.
pub(super) fn mistaken() -> StoreError {
    store_error(rusqlite::Error::InvalidQuery)
}
