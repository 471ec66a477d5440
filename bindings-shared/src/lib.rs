//! How calls cross from another language to the core and back: one layout for every binding.
//!
//! All numbers are little-endian. The records [`request`] and [`verdict`] have fixed places for numbers, so that a
//! caller writes and reads them in its own memory and nothing is allocated; their TypeScript is
//! `js/src/engine/exchange.ts`. What crosses rarely, such as a [`scheme`](schemes), is text.

#![no_std]

#[cfg(feature = "explain")]
extern crate alloc;

#[cfg(feature = "explain")]
pub mod explain;
#[cfg(target_arch = "wasm32")]
mod instead_of_std;
pub mod keys;
pub mod names;
pub mod request;
#[cfg(feature = "schemes")]
pub mod schemes;
pub mod secrets;
pub mod settings;
pub mod verdict;
