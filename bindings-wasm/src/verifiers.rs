//! Makes verifiers.

use alloc::rc::Rc;
use alloc::vec::Vec;
use core::cell::Cell;
use core::time::Duration;

use hookseal::{Error, HeaderName, MAX_SECRETS, Scheme};
use wasm_bindgen::prelude::wasm_bindgen;
use zeroize::Zeroizing;

use crate::{Core, as_i32, first, secrets, share};

/// Prepared keys and limits.
pub(crate) struct Verifier {
    pub(crate) core: hookseal::Verifier,
    /// The same keys, for MACs that are made outside the core.
    pub(crate) keys: Keys,
}

/// Keys, one after the other. They are wiped when dropped.
pub(crate) struct Keys {
    bytes: Zeroizing<Vec<u8>>,
    ends: [usize; MAX_SECRETS],
    pub(crate) count: usize,
}

impl Keys {
    /// Reserves the memory for all keys at once: a vector that grows would leave a copy of them behind.
    fn with_capacity(bytes: usize) -> Self {
        Self { bytes: Zeroizing::new(Vec::with_capacity(bytes)), ends: [0; MAX_SECRETS], count: 0 }
    }

    /// Adds a key. If there are too many, building the verifier fails.
    fn push(&mut self, key: &[u8]) {
        if let Some(end) = self.ends.get_mut(self.count) {
            self.bytes.extend_from_slice(key);
            *end = self.bytes.len();
            self.count += 1;
        }
    }

    fn get(&self, index: usize) -> Option<&[u8]> {
        let start = index.checked_sub(1).map_or(Some(&0), |before| self.ends.get(before))?;
        self.bytes.get(*start..*self.ends.get(index)?)
    }
}

#[wasm_bindgen]
impl Core {
    /// Makes a verifier and returns its number, or a negative failure.
    ///
    /// `text` contains the scheme, whose length is `scheme`, followed by the secrets, which end at `bytes`; the caller
    /// wipes it. Limits are in seconds or bytes: NaN stands for the core's default, and an infinite age allows any age.
    pub fn prepare(
        &self,
        scheme: usize,
        bytes: usize,
        max_age: f64,
        max_skew: f64,
        max_event_age: f64,
        max_body: f64,
    ) -> i32 {
        let text = share(&self.text);
        let limits = [max_age, max_skew, max_event_age, max_body];
        let made = first(text.as_ref(), bytes).and_then(|text| make(text, scheme, limits));
        let verifier = match made {
            Ok(verifier) => Rc::new(verifier),
            Err(error) => return self.fail(error).cast_signed().wrapping_neg(),
        };
        let mut table = share(&self.verifiers).unwrap_or_default();
        let number = table.iter().position(|place| share(place).is_none()).unwrap_or(table.len());
        if number == table.len() {
            let at = |number| Cell::new(table.get(number).and_then(share));
            table = Rc::new((0..2 * number + 1).map(at).collect());
            self.verifiers.set(Some(Rc::clone(&table)));
        }
        if let Some(place) = table.get(number) {
            place.set(Some(verifier));
        }
        as_i32(number)
    }

    /// Drops a verifier and wipes its keys. Its number may be given to another one.
    pub fn release(&self, verifier: usize) {
        let released = share(&self.verifiers).and_then(|table| table.get(verifier)?.take());
        drop(released);
    }

    /// Writes an answer with a verifier's names, one per line, and returns its length: the names of the signature,
    /// timestamp and id headers, which take precedence; their other names, empty where there are none; a line that is
    /// not empty if deliveries carry a Contio envelope; and the names of the scheme's variants.
    pub fn names(&self, verifier: usize) -> usize {
        let Ok(verifier) = self.verifier(verifier) else { return 0 };
        let scheme = verifier.core.scheme();
        self.answer.write(|answer| {
            let line = |text: &str| {
                answer.put(text.as_bytes());
                answer.put(b"\n");
            };
            let headers = scheme.header_spellings();
            for spelling in 0..2 {
                headers.iter().for_each(|names| line(names[spelling].map_or("", HeaderName::as_str)));
            }
            line(if scheme.has_envelope() { "envelope" } else { "" });
            scheme.variants().iter().map(Scheme::name).for_each(line);
        })
    }

    /// Where the key made from a secret is stored, for import elsewhere: its address, plus 2^32 times its length;
    /// 0 if there is no such key.
    #[must_use]
    #[allow(clippy::cast_precision_loss)] // each has 32 bits
    pub fn key(&self, verifier: usize, index: usize) -> f64 {
        let place = |key: &[u8]| (key.len() as u64) << 32 | key.as_ptr() as u64;
        let verifier = self.verifier(verifier).ok();
        verifier.and_then(|verifier| verifier.keys.get(index).map(place)).unwrap_or_default() as f64
    }
}

fn make(text: &[u8], scheme: usize, limits: [f64; 4]) -> Result<Verifier, Error> {
    let (scheme, secrets) = text.split_at_checked(scheme).unwrap_or_default();
    let scheme = core::str::from_utf8(scheme).unwrap_or_default();
    #[cfg(feature = "full")]
    let scheme = crate::schemes::read(scheme)?;
    #[cfg(not(feature = "full"))]
    let scheme = Scheme::preset(scheme)?;
    let key_encoding = scheme.key_encoding();
    let mut builder = hookseal::Verifier::builder(scheme);
    let mut keys = Keys::with_capacity(text.len());
    let mut buffer = Zeroizing::new([0; 512]);
    for secret in secrets::read(secrets) {
        builder = builder.secret(secret);
        // Building the verifier fails if a secret cannot be used.
        if let Ok(key) = secret.key(key_encoding, &mut buffer) {
            keys.push(key);
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

/// Truncates fractions, as the core does. Infinity is no limit.
fn seconds(limit: f64) -> Option<Duration> {
    limit.is_finite().then(|| Duration::from_secs(whole(limit)))
}

#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // the caller checked the sign; infinity saturates
fn whole(limit: f64) -> u64 {
    limit as u64
}
