//! HMAC-SHA256, and how its tags and keys are written.

pub(crate) mod base64;
pub(crate) mod hex;
pub(crate) mod mac;
