//! The test suite, and the page that explains deliveries.

mod bundler_tests;
pub(crate) mod differential;
pub(crate) mod fuzz;
mod lanes;
pub(crate) mod losses;
pub(crate) mod parts;
pub(crate) mod plant;
pub(crate) mod playground;
pub(crate) mod release;
mod sandbox_tests;
mod sanitized;
pub(crate) mod site;
pub(crate) mod suite;
pub(crate) mod vectors;
