//! The core for Node: converts arguments, calls the core, converts the result. Nothing is decided here.
//!
//! A call from JavaScript takes a tenth of the time of a small verification, and passing a string several times that.
//! So a verification crosses once: the caller writes the header values into one byte array, where the verdict is
//! written too, in the layout of `hookseal_bindings`. The TypeScript in `js/src/engine/native.ts` is the only caller.

// The tests are in JavaScript, so clippy finds the functions unused when it checks the tests.
#![cfg_attr(test, allow(dead_code))]

mod keys;
mod signing;
mod verifiers;

use std::cell::{Cell, RefCell};

use hookseal::{Error, ErrorKind, OptionNames, Verifier};
use hookseal_bindings::request::Request;
use hookseal_bindings::verdict;
use napi::bindgen_prelude::BufferSlice;
use napi_derive::napi;

thread_local! {
    /// The verifiers of this thread, by their numbers. Node runs each worker in a thread of its own, which calls the
    /// addon.
    static VERIFIERS: RefCell<Vec<Option<Verifier>>> = const { RefCell::new(Vec::new()) };
    /// The last failure, whose text `message` gives.
    static FAILURE: Cell<Option<Error>> = const { Cell::new(None) };
}

/// Verifies the delivery in `record`, and writes the verdict there. Returns 0 or the number of a failure.
#[napi]
#[must_use]
#[allow(clippy::needless_pass_by_value)] // napi requires it
pub fn verify(verifier: u32, mut record: BufferSlice<'_>, body: &[u8]) -> u32 {
    let verified = with_verifier(verifier, |verifier| {
        let request = Request::read(&record).ok_or(ErrorKind::InvalidArgument)?;
        let body = request.body_in(body).ok_or(ErrorKind::InvalidArgument)?;
        let headers = request.headers(verifier.scheme());
        let delivery = verifier.verify(&headers, body, request.now)?;
        Ok(verdict::genuine(&delivery, verifier.scheme(), delivery.has_read_envelope()))
    });
    let (code, written) = match verified {
        Ok(written) => (0, written),
        Err(error) => (fail(error), verdict::refused(&error)),
    };
    if let Some(place) = record.first_chunk_mut() {
        *place = written;
    }
    code
}

/// Checks the first `bytes` bytes of an array, which were verified before: they must be a Contio envelope, or at least
/// JSON. `has_envelope` is whether deliveries of the scheme carry one. Returns 0 or the number of a failure.
#[napi]
#[must_use]
#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // it is a length
pub fn check_body(body: &[u8], bytes: f64, is_envelope: bool, has_envelope: bool) -> u32 {
    // Having fewer is an error: other bytes must not be checked in their place.
    let body = body.get(..bytes as usize).ok_or(Error::from(ErrorKind::InvalidArgument));
    let checked = body.and_then(|body| {
        if is_envelope { hookseal::check_envelope(body, has_envelope) } else { hookseal::check_json(body) }
    });
    checked.map_or_else(fail, |()| 0)
}

/// Explains a delivery: returns the report as JSON, or an error.
#[napi]
#[must_use]
pub fn explain(request: &[u8]) -> String {
    hookseal_bindings::explain::answer(request)
}

/// The text of the last failure.
#[napi]
#[must_use]
pub fn message() -> String {
    let mut text = String::new();
    if let Some(error) = FAILURE.get() {
        error.write_text(OptionNames::Camel, &mut |letter| text.push(letter));
    }
    text
}

/// Keeps a failure for `message`, and returns its number.
fn fail(error: Error) -> u32 {
    FAILURE.set(Some(error));
    verdict::number_of(error.kind())
}

fn with_verifier<T>(number: u32, act: impl FnOnce(&Verifier) -> Result<T, Error>) -> Result<T, Error> {
    VERIFIERS.with_borrow(|verifiers| {
        let found = usize::try_from(number).ok().and_then(|number| verifiers.get(number)?.as_ref());
        act(found.ok_or(ErrorKind::InvalidArgument)?)
    })
}
