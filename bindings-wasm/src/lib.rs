//! The core for JavaScript: converts arguments, calls the core, converts the result. Nothing is decided here.
//!
//! Only numbers cross. The caller writes texts and bodies into buffers that [`Core`] keeps, in the layout of
//! `hookseal_bindings`, so that a verification neither allocates nor crosses more than once. The TypeScript in
//! `js/src/engine/wasm.ts` is the only caller.
//!
//! The crate is built twice: once to verify by the built-in schemes, which is all that a worker at the edge should
//! load; and once with the feature `full`, which adds signing and custom schemes.

#![cfg_attr(target_arch = "wasm32", no_std)]
// Only JavaScript sees these types, nothing prints them, and formatting code is large.
#![allow(missing_debug_implementations)]

extern crate alloc;

mod answer;
mod deliveries;
#[cfg(feature = "full")]
mod signing;
mod verifiers;

use alloc::rc::Rc;
use alloc::vec::Vec;
use core::cell::Cell;

use hookseal::{Error, ErrorKind, OptionNames};
use hookseal_bindings::verdict;
use wasm_bindgen::prelude::wasm_bindgen;

use crate::answer::Answer;
use crate::verifiers::Verifier;

/// The core of a JavaScript realm: its verifiers, the buffers that deliveries are written into, and the last answer and
/// failure.
///
/// Verifiers are identified by numbers.
///
/// A JavaScript stack overflow can stop a function at any call that it makes, and nothing on its stack is dropped then.
/// So nothing is borrowed or taken out of its cell during a call, because it would stay that way forever: functions
/// share what they need, and at worst a reference count leaks.
#[wasm_bindgen]
#[derive(Default)]
pub struct Core {
    text: Buffer,
    body: Buffer,
    answer: Answer,
    verifiers: Cell<Option<Rc<Table>>>,
    error: Cell<Option<Error>>,
}

/// A failure that is kept for `message`: its number, negative. Errors themselves would be copied at every return.
struct Failure(i32);

type Buffer = Cell<Option<Rc<Vec<u8>>>>;

/// The verifiers by their numbers.
type Table = Vec<Cell<Option<Rc<Verifier>>>>;

#[wasm_bindgen]
impl Core {
    /// Has no verifiers and no buffers yet.
    #[wasm_bindgen(constructor)]
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Calls one of the functions of this crate. One export for all of them, because wasm-bindgen wraps each in code
    /// that takes as much space as the shorter functions.
    ///
    /// Addresses may be read as negative numbers. Other results are negative if the function failed: the number of the
    /// failure, which `message` then describes.
    pub fn call(&self, function: u32, one: usize, two: usize) -> i32 {
        let result: Result<usize, Failure> = match function {
            0 => return buffer(&self.text, one),
            1 => return buffer(&self.body, one),
            2 => return address(self.answer.as_ptr()),
            3 => Ok(self.message()),
            4 => self.prepare(one, two),
            5 => Ok(self.release(one)),
            6 => self.names(one),
            7 => self.key(one, two),
            8 => self.verify(one, two),
            9 => self.check_body(one, two),
            10 => self.signing_input(one),
            11 => self.delivery_key(one),
            12 => self.key_text(),
            #[cfg(feature = "full")]
            13 => self.sign(one),
            _ => Err(self.misused()),
        };
        result.map_or_else(|Failure(number)| number, as_i32)
    }
}

impl Core {
    /// Writes an answer with the text of the last failure, and returns its length.
    #[inline(never)]
    fn message(&self) -> usize {
        self.answer.write(|answer| {
            if let Some(error) = self.error.get() {
                // What is in texts about built-in schemes is ASCII; the text of a custom scheme need not be.
                #[cfg(feature = "full")]
                error.write_text(OptionNames::Camel, &mut |letter| {
                    answer.put(letter.encode_utf8(&mut [0; 4]).as_bytes());
                });
                #[cfg(not(feature = "full"))]
                error.write_text(OptionNames::Camel, &mut |letter| answer.put(&[letter as u8]));
            }
        })
    }

    /// Keeps a failure for `message`.
    #[inline(never)]
    fn fail(&self, error: Error) -> Failure {
        self.error.set(Some(error));
        Failure(verdict::number_of(error.kind()).cast_signed().wrapping_neg())
    }

    /// The failure of a call whose arguments do not fit together, which `wasm.ts` never makes.
    fn misused(&self) -> Failure {
        self.fail(ErrorKind::InvalidArgument.into())
    }

    fn verifier(&self, number: usize) -> Result<Rc<Verifier>, Failure> {
        let table = share(&self.verifiers);
        let found = table.as_ref().and_then(|table| share(table.get(number)?));
        found.ok_or_else(|| self.misused())
    }
}

/// Shares the contents of a cell, which stay there.
fn share<T>(cell: &Cell<Option<Rc<T>>>) -> Option<Rc<T>> {
    let taken = cell.take();
    let shared = taken.clone();
    // The cell is empty in the meantime, so there is nothing to drop.
    core::mem::forget(cell.replace(taken));
    shared
}

/// The contents of a buffer; empty if there is none yet.
fn bytes_of(buffer: &Option<Rc<Vec<u8>>>) -> &[u8] {
    buffer.as_ref().map_or(&[], |buffer| buffer)
}

/// Makes sure that a buffer has at least so many bytes. Returns its address, or 0 if there is not enough memory. The
/// contents of a smaller buffer are not copied.
#[inline(never)]
fn buffer(cell: &Buffer, wanted: usize) -> i32 {
    if let Some(buffer) = share(cell).filter(|buffer| buffer.len() >= wanted) {
        return address(buffer.as_ptr());
    }
    // Frees the smaller buffer first, so that there are never two at once.
    cell.set(None);
    let mut bytes = Vec::new();
    // A body that does not fit into memory must not trap.
    if bytes.try_reserve_exact(wanted).is_err() {
        return 0;
    }
    bytes.resize(wanted, 0);
    let address = address(bytes.as_ptr());
    cell.set(Some(Rc::new(bytes)));
    address
}

#[allow(clippy::cast_possible_truncation)] // addresses have 32 bits where this is called
fn address(place: *const u8) -> i32 {
    (place as usize as u32).cast_signed()
}

/// A number for JavaScript. None is so large that it would not fit.
fn as_i32(number: usize) -> i32 {
    i32::try_from(number).unwrap_or_default()
}
