//! Stores each delivery before it is answered, and handles it later.

#[cfg(feature = "axum")]
mod axum;
mod builder;
mod failure;
mod load;
mod notice;
mod received;
mod row;
mod stats;
mod store;
mod worker;

use std::fmt;
use std::sync::Arc;

use tokio::sync::Notify;

pub use self::builder::InboxBuilder;
use self::builder::Settings;
pub use self::failure::{Reject, RetryIn};
use self::load::Load;
use self::notice::{Counters, Hook};
pub use self::notice::{InboxNotice, InboxNoticeKind};
pub use self::received::{Received, TransactionOf};
pub use self::stats::{InboxStats, StateStats};
use self::store::{Act, Deliveries, NewDelivery, Reply};
pub use self::store::{Entry, Put, State};
pub use self::worker::{Worker, WorkerBuilder};
use crate::error::Error;
use crate::storable::Storable;
use crate::store::{StoreError, Token};

/// What a store is asked and replies: for tests.
#[doc(hidden)]
pub mod protocol {
    pub use super::store::{Act, Body, ClaimedRow, NewDelivery, Reply, Request, StateRow};
}

/// Stores each delivery before it is answered, and handles it later, with retries, through crashes of the receiver and
/// of the worker. Cloning it is cheap.
///
/// ```
/// # #[cfg(feature = "sqlite")]
/// # async fn start() -> Result<(), Box<dyn std::error::Error>> {
/// use hookseal_inbox::{Inbox, Received};
///
/// async fn handle(delivery: Received) -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
///     println!("{} came in", delivery.event()?.event_type());
///     Ok(())
/// }
///
/// let inbox = Inbox::open("inbox.db").scope("contio").build().await?;
/// let worker = inbox.work(handle).await?;
/// # Ok(())
/// # }
/// ```
///
/// A receiver calls [`put`](Self::put), and answers 200 once that has returned; with axum, [`receive`](Self::receive)
/// does both. Receiver and worker may be different processes.
///
/// A handler is called at least once for each event; if it fails, again after a while. It is called again, too, if its
/// process ends before it is done. See [`Received::finish_in`] for an effect that happens exactly once.
///
/// It needs Tokio.
#[derive(Clone)]
pub struct Inbox {
    inner: Arc<Inner>,
}

/// What all clones and workers share.
struct Inner {
    store: Box<dyn Deliveries>,
    settings: Settings,
    load: Load,
    /// Wakes a worker of this process.
    wake: Notify,
    hook: Option<Box<Hook>>,
    counters: Counters,
    made: i64,
}

impl Inbox {
    /// Stores a delivery, or finds that its event is stored already. Once this has returned `Ok`, answer 200.
    ///
    /// # Errors
    /// `inbox_full` and `store_unavailable`, which are to be answered with 503, and [`Error::retry_after`].
    pub fn put<D: Storable + ?Sized>(&self, delivery: &D) -> impl Future<Output = Result<Put, Error>> + Send + use<D> {
        let inner = Arc::clone(&self.inner);
        let delivery = row::new_delivery(delivery, &inner.settings.scope);
        async move { inner.put(delivery).await }
    }

    /// How many deliveries are in each state, and what this process has counted.
    ///
    /// # Errors
    /// `store_unavailable`.
    pub async fn stats(&self) -> Result<InboxStats, Error> {
        match self.inner.asked(Act::Stats).await? {
            Reply::Stats(rows) => Ok(stats::of(&rows, &self.inner.counters, self.inner.made, self.inner.store.file())),
            _ => Err(unexpected()),
        }
    }

    /// Deliveries in a state other than done, the newest first, at most so many after those that are skipped.
    ///
    /// # Errors
    /// `store_unavailable`.
    pub async fn list(&self, state: State, number: u32, skip: u32) -> Result<Vec<Entry>, Error> {
        match self.inner.asked(Act::List { state, number: count(number), skip: count(skip) }).await? {
            Reply::List(entries) => Ok(entries),
            _ => Err(unexpected()),
        }
    }

    /// One delivery, and its body if that is not dropped.
    ///
    /// # Errors
    /// `store_unavailable`.
    pub async fn show(&self, id: i64) -> Result<Option<(Entry, Option<Vec<u8>>)>, Error> {
        match self.inner.asked(Act::Show { id }).await? {
            Reply::Show(shown) => Ok(shown.map(|shown| (shown.0, shown.1.map(|body| body.0)))),
            _ => Err(unexpected()),
        }
    }

    /// The number of the delivery with this key, in any state.
    ///
    /// # Errors
    /// `store_unavailable`.
    pub async fn find(&self, key: &str) -> Result<Option<i64>, Error> {
        match self.inner.asked(Act::Find { key: key.to_owned() }).await? {
            Reply::Found(id) => Ok(id),
            _ => Err(unexpected()),
        }
    }

    /// Has a dead delivery handled again, with all its attempts. Returns whether it was dead.
    ///
    /// # Errors
    /// `store_unavailable`.
    pub async fn revive(&self, id: i64) -> Result<bool, Error> {
        Ok(self.inner.changed(Act::Revive { id: Some(id), number: 1 }).await? > 0)
    }

    /// Has the oldest dead deliveries handled again, at most so many. Returns how many.
    ///
    /// # Errors
    /// `store_unavailable`.
    pub async fn revive_all(&self, number: u32) -> Result<u64, Error> {
        self.inner.changed(Act::Revive { id: None, number: count(number) }).await
    }

    /// Gives a dead delivery up: its body is dropped, and its key is kept. Returns whether it was dead.
    ///
    /// # Errors
    /// `store_unavailable`.
    pub async fn discard(&self, id: i64) -> Result<bool, Error> {
        Ok(self.inner.changed(Act::Discard { id, keep: self.inner.settings.keep }).await? > 0)
    }

    /// Deletes the keys of at most so many handled deliveries that were kept long enough. Workers do so too.
    ///
    /// # Errors
    /// `store_unavailable`.
    pub async fn sweep(&self, number: u32) -> Result<u64, Error> {
        self.inner.changed(Act::Sweep { number: count(number) }).await
    }

    /// Asks the store what the protocol has.
    #[doc(hidden)]
    pub async fn ask(&self, request: protocol::Request) -> Result<Reply, StoreError> {
        self.inner.store.ask(request).await
    }
}

fn known(delivery: NewDelivery) -> Act {
    let NewDelivery { key, digest, signed_at, .. } = delivery;
    Act::Known { key, digest, signed_at }
}

impl Inner {
    async fn put(&self, delivery: Result<NewDelivery, StoreError>) -> Result<Put, Error> {
        match delivery {
            Ok(delivery) => self.stored(delivery).await,
            Err(error) => Err(self.unavailable(None, error)),
        }
    }

    async fn stored(&self, delivery: NewDelivery) -> Result<Put, Error> {
        let (key, size) = (delivery.key.clone(), delivery.body.0.len() as u64);
        let notice = |kind| InboxNotice::new(kind).key(&key);
        let refused = match self.load.check(self, size).await {
            Ok(()) => None,
            Err(load::Refused::Full(error)) => Some(error),
            Err(load::Refused::Store(error)) => return Err(self.unavailable(Some(&key), error)),
        };
        let has_key = !key.starts_with(row::NO_KEY);
        let act = if refused.is_some() { known(delivery) } else { Act::Put(delivery) };
        let put = match (self.store.ask(act.into()).await, refused) {
            (Ok(Reply::Put(put)), _) => put,
            // A duplicate needs no room.
            (Ok(Reply::Known(Some((state, same_body)))), _) => Put::Duplicate { state, same_body },
            (Ok(Reply::Known(None)), Some(error)) => {
                self.notify(notice(InboxNoticeKind::Full).quiet(self.load.was_full()));
                return Err(error);
            }
            (Ok(_), _) => return Err(unexpected()),
            (Err(error), _) => return Err(self.unavailable(Some(&key), error)),
        };
        match put {
            Put::Stored | Put::Revived => {
                self.load.add(size);
                self.wake.notify_one();
                self.notify(notice(if put == Put::Stored {
                    InboxNoticeKind::Stored
                } else {
                    InboxNoticeKind::Revived
                }));
                if !has_key {
                    self.notify(notice(InboxNoticeKind::NoKey));
                }
            }
            Put::Duplicate { same_body, .. } => {
                self.notify(notice(InboxNoticeKind::Duplicate));
                if !same_body {
                    self.notify(notice(InboxNoticeKind::OtherBody));
                }
            }
        }
        Ok(put)
    }

    async fn asked(&self, act: Act) -> Result<Reply, Error> {
        self.store.ask(act.into()).await.map_err(|error| self.unavailable(None, error))
    }

    async fn changed(&self, act: Act) -> Result<u64, Error> {
        let is_revival = matches!(act, Act::Revive { .. });
        let Reply::Changed(number) = self.asked(act).await? else { return Err(unexpected()) };
        if is_revival && number > 0 {
            self.wake.notify_one();
        }
        Ok(number)
    }

    fn unavailable(&self, key: Option<&str>, error: StoreError) -> Error {
        let notice = InboxNotice::new(InboxNoticeKind::StoreUnavailable).store_error(&error);
        self.notify(key.map_or(notice, |key| notice.key(key)));
        Error::of_inbox(error)
    }

    fn notify(&self, notice: InboxNotice<'_>) {
        self.counters.add(notice.kind);
        notice::notify(self.hook.as_deref(), &notice);
    }
}

/// A new token for each claim.
fn token() -> Result<String, StoreError> {
    Token::random().map(|token| token.to_string())
}

fn count(number: u32) -> i32 {
    i32::try_from(number).unwrap_or(i32::MAX)
}

/// A reply to another request, which no code here makes.
fn unexpected() -> Error {
    Error::of_inbox(StoreError::new("the store answered with what this version does not know"))
}

impl fmt::Debug for Inbox {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Inbox").field("settings", &self.inner.settings).finish_non_exhaustive()
    }
}
