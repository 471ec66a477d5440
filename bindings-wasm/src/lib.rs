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

mod deliveries;
#[cfg(feature = "full")]
mod schemes;
#[cfg(feature = "full")]
mod signing;
mod values;
mod verifiers;

use alloc::rc::Rc;
use alloc::vec::Vec;
use core::cell::Cell;

use hookseal::{Error, ErrorKind, UnixTime};
use wasm_bindgen::prelude::wasm_bindgen;

use crate::verifiers::Verifier;

/// All that a JavaScript realm has of the core: its verifiers, the memory that deliveries are written into, and what is
/// left to be asked of the last one.
///
/// Verifiers go by a number. A function that can fail gives that of a failure, 1 for the first of [`ErrorKind::ALL`] and
/// so on; its text is then had from `message`.
///
/// The end of JavaScript's stack can stop a function anywhere. Nothing is borrowed meanwhile, since that would stay so
/// for ever: what a function needs is taken out of its cell and put back, and if it is lost, room is made anew.
#[wasm_bindgen]
#[derive(Default)]
pub struct Core {
    text: Cell<Vec<u8>>,
    body: Cell<Vec<u8>>,
    answer: Cell<Vec<u8>>,
    verifiers: Cell<Vec<Option<Rc<Verifier>>>>,
    error: Cell<Option<Error>>,
    timestamp: Cell<Option<UnixTime>>,
}

#[wasm_bindgen]
impl Core {
    /// Without verifiers, and without any room yet.
    #[wasm_bindgen(constructor)]
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Makes room for so many bytes of text, and tells the address; 0 if there is no memory for it.
    pub fn text_room(&self, bytes: usize) -> *const u8 {
        with(&self.text, |text| room(text, bytes))
    }

    /// The same for a body.
    pub fn body_room(&self, bytes: usize) -> *const u8 {
        with(&self.body, |body| room(body, bytes))
    }

    /// Where the last answer stands, of a function that tells the length of one.
    #[must_use]
    pub fn answer(&self) -> *const u8 {
        with(&self.answer, |answer| answer.as_ptr())
    }

    /// Answers with the text of the last failure.
    pub fn message(&self) -> usize {
        self.write_answer(|answer| {
            if let Some(error) = self.error.get() {
                error.pieces().into_iter().for_each(|piece| put(answer, piece.as_bytes()));
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
        let found = with(&self.verifiers, |verifiers| verifiers.get(number).cloned().flatten());
        found.ok_or(ErrorKind::InvalidArgument.into())
    }

    /// Tells the length of what was written.
    fn write_answer(&self, write: impl FnOnce(&mut Vec<u8>)) -> usize {
        with(&self.answer, |answer| {
            answer.clear();
            write(answer);
            answer.len()
        })
    }
}

/// Takes what is in a cell for a while.
fn with<T: Default, R>(cell: &Cell<T>, act: impl FnOnce(&mut T) -> R) -> R {
    let mut taken = cell.take();
    let result = act(&mut taken);
    // Nothing is there meanwhile that would have to be dropped.
    core::mem::forget(cell.replace(taken));
    result
}

#[inline(never)]
fn put(answer: &mut Vec<u8>, piece: &[u8]) {
    answer.extend_from_slice(piece);
}

fn number_of(error: Error) -> u32 {
    (1..).zip(ErrorKind::ALL).find(|(_, kind)| **kind == error.kind()).map_or(0, |(number, _)| number)
}

fn room(bytes: &mut Vec<u8>, wanted: usize) -> *const u8 {
    if bytes.len() < wanted {
        // A body too large for the memory is no reason to trap.
        if bytes.try_reserve(wanted - bytes.len()).is_err() {
            return core::ptr::null();
        }
        bytes.resize(bytes.capacity(), 0);
    }
    bytes.as_ptr()
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
