//! What Contio sends: an envelope, and in it an event.

pub(crate) mod envelope;
#[cfg(feature = "alloc")]
pub mod event;
