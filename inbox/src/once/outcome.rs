//! What came of a delivery.

use crate::error::Error;

/// What came of a delivery that was passed to [`Once::run`](super::Once::run).
#[derive(Debug)]
#[must_use]
pub enum Outcome<T, E> {
    /// The handler ran, and this is what it returned.
    Done(T),
    /// The event was handled before.
    Duplicate,
    /// The handler ran and failed. Its claim was released, and the sender's next attempt is handled.
    Failed(E),
    /// The handler did not run, and the sender is to try again: `in_progress` or `store_unavailable`.
    Postponed(Error),
}

impl<T, E> Outcome<T, E> {
    /// The status to answer with: 200 for what is done, now or before; 500 if the handler failed; else 503.
    pub const fn status(&self) -> u16 {
        match self {
            Self::Done(_) | Self::Duplicate => 200,
            Self::Failed(_) => 500,
            Self::Postponed(error) => error.status(),
        }
    }

    /// How many seconds the sender is to wait: for the header `Retry-After`.
    pub const fn retry_after(&self) -> Option<u64> {
        match self {
            Self::Postponed(error) => error.retry_after(),
            _ => None,
        }
    }
}
