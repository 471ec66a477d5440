//! Claims in Redis, over the crate redis.

use std::collections::HashMap;
use std::fmt;
use std::time::Duration;

use redis::aio::ConnectionLike;
use redis::{FromRedisValue, RedisError, RedisResult, Script, ScriptInvocation};
use tokio::runtime::Handle;
use tokio::time::timeout;

use super::{ANSWER_TIMEOUT, Claim, Claimed, Detached, Store, StoreError, Token, claimed, hex, made};

const STORE: &str = include_str!("../../redis/once_store.lua");
const CLAIM: &str = include_str!("../../redis/once_claim.lua");
const FINISH: &str = include_str!("../../redis/once_finish.lua");
const RELEASE: &str = include_str!("../../redis/once_release.lua");
const FORGET: &str = include_str!("../../redis/once_forget.lua");

/// Keeps keys in a Redis of version 5 or later, one hash for each. Set its `maxmemory-policy` to `noeviction`, and
/// `appendonly yes`: `inbox/README.md` says what a Redis can lose.
///
/// `C` is your connection, which is cloned for each call: a `redis::aio::ConnectionManager`, which connects again by
/// itself, or a `redis::aio::MultiplexedConnection`, which does not. It runs on Tokio. A call takes at most 5 s, or
/// [`timeout`](Self::timeout); what was asked on a connection that broke is asked again once.
pub struct Redis<C> {
    connection: C,
    timeout: Duration,
    scripts: Scripts,
}

struct Scripts {
    store: Script,
    claim: Script,
    finish: Script,
    release: Script,
    forget: Script,
}

impl<C: ConnectionLike + Clone + Send + Sync + 'static> Redis<C> {
    /// A store in the Redis of this connection.
    #[must_use]
    pub fn new(connection: C) -> Self {
        let [store, claim, finish, release, forget] = [STORE, CLAIM, FINISH, RELEASE, FORGET].map(Script::new);
        let scripts = Scripts { store, claim, finish, release, forget };
        Self { connection, timeout: ANSWER_TIMEOUT, scripts }
    }

    /// How long a call takes at most.
    #[must_use]
    pub const fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }

    async fn run<T: FromRedisValue>(&self, call: &ScriptInvocation<'_>) -> Result<T, StoreError> {
        let asked = async {
            let mut connection = self.connection.clone();
            match call.invoke_async(&mut connection).await {
                // Whether it was done is unknown, and doing it again changes nothing: the token is the same.
                Err(error) if error.is_connection_dropped() || error.is_io_error() => {
                    call.invoke_async(&mut connection).await
                }
                answer => answer,
            }
        };
        self.in_time(asked).await
    }

    async fn in_time<T>(&self, asked: impl Future<Output = RedisResult<T>>) -> Result<T, StoreError> {
        match timeout(self.timeout, asked).await {
            Ok(answer) => answer.map_err(store_error),
            Err(_) => Err(StoreError::new(format!("Redis did not answer within {:?}", self.timeout))),
        }
    }

    /// A Redis that evicts keys drops claims of running handlers, whose events then run twice.
    async fn check_policy(&self) -> Result<(), StoreError> {
        let mut connection = self.connection.clone();
        let mut asked = redis::cmd("CONFIG");
        let asked = asked.arg("GET").arg("maxmemory*");
        // Many hosted ones do not allow it.
        let found = async { Ok(asked.query_async(&mut connection).await.unwrap_or_default()) };
        let found: HashMap<String, String> = self.in_time(found).await?;
        let is_limited = found.get("maxmemory").is_some_and(|limit| limit != "0");
        match found.get("maxmemory-policy") {
            Some(policy) if is_limited && policy != "noeviction" => Err(StoreError::misuse(format!(
                "this Redis drops keys when it is full (maxmemory-policy {policy}): set it to noeviction"
            ))),
            _ => Ok(()),
        }
    }
}

impl<C: ConnectionLike + Clone + Send + Sync + 'static> Store for Redis<C> {
    const IS_DURABLE: bool = true;

    async fn create(&self) -> Result<i64, StoreError> {
        let (version, when) = self.run(&self.scripts.store.key("hookseal:once:store")).await?;
        let made = made(version, when)?;
        self.check_policy().await?;
        Ok(made)
    }

    async fn claim(&self, claim: &Claim<'_>) -> Result<Claimed, StoreError> {
        let mut call = self.scripts.claim.key(name(claim.key));
        call.arg(claim.token.to_string()).arg(hex(&claim.body)).arg(claim.lease).arg(claim.keep).arg(time(claim.now));
        let (answer, wait, same_body): (String, i64, bool) = self.run(&call).await?;
        claimed(&answer, wait, same_body)
    }

    async fn finish(&self, key: &str, token: Token, keep: u64, now: Option<i64>) -> Result<bool, StoreError> {
        let mut call = self.scripts.finish.key(name(key));
        call.arg(token.to_string()).arg(keep).arg(time(now));
        self.run(&call).await
    }

    async fn release(&self, key: &str, token: Token, now: Option<i64>) -> Result<bool, StoreError> {
        let mut call = self.scripts.release.key(name(key));
        call.arg(token.to_string()).arg(time(now));
        self.run(&call).await
    }

    async fn forget(&self, key: &str) -> Result<bool, StoreError> {
        self.run(&self.scripts.forget.key(name(key))).await
    }

    /// Does nothing: Redis expires keys by itself.
    async fn sweep(&self, _: u32, _: Option<i64>) -> Result<u64, StoreError> {
        Ok(0)
    }

    fn detach(&self, task: Detached) {
        if let Ok(runtime) = Handle::try_current() {
            runtime.spawn(task);
        }
    }
}

/// The name under which Redis has a key.
fn name(key: &str) -> String {
    format!("hookseal:once:key:{key}")
}

/// The time that tests give; empty for the server's clock.
fn time(now: Option<i64>) -> String {
    now.map_or_else(String::new, |now| now.to_string())
}

/// Names only the kind of an error: its message may show an address, or what was stored.
fn store_error(error: RedisError) -> StoreError {
    let kind = match error.code() {
        Some(code) => format!("Redis: {} ({code})", error.category()),
        None => format!("Redis: {}", error.category()),
    };
    StoreError::caused(kind, error)
}

impl<C> fmt::Debug for Redis<C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Redis").field("timeout", &self.timeout).finish_non_exhaustive()
    }
}
