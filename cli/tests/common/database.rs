//! A `PostgreSQL`, as the tests of the libraries start it.

// They need more servers, and are a library.
#![allow(dead_code, unreachable_pub)]

use std::time::Duration;

#[path = "../../../tests/once/servers.rs"]
pub(crate) mod servers;

/// How long a server may take to start.
const WAIT: Duration = Duration::from_secs(60);
