//! hookseal's filter for hosts of Proxy-Wasm (ABI 0.2.1): Envoy, Istio, Envoy Gateway and others.
//!
//! `plugin.rs` says what happens at each callback, and is tested without a proxy. `abi.rs` has the callbacks and the
//! calls of the host, and all unsafe code. The ABI is used as it is: the crate `proxy-wasm` imports each of its 34 host
//! functions, which smaller hosts lack, and panics at a header that is not UTF-8.

#![cfg_attr(target_arch = "wasm32", no_std)]

extern crate alloc;
#[cfg(target_arch = "wasm32")]
extern crate hookseal_bindings as _;

#[cfg(target_arch = "wasm32")]
pub mod abi;
pub mod maps;
pub mod plugin;
