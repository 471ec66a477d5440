//! Handles each event once, whatever the store.

mod attempt;
mod claiming;
mod notice;
mod outcome;

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use hookseal::{DeliveryKey, UnixTime, VerifierBuilder};

pub use self::attempt::Attempt;
use self::claiming::Claiming;
use self::notice::Hook;
pub use self::notice::{Notice, NoticeKind};
pub use self::outcome::Outcome;
use crate::error::Error;
use crate::keyed::Keyed;
use crate::store::{Claim, Claimed, Memory, Store, StoreError, Token};

/// How long a handler may take before another delivery of its event takes over: longer than Contio waits for an answer
/// (30 s), and shorter than until its first retry (60 s).
const LEASE: Duration = Duration::from_secs(45);

/// How long an event is remembered.
const KEEP: Duration = Duration::from_secs(30 * 86_400);

/// Handles each event once: duplicates are recognized by their key, and a handler that failed or crashed runs again.
/// Cloning it is cheap.
///
/// ```
/// # use hookseal::{Signer, UnixTime, Verifier};
/// use hookseal_inbox::{Once, Outcome};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let now = UnixTime::from_secs(1_736_937_000);
/// # let body = br#"{"event_type":"meeting.completed","event_id":"evt-1","timestamp":"2025-01-15T10:30:00Z",
/// #   "partner_app_id":"app-1","data":{}}"#;
/// # let headers = Signer::contio("a secret of this example")?.sign(body, now, None)?;
/// # let verifier = Verifier::contio("a secret of this example")?;
/// # let delivery = verifier.verify(&headers, body, now)?;
/// let once = Once::memory();
/// let outcome = once.run(&delivery, async || Ok::<_, std::io::Error>("fulfilled")).await;
/// assert!(matches!(outcome, Outcome::Done("fulfilled")));
/// // The same event again:
/// let outcome = once.run(&delivery, async || Ok::<_, std::io::Error>("fulfilled")).await;
/// assert_eq!((outcome.status(), matches!(outcome, Outcome::Duplicate)), (200, true));
/// # Ok(())
/// # }
/// ```
pub struct Once<S: Store = Memory> {
    inner: Arc<Inner<S>>,
}

/// What all clones and attempts share.
struct Inner<S> {
    store: S,
    scope: String,
    lease: u64,
    keep: u64,
    is_open: bool,
    hook: Option<Box<Hook>>,
}

/// The settings of a [`Once`]: see [`Once::builder`].
pub struct OnceBuilder<S: Store> {
    store: S,
    scope: String,
    lease: Duration,
    keep: Duration,
    is_open: bool,
    hook: Option<Box<Hook>>,
}

impl Once<Memory> {
    /// In the memory of this process, with the default settings.
    #[must_use]
    pub fn memory() -> Self {
        Self { inner: Arc::new(Inner::new(Self::builder(Memory::default()))) }
    }
}

impl<S: Store> Once<S> {
    /// Begins with a store and the default settings.
    #[must_use]
    pub fn builder(store: S) -> OnceBuilder<S> {
        OnceBuilder { store, scope: String::new(), lease: LEASE, keep: KEEP, is_open: false, hook: None }
    }

    /// Calls a handler once for each event. If it returns an error, the claim is released, so that the sender's next
    /// attempt is handled; otherwise the event is done. [`Outcome::status`] is the status to answer with.
    ///
    /// The key is read when this is called, and not when it is awaited.
    pub fn run<D, H, F, T, E>(&self, delivery: &D, handler: H) -> impl Future<Output = Outcome<T, E>>
    where
        D: Keyed + ?Sized,
        H: FnOnce() -> F,
        F: Future<Output = Result<T, E>>,
    {
        let claim = self.claim(delivery);
        async move {
            match claim.await {
                Err(error) => Outcome::Postponed(error),
                Ok(None) => Outcome::Duplicate,
                Ok(Some(attempt)) => match handler().await {
                    Ok(done) => {
                        attempt.finish().await;
                        Outcome::Done(done)
                    }
                    Err(error) => {
                        attempt.release().await;
                        Outcome::Failed(error)
                    }
                },
            }
        }
    }

    /// Claims a delivery. Returns an attempt if the delivery is to be handled, and `None` for a duplicate, which is to
    /// be answered like a success.
    ///
    /// The key is read when this is called, and not when it is awaited.
    ///
    /// # Errors
    /// `in_progress` while another delivery of the event is being handled, and `store_unavailable`; both are to be
    /// answered with 503, and [`Error::retry_after`].
    pub fn claim<D: Keyed + ?Sized>(
        &self,
        delivery: &D,
    ) -> impl Future<Output = Result<Option<Attempt<S>>, Error>> + Send + use<S, D> {
        let key = delivery.key();
        let body = if key.is_some() { delivery.body_digest() } else { [0; 32] };
        let inner = Arc::clone(&self.inner);
        async move {
            let Some(key) = key else {
                inner.notify(NoticeKind::NoKey, None, None);
                return Ok(Some(Attempt::unclaimed(inner, None)));
            };
            match Token::random() {
                Ok(token) => inner.claim(key, body, token).await,
                Err(error) => inner.unavailable(key, error),
            }
        }
    }

    /// Makes the store's tables if they do not exist. It can be called at each start.
    ///
    /// # Errors
    /// `store_unavailable`, and `invalid_argument` for a Redis that drops keys when it is full.
    pub async fn create(&self) -> Result<(), Error> {
        self.reported(self.inner.store.create().await, None).map(drop)
    }

    /// Forgets an event, so that its next delivery is handled. Returns whether it was known.
    ///
    /// # Errors
    /// `store_unavailable`.
    pub async fn forget(&self, key: &DeliveryKey) -> Result<bool, Error> {
        let text = key.text(&self.inner.scope);
        self.reported(self.inner.store.forget(&text).await, Some(key))
    }

    /// Deletes at most so many events that were kept long enough, and returns how many. Each claim does so too.
    ///
    /// # Errors
    /// `store_unavailable`.
    pub async fn sweep(&self, number: u32) -> Result<u64, Error> {
        self.reported(self.inner.store.sweep(number, None).await, None)
    }

    /// Lets a verifier accept events of any age that the store remembers: those that happened after it was made, for as
    /// long as it keeps them. Makes the store's tables if they do not exist.
    ///
    /// Without it, events in Contio's body form are accepted for 24 h, and one that is sent again by hand later is
    /// refused as `event_too_old`.
    ///
    /// ```no_run
    /// # use hookseal::{Scheme, Verifier};
    /// # use hookseal_inbox::Once;
    /// # use hookseal_inbox::store::Store;
    /// # async fn build<S: Store>(once: Once<S>) -> Result<Verifier, Box<dyn std::error::Error>> {
    /// let builder = Verifier::builder(Scheme::CONTIO).secret("the endpoint's secret");
    /// let verifier = once.extend_event_age(builder).await?.build()?;
    /// # Ok(verifier)
    /// # }
    /// ```
    ///
    /// # Errors
    /// `invalid_argument` for a store in memory, which forgets its events at a restart; `store_unavailable`.
    pub async fn extend_event_age(&self, builder: VerifierBuilder) -> Result<VerifierBuilder, Error> {
        if !S::IS_DURABLE {
            let message = "a memory store forgets its events at a restart, so it cannot accept old ones";
            return Err(Error::invalid(message.into()));
        }
        let made = self.reported(self.inner.store.create().await, None)?;
        // Rounded up: an event in the second in which the store was made may be older than the store.
        let since = made.div_euclid(1000) + i64::from(made.rem_euclid(1000) > 0);
        let kept = Duration::from_secs(self.inner.keep / 1000);
        Ok(builder.remembered_events(kept, UnixTime::from_secs(since)))
    }

    /// The store.
    #[must_use]
    pub fn store(&self) -> &S {
        &self.inner.store
    }

    fn reported<T>(&self, result: Result<T, StoreError>, key: Option<&DeliveryKey>) -> Result<T, Error> {
        result.map_err(|error| {
            self.inner.notify(NoticeKind::StoreUnavailable, key, Some(&error));
            error.into()
        })
    }
}

impl<S: Store> Inner<S> {
    fn new(builder: OnceBuilder<S>) -> Self {
        let OnceBuilder { store, scope, lease, keep, is_open, hook } = builder;
        Self { store, scope, lease: milliseconds(lease), keep: milliseconds(keep), is_open, hook }
    }

    async fn claim(
        self: Arc<Self>,
        key: DeliveryKey,
        body: [u8; 32],
        token: Token,
    ) -> Result<Option<Attempt<S>>, Error> {
        // If this future is dropped before the store has answered, so is the attempt, which releases the claim.
        let attempt = Attempt::claiming(Arc::clone(&self), key, token);
        let (attempt, claimed) = if self.store.is_ordered() {
            let (lease, keep) = (self.lease, self.keep);
            let claim = Claim { key: attempt.text(), token, body, lease, keep, now: None };
            let claimed = self.store.claim(&claim).await;
            (attempt, claimed)
        } else {
            Claiming::new(Arc::clone(&self), attempt, body).answer().await
        };
        match claimed {
            Ok(Claimed::First) => Ok(Some(attempt)),
            Ok(Claimed::Takeover) => {
                self.notify(NoticeKind::Takeover, Some(&key), None);
                Ok(Some(attempt))
            }
            Ok(Claimed::Busy { wait }) => {
                attempt.forget();
                Err(Error::in_progress(
                    "another delivery of this event is being handled; its sender will try again",
                    wait,
                ))
            }
            Ok(Claimed::Duplicate { same_body }) => {
                attempt.forget();
                if !same_body {
                    self.notify(NoticeKind::OtherBody, Some(&key), None);
                }
                Ok(None)
            }
            Err(error) => {
                attempt.forget();
                self.unavailable(key, error)
            }
        }
    }

    /// Before the handler runs: the sender tries again, unless the receiver prefers to handle an event twice.
    fn unavailable(self: Arc<Self>, key: DeliveryKey, error: StoreError) -> Result<Option<Attempt<S>>, Error> {
        self.notify(NoticeKind::StoreUnavailable, Some(&key), Some(&error));
        if self.is_open { Ok(Some(Attempt::unclaimed(self, Some(key)))) } else { Err(error.into()) }
    }

    fn notify(&self, kind: NoticeKind, key: Option<&DeliveryKey>, error: Option<&StoreError>) {
        notice::notify(self.hook.as_deref(), &Notice { kind, key, error });
    }
}

impl<S: Store> OnceBuilder<S> {
    /// The name of the endpoint, or of the tenant whose secret verifies its deliveries. Every store but memory needs
    /// it: two that share a store could otherwise take each other's events for duplicates.
    #[must_use]
    pub fn scope(mut self, scope: impl Into<String>) -> Self {
        self.scope = scope.into();
        self
    }

    /// How long a handler may take before another delivery of its event takes over: 45 s by default. It is not renewed.
    #[must_use]
    pub const fn lease(mut self, lease: Duration) -> Self {
        self.lease = lease;
        self
    }

    /// How long an event is remembered after it was handled: 30 days by default.
    #[must_use]
    pub const fn keep(mut self, keep: Duration) -> Self {
        self.keep = keep;
        self
    }

    /// Runs the handler, perhaps twice, if the store cannot be used: for handlers that are idempotent by themselves.
    /// Without it, the delivery is answered 503, and the sender tries again.
    #[must_use]
    pub const fn open_when_unavailable(mut self) -> Self {
        self.is_open = true;
        self
    }

    /// Calls `hook` with each [`Notice`], for metrics and logs. Without a hook, notices are logged with the crate
    /// `log`: `no_key` and `other_body` at level INFO, the others at level WARN.
    #[must_use]
    pub fn on_notice(mut self, hook: impl Fn(&Notice<'_>) + Send + Sync + 'static) -> Self {
        self.hook = Some(Box::new(hook));
        self
    }

    /// Checks the settings.
    ///
    /// # Errors
    /// `invalid_argument`: the scope is missing, or the lease is not over 0 s and below `keep`.
    pub fn build(self) -> Result<Once<S>, Error> {
        let invalid = |message: Cow<'static, str>| Err(Error::invalid(message));
        if S::IS_DURABLE && self.scope.is_empty() {
            let message =
                "this store needs a scope: the name of the endpoint, as in `Once::builder(store).scope(\"contio\")`";
            return invalid(message.into());
        }
        let (lease, keep) = (self.lease, self.keep);
        if milliseconds(lease) == 0 || lease >= keep {
            let (lease, keep) = (lease.as_secs_f64(), keep.as_secs_f64());
            return invalid(
                format!("lease must be over 0 s and below keep, but they are {lease} s and {keep} s").into(),
            );
        }
        Ok(Once { inner: Arc::new(Inner::new(self)) })
    }
}

/// At most some thousand years, so that it can be added to a time.
fn milliseconds(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX).min(1 << 52)
}

impl<S: Store> Clone for Once<S> {
    fn clone(&self) -> Self {
        Self { inner: Arc::clone(&self.inner) }
    }
}

impl<S: Store + fmt::Debug> fmt::Debug for Once<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Inner { store, scope, .. } = &*self.inner;
        f.debug_struct("Once").field("store", store).field("scope", scope).finish_non_exhaustive()
    }
}

impl<S: Store + fmt::Debug> fmt::Debug for OnceBuilder<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OnceBuilder")
            .field("store", &self.store)
            .field("scope", &self.scope)
            .field("lease", &self.lease)
            .field("keep", &self.keep)
            .finish_non_exhaustive()
    }
}
