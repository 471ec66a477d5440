//! The test suite, and the page that explains deliveries.

pub(crate) mod parts;
pub(crate) mod playground;
mod sandbox_tests;
pub(crate) mod suite;
