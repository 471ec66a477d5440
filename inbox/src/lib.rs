// Its examples need all features.
#![cfg_attr(
    all(feature = "axum", feature = "deadpool", feature = "hand-over", feature = "redis", feature = "sqlite"),
    doc = include_str!("../RUST.md")
)]
#![cfg_attr(
    not(all(feature = "axum", feature = "deadpool", feature = "hand-over", feature = "redis", feature = "sqlite")),
    doc = "Handles each event of a signed webhook once: see RUST.md."
)]
#![cfg_attr(docsrs, feature(doc_cfg))]

#[cfg(feature = "axum")]
mod axum;
mod error;
#[cfg(any(feature = "sqlite", feature = "postgres"))]
mod inbox;
mod keyed;
mod once;
pub mod queue;
mod storable;
pub mod store;

pub use crate::error::Error;
#[cfg(any(feature = "sqlite", feature = "postgres"))]
#[doc(hidden)]
pub use crate::inbox::protocol;
#[cfg(any(feature = "sqlite", feature = "postgres"))]
pub use crate::inbox::{
    Entry, Inbox, InboxBuilder, InboxNotice, InboxNoticeKind, InboxStats, Put, Received, Reject, RetryIn, State,
    StateStats, TransactionOf, Worker, WorkerBuilder,
};
pub use crate::keyed::Keyed;
pub use crate::once::{Attempt, Notice, NoticeKind, Once, OnceBuilder, Outcome};
pub use crate::storable::Storable;
pub use crate::store::Memory;
#[cfg(feature = "postgres")]
pub use crate::store::Postgres;
#[cfg(feature = "redis")]
pub use crate::store::Redis;
#[cfg(feature = "sqlite")]
pub use crate::store::Sqlite;
