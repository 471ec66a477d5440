//! Signs deliveries.

use hookseal::{ErrorKind, HeaderLookup};
use hookseal_bindings::request::Request;
use napi_derive::napi;

use crate::{fail, with_verifier};

/// Signs the body of the delivery in `record` with a verifier's first secret, at its time and with the value of its id
/// header. Returns the name and the value of each header, one header per line, or the number of a failure.
#[napi]
#[must_use]
pub fn sign(verifier: u32, record: &[u8], body: &[u8]) -> napi::Either<String, u32> {
    let signed = with_verifier(verifier, |verifier| {
        let request = Request::read(record).ok_or(ErrorKind::InvalidArgument)?;
        let id = match request.values {
            [_, _, HeaderLookup::Once(id)] => Some(core::str::from_utf8(id).unwrap_or_default()),
            _ => None,
        };
        let body = request.body_in(body).ok_or(ErrorKind::InvalidArgument)?;
        let headers = verifier.signer(0).ok_or(ErrorKind::InvalidSecret)?.sign(body, request.now, id)?;
        Ok(headers.iter().map(|(name, value)| format!("{name}\t{value}\n")).collect())
    });
    signed.map_or_else(|error| napi::Either::B(fail(error)), napi::Either::A)
}
