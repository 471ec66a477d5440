//! What a store of claims does: the protocol of `inbox/README.md`.

mod error;
mod memory;
#[cfg(feature = "postgres")]
pub mod postgres;
#[cfg(feature = "redis")]
mod redis;
#[cfg(feature = "sqlite")]
pub(crate) mod sqlite;

use std::fmt;
use std::pin::Pin;
use std::task::{Context, Waker};

pub use self::error::StoreError;
pub use self::memory::Memory;
#[cfg(feature = "postgres")]
pub use self::postgres::Postgres;
#[cfg(feature = "redis")]
pub use self::redis::Redis;
#[cfg(feature = "sqlite")]
pub use self::sqlite::Sqlite;

/// How many keys that were kept long enough each claim deletes: as `postgres/once_claim.sql` has it.
#[cfg(feature = "sqlite")]
const SWEEP: u32 = 10;

/// How long a statement waits for a lock that another one holds.
#[cfg(any(feature = "sqlite", feature = "postgres"))]
pub(crate) const LOCK_TIMEOUT: std::time::Duration = std::time::Duration::from_secs(2);

/// How long a server may take to answer.
#[cfg(any(feature = "redis", feature = "postgres"))]
pub(crate) const ANSWER_TIMEOUT: std::time::Duration = std::time::Duration::from_secs(5);

/// A store of claims. Each operation is one atomic step in it, by its own clock, and takes a stated time at most.
///
/// All times are milliseconds. `now` is a Unix time that tests give; without it the store's own clock counts.
pub trait Store: Send + Sync + 'static {
    /// Whether keys outlive the process, and several processes share them.
    const IS_DURABLE: bool;

    /// Makes the tables if they do not exist, and returns when they were made, as a Unix time in milliseconds.
    fn create(&self) -> impl Future<Output = Result<i64, StoreError>> + Send;

    /// Claims a key if nobody holds it.
    fn claim(&self, claim: &Claim<'_>) -> impl Future<Output = Result<Claimed, StoreError>> + Send;

    /// Says that the claim's work is done. Returns false if the claim was lost.
    fn finish(
        &self,
        key: &str,
        token: Token,
        keep: u64,
        now: Option<i64>,
    ) -> impl Future<Output = Result<bool, StoreError>> + Send;

    /// Gives the claim up, so that the key may be claimed again. Returns false if the claim was lost.
    fn release(
        &self,
        key: &str,
        token: Token,
        now: Option<i64>,
    ) -> impl Future<Output = Result<bool, StoreError>> + Send;

    /// Forgets a key, whatever its state. Returns whether it was known.
    fn forget(&self, key: &str) -> impl Future<Output = Result<bool, StoreError>> + Send;

    /// Deletes at most so many keys that were kept long enough, and returns how many.
    fn sweep(&self, number: u32, now: Option<i64>) -> impl Future<Output = Result<u64, StoreError>> + Send;

    /// Whether what is asked first takes effect first, also if nobody waits for its answer any more. Otherwise a claim
    /// that was cancelled is awaited before it is released.
    fn is_ordered(&self) -> bool {
        false
    }

    /// Runs a task that nobody awaits: the end of a claim whose [`Attempt`](crate::Attempt) was dropped.
    ///
    /// By default it is polled once, for stores that need no more. Other stores spawn it, and where they cannot, the
    /// lease lapses.
    fn detach(&self, task: Detached) {
        let mut task = task;
        let _ = task.as_mut().poll(&mut Context::from_waker(Waker::noop()));
    }
}

/// A task of [`Store::detach`].
pub type Detached = Pin<Box<dyn Future<Output = ()> + Send>>;

/// What is claimed, and for how long.
#[derive(Clone, Copy, Debug)]
pub struct Claim<'a> {
    /// The text of the key, with its scope.
    pub key: &'a str,
    /// This claim's token, by which its end is recognized.
    pub token: Token,
    /// The SHA-256 of the body.
    pub body: [u8; 32],
    /// After how many milliseconds another claim takes over.
    pub lease: u64,
    /// For how many milliseconds the key is remembered.
    pub keep: u64,
    /// The time, in tests.
    pub now: Option<i64>,
}

/// What a claim came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Claimed {
    /// Nobody had claimed the key.
    First,
    /// Another claim had not ended within its lease.
    Takeover,
    /// Another claim is running.
    Busy {
        /// The milliseconds that are left of its lease.
        wait: u64,
    },
    /// The work was done before.
    Duplicate {
        /// Whether the body is that of the delivery that was claimed.
        same_body: bool,
    },
}

/// What distinguishes one claim from all others: 16 random bytes. Stores write them as 32 hex digits.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Token([u8; 16]);

impl Token {
    /// A token of these bytes, for tests. [`Once`](crate::Once) makes tokens from the system's generator.
    #[must_use]
    pub const fn new(bytes: [u8; 16]) -> Self {
        Self(bytes)
    }

    pub(crate) fn random() -> Result<Self, StoreError> {
        let mut bytes = [0; 16];
        getrandom::fill(&mut bytes)
            .map_err(|error| StoreError::caused("the system has no random numbers".to_owned(), error))?;
        Ok(Self(bytes))
    }
}

/// Its 32 hex digits.
impl fmt::Display for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// The 64 hex digits of a digest.
#[cfg(any(feature = "sqlite", feature = "postgres", feature = "redis"))]
pub(crate) fn hex(digest: &[u8; 32]) -> String {
    use fmt::Write as _;

    let mut text = String::with_capacity(64);
    for byte in digest {
        let _ = write!(text, "{byte:02x}");
    }
    text
}

/// A duration in milliseconds as databases have it.
#[cfg(any(feature = "sqlite", feature = "postgres"))]
fn signed(milliseconds: u64) -> i64 {
    i64::try_from(milliseconds).unwrap_or(i64::MAX)
}

/// An answer of the statements and scripts.
#[cfg(any(feature = "sqlite", feature = "postgres", feature = "redis"))]
fn claimed(answer: &str, wait: i64, same_body: bool) -> Result<Claimed, StoreError> {
    match answer {
        "first" => Ok(Claimed::First),
        "takeover" => Ok(Claimed::Takeover),
        "busy" => Ok(Claimed::Busy { wait: u64::try_from(wait).unwrap_or(0) }),
        "duplicate" => Ok(Claimed::Duplicate { same_body }),
        _ => Err(StoreError::new("the store answered with a word that this version does not know".to_owned())),
    }
}

/// When a store was made, if this version knows its tables or keys.
#[cfg(any(feature = "sqlite", feature = "postgres", feature = "redis"))]
fn made(version: i64, made: i64) -> Result<i64, StoreError> {
    /// The version of the tables and keys that this crate knows.
    const VERSION: i64 = 1;
    if version > VERSION {
        return Err(StoreError::new(format!(
            "the store has version {version}, and this crate knows version {VERSION}: update hookseal-inbox"
        )));
    }
    Ok(made)
}
