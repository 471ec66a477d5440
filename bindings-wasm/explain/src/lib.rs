//! Explanations for JavaScript: a request comes in as bytes, and a report goes out as JSON. It is a module of its own,
//! so that only workers that ask for explanations load it.

#![cfg_attr(target_arch = "wasm32", no_std)]
// Nothing prints these types, which belong to JavaScript, and formatting code is large.
#![allow(missing_debug_implementations)]

extern crate alloc;

use alloc::string::String;
use alloc::vec::Vec;
use core::cell::Cell;

use hookseal_bindings::explain;
use wasm_bindgen::prelude::wasm_bindgen;
use zeroize::Zeroize as _;

/// Holds a request, and then the answer to it.
#[wasm_bindgen]
#[derive(Default)]
pub struct Explanations {
    request: Cell<Vec<u8>>,
    answer: Cell<String>,
}

#[wasm_bindgen]
impl Explanations {
    /// Without a buffer yet.
    #[wasm_bindgen(constructor)]
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Allocates a buffer for a request of this many bytes, and returns its address; 0 if there is no memory for it.
    pub fn buffer(&self, bytes: usize) -> *const u8 {
        let mut buffer = Vec::new();
        if buffer.try_reserve_exact(bytes).is_err() {
            return core::ptr::null();
        }
        buffer.resize(bytes, 0);
        let address = buffer.as_ptr();
        // A request that was never answered still contains its secrets.
        self.request.replace(buffer).zeroize();
        address
    }

    /// Answers the request, wipes it, and returns the length of the answer.
    pub fn explain(&self) -> usize {
        let mut request = self.request.take();
        let answer = explain::answer(&request);
        request.zeroize();
        let length = answer.len();
        self.answer.set(answer);
        length
    }

    /// The address of the answer.
    #[must_use]
    pub fn answer(&self) -> *const u8 {
        let answer = self.answer.take();
        let address = answer.as_ptr();
        self.answer.set(answer);
        address
    }
}
