//! Handles what is stored.

mod attempt;
mod claimer;
mod keeper;
mod outage;

use std::error::Error as StdError;
use std::fmt;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use tokio::sync::{Semaphore, watch};
use tokio::task::JoinHandle;
use tokio::time::timeout;

use self::outage::Outage;
use super::store::{Act, Reply};
use super::{Inbox, Inner, Received, unexpected};
use crate::error::Error;

/// A handler's error of any type.
type AnyError = Box<dyn StdError + Send + Sync>;

type Handled = Pin<Box<dyn Future<Output = Result<(), AnyError>> + Send>>;

type Handler = dyn Fn(Received) -> Handled + Send + Sync;

/// How a worker works: see [`Inbox::worker`].
#[derive(Debug)]
#[must_use]
pub struct WorkerBuilder<'i> {
    inbox: &'i Inbox,
    concurrency: usize,
    time_limit: Option<Duration>,
}

/// A worker that is running: see [`Inbox::work`]. If it is dropped, it claims nothing more, and what it has begun goes
/// on; [`close`](Self::close) waits for that.
#[must_use = "a worker that is dropped claims nothing more"]
pub struct Worker {
    shared: Arc<Shared>,
    phase: watch::Sender<Phase>,
    tasks: Vec<JoinHandle<()>>,
}

/// What a worker is to do, in this order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd)]
enum Phase {
    Work,
    /// Claim nothing more.
    Finish,
    /// Give back what is still running.
    Release,
}

/// What the tasks of a worker share.
struct Shared {
    inner: Arc<Inner>,
    handler: Box<Handler>,
    /// The name under which it claims.
    name: String,
    concurrency: u32,
    free: Arc<Semaphore>,
    time_limit: Option<Duration>,
    outage: Outage,
    phase: watch::Receiver<Phase>,
    released: AtomicU64,
}

impl Inbox {
    /// Handles what is stored, ten deliveries at a time, until the worker is closed: see [`worker`](Self::worker) for
    /// other numbers.
    ///
    /// A handler that returns an error, or panics, is called again after a while, at most so often as
    /// [`attempts`](super::InboxBuilder::attempts) says; [`Reject`](super::Reject) and [`RetryIn`](super::RetryIn) are
    /// errors that say what is to happen. One that blocks its thread keeps its lease from being extended: use
    /// `tokio::task::spawn_blocking` for that.
    ///
    /// ```
    /// # use hookseal_inbox::{Inbox, Received};
    /// # async fn start(inbox: Inbox) -> Result<(), Box<dyn std::error::Error>> {
    /// let worker = inbox.work(async |delivery: Received| -> Result<(), std::io::Error> {
    ///     println!("{}", delivery.key());
    ///     Ok(())
    /// }).await?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// `store_unavailable`.
    pub async fn work<H, F, E>(&self, handler: H) -> Result<Worker, Error>
    where
        H: Fn(Received) -> F + Send + Sync + 'static,
        F: Future<Output = Result<(), E>> + Send + 'static,
        E: Into<AnyError>,
    {
        self.worker().start(handler).await
    }

    /// Begins with the default settings of a worker.
    pub const fn worker(&self) -> WorkerBuilder<'_> {
        WorkerBuilder { inbox: self, concurrency: 10, time_limit: None }
    }
}

impl WorkerBuilder<'_> {
    /// How many deliveries it handles at a time: 10 by default. So many are in memory.
    pub const fn concurrency(mut self, concurrency: usize) -> Self {
        self.concurrency = concurrency;
        self
    }

    /// How long a handler may take before its attempt has failed, and it is dropped: for ever by default. A handler
    /// that hangs would otherwise keep its place.
    pub const fn time_limit(mut self, limit: Duration) -> Self {
        self.time_limit = Some(limit);
        self
    }

    /// Starts it.
    ///
    /// # Errors
    /// `invalid_argument` for no concurrency, `store_unavailable`.
    pub async fn start<H, F, E>(self, handler: H) -> Result<Worker, Error>
    where
        H: Fn(Received) -> F + Send + Sync + 'static,
        F: Future<Output = Result<(), E>> + Send + 'static,
        E: Into<AnyError>,
    {
        let concurrency = u32::try_from(self.concurrency).ok().filter(|number| (1..=1 << 20).contains(number));
        let Some(concurrency) = concurrency else {
            let message = format!("concurrency must be 1 to 1,048,576, but it is {}", self.concurrency);
            return Err(Error::invalid(message.into()));
        };
        let inner = Arc::clone(&self.inbox.inner);
        let Reply::Joined(name) = inner.asked(Act::Join).await? else { return Err(unexpected()) };
        let handler: Box<Handler> = Box::new(move |received| {
            let handled = handler(received);
            Box::pin(async move { handled.await.map_err(Into::into) })
        });
        let (phase, phase_of) = watch::channel(Phase::Work);
        let shared = Arc::new(Shared {
            inner,
            handler,
            name,
            concurrency,
            free: Arc::new(Semaphore::new(self.concurrency)),
            time_limit: self.time_limit,
            outage: Outage::default(),
            phase: phase_of,
            released: AtomicU64::new(0),
        });
        let tasks =
            vec![tokio::spawn(claimer::run(Arc::clone(&shared))), tokio::spawn(keeper::run(Arc::clone(&shared)))];
        Ok(Worker { shared, phase, tasks })
    }
}

impl Worker {
    /// Claims nothing more, and waits so long for handlers that are running. What is then still running is dropped, and
    /// given back without an attempt: another worker may begin it at once. Returns how many those were.
    pub async fn close(mut self, grace: Duration) -> u64 {
        self.phase.send_replace(Phase::Finish);
        for task in self.tasks.drain(..) {
            // A task that has panicked has nothing more to do.
            let _ = task.await;
        }
        let shared = Arc::clone(&self.shared);
        let all_free = || shared.free.acquire_many(shared.concurrency);
        if timeout(grace, all_free()).await.is_err() {
            self.phase.send_replace(Phase::Release);
            let _ = all_free().await;
        }
        let leave = Act::Leave { worker: shared.name.clone() };
        // Without an answer, the lock ends with the process.
        let _ = shared.inner.store.ask(leave.into()).await;
        shared.released.load(Ordering::SeqCst)
    }
}

/// What is running goes on: its tasks have the rest.
impl Drop for Worker {
    fn drop(&mut self) {
        self.phase.send_if_modified(|phase| {
            let is_modified = *phase == Phase::Work;
            *phase = if is_modified { Phase::Finish } else { *phase };
            is_modified
        });
    }
}

impl Shared {
    /// Completes when the worker is to be at least in this phase.
    async fn reached(&self, phase: Phase) {
        let mut current = self.phase.clone();
        // The sender's last word stays: it is dropped with the worker, which then is to finish.
        if current.wait_for(|current| *current >= phase).await.is_err() && *current.borrow() < phase {
            std::future::pending::<()>().await;
        }
    }
}

impl fmt::Debug for Worker {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Worker").field("name", &self.shared.name).finish_non_exhaustive()
    }
}
