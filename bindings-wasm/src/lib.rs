//! The core for JavaScript: converts arguments, calls the core, converts the result. Nothing is decided here.
//!
//! Only numbers cross. The caller writes texts and bodies into buffers that [`Core`] keeps, so that a verification
//! neither allocates nor crosses more than once. The TypeScript in `js/src/engine/wasm.ts` is the only caller.
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
mod schemes;
mod secrets;
#[cfg(feature = "full")]
mod signing;
mod values;
mod verdict;
mod verifiers;

use alloc::rc::Rc;
use alloc::vec::Vec;
use core::cell::Cell;

use hookseal::{Error, ErrorKind, OptionNames, UnixTime};
use wasm_bindgen::prelude::wasm_bindgen;

use crate::answer::Answer;
use crate::verifiers::Verifier;

/// The core of a JavaScript realm: its verifiers, the buffers that deliveries are written into, and the last answer and
/// failure.
///
/// Verifiers are identified by numbers. A function that fails returns the number of the failure, starting with 1 for
/// the first of [`ErrorKind::ALL`]; `message` then gives its text.
///
/// A JavaScript stack overflow can stop a function at any call that it makes, and nothing on its stack is dropped then.
/// So nothing is borrowed or taken out of its cell during a call, because it would stay that way forever: functions
/// share what they need, and at worst a reference count leaks.
#[wasm_bindgen]
#[derive(Default)]
pub struct Core {
    text: Cell<Option<Rc<Vec<u8>>>>,
    body: Cell<Option<Rc<Vec<u8>>>>,
    answer: Answer,
    verifiers: Cell<Option<Rc<Table>>>,
    error: Cell<Option<Error>>,
}

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

    /// Makes sure that the buffer for bodies, or the one for text, has at least `bytes` bytes. Returns its address, or
    /// 0 if there is not enough memory. The contents of a smaller buffer are not copied.
    pub fn buffer(&self, is_body: bool, bytes: usize) -> *const u8 {
        buffer(if is_body { &self.body } else { &self.text }, bytes)
    }

    /// The address of the last answer. The function that wrote it returned its length.
    #[must_use]
    pub fn answer(&self) -> *const u8 {
        self.answer.as_ptr()
    }

    /// Writes an answer with the text of the last failure, and returns its length.
    pub fn message(&self) -> usize {
        self.answer.write(|answer| {
            if let Some(error) = self.error.get() {
                error.write_text(OptionNames::Camel, &mut |letter| answer.put(&[letter as u8]));
            }
        })
    }
}

impl Core {
    /// Keeps a failure for `message`, and returns its number.
    fn fail(&self, error: Error) -> u32 {
        self.error.set(Some(error));
        number_of(error)
    }

    fn verifier(&self, number: usize) -> Result<Rc<Verifier>, Error> {
        let table = share(&self.verifiers);
        let found = table.as_ref().and_then(|table| share(table.get(number)?));
        found.ok_or(ErrorKind::InvalidArgument.into())
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

/// The first bytes of a buffer. Having fewer is an error: other bytes must not be verified in their place.
fn first(buffer: Option<&Rc<Vec<u8>>>, bytes: usize) -> Result<&[u8], Error> {
    buffer.and_then(|buffer| buffer.get(..bytes)).ok_or(ErrorKind::InvalidArgument.into())
}

fn number_of(error: Error) -> u32 {
    (1..).zip(ErrorKind::ALL).find(|(_, kind)| **kind == error.kind()).map_or(0, |(number, _)| number)
}

fn buffer(cell: &Cell<Option<Rc<Vec<u8>>>>, wanted: usize) -> *const u8 {
    if let Some(buffer) = share(cell).filter(|buffer| buffer.len() >= wanted) {
        return buffer.as_ptr();
    }
    // Frees the smaller buffer first, so that there are never two at once.
    cell.set(None);
    let mut bytes = Vec::new();
    // A body that does not fit into memory must not trap.
    if bytes.try_reserve_exact(wanted).is_err() {
        return core::ptr::null();
    }
    bytes.resize(wanted, 0);
    let address = bytes.as_ptr();
    cell.set(Some(Rc::new(bytes)));
    address
}

/// A number for JavaScript. None is so large that it would not fit.
fn as_i32(number: usize) -> i32 {
    i32::try_from(number).unwrap_or_default()
}

#[allow(clippy::cast_possible_truncation)] // the caller checked that it is an integer; larger ones saturate
fn unix_time(seconds: f64) -> UnixTime {
    UnixTime::from_secs(seconds as i64)
}

/// The standard library's allocator and panic messages would be larger than the core.
#[cfg(target_arch = "wasm32")]
mod instead_of_std {
    #[global_allocator]
    static ALLOCATOR: rlsf::SmallGlobalTlsf = rlsf::SmallGlobalTlsf::new();

    #[panic_handler]
    fn trap(_: &core::panic::PanicInfo<'_>) -> ! {
        core::arch::wasm32::unreachable()
    }
}
