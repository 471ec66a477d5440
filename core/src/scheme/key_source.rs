//! Where the key of a scheme's deliveries comes from.

use crate::headers::{HeaderLookup, HeaderName, Headers};
use crate::inline_str::InlineStr;

/// Where the key of a scheme's deliveries comes from: see [`Scheme::key_source`](super::Scheme::key_source).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum KeySource<'a> {
    /// The signed id header.
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
#[derive(Clone, Copy, Debug)]
pub(crate) struct StoredKeySource {
    pub(crate) rule: KeyRule,
    /// The scheme that keys name, if it is not the scheme itself.
    family: Option<&'static str>,
    /// Whether a body whose `type` is `url_verification` only checks the receiver's address.
    pub(crate) has_check: bool,
}

/// A [`KeySource`] as a scheme stores it.
#[derive(Clone, Copy, Debug)]
pub(crate) enum KeyRule {
    SignedId,
    Field(InlineStr<64>),
    Body,
    /// The header, and its newer spelling.
    BodyAndTopic([HeaderName; 2]),
}

impl StoredKeySource {
    pub(crate) const fn new(rule: KeyRule) -> Self {
        Self { rule, family: None, has_check: false }
    }

    /// The same for a scheme whose keys name another one.
    pub(crate) const fn of_family(mut self, family: &'static str) -> Self {
        self.family = Some(family);
        self
    }

    /// The same for a scheme with Slack's check of the address.
    pub(crate) const fn with_check(mut self) -> Self {
        self.has_check = true;
        self
    }

    /// The scheme that keys name, for the scheme of this name.
    pub(crate) fn family<'a>(&self, scheme: &'a str) -> &'a str {
        self.family.unwrap_or(scheme)
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
