//! The keys of deliveries.

use hookseal::ErrorKind;
use hookseal_bindings::keys;
use hookseal_bindings::request::Request;
use napi_derive::napi;

use crate::{fail, with_verifier};

/// The text of the key of the delivery in `record`, which was verified before; empty if it has none. Or the number of a
/// failure.
#[napi]
#[must_use]
pub fn delivery_key(verifier: u32, record: &[u8], body: &[u8]) -> napi::Either<String, u32> {
    let written = with_verifier(verifier, |verifier| {
        let request = Request::read(record).ok_or(ErrorKind::InvalidArgument)?;
        let body = request.body_in(body).ok_or(ErrorKind::InvalidArgument)?;
        let key = keys::of_delivery(&request, verifier.scheme(), body);
        Ok(key.map_or_else(String::new, |key| key.text("")))
    });
    written.map_or_else(|error| napi::Either::B(fail(error)), napi::Either::A)
}

/// The text of the key in `record`: see [`keys::write_text`].
#[napi]
#[must_use]
pub fn key_text(record: &[u8]) -> String {
    let mut text = String::new();
    if let Some(request) = Request::read(record) {
        keys::write_text(&request, &mut |part| text.push_str(part));
    }
    text
}
