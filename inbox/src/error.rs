//! Why a delivery is not handled now, or why a call failed.

use std::borrow::Cow;
use std::fmt;

use hookseal::ErrorKind;

use crate::store::StoreError;

/// How many seconds a sender is asked to wait for a store.
const STORE_WAIT: u64 = 30;

/// Why a delivery is not handled now, or why a call failed. The text is for people, and shows no secret.
///
/// | code | status | means |
/// |---|---|---|
/// | `in_progress` | 503 | another delivery of the event is being handled |
/// | `store_unavailable` | 503 | the store cannot be used; [`source`](std::error::Error::source) is a [`StoreError`] |
/// | `inbox_full` | 503 | more deliveries wait to be handled than the inbox allows |
/// | `invalid_argument`, `invalid_secret` | 500 | the receiver's own configuration is wrong |
/// | `wrong_seal` | 500 | a delivery in a queue was changed, or sealed with another key: see [`queue`](crate::queue) |
pub struct Error {
    kind: ErrorKind,
    message: Cow<'static, str>,
    retry_after: Option<u64>,
    source: Option<StoreError>,
}

impl Error {
    /// Another delivery of the event is being handled, and this many milliseconds are left of its lease.
    pub(crate) fn in_progress(message: &'static str, wait: u64) -> Self {
        let retry_after = Some(wait.div_ceil(1000).max(1));
        Self { kind: ErrorKind::InProgress, message: message.into(), retry_after, source: None }
    }

    pub(crate) const fn invalid(message: Cow<'static, str>) -> Self {
        Self { kind: ErrorKind::InvalidArgument, message, retry_after: None, source: None }
    }

    /// A delivery in a queue was changed there, or sealed with another key.
    pub(crate) const fn wrong_seal(message: &'static str) -> Self {
        Self { kind: ErrorKind::WrongSeal, message: Cow::Borrowed(message), retry_after: None, source: None }
    }

    /// A key of a seal, counted from 0, has too few bytes.
    pub(crate) fn short_seal(index: usize, length: usize, least: usize) -> Self {
        let message = format!(
            "the key at index {index} of the seal has {length} bytes, and {least} are the least: make one with \
             `openssl rand -hex 32`"
        );
        Self { kind: ErrorKind::InvalidSecret, message: message.into(), retry_after: None, source: None }
    }

    /// What the core said of the keys of a seal, or of what is to be sealed.
    pub(crate) fn of_seal(error: &hookseal::Error) -> Self {
        Self { kind: error.kind(), message: error.to_string().into(), retry_after: None, source: None }
    }

    /// A delivery could not be handed over to a queue.
    #[cfg(feature = "hand-over")]
    pub(crate) fn not_handed_over(error: StoreError) -> Self {
        let message = format!("the delivery was not handed over to the queue: {error}");
        Self { message: message.into(), ..Self::from(error) }
    }

    /// More deliveries wait to be handled than the inbox allows.
    #[cfg(any(feature = "sqlite", feature = "postgres"))]
    pub(crate) fn full(message: String) -> Self {
        Self { kind: ErrorKind::InboxFull, message: message.into(), retry_after: Some(STORE_WAIT), source: None }
    }

    /// The database of an inbox cannot be used.
    #[cfg(any(feature = "sqlite", feature = "postgres"))]
    pub(crate) fn of_inbox(error: StoreError) -> Self {
        let message = format!("the inbox cannot be used: {error}");
        let of_store = Self::from(error);
        if of_store.source.is_some() { Self { message: message.into(), ..of_store } } else { of_store }
    }

    /// What kind of error this is.
    #[must_use]
    pub const fn kind(&self) -> ErrorKind {
        self.kind
    }

    /// The stable word for this error, the same in every language.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        self.kind.code()
    }

    /// The HTTP status to answer with: 503, so that the sender tries again, or 500.
    #[must_use]
    pub const fn status(&self) -> u16 {
        self.kind.status()
    }

    /// How many seconds the sender is to wait, for the header `Retry-After`: what is left of the other delivery's
    /// lease, at least 1, or 30 for a store that cannot be used.
    #[must_use]
    pub const fn retry_after(&self) -> Option<u64> {
        self.retry_after
    }
}

impl From<StoreError> for Error {
    fn from(error: StoreError) -> Self {
        if error.is_misuse() {
            return Self::invalid(error.to_string().into());
        }
        Self {
            kind: ErrorKind::StoreUnavailable,
            message: format!("the store of handled events cannot be used: {error}").into(),
            retry_after: Some(STORE_WAIT),
            source: Some(error),
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Error({}: {})", self.code(), self.message)
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.source.as_ref().map(|error| error as _)
    }
}
