//! How much is not handled yet, and whether there is room for more.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use super::Inner;
use super::store::{Act, Reply};
use crate::error::Error;
use crate::store::StoreError;

/// How often it is counted.
const EACH: Duration = Duration::from_secs(1);

/// What was counted, and what this process has stored since.
pub(super) struct Load {
    counted: Mutex<Counted>,
    max_number: u64,
    max_bytes: u64,
    was_full: AtomicBool,
}

#[derive(Clone, Copy)]
struct Counted {
    number: u64,
    bytes: u64,
    /// `None` before the first time.
    at: Option<Instant>,
}

/// Why a delivery is not stored.
pub(super) enum Refused {
    Full(Error),
    Store(StoreError),
}

impl Load {
    pub(super) const fn new(max_number: u64, max_bytes: u64) -> Self {
        let counted = Mutex::new(Counted { number: 0, bytes: 0, at: None });
        Self { counted, max_number, max_bytes, was_full: AtomicBool::new(false) }
    }

    /// Whether there is room for a body of this size.
    pub(super) async fn check(&self, inner: &Inner, size: u64) -> Result<(), Refused> {
        if self.is_old() {
            match inner.store.ask(Act::Load.into()).await {
                Ok(Reply::Load { number, bytes }) => {
                    *self.counted() = Counted { number, bytes, at: Some(Instant::now()) };
                }
                Ok(_) => {}
                Err(error) => {
                    self.counted().at = None;
                    return Err(Refused::Store(error));
                }
            }
        }
        let Counted { number, bytes, .. } = *self.counted();
        let is_full = number >= self.max_number || bytes.saturating_add(size) > self.max_bytes;
        if is_full {
            return Err(Refused::Full(Error::full(format!(
                "{number} deliveries with {bytes} bytes are not handled yet, and max_pending is {} with {} bytes",
                self.max_number, self.max_bytes
            ))));
        }
        self.was_full.store(false, Ordering::Relaxed);
        Ok(())
    }

    /// Whether it is to be counted again. One caller does so; the others go on with the last count.
    fn is_old(&self) -> bool {
        let mut counted = self.counted();
        match counted.at {
            Some(at) if at.elapsed() < EACH => false,
            Some(_) => {
                counted.at = Some(Instant::now());
                true
            }
            None => true,
        }
    }

    pub(super) fn add(&self, size: u64) {
        let mut counted = self.counted();
        counted.number += 1;
        counted.bytes = counted.bytes.saturating_add(size);
    }

    /// Whether it was full before, too, so that a log says so once.
    pub(super) fn was_full(&self) -> bool {
        self.was_full.swap(true, Ordering::Relaxed)
    }

    fn counted(&self) -> MutexGuard<'_, Counted> {
        self.counted.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
