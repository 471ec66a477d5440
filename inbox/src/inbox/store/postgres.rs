//! Deliveries in `PostgreSQL`, over tokio-postgres.

use std::path::Path;
use std::pin::Pin;
use std::task::Poll;
use std::time::Duration;

use tokio::sync::{mpsc, oneshot};
use tokio_postgres::types::{ToSql, Type};
use tokio_postgres::{Client, Row, Transaction};

use super::{
    Act, Body, ClaimedRow, Deliveries, Entry, NewDelivery, Opened, Put, Replied, Reply, Request, State, StateRow,
};
use super::{VERSION, attempts, may_change, put, state, unexpected, unsigned, upgrades};
use crate::store::postgres::{Connections, Failure, Pool, store_error};
use crate::store::{ANSWER_TIMEOUT, LOCK_TIMEOUT, StoreError};

macro_rules! statements {
    ($($name:ident = $file:literal;)*) => {
        $(const $name: &str = include_str!(concat!("../../../sql/postgres/inbox_", $file, ".sql"));)*
    };
}

statements! {
    BURY = "bury";
    CLAIM = "claim";
    DISCARD = "discard";
    DUPLICATE = "duplicate";
    EXTEND = "extend";
    FINISH = "finish";
    KNOWN = "known";
    LIST = "list";
    LOAD = "load";
    PUT = "put";
    RELEASE = "release";
    RETRY = "retry";
    REVIVE = "revive";
    SCHEMA = "schema";
    SHOW = "show";
    STATS = "stats";
    STORE = "store";
    SWEEP = "sweep";
    UPGRADED = "upgraded";
}

const FIND: &str = "SELECT id FROM hookseal_inbox WHERE key = $1::text";

/// How many requests share one transaction.
const GROUP: usize = 256;

/// How many requests may wait; further callers wait for a place.
const QUEUE: usize = 4096;

/// How many transactions run at a time.
const LANES: usize = 2;

pub(crate) struct PostgresDeliveries {
    jobs: mpsc::Sender<Job>,
    process: u32,
}

struct Job {
    request: Request,
    reply: oneshot::Sender<Result<Reply, StoreError>>,
}

impl PostgresDeliveries {
    /// Starts the task that asks the server: on the runtime on which it is called, while the inbox is there.
    pub(crate) fn start<P: Pool>(pool: P, timeout: Option<Duration>, opened: Opened) -> Self {
        let (jobs, waiting) = mpsc::channel(QUEUE);
        let connections = Connections::new(pool, timeout.unwrap_or(ANSWER_TIMEOUT));
        tokio::spawn(work(connections, waiting, opened));
        Self { jobs, process: std::process::id() }
    }
}

impl Deliveries for PostgresDeliveries {
    fn ask(&self, request: Request) -> Replied<'_> {
        Box::pin(async move {
            if std::process::id() != self.process {
                let message = "the inbox was opened before this process was forked: open it in each process";
                return Err(StoreError::misuse(message));
            }
            // A server cannot see that a worker has ended, and gives space back by itself.
            if matches!(request.act, Act::Leave { .. } | Act::Free | Act::Shrink) {
                return Ok(Reply::Changed(0));
            }
            let (reply, replied) = oneshot::channel();
            let ended = || StoreError::new("the runtime on which the inbox was opened has ended");
            self.jobs.send(Job { request, reply }).await.map_err(|_| ended())?;
            replied.await.map_err(|_| ended())?
        })
    }

    fn file(&self) -> Option<&Path> {
        None
    }
}

/// Ends a claim within the user's own transaction. Returns whether it was held.
pub(crate) async fn finish_in(
    transaction: &Transaction<'_>,
    id: i64,
    token: &str,
    keep: i64,
) -> Result<bool, StoreError> {
    let parameters: [Parameter<'_>; 4] =
        [(&id, Type::INT8), (&token, Type::TEXT), (&keep, Type::INT8), (&None::<i64>, Type::INT8)];
    transaction.execute_typed(FINISH, &parameters).await.map(|rows| rows > 0).map_err(store_error)
}

/// Runs what waits, in groups, until nobody can ask any more.
async fn work<P: Pool>(connections: Connections<P>, mut waiting: mpsc::Receiver<Job>, opened: Opened) {
    let connections = std::sync::Arc::new(connections);
    let lanes = std::sync::Arc::new(tokio::sync::Semaphore::new(LANES));
    loop {
        // While all lanes are busy, more requests come together.
        let Ok(lane) = std::sync::Arc::clone(&lanes).acquire_owned().await else { return };
        let mut jobs = Vec::new();
        if waiting.recv_many(&mut jobs, GROUP).await == 0 {
            return;
        }
        let connections = std::sync::Arc::clone(&connections);
        tokio::spawn(async move {
            run(&connections, jobs, opened).await;
            drop(lane);
        });
    }
}

/// Runs the jobs in one transaction. If that fails, each runs in its own, so that none fails for another.
async fn run<P: Pool>(connections: &Connections<P>, mut jobs: Vec<Job>, opened: Opened) {
    // A claim that nobody waits for any more would only lapse.
    jobs.retain(|job| !(job.reply.is_closed() && matches!(job.request.act, Act::Claim { .. })));
    // Transactions that lock the same rows in the same order do not lock each other out.
    jobs.sort_by(|one, other| order(&one.request.act).cmp(&order(&other.request.act)));
    let requests: Vec<&Request> = jobs.iter().map(|job| &job.request).collect();
    match transact(connections, &requests, opened).await {
        Ok(replies) => {
            for (job, reply) in jobs.into_iter().zip(replies) {
                let _ = job.reply.send(Ok(reply));
            }
        }
        Err((error, is_reached)) if jobs.len() == 1 || !is_reached => {
            for job in jobs {
                let _ = job.reply.send(Err(error.clone()));
            }
        }
        Err(_) => {
            for job in jobs {
                let reply = transact(connections, &[&job.request], opened).await.map_err(|(error, _)| error);
                let _ = job.reply.send(reply.and_then(|replies| replies.into_iter().next().ok_or_else(unexpected)));
            }
        }
    }
}

fn order(act: &Act) -> (u8, i64, &str) {
    match act {
        Act::Put(delivery) => (1, 0, &delivery.key),
        Act::Extend { id, .. }
        | Act::Finish { id, .. }
        | Act::Retry { id, .. }
        | Act::Bury { id, .. }
        | Act::Release { id, .. }
        | Act::Discard { id, .. } => (0, *id, ""),
        _ => (2, 0, ""),
    }
}

/// Does what is asked in one transaction. An error says whether the server answered.
async fn transact<P: Pool>(
    connections: &Connections<P>,
    requests: &[&Request],
    opened: Opened,
) -> Result<Vec<Reply>, (StoreError, bool)> {
    let connection = connections.take().await.map_err(|error| (error, false))?;
    let client = P::client(&connection);
    let asked = async {
        if let [Request { act: Act::Made, .. }] = requests {
            return create(client, opened).await.map(|made| vec![Reply::Made(made)]);
        }
        client.batch_execute("BEGIN").await.map_err(Fault::Sql)?;
        let replies = all(requests.iter().map(|request| reply(client, request)).collect()).await?;
        client.batch_execute("COMMIT").await.map_err(Fault::Sql)?;
        Ok(replies)
    };
    match connections.answer(asked).await {
        Some(Ok(replies)) => Ok(replies),
        Some(Err(fault)) => {
            let ended = connections.answer(client.batch_execute("ROLLBACK")).await;
            if matches!(ended, Some(Ok(()))) {
                return Err((fault.into_error(), true));
            }
            P::discard(connection);
            Err((fault.into_error(), false))
        }
        None => Err((connections.failed(connection, Failure::Silent), false)),
    }
}

/// Why a transaction failed.
enum Fault {
    Sql(tokio_postgres::Error),
    Store(StoreError),
}

impl From<tokio_postgres::Error> for Fault {
    fn from(error: tokio_postgres::Error) -> Self {
        Self::Sql(error)
    }
}

impl From<StoreError> for Fault {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

impl Fault {
    fn into_error(self) -> StoreError {
        match self {
            Self::Sql(error) => store_error(error),
            Self::Store(error) => error,
        }
    }
}

/// Awaits all, which are begun in their order, so that the server gets them at once. It ends at the first that fails.
async fn all<T, E>(futures: Vec<impl Future<Output = Result<T, E>>>) -> Result<Vec<T>, E> {
    let mut futures: Vec<_> = futures.into_iter().map(|future| Some(Box::pin(future))).collect();
    let mut done: Vec<Option<T>> = futures.iter().map(|_| None).collect();
    std::future::poll_fn(|context| {
        let mut is_ready = true;
        for (future, done) in futures.iter_mut().zip(&mut done) {
            let Some(running) = future else { continue };
            match Pin::new(running).poll(context) {
                Poll::Ready(Ok(result)) => {
                    *done = Some(result);
                    *future = None;
                }
                Poll::Ready(Err(error)) => return Poll::Ready(Err(error)),
                Poll::Pending => is_ready = false,
            }
        }
        if is_ready { Poll::Ready(Ok(())) } else { Poll::Pending }
    })
    .await?;
    Ok(done.into_iter().flatten().collect())
}

/// Makes or upgrades the tables, and returns when they were made.
async fn create(client: &Client, opened: Opened) -> Result<i64, Fault> {
    client.batch_execute("BEGIN").await?;
    // The schema begins with a lock, for which others wait.
    let lock = SCHEMA.lines().find(|line| line.starts_with("SELECT pg_advisory_xact_lock"));
    client.batch_execute(lock.ok_or_else(unexpected)?).await?;
    let is_known = "SELECT to_regclass('hookseal_inbox_store') IS NOT NULL";
    let is_known: bool = client.query_typed(is_known, &[]).await?.first().ok_or_else(unexpected)?.try_get(0)?;
    if opened == Opened::Existing && !is_known {
        return Err(StoreError::misuse("there is no inbox in this database").into());
    }
    if is_known {
        let rows = client.query_typed(STORE, &[]).await?;
        let version: i32 = rows.first().map_or(Ok(0), |row| row.try_get(0))?;
        let version = i64::from(version);
        if opened == Opened::Existing && version == VERSION {
            // Who only looks into it need not be allowed to make tables.
            client.batch_execute("COMMIT").await?;
            return Ok(rows.first().ok_or_else(unexpected)?.try_get(1)?);
        }
        for upgrade in upgrades(version)? {
            client.batch_execute(upgrade.sql).await?;
            let to = i32::try_from(upgrade.to).unwrap_or(i32::MAX);
            client.execute_typed(UPGRADED, &[(&to, Type::INT4)]).await?;
        }
    }
    client.batch_execute(SCHEMA).await?;
    let rows = client.query_typed(STORE, &[]).await?;
    let made = rows.first().ok_or_else(unexpected)?.try_get(1)?;
    client.batch_execute("COMMIT").await?;
    Ok(made)
}

type Parameter<'a> = (&'a (dyn ToSql + Sync), Type);

async fn reply(client: &Client, request: &Request) -> Result<Reply, Fault> {
    let now = &request.now;
    let changed = async |statement: &str, parameters: &[Parameter<'_>]| {
        let changed = client.execute_typed(statement, parameters).await?;
        Ok::<_, Fault>(Reply::Changed(changed))
    };
    let rows = async |statement: &str, parameters: &[Parameter<'_>]| client.query_typed(statement, parameters).await;
    match &request.act {
        Act::Put(delivery) => store(client, delivery, now).await.map(Reply::Put),
        Act::Claim { token, worker, lease, attempts, number } => {
            let parameters: [Parameter<'_>; 6] = [
                (token, Type::TEXT),
                (worker, Type::TEXT),
                (lease, Type::INT8),
                (attempts, Type::INT4),
                (now, Type::INT8),
                (number, Type::INT4),
            ];
            let rows = rows(CLAIM, &parameters).await?;
            let mut claimed = rows.iter().map(claimed).collect::<Result<Vec<_>, _>>()?;
            claimed.sort_by_key(|row| row.id);
            Ok(Reply::Claimed(claimed))
        }
        Act::Extend { id, token, lease } => {
            changed(EXTEND, &[(id, Type::INT8), (token, Type::TEXT), (lease, Type::INT8), (now, Type::INT8)]).await
        }
        Act::Finish { id, token, keep } => {
            changed(FINISH, &[(id, Type::INT8), (token, Type::TEXT), (keep, Type::INT8), (now, Type::INT8)]).await
        }
        Act::Retry { id, token, delay, error } => {
            let error = (error as &(dyn ToSql + Sync), Type::TEXT);
            changed(RETRY, &[(id, Type::INT8), (token, Type::TEXT), (delay, Type::INT8), error, (now, Type::INT8)])
                .await
        }
        Act::Bury { id, token, error } => {
            changed(BURY, &[(id, Type::INT8), (token, Type::TEXT), (error, Type::TEXT), (now, Type::INT8)]).await
        }
        Act::Release { id, token } => {
            changed(RELEASE, &[(id, Type::INT8), (token, Type::TEXT), (now, Type::INT8)]).await
        }
        Act::Revive { id, number } => {
            changed(REVIVE, &[(id, Type::INT8), (number, Type::INT4), (now, Type::INT8)]).await
        }
        Act::Discard { id, keep } => changed(DISCARD, &[(id, Type::INT8), (keep, Type::INT8), (now, Type::INT8)]).await,
        Act::Sweep { number } => changed(SWEEP, &[(now, Type::INT8), (number, Type::INT4)]).await,
        Act::Known { key, digest, signed_at } => {
            let parameters: [Parameter<'_>; 4] =
                [(key, Type::TEXT), (digest, Type::TEXT), (signed_at, Type::INT8), (now, Type::INT8)];
            let rows = rows(KNOWN, &parameters).await?;
            let Some(row) = rows.first() else { return Ok(Reply::Known(None)) };
            Ok(Reply::Known(Some((state(row.try_get(0)?)?, row.try_get(1)?))))
        }
        Act::Load => {
            let rows = rows(LOAD, &[]).await?;
            let row = rows.first().ok_or_else(unexpected)?;
            Ok(Reply::Load { number: unsigned(row.try_get(0)?), bytes: unsigned(row.try_get(1)?) })
        }
        Act::Stats => Ok(Reply::Stats(rows(STATS, &[]).await?.iter().map(stats).collect::<Result<_, _>>()?)),
        Act::List { state, number, skip } => {
            let name = state.name();
            let found = rows(LIST, &[(&name, Type::TEXT), (number, Type::INT4), (skip, Type::INT4)]).await?;
            Ok(Reply::List(found.iter().map(entry).collect::<Result<_, _>>()?))
        }
        Act::Show { id } => match rows(SHOW, &[(id, Type::INT8)]).await?.first() {
            Some(row) => {
                let body = row.try_get::<_, Option<Vec<u8>>>("body")?.map(Body);
                Ok(Reply::Show(Some(Box::new((entry(row)?, body)))))
            }
            None => Ok(Reply::Show(None)),
        },
        Act::Join => Ok(Reply::Joined(format!("process-{}", std::process::id()))),
        Act::Find { key } => {
            let rows = rows(FIND, &[(key, Type::TEXT)]).await?;
            Ok(Reply::Found(rows.first().map(|row| row.try_get(0)).transpose()?))
        }
        Act::Made | Act::Leave { .. } | Act::Free | Act::FreeWorker { .. } | Act::Workers | Act::Shrink => {
            Err(unexpected().into())
        }
    }
}

async fn store(client: &Client, delivery: &NewDelivery, now: &Option<i64>) -> Result<Put, Fault> {
    let NewDelivery { key, scheme, event, has_envelope, signed_at, digest, body } = delivery;
    let known = async || {
        let rows = client.query_typed(DUPLICATE, &[(key, Type::TEXT), (digest, Type::TEXT)]).await?;
        let Some(row) = rows.first() else { return Ok::<_, Fault>(None) };
        Ok(Some((state(row.try_get(0)?)?, row.try_get(1)?)))
    };
    let before = known().await?;
    if !may_change(before) {
        return Ok(put(before, false)?);
    }
    let size = i64::try_from(body.0.len()).unwrap_or(i64::MAX);
    let wait = LOCK_TIMEOUT.as_millis().to_string();
    let parameters: [Parameter<'_>; 10] = [
        (key, Type::TEXT),
        (scheme, Type::TEXT),
        (event, Type::TEXT),
        (has_envelope, Type::BOOL),
        (signed_at, Type::INT8),
        (digest, Type::TEXT),
        (&size, Type::INT8),
        (&body.0, Type::BYTEA),
        (now, Type::INT8),
        (&wait, Type::TEXT),
    ];
    if client.execute_typed(PUT, &parameters).await? > 0 {
        return Ok(put(before, true)?);
    }
    // Another receiver has just stored it.
    let before = if before.is_none() { known().await? } else { before };
    Ok(put(before, false)?)
}

fn claimed(row: &Row) -> Result<ClaimedRow, tokio_postgres::Error> {
    Ok(ClaimedRow {
        id: row.try_get(0)?,
        key: row.try_get(1)?,
        is_dead: row.try_get::<_, &str>(2)? == State::Dead.name(),
        scheme: row.try_get(3)?,
        event: row.try_get(4)?,
        has_envelope: row.try_get(5)?,
        signed_at: row.try_get(6)?,
        received_at: row.try_get(7)?,
        attempts: attempts(row.try_get::<_, i32>(8)?.into()),
        is_takeover: row.try_get(9)?,
        body: Body(row.try_get::<_, Option<Vec<u8>>>(10)?.unwrap_or_default()),
        error: row.try_get(11)?,
    })
}

fn stats(row: &Row) -> Result<StateRow, Fault> {
    let (number, bytes) = (unsigned(row.try_get(1)?), unsigned(row.try_get(2)?));
    Ok(StateRow { state: state(row.try_get(0)?)?, number, bytes, oldest: row.try_get(3)? })
}

fn entry(row: &Row) -> Result<Entry, Fault> {
    Ok(Entry {
        id: row.try_get(0)?,
        key: row.try_get(1)?,
        state: state(row.try_get(2)?)?,
        scheme: row.try_get(3)?,
        event: row.try_get(4)?,
        received_at: row.try_get(5)?,
        due_at: row.try_get(6)?,
        attempts: attempts(row.try_get::<_, i32>(7)?.into()),
        finished_at: row.try_get(8)?,
        error: row.try_get(9)?,
        size: unsigned(row.try_get(10)?),
    })
}
