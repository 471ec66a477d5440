//! Claims in `PostgreSQL`, over tokio-postgres.

use std::fmt;
use std::ops::Deref;
use std::time::Duration;

use tokio::runtime::Handle;
use tokio::time::timeout;
use tokio_postgres::error::SqlState;
use tokio_postgres::types::{ToSql, Type};
use tokio_postgres::{Client, Row, Transaction};

use super::{ANSWER_TIMEOUT, Claim, Claimed, Detached, LOCK_TIMEOUT, Store, StoreError, Token, claimed, hex};
use super::{made, signed};
use crate::error::Error;
use crate::once::Attempt;

const SCHEMA: &str = include_str!("../../sql/postgres/once_schema.sql");
const STORE: &str = include_str!("../../sql/postgres/once_store.sql");
const CLAIM: &str = include_str!("../../sql/postgres/once_claim.sql");
const ANSWER: &str = include_str!("../../sql/postgres/once_answer.sql");
const FINISH: &str = include_str!("../../sql/postgres/once_finish.sql");
const RELEASE: &str = include_str!("../../sql/postgres/once_release.sql");
const FORGET: &str = include_str!("../../sql/postgres/once_forget.sql");
const SWEEP_NOW: &str = include_str!("../../sql/postgres/once_sweep.sql");

/// Where a store gets its connections from. With the feature `deadpool` it is a `deadpool_postgres::Pool`; otherwise a
/// function that returns a client, or what dereferences to one, such as
/// `move || { let client = Arc::clone(&client); async move { Ok::<_, std::io::Error>(client) } }`.
///
/// A connection must not be in a transaction: claims commit by themselves. One client that is shared cannot be replaced
/// when its connection ends, so a pool is better.
pub trait Pool: Send + Sync + 'static {
    /// A connection, which is returned to the pool when it is dropped.
    type Connection: Send + Sync;

    /// Takes a connection.
    ///
    /// # Errors
    /// What the pool says.
    fn take(&self) -> impl Future<Output = Result<Self::Connection, Box<dyn std::error::Error + Send + Sync>>> + Send;

    /// The connection's client.
    fn client(connection: &Self::Connection) -> &Client;

    /// Closes a connection that did not answer in time.
    fn discard(connection: Self::Connection) {
        drop(connection);
    }
}

impl<P, F, C, E> Pool for P
where
    P: Fn() -> F + Send + Sync + 'static,
    F: Future<Output = Result<C, E>> + Send,
    C: Deref<Target = Client> + Send + Sync,
    E: Into<Box<dyn std::error::Error + Send + Sync>>,
{
    type Connection = C;

    async fn take(&self) -> Result<C, Box<dyn std::error::Error + Send + Sync>> {
        self().await.map_err(Into::into)
    }

    fn client(connection: &C) -> &Client {
        connection
    }
}

#[cfg(feature = "deadpool")]
impl Pool for deadpool_postgres::Pool {
    type Connection = deadpool_postgres::Object;

    async fn take(&self) -> Result<Self::Connection, Box<dyn std::error::Error + Send + Sync>> {
        Ok(self.get().await?)
    }

    fn client(connection: &Self::Connection) -> &Client {
        connection
    }

    fn discard(connection: Self::Connection) {
        drop(deadpool_postgres::Object::take(connection));
    }
}

/// Keeps keys in two tables of a `PostgreSQL` database: call [`Once::create`](crate::Once::create) when you deploy, or
/// run `inbox/sql/postgres/once_schema.sql` as a migration.
///
/// It runs on Tokio. A call takes at most 5 s, or [`timeout`](Self::timeout), plus as many to get a connection; a
/// connection that does not answer is closed. A key that another transaction locks is waited for for 2 s.
pub struct Postgres<P> {
    connections: Connections<P>,
}

impl<P: Pool> Postgres<P> {
    /// A store in the database of these connections.
    #[must_use]
    pub const fn new(pool: P) -> Self {
        Self { connections: Connections::new(pool, ANSWER_TIMEOUT) }
    }

    /// How long a call takes at most.
    #[must_use]
    pub const fn timeout(mut self, timeout: Duration) -> Self {
        self.connections.timeout = timeout;
        self
    }

    /// The answer to what was asked, if it comes in time.
    async fn answer<T>(&self, asked: impl Future<Output = Result<T, tokio_postgres::Error>>) -> Result<T, Failure> {
        match self.connections.answer(asked).await {
            Some(Ok(answer)) => Ok(answer),
            Some(Err(error)) => Err(Failure::Sql(error)),
            None => Err(Failure::Silent),
        }
    }

    async fn change(&self, statement: &str, parameters: &[Parameter<'_>]) -> Result<u64, StoreError> {
        let connection = self.connections.take().await?;
        let asked = P::client(&connection).execute_typed(statement, parameters);
        let changed = self.answer(asked).await;
        changed.map_err(|failure| self.connections.failed(connection, failure))
    }
}

/// A pool whose connections, and whose answers, must come in time.
pub(crate) struct Connections<P> {
    pool: P,
    timeout: Duration,
}

impl<P: Pool> Connections<P> {
    pub(crate) const fn new(pool: P, timeout: Duration) -> Self {
        Self { pool, timeout }
    }

    pub(crate) async fn take(&self) -> Result<P::Connection, StoreError> {
        match timeout(self.timeout, self.pool.take()).await {
            Ok(Ok(connection)) => Ok(connection),
            Ok(Err(error)) => Err(StoreError::caused("PostgreSQL: there is no connection", error)),
            Err(error) => {
                let message = format!("PostgreSQL: there was no connection within {:?}", self.timeout);
                Err(StoreError::caused(message, error))
            }
        }
    }

    /// What comes of what was asked, if it comes in time.
    pub(crate) async fn answer<T>(&self, asked: impl Future<Output = T>) -> Option<T> {
        timeout(self.timeout, asked).await.ok()
    }

    /// The error of a connection, which is closed if it said nothing.
    pub(crate) fn failed(&self, connection: P::Connection, failure: Failure) -> StoreError {
        match failure {
            Failure::Sql(error) => store_error(error),
            Failure::Silent => {
                P::discard(connection);
                StoreError::new(format!("PostgreSQL did not answer within {:?}", self.timeout))
            }
        }
    }
}

/// Why there is no answer.
pub(crate) enum Failure {
    Sql(tokio_postgres::Error),
    Silent,
}

type Parameter<'a> = (&'a (dyn ToSql + Sync), Type);

impl<P: Pool> Store for Postgres<P> {
    const IS_DURABLE: bool = true;

    async fn create(&self) -> Result<i64, StoreError> {
        let connection = self.connections.take().await?;
        let client = P::client(&connection);
        let asked = async {
            client.batch_execute(SCHEMA).await?;
            client.query_typed(STORE, &[]).await
        };
        let rows = self.answer(asked).await.map_err(|failure| self.connections.failed(connection, failure))?;
        let Some(row) = rows.first() else { return Err(StoreError::new("the store was not made: call create()")) };
        let version: i32 = row.try_get(0).map_err(store_error)?;
        made(version.into(), row.try_get(1).map_err(store_error)?)
    }

    async fn claim(&self, claim: &Claim<'_>) -> Result<Claimed, StoreError> {
        let (token, body) = (claim.token.to_string(), hex(&claim.body));
        let (lease, keep) = (signed(claim.lease), signed(claim.keep));
        let wait = LOCK_TIMEOUT.as_millis().to_string();
        let parameters: [Parameter<'_>; 7] = [
            (&claim.key, Type::TEXT),
            (&token, Type::TEXT),
            (&body, Type::TEXT),
            (&lease, Type::INT8),
            (&keep, Type::INT8),
            (&claim.now, Type::INT8),
            (&wait, Type::TEXT),
        ];
        let connection = self.connections.take().await?;
        let client = P::client(&connection);
        let asked = async {
            let rows = client.query_typed(CLAIM, &parameters).await?;
            if !rows.is_empty() {
                return Ok(rows);
            }
            let [key, token, body, .., now, _] = &parameters;
            client.query_typed(ANSWER, &[key.clone(), token.clone(), body.clone(), now.clone()]).await
        };
        match self.answer(asked).await {
            Ok(rows) => rows.first().map_or(Ok(BUSY), read),
            // A key that stays locked is being finished within another transaction.
            Err(Failure::Sql(error)) if error.code() == Some(&SqlState::LOCK_NOT_AVAILABLE) => Ok(BUSY),
            Err(failure) => Err(self.connections.failed(connection, failure)),
        }
    }

    async fn finish(&self, key: &str, token: Token, keep: u64, now: Option<i64>) -> Result<bool, StoreError> {
        let (token, keep) = (token.to_string(), signed(keep));
        Ok(self.change(FINISH, &finish(&key, &token, &keep, &now)).await? > 0)
    }

    async fn release(&self, key: &str, token: Token, now: Option<i64>) -> Result<bool, StoreError> {
        let token = token.to_string();
        let parameters: [Parameter<'_>; 3] = [(&key, Type::TEXT), (&token, Type::TEXT), (&now, Type::INT8)];
        Ok(self.change(RELEASE, &parameters).await? > 0)
    }

    async fn forget(&self, key: &str) -> Result<bool, StoreError> {
        Ok(self.change(FORGET, &[(&key, Type::TEXT)]).await? > 0)
    }

    async fn sweep(&self, number: u32, now: Option<i64>) -> Result<u64, StoreError> {
        let number = i32::try_from(number).unwrap_or(i32::MAX);
        self.change(SWEEP_NOW, &[(&now, Type::INT8), (&number, Type::INT4)]).await
    }

    fn detach(&self, task: Detached) {
        if let Ok(runtime) = Handle::try_current() {
            runtime.spawn(task);
        }
    }
}

impl<P: Pool> Attempt<Postgres<P>> {
    /// Ends the claim within the open transaction of a connection to the database that has the store's tables:
    /// everything that the transaction wrote takes effect exactly once. Call it last, before the commit. A transaction
    /// that is rolled back, or dropped, leaves the event to be tried again.
    ///
    /// # Errors
    /// `in_progress` if another handler took over: drop the transaction, which rolls it back. `store_unavailable`.
    pub async fn finish_in(&mut self, transaction: &Transaction<'_>) -> Result<(), Error> {
        let Some((key, token, keep)) = self.held() else { return Ok(()) };
        let (token, keep) = (token.to_string(), signed(keep));
        let rows = transaction.execute_typed(FINISH, &finish(&key, &token, &keep, &None)).await;
        let is_mine = rows.map_err(store_error)? > 0;
        self.joined(is_mine)
    }
}

fn finish<'a>(key: &'a &str, token: &'a String, keep: &'a i64, now: &'a Option<i64>) -> [Parameter<'a>; 4] {
    [(key, Type::TEXT), (token, Type::TEXT), (keep, Type::INT8), (now, Type::INT8)]
}

/// Without a row, the other claim was released just now: the sender's next attempt runs.
const BUSY: Claimed = Claimed::Busy { wait: 0 };

/// A row with the answer alone, or also with what is left of the lease and whether the body is the same.
fn read(row: &Row) -> Result<Claimed, StoreError> {
    let answer: &str = row.try_get(0).map_err(store_error)?;
    match row.len() {
        1 => claimed(answer, 0, true),
        _ => claimed(answer, row.try_get(1).map_err(store_error)?, row.try_get(2).map_err(store_error)?),
    }
}

/// Names only the kind of an error: its message may show an address, or what was stored.
pub(crate) fn store_error(error: tokio_postgres::Error) -> StoreError {
    let kind = match error.code() {
        Some(code) => format!("PostgreSQL: error {}", code.code()),
        None if error.is_closed() => "PostgreSQL: the connection is closed".to_owned(),
        None => "PostgreSQL: the driver failed".to_owned(),
    };
    StoreError::caused(kind, error)
}

impl<P> fmt::Debug for Postgres<P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Postgres").field("timeout", &self.connections.timeout).finish_non_exhaustive()
    }
}
