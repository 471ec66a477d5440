//! What a receiver or a worker may want to count or look into.

use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicU64, Ordering};

use crate::store::StoreError;

/// A function that is called with each notice.
pub(super) type Hook = dyn Fn(&InboxNotice<'_>) + Send + Sync;

/// Something that a receiver or a worker may want to count or look into: see
/// [`InboxBuilder::on_notice`](super::InboxBuilder::on_notice).
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct InboxNotice<'a> {
    /// What happened.
    pub kind: InboxNoticeKind,
    /// The delivery's key; one that begins with `?` distinguishes it only in the inbox.
    pub key: Option<&'a str>,
    /// How many attempts have begun.
    pub attempts: Option<u32>,
    /// Why the attempt failed: at most 200 characters of what the handler said.
    pub error: Option<&'a str>,
    /// Why the store could not be used.
    pub store_error: Option<&'a StoreError>,
    /// Whether the log has it already.
    is_quiet: bool,
}

macro_rules! kinds {
    ($($(#[$doc:meta])* $name:ident = $word:literal, $level:ident;)*) => {
        /// What an [`InboxNotice`] says.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum InboxNoticeKind {
            $($(#[$doc])* $name,)*
        }

        impl InboxNoticeKind {
            /// Every kind.
            pub const ALL: &'static [Self] = &[$(Self::$name),*];

            /// The word for it, the same in every language.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self { $(Self::$name => $word),* }
            }

            const fn level(self) -> log::Level {
                match self { $(Self::$name => log::Level::$level),* }
            }
        }
    };
}

kinds! {
    /// A delivery is stored.
    Stored = "stored", Debug;
    /// The same event was stored before.
    Duplicate = "duplicate", Debug;
    /// A duplicate has another body than the delivery that was stored, which some senders do.
    OtherBody = "other_body", Info;
    /// Nothing in the delivery distinguishes it from others, so each one is stored.
    NoKey = "no_key", Info;
    /// A delivery of an event that was dead is stored: it was signed after the death.
    Revived = "revived", Info;
    /// A handler has succeeded.
    Done = "done", Debug;
    /// A handler has failed, and will be called again.
    Failed = "failed", Warn;
    /// A delivery has no attempt left, or its handler rejected it.
    Dead = "dead", Warn;
    /// Another worker did not end this delivery within its lease; it crashed, or it is still running.
    Takeover = "takeover", Warn;
    /// A handler took longer than its lease, and another worker took over; both may have run.
    ClaimLost = "claim_lost", Warn;
    /// A delivery was not stored, because too many are not handled yet.
    Full = "full", Warn;
    /// The store could not be used. A worker reports this once, until it can be used again.
    StoreUnavailable = "store_unavailable", Warn;
}

impl<'a> InboxNotice<'a> {
    pub(super) const fn new(kind: InboxNoticeKind) -> Self {
        Self { kind, key: None, attempts: None, error: None, store_error: None, is_quiet: false }
    }

    pub(super) const fn key(self, key: &'a str) -> Self {
        Self { key: Some(key), ..self }
    }

    pub(super) const fn attempts(self, attempts: u32) -> Self {
        Self { attempts: Some(attempts), ..self }
    }

    pub(super) const fn error(self, error: &'a str) -> Self {
        Self { error: Some(error), ..self }
    }

    pub(super) const fn store_error(self, error: &'a StoreError) -> Self {
        Self { store_error: Some(error), ..self }
    }

    pub(super) const fn quiet(self, is_quiet: bool) -> Self {
        Self { is_quiet, ..self }
    }
}

/// As it is logged.
impl fmt::Display for InboxNotice<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "inbox: {}", self.kind.name())?;
        if let Some(key) = self.key {
            write!(f, ", key {key}")?;
        }
        if let Some(attempts) = self.attempts {
            write!(f, ", attempt {attempts}")?;
        }
        if let Some(error) = self.error {
            write!(f, ": {error}")?;
        }
        self.store_error.map_or(Ok(()), |error| write!(f, ": {error}"))
    }
}

/// How often each kind of notice was given since the inbox was opened.
#[derive(Default)]
pub(super) struct Counters([AtomicU64; InboxNoticeKind::ALL.len()]);

impl Counters {
    pub(super) fn add(&self, kind: InboxNoticeKind) {
        self.0[kind as usize].fetch_add(1, Ordering::Relaxed);
    }

    pub(super) fn of(&self, kind: InboxNoticeKind) -> u64 {
        self.0[kind as usize].load(Ordering::Relaxed)
    }
}

/// Passes a notice to the hook, or to the log.
pub(super) fn notify(hook: Option<&Hook>, notice: &InboxNotice<'_>) {
    let Some(hook) = hook else {
        if !notice.is_quiet {
            log::log!(target: "hookseal", notice.kind.level(), "{notice}");
        }
        return;
    };
    // Nothing that is stored may depend on the hook.
    if catch_unwind(AssertUnwindSafe(|| hook(notice))).is_err() {
        log::error!(target: "hookseal", "on_notice panicked for {}", notice.kind.name());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_notice_is_logged_with_its_key_its_attempt_and_its_error() {
        let notice = InboxNotice::new(InboxNoticeKind::Failed).key("0.6.contio5.evt-1").attempts(2).error("refused");
        assert_eq!(notice.to_string(), "inbox: failed, key 0.6.contio5.evt-1, attempt 2: refused");
    }

    #[test]
    fn every_kind_has_its_place_and_a_word_of_its_own() {
        for (place, kind) in InboxNoticeKind::ALL.iter().enumerate() {
            assert_eq!(*kind as usize, place);
            assert_eq!(InboxNoticeKind::ALL.iter().filter(|other| other.name() == kind.name()).count(), 1);
        }
    }
}
