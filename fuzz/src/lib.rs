//! What each fuzzer checks. A target in `fuzz_targets/` passes its input to the module of its name; only `abi`, which
//! needs `unsafe`, is written there.
//!
//! `cargo xtask fuzz` builds and runs them, from the repository's vectors as seeds: `xtask/src/tasks/fuzz/seeds.rs`
//! writes those in the format that [`input`] and [`delivery`] read.

#![forbid(unsafe_code)]

pub mod chunks;
pub mod delivery;
pub mod envelope;
pub mod events;
pub mod explain;
pub mod headers;
pub mod input;
pub mod proof;
pub mod schemes;
