//! What the core reads, read again by other people's parsers. Tests and fuzzers compare the two.

pub mod catalogue;
pub mod envelope;
pub mod json;
