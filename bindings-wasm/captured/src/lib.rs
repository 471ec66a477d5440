//! Reads captured requests and times for the page that explains deliveries, as the command line does. It is no part of
//! the npm package.

// Nothing prints these types, which belong to JavaScript.
#![allow(missing_debug_implementations)]

use std::cell::{Cell, RefCell};

use hookseal::{Scheme, UnixTime};
use hookseal_captured::{Request, read};
use wasm_bindgen::prelude::wasm_bindgen;

/// Holds a text, and then what was read in it.
#[wasm_bindgen]
#[derive(Default)]
pub struct Captured {
    text: RefCell<Vec<u8>>,
    answer: Cell<Vec<u8>>,
}

#[wasm_bindgen]
impl Captured {
    /// Without a text yet.
    #[wasm_bindgen(constructor)]
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Allocates a buffer for a text of this many bytes, and returns its address.
    pub fn buffer(&self, bytes: usize) -> *const u8 {
        let mut text = self.text.borrow_mut();
        *text = vec![0; bytes];
        text.as_ptr()
    }

    /// Reads the text as a request, and returns the length of the answer: `!` and why it cannot be read, or `.`, the
    /// headers, 1 if there is a body and otherwise 0, and the body. Headers are their number, and for each 1 if it may
    /// be passed on and otherwise 0, its name and its value. Numbers have four bytes, lowest first, and texts begin
    /// with their length.
    pub fn read(&self) -> usize {
        let answer = match read(&self.text.borrow()) {
            Ok(request) => encoded(&request),
            Err(reason) => format!("!{reason}").into_bytes(),
        };
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

    /// Reads the text as a time, in Unix seconds or as in RFC 3339; NaN if it is none.
    #[must_use]
    #[allow(clippy::cast_precision_loss)] // twelve digits, as in headers
    pub fn time(&self) -> f64 {
        let text = self.text.borrow();
        let text = std::str::from_utf8(&text).unwrap_or_default();
        let seconds = text.parse().ok().or_else(|| UnixTime::from_rfc3339(text).map(UnixTime::as_secs));
        seconds
            .filter(|seconds: &i64| seconds.unsigned_abs() < 1_000_000_000_000)
            .map_or(f64::NAN, |seconds| seconds as f64)
    }
}

fn encoded(request: &Request) -> Vec<u8> {
    let mut answer = b".".to_vec();
    put_number(&mut answer, request.headers.len());
    for (name, value) in &request.headers {
        answer.push(u8::from(is_public(name)));
        put(&mut answer, name);
        put(&mut answer, value);
    }
    answer.push(u8::from(request.body.is_some()));
    put(&mut answer, request.body.as_deref().unwrap_or_default());
    answer
}

fn put(answer: &mut Vec<u8>, text: &[u8]) {
    put_number(answer, text.len());
    answer.extend_from_slice(text);
}

fn put_number(answer: &mut Vec<u8>, number: usize) {
    // Memory has 32-bit addresses here.
    answer.extend_from_slice(&u32::try_from(number).unwrap_or(u32::MAX).to_le_bytes());
}

/// What describes a body, besides the headers that senders sign with.
const OF_BODIES: [&str; 3] = ["content-type", "content-length", "content-encoding"];

/// Whether a header may be passed on: one that a sender signs with, or that describes the body. Any other may be a
/// credential, such as a cookie, under whatever name.
fn is_public(name: &[u8]) -> bool {
    let is = |known: &str| name.eq_ignore_ascii_case(known.as_bytes());
    let of_scheme =
        |scheme: &Scheme| scheme.header_spellings().iter().flatten().flatten().any(|known| is(known.as_str()));
    let signed_urls = Scheme::SIGNED_URL_PRESETS.iter();
    let mut signed_urls =
        signed_urls.filter_map(|name| Scheme::signed_url_preset(name, "https://hookseal.invalid/").ok());
    OF_BODIES.iter().any(|known| is(known))
        || Scheme::PRESETS.iter().chain(Scheme::FURTHER_PRESETS).any(of_scheme)
        || signed_urls.any(|scheme| of_scheme(&scheme))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_headers_of_signatures_and_bodies_may_be_passed_on() {
        for name in ["X-Contio-Signature", "x-contio-timestamp", "Stripe-Signature", "webhook-id", "Content-Type"] {
            assert!(is_public(name.as_bytes()), "{name}");
        }
        for name in ["Cookie", "Authorization", "X-Api-Key", "X-Contio-Token", "Host", "X-Forwarded-For", ""] {
            assert!(!is_public(name.as_bytes()), "{name}");
        }
    }

    #[test]
    fn times_are_read_as_the_command_line_reads_them() {
        for (text, seconds) in [
            ("1736937000", Some(1_736_937_000.0)),
            ("2025-01-15T10:30:00Z", Some(1_736_937_000.0)),
            ("2025-01-15T11:30:00.5+01:00", Some(1_736_937_000.0)),
            ("1736937000000", None),
            ("2025-01-15", None),
            ("", None),
        ] {
            let captured = Captured::new();
            captured.buffer(text.len());
            captured.text.borrow_mut().copy_from_slice(text.as_bytes());
            assert_eq!(Some(captured.time()).filter(|time| !time.is_nan()), seconds, "{text}");
        }
    }

    #[test]
    fn an_answer_has_the_headers_and_the_body() {
        let headers = vec![(b"Cookie".to_vec(), b"a".to_vec()), (b"Content-Type".to_vec(), b"b".to_vec())];
        let answer = encoded(&Request { headers, body: Some(b"{}".to_vec()) });
        let expected = b".\x02\0\0\0\0\x06\0\0\0Cookie\x01\0\0\0a\x01\x0c\0\0\0Content-Type\x01\0\0\0b\x01\x02\0\0\0{}";
        assert_eq!(answer, expected);
    }
}
