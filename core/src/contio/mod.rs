//! What Contio sends: an envelope that contains an event.

pub(crate) mod envelope;
#[cfg(feature = "alloc")]
pub mod event;
