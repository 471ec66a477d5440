//! Answers the sender once the queue of another engine has a delivery.

use std::error::Error as StdError;
use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use super::stored::StoredDelivery;
use crate::error::Error;
use crate::keyed::Keyed;
use crate::storable::Storable;
use crate::store::{StoreError, Token};

/// What the key of a delivery without one begins with, as in an inbox.
const NO_KEY: char = '?';

type Source = Box<dyn StdError + Send + Sync>;
type Sending = Pin<Box<dyn Future<Output = Result<(), Source>> + Send>>;
type SendFunction = dyn Fn(StoredDelivery, String) -> Sending + Send + Sync;
type Hook = dyn Fn(&HandOverNotice<'_>) + Send + Sync;

/// Hands each delivery over to the queue of another engine before the sender is answered. Cloning it is cheap.
///
/// ```
/// # struct Queue;
/// # impl Queue {
/// #     async fn publish(&self, _: &str, _: String) -> Result<(), std::io::Error> { Ok(()) }
/// # }
/// # fn example(queue: std::sync::Arc<Queue>, seal: hookseal_inbox::queue::Seal) -> Result<(), hookseal_inbox::Error> {
/// use hookseal_inbox::queue::HandOver;
///
/// let seal = std::sync::Arc::new(seal);
/// let hand_over = HandOver::builder(move |delivery, key| {
///     let (queue, seal) = (queue.clone(), seal.clone());
///     async move {
///         queue.publish(&key, delivery.text(Some(&seal))?).await?;
///         Ok(())
///     }
/// })
/// .scope("contio")
/// .build()?;
/// # Ok(())
/// # }
/// ```
///
/// What a 200 is worth is what the function waits for: `docs/queues.md` in the repository says so for each engine. A
/// queue drops duplicates for a few minutes or days, and senders repeat for longer: let the worker handle each delivery
/// [once](crate::Once).
///
/// It needs Tokio.
#[derive(Clone)]
pub struct HandOver {
    inner: Arc<Inner>,
}

struct Inner {
    send: Box<SendFunction>,
    scope: String,
    timeout: Duration,
    hook: Option<Box<Hook>>,
}

/// Something that a receiver may want to count or look into.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub enum HandOverNotice<'a> {
    /// The function has succeeded for the delivery with this key.
    HandedOver {
        /// The delivery's key with its scope.
        key: &'a str,
        /// Whether nothing distinguishes the delivery from others, so that its key is random.
        has_no_key: bool,
    },
    /// It has failed, or took too long.
    StoreUnavailable {
        /// The delivery's key with its scope.
        key: &'a str,
        /// Why; its source is the function's own error.
        error: &'a StoreError,
    },
}

impl HandOver {
    /// Hands over by calling a function with each delivery and the key by which the queue is to drop its duplicates.
    /// The key has at most 612 visible ASCII characters, and is random for a delivery that nothing distinguishes from
    /// others.
    pub fn builder<S, F>(send: S) -> HandOverBuilder
    where
        S: Fn(StoredDelivery, String) -> F + Send + Sync + 'static,
        F: Future<Output = Result<(), Source>> + Send + 'static,
    {
        HandOverBuilder {
            send: Box::new(move |delivery, key| Box::pin(send(delivery, key))),
            scope: String::new(),
            timeout: Duration::from_secs(4),
            hook: None,
        }
    }

    /// Hands a delivery over. Once this has returned `Ok`, answer 200.
    ///
    /// # Errors
    /// `store_unavailable`, whatever the function's error was: answer 503, and [`Error::retry_after`].
    pub async fn put<D: Storable + ?Sized>(&self, delivery: &D) -> Result<(), Error> {
        let delivery = StoredDelivery::of(delivery);
        self.inner.put(delivery).await
    }
}

impl Inner {
    async fn put(&self, delivery: StoredDelivery) -> Result<(), Error> {
        let (key, has_no_key) = match Keyed::key(&delivery) {
            Some(key) => (key.text(&self.scope), false),
            None => (format!("{NO_KEY}{}", Token::random().map_err(Error::not_handed_over)?), true),
        };
        let sending = (self.send)(delivery, key.clone());
        let error = match tokio::time::timeout(self.timeout, sending).await {
            Ok(Ok(())) => {
                self.notify(&HandOverNotice::HandedOver { key: &key, has_no_key });
                return Ok(());
            }
            // Its text may show an address, or what was stored.
            Ok(Err(error)) => StoreError::caused("the function failed; see the source", error),
            Err(_) => StoreError::new(format!("it took longer than {:?}", self.timeout)),
        };
        self.notify(&HandOverNotice::StoreUnavailable { key: &key, error: &error });
        Err(Error::not_handed_over(error))
    }

    fn notify(&self, notice: &HandOverNotice<'_>) {
        match &self.hook {
            // Nothing that is handed over may depend on the hook.
            Some(hook) => drop(catch_unwind(AssertUnwindSafe(|| hook(notice)))),
            None => match notice {
                HandOverNotice::HandedOver { key, .. } => log::debug!("handed over, key {key}"),
                HandOverNotice::StoreUnavailable { key, error } => {
                    log::warn!("not handed over, key {key}: {error}");
                }
            },
        }
    }
}

/// Settings of a [`HandOver`].
#[must_use]
pub struct HandOverBuilder {
    send: Box<SendFunction>,
    scope: String,
    timeout: Duration,
    hook: Option<Box<Hook>>,
}

impl HandOverBuilder {
    /// The name of the endpoint, or of the tenant whose secret verifies its deliveries. It is required: two that share
    /// a queue could otherwise take each other's events for duplicates.
    pub fn scope(mut self, scope: impl Into<String>) -> Self {
        self.scope = scope.into();
        self
    }

    /// How long the function may take: 4 s by default, as senders wait for 5 s or more. It is dropped after that; what
    /// it had sent may still be in the queue, and is there twice when the sender has tried again.
    pub const fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }

    /// Calls `hook` with each [`HandOverNotice`], for metrics and logs. Without a hook, failures are logged with the
    /// crate `log` at level WARN.
    pub fn on_notice(mut self, hook: impl Fn(&HandOverNotice<'_>) + Send + Sync + 'static) -> Self {
        self.hook = Some(Box::new(hook));
        self
    }

    /// Checks the settings.
    ///
    /// # Errors
    /// `invalid_argument`: there is no scope, or the timeout is 0.
    pub fn build(self) -> Result<HandOver, Error> {
        let Self { send, scope, timeout, hook } = self;
        if scope.is_empty() {
            let message = "handing over needs a scope: the name of the endpoint, as in `.scope(\"contio\")`";
            return Err(Error::invalid(message.into()));
        }
        if timeout.is_zero() {
            return Err(Error::invalid("the timeout must be over 0 s".into()));
        }
        Ok(HandOver { inner: Arc::new(Inner { send, scope, timeout, hook }) })
    }
}

impl fmt::Debug for HandOver {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Inner { scope, timeout, .. } = &*self.inner;
        f.debug_struct("HandOver").field("scope", scope).field("timeout", timeout).finish_non_exhaustive()
    }
}

impl fmt::Debug for HandOverBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HandOverBuilder").field("scope", &self.scope).finish_non_exhaustive()
    }
}
