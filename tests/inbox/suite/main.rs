//! The inbox, on real databases. `cargo xtask test inbox` installs the servers.
#![cfg(unix)]

mod axum;
mod broken;
mod failures;
mod inbox;
mod processes;
mod scenarios;
mod statements;
mod tables;
mod transactions;
