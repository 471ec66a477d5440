//! Claims in the memory of this process.

use std::collections::{HashMap, VecDeque};
use std::fmt;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use super::{Claim, Claimed, Store, StoreError, Token};

/// How many keys a store holds unless it was made with another number.
const MAX_KEYS: usize = 10_000;

/// How many old keys a claim deletes if there is no room.
const SWEEP: usize = 10;

/// Keeps keys in the memory of this process, for tests and for receivers that are one process: another process, and
/// the same one after a restart, knows nothing of them.
///
/// It holds at most 10,000 keys, or [`Memory::with_max_keys`]. Then each new one replaces the key that was done first;
/// keys of handlers that are running are never replaced, and if there are so many of them, a claim fails and the sender
/// tries again.
pub struct Memory {
    rows: Mutex<Rows>,
    max_keys: usize,
    start: Instant,
}

#[derive(Default)]
struct Rows {
    by_key: HashMap<Box<str>, Row>,
    /// The keys that were done, in that order, each with the number of its row: what was forgotten or claimed again
    /// meanwhile is skipped.
    done: VecDeque<(Box<str>, u64)>,
    last_number: u64,
}

struct Row {
    token: Token,
    body: [u8; 32],
    takeovers: u32,
    lease_until: i64,
    keep_until: i64,
    /// When it was done, counted from 1; 0 if it is running.
    done: u64,
}

impl Memory {
    /// A store that holds at most so many keys, and at least one.
    #[must_use]
    pub fn with_max_keys(max_keys: usize) -> Self {
        Self { rows: Mutex::default(), max_keys: max_keys.max(1), start: Instant::now() }
    }

    fn rows(&self) -> MutexGuard<'_, Rows> {
        self.rows.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// By a clock that nobody sets. No other process sees these times.
    fn now(&self, now: Option<i64>) -> i64 {
        now.unwrap_or_else(|| i64::try_from(self.start.elapsed().as_millis()).unwrap_or(i64::MAX))
    }
}

impl Default for Memory {
    fn default() -> Self {
        Self::with_max_keys(MAX_KEYS)
    }
}

impl Store for Memory {
    const IS_DURABLE: bool = false;

    async fn create(&self) -> Result<i64, StoreError> {
        Ok(0)
    }

    fn is_ordered(&self) -> bool {
        true
    }

    async fn claim(&self, claim: &Claim<'_>) -> Result<Claimed, StoreError> {
        self.rows().claim(claim, self.now(claim.now), self.max_keys)
    }

    async fn finish(&self, key: &str, token: Token, keep: u64, now: Option<i64>) -> Result<bool, StoreError> {
        Ok(self.rows().finish(key, token, keep, self.now(now), self.max_keys))
    }

    async fn release(&self, key: &str, token: Token, now: Option<i64>) -> Result<bool, StoreError> {
        let mut rows = self.rows();
        let now = self.now(now);
        let is_mine = |row: &Row| row.token == token && row.keep_until > now && row.done == 0;
        Ok(rows.by_key.get(key).is_some_and(is_mine) && rows.by_key.remove(key).is_some())
    }

    async fn forget(&self, key: &str) -> Result<bool, StoreError> {
        Ok(self.rows().by_key.remove(key).is_some())
    }

    async fn sweep(&self, number: u32, now: Option<i64>) -> Result<u64, StoreError> {
        let swept = self.rows().sweep(usize::try_from(number).unwrap_or(usize::MAX), self.now(now));
        Ok(swept as u64)
    }
}

impl Rows {
    fn claim(&mut self, claim: &Claim<'_>, now: i64, max_keys: usize) -> Result<Claimed, StoreError> {
        let until = |milliseconds| now.saturating_add(i64::try_from(milliseconds).unwrap_or(i64::MAX));
        let mut new = Row {
            token: claim.token,
            body: claim.body,
            takeovers: 0,
            lease_until: until(claim.lease),
            keep_until: until(claim.keep),
            done: 0,
        };
        let Some(row) = self.by_key.get_mut(claim.key) else {
            if self.by_key.len() >= max_keys {
                self.make_room(now, max_keys)?;
            }
            self.by_key.insert(claim.key.into(), new);
            return Ok(Claimed::First);
        };
        if row.keep_until > now {
            if row.done > 0 {
                return Ok(Claimed::Duplicate { same_body: row.body == claim.body });
            }
            new.takeovers = row.takeovers;
            if row.lease_until > now {
                if row.token != claim.token {
                    return Ok(Claimed::Busy { wait: row.lease_until.abs_diff(now) });
                }
                // This claim was sent twice.
                return Ok(new.answer());
            }
            new.takeovers += 1;
        }
        let answer = new.answer();
        *row = new;
        Ok(answer)
    }

    fn finish(&mut self, key: &str, token: Token, keep: u64, now: i64, max_keys: usize) -> bool {
        let is_mine = |row: &&mut Row| row.token == token && row.keep_until > now;
        let Some(row) = self.by_key.get_mut(key).filter(is_mine) else { return false };
        row.keep_until = now.saturating_add(i64::try_from(keep).unwrap_or(i64::MAX));
        if row.done == 0 {
            self.last_number += 1;
            row.done = self.last_number;
            self.done.push_back((key.into(), self.last_number));
            if self.done.len() > max_keys.saturating_mul(2) {
                // Half of them were forgotten or claimed again.
                self.done.retain(|(key, number)| self.by_key.get(key).is_some_and(|row| row.done == *number));
            }
        }
        true
    }

    fn make_room(&mut self, now: i64, max_keys: usize) -> Result<(), StoreError> {
        while let Some((key, number)) = self.done.pop_front() {
            if self.by_key.get(&key).is_some_and(|row| row.done == number) {
                self.by_key.remove(&key);
                return Ok(());
            }
        }
        if self.sweep(SWEEP, now) > 0 {
            return Ok(());
        }
        Err(StoreError::new(format!("{max_keys} handlers are running, and the memory store has no room for more")))
    }

    /// Looks at every key: it is called by hand, and if so many claims were never ended that there is no room.
    fn sweep(&mut self, number: usize, now: i64) -> usize {
        let mut swept = 0;
        self.by_key.retain(|_, row| {
            let is_swept = row.keep_until <= now && swept < number;
            swept += usize::from(is_swept);
            !is_swept
        });
        swept
    }
}

impl Row {
    const fn answer(&self) -> Claimed {
        if self.takeovers > 0 { Claimed::Takeover } else { Claimed::First }
    }
}

impl fmt::Debug for Memory {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Memory").field("max_keys", &self.max_keys).finish_non_exhaustive()
    }
}
