//! A store that cannot be used: it is reported once, and asked again after pauses that grow.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use super::super::{InboxNotice, InboxNoticeKind, Inner};
use crate::store::StoreError;

/// Whether the store could not be used when it was last asked.
#[derive(Default)]
pub(super) struct Outage {
    is_on: AtomicBool,
}

impl Outage {
    /// Reports an outage that has just begun.
    pub(super) fn begin(&self, inner: &Inner, error: &StoreError) {
        if !self.is_on.swap(true, Ordering::SeqCst) {
            inner.notify(InboxNotice::new(InboxNoticeKind::StoreUnavailable).store_error(error));
        }
    }

    pub(super) fn end(&self) {
        self.is_on.store(false, Ordering::SeqCst);
    }
}

/// From 100 ms to 5 s, each twice as long as the one before.
#[derive(Default)]
pub(super) struct Pause(u32);

impl Pause {
    pub(super) fn next(&mut self) -> Duration {
        let pause = Duration::from_millis(100 << self.0.min(6)).min(Duration::from_secs(5));
        self.0 += 1;
        pause
    }
}
