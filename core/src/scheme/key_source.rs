//! Where the key of a scheme's deliveries comes from.

use crate::headers::{HeaderLookup, HeaderName, Headers};
use crate::inline_str::InlineStr;

/// Where the key of a scheme's deliveries comes from: see [`Scheme::key_source`](super::Scheme::key_source).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum KeySource<'a> {
    /// The signed id.
    SignedId,
    /// The field of this name in the body, a JSON object. If the field is absent, is no string, is empty, occurs twice,
    /// or holds half of a surrogate pair, it is the digest of the body.
    Field(&'a str),
    /// The digest of the body.
    Body,
    /// The digest of the header of this name, which is not signed, and the body: one body may be sent for several
    /// topics. A delivery that is replayed with another topic has another key, so the receiver must refuse topics that
    /// it does not expect.
    BodyAndTopic(&'a str),
}

/// What a scheme says of the keys of its deliveries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct StoredKeySource {
    pub(crate) rule: KeyRule,
    /// The scheme that keys name, if it is not the scheme itself.
    pub(super) family: Option<InlineStr<32>>,
    /// Which deliveries are no events and have no key.
    pub(crate) keyless: Option<Keyless>,
}

/// Deliveries whose body has this text, or any if it is empty, in this field at its root: those that only check the
/// receiver's address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Keyless {
    pub(crate) field: InlineStr<32>,
    pub(crate) value: InlineStr<64>,
}

/// A [`KeySource`] as a scheme stores it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum KeyRule {
    SignedId,
    Field(InlineStr<64>),
    Body,
    /// The header, and its newer spelling; the header twice if it has one name.
    BodyAndTopic([HeaderName; 2]),
}

impl KeyRule {
    /// The rule of a scheme that says nothing of keys.
    pub(super) const fn usual(has_id: bool, has_envelope: bool) -> Self {
        match InlineStr::new("event_id") {
            _ if has_id => Self::SignedId,
            Some(name) if has_envelope => Self::Field(name),
            _ => Self::Body,
        }
    }
}

impl StoredKeySource {
    /// The scheme that keys name, for the scheme of this name.
    pub(crate) fn family<'a>(&'a self, scheme: &'a str) -> &'a str {
        self.family.as_ref().map_or(scheme, InlineStr::as_str)
    }

    pub(crate) fn as_given(&self) -> KeySource<'_> {
        match &self.rule {
            KeyRule::SignedId => KeySource::SignedId,
            KeyRule::Field(name) => KeySource::Field(name.as_str()),
            KeyRule::Body => KeySource::Body,
            KeyRule::BodyAndTopic([header, _]) => KeySource::BodyAndTopic(header.as_str()),
        }
    }

    /// The topic among the headers of a delivery, if keys need it.
    pub(crate) fn find_topic<'h, H: Headers + ?Sized>(&self, headers: &'h H) -> HeaderLookup<'h> {
        match &self.rule {
            KeyRule::BodyAndTopic([header, newer]) => headers.find(newer).or(headers.find(header)),
            _ => HeaderLookup::Missing,
        }
    }
}
