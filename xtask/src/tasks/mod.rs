//! What `cargo xtask` does with the packages: it tests all that there is, in order, and makes the page that explains.

pub(crate) mod parts;
pub(crate) mod playground;
mod sandbox_tests;
pub(crate) mod suite;
