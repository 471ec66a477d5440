//! Explains why a delivery was refused, and what to do. Read this file first: [`Explainer::explain`] goes from top to
//! bottom.
//!
//! None of this is part of a verification, and nothing here decides one: it asks [`Verifier`], and then searches for
//! what happened to the delivery on its way. A cause is named only if undoing it makes a MAC match, which is impossible
//! without the secret.

mod advice;
mod body;
mod budget;
mod cause;
mod checks;
mod encode;
mod finding;
mod option_names;
mod report;
mod report_json;
mod search;
#[cfg(feature = "ed25519")]
mod stored_public_key;
mod stored_secret;
mod suspicion;

use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;
use core::time::Duration;

pub use self::cause::Cause;
pub use self::finding::Finding;
pub use self::report::{Check, CheckOutcome, Report, Search};
pub use self::suspicion::Suspicion;

use self::body::Body;
use self::budget::Budget;
use self::encode::json::Shape;
use self::search::KeySources;
#[cfg(feature = "ed25519")]
use self::stored_public_key::StoredPublicKey;
use self::stored_secret::{OtherSecret, StoredSecret};
use self::suspicion::SuspicionContext;
use crate::error::{Error, OptionNames};
use crate::headers::Headers;
#[cfg(feature = "ed25519")]
use crate::public_key::PublicKey;
use crate::scheme::Scheme;
use crate::secret::Secret;
use crate::time::UnixTime;
#[cfg(feature = "duplicates")]
use crate::verify::limits::Remembered;
use crate::verify::parsed_headers::KeyKinds;
use crate::verify::{Limit, Limits, Verifier};

/// Explains the verdict on deliveries. It takes the same settings as a [`Verifier`].
///
/// Unlike a verifier it accepts secrets that cannot be used, because that may be why deliveries are refused. It also
/// keeps the secrets themselves, where a verifier keeps only prepared keys. They are wiped when the explainer is
/// dropped.
///
/// ```
/// use hookseal::explain::{Cause, Explainer};
/// use hookseal::{Scheme, Signer, UnixTime};
///
/// let now = UnixTime::from_secs(1_736_937_000);
/// let headers = Signer::new(Scheme::GITHUB, "a secret of this example")?.sign(br#"{"number":7}"#, now, None)?;
///
/// // Something parsed the body, and wrote it again with a space.
/// let report = Explainer::new(Scheme::GITHUB).secret("a secret of this example").explain(&headers, br#"{"number": 7}"#, now);
/// assert_eq!(report.causes[0].cause, Cause::BodyWasCompact);
/// assert!(report.advice.contains("verify the bytes as they came"));
/// # Ok::<(), hookseal::Error>(())
/// ```
pub struct Explainer {
    scheme: Scheme,
    secrets: Vec<StoredSecret>,
    others: Vec<OtherSecret>,
    #[cfg(feature = "ed25519")]
    public_keys: Vec<StoredPublicKey>,
    limits: Limits,
    option_names: OptionNames,
}

impl Explainer {
    /// For deliveries of `scheme`, with the default limits of a [`Verifier`].
    #[must_use]
    pub const fn new(scheme: Scheme) -> Self {
        let option_names = OptionNames::Snake;
        Self {
            scheme,
            secrets: Vec::new(),
            others: Vec::new(),
            #[cfg(feature = "ed25519")]
            public_keys: Vec::new(),
            limits: Limits::DEFAULT,
            option_names,
        }
    }

    /// Adds a secret of the endpoint, usable or not.
    #[must_use]
    pub fn secret<'s>(mut self, secret: impl Into<Secret<'s>>) -> Self {
        self.secrets.push(StoredSecret::new(secret.into()));
        self
    }

    /// Adds a public key of the sender, usable or not, for schemes with ed25519 signatures: see
    /// [`Scheme::ed25519`]. It is counted after the secrets.
    #[cfg(feature = "ed25519")]
    #[must_use]
    pub fn public_key<'k>(mut self, key: impl Into<PublicKey<'k>>) -> Self {
        self.public_keys.push(StoredPublicKey::new(key.into()));
        self
    }

    /// Adds a secret that you use for another scheme, to check whether it was mixed up with this endpoint's.
    #[must_use]
    pub fn other_secret<'s>(mut self, scheme: Scheme, secret: impl Into<Secret<'s>>) -> Self {
        self.others.push(OtherSecret { scheme, secret: StoredSecret::new(secret.into()) });
        self
    }

    /// As [`VerifierBuilder::max_age`](crate::VerifierBuilder::max_age).
    #[must_use]
    pub fn max_age(mut self, limit: impl Into<Option<Duration>>) -> Self {
        self.limits.max_age = Limit::of_time(limit.into());
        self
    }

    /// As [`VerifierBuilder::max_skew`](crate::VerifierBuilder::max_skew).
    #[must_use]
    pub fn max_skew(mut self, limit: impl Into<Option<Duration>>) -> Self {
        self.limits.max_skew = Limit::of_time(limit.into());
        self
    }

    /// As [`VerifierBuilder::max_event_age`](crate::VerifierBuilder::max_event_age).
    #[must_use]
    pub fn max_event_age(mut self, limit: impl Into<Option<Duration>>) -> Self {
        self.limits.max_event_age = Limit::of_time(limit.into());
        self
    }

    /// As [`VerifierBuilder::remembered_events`](crate::VerifierBuilder::remembered_events): for a receiver whose
    /// verifier accepts the events that a store remembers.
    #[cfg(feature = "duplicates")]
    #[must_use]
    pub fn remembered_events(mut self, kept: Duration, since: UnixTime) -> Self {
        self.limits.remembered = Some(Remembered::new(kept, since));
        self
    }

    /// As [`VerifierBuilder::max_body`](crate::VerifierBuilder::max_body).
    #[must_use]
    pub const fn max_body(mut self, bytes: usize) -> Self {
        self.limits.max_body = Limit::of_bytes(bytes);
        self
    }

    /// As [`VerifierBuilder::limits`](crate::VerifierBuilder::limits). Those of a verifier, [`Verifier::limits`], have
    /// everything that decides whether a delivery is too old.
    #[must_use]
    pub const fn limits(mut self, limits: Limits) -> Self {
        self.limits = limits;
        self
    }

    /// How the report's texts name options: as Rust and Python do (`max_age`) by default. For bindings and command
    /// lines.
    #[must_use]
    pub const fn option_names(mut self, names: OptionNames) -> Self {
        self.option_names = names;
        self
    }

    /// Explains the verdict on one delivery.
    ///
    /// The cost is bounded in advance: as much work as hashing 32 MiB plus 24 times the body, at most 16,384 MACs or
    /// 512 ed25519 signatures, and 2 MiB of memory plus 12 times the body. Bodies of more than 1 MiB are verified, but
    /// not searched for causes.
    pub fn explain<H: Headers + ?Sized>(&self, headers: &H, body: &[u8], now: UnixTime) -> Report {
        let mut budget = Budget::of(body.len());
        let verifier = self.verifier();
        let verdict =
            verifier.as_ref().map_err(|error| *error).and_then(|verifier| verify(verifier, headers, body, now));
        let scheme = self.variant(headers);
        let (secrets, limits) = (self.secrets.len(), &self.limits);
        let public_keys = self.count_public_keys();
        let kinds = KeyKinds::of_scheme(scheme, secrets > 0, public_keys > 0);
        let names = self.option_names;
        let has_verifier = verifier.is_ok();
        let input = checks::ReceivedDelivery {
            secrets,
            public_keys,
            kinds,
            limits,
            scheme,
            headers,
            body,
            now,
            verdict,
            has_verifier,
            names,
        };
        let context = checks::CheckContext::of(input, verifier.as_ref().ok(), &mut budget);
        let (checks, age) = (context.checks(), context.age());

        let mut report = Report {
            verdict: verdict.map(drop),
            scheme: self.scheme.name().into(),
            form: scheme.reported_name().into(),
            checks,
            causes: Vec::new(),
            secret_index: context.secret_index(),
            suspicions: Vec::new(),
            search: Search { macs: 0, complete: true, work: 0 },
            advice: String::new(),
            option_names: names,
        };
        if let Err(error) = verdict {
            let is_genuine = report.secret_index.is_some();
            // Reads the body as UTF-8, and that as JSON.
            budget.count(body.len().saturating_mul(4));
            let text = core::str::from_utf8(body).ok();
            let shape = text.and_then(Shape::read);
            let body = Body { bytes: body, text, shape: shape.as_ref() };
            if !is_genuine {
                let found = search::run(scheme, headers, body, &self.key_sources(), &mut budget);
                report.causes = found.causes;
                report.secret_index = found.secret_index;
                report.search.complete = found.complete;
            }
            let has_public_keys = kinds.has_public_keys();
            let context = SuspicionContext { scheme, secrets: &self.secrets, has_public_keys, headers, body, age };
            report.suspicions = context.suspicions();
            report.suspicions.retain(|suspicion| !suspicion.is_explained_by(&report.causes, report.secret_index));
            let advice = advice::Advice {
                report: &report,
                error,
                is_genuine,
                body: body.bytes.len(),
                age,
                signs_url: signs_url(scheme),
                has_store: self.has_store(),
                has_public_keys,
            };
            report.advice = advice.text(names);
        }
        (report.search.macs, report.search.work) = (budget.macs(), budget.work());
        report
    }

    fn verifier(&self) -> Result<Verifier, Error> {
        let builder = Verifier::builder(self.scheme).limits(self.limits);
        let builder = self.secrets.iter().fold(builder, |builder, secret| builder.secret(secret.borrow()));
        #[cfg(feature = "ed25519")]
        let builder = self.public_keys.iter().fold(builder, |builder, key| builder.public_key(key.borrow()));
        builder.build()
    }

    /// Whether events that a store remembers may be older.
    #[cfg_attr(not(feature = "duplicates"), allow(clippy::unused_self))]
    const fn has_store(&self) -> bool {
        #[cfg(feature = "duplicates")]
        return self.limits.remembered.is_some();
        #[cfg(not(feature = "duplicates"))]
        false
    }

    fn key_sources(&self) -> KeySources<'_> {
        KeySources {
            secrets: &self.secrets,
            others: &self.others,
            #[cfg(feature = "ed25519")]
            public_keys: &self.public_keys,
        }
    }

    #[cfg_attr(not(feature = "ed25519"), allow(clippy::unused_self))]
    const fn count_public_keys(&self) -> usize {
        #[cfg(feature = "ed25519")]
        return self.public_keys.len();
        #[cfg(not(feature = "ed25519"))]
        0
    }

    /// The variant that a delivery follows. Read leniently: quotes and upper case do not make another variant.
    fn variant<H: Headers + ?Sized>(&self, headers: &H) -> &Scheme {
        let mut variant = None;
        for name in self.scheme.header_spellings()[0].into_iter().flatten() {
            headers.each_value(name, &mut |value| {
                variant.get_or_insert_with(|| {
                    let start = value.iter().position(|byte| !b" \t\"'".contains(byte)).unwrap_or_default();
                    // No prefix is longer.
                    let start = value[start..].iter().take(64).map(u8::to_ascii_lowercase).collect::<Vec<_>>();
                    self.scheme.variant_of(&start)
                });
            });
        }
        variant.unwrap_or(&self.scheme)
    }
}

/// The whole verdict, including the envelope for schemes that have one: the index of the secret that made the
/// signature.
fn verify<H: Headers + ?Sized>(verifier: &Verifier, headers: &H, body: &[u8], now: UnixTime) -> Result<usize, Error> {
    let delivery = verifier.verify(headers, body, now)?;
    if verifier.scheme().has_envelope() {
        delivery.envelope()?;
    }
    Ok(delivery.secret_index())
}

impl fmt::Debug for Explainer {
    /// Prints the scheme, the number of secrets, and the limits.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Explainer")
            .field("scheme", &self.scheme)
            .field("secrets", &self.secrets.len())
            .field("others", &self.others.len())
            .field("limits", &self.limits)
            .finish()
    }
}
/// Whether a URL is part of what is signed.
fn signs_url(scheme: &Scheme) -> bool {
    let is_url = |part: crate::scheme::SignedPart<'_>| matches!(part, crate::scheme::SignedPart::Text(text) if text.contains("://"));
    scheme.template().any(is_url)
}
