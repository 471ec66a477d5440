//! Makes verifiers.

use std::time::Duration;

use hookseal::{Error, HeaderName, Verifier};
use napi_derive::napi;

use crate::{VERIFIERS, fail, schemes, secrets, with_verifier};

/// Makes a verifier and returns its number, or a negative failure.
///
/// `scheme` is what [`schemes::read`] takes. The secrets are in one array, encoded as [`secrets::read`] expects, which
/// the caller wipes: a string that crosses is copied, and the copy is freed without being wiped. Limits are in seconds
/// or bytes: NaN stands for the core's default, and an infinite age allows any age.
#[napi]
#[allow(clippy::needless_pass_by_value)] // napi requires it
pub fn prepare(scheme: String, secrets: &[u8], max_age: f64, max_skew: f64, max_event_age: f64, max_body: f64) -> i32 {
    let verifier = match make(&scheme, secrets, [max_age, max_skew, max_event_age, max_body]) {
        Ok(verifier) => verifier,
        Err(error) => return fail(error).cast_signed().wrapping_neg(),
    };
    VERIFIERS.with_borrow_mut(|verifiers| {
        let number = verifiers.iter().position(Option::is_none).unwrap_or_else(|| {
            verifiers.push(None);
            verifiers.len() - 1
        });
        verifiers[number] = Some(verifier);
        // None is so large that it would not fit.
        i32::try_from(number).unwrap_or_default()
    })
}

/// Drops a verifier, which wipes its keys. Its number may be given to another one.
#[napi]
pub fn release(verifier: u32) {
    let released = VERIFIERS.with_borrow_mut(|verifiers| verifiers.get_mut(verifier as usize).and_then(Option::take));
    drop(released);
}

/// A verifier's names, one per line: the names of the signature, timestamp and id headers, which take precedence; their
/// other names, empty where there are none; a line that is not empty if deliveries carry a Contio envelope; and the
/// names of the scheme's variants.
#[napi]
#[must_use]
pub fn names(verifier: u32) -> String {
    let names = with_verifier(verifier, |verifier| {
        let scheme = verifier.scheme();
        let headers = scheme.header_spellings();
        let named = |spelling: usize| headers.iter().map(move |names| names[spelling].map_or("", HeaderName::as_str));
        let mut lines: Vec<&str> = named(0).chain(named(1)).collect();
        lines.push(if scheme.has_envelope() { "envelope" } else { "" });
        lines.extend(scheme.variants().iter().map(hookseal::Scheme::name));
        Ok(lines.join("\n"))
    });
    names.unwrap_or_default()
}

fn make(scheme: &str, secrets: &[u8], limits: [f64; 4]) -> Result<Verifier, Error> {
    let builder = Verifier::builder(schemes::read(scheme)?);
    let mut builder = secrets::read(secrets).fold(builder, |builder, secret| builder.secret(secret));
    let [max_age, max_skew, max_event_age, max_body] = limits;
    if !max_age.is_nan() {
        builder = builder.max_age(seconds(max_age));
    }
    if !max_skew.is_nan() {
        builder = builder.max_skew(seconds(max_skew));
    }
    if !max_event_age.is_nan() {
        builder = builder.max_event_age(seconds(max_event_age));
    }
    if !max_body.is_nan() {
        builder = builder.max_body(usize::try_from(whole(max_body)).unwrap_or(usize::MAX));
    }
    builder.build()
}

/// Truncates fractions, as the core does. Infinity is no limit.
fn seconds(limit: f64) -> Option<Duration> {
    limit.is_finite().then(|| Duration::from_secs(whole(limit)))
}

#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // the sign was checked; infinity saturates
fn whole(limit: f64) -> u64 {
    limit as u64
}
