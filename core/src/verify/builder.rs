//! Builds verifiers: their scheme, secrets and limits.

use core::fmt;
use core::time::Duration;

#[cfg(any(feature = "schemes", feature = "duplicates"))]
use super::limits;
#[cfg(feature = "ed25519")]
use super::public_keys::PublicKeys;
use super::{Keys, Limit, Limits, MAX_SECRETS, Verifier};
use crate::error::{Error, ErrorKind, Reason};
#[cfg(feature = "ed25519")]
use crate::public_key::PublicKey;
#[cfg(feature = "schemes")]
use crate::scheme;
#[cfg(feature = "ed25519")]
use crate::scheme::Ed25519;
use crate::scheme::Scheme;
use crate::secret::Secret;
#[cfg(feature = "duplicates")]
use crate::time::UnixTime;

/// Builds a [`Verifier`]: see [`Verifier::builder`].
///
/// ```
/// use core::time::Duration;
/// use hookseal::{Scheme, Verifier};
///
/// let verifier = Verifier::builder(Scheme::STRIPE)
///     .secret("whsec_the new secret")
///     .secret("whsec_the old secret, until the sender stops using it")
///     .max_age(Duration::from_secs(60))
///     .max_body(64 * 1024)
///     .build()?;
/// # Ok::<(), hookseal::Error>(())
/// ```
#[must_use]
pub struct VerifierBuilder {
    verifier: Verifier,
    error: Option<Error>,
}

impl VerifierBuilder {
    pub(super) const fn new(scheme: Scheme) -> Self {
        let verifier = Verifier {
            scheme,
            keys: Keys([const { None }; MAX_SECRETS]),
            #[cfg(feature = "ed25519")]
            public_keys: PublicKeys::NONE,
            limits: Limits::DEFAULT,
        };
        Self { verifier, error: None }
    }

    /// Starts building a verifier from the textual form of its scheme, which may have the limits in the member
    /// `limits`: see [`Scheme::from_json`](crate::Scheme::from_json) and [`Limits::from_json`]. The secrets are added
    /// afterwards.
    ///
    /// ```
    /// use hookseal::VerifierBuilder;
    ///
    /// let builder = VerifierBuilder::from_json(r#"{ "preset": "stripe", "limits": { "max_age": 60 } }"#)?;
    /// let verifier = builder.secret("a secret of this example").build()?;
    /// assert_eq!(verifier.scheme().name(), "stripe");
    /// # Ok::<(), hookseal::Error>(())
    /// ```
    ///
    /// # Errors
    /// `invalid_scheme` for the scheme, and `invalid_argument` for the limits.
    #[cfg(feature = "schemes")]
    pub fn from_json(text: &str) -> Result<Self, Error> {
        let mut limits = None;
        let builder = Self::new(scheme::text::read(text, Some(&mut limits))?);
        match limits {
            Some(position) => Ok(builder.limits(limits::text::read_member(text, position)?)),
            None => Ok(builder),
        }
    }

    /// Adds a secret that the sender may sign with, up to [`MAX_SECRETS`]. Each costs one MAC over every body.
    /// [`Delivery::secret_index`](super::Delivery::secret_index) returns which of them signed a delivery, counted from 0 in
    /// the order of these calls.
    pub fn secret<'s>(mut self, secret: impl Into<Secret<'s>>) -> Self {
        self.add_secret(secret.into());
        self
    }

    // In place and out of line: the verifier is large, and each move of it takes code.
    #[inline(never)]
    fn add_secret(&mut self, secret: Secret<'_>) {
        const NAMES: [&str; MAX_SECRETS] = [
            "secrets[0]",
            "secrets[1]",
            "secrets[2]",
            "secrets[3]",
            "secrets[4]",
            "secrets[5]",
            "secrets[6]",
            "secrets[7]",
        ];
        let Some(free) = self.free_place() else { return };
        #[cfg(feature = "ed25519")]
        if self.verifier.scheme.ed25519() == Ed25519::Only {
            let detail = "this scheme has ed25519 signatures alone: give the sender's `public_key`, and no secret";
            self.error.get_or_insert(Error::new(ErrorKind::InvalidSecret).because(detail).of(NAMES[free]));
            return;
        }
        match secret.prepare(self.verifier.scheme.key_encoding) {
            Ok(key) => self.verifier.keys.0[free] = Some(key),
            Err(error) => {
                self.error.get_or_insert(error.of(NAMES[free]));
            }
        }
    }

    /// The place for another secret or public key.
    fn free_place(&mut self) -> Option<usize> {
        let (secrets, most) = (self.verifier.keys.iter().count(), MAX_SECRETS);
        #[cfg(feature = "ed25519")]
        let most = most - self.verifier.public_keys.iter().count();
        if secrets < most {
            return Some(secrets);
        }
        let detail = "more than 8 secrets; keep those that a sender may still sign with";
        self.error.get_or_insert(Error::new(ErrorKind::InvalidArgument).because(detail));
        None
    }

    /// Adds a public key that the sender may sign with, for schemes with ed25519 signatures: see
    /// [`Scheme::ed25519`]. Secrets and public keys together are at most [`MAX_SECRETS`]. A verifier with public keys
    /// needs the whole body: [`Verifier::stream`] refuses it.
    #[cfg(feature = "ed25519")]
    pub fn public_key<'k>(mut self, key: impl Into<PublicKey<'k>>) -> Self {
        self.add_public_key(key.into());
        self
    }

    #[cfg(feature = "ed25519")]
    fn add_public_key(&mut self, key: PublicKey<'_>) {
        const NAMES: [&str; MAX_SECRETS] = [
            "public_keys[0]",
            "public_keys[1]",
            "public_keys[2]",
            "public_keys[3]",
            "public_keys[4]",
            "public_keys[5]",
            "public_keys[6]",
            "public_keys[7]",
        ];
        if self.free_place().is_none() {
            return;
        }
        let place = self.verifier.public_keys.iter().count();
        if self.verifier.scheme.ed25519() == Ed25519::None {
            let detail = "this scheme has no ed25519 signatures, so it takes no public key";
            self.error.get_or_insert(Error::new(ErrorKind::InvalidArgument).because(detail).of(NAMES[place]));
            return;
        }
        match key.prepare() {
            Ok(key) => self.verifier.public_keys.0[place] = Some(key),
            Err(error) => {
                self.error.get_or_insert(error.of(NAMES[place]));
            }
        }
    }

    /// How long ago a delivery may have been signed: less than 100,000 s, and 300 s by default. `None` is no limit.
    /// Fractions of a second are truncated. It has no effect for schemes that do not sign the time of sending: see
    /// [`Scheme::timestamp_source`].
    pub fn max_age(mut self, limit: impl Into<Option<Duration>>) -> Self {
        self.verifier.limits.max_age = Limit::of_time(limit.into());
        self
    }

    /// How far ahead of `now` the timestamp of a delivery may be: less than 100,000 s, and 300 s by default. `None` is
    /// no limit. Fractions of a second are truncated.
    pub fn max_skew(mut self, limit: impl Into<Option<Duration>>) -> Self {
        self.verifier.limits.max_skew = Limit::of_time(limit.into());
        self
    }

    /// How long ago the event in a delivery of [`Scheme::CONTIO_BODY`] may have happened; 24 h by default. `None`
    /// accepts any age: for receivers that remember every event id.
    pub fn max_event_age(mut self, limit: impl Into<Option<Duration>>) -> Self {
        self.verifier.limits.max_event_age = Limit::of_time(limit.into());
        self
    }

    /// Also accepts older events of [`Scheme::CONTIO_BODY`] if a durable store remembers them: those that happened
    /// after `since`, when the store was made, for as long as it keeps an event (`kept`) less `max_skew` and a second.
    /// Earlier events keep the limit of `max_event_age`, since the store cannot know whether they were handled. The
    /// clocks of the receiver and of the store must agree to the second.
    ///
    /// [`build`](Self::build) fails if `max_skew` is no limit.
    #[cfg(feature = "duplicates")]
    pub fn remembered_events(mut self, kept: Duration, since: UnixTime) -> Self {
        self.verifier.limits.remembered = Some(limits::Remembered::new(kept, since));
        self
    }

    /// The largest body that is accepted, in bytes; by default 4 GiB less one byte, which no limit can exceed. A larger
    /// body is refused without being read.
    pub fn max_body(mut self, bytes: usize) -> Self {
        self.verifier.limits.max_body = Limit::of_bytes(bytes);
        self
    }

    /// Sets all limits, in place of those that were set before.
    pub fn limits(mut self, limits: Limits) -> Self {
        self.verifier.limits = limits;
        self
    }

    /// The limits, as set so far.
    #[must_use]
    pub const fn current_limits(&self) -> Limits {
        self.verifier.limits
    }

    /// How the deliveries that the verifier will accept are signed: for example, whether
    /// [a time is signed](Scheme::timestamp_source) that `max_age` could limit.
    #[must_use]
    pub const fn scheme(&self) -> &Scheme {
        &self.verifier.scheme
    }

    fn has_no_key(&self) -> bool {
        #[cfg(feature = "ed25519")]
        if !self.verifier.public_keys.is_empty() {
            return false;
        }
        self.verifier.keys.iter().next().is_none()
    }

    /// Creates the verifier.
    ///
    /// # Errors
    /// `invalid_secret` for the first secret that cannot be used, or if none was added; `invalid_argument` for more
    /// than
    /// [`MAX_SECRETS`], and for a `max_age` or `max_skew` of 100,000 s or more, which was meant in milliseconds.
    pub fn build(self) -> Result<Verifier, Error> {
        Reason::of(|reason| self.verifier.limits.check(reason))?;
        match self.error {
            Some(error) => Err(error),
            None if self.has_no_key() => {
                Err(Error::new(ErrorKind::InvalidSecret).because("none was given; at least one is needed"))
            }
            None => Ok(self.verifier),
        }
    }
}

impl fmt::Debug for VerifierBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("VerifierBuilder").field(&self.verifier).finish()
    }
}
