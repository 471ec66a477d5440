//! Signs deliveries.

use hookseal::ErrorKind;
use napi_derive::napi;

use crate::{fail, first, unix_time, with_verifier};

/// Signs a body with a verifier's first secret, and with an id for schemes that sign one. Returns the name and the
/// value of each header, one header per line, or the number of a failure.
#[napi]
#[allow(clippy::needless_pass_by_value)] // napi requires it
pub fn sign(verifier: u32, body: &[u8], bytes: f64, timestamp: f64, id: Option<String>) -> napi::Either<String, u32> {
    let signed = with_verifier(verifier, |verifier| {
        let signer = verifier.signer(0).ok_or(ErrorKind::InvalidSecret)?;
        let headers = signer.sign(first(body, bytes)?, unix_time(timestamp), id.as_deref())?;
        Ok(headers.iter().map(|(name, value)| format!("{name}\t{value}\n")).collect())
    });
    signed.map_or_else(|error| napi::Either::B(fail(error)), napi::Either::A)
}
