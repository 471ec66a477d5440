//! Verification. Read this file first: [`Verifier::verify`] is the whole pipeline from top to bottom.

mod external_mac;
mod header_values;
pub(crate) mod parsed_headers;
mod stream;

use core::fmt;
use core::time::Duration;

pub use self::external_mac::SigningInput;
pub use self::header_values::HeaderValues;
pub use self::stream::{Stream, Streamed, StreamedDelivery};

use self::parsed_headers::ParsedHeaders;
use crate::contio::envelope::{Checked, Envelope};
use crate::crypto::mac::{Key, Matches};
use crate::error::{Error, ErrorKind, check_size};
use crate::headers::Headers;
use crate::scheme::{Freshness, Scheme};
use crate::secret::Secret;
use crate::time::UnixTime;

/// How many secrets a verifier can have. A rotation needs two.
pub const MAX_SECRETS: usize = 8;

/// Verifies that deliveries are genuine and fresh, by one scheme and with a fixed set of secrets.
///
/// Create one, keep it, and share it between threads: it is immutable, and verifying allocates nothing.
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

/// The keys of the secrets, in the order in which they were added.
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

/// The default limits. 300 s is what the libraries of Stripe and Standard Webhooks use; 24 h covers Contio's automatic
/// retries, which end about 38 minutes after the first attempt.
pub(crate) const DEFAULT_LIMITS: Limits = Limits {
    max_age: Duration::from_secs(300),
    max_skew: Duration::from_secs(300),
    max_event_age: Some(Duration::from_secs(86_400)),
    max_body: None,
};

impl Verifier {
    /// A verifier for Contio's deliveries of either variant, with one secret and the default limits.
    ///
    /// # Errors
    /// `invalid_secret`.
    pub fn contio<'s>(secret: impl Into<Secret<'s>>) -> Result<Self, Error> {
        Self::builder(Scheme::CONTIO).secret(secret).build()
    }

    /// Builds a verifier for any scheme, with one or more secrets and custom limits.
    pub const fn builder(scheme: Scheme) -> VerifierBuilder {
        VerifierBuilder {
            verifier: Self { scheme, keys: Keys([const { None }; MAX_SECRETS]), limits: DEFAULT_LIMITS },
            error: None,
        }
    }

    /// Verifies one delivery from its headers and its raw body: the bytes as they were received, not parsed and serialized
    /// again, and not decoded and encoded again.
    ///
    /// `now` is the current time, in most programs `UnixTime::now()`.
    ///
    /// # Errors
    /// In the order of the checks: `body_too_large`; for the headers, `missing_header`, `duplicate_header`,
    /// `malformed_signature` or `malformed_timestamp`; `signature_mismatch`; and only for genuine deliveries,
    /// `timestamp_too_old` or `timestamp_in_future`, or for [`Scheme::CONTIO_BODY`] the errors of
    /// [`envelope`](Delivery::envelope), `event_too_old` or `timestamp_in_future`.
    pub fn verify<'a, H: Headers + ?Sized>(
        &'a self,
        headers: &'a H,
        body: &'a [u8],
        now: UnixTime,
    ) -> Result<Delivery<'a>, Error> {
        self.check_size(body.len() as u64)?;
        let parsed = ParsedHeaders::read(&self.scheme, headers)?;
        let matches = self.try_keys(&parsed, body);
        self.decide_whole(parsed, matches, body, now)
    }

    /// Decides about a whole body once its MACs are compared, wherever they were computed.
    #[cfg_attr(not(target_family = "wasm"), inline(always))]
    fn decide_whole<'a>(
        &'a self,
        parsed: ParsedHeaders<'a>,
        matches: Matches,
        body: &'a [u8],
        now: UnixTime,
    ) -> Result<Delivery<'a>, Error> {
        let mut envelope = None;
        let read_time = || Ok(envelope.insert(Checked::read(body)?).time);
        let facts = self.decide(&parsed, matches, now, read_time)?;
        Ok(Delivery { facts, body: WholeBody { bytes: body, envelope } })
    }

    /// Finishes verification once the MACs are compared; shared by all entry points. `event_time` reads the envelope. It is
    /// called only for a genuine delivery whose timestamp is in the envelope: the body of a forged delivery is never read.
    #[cfg_attr(not(target_family = "wasm"), inline(always))]
    fn decide<'a>(
        &self,
        parsed: &ParsedHeaders<'a>,
        matches: Matches,
        now: UnixTime,
        event_time: impl FnOnce() -> Result<UnixTime, Error>,
    ) -> Result<Facts<'a>, Error> {
        let ParsedHeaders { scheme, id, timestamp, .. } = *parsed;
        let secret_index = matches.first().ok_or(Error::new(ErrorKind::SignatureMismatch))?;
        let timestamp = match scheme.freshness {
            Freshness::Envelope => {
                let time = event_time()?;
                self.check_age(time, self.limits.max_event_age, ErrorKind::EventTooOld, now)?;
                Some(time)
            }
            _ => {
                if let Some(time) = timestamp {
                    self.check_age(time, Some(self.limits.max_age), ErrorKind::TimestampTooOld, now)?;
                }
                timestamp
            }
        };
        Ok(Facts { scheme, timestamp, secret_index, id })
    }

    fn check_age(
        &self,
        time: UnixTime,
        max_age: Option<Duration>,
        too_old: ErrorKind,
        now: UnixTime,
    ) -> Result<(), Error> {
        if max_age.is_some_and(|max_age| time.is_older_than(max_age, now)) {
            return Err(Error::new(too_old));
        }
        if time.is_ahead_by_more_than(self.limits.max_skew, now) {
            return Err(Error::new(ErrorKind::TimestampInFuture));
        }
        Ok(())
    }

    /// Tries every secret against every signature, even after one has matched.
    pub(crate) fn try_keys(&self, parsed: &ParsedHeaders<'_>, body: &[u8]) -> Matches {
        let mut matches = Matches::none();
        for (index, key) in self.keys.iter() {
            let mut mac = key.start();
            parsed.feed_before(&mut mac);
            mac.update(body);
            parsed.feed_after(&mut mac);
            let tag = mac.finish();
            parsed.compare(index, &tag, &mut matches);
        }
        matches
    }

    pub(crate) fn check_size(&self, bytes: u64) -> Result<(), Error> {
        match self.limits.max_body {
            Some(limit) if bytes > limit as u64 => Err(Error::new(ErrorKind::BodyTooLarge)),
            _ => check_size(bytes),
        }
    }

    /// How the deliveries that this verifier accepts are signed.
    #[must_use]
    pub fn scheme(&self) -> &Scheme {
        &self.scheme
    }

    pub(crate) fn keys(&self) -> &Keys {
        &self.keys
    }
}

impl fmt::Debug for Verifier {
    /// Shows the scheme, the number of secrets, and the limits.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Verifier")
            .field("scheme", &self.scheme)
            .field("secrets", &self.keys.iter().count())
            .field("limits", &self.limits)
            .finish()
    }
}

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
    /// Adds a secret that the sender may sign with, up to [`MAX_SECRETS`]. Each costs one MAC over every body.
    /// [`Delivery::secret_index`] returns which of them signed a delivery, counted from 0 in the order of these calls.
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
        match secret.into().prepare(self.verifier.scheme.key_encoding) {
            Ok(key) => self.verifier.keys.0[free] = Some(key),
            Err(error) => {
                self.error.get_or_insert(error.of(NAMES[free]));
            }
        }
        self
    }

    /// How long ago a delivery may have been signed; 300 s by default. Fractions of a second are truncated. It has no
    /// effect for schemes that do not sign the time of sending: see [`Scheme::timestamp_source`].
    pub fn max_age(mut self, limit: Duration) -> Self {
        self.verifier.limits.max_age = limit;
        self
    }

    /// How far ahead of `now` the timestamp of a delivery may be; 300 s by default. Fractions of a second are truncated.
    pub fn max_skew(mut self, limit: Duration) -> Self {
        self.verifier.limits.max_skew = limit;
        self
    }

    /// How long ago the event in a delivery of [`Scheme::CONTIO_BODY`] may have happened; 24 h by default. `None` accepts
    /// any age: for receivers that remember every event id.
    pub fn max_event_age(mut self, limit: impl Into<Option<Duration>>) -> Self {
        self.verifier.limits.max_event_age = limit.into();
        self
    }

    /// The largest body that is accepted, in bytes; by default 4 GiB less one byte, which no limit can exceed. A larger
    /// body is refused without being read.
    pub fn max_body(mut self, bytes: usize) -> Self {
        self.verifier.limits.max_body = Some(bytes);
        self
    }

    #[cfg(feature = "explain")]
    pub(crate) fn limits(mut self, limits: Limits) -> Self {
        self.verifier.limits = limits;
        self
    }

    /// Creates the verifier.
    ///
    /// # Errors
    /// `invalid_secret` for the first secret that cannot be used, or if none was added; `invalid_argument` for more than
    /// [`MAX_SECRETS`].
    pub fn build(self) -> Result<Verifier, Error> {
        match self.error {
            Some(error) => Err(error),
            None if self.verifier.keys.iter().next().is_none() => {
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

/// A delivery that is genuine and fresh. Only a [`Verifier`] returns one.
///
/// It includes the body, unless that was streamed: see [`StreamedDelivery`].
#[derive(Clone, Debug)]
pub struct Delivery<'a, B = WholeBody<'a>> {
    facts: Facts<'a>,
    body: B,
}

/// What is known about every delivery.
#[derive(Clone, Copy, Debug)]
struct Facts<'a> {
    scheme: &'a Scheme,
    timestamp: Option<UnixTime>,
    secret_index: usize,
    id: Option<&'a str>,
}

/// The body of a [`Delivery`] that was verified whole.
#[derive(Clone, Debug)]
pub struct WholeBody<'a> {
    bytes: &'a [u8],
    /// Already read for schemes whose timestamp is in the envelope.
    envelope: Option<Checked<'a>>,
}

impl<'a, B> Delivery<'a, B> {
    /// The name of the scheme; for [`Scheme::CONTIO`], the name of the variant that the delivery follows,
    /// `contio-timestamped` or `contio-body`.
    #[must_use]
    pub fn scheme(&self) -> &'a str {
        self.facts.scheme.name()
    }

    /// Whether the scheme's deliveries carry a Contio envelope.
    #[must_use]
    pub fn has_envelope(&self) -> bool {
        self.facts.scheme.has_envelope()
    }

    /// When the delivery was signed, or for [`Scheme::CONTIO_BODY`] when its event happened. `None` for schemes that do
    /// not sign a time.
    #[must_use]
    pub fn timestamp(&self) -> Option<UnixTime> {
        self.facts.timestamp
    }

    /// The index of the secret that the delivery was signed with, from 0; if several match, the first of them.
    #[must_use]
    pub fn secret_index(&self) -> usize {
        self.facts.secret_index
    }

    /// The signed id of the delivery, for recognizing duplicates, if the scheme has a header for it (Standard Webhooks,
    /// Svix). Contio's is [`Envelope::event_id`]. An id in a header that is not signed is never returned.
    #[must_use]
    pub fn id(&self) -> Option<&'a str> {
        self.facts.id
    }
}

impl<'a> Delivery<'a> {
    /// The body that was passed to the verifier.
    #[must_use]
    pub fn body(&self) -> &'a [u8] {
        self.body.bytes
    }

    /// The Contio envelope in the body.
    ///
    /// # Errors
    /// `malformed_envelope`, `missing_field` or `invalid_field`. Never fails for a delivery of [`Scheme::CONTIO_BODY`],
    /// whose verification includes this check.
    pub fn envelope(&self) -> Result<Envelope<'a>, Error> {
        match &self.body.envelope {
            Some(checked) => Ok(checked.envelope()),
            None => Checked::read(self.body.bytes).map(|checked| checked.envelope()),
        }
    }

    /// Whether verification included the envelope, as for [`Scheme::CONTIO_BODY`].
    #[must_use]
    pub fn has_read_envelope(&self) -> bool {
        self.body.envelope.is_some()
    }

    /// Makes the check of [`envelope`](Self::envelope) on a body that was verified before: for bindings, which cannot keep
    /// a borrow of the body and read events with their host's own parser. Nothing of the body is returned.
    ///
    /// # Errors
    /// `malformed_envelope`, `missing_field` or `invalid_field`.
    pub fn recheck_envelope(body: &[u8]) -> Result<(), Error> {
        Checked::read(body).map(drop)
    }
}
