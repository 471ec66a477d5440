//! The settings of an inbox.

use std::fmt;
#[cfg(feature = "sqlite")]
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::Notify;

use super::load::Load;
use super::notice::{Counters, Hook, InboxNotice};
#[cfg(feature = "postgres")]
use super::store::PostgresDeliveries;
#[cfg(feature = "sqlite")]
use super::store::SqliteDeliveries;
use super::store::{Act, Deliveries, Opened, Reply};
use super::{Inbox, Inner, unexpected};
use crate::error::Error;
#[cfg(feature = "postgres")]
use crate::store::postgres::Pool;

/// The settings of an [`Inbox`]: see [`Inbox::open`] and [`Inbox::postgres`].
#[must_use]
pub struct InboxBuilder {
    open: Box<Open>,
    opened: Opened,
    scope: String,
    lease: Duration,
    attempts: u32,
    first_delay: Duration,
    max_delay: Duration,
    keep: Duration,
    max_pending: u64,
    max_pending_bytes: u64,
    poll: Duration,
    hook: Option<Box<Hook>>,
}

type Open = dyn FnOnce(Opened) -> Result<Box<dyn Deliveries>, Error> + Send;

/// The settings that were checked. Durations of statements are milliseconds.
#[derive(Clone, Debug)]
pub(super) struct Settings {
    pub(super) scope: String,
    pub(super) lease: Duration,
    pub(super) attempts: u32,
    pub(super) first_delay: Duration,
    pub(super) max_delay: Duration,
    pub(super) keep: i64,
    pub(super) max_pending: u64,
    pub(super) max_pending_bytes: u64,
    pub(super) poll: Duration,
}

impl Inbox {
    /// An inbox in this `SQLite` file, which the processes of one machine can share. It is made if it does not exist,
    /// readable by its owner only.
    ///
    /// It must be on a local disk that outlives a redeploy, and not on NFS: on a container's own disk, what was
    /// answered with 200 is lost with the container. A worker that was killed has its successor within a second.
    #[cfg(feature = "sqlite")]
    pub fn open(path: impl AsRef<Path>) -> InboxBuilder {
        let path: PathBuf = path.as_ref().to_owned();
        InboxBuilder::new(Duration::from_millis(100), move |opened| {
            let store = SqliteDeliveries::open(&path, opened).map_err(Error::of_inbox)?;
            Ok(Box::new(store))
        })
    }

    /// An inbox in two tables of a `PostgreSQL` database, which any number of machines can share. What a worker was
    /// handling when it was killed is handled again when its lease has lapsed.
    ///
    /// Requests share transactions, of which two run at a time, each on a connection of the pool. A server that does
    /// not answer within 5 s is given up.
    #[cfg(feature = "postgres")]
    pub fn postgres<P: Pool>(pool: P) -> InboxBuilder {
        let start = move |opened| PostgresDeliveries::start(pool, None, opened);
        InboxBuilder::new(Duration::from_secs(1), move |opened| Ok(Box::new(start(opened))))
    }
}

impl InboxBuilder {
    fn new(poll: Duration, open: impl FnOnce(Opened) -> Result<Box<dyn Deliveries>, Error> + Send + 'static) -> Self {
        Self {
            open: Box::new(open),
            opened: Opened::Any,
            scope: String::new(),
            lease: Duration::from_secs(45),
            attempts: 12,
            first_delay: Duration::from_secs(5),
            max_delay: Duration::from_secs(3600),
            keep: Duration::from_secs(30 * 86_400),
            max_pending: 100_000,
            max_pending_bytes: 1 << 30,
            poll,
            hook: None,
        }
    }

    /// The name of the endpoint, or of the tenant whose secret verifies its deliveries. It is required: two that share
    /// a database could otherwise take each other's events for duplicates.
    pub fn scope(mut self, scope: impl Into<String>) -> Self {
        self.scope = scope.into();
        self
    }

    /// How long a worker that says nothing is waited for: 45 s by default. While a handler runs, the lease is extended
    /// at each third of it.
    pub const fn lease(mut self, lease: Duration) -> Self {
        self.lease = lease;
        self
    }

    /// How many times a delivery is tried: 12 by default. Then it is dead, and its body is kept.
    pub const fn attempts(mut self, attempts: u32) -> Self {
        self.attempts = attempts;
        self
    }

    /// How long to wait before the second attempt, 5 s by default, and at most before any, 1 h by default. The wait is
    /// four times longer after each attempt, and each is up to a fifth shorter or longer.
    pub const fn back_off(mut self, first: Duration, max: Duration) -> Self {
        self.first_delay = first;
        self.max_delay = max;
        self
    }

    /// How long the key of a handled delivery is kept, by which its redeliveries are recognized: 30 days by default.
    pub const fn keep(mut self, keep: Duration) -> Self {
        self.keep = keep;
        self
    }

    /// How many deliveries, and bytes of their bodies, may wait to be handled: 100,000 and 1 GiB by default. Beyond
    /// that, [`put`](Inbox::put) fails with `inbox_full`, and the senders try again. They are counted once a second.
    pub const fn max_pending(mut self, deliveries: u64, bytes: u64) -> Self {
        self.max_pending = deliveries;
        self.max_pending_bytes = bytes;
        self
    }

    /// How often an idle worker looks for what other processes stored and for delays that are over: each 100 ms in a
    /// file, each second on a server. What this process stores wakes it at once.
    pub const fn poll(mut self, poll: Duration) -> Self {
        self.poll = poll;
        self
    }

    /// Opens only an inbox that is there, and makes none: for tools that look into it.
    pub const fn existing(mut self) -> Self {
        self.opened = Opened::Existing;
        self
    }

    /// Calls `hook` with each [`InboxNotice`], for metrics and logs. Without a hook, notices are logged with the crate
    /// `log`: what is usual at level DEBUG or INFO, the others at level WARN.
    pub fn on_notice(mut self, hook: impl Fn(&InboxNotice<'_>) + Send + Sync + 'static) -> Self {
        self.hook = Some(Box::new(hook));
        self
    }

    /// Checks the settings, and opens the database. Makes its tables if they do not exist, and upgrades those of an
    /// older version.
    ///
    /// # Errors
    /// `invalid_argument`: a setting is missing or out of range, the tables have a newer version, or there are none and
    /// [`existing`](Self::existing) was called.
    /// `store_unavailable`.
    pub async fn build(self) -> Result<Inbox, Error> {
        let settings = self.checked()?;
        let Self { open, opened, hook, .. } = self;
        let store = open(opened)?;
        let Reply::Made(made) = store.ask(Act::Made.into()).await.map_err(Error::of_inbox)? else {
            return Err(unexpected());
        };
        let load = Load::new(settings.max_pending, settings.max_pending_bytes);
        let (wake, counters) = (Notify::new(), Counters::default());
        Ok(Inbox { inner: Arc::new(Inner { store, settings, load, wake, hook, counters, made }) })
    }

    fn checked(&self) -> Result<Settings, Error> {
        let invalid = |message: String| Err(Error::invalid(message.into()));
        if self.scope.is_empty() {
            let message = "an inbox needs a scope: the name of the endpoint, as in `.scope(\"contio\")`";
            return invalid(message.to_owned());
        }
        // Statements count in milliseconds, and a third of the lease must be one at least.
        for (name, value) in [("lease", self.lease), ("keep", self.keep), ("poll", self.poll)] {
            if value < Duration::from_millis(3) || value > Duration::from_secs(1 << 42) {
                return invalid(format!("{name} must be at least 3 ms, but it is {value:?}"));
            }
        }
        if self.attempts == 0 || i32::try_from(self.attempts).is_err() {
            return invalid(format!("attempts must be at least 1, but it is {}", self.attempts));
        }
        if self.first_delay > self.max_delay || self.max_delay > Duration::from_secs(1 << 42) {
            let (first, max) = (self.first_delay, self.max_delay);
            return invalid(format!(
                "the first delay must not be over the longest, but they are {first:?} and {max:?}"
            ));
        }
        if self.max_pending == 0 || self.max_pending_bytes == 0 {
            return invalid("max_pending must allow at least 1 delivery and 1 byte, but one of them is 0".to_owned());
        }
        Ok(Settings {
            scope: self.scope.clone(),
            lease: self.lease,
            attempts: self.attempts,
            first_delay: self.first_delay,
            max_delay: self.max_delay,
            keep: milliseconds(self.keep),
            max_pending: self.max_pending,
            max_pending_bytes: self.max_pending_bytes,
            poll: self.poll,
        })
    }
}

/// At most some hundred thousand years, so that it can be added to a time.
pub(super) fn milliseconds(duration: Duration) -> i64 {
    i64::try_from(duration.as_millis()).unwrap_or(i64::MAX).min(1 << 52)
}

impl fmt::Debug for InboxBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("InboxBuilder").field("scope", &self.scope).field("lease", &self.lease).finish_non_exhaustive()
    }
}
