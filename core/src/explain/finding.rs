//! What a search returns.

use alloc::string::String;

use super::cause::Cause;

/// A cause that was found.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Finding {
    /// The cause.
    pub cause: Cause,
    /// The scheme that it is about, for causes such as [`Cause::SchemeIsAnother`].
    pub scheme: Option<String>,
}
