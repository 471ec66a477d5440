//! The file to read first: a delivery goes through [`Verifier::verify`] from top to bottom.

use core::fmt;
use core::time::Duration;

use crate::claim::Claim;
use crate::envelope::{Checked, Envelope};
use crate::error::{Error, ErrorKind};
use crate::headers::Headers;
use crate::mac::{Hits, Key};
use crate::scheme::{Freshness, Scheme};
use crate::secret::Secret;
use crate::size::check_size;
use crate::time::UnixTime;

/// How many secrets may be in use at once. A rotation needs two.
pub const MAX_SECRETS: usize = 8;

/// Decides whether deliveries are genuine and fresh, by one scheme and with prepared secrets.
///
/// Make one, keep it, share it between threads: it is immutable, and verifying allocates nothing.
///
/// ```
/// # let sender = hookseal::Signer::contio("a secret of this example")?;
/// # let body = br#"{"event_type":"meeting.completed","event_id":"evt-1","timestamp":"2025-01-15T10:30:00Z",
/// #   "partner_app_id":"app-1","data":{"meeting_id":"m-1","title":"Stand-up","workspace_id":"w-1",
/// #   "completed_at":"2025-01-15T10:29:58Z"}}"#;
/// # let now = hookseal::UnixTime::from_secs(1_736_937_000);
/// # let headers = sender.sign(body, now, None)?;
/// use hookseal::{UnixTime, Verifier};
///
/// let verifier = Verifier::contio("a secret of this example")?;
/// let delivery = verifier.verify(&headers, body, now)?;
/// assert_eq!(delivery.envelope()?.event_type, "meeting.completed");
/// # Ok::<(), hookseal::Error>(())
/// ```
pub struct Verifier {
    scheme: Scheme,
    keys: Keys,
    limits: Limits,
}

/// The keys of the live secrets, in the order in which they were given.
pub(crate) struct Keys([Option<Key>; MAX_SECRETS]);

impl Keys {
    /// Each key with its index.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (u8, &Key)> {
        (0..).zip(self.0.iter().map_while(Option::as_ref))
    }
}

#[derive(Clone, Copy, Debug)]
pub(crate) struct Limits {
    pub(crate) max_age: Duration,
    pub(crate) max_skew: Duration,
    pub(crate) max_event_age: Option<Duration>,
    pub(crate) max_body: Option<usize>,
}

/// The limits of a verifier that was told none. Sources: 300 s is what Stripe's and Standard Webhooks' libraries use;
/// 24 h covers Contio's automatic retries, which end about 38 minutes after the first try.
pub(crate) const DEFAULT_LIMITS: Limits = Limits {
    max_age: Duration::from_secs(300),
    max_skew: Duration::from_secs(300),
    max_event_age: Some(Duration::from_secs(86_400)),
    max_body: None,
};

impl Verifier {
    /// For Contio's deliveries in either form, with one secret and the default limits.
    ///
    /// # Errors
    /// `invalid_secret`.
    pub fn contio<'s>(secret: impl Into<Secret<'s>>) -> Result<Self, Error> {
        Self::builder(Scheme::CONTIO).secret(secret).build()
    }

    /// For any scheme, several secrets, and other limits.
    pub const fn builder(scheme: Scheme) -> VerifierBuilder {
        VerifierBuilder {
            verifier: Self { scheme, keys: Keys([const { None }; MAX_SECRETS]), limits: DEFAULT_LIMITS },
            error: None,
        }
    }

    /// Verifies one delivery from its headers and the raw body: the bytes that came over the wire, not parsed and
    /// serialized again, not decoded and encoded again.
    ///
    /// `now` is the present, in most programs `UnixTime::now()`.
    ///
    /// # Errors
    /// In the order of the checks: `body_too_large`; what is wrong with the headers, which are `missing_header`,
    /// `duplicate_header`, `malformed_signature` and `malformed_timestamp`; `signature_mismatch`; and only for deliveries that are genuine `timestamp_too_old`,
    /// `timestamp_in_future`, and for [`Scheme::CONTIO_BODY`] what is wrong with the envelope, and `event_too_old`.
    pub fn verify<'a, H: Headers + ?Sized>(
        &'a self,
        headers: &'a H,
        body: &'a [u8],
        now: UnixTime,
    ) -> Result<Verified<'a>, Error> {
        self.check_size(body.len() as u64)?;
        let claim = Claim::read(&self.scheme, headers)?;
        let hits = self.try_keys(&claim, body);
        self.judge(claim, hits, body, now)
    }

    /// What is left when the tags are compared: the same for whoever made the MACs.
    #[cfg_attr(not(target_family = "wasm"), inline(always))]
    pub(crate) fn judge<'a>(
        &'a self,
        claim: Claim<'a>,
        hits: Hits,
        body: &'a [u8],
        now: UnixTime,
    ) -> Result<Verified<'a>, Error> {
        let secret_index = hits.first().ok_or(Error::new(ErrorKind::SignatureMismatch))?;
        let envelope = match claim.form.freshness {
            Freshness::Envelope => Some(Checked::read(body)?),
            _ => None,
        };
        let timestamp = self.check_freshness(&claim, envelope.as_ref().map(|envelope| envelope.time), now)?;
        Ok(Verified { form: claim.form, timestamp, secret_index, id: claim.id, body, envelope })
    }

    /// Tries every live secret against every tag offered, whether an earlier one matched or not.
    pub(crate) fn try_keys(&self, claim: &Claim<'_>, body: &[u8]) -> Hits {
        let mut hits = Hits::none();
        for (index, key) in self.keys.iter() {
            let mut mac = key.start();
            claim.beside().begin(claim.form, &mut mac);
            mac.update(body);
            claim.beside().end(claim.form, &mut mac);
            let tag = mac.finish();
            claim.compare(index, &tag, &mut hits);
        }
        hits
    }

    pub(crate) fn check_size(&self, bytes: u64) -> Result<(), Error> {
        match self.limits.max_body {
            Some(limit) if bytes > limit as u64 => Err(Error::new(ErrorKind::BodyTooLarge)),
            _ => check_size(bytes),
        }
    }

    /// The limits, applied to a delivery that is genuine. Gives the time that they were applied to.
    pub(crate) fn check_freshness(
        &self,
        claim: &Claim<'_>,
        event_time: Option<UnixTime>,
        now: UnixTime,
    ) -> Result<Option<UnixTime>, Error> {
        let limits = &self.limits;
        let (time, max_age, too_old) = match (claim.timestamp, event_time) {
            (Some(time), _) => (time, Some(limits.max_age), ErrorKind::TimestampTooOld),
            (None, Some(time)) => (time, limits.max_event_age, ErrorKind::EventTooOld),
            (None, None) => return Ok(None),
        };
        if max_age.is_some_and(|max_age| time.is_older_than(max_age, now)) {
            return Err(Error::new(too_old));
        }
        if time.is_ahead_by_more_than(limits.max_skew, now) {
            return Err(Error::new(ErrorKind::TimestampInFuture));
        }
        Ok(Some(time))
    }

    /// How the deliveries are signed that it takes.
    #[must_use]
    pub fn scheme(&self) -> &Scheme {
        &self.scheme
    }

    pub(crate) fn keys(&self) -> &Keys {
        &self.keys
    }
}

impl fmt::Debug for Verifier {
    /// The scheme, how many secrets there are, and the limits.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Verifier")
            .field("scheme", &self.scheme)
            .field("secrets", &self.keys.iter().count())
            .field("limits", &self.limits)
            .finish()
    }
}

/// A [`Verifier`] in the making: see [`Verifier::builder`].
///
/// ```
/// use core::time::Duration;
/// use hookseal::{Scheme, Verifier};
///
/// let verifier = Verifier::builder(Scheme::STRIPE)
///     .secret("whsec_the new secret")
///     .secret("whsec_the old one, during its grace period")
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
    /// Adds a secret that a sender may sign with, up to [`MAX_SECRETS`]. Each costs one MAC over every body. Which of
    /// them made a delivery is told by [`Verified::secret_index`], counted from 0 in the order of these calls.
    pub fn secret<'s>(mut self, secret: impl Into<Secret<'s>>) -> Self {
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
        let Some(free) = self.verifier.keys.0.iter().position(Option::is_none) else {
            let error = Error::new(ErrorKind::InvalidArgument);
            self.error
                .get_or_insert(error.because("more than 8 secrets; keep those that a sender may still sign with"));
            return self;
        };
        match secret.into().prepare(self.verifier.scheme.key) {
            Ok(key) => self.verifier.keys.0[free] = Some(key),
            Err(error) => {
                self.error.get_or_insert(error.of(NAMES[free]));
            }
        }
        self
    }

    /// How long ago a delivery may have been signed; 300 s unless said. Fractions of a second are cut off. Only for
    /// schemes that sign the time of sending.
    pub fn max_age(mut self, limit: Duration) -> Self {
        self.verifier.limits.max_age = limit;
        self
    }

    /// How far ahead of `now` a delivery may be dated; 300 s unless said. Fractions of a second are cut off.
    pub fn max_skew(mut self, limit: Duration) -> Self {
        self.verifier.limits.max_skew = limit;
        self
    }

    /// How long ago an event may have happened in a delivery of [`Scheme::CONTIO_BODY`]; 24 h unless said. `None`
    /// takes any age: for receivers that remember every event id.
    pub fn max_event_age(mut self, limit: impl Into<Option<Duration>>) -> Self {
        self.verifier.limits.max_event_age = limit.into();
        self
    }

    /// The most bytes that a body may have; 4 GiB less one byte unless said, and never more. A larger one is refused unread.
    pub fn max_body(mut self, bytes: usize) -> Self {
        self.verifier.limits.max_body = Some(bytes);
        self
    }

    #[cfg(feature = "explain")]
    pub(crate) fn limits(mut self, limits: Limits) -> Self {
        self.verifier.limits = limits;
        self
    }

    /// Checks what was given.
    ///
    /// # Errors
    /// `invalid_secret` for the first secret that cannot be used, or if there is none; `invalid_argument` for more
    /// than [`MAX_SECRETS`].
    pub fn build(self) -> Result<Verifier, Error> {
        match self.error {
            Some(error) => Err(error),
            None if self.verifier.keys.iter().next().is_none() => {
                Err(Error::new(ErrorKind::InvalidSecret).because("there is none; give at least one"))
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

/// A delivery that is genuine and fresh. Only a [`Verifier`] makes one.
#[derive(Clone, Debug)]
pub struct Verified<'a> {
    form: &'a Scheme,
    timestamp: Option<UnixTime>,
    secret_index: usize,
    id: Option<&'a str>,
    body: &'a [u8],
    /// Read already for schemes whose freshness it holds.
    pub(crate) envelope: Option<Checked<'a>>,
}

impl<'a> Verified<'a> {
    /// The name of the scheme; of the form that the delivery had, `contio-timestamped` or `contio-body`, where the
    /// verifier takes either.
    #[must_use]
    pub fn scheme(&self) -> &'a str {
        self.form.form_name()
    }

    /// When the delivery was signed, or for [`Scheme::CONTIO_BODY`] when its event happened. `None` for schemes that
    /// sign no time.
    #[must_use]
    pub fn timestamp(&self) -> Option<UnixTime> {
        self.timestamp
    }

    /// Which of the verifier's secrets made the signature, from 0: the first that did.
    #[must_use]
    pub fn secret_index(&self) -> usize {
        self.secret_index
    }

    /// The signed id of the delivery, for schemes that have a header for it (Standard Webhooks, Svix): what to tell
    /// duplicates by. Contio's is [`Envelope::event_id`]. An id in an unsigned header is never given.
    #[must_use]
    pub fn id(&self) -> Option<&'a str> {
        self.id
    }

    /// The body, as it was given.
    #[must_use]
    pub fn body(&self) -> &'a [u8] {
        self.body
    }

    /// The Contio envelope in the body.
    ///
    /// # Errors
    /// `malformed_envelope`, `missing_field` or `invalid_field`. Never for a delivery of [`Scheme::CONTIO_BODY`],
    /// whose verification includes this check.
    pub fn envelope(&self) -> Result<Envelope<'a>, Error> {
        match &self.envelope {
            Some(checked) => Ok(checked.envelope()),
            None => Checked::read(self.body).map(|checked| checked.envelope()),
        }
    }
}
