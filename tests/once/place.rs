//! Where a store is, so that other processes can open it too.

use std::fmt;
use std::str::FromStr;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use hookseal_inbox::store::{Claim, Claimed, Detached, Store, StoreError, Token};
use hookseal_inbox::{Memory, Once, Postgres, Redis, Sqlite};
use redis::aio::{ConnectionManager, ConnectionManagerConfig};

use super::servers;

/// A pool of the tests.
pub type Pool = deadpool_postgres::Pool;

/// Where a store is. Its text has no spaces.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// In the memory of this process.
    Memory,
    /// In this file.
    Sqlite(String),
    /// At this port, in the schema of this number.
    Postgres(u16, u32),
    /// At this port, in the database of this number.
    Redis(u16, u32),
}

static LAST_SPACE: AtomicU32 = AtomicU32::new(0);

impl Place {
    /// An empty store of each kind that processes can share.
    #[must_use]
    pub fn shared() -> Vec<Self> {
        vec![Self::sqlite(), Self::postgres(), Self::redis()]
    }

    /// An empty store of each kind.
    #[must_use]
    pub fn all() -> Vec<Self> {
        std::iter::once(Self::Memory).chain(Self::shared()).collect()
    }

    /// A file that does not exist.
    #[must_use]
    pub fn sqlite() -> Self {
        let folder = tempfile::tempdir().expect("a folder").keep();
        Self::Sqlite(folder.join("once.db").to_str().expect("UTF-8").to_owned())
    }

    /// An empty schema of the shared server.
    #[must_use]
    pub fn postgres() -> Self {
        Self::Postgres(servers::shared_postgres(), LAST_SPACE.fetch_add(1, Ordering::Relaxed))
    }

    /// An empty database of the shared server.
    #[must_use]
    pub fn redis() -> Self {
        Self::Redis(servers::shared_redis(), LAST_SPACE.fetch_add(1, Ordering::Relaxed))
    }

    /// The kind of store.
    #[must_use]
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Memory => "memory",
            Self::Sqlite(_) => "sqlite",
            Self::Postgres(..) => "postgres",
            Self::Redis(..) => "redis",
        }
    }

    /// Opens the store; each call makes new connections.
    ///
    /// # Panics
    /// If its server is not there.
    pub async fn open(&self) -> AnyStore {
        match self {
            Self::Memory => AnyStore::Memory(Memory::default()),
            Self::Sqlite(path) => AnyStore::Sqlite(Sqlite::open(path).expect("a file")),
            Self::Postgres(port, space) => {
                let pool = pool(*port, *space);
                let sql = format!("CREATE SCHEMA IF NOT EXISTS t{space}");
                // Two processes that do so at once may both find none.
                let _ = pool.get().await.expect("a connection").batch_execute(&sql).await;
                AnyStore::Postgres(Postgres::new(pool))
            }
            Self::Redis(port, space) => AnyStore::Redis(Redis::new(manager(*port, *space).await)),
        }
    }

    /// Opens the store with its tables, for the scope `test`.
    ///
    /// # Panics
    /// If it cannot be used.
    pub async fn once(&self, lease: Duration) -> Once<AnyStore> {
        let once = Once::builder(self.open().await).scope("test").lease(lease).build().expect("its settings");
        once.create().await.expect("its tables");
        once
    }
}

/// Connections to a schema of a server.
///
/// # Panics
/// Never.
#[must_use]
pub fn pool(port: u16, space: u32) -> Pool {
    let manager = deadpool_postgres::Manager::new(config(port, space), tokio_postgres::NoTls);
    Pool::builder(manager).max_size(4).build().expect("a pool")
}

/// How to connect to a schema of a server.
#[must_use]
pub fn config(port: u16, space: u32) -> tokio_postgres::Config {
    let mut config = tokio_postgres::Config::new();
    config.host("127.0.0.1").port(port).user("hookseal").dbname("postgres");
    config.options(format!("-c search_path=t{space}"));
    config
}

/// A connection to a database of a server.
///
/// # Panics
/// If the server is not there.
pub async fn manager(port: u16, space: u32) -> ConnectionManager {
    let client = redis::Client::open(format!("redis://127.0.0.1:{port}/{space}")).expect("an address");
    let config = ConnectionManagerConfig::new().set_response_timeout(Some(Duration::from_secs(5)));
    ConnectionManager::new_with_config(client, config).await.expect("a connection")
}

/// As `sqlite:/path`, `postgres:5432:7`.
impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Memory => f.write_str("memory"),
            Self::Sqlite(path) => write!(f, "sqlite:{path}"),
            Self::Postgres(port, space) => write!(f, "postgres:{port}:{space}"),
            Self::Redis(port, space) => write!(f, "redis:{port}:{space}"),
        }
    }
}

impl FromStr for Place {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let numbers = |text: &str| {
            let (port, space) = text.split_once(':')?;
            Some((port.parse().ok()?, space.parse().ok()?))
        };
        let place = match text.split_once(':') {
            Some(("sqlite", path)) => Some(Self::Sqlite(path.to_owned())),
            Some(("postgres", more)) => numbers(more).map(|(port, space)| Self::Postgres(port, space)),
            Some(("redis", more)) => numbers(more).map(|(port, space)| Self::Redis(port, space)),
            _ => None,
        };
        place.ok_or_else(|| format!("no store: {text}"))
    }
}

/// A store of any kind.
#[derive(Debug)]
#[allow(missing_docs)]
pub enum AnyStore {
    Memory(Memory),
    Sqlite(Sqlite),
    Postgres(Postgres<Pool>),
    Redis(Redis<ConnectionManager>),
}

macro_rules! each {
    ($self:ident, $store:ident => $call:expr) => {
        match $self {
            AnyStore::Memory($store) => $call,
            AnyStore::Sqlite($store) => $call,
            AnyStore::Postgres($store) => $call,
            AnyStore::Redis($store) => $call,
        }
    };
}

impl Store for AnyStore {
    const IS_DURABLE: bool = true;

    async fn create(&self) -> Result<i64, StoreError> {
        each!(self, store => store.create().await)
    }

    async fn claim(&self, claim: &Claim<'_>) -> Result<Claimed, StoreError> {
        each!(self, store => store.claim(claim).await)
    }

    async fn finish(&self, key: &str, token: Token, keep: u64, now: Option<i64>) -> Result<bool, StoreError> {
        each!(self, store => store.finish(key, token, keep, now).await)
    }

    async fn release(&self, key: &str, token: Token, now: Option<i64>) -> Result<bool, StoreError> {
        each!(self, store => store.release(key, token, now).await)
    }

    async fn forget(&self, key: &str) -> Result<bool, StoreError> {
        each!(self, store => store.forget(key).await)
    }

    async fn sweep(&self, number: u32, now: Option<i64>) -> Result<u64, StoreError> {
        each!(self, store => store.sweep(number, now).await)
    }

    fn is_ordered(&self) -> bool {
        each!(self, store => store.is_ordered())
    }

    fn detach(&self, task: Detached) {
        each!(self, store => store.detach(task));
    }
}
