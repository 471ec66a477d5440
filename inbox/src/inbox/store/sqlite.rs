//! Deliveries in a `SQLite` file.

use std::collections::HashMap;
use std::path::Path;
use std::time::{Duration, Instant};

use rusqlite::types::Value;
use rusqlite::{Connection, OptionalExtension as _, Row, Transaction, params, params_from_iter};

use super::{
    Act, Body, ClaimedRow, Deliveries, Entry, NewDelivery, Opened, Put, Replied, Reply, Request, State, StateRow,
};
use super::{attempts, may_change, put, state, unexpected, unsigned, upgrades};
use crate::store::sqlite::file::{self, Cause, is_busy, store_error};
use crate::store::sqlite::writer::{Tables, Writer, transact};
use crate::store::{LOCK_TIMEOUT, StoreError};

macro_rules! statements {
    ($($name:ident = $file:literal;)*) => {
        $(const $name: &str = include_str!(concat!("../../../sql/sqlite/inbox_", $file, ".sql"));)*
    };
}

statements! {
    BURY = "bury";
    CLAIM = "claim";
    CLAIMED = "claimed";
    DISCARD = "discard";
    DUPLICATE = "duplicate";
    EXTEND = "extend";
    FINISH = "finish";
    FREE = "free";
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
    WORKERS = "workers";
}

const IS_KNOWN: &str = "SELECT EXISTS (SELECT 1 FROM sqlite_master WHERE name = 'hookseal_inbox_store')";

const FIND: &str = "SELECT id FROM hookseal_inbox WHERE key = ?";

/// How many pages of free space are given back at a time: 4 MiB, unless the file has pages of another size.
const SHRINK: u32 = 1024;

/// How much free space is kept for the next deliveries, in pages.
const SPARE: i64 = 1024;

/// How many workers one file may have.
const MAX_WORKERS: u32 = 1000;

pub(crate) struct SqliteDeliveries {
    writer: Writer<Table>,
}

impl SqliteDeliveries {
    pub(crate) fn open(path: &Path, opened: Opened) -> Result<Self, StoreError> {
        if opened == Opened::Existing {
            check_existing(path)?;
        }
        Ok(Self { writer: Writer::start(path, Table::default(), LOCK_TIMEOUT)? })
    }
}

impl Deliveries for SqliteDeliveries {
    fn ask(&self, request: Request) -> Replied<'_> {
        Box::pin(self.writer.ask(request))
    }

    fn file(&self) -> Option<&Path> {
        Some(self.writer.path())
    }
}

/// Refuses a file that has no inbox, before anything in it is changed.
fn check_existing(path: &Path) -> Result<(), StoreError> {
    if !path.exists() {
        return Err(StoreError::misuse("there is no such file"));
    }
    let is_known = || {
        let connection = file::connect(path)?;
        connection.busy_timeout(LOCK_TIMEOUT)?;
        connection.query_row(IS_KNOWN, [], |row| row.get(0))
    };
    match is_known().map_err(store_error)? {
        true => Ok(()),
        false => Err(StoreError::misuse("there is no inbox in this file")),
    }
}

/// Ends a claim within the user's own transaction. Returns whether it was held.
pub(crate) fn finish_in(transaction: &Transaction<'_>, id: i64, token: &str, keep: i64) -> Result<bool, StoreError> {
    change(transaction, FINISH, finish(None, keep, id, token)).map(|rows| rows > 0)
}

#[derive(Default)]
struct Table {
    made: i64,
    /// The locks that workers of this process hold.
    locks: HashMap<String, Connection>,
}

impl Tables for Table {
    type Request = Request;
    type Reply = Reply;

    const THREAD: &'static str = "hookseal-inbox";

    fn create(&mut self, connection: &Connection) -> Result<(), Cause> {
        if connection.query_row(IS_KNOWN, [], |row| row.get(0))? {
            let version = connection.query_row(STORE, [], |row| row.get(0)).optional()?;
            for upgrade in upgrades(version.unwrap_or(0)).map_err(Cause::Store)? {
                connection.execute_batch(upgrade.sql)?;
                connection.execute(UPGRADED, [upgrade.to])?;
            }
        }
        connection.execute_batch(SCHEMA)?;
        self.made = connection.query_row(STORE, [], |row| row.get(1))?;
        Ok(())
    }

    fn is_alone(request: &Request) -> bool {
        matches!(request.act, Act::Join | Act::Leave { .. } | Act::Free | Act::Shrink)
    }

    fn reply_alone(
        &mut self,
        connection: &Connection,
        path: &Path,
        request: &Request,
        deadline: Instant,
    ) -> Result<Reply, StoreError> {
        match &request.act {
            Act::Join => self.join(connection, path, request.now, deadline).map(Reply::Joined),
            Act::Leave { worker } => Ok(Reply::Changed(self.locks.remove(worker).map_or(0, |_| 1))),
            Act::Free => self.free(connection, path, request.now, deadline).map(Reply::Changed),
            _ => shrink(connection).map(Reply::Changed).map_err(store_error),
        }
    }

    fn reply(&mut self, connection: &Connection, request: &Request) -> Result<Reply, StoreError> {
        let now = request.now;
        let changed = |statement, parameters| change(connection, statement, parameters).map(Reply::Changed);
        match &request.act {
            Act::Put(delivery) => store(connection, delivery, now).map(Reply::Put),
            Act::Claim { token, worker, lease, attempts, number } => {
                let parameters = params![token, worker, lease, attempts, now, number];
                let claimed = || {
                    if connection.prepare_cached(CLAIM)?.execute(parameters)? == 0 {
                        return Ok(Vec::new());
                    }
                    connection.prepare_cached(CLAIMED)?.query_map([token], claimed)?.collect()
                };
                claimed().map(Reply::Claimed).map_err(store_error)
            }
            Act::Extend { id, token, lease } => {
                changed(EXTEND, vec![(*lease).into(), now.into(), (*id).into(), token.clone().into()])
            }
            Act::Finish { id, token, keep } => changed(FINISH, finish(now, *keep, *id, token)),
            Act::Retry { id, token, delay, error } => changed(
                RETRY,
                vec![(*delay).into(), now.into(), error.clone().into(), (*id).into(), token.clone().into()],
            ),
            Act::Bury { id, token, error } => {
                changed(BURY, vec![now.into(), error.clone().into(), (*id).into(), token.clone().into()])
            }
            Act::Release { id, token } => changed(RELEASE, vec![now.into(), (*id).into(), token.clone().into()]),
            Act::Revive { id, number } => changed(REVIVE, vec![now.into(), (*id).into(), (*number).into()]),
            Act::Discard { id, keep } => changed(DISCARD, vec![(*keep).into(), now.into(), (*id).into()]),
            Act::Sweep { number } => changed(SWEEP, vec![now.into(), (*number).into()]),
            Act::FreeWorker { worker } => changed(FREE, vec![now.into(), worker.clone().into()]),
            Act::Workers => workers(connection).map(Reply::Workers).map_err(store_error),
            Act::Known { key, digest, signed_at } => {
                let parameters = vec![digest.clone().into(), key.clone().into(), (*signed_at).into(), now.into()];
                let known = |row: &Row<'_>| Ok((row.get::<_, String>(0)?, row.get(1)?));
                let found = rows(connection, KNOWN, parameters, known)?.pop();
                let found = found.map(|(name, same_body)| Ok::<_, StoreError>((state(&name)?, same_body)));
                found.transpose().map(Reply::Known)
            }
            Act::Load => {
                let load =
                    |row: &Row<'_>| Ok(Reply::Load { number: unsigned(row.get(0)?), bytes: unsigned(row.get(1)?) });
                connection.prepare_cached(LOAD).and_then(|mut sql| sql.query_row([], load)).map_err(store_error)
            }
            Act::Stats => rows(connection, STATS, Vec::new(), stats).map(Reply::Stats),
            Act::List { state, number, skip } => {
                let parameters = vec![state.name().to_owned().into(), (*number).into(), (*skip).into()];
                rows(connection, LIST, parameters, entry).map(Reply::List)
            }
            Act::Show { id } => {
                let shown =
                    |row: &Row<'_>| Ok(Box::new((entry(row)?, row.get::<_, Option<Vec<u8>>>("body")?.map(Body))));
                Ok(Reply::Show(rows(connection, SHOW, vec![(*id).into()], shown)?.pop()))
            }
            Act::Find { key } => {
                let found = || connection.prepare_cached(FIND)?.query_row([key], |row| row.get(0)).optional();
                found().map(Reply::Found).map_err(store_error)
            }
            Act::Made => Ok(Reply::Made(self.made)),
            Act::Join | Act::Leave { .. } | Act::Free | Act::Shrink => Err(unexpected()),
        }
    }

    /// A claim that nobody waits for any more would only lapse.
    fn is_needed(request: &Request) -> bool {
        !matches!(request.act, Act::Claim { .. })
    }
}

impl Table {
    /// Takes the first free lock. Who had it before has ended, and so have its leases.
    fn join(
        &mut self,
        connection: &Connection,
        path: &Path,
        now: Option<i64>,
        deadline: Instant,
    ) -> Result<String, StoreError> {
        for number in 1..=MAX_WORKERS {
            let worker = format!("worker-{number}");
            if let Some(lock) = lock(path, &worker)? {
                free(connection, &worker, now, deadline)?;
                self.locks.insert(worker.clone(), lock);
                return Ok(worker);
            }
        }
        Err(StoreError::new(format!("{MAX_WORKERS} workers use the file already")))
    }

    /// Ends the leases of workers whose locks are free.
    fn free(
        &self,
        connection: &Connection,
        path: &Path,
        now: Option<i64>,
        deadline: Instant,
    ) -> Result<u64, StoreError> {
        let mut freed = 0;
        for worker in workers(connection).map_err(store_error)? {
            // Others have no file to be locked: their leases lapse.
            let is_worker = worker.strip_prefix("worker-").is_some_and(|number| number.parse::<u32>().is_ok());
            if is_worker
                && !self.locks.contains_key(&worker)
                && let Some(_lock) = lock(path, &worker)?
            {
                freed += free(connection, &worker, now, deadline)?;
            }
        }
        Ok(freed)
    }
}

/// A lock of the system's that ends with the process, however it ends; `None` if another one has it.
fn lock(path: &Path, worker: &str) -> Result<Option<Connection>, StoreError> {
    let path = file::with_suffix(path, &format!(".{worker}"));
    file::make(&path).map_err(|error| StoreError::caused("the worker's file cannot be made", error))?;
    let locked = || {
        let connection = file::connect(&path)?;
        connection.busy_timeout(Duration::ZERO)?;
        connection.execute_batch("BEGIN EXCLUSIVE")?;
        Ok(connection)
    };
    match locked() {
        Ok(connection) => Ok(Some(connection)),
        Err(error) if is_busy(&error) => Ok(None),
        Err(error) => Err(store_error(error)),
    }
}

fn free(connection: &Connection, worker: &str, now: Option<i64>, deadline: Instant) -> Result<u64, StoreError> {
    transact(connection, deadline, || change(connection, FREE, vec![now.into(), worker.to_owned().into()]))
}

/// Gives back space that deliveries no longer need, except for what the next ones will need. Returns how many pages.
fn shrink(connection: &Connection) -> rusqlite::Result<u64> {
    let free: i64 = connection.query_row("PRAGMA freelist_count", [], |row| row.get(0))?;
    if free <= SPARE {
        return Ok(0);
    }
    let number = SHRINK.min(u32::try_from(free - SPARE).unwrap_or(SHRINK));
    let mut statement = connection.prepare(&format!("PRAGMA incremental_vacuum({number})"))?;
    let mut rows = statement.query([])?;
    // Each step gives one page back.
    while rows.next()?.is_some() {}
    Ok(number.into())
}

fn change(connection: &Connection, statement: &str, parameters: Vec<Value>) -> Result<u64, StoreError> {
    let changed = || connection.prepare_cached(statement)?.execute(params_from_iter(parameters));
    changed().map(|rows| rows as u64).map_err(store_error)
}

fn rows<T>(
    connection: &Connection,
    statement: &str,
    parameters: Vec<Value>,
    read: impl FnMut(&Row<'_>) -> rusqlite::Result<T>,
) -> Result<Vec<T>, StoreError> {
    let mut statement = connection.prepare_cached(statement).map_err(store_error)?;
    let rows = statement.query_map(params_from_iter(parameters), read).map_err(store_error)?;
    rows.collect::<rusqlite::Result<_>>().map_err(store_error)
}

fn finish(now: Option<i64>, keep: i64, id: i64, token: &str) -> Vec<Value> {
    vec![now.into(), keep.into(), now.into(), id.into(), token.to_owned().into()]
}

fn store(connection: &Connection, delivery: &NewDelivery, now: Option<i64>) -> Result<Put, StoreError> {
    let NewDelivery { key, scheme, event, has_envelope, signed_at, digest, body } = delivery;
    let known = || {
        let mut statement = connection.prepare_cached(DUPLICATE)?;
        statement.query_row([digest, key], |row| Ok((row.get::<_, String>(0)?, row.get(1)?))).optional()
    };
    let before = match known().map_err(store_error)? {
        Some((name, same_body)) => Some((state(&name)?, same_body)),
        None => None,
    };
    let stored = || {
        let size = i64::try_from(body.0.len()).unwrap_or(i64::MAX);
        let parameters = params![key, scheme, event, has_envelope, signed_at, digest, size, body.0, now];
        connection.prepare_cached(PUT)?.execute(parameters)
    };
    let is_changed = may_change(before) && stored().map_err(store_error)? > 0;
    put(before, is_changed)
}

fn workers(connection: &Connection) -> rusqlite::Result<Vec<String>> {
    connection.prepare_cached(WORKERS)?.query_map([], |row| row.get(0))?.collect()
}

fn claimed(row: &Row<'_>) -> rusqlite::Result<ClaimedRow> {
    Ok(ClaimedRow {
        id: row.get(0)?,
        key: row.get(1)?,
        is_dead: row.get_ref(2)?.as_str()? == State::Dead.name(),
        scheme: row.get(3)?,
        event: row.get(4)?,
        has_envelope: row.get(5)?,
        signed_at: row.get(6)?,
        received_at: row.get(7)?,
        attempts: attempts(row.get(8)?),
        is_takeover: row.get(9)?,
        body: Body(row.get::<_, Option<Vec<u8>>>(10)?.unwrap_or_default()),
        error: row.get(11)?,
    })
}

fn named(row: &Row<'_>, column: usize) -> rusqlite::Result<State> {
    State::of_name(row.get_ref(column)?.as_str()?).ok_or(rusqlite::Error::InvalidQuery)
}

fn stats(row: &Row<'_>) -> rusqlite::Result<StateRow> {
    let (number, bytes) = (unsigned(row.get(1)?), unsigned(row.get(2)?));
    Ok(StateRow { state: named(row, 0)?, number, bytes, oldest: row.get(3)? })
}

fn entry(row: &Row<'_>) -> rusqlite::Result<Entry> {
    Ok(Entry {
        id: row.get(0)?,
        key: row.get(1)?,
        state: named(row, 2)?,
        scheme: row.get(3)?,
        event: row.get(4)?,
        received_at: row.get(5)?,
        due_at: row.get(6)?,
        attempts: attempts(row.get(7)?),
        finished_at: row.get(8)?,
        error: row.get(9)?,
        size: unsigned(row.get(10)?),
    })
}
