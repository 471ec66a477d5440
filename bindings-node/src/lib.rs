//! The core for Node: converts arguments, calls the core, converts the answer. Nothing is decided here.
//!
//! A call from JavaScript takes as long as a tenth of a small verification, and a text that crosses several times that.
//! So a verification crosses once: header values are written by the caller into one array of bytes, and all that is
//! found out comes back as one number. The TypeScript in `ts/engine.ts` is the only caller.

// Of the tests, which are in JavaScript, clippy sees only that nothing is called.
#![cfg_attr(test, allow(dead_code))]

extern crate alloc;

// What crosses is the same for both packages: what an explanation is asked, schemes of one's own, secrets and verdicts.
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

use hookseal::{Delivery, Error, ErrorKind, HeaderLookup, HeaderValues, UnixTime, Verifier};
use napi_derive::napi;

thread_local! {
    /// The verifiers of this thread, by their numbers. Node runs a worker's JavaScript in a thread of its own, and that
    /// of the addon with it.
    static VERIFIERS: RefCell<Vec<Option<Verifier>>> = const { RefCell::new(Vec::new()) };
    /// The last failure, whose text is had from `message`.
    static FAILURE: Cell<Option<Error>> = const { Cell::new(None) };
}

/// Says that a header is absent, in the place of its value's length.
const ABSENT: i32 = -1;

/// What a delivery is judged by, beside its headers' values and its body. It stands in front of those values, as numbers in
/// this machine's own order of bytes: each argument of a call from JavaScript would take longer than writing it there.
struct Question {
    verifier: u32,
    /// The lengths of the values of the signature, timestamp and id headers; [`ABSENT`] for a header that is, and less for
    /// one that occurs twice.
    lengths: [i32; 3],
    /// How many bytes of the body's array count; below 0 for all that it has.
    bytes: f64,
    /// The present, in Unix seconds.
    now: f64,
}

impl Question {
    /// The first [`QUESTION`] bytes of the text, and what stands behind them.
    fn read(text: &[u8]) -> Option<(Self, &[u8])> {
        let (question, values) = text.split_first_chunk::<QUESTION>()?;
        let (words, _) = question.as_chunks::<4>();
        let (numbers, _) = question.as_chunks::<8>();
        let word = |at: usize| i32::from_ne_bytes(words[at]);
        let [bytes, now] = [2, 3].map(|at: usize| f64::from_ne_bytes(numbers[at]));
        Some((Self { verifier: word(0).cast_unsigned(), lengths: [word(1), word(2), word(3)], bytes, now }, values))
    }
}

/// How many bytes it has.
const QUESTION: usize = 32;

/// Judges a delivery. In `text` stands a [`Question`], and behind it the values of the headers, one behind the other.
///
/// Gives one number, of `verdict::number_of` or a failure's.
#[napi]
#[must_use]
pub fn verify(text: &[u8], body: &[u8]) -> f64 {
    let Some((Question { verifier, lengths, bytes, now }, text)) = Question::read(text) else {
        return fail(ErrorKind::InvalidArgument.into()).into();
    };
    let judged = with_verifier(verifier, |verifier| {
        let headers = headers(verifier, text, lengths);
        let delivery = verifier.verify(&headers, first(body, bytes)?, unix_time(now))?;
        Ok(verdict::number_of(&delivery, verifier.scheme()))
    });
    judged.unwrap_or_else(|error| fail(error).into())
}

/// Checks a body that was verified before, that it holds a Contio envelope, or at least JSON: gives the number of a failure,
/// or 0.
#[napi]
#[must_use]
pub fn check_body(body: &[u8], bytes: f64, is_envelope: bool) -> u32 {
    let check = if is_envelope { Delivery::recheck_envelope } else { hookseal::check_json };
    first(body, bytes).and_then(check).map_or_else(fail, |()| 0)
}

/// Answers a question of what became of a delivery: with the report as JSON, or with an error.
#[napi]
#[must_use]
pub fn explain(request: &[u8]) -> String {
    request::answer(request)
}

/// The text of the last failure.
#[napi]
#[must_use]
pub fn message() -> String {
    FAILURE.get().map_or_else(String::new, |error| error.to_string())
}

/// Keeps a failure for `message`, and tells its number.
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
            // No more is ever said than was written.
            let (value, behind) = rest.split_at_checked(length).unwrap_or_default();
            rest = behind;
            HeaderLookup::Once(value)
        }
        Err(_) if length == ABSENT => HeaderLookup::Missing,
        Err(_) => HeaderLookup::Duplicate,
    });
    HeaderValues::new(verifier.scheme(), values)
}

/// So many bytes of an array, or all if it is below 0. If there are not as many, none are taken in their place.
#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // the sign was checked, and what is too large saturates
fn first(body: &[u8], bytes: f64) -> Result<&[u8], Error> {
    let counted = if bytes < 0.0 { Some(body) } else { body.get(..bytes as usize) };
    counted.ok_or(ErrorKind::InvalidArgument.into())
}

#[allow(clippy::cast_possible_truncation)] // the caller checked that it is a whole number; beyond that it saturates
fn unix_time(seconds: f64) -> UnixTime {
    UnixTime::from_secs(seconds as i64)
}
