//! The core for Node: converts arguments, calls the core, converts the result. Nothing is decided here.
//!
//! A call from JavaScript takes a tenth of the time of a small verification, and passing a string several times that.
//! So a verification crosses once: the caller writes the header values into one byte array, and the verdict is returned
//! as one number. The TypeScript in `js/src/engine/native.ts` is the only caller.

// The tests are in JavaScript, so clippy finds the functions unused when it checks the tests.
#![cfg_attr(test, allow(dead_code))]

extern crate alloc;

// Both packages encode these alike: requests for explanations, custom schemes, secrets and verdicts.
#[path = "../../bindings-wasm/explain/src/request.rs"]
mod request;
#[path = "../../bindings-wasm/src/schemes.rs"]
mod schemes;
#[path = "../../bindings-wasm/src/secrets.rs"]
mod secrets;
mod signing;
#[path = "../../bindings-wasm/src/verdict.rs"]
mod verdict;
mod verifiers;

use std::cell::{Cell, RefCell};

use hookseal::{Error, ErrorKind, HeaderLookup, HeaderValues, OptionNames, UnixTime, Verifier};
use napi_derive::napi;

thread_local! {
    /// The verifiers of this thread, by their numbers. Node runs each worker in a thread of its own, which calls the
    /// addon.
    static VERIFIERS: RefCell<Vec<Option<Verifier>>> = const { RefCell::new(Vec::new()) };
    /// The last failure, whose text `message` gives.
    static FAILURE: Cell<Option<Error>> = const { Cell::new(None) };
}

/// Stands for the length of a missing header's value.
const MISSING: i32 = -1;

/// The arguments of a call of [`verify`] other than the header values and the body. They precede the header values in
/// memory, in native byte order: passing each as an argument from JavaScript would take longer than writing it there.
struct VerifyCall {
    verifier: u32,
    /// The lengths of the values of the signature, timestamp and id headers: [`MISSING`] for a missing header, and less
    /// for a duplicate one.
    lengths: [i32; 3],
    /// How many bytes of the body's array are the body; negative for all of them.
    bytes: f64,
    /// The current time in Unix seconds.
    now: f64,
}

impl VerifyCall {
    /// Reads the first [`CALL_BYTES`] bytes of the text, and returns the rest with it.
    fn read(text: &[u8]) -> Option<(Self, &[u8])> {
        let (call, values) = text.split_first_chunk::<CALL_BYTES>()?;
        let (words, _) = call.as_chunks::<4>();
        let (numbers, _) = call.as_chunks::<8>();
        let word = |at: usize| i32::from_ne_bytes(words[at]);
        let [bytes, now] = [2, 3].map(|at: usize| f64::from_ne_bytes(numbers[at]));
        Some((Self { verifier: word(0).cast_unsigned(), lengths: [word(1), word(2), word(3)], bytes, now }, values))
    }
}

/// The size of a [`VerifyCall`] in memory.
const CALL_BYTES: usize = 32;

/// Verifies a delivery. `text` contains a [`VerifyCall`], followed by the values of the headers.
///
/// Returns a number from `verdict::number_of`, or that of a failure.
#[napi]
#[must_use]
pub fn verify(text: &[u8], body: &[u8]) -> f64 {
    let Some((VerifyCall { verifier, lengths, bytes, now }, text)) = VerifyCall::read(text) else {
        return fail(ErrorKind::InvalidArgument.into()).into();
    };
    let verified = with_verifier(verifier, |verifier| {
        let headers = headers(verifier, text, lengths);
        let delivery = verifier.verify(&headers, first(body, bytes)?, unix_time(now))?;
        Ok(verdict::number_of(&delivery, verifier.scheme()))
    });
    verified.unwrap_or_else(|error| fail(error).into())
}

/// Checks a body that was verified before: it must be a Contio envelope, or at least JSON. `has_envelope` is whether
/// deliveries of the scheme carry one. Returns 0 or the number of a failure.
#[napi]
#[must_use]
pub fn check_body(body: &[u8], bytes: f64, is_envelope: bool, has_envelope: bool) -> u32 {
    let checked = first(body, bytes).and_then(|body| {
        if is_envelope { hookseal::check_envelope(body, has_envelope) } else { hookseal::check_json(body) }
    });
    checked.map_or_else(fail, |()| 0)
}

/// Explains a delivery: returns the report as JSON, or an error.
#[napi]
#[must_use]
pub fn explain(request: &[u8]) -> String {
    request::answer(request)
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
    (1..).zip(ErrorKind::ALL).find(|(_, kind)| **kind == error.kind()).map_or(0, |(number, _)| number)
}

fn with_verifier<T>(number: u32, act: impl FnOnce(&Verifier) -> Result<T, Error>) -> Result<T, Error> {
    VERIFIERS.with_borrow(|verifiers| {
        let found = usize::try_from(number).ok().and_then(|number| verifiers.get(number)?.as_ref());
        act(found.ok_or(ErrorKind::InvalidArgument)?)
    })
}

fn headers<'t>(verifier: &'t Verifier, text: &'t [u8], lengths: [i32; 3]) -> HeaderValues<'t> {
    let mut rest = text;
    let values = lengths.map(|length| match usize::try_from(length) {
        Ok(length) => {
            // The lengths never exceed what was written.
            let (value, after) = rest.split_at_checked(length).unwrap_or_default();
            rest = after;
            HeaderLookup::Once(value)
        }
        Err(_) if length == MISSING => HeaderLookup::Missing,
        Err(_) => HeaderLookup::Duplicate,
    });
    HeaderValues::new(verifier.scheme(), values)
}

/// The first bytes of an array, or all if `bytes` is negative. Having fewer is an error: other bytes must not be
/// verified in their place.
#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // the sign was checked, and larger numbers saturate
fn first(body: &[u8], bytes: f64) -> Result<&[u8], Error> {
    let body = if bytes < 0.0 { Some(body) } else { body.get(..bytes as usize) };
    body.ok_or(ErrorKind::InvalidArgument.into())
}

#[allow(clippy::cast_possible_truncation)] // the caller checked that it is an integer; larger ones saturate
fn unix_time(seconds: f64) -> UnixTime {
    UnixTime::from_secs(seconds as i64)
}
