//! HMAC-SHA256, and the encodings of its tags and keys.

pub(crate) mod base64;
#[cfg(feature = "duplicates")]
pub(crate) mod digest;
#[cfg(feature = "ed25519")]
pub(crate) mod ed25519;
pub(crate) mod hex;
pub(crate) mod mac;
