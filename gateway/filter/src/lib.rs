//! What hookseal's filters for proxies decide, without any proxy: which request a rule covers, whether it is genuine,
//! what a refused one is answered, and which headers the backend gets. `gateway/proxy-wasm` and `gateway/http-wasm`
//! connect it to Envoy and Traefik; `docs/gateway.md` is the documentation for users.
//!
//! 1. [`Gateway::from_json`] reads the configuration once.
//! 2. [`Gateway::open`] takes the head of a request. It says which headers to remove, and what is next.
//! 3. [`Exchange::update`] takes the body in chunks, and [`Exchange::finish`] returns the decision.

#![no_std]

extern crate alloc;

mod config;
mod decision;
mod exchange;
mod json;
mod names;
mod path;
mod refusal;
mod verdict;

pub use self::config::{ConfigError, Gateway, Host, embedded_config, variable_in};
pub use self::decision::{Counter, Decision, Forward};
pub use self::exchange::{Exchange, Head, Next, Opening};
pub use self::names::Edits;
pub use self::refusal::Refusal;
