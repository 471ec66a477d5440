//! The keys by which a worker recognizes what a receiver has stored.

use std::fmt;

use hookseal::{MAX_SECRETS, Scheme, Secret, Signer, UnixTime, Verifier};

use crate::error::Error;

/// The fewest bytes of a key: a queue may be read by others, who could find a shorter one by trying.
const LEAST: usize = 32;

/// HMAC-SHA256 in hex. Its own code checks the keys, keeps them out of texts and wipes them.
const HMAC: Scheme = Scheme::GITHUB;
const HEADER: &str = "X-Hub-Signature-256";
const PREFIX: &str = "sha256=";

/// Keys of your own, by which a worker recognizes what a receiver has stored in a queue, even if others can write to that
/// queue. They are no secrets of a sender. `Debug` shows none of them.
pub struct Seal {
    signer: Signer,
    verifier: Verifier,
}

impl Seal {
    /// A seal with one key of at least 32 bytes: text, as `openssl rand -hex 32` prints it, or bytes.
    ///
    /// ```
    /// # fn seal(key: &str) -> Result<hookseal_inbox::queue::Seal, hookseal_inbox::Error> {
    /// use hookseal_inbox::queue::Seal;
    ///
    /// let seal = Seal::new(key)?;
    /// # Ok(seal)
    /// # }
    /// ```
    ///
    /// # Errors
    /// `invalid_secret` if it is shorter, or has white space around it.
    pub fn new<'s>(key: impl Into<SealKey<'s>>) -> Result<Self, Error> {
        Self::with_keys([key])
    }

    /// A seal with several keys, at most 8, to change keys without losing what is in the queue: the first one seals,
    /// and what any of them has sealed is accepted.
    ///
    /// # Errors
    /// `invalid_secret`, and `invalid_argument` for no key or too many.
    pub fn with_keys<'s>(keys: impl IntoIterator<Item = impl Into<SealKey<'s>>>) -> Result<Self, Error> {
        let mut builder = Verifier::builder(HMAC);
        let mut count = 0;
        for key in keys {
            let SealKey { secret, length } = key.into();
            if length < LEAST {
                return Err(Error::short_seal(count, length, LEAST));
            }
            builder = builder.secret(secret);
            count += 1;
        }
        if count == 0 || count > MAX_SECRETS {
            let message = format!("a seal has 1 to {MAX_SECRETS} keys, but these are {count}");
            return Err(Error::invalid(message.into()));
        }
        let verifier = builder.build().map_err(|error| Error::of_seal(&error))?;
        let signer = verifier.signer(0).ok_or_else(|| Error::invalid("a seal needs a key".into()))?;
        Ok(Self { signer, verifier })
    }

    /// The MAC of a text, in hex.
    pub(super) fn of(&self, text: &str) -> Result<String, Error> {
        let signed =
            self.signer.sign(text.as_bytes(), UnixTime::from_secs(0), None).map_err(|error| Error::of_seal(&error))?;
        let value = signed.iter().next().map(|(_, value)| value.trim_start_matches(PREFIX).to_owned());
        Ok(value.unwrap_or_default())
    }

    /// Whether one of the keys has made the MAC of this text, in constant time.
    pub(super) fn has_made(&self, mac: &str, text: &str) -> bool {
        let headers = [(HEADER, format!("{PREFIX}{mac}"))];
        self.verifier.verify(&headers, text.as_bytes(), UnixTime::from_secs(0)).is_ok()
    }
}

/// Shows no key.
impl fmt::Debug for Seal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Seal").finish_non_exhaustive()
    }
}

/// A key of a [`Seal`]: text, or bytes.
pub struct SealKey<'s> {
    secret: Secret<'s>,
    length: usize,
}

impl<'s> From<&'s str> for SealKey<'s> {
    fn from(text: &'s str) -> Self {
        Self { secret: text.into(), length: text.len() }
    }
}

impl<'s> From<&'s String> for SealKey<'s> {
    fn from(text: &'s String) -> Self {
        text.as_str().into()
    }
}

impl<'s> From<&'s [u8]> for SealKey<'s> {
    fn from(bytes: &'s [u8]) -> Self {
        Self { secret: bytes.into(), length: bytes.len() }
    }
}

impl fmt::Debug for SealKey<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SealKey").finish_non_exhaustive()
    }
}
