//! Real stores, receivers that are killed, and deliveries for the tests of `hookseal_inbox::Once`.

pub mod claimer;
pub mod deliveries;
pub mod kills;
pub mod measure;
pub mod place;
pub mod proxy;
pub mod receiver;
pub mod sender;
pub mod servers;

use std::time::Duration;

/// How long the tests wait for anything before they fail.
pub const WAIT: Duration = Duration::from_secs(60);
