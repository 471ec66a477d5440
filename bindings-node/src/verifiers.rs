//! Makes verifiers.

use hookseal::{Error, ErrorKind, Verifier};
use hookseal_bindings::settings::{Limits, Settings};
use hookseal_bindings::{names, schemes};
use napi_derive::napi;

use crate::{VERIFIERS, fail, with_verifier};

/// Makes a verifier and returns its number, or a negative failure.
///
/// The settings are in one array, which the caller wipes: a string that crosses is copied, and the copy is freed
/// without being wiped. `scheme` is the length of the scheme.
#[napi]
#[must_use]
pub fn prepare(settings: &[u8], scheme: u32) -> i32 {
    let settings = Settings::read(settings, scheme as usize).ok_or(Error::from(ErrorKind::InvalidArgument));
    let verifier = match settings.and_then(|settings| make(&settings)) {
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

/// A verifier's names, one per line.
#[napi]
#[must_use]
pub fn names(verifier: u32) -> String {
    let mut text = String::new();
    let written = with_verifier(verifier, |verifier| {
        names::write(verifier.scheme(), |part| text.push_str(part));
        Ok(())
    });
    written.map_or_else(|_| String::new(), |()| text)
}

fn make(settings: &Settings<'_>) -> Result<Verifier, Error> {
    let builder = Verifier::builder(schemes::read(settings.scheme)?);
    let mut builder = settings.secrets().fold(builder, |builder, secret| builder.secret(secret));
    let Limits { max_age, max_skew, max_event_age, max_body } = settings.limits;
    if let Some(limit) = max_age {
        builder = builder.max_age(limit);
    }
    if let Some(limit) = max_skew {
        builder = builder.max_skew(limit);
    }
    if let Some(limit) = max_event_age {
        builder = builder.max_event_age(limit);
    }
    if let Some(limit) = max_body {
        builder = builder.max_body(limit);
    }
    if let Some((kept, since)) = settings.remembered {
        builder = builder.remembered_events(kept, since);
    }
    builder.build()
}
