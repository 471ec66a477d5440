//! hookseal's filter for hosts of http-wasm: Traefik.
//!
//! `plugin.rs` says what happens to a request, and is tested without a proxy. `abi.rs` has the exports and the
//! functions of the host, and all unsafe code.

#![cfg_attr(target_arch = "wasm32", no_std)]

extern crate alloc;
#[cfg(target_arch = "wasm32")]
extern crate hookseal_bindings as _;

#[cfg(target_arch = "wasm32")]
pub mod abi;
pub mod plugin;
