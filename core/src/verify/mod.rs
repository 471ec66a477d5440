//! Verification. Read this file first: [`Verifier::verify`] is the whole pipeline from top to bottom.

mod any;
mod builder;
mod external_mac;
mod header_values;
#[cfg(feature = "duplicates")]
mod keyed_stream;
pub(crate) mod limits;
#[cfg(feature = "alloc")]
mod owned;
mod owned_stream;
pub(crate) mod parsed_headers;
mod prepared;
#[cfg(feature = "ed25519")]
mod public_keys;
mod stored;
mod stream;

use core::fmt;

pub use self::builder::VerifierBuilder;
pub use self::external_mac::SigningInput;
pub use self::header_values::HeaderValues;
#[cfg(feature = "duplicates")]
pub use self::keyed_stream::{KeyedDelivery, KeyedStream, StreamedWithKey};
pub(crate) use self::limits::Limit;
pub use self::limits::Limits;
#[cfg(feature = "alloc")]
pub use self::owned::OwnedDelivery;
pub use self::owned_stream::{OwnedStream, StreamedParts};
pub use self::prepared::PreparedHeaders;
pub use self::stored::StoredBody;
pub use self::stream::{Stream, Streamed, StreamedDelivery};

#[cfg(not(feature = "ed25519"))]
use self::parsed_headers::KeyKinds;
use self::parsed_headers::ParsedHeaders;
#[cfg(feature = "ed25519")]
use self::public_keys::PublicKeys;
use crate::contio::envelope::{Checked, Envelope, EnvelopePlaces, envelope_places};
use crate::crypto::mac::{Key, Matches, TAG_BYTES, Tag};
use crate::error::{Error, ErrorKind, Failed, Reason};
use crate::headers::Headers;
#[cfg(feature = "duplicates")]
use crate::key::DeliveryKey;
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
    #[cfg(feature = "ed25519")]
    public_keys: PublicKeys,
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
        VerifierBuilder::new(scheme)
    }

    /// Verifies one delivery from its headers and its raw body: the bytes as they were received, not parsed and
    /// serialized again, and not decoded and encoded again.
    ///
    /// `now` is the current time, in most programs `UnixTime::now()`.
    ///
    /// # Errors
    /// In the order of the checks: `body_too_large`; for the headers, `missing_header`, `duplicate_header`,
    /// `malformed_signature` or `malformed_timestamp`; `signature_mismatch`; and only for genuine deliveries,
    /// `timestamp_too_old` or `timestamp_in_future`, or for [`Scheme::CONTIO_BODY`] the errors of
    /// [`envelope`](Delivery::envelope), `event_too_old` or `timestamp_in_future`.
    pub fn verify<'v, 'h, 'b, H: Headers + ?Sized>(
        &'v self,
        headers: &'h H,
        body: &'b [u8],
        now: UnixTime,
    ) -> Result<Delivery<'v, 'h, WholeBody<'b>>, Error> {
        Reason::of(|reason| self.verify_by(headers, body, None, now, reason))
    }

    /// Verifies a delivery by these MACs, or else by MACs that are made here.
    #[cfg_attr(not(target_family = "wasm"), inline(always))]
    #[cfg_attr(target_family = "wasm", inline(never))]
    fn verify_by<'v, 'h, 'b, H: Headers + ?Sized>(
        &'v self,
        headers: &'h H,
        body: &'b [u8],
        macs: Option<&[[u8; TAG_BYTES]]>,
        now: UnixTime,
        reason: &mut Reason,
    ) -> Result<Delivery<'v, 'h, WholeBody<'b>>, Failed> {
        self.limits.check_size(body.len() as u64, reason)?;
        let parsed = ParsedHeaders::read_for(self.key_kinds(), &self.scheme, headers, reason)?;
        let matches = match macs {
            None => self.try_keys(&parsed, body),
            Some(macs) => self.try_macs(&parsed, macs, reason)?,
        };
        #[cfg(feature = "ed25519")]
        let matches = self.try_public_keys(&parsed, body, matches);
        self.decide_whole(parsed, matches, body, now, reason)
    }

    /// Decides about a whole body once its MACs are compared, wherever they were computed.
    #[cfg_attr(not(target_family = "wasm"), inline(always))]
    fn decide_whole<'v, 'h, 'b>(
        &self,
        parsed: ParsedHeaders<'v, 'h>,
        matches: Matches,
        body: &'b [u8],
        now: UnixTime,
        reason: &mut Reason,
    ) -> Result<Delivery<'v, 'h, WholeBody<'b>>, Failed> {
        let mut envelope = None;
        let read_time = |reason: &mut Reason| Ok(envelope.insert(Checked::read(body, true, reason)?).time);
        let facts = self.decide(&parsed, matches, now, read_time, reason)?;
        Ok(Delivery { facts, body: WholeBody { bytes: body, envelope } })
    }

    /// Finishes verification once the MACs are compared; shared by all entry points. `event_time` reads the envelope.
    /// It is called only for a genuine delivery whose timestamp is in the envelope: the body of a forged delivery is
    /// never read.
    #[cfg_attr(not(target_family = "wasm"), inline(always))]
    fn decide<'v, 'h>(
        &self,
        parsed: &ParsedHeaders<'v, 'h>,
        matches: Matches,
        now: UnixTime,
        event_time: impl FnOnce(&mut Reason) -> Result<UnixTime, Failed>,
        reason: &mut Reason,
    ) -> Result<Facts<'v, 'h>, Failed> {
        let ParsedHeaders { scheme, id, timestamp, .. } = *parsed;
        let (secret_index, timestamp) = self.decide_time(scheme, timestamp, matches, now, event_time, reason)?;
        Ok(Facts {
            scheme,
            timestamp,
            secret_index,
            id,
            #[cfg(feature = "duplicates")]
            topic: parsed.topic,
        })
    }

    /// The index of the secret that matched, and the time of a delivery that is neither too old nor ahead.
    #[cfg_attr(not(target_family = "wasm"), inline(always))]
    fn decide_time(
        &self,
        scheme: &Scheme,
        timestamp: Option<UnixTime>,
        matches: Matches,
        now: UnixTime,
        event_time: impl FnOnce(&mut Reason) -> Result<UnixTime, Failed>,
        reason: &mut Reason,
    ) -> Result<(usize, Option<UnixTime>), Failed> {
        let Some(secret_index) = matches.first() else {
            return Err(reason.is(ErrorKind::SignatureMismatch, "", ""));
        };
        let timestamp = match scheme.freshness {
            Freshness::Envelope => {
                let time = event_time(reason)?;
                self.limits.check_age(time, now, ErrorKind::EventTooOld, reason)?;
                Some(time)
            }
            _ => {
                if let Some(time) = timestamp {
                    self.limits.check_age(time, now, ErrorKind::TimestampTooOld, reason)?;
                }
                timestamp
            }
        };
        Ok((secret_index, timestamp))
    }

    /// Tries every secret against every signature, even after one has matched.
    pub(crate) fn try_keys(&self, parsed: &ParsedHeaders<'_, '_>, body: &[u8]) -> Matches {
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

    /// Compares one MAC per secret, which was computed outside the core, with every signature.
    fn try_macs(
        &self,
        parsed: &ParsedHeaders<'_, '_>,
        macs: &[[u8; TAG_BYTES]],
        reason: &mut Reason,
    ) -> Result<Matches, Failed> {
        self.check_macs(macs, reason)?;
        let mut matches = Matches::none();
        for (index, mac) in (0..).zip(macs) {
            parsed.compare(index, &Tag::computed_outside(*mac), &mut matches);
        }
        Ok(matches)
    }

    /// Refuses MACs that do not stand for all keys.
    fn check_macs(&self, macs: &[[u8; TAG_BYTES]], reason: &mut Reason) -> Result<(), Failed> {
        #[cfg(feature = "ed25519")]
        if !self.public_keys.is_empty() {
            return Err(reason.is(
                ErrorKind::InvalidArgument,
                "",
                "a public key needs the whole message: call `verify`",
            ));
        }
        if macs.len() != self.keys.iter().count() {
            return Err(reason.is(ErrorKind::InvalidArgument, "", "there must be one MAC for each secret"));
        }
        Ok(())
    }

    /// How the deliveries that this verifier accepts are signed.
    #[must_use]
    pub fn scheme(&self) -> &Scheme {
        &self.scheme
    }

    /// How old and how large a delivery may be.
    #[must_use]
    pub fn limits(&self) -> Limits {
        self.limits
    }

    /// The largest body that is accepted, in bytes, if [`VerifierBuilder::max_body`] set a limit: for adapters, which
    /// stop reading there.
    #[must_use]
    pub fn max_body(&self) -> Option<u64> {
        self.limits.max_body.get()
    }

    pub(crate) fn keys(&self) -> &Keys {
        &self.keys
    }

    /// Which kinds of keys this verifier has.
    #[cfg(not(feature = "ed25519"))]
    #[inline]
    #[allow(clippy::unused_self)]
    pub(crate) const fn key_kinds(&self) -> KeyKinds {
        KeyKinds::SECRETS
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

/// A delivery that is genuine and fresh. Only a [`Verifier`] returns one.
///
/// It borrows from the verifier (`'v`), the headers (`'h`) and the body, each for as long as it lives: an event
/// outlives the headers that its delivery came with. It includes the body, unless that was streamed: see
/// [`StreamedDelivery`]. An `OwnedDelivery` (feature `alloc`) borrows nothing.
#[derive(Clone, Debug)]
pub struct Delivery<'v, 'h, B = WholeBody<'h>> {
    facts: Facts<'v, 'h>,
    body: B,
}

/// What is known about every delivery.
#[derive(Clone, Copy, Debug)]
struct Facts<'v, 'h> {
    scheme: &'v Scheme,
    timestamp: Option<UnixTime>,
    secret_index: usize,
    id: Option<&'h str>,
    #[cfg(feature = "duplicates")]
    topic: crate::headers::HeaderLookup<'h>,
}

/// The body of a [`Delivery`] that was verified whole.
#[derive(Clone, Debug)]
pub struct WholeBody<'a> {
    bytes: &'a [u8],
    /// Already read for schemes whose timestamp is in the envelope.
    envelope: Option<Checked<'a>>,
}

impl<'v, 'h, B> Delivery<'v, 'h, B> {
    /// The name of the scheme; for [`Scheme::CONTIO`], the name of the variant that the delivery follows,
    /// `contio-timestamped` or `contio-body`.
    #[must_use]
    pub fn scheme(&self) -> &'v str {
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

    /// The index of the secret that the delivery was signed with, from 0; if several match, the first of them. Public
    /// keys (feature `ed25519`) are counted after the secrets.
    #[must_use]
    pub fn secret_index(&self) -> usize {
        self.facts.secret_index
    }

    /// The signed id of the delivery, for recognizing duplicates, if the scheme has a header for it (Standard Webhooks,
    /// Svix). Contio's is [`Envelope::event_id`]. An id in a header that is not signed is never returned.
    #[must_use]
    pub fn id(&self) -> Option<&'h str> {
        self.facts.id
    }
}

impl<'b> Delivery<'_, '_, WholeBody<'b>> {
    /// The body that was passed to the verifier.
    #[must_use]
    pub fn body(&self) -> &'b [u8] {
        self.body.bytes
    }

    /// By what duplicates of this delivery are recognized: the same for every delivery of one event, and made from what
    /// is signed. [`Scheme::key_source`] says from what.
    ///
    /// `None` for deliveries that have nothing by which they could be recognized: those with an empty body, and the
    /// requests with which senders such as Slack and Zoom check the receiver's address. Handle those each time.
    ///
    /// Each call reads the body: call it once and keep the result.
    #[cfg(feature = "duplicates")]
    #[must_use]
    pub fn key(&self) -> Option<DeliveryKey> {
        DeliveryKey::of_verified(self.facts.scheme, self.facts.id, self.facts.topic, self.body.bytes)
    }

    /// The SHA-256 of the body, by which a store notices another body under a key that it knows.
    #[cfg(feature = "duplicates")]
    #[must_use]
    pub fn body_digest(&self) -> [u8; 32] {
        crate::key::digest_of(self.body.bytes)
    }

    /// The Contio envelope in the body.
    ///
    /// # Errors
    /// `malformed_envelope`, `missing_field` or `invalid_field`. Never fails for a delivery of [`Scheme::CONTIO_BODY`],
    /// whose verification includes this check.
    pub fn envelope(&self) -> Result<Envelope<'b>, Error> {
        match &self.body.envelope {
            Some(checked) => Ok(checked.envelope()),
            None => Reason::of(|reason| Checked::read(self.body.bytes, self.facts.scheme.has_envelope(), reason))
                .map(|checked| checked.envelope()),
        }
    }

    /// Where the fields of the Contio envelope are in the body.
    ///
    /// # Errors
    /// Those of [`envelope`](Self::envelope).
    pub fn envelope_places(&self) -> Result<EnvelopePlaces, Error> {
        match &self.body.envelope {
            Some(checked) => Ok(checked.places()),
            None => envelope_places(self.body.bytes, self.has_envelope()),
        }
    }

    /// Whether verification included the envelope, as for [`Scheme::CONTIO_BODY`].
    #[must_use]
    pub fn has_read_envelope(&self) -> bool {
        self.body.envelope.is_some()
    }
}
