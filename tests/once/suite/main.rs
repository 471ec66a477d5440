//! Each event once, on real stores. `cargo xtask test once` installs the servers.
#![cfg(unix)]

mod axum;
mod broken;
mod model;
mod once;
mod processes;
mod round_trips;
mod scenarios;
mod stores;
mod transactions;
mod verifier;
