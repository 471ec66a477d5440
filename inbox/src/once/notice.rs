//! What a receiver may want to count or look into.

use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};

use hookseal::DeliveryKey;

use crate::store::StoreError;

/// A function that is called with each notice.
pub(super) type Hook = dyn Fn(&Notice<'_>) + Send + Sync;

/// Something that a receiver may want to count or look into: see
/// [`OnceBuilder::on_notice`](super::OnceBuilder::on_notice).
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Notice<'a> {
    /// What happened.
    pub kind: NoticeKind,
    /// The delivery's key, if it has one.
    pub key: Option<&'a DeliveryKey>,
    /// Why the store could not be used.
    pub error: Option<&'a StoreError>,
}

/// What a [`Notice`] says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum NoticeKind {
    /// Another handler of this event did not end within its lease; it crashed, or it is still running.
    Takeover,
    /// This handler took longer than its lease, and another one took over; both may have run.
    ClaimLost,
    /// A duplicate has another body than the delivery that was handled, which some senders do.
    OtherBody,
    /// Nothing in the delivery distinguishes it from others, so it is handled each time.
    NoKey,
    /// The store could not be used.
    StoreUnavailable,
}

impl NoticeKind {
    /// The word for it, the same in every language.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Takeover => "takeover",
            Self::ClaimLost => "claim_lost",
            Self::OtherBody => "other_body",
            Self::NoKey => "no_key",
            Self::StoreUnavailable => "store_unavailable",
        }
    }
}

/// As it is logged.
impl fmt::Display for Notice<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "once: {}", self.kind.name())?;
        if let Some(key) = self.key {
            write!(f, ", key {key}")?;
        }
        self.error.map_or(Ok(()), |error| write!(f, ": {error}"))
    }
}

/// Passes a notice to the hook, or to the log.
pub(super) fn notify(hook: Option<&Hook>, notice: &Notice<'_>) {
    let Some(hook) = hook else {
        let level = match notice.kind {
            NoticeKind::NoKey | NoticeKind::OtherBody => log::Level::Info,
            _ => log::Level::Warn,
        };
        log::log!(target: "hookseal", level, "{notice}");
        return;
    };
    // Between a claim and its end, nothing else may fail.
    if catch_unwind(AssertUnwindSafe(|| hook(notice))).is_err() {
        log::error!(target: "hookseal", "on_notice panicked for {}", notice.kind.name());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_notice_is_logged_with_its_key_and_its_error() {
        let (key, error) = (DeliveryKey::of_id("contio", "evt-1"), StoreError::new("it is down"));
        let notice = Notice { kind: NoticeKind::StoreUnavailable, key: Some(&key), error: Some(&error) };
        assert_eq!(notice.to_string(), "once: store_unavailable, key 0.6.contio5.evt-1: it is down");
        assert_eq!(Notice { kind: NoticeKind::NoKey, key: None, error: None }.to_string(), "once: no_key");
    }
}
