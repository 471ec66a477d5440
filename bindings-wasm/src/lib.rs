//! The core for JavaScript: converts arguments, calls the core, converts the answer. Nothing is decided here.
//!
//! Numbers alone cross. Texts and bodies are written by the caller into memory that [`Core`] keeps for them, so that a
//! verification neither allocates nor crosses more than once. The TypeScript in `ts/engine.ts` is the only caller.
//!
//! It is built twice: to verify by the schemes that are built in, which is what a worker at the edge does and all that it
//! should load; and with the feature `full`, to sign and for schemes of the user's own too.

#![cfg_attr(target_arch = "wasm32", no_std)]
// Nothing prints these types, which are JavaScript's; and formatting weighs much.
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

use hookseal::{Error, ErrorKind, UnixTime};
use wasm_bindgen::prelude::wasm_bindgen;

use crate::answer::Answer;
use crate::verifiers::Verifier;

/// All that a JavaScript realm has of the core: its verifiers, the memory that deliveries are written into, and what is
/// left to be asked of the last one.
///
/// Verifiers go by a number. A function that can fail gives that of a failure, 1 for the first of [`ErrorKind::ALL`] and
/// so on; its text is then had from `message`.
///
/// The end of JavaScript's stack can stop a function at any call that it makes, and nothing that it has on its stack is
/// dropped then. So nothing is borrowed or taken out of its cell during a call, for it would stay so for ever: what a
/// function needs is shared, and the most that is lost is a count.
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
    /// Without verifiers, and without any room yet.
    #[wasm_bindgen(constructor)]
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Makes room for so many bytes of a body, or of text, and gives the address; 0 if there is no memory for it. What was in a
    /// smaller room is not copied.
    pub fn room(&self, is_body: bool, bytes: usize) -> *const u8 {
        room(if is_body { &self.body } else { &self.text }, bytes)
    }

    /// Where the last answer stands, of a function that gives the length of one.
    #[must_use]
    pub fn answer(&self) -> *const u8 {
        self.answer.as_ptr()
    }

    /// Answers with the text of the last failure.
    pub fn message(&self) -> usize {
        self.answer.write(|answer| {
            if let Some(error) = self.error.get() {
                error.parts().into_iter().for_each(|piece| answer.put(piece.as_bytes()));
            }
        })
    }
}

impl Core {
    /// Keeps a failure for `message`, and tells its number.
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

/// What is in a cell, which stays there.
fn share<T>(cell: &Cell<Option<Rc<T>>>) -> Option<Rc<T>> {
    let taken = cell.take();
    let shared = taken.clone();
    // Nothing is there meanwhile that would have to be dropped.
    core::mem::forget(cell.replace(taken));
    shared
}

/// The first bytes of a room. If there are not as many, none are taken in their place.
fn first(room: Option<&Rc<Vec<u8>>>, bytes: usize) -> Result<&[u8], Error> {
    room.and_then(|room| room.get(..bytes)).ok_or(ErrorKind::InvalidArgument.into())
}

fn number_of(error: Error) -> u32 {
    (1..).zip(ErrorKind::ALL).find(|(_, kind)| **kind == error.kind()).map_or(0, |(number, _)| number)
}

fn room(cell: &Cell<Option<Rc<Vec<u8>>>>, wanted: usize) -> *const u8 {
    if let Some(room) = share(cell).filter(|room| room.len() >= wanted) {
        return room.as_ptr();
    }
    // The smaller one goes first, so that there are never two at once.
    cell.set(None);
    let mut bytes = Vec::new();
    // A body too large for the memory is no reason to trap.
    if bytes.try_reserve_exact(wanted).is_err() {
        return core::ptr::null();
    }
    bytes.resize(wanted, 0);
    let address = bytes.as_ptr();
    cell.set(Some(Rc::new(bytes)));
    address
}

/// A number as it crosses. None is so large that it would not fit.
fn crossing(number: usize) -> i32 {
    i32::try_from(number).unwrap_or_default()
}

#[allow(clippy::cast_possible_truncation)] // the caller checked that it is a whole number; beyond that it saturates
fn unix_time(seconds: f64) -> UnixTime {
    UnixTime::from_secs(seconds as i64)
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
