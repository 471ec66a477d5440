//! Explanations for JavaScript: a question comes in as bytes, a report goes out as JSON. A module of its own, so that no
//! worker loads it that does not ask for one.

#![cfg_attr(target_arch = "wasm32", no_std)]
// Nothing prints these types, which are JavaScript's; and formatting weighs much.
#![allow(missing_debug_implementations)]

extern crate alloc;

mod question;
// How TypeScript writes a scheme of one's own is the same for all modules.
#[path = "../../src/schemes.rs"]
mod schemes;

use alloc::string::String;
use alloc::vec::Vec;
use core::cell::Cell;

use wasm_bindgen::prelude::wasm_bindgen;
use zeroize::Zeroize as _;

/// The memory in which a question stands, and then the answer to it.
#[wasm_bindgen]
#[derive(Default)]
pub struct Explanations {
    question: Cell<Vec<u8>>,
    answer: Cell<String>,
}

#[wasm_bindgen]
impl Explanations {
    /// Without any room yet.
    #[wasm_bindgen(constructor)]
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Makes room for a question of so many bytes, and tells the address; 0 if there is no memory for it.
    pub fn room(&self, bytes: usize) -> *const u8 {
        let mut room = Vec::new();
        if room.try_reserve_exact(bytes).is_err() {
            return core::ptr::null();
        }
        room.resize(bytes, 0);
        let address = room.as_ptr();
        // Of a question that was never answered the secrets are there still.
        self.question.replace(room).zeroize();
        address
    }

    /// Answers the question, which is wiped, and tells the length of the answer.
    pub fn explain(&self) -> usize {
        let mut question = self.question.take();
        let answer = question::answer(&question);
        question.zeroize();
        let length = answer.len();
        self.answer.set(answer);
        length
    }

    /// Where the answer stands.
    #[must_use]
    pub fn answer(&self) -> *const u8 {
        let answer = self.answer.take();
        let address = answer.as_ptr();
        self.answer.set(answer);
        address
    }
}

/// The standard library's allocator and its way to report a panic weigh more than the core does.
#[cfg(target_arch = "wasm32")]
mod instead_of_std {
    #[global_allocator]
    static ALLOCATOR: rlsf::SmallGlobalTlsf = rlsf::SmallGlobalTlsf::new();

    #[panic_handler]
    fn trap(_: &core::panic::PanicInfo<'_>) -> ! {
        core::arch::wasm32::unreachable()
    }
}
