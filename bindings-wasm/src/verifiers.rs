//! Makes verifiers.

use alloc::rc::Rc;
use alloc::vec;
use alloc::vec::Vec;
use core::cell::Cell;

#[cfg(not(feature = "full"))]
use hookseal::Scheme;
use hookseal::{Error, MAX_SECRETS};
use hookseal_bindings::names;
use hookseal_bindings::settings::{Limits, Settings};
use zeroize::Zeroizing;

use crate::{Core, Failure, address, bytes_of, share};

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
    count: usize,
}

impl Keys {
    /// Allocates the memory for all keys at once: a vector that grows would leave copies of them.
    fn of_at_most(bytes: usize) -> Self {
        Self { bytes: Zeroizing::new(vec![0; bytes]), ends: [0; MAX_SECRETS], count: 0 }
    }

    /// Adds a key. If there are too many, building the verifier fails.
    fn push(&mut self, key: &[u8]) {
        let start = self.count.checked_sub(1).map_or(0, |last| self.ends[last]);
        if let (Some(end), Some(place)) = (self.ends.get_mut(self.count), self.bytes.get_mut(start..start + key.len()))
        {
            place.copy_from_slice(key);
            *end = start + key.len();
            self.count += 1;
        }
    }

    pub(crate) fn count(&self) -> usize {
        self.count
    }

    fn get(&self, index: usize) -> Option<&[u8]> {
        let start = index.checked_sub(1).map_or(Some(&0), |before| self.ends.get(before))?;
        self.bytes.get(*start..*self.ends.get(index)?)
    }
}

impl Core {
    /// Makes a verifier and returns its number. `text` contains its settings, whose scheme has `scheme` bytes, and
    /// which end at `end`; the caller wipes it.
    pub(crate) fn prepare(&self, scheme: usize, end: usize) -> Result<usize, Failure> {
        let text = share(&self.text);
        let settings = bytes_of(&text).get(..end).and_then(|text| Settings::read(text, scheme));
        let settings = settings.ok_or_else(|| self.misused())?;
        let verifier = Rc::new(make(&settings, end).map_err(|error| self.fail(error))?);
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
        Ok(number)
    }

    /// Drops a verifier and wipes its keys. Its number may be given to another one.
    pub(crate) fn release(&self, verifier: usize) -> usize {
        let released = share(&self.verifiers).and_then(|table| table.get(verifier)?.take());
        drop(released);
        0
    }

    /// Writes an answer with a verifier's names, one per line, and returns its length.
    pub(crate) fn names(&self, verifier: usize) -> Result<usize, Failure> {
        let verifier = self.verifier(verifier)?;
        Ok(self.answer.write(|answer| names::write(verifier.core.scheme(), |text| answer.put(text.as_bytes()))))
    }

    /// Writes an answer with the address of the key made from a secret, for import elsewhere, and returns its length.
    pub(crate) fn key(&self, verifier: usize, index: usize) -> Result<usize, Failure> {
        let verifier = self.verifier(verifier)?;
        let key = verifier.keys.get(index).ok_or_else(|| self.misused())?;
        self.answer.write(|answer| answer.put(&address(key.as_ptr()).to_le_bytes()));
        Ok(key.len())
    }
}

fn make(settings: &Settings<'_>, bytes: usize) -> Result<Verifier, Error> {
    #[cfg(feature = "full")]
    let scheme = hookseal_bindings::schemes::read(settings.scheme)?;
    #[cfg(not(feature = "full"))]
    let scheme = Scheme::preset(settings.scheme)?;
    let key_encoding = scheme.key_encoding();
    let mut builder = hookseal::Verifier::builder(scheme);
    let mut keys = Keys::of_at_most(bytes);
    let mut buffer = Zeroizing::new([0; 512]);
    for secret in settings.secrets() {
        builder = builder.secret(secret);
        // Building the verifier fails if a secret cannot be used.
        if let Ok(key) = secret.key(key_encoding, &mut buffer) {
            keys.push(key);
        }
    }
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
    Ok(Verifier { core: builder.build()?, keys })
}
