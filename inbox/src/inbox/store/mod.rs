//! What a store of deliveries does: the protocol of `inbox/INBOX.md`.

#[cfg(feature = "postgres")]
mod postgres;
#[cfg(feature = "sqlite")]
mod sqlite;

use std::fmt;
use std::pin::Pin;

#[cfg(feature = "postgres")]
pub(crate) use self::postgres::{PostgresDeliveries, finish_in as finish_in_postgres};
#[cfg(feature = "sqlite")]
pub(crate) use self::sqlite::{SqliteDeliveries, finish_in as finish_in_sqlite};
use crate::store::StoreError;

/// The version of the tables that this crate knows.
const VERSION: i64 = 1;

/// What brings tables to a version, from the one before it.
struct Upgrade {
    to: i64,
    sql: &'static str,
}

/// Something that is asked of a store: each is one atomic step in it, by its own clock.
#[derive(Debug)]
pub struct Request {
    /// What is asked.
    pub act: Act,
    /// A Unix time in milliseconds that tests give.
    pub now: Option<i64>,
}

impl From<Act> for Request {
    fn from(act: Act) -> Self {
        Self { act, now: None }
    }
}

/// What is asked of a store. All times are milliseconds.
#[derive(Debug)]
#[allow(missing_docs)] // The names are those of the statements, which `inbox/INBOX.md` describes.
pub enum Act {
    Put(NewDelivery),
    Claim {
        token: String,
        worker: String,
        lease: i64,
        attempts: i32,
        number: i32,
    },
    Extend {
        id: i64,
        token: String,
        lease: i64,
    },
    Finish {
        id: i64,
        token: String,
        keep: i64,
    },
    Retry {
        id: i64,
        token: String,
        delay: i64,
        error: String,
    },
    Bury {
        id: i64,
        token: String,
        error: String,
    },
    Release {
        id: i64,
        token: String,
    },
    Revive {
        id: Option<i64>,
        number: i32,
    },
    Discard {
        id: i64,
        keep: i64,
    },
    Sweep {
        number: i32,
    },
    /// What a put would leave as it is.
    Known {
        key: String,
        digest: String,
        signed_at: Option<i64>,
    },
    Load,
    Stats,
    List {
        state: State,
        number: i32,
        skip: i32,
    },
    Show {
        id: i64,
    },
    /// The number of a delivery.
    Find {
        key: String,
    },
    Made,
    /// Takes the first free worker's lock; on a server, nothing.
    Join,
    /// Gives a worker's lock back.
    Leave {
        worker: String,
    },
    /// Ends the leases of workers that have ended.
    Free,
    /// Only one worker, whose lock is held.
    FreeWorker {
        worker: String,
    },
    Workers,
    /// Gives free space of a file back, a bounded part of it.
    Shrink,
}

/// What a store replied.
#[derive(Debug)]
#[allow(missing_docs)]
pub enum Reply {
    Put(Put),
    Claimed(Vec<ClaimedRow>),
    /// The state of the first one, and whether it has the same body.
    Known(Option<(State, bool)>),
    /// How many rows were changed.
    Changed(u64),
    Load {
        number: u64,
        bytes: u64,
    },
    Stats(Vec<StateRow>),
    List(Vec<Entry>),
    Show(Option<Box<(Entry, Option<Body>)>>),
    Found(Option<i64>),
    /// When the tables were made.
    Made(i64),
    /// The name under which a worker claims.
    Joined(String),
    Workers(Vec<String>),
}

/// A delivery to be stored.
#[derive(Clone, Debug)]
#[allow(missing_docs)]
pub struct NewDelivery {
    pub key: String,
    pub scheme: String,
    pub event: Option<String>,
    pub has_envelope: bool,
    pub signed_at: Option<i64>,
    pub digest: String,
    pub body: Body,
}

/// The bytes of a body, of which `Debug` shows the length only.
#[derive(Clone, PartialEq, Eq)]
pub struct Body(pub Vec<u8>);

impl fmt::Debug for Body {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} bytes", self.0.len())
    }
}

/// What became of a delivery that was to be stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Put {
    /// It is stored, and will be handled.
    Stored,
    /// It is stored, and the same event, which was dead, will be handled again: it was signed after the death.
    Revived,
    /// The same event was stored before, and nothing has changed.
    Duplicate {
        /// What became of the first one.
        state: State,
        /// Whether it has the same body.
        same_body: bool,
    },
}

/// The state of a stored delivery.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum State {
    /// It waits to be handled, now or after a delay.
    Pending,
    /// It is being handled.
    Running,
    /// It was handled, or given up by a person. Its body is dropped.
    Done,
    /// No attempt is left, or the handler rejected it. Its body is kept.
    Dead,
}

impl State {
    /// The word for it, as the table has it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Running => "running",
            Self::Done => "done",
            Self::Dead => "dead",
        }
    }

    /// The state of this name.
    #[must_use]
    pub fn of_name(name: &str) -> Option<Self> {
        [Self::Pending, Self::Running, Self::Done, Self::Dead].into_iter().find(|state| state.name() == name)
    }
}

/// A delivery of a claim.
#[derive(Clone, Debug)]
#[allow(missing_docs)]
pub struct ClaimedRow {
    pub id: i64,
    pub key: String,
    pub is_dead: bool,
    pub scheme: String,
    pub event: Option<String>,
    pub has_envelope: bool,
    pub signed_at: Option<i64>,
    pub received_at: i64,
    pub attempts: u32,
    pub is_takeover: bool,
    pub body: Body,
    /// Why the last attempt failed, if one did.
    pub error: Option<String>,
}

/// How many deliveries are in a state.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub struct StateRow {
    pub state: State,
    pub number: u64,
    pub bytes: u64,
    pub oldest: Option<i64>,
}

/// A stored delivery, without its body. Times are Unix milliseconds.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Entry {
    /// Its number in the inbox.
    pub id: i64,
    /// By what its duplicates are recognized.
    pub key: String,
    /// Its state.
    pub state: State,
    /// The name of its scheme.
    pub scheme: String,
    /// The event's id, if it has one.
    pub event: Option<String>,
    /// When it was stored.
    pub received_at: i64,
    /// When a pending one is to be handled, and when the lease of a running one ends.
    pub due_at: Option<i64>,
    /// How many attempts have begun.
    pub attempts: u32,
    /// When it was done or died.
    pub finished_at: Option<i64>,
    /// Why the last attempt failed.
    pub error: Option<String>,
    /// The bytes of its body.
    pub size: u64,
}

/// What is opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Opened {
    /// An inbox, which is made if there is none.
    Any,
    /// Only one that is there.
    Existing,
}

type Replied<'a> = Pin<Box<dyn Future<Output = Result<Reply, StoreError>> + Send + 'a>>;

/// A database with the tables of the inbox.
pub(crate) trait Deliveries: Send + Sync {
    fn ask(&self, request: Request) -> Replied<'_>;

    /// Where the deliveries are, if that is a file.
    fn file(&self) -> Option<&std::path::Path>;
}

/// A word of the table that this version does not know, or a reply to another request.
fn unexpected() -> StoreError {
    StoreError::new("the store answered with what this version does not know")
}

fn state(name: &str) -> Result<State, StoreError> {
    State::of_name(name).ok_or_else(unexpected)
}

fn unsigned(number: i64) -> u64 {
    u64::try_from(number).unwrap_or(0)
}

fn attempts(number: i64) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

/// The steps from a version to the newest one; an error for one that is newer.
fn upgrades(version: i64) -> Result<impl Iterator<Item = &'static Upgrade>, StoreError> {
    /// Version 1 is what the schema makes, so nothing changes before it.
    const UPGRADES: &[Upgrade] = &[Upgrade { to: 1, sql: "" }];
    if version > VERSION {
        return Err(StoreError::misuse(format!(
            "the inbox has version {version}, and this crate knows version {VERSION}: update hookseal-inbox"
        )));
    }
    Ok(UPGRADES.iter().filter(move |upgrade| upgrade.to > version))
}

/// What becomes of a put, from what was there before, and whether a row was changed.
fn put(before: Option<(State, bool)>, is_changed: bool) -> Result<Put, StoreError> {
    match (before, is_changed) {
        (Some((State::Dead, _)), true) => Ok(Put::Revived),
        (_, true) => Ok(Put::Stored),
        (Some((state, same_body)), false) => Ok(Put::Duplicate { state, same_body }),
        (None, false) => Err(unexpected()),
    }
}

/// Whether a put would change a delivery in this state. Otherwise it need not be tried, and waits for no lock.
const fn may_change(before: Option<(State, bool)>) -> bool {
    !matches!(before, Some((State::Pending | State::Running, _)))
}
