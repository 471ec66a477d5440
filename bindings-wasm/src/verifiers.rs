//! What verifiers are made of.

use alloc::rc::Rc;
use alloc::vec::Vec;
use core::time::Duration;

#[cfg(not(feature = "full"))]
use hookseal::Scheme;
use hookseal::{Error, HeaderName, Secret};
use wasm_bindgen::prelude::wasm_bindgen;
use zeroize::{Zeroize as _, Zeroizing};

use crate::{Core, crossing, put, room, with};

/// Prepared keys and limits.
pub(crate) struct Verifier {
    pub(crate) core: hookseal::Verifier,
    /// The same keys, for MACs that are made elsewhere. Wiped when dropped.
    pub(crate) keys: Vec<Zeroizing<Vec<u8>>>,
}

#[wasm_bindgen]
impl Core {
    /// Makes a verifier, and tells its number, or a negative failure.
    ///
    /// What it is made of stands in `text`, which is wiped: the scheme, of so many bytes, and behind it each secret, as
    /// a byte that is 1 for text and 0 for the key's own bytes, its length in four bytes, the lowest first, and itself.
    /// They end at `bytes`. A limit is in seconds or bytes; what is not a number stays the core's default, and an infinite
    /// age is any age.
    pub fn prepare(
        &self,
        scheme: usize,
        bytes: usize,
        max_age: f64,
        max_skew: f64,
        max_event_age: f64,
        max_body: f64,
    ) -> i32 {
        let made = with(&self.text, |text| {
            let limits = [max_age, max_skew, max_event_age, max_body];
            let made = make(text.get(..bytes).unwrap_or_default(), scheme, limits);
            text.as_mut_slice().zeroize();
            made
        });
        let verifier = match made {
            Ok(verifier) => Some(Rc::new(verifier)),
            Err(error) => return self.fail(error).cast_signed().wrapping_neg(),
        };
        with(&self.verifiers, |verifiers| {
            let number = verifiers.iter().position(Option::is_none).unwrap_or_else(|| {
                verifiers.push(None);
                verifiers.len() - 1
            });
            verifiers[number] = verifier;
            crossing(number)
        })
    }

    /// Drops a verifier and wipes its keys. Its number goes to another one.
    pub fn release(&self, verifier: usize) {
        let released = with(&self.verifiers, |verifiers| verifiers.get_mut(verifier).and_then(Option::take));
        drop(released);
    }

    /// Answers with a verifier's names, in lines: the signature, timestamp and id headers, empty where the scheme has no
    /// such header; whether its deliveries carry a Contio envelope, as a line that is not empty; and the names that
    /// deliveries go under.
    pub fn names(&self, verifier: usize) -> usize {
        let Ok(verifier) = self.verifier(verifier) else { return 0 };
        let scheme = verifier.core.scheme();
        self.write_answer(|answer| {
            let mut line = |text: &str| {
                put(answer, text.as_bytes());
                put(answer, b"\n");
            };
            line(scheme.signature_header().as_str());
            line(scheme.timestamp_header().map_or("", HeaderName::as_str));
            line(scheme.id_header().map_or("", HeaderName::as_str));
            line(if scheme.has_envelope() { "envelope" } else { "" });
            scheme.form_names().for_each(line);
        })
    }

    /// Puts the key of a secret into the room for text, to be imported into the host's own cryptography, and tells its
    /// length. The caller wipes it.
    pub fn key(&self, verifier: usize, index: usize) -> usize {
        let Ok(verifier) = self.verifier(verifier) else { return 0 };
        let key = verifier.keys.get(index).map_or(&[][..], |key| key);
        with(&self.text, |text| {
            room(text, key.len());
            if let Some(place) = text.get_mut(..key.len()) {
                place.copy_from_slice(key);
            }
            key.len()
        })
    }
}

fn make(text: &[u8], scheme: usize, limits: [f64; 4]) -> Result<Verifier, Error> {
    let (scheme, mut secrets) = text.split_at_checked(scheme).unwrap_or_default();
    let scheme = core::str::from_utf8(scheme).unwrap_or_default();
    #[cfg(feature = "full")]
    let scheme = crate::schemes::read(scheme)?;
    #[cfg(not(feature = "full"))]
    let scheme = Scheme::preset(scheme)?;
    let key_form = scheme.key_form();
    let mut builder = hookseal::Verifier::builder(scheme);
    let mut keys = Vec::new();
    let mut room = Zeroizing::new([0; 512]);
    while let Some(([is_text, length @ ..], rest)) = secrets.split_first_chunk::<5>() {
        let (bytes, rest) = rest.split_at_checked(u32::from_le_bytes(*length) as usize).unwrap_or_default();
        secrets = rest;
        let secret = match core::str::from_utf8(bytes) {
            Ok(text) if *is_text == 1 => Secret::from(text),
            _ => Secret::from(bytes),
        };
        builder = builder.secret(secret);
        // What cannot be used is an error of the builder's, and there will be no verifier.
        if let Ok(key) = secret.key(key_form, &mut room) {
            keys.push(Zeroizing::new(key.to_vec()));
        }
    }
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
    Ok(Verifier { core: builder.build()?, keys })
}

/// Fractions are cut off, as the core does.
fn seconds(limit: f64) -> Duration {
    Duration::from_secs(whole(limit))
}

#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // the caller checked the sign, and infinity saturates
fn whole(limit: f64) -> u64 {
    limit as u64
}
