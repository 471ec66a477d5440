//! Deliveries in the queue of another engine: sealed, so that a worker can tell them from forged ones, and handed over
//! before the sender is answered. `docs/queues.md` in the repository has a recipe for each engine.

#[cfg(all(feature = "axum", feature = "hand-over"))]
mod axum;
mod base64url;
mod fields;
#[cfg(feature = "hand-over")]
mod hand_over;
mod seal;
mod stored;

#[cfg(feature = "hand-over")]
pub use self::hand_over::{HandOver, HandOverBuilder, HandOverNotice};
pub use self::seal::{Seal, SealKey};
#[cfg(feature = "inbox")]
pub(crate) use self::stored::envelope;
pub use self::stored::{StoredDelivery, restored, restored_trusted, stored};
