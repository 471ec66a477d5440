//! The core for C: the functions of `include/hookseal.h`, which is the documentation of them, and of `docs/abi.md`.
//!
//! The same source is compiled for C, as a shared and as a static library, and for hosts of WebAssembly, as
//! `hookseal-core.wasm`, which imports nothing.
//!
//! `abi.rs` has the functions, and everything that touches the caller's memory or a handle: it is the only file with
//! unsafe code. What a call does once its arguments are sound is in `calls/`.

#![cfg_attr(target_arch = "wasm32", no_std)]

extern crate alloc;

pub mod abi;
mod calls;
mod checks;
mod handles;
pub mod layout;
mod verdicts;
