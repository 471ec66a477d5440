//! The secrets of an explainer, usable or not.

use alloc::vec::Vec;

use zeroize::Zeroizing;

use crate::scheme::Scheme;
use crate::secret::Secret;

/// A secret as the caller passed it, usable or not. Wiped when dropped, and not `Debug`.
pub(super) struct StoredSecret {
    is_text: bool,
    bytes: Zeroizing<Vec<u8>>,
}

/// A secret that the caller uses for another scheme.
pub(super) struct OtherSecret {
    pub(super) scheme: Scheme,
    pub(super) secret: StoredSecret,
}

impl StoredSecret {
    pub(super) fn new(secret: Secret<'_>) -> Self {
        let (is_text, bytes) = match secret.text_or_bytes() {
            Ok(text) => (true, text.as_bytes()),
            Err(bytes) => (false, bytes),
        };
        Self { is_text, bytes: Zeroizing::new(bytes.to_vec()) }
    }

    pub(super) fn borrow(&self) -> Secret<'_> {
        match self.text() {
            Some(text) => text.into(),
            None => (&*self.bytes).into(),
        }
    }

    /// The text, unless the secret was passed as bytes.
    pub(super) fn text(&self) -> Option<&str> {
        core::str::from_utf8(&self.bytes).ok().filter(|_| self.is_text)
    }

    pub(super) fn bytes(&self) -> &[u8] {
        &self.bytes
    }
}
