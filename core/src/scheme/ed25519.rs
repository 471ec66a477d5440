//! Which signatures of a scheme are ed25519.

use crate::inline_str::InlineStr;

/// Which signatures of a scheme are ed25519: see [`Scheme::ed25519`](super::Scheme::ed25519).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Ed25519<'a> {
    /// None; all are HMAC-SHA256.
    None,
    /// All.
    Only,
    /// Those of this version in the list of signatures, such as `v1a`.
    Version(&'a str),
}

/// An [`Ed25519`] as a scheme stores it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum StoredEd25519 {
    None,
    Only,
    Version(InlineStr<16>),
}

impl StoredEd25519 {
    pub(crate) fn as_given(&self) -> Ed25519<'_> {
        match self {
            Self::None => Ed25519::None,
            Self::Only => Ed25519::Only,
            Self::Version(version) => Ed25519::Version(version.as_str()),
        }
    }
}
