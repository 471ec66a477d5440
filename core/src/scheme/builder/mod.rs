//! Builds schemes, custom ones and the presets alike: this file takes their parts, and `check.rs` checks them.

#[cfg(feature = "ed25519")]
use super::ed25519::Ed25519;
use super::signed_id::IdSource;
use super::timestamp_format::TimestampFormat;
use super::{KeyEncoding, Scheme, TimestampSource};
use crate::error::Error;
use crate::scheme::signature_format::SignatureFormat;
use crate::scheme::template::SignedPart;

mod check;
// With what only custom schemes need.
#[cfg(all(test, feature = "schemes"))]
mod tests;

/// Builds a [`Scheme`]: see [`Scheme::builder`]. It can be used in a `const`.
#[derive(Clone, Copy, Debug)]
pub struct SchemeBuilder<'a> {
    name: &'a str,
    signature: Option<(&'a str, SignatureFormat<'a>)>,
    timestamp: TimestampSource<'a>,
    timestamp_format: TimestampFormat,
    id: IdSource<'a>,
    id_length: Option<u8>,
    spellings: [Option<OtherSpelling<'a>>; 3],
    has_too_many_spellings: bool,
    signed: &'a [SignedPart<'a>],
    key_encoding: KeyEncoding,
    has_envelope: bool,
    #[cfg(feature = "ed25519")]
    ed25519: Ed25519<'a>,
    #[cfg(feature = "duplicates")]
    key_field: Option<&'a str>,
    #[cfg(feature = "duplicates")]
    key_topic: Option<[&'a str; 2]>,
    #[cfg(feature = "duplicates")]
    key_scheme: Option<&'a str>,
    #[cfg(feature = "duplicates")]
    keyless: Option<[&'a str; 2]>,
    hint: &'static str,
}

/// A header's second name, as it was passed to the builder.
#[derive(Clone, Copy, Debug)]
struct OtherSpelling<'a> {
    header: &'a str,
    name: &'a str,
    decides: bool,
}

impl<'a> SchemeBuilder<'a> {
    pub(super) const fn new(name: &'a str) -> Self {
        Self {
            name,
            signature: None,
            timestamp: TimestampSource::None,
            timestamp_format: TimestampFormat::UnixSeconds,
            id: IdSource::None,
            id_length: None,
            spellings: [None; 3],
            has_too_many_spellings: false,
            signed: &[],
            key_encoding: KeyEncoding::Utf8,
            has_envelope: false,
            #[cfg(feature = "ed25519")]
            ed25519: Ed25519::None,
            #[cfg(feature = "duplicates")]
            key_field: None,
            #[cfg(feature = "duplicates")]
            key_topic: None,
            #[cfg(feature = "duplicates")]
            key_scheme: None,
            #[cfg(feature = "duplicates")]
            keyless: None,
            hint: "",
        }
    }

    /// Sets the header that carries the signature (at most 64 bytes), and the format of signatures in it.
    #[must_use]
    pub const fn signature(mut self, header: &'a str, format: SignatureFormat<'a>) -> Self {
        self.signature = Some((header, format));
        self
    }

    /// Declares that signatures are ed25519, 64 bytes each: in hex 128 digits of either case, in base64 88 characters.
    /// The format is a single signature.
    #[cfg(feature = "ed25519")]
    #[must_use]
    pub const fn ed25519(mut self) -> Self {
        self.ed25519 = Ed25519::Only;
        self
    }

    /// Declares that the list of signatures may also have ed25519 signatures, under this version: `v1a` in Standard
    /// Webhooks. A receiver reads those that it has keys for.
    #[cfg(feature = "ed25519")]
    #[must_use]
    pub const fn ed25519_version(mut self, version: &'a str) -> Self {
        self.ed25519 = Ed25519::Version(version);
        self
    }

    /// Sets the header that carries the time of signing. It must be signed. A scheme has one source of time: the last
    /// call wins.
    #[must_use]
    pub const fn timestamp_header(mut self, header: &'a str) -> Self {
        self.timestamp = TimestampSource::Header(header);
        self
    }

    /// Sets the key of the item in the list of signatures that carries the time of signing. It must be signed.
    #[must_use]
    pub const fn timestamp_in_signature(mut self, key: &'a str) -> Self {
        self.timestamp = TimestampSource::Signature(key);
        self
    }

    /// Sets how the time of signing is written; [`TimestampFormat::UnixSeconds`] by default.
    #[must_use]
    pub const fn timestamp_format(mut self, format: TimestampFormat) -> Self {
        self.timestamp_format = format;
        self
    }

    /// Declares that the body is a Contio envelope whose `timestamp` gives the age. `verify` then checks the envelope.
    #[must_use]
    pub const fn timestamp_in_envelope(mut self) -> Self {
        self.timestamp = TimestampSource::Envelope;
        self.has_envelope = true;
        self
    }

    /// Declares that the body is a Contio envelope, for callers of [`Scheme::has_envelope`]. `verify` itself does not
    /// read the envelope.
    #[must_use]
    pub const fn with_envelope(mut self) -> Self {
        self.has_envelope = true;
        self
    }

    /// Sets the header that carries the delivery's id, 1 to 256 visible ASCII characters. It must be signed. A scheme
    /// has one id: the last call wins.
    #[must_use]
    pub const fn id_header(mut self, header: &'a str) -> Self {
        self.id = IdSource::Header(header);
        self
    }

    /// Sets the key of the item in the list of signatures that carries the delivery's id, 1 to 96 visible ASCII
    /// characters. It must be signed.
    #[must_use]
    pub const fn id_in_signature(mut self, key: &'a str) -> Self {
        self.id = IdSource::Signature(key);
        self
    }

    /// Sets the number of characters that every id has, such as 36 for a UUID. Only then can an id be signed without
    /// literal text that separates it; ids of another length are refused.
    #[must_use]
    pub const fn id_length(mut self, characters: u8) -> Self {
        self.id_length = Some(characters);
        self
    }

    /// Adds a newer name for one of the scheme's headers. Either name is enough; if a delivery has both, the newer
    /// decides.
    #[must_use]
    pub const fn newer_spelling(self, header: &'a str, newer: &'a str) -> Self {
        self.other_spelling(OtherSpelling { header, name: newer, decides: true })
    }

    /// Adds a name under which one of the scheme's headers is looked up if it is absent under its first name.
    #[must_use]
    pub const fn fallback_spelling(self, header: &'a str, fallback: &'a str) -> Self {
        self.other_spelling(OtherSpelling { header, name: fallback, decides: false })
    }

    const fn other_spelling(mut self, spelling: OtherSpelling<'a>) -> Self {
        let mut at = 0;
        while at < self.spellings.len() && self.spellings[at].is_some() {
            at += 1;
        }
        if at < self.spellings.len() {
            self.spellings[at] = Some(spelling);
        } else {
            self.has_too_many_spellings = true;
        }
        self
    }

    /// Sets the field at the root of the JSON body that has the id of the event, by which duplicates are recognized: a
    /// name of 1 to 64 bytes. By default it is the id header, or `event_id` for a Contio envelope, or else the digest
    /// of the body.
    #[cfg(feature = "duplicates")]
    #[must_use]
    pub const fn key_field(mut self, name: &'a str) -> Self {
        self.key_field = Some(name);
        self
    }

    /// Makes keys from the body and a header that is not signed, of either of two names, of which the newer decides:
    /// for senders that send one body for several topics. See [`KeySource::BodyAndTopic`](super::KeySource) for what
    /// the receiver must then do. For a header with one name, pass it twice.
    #[cfg(feature = "duplicates")]
    #[must_use]
    pub const fn key_topic(mut self, header: &'a str, newer: &'a str) -> Self {
        self.key_topic = Some([header, newer]);
        self
    }

    /// Sets the scheme that keys name instead of this one, 1 to 32 bytes: for a sender that delivers one event by
    /// several schemes.
    #[cfg(feature = "duplicates")]
    #[must_use]
    pub const fn key_scheme(mut self, name: &'a str) -> Self {
        self.key_scheme = Some(name);
        self
    }

    /// Declares that a delivery is no event and has no key if the field of this name (1 to 32 bytes) at the root of its
    /// JSON body has this text (1 to 64 bytes), or any text if `value` is empty: for requests that only check the
    /// receiver's address.
    #[cfg(feature = "duplicates")]
    #[must_use]
    pub const fn keyless(mut self, field: &'a str, value: &'a str) -> Self {
        self.keyless = Some([field, value]);
        self
    }

    /// Sets what to check where the signature header is missing, for senders whose users often meet that.
    pub(super) const fn hint(mut self, hint: &'static str) -> Self {
        self.hint = hint;
        self
    }

    /// Sets what is signed, in order: the body once, and the id and the timestamp once each if the scheme has them.
    #[must_use]
    pub const fn signed(mut self, parts: &'a [SignedPart<'a>]) -> Self {
        self.signed = parts;
        self
    }

    /// Sets how a secret's text becomes the key; [`KeyEncoding::Utf8`] by default.
    #[must_use]
    pub const fn key_encoding(mut self, key_encoding: KeyEncoding) -> Self {
        self.key_encoding = key_encoding;
        self
    }

    /// Where the time is written from which a delivery's age will be computed, as set so far.
    #[must_use]
    pub const fn timestamp_source(&self) -> TimestampSource<'a> {
        self.timestamp
    }

    /// Builds the scheme if its parts agree.
    ///
    /// # Errors
    /// `invalid_scheme`, with what is wrong: a name that is too long, a header name that is invalid or used for two
    /// things, a time or an id that is not signed, a body that is not signed exactly once, or parts that are not
    /// separated, so that two different deliveries would have the same signature.
    pub const fn build(self) -> Result<Scheme, Error> {
        match self.check() {
            Ok(scheme) => Ok(scheme),
            Err(fault) => Err(fault.into_error()),
        }
    }
}
