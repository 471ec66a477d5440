//! A delivery that is to be handled.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, SystemTime};

use hookseal::{Envelope, Error as ReadError, Event};

use super::store::ClaimedRow;
use super::{Inner, store};
use crate::error::Error;
use crate::queue::envelope;
use crate::store::StoreError;

/// A delivery that is to be handled. It was verified before it was stored. Cloning it is cheap.
#[derive(Clone)]
pub struct Received {
    claim: Arc<Claim>,
}

/// What a worker and its handler share.
pub(super) struct Claim {
    pub(super) inner: Arc<Inner>,
    pub(super) row: ClaimedRow,
    pub(super) token: String,
    /// Whether it has ended within a transaction of the handler's.
    is_joined: AtomicBool,
}

impl Claim {
    pub(super) fn new(inner: Arc<Inner>, row: ClaimedRow, token: String) -> Arc<Self> {
        Arc::new(Self { inner, row, token, is_joined: AtomicBool::new(false) })
    }

    pub(super) fn is_joined(&self) -> bool {
        self.is_joined.load(Ordering::SeqCst)
    }

    pub(super) fn received(self: &Arc<Self>) -> Received {
        Received { claim: Arc::clone(self) }
    }

    fn joined(&self, is_mine: Result<bool, StoreError>) -> Result<(), Error> {
        if is_mine.map_err(Error::of_inbox)? {
            self.is_joined.store(true, Ordering::SeqCst);
            return Ok(());
        }
        let message = "the handler took longer than its lease, and another worker took over; roll this one back";
        Err(Error::in_progress(message, 0))
    }
}

impl Received {
    /// The body.
    #[must_use]
    pub fn body(&self) -> &[u8] {
        &self.claim.row.body.0
    }

    /// Contio's typed event.
    ///
    /// # Errors
    /// `invalid_argument` for a delivery of another sender's scheme.
    pub fn event(&self) -> Result<Event<'_>, ReadError> {
        Ok(self.envelope()?.event())
    }

    /// The Contio envelope in the body. Each call reads the body: keep the result.
    ///
    /// # Errors
    /// `invalid_argument` for a delivery of another sender's scheme.
    pub fn envelope(&self) -> Result<Envelope<'_>, ReadError> {
        envelope(self.body(), self.claim.row.has_envelope)
    }

    /// The name of the scheme that it was verified with.
    #[must_use]
    pub fn scheme(&self) -> &str {
        &self.claim.row.scheme
    }

    /// By what its duplicates are recognized, with the scope: pass it on as the idempotency key of what you call. It is
    /// the same in every attempt.
    #[must_use]
    pub fn key(&self) -> &str {
        &self.claim.row.key
    }

    /// The event's id, if the sender signs one.
    #[must_use]
    pub fn event_id(&self) -> Option<&str> {
        self.claim.row.event.as_deref()
    }

    /// Its number in the inbox.
    #[must_use]
    pub fn id(&self) -> i64 {
        self.claim.row.id
    }

    /// Which attempt this is, from 1.
    #[must_use]
    pub fn attempts(&self) -> u32 {
        self.claim.row.attempts
    }

    /// When it was stored, by the store's clock.
    #[must_use]
    pub fn received_at(&self) -> SystemTime {
        time(self.claim.row.received_at)
    }

    /// When it was signed, for schemes that sign a time of sending. Events happen in the order of their own times,
    /// which [`envelope`](Self::envelope) has.
    #[must_use]
    pub fn signed_at(&self) -> Option<SystemTime> {
        self.claim.row.signed_at.map(time)
    }

    /// Ends the delivery within the open transaction of a connection to the database that has the inbox's tables:
    /// everything that the transaction wrote takes effect exactly once. Call it last, before the commit. With
    /// tokio-postgres it is to be awaited, with rusqlite not:
    ///
    /// ```
    /// # #[cfg(feature = "sqlite")]
    /// # fn write(path: &str, delivery: &hookseal_inbox::Received) -> Result<(), Box<dyn std::error::Error>> {
    /// let mut connection = rusqlite::Connection::open(path)?;
    /// let transaction = connection.transaction()?;
    /// transaction.execute("UPDATE meetings SET number = number + 1", [])?;
    /// delivery.finish_in(&transaction)?;
    /// transaction.commit()?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// A transaction that is rolled back, or dropped, leaves the delivery to be tried again, whatever the handler
    /// returns.
    ///
    /// # Errors
    /// `in_progress` if another worker took over: drop the transaction, which rolls it back. `store_unavailable`.
    pub fn finish_in<T: TransactionOf>(&self, transaction: T) -> T::Finished {
        transaction.finish(self.clone())
    }
}

/// A transaction that [`Received::finish_in`] can join: a reference to a `rusqlite::Transaction`, or to one of
/// tokio-postgres or deadpool-postgres.
pub trait TransactionOf: sealed::Sealed {
    /// The result, or a future of it.
    type Finished;

    #[doc(hidden)]
    fn finish(self, received: Received) -> Self::Finished;
}

mod sealed {
    pub trait Sealed {}

    #[cfg(feature = "sqlite")]
    impl Sealed for &rusqlite::Transaction<'_> {}

    #[cfg(feature = "postgres")]
    impl Sealed for &tokio_postgres::Transaction<'_> {}

    #[cfg(feature = "deadpool")]
    impl Sealed for &deadpool_postgres::Transaction<'_> {}
}

#[cfg(feature = "sqlite")]
impl TransactionOf for &rusqlite::Transaction<'_> {
    type Finished = Result<(), Error>;

    fn finish(self, received: Received) -> Result<(), Error> {
        let claim = &received.claim;
        let keep = claim.inner.settings.keep;
        claim.joined(store::finish_in_sqlite(self, claim.row.id, &claim.token, keep))
    }
}

#[cfg(feature = "postgres")]
impl<'t> TransactionOf for &'t tokio_postgres::Transaction<'_> {
    type Finished = std::pin::Pin<Box<dyn Future<Output = Result<(), Error>> + Send + 't>>;

    fn finish(self, received: Received) -> Self::Finished {
        Box::pin(async move {
            let claim = &received.claim;
            let keep = claim.inner.settings.keep;
            let is_mine = store::finish_in_postgres(self, claim.row.id, &claim.token, keep).await;
            claim.joined(is_mine)
        })
    }
}

#[cfg(feature = "deadpool")]
impl<'t> TransactionOf for &'t deadpool_postgres::Transaction<'_> {
    type Finished = <&'t tokio_postgres::Transaction<'t> as TransactionOf>::Finished;

    fn finish(self, received: Received) -> Self::Finished {
        let transaction: &'t tokio_postgres::Transaction<'_> = self;
        transaction.finish(received)
    }
}

fn time(milliseconds: i64) -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_millis(u64::try_from(milliseconds).unwrap_or(0))
}

/// Shows nothing of the body.
impl fmt::Debug for Received {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Received")
            .field("id", &self.id())
            .field("key", &self.key())
            .field("scheme", &self.scheme())
            .field("attempts", &self.attempts())
            .finish_non_exhaustive()
    }
}
