//! Why a store could not be used.

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

type Source = dyn std::error::Error + Send + Sync;

/// A store could not be used. The text shows no secret, no address and nothing that was stored; the source is the
/// driver's own error, which may.
#[derive(Clone)]
pub struct StoreError {
    message: Cow<'static, str>,
    source: Option<Arc<Source>>,
    is_misuse: bool,
}

impl StoreError {
    /// An error with a text for people.
    #[must_use]
    pub fn new(message: impl Into<Cow<'static, str>>) -> Self {
        Self { message: message.into(), source: None, is_misuse: false }
    }

    /// The same with the driver's error.
    #[must_use]
    pub fn caused(message: impl Into<Cow<'static, str>>, source: impl Into<Box<Source>>) -> Self {
        Self { message: message.into(), source: Some(source.into().into()), is_misuse: false }
    }

    /// The store is set up in a way in which it cannot work: `invalid_argument`.
    #[cfg(any(feature = "sqlite", feature = "redis", feature = "postgres"))]
    pub(crate) fn misuse(message: impl Into<Cow<'static, str>>) -> Self {
        Self { message: message.into(), source: None, is_misuse: true }
    }

    pub(crate) const fn is_misuse(&self) -> bool {
        self.is_misuse
    }
}

impl fmt::Display for StoreError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl fmt::Debug for StoreError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "StoreError({})", self.message)
    }
}

impl std::error::Error for StoreError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.source.as_deref().map(|source| source as _)
    }
}
