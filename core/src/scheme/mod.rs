//! A scheme is data: the headers, the format of signatures, what is signed in which order, and how a secret becomes a
//! key. `presets` has the schemes of known senders; `builder` builds custom ones.

use core::fmt;

use crate::headers::HeaderName;
use crate::inline_str::InlineStr;
#[cfg(feature = "duplicates")]
use crate::scheme::key_source::{KeyRule, StoredKeySource};
use crate::scheme::signature_format::StoredFormat;
use crate::scheme::template::SigningTemplate;

mod builder;
#[cfg(feature = "ed25519")]
pub(crate) mod ed25519;
mod fault;
#[cfg(feature = "duplicates")]
pub(crate) mod key_source;
mod presets;
pub(crate) mod signature_format;
mod signed_id;
pub(crate) mod template;
#[cfg(feature = "schemes")]
pub(crate) mod text;
mod timestamp_format;

pub use self::builder::SchemeBuilder;
#[cfg(feature = "ed25519")]
pub use self::ed25519::Ed25519;
#[cfg(feature = "ed25519")]
use self::ed25519::StoredEd25519;
#[cfg(feature = "duplicates")]
pub use self::key_source::KeySource;
pub use self::signature_format::{SignatureFormat, SignatureLayout};
pub use self::signed_id::IdSource;
pub(crate) use self::signed_id::SignedId;
pub use self::template::SignedPart;
pub(crate) use self::timestamp_format::MAX_WRITTEN;
pub use self::timestamp_format::TimestampFormat;

/// How one sender signs its deliveries. All schemes are HMAC-SHA256, except those with ed25519 signatures, which are an
/// optional feature.
///
/// The presets are constants. A custom scheme consists of the same parts and is checked when it is built:
///
/// ```
/// use hookseal::{SignedPart, Scheme, Secret, SignatureFormat, UnixTime, Verifier};
///
/// let scheme = Scheme::builder("acme")
///     .signature("X-Acme-Signature", SignatureFormat::base64("v1="))
///     .timestamp_header("X-Acme-Time")
///     .signed(&[SignedPart::Timestamp, SignedPart::Text("\n"), SignedPart::Body])
///     .build()?;
/// let verifier = Verifier::builder(scheme).secret("a secret of this example").build()?;
/// # Ok::<(), hookseal::Error>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Scheme {
    name: InlineStr<32>,
    pub(crate) signature: HeaderName,
    pub(crate) format: StoredFormat,
    pub(crate) freshness: Freshness,
    /// How the time of signing is written, if it is in a header or in the list of signatures.
    pub(crate) timestamp_format: TimestampFormat,
    pub(crate) id: Option<SignedId>,
    /// The second spellings of the signature, timestamp and id headers.
    pub(crate) spellings: [Option<Spelling>; 3],
    pub(crate) template: SigningTemplate,
    pub(crate) key_encoding: KeyEncoding,
    has_envelope: bool,
    #[cfg(feature = "ed25519")]
    pub(crate) ed25519: StoredEd25519,
    /// What the key of a delivery is.
    #[cfg(feature = "duplicates")]
    pub(crate) key_source: StoredKeySource,
    /// What to check where the signature header is missing.
    pub(crate) hint: &'static str,
    /// The schemes that this one combines; the prefix of the signature decides which of them a delivery follows. Empty
    /// for any other scheme.
    variants: &'static [Scheme],
}

/// Where a sender writes the time from which a delivery's age is computed: see [`Scheme::timestamp_source`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum TimestampSource<'a> {
    /// Nowhere: no time is signed, so a delivery can be replayed at any age.
    None,
    /// In the header of this name.
    Header(&'a str),
    /// In the list of signatures, in the item with this key.
    Signature(&'a str),
    /// In the body's Contio envelope.
    Envelope,
}

/// A [`TimestampSource`] as a scheme stores it. The time is always signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Freshness {
    /// In a separate header.
    Header(HeaderName),
    /// In the list of signatures.
    Signature,
    /// In the body's envelope, whose check is then part of verification.
    Envelope,
    /// Nowhere: the sender does not sign a time, so a delivery can be replayed at any age.
    Unsigned,
}

/// A second name of a header, and whether it decides if the header is present under both names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Spelling {
    pub(crate) name: HeaderName,
    pub(crate) decides: bool,
}

/// How the text of a secret becomes the key of the MAC. Secrets passed as bytes are used as the key in any case.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum KeyEncoding {
    /// The key is all UTF-8 bytes of the text.
    #[default]
    Utf8,
    /// The key is the text decoded as base64 (standard alphabet, with its padding complete or omitted), 16 to 512
    /// bytes. The text may have the prefix `whsec_`.
    Base64,
    /// The key is the text decoded as hex digits of either case, 16 to 512 bytes.
    #[cfg(feature = "schemes")]
    Hex,
}

impl Scheme {
    /// Starts building a custom scheme. Its `name` must have 1 to 32 bytes; verified deliveries report it.
    #[must_use]
    pub const fn builder(name: &str) -> SchemeBuilder<'_> {
        SchemeBuilder::new(name)
    }

    /// The name of the scheme, such as `standard-webhooks`.
    #[must_use]
    pub fn name(&self) -> &str {
        self.name.as_str()
    }

    /// The name without a lifetime.
    #[cfg(feature = "alloc")]
    pub(crate) const fn stored_name(&self) -> InlineStr<32> {
        self.name
    }

    /// The header that carries the signature.
    #[must_use]
    pub const fn signature_header(&self) -> &HeaderName {
        &self.signature
    }

    /// The header that carries the time of signing, if the scheme has one.
    #[must_use]
    pub const fn timestamp_header(&self) -> Option<&HeaderName> {
        match &self.freshness {
            Freshness::Header(name) => Some(name),
            _ => None,
        }
    }

    /// The header that carries the signed id, if the scheme has one.
    #[must_use]
    pub const fn id_header(&self) -> Option<&HeaderName> {
        match &self.id {
            Some(SignedId { header: Some(header), .. }) => Some(header),
            _ => None,
        }
    }

    /// Where the signed id is written.
    #[must_use]
    pub fn id_source(&self) -> IdSource<'_> {
        match &self.id {
            None => IdSource::None,
            Some(SignedId { header: Some(header), .. }) => IdSource::Header(header.as_str()),
            Some(_) => IdSource::Signature(self.format.id_key().unwrap_or_default()),
        }
    }

    /// The number of characters that every id has, if the scheme fixes it: see [`SchemeBuilder::id_length`].
    #[must_use]
    pub fn id_length(&self) -> Option<u8> {
        self.id.as_ref().and_then(SignedId::fixed_length)
    }

    /// The names of the signature, timestamp and id headers, in this order. For each header, first the name that
    /// decides if the header is present under both names, then the other. For bindings, which look headers up in their
    /// host's own way and combine the results with [`HeaderLookup::or`](crate::HeaderLookup::or).
    #[must_use]
    pub fn header_spellings(&self) -> [[Option<&HeaderName>; 2]; 3] {
        let names = [Some(self.signature_header()), self.timestamp_header(), self.id_header()];
        let mut both = names.map(|name| [name, None]);
        for (pair, spelling) in both.iter_mut().zip(&self.spellings) {
            if let Some(Spelling { name, decides }) = spelling {
                pair[1] = Some(name);
                if *decides {
                    pair.reverse();
                }
            }
        }
        both
    }

    /// The schemes that a delivery may follow, which is then reported under their name: this scheme itself, or for
    /// [`Scheme::CONTIO`] its two variants.
    #[must_use]
    pub const fn variants(&self) -> &[Self] {
        if self.variants.is_empty() { core::slice::from_ref(self) } else { self.variants }
    }

    /// The name under which a delivery signed by [`Signer`](crate::Signer) is reported.
    #[cfg(feature = "explain")]
    pub(crate) fn reported_name(&self) -> &str {
        self.variants().first().unwrap_or(self).name()
    }

    /// How signatures are written in their header.
    #[must_use]
    pub fn signature_format(&self) -> SignatureFormat<'_> {
        self.format.as_given()
    }

    /// Where the time is written from which a delivery's age is computed. For [`Scheme::CONTIO`] this depends on the
    /// variant; the source returned here is the one that a signer uses.
    #[must_use]
    pub fn timestamp_source(&self) -> TimestampSource<'_> {
        match &self.freshness {
            Freshness::Header(name) => TimestampSource::Header(name.as_str()),
            Freshness::Signature => TimestampSource::Signature(self.format.timestamp_key().unwrap_or_default()),
            Freshness::Envelope => TimestampSource::Envelope,
            Freshness::Unsigned => TimestampSource::None,
        }
    }

    /// How the time of signing is written in its header or in the list of signatures.
    #[must_use]
    pub const fn timestamp_format(&self) -> TimestampFormat {
        self.timestamp_format
    }

    /// The parts that are signed, in order. Literal texts that follow each other are one part.
    pub fn template(&self) -> impl Iterator<Item = SignedPart<'_>> {
        self.template.parts()
    }

    /// How a secret's text becomes the key.
    #[must_use]
    pub const fn key_encoding(&self) -> KeyEncoding {
        self.key_encoding
    }

    /// Which signatures are ed25519, and are verified by public keys.
    #[cfg(feature = "ed25519")]
    #[must_use]
    pub fn ed25519(&self) -> Ed25519<'_> {
        self.ed25519.as_given()
    }

    /// Whether deliveries of this scheme carry a Contio envelope.
    #[must_use]
    pub const fn has_envelope(&self) -> bool {
        self.has_envelope
    }

    /// Where the key of a delivery comes from, by which duplicates are recognized: see
    /// [`Delivery::key`](crate::Delivery::key).
    #[cfg(feature = "duplicates")]
    #[must_use]
    pub fn key_source(&self) -> KeySource<'_> {
        self.key_source.as_given()
    }

    /// The header whose value is part of the key, if the scheme has one: first the spelling that decides if both are
    /// present, then the other. For bindings, which look headers up in their host's own way, and combine the results
    /// with [`HeaderLookup::or`](crate::HeaderLookup::or).
    #[cfg(feature = "duplicates")]
    #[must_use]
    pub const fn key_header(&self) -> Option<[&HeaderName; 2]> {
        match &self.key_source.rule {
            KeyRule::BodyAndTopic([header, newer]) => Some([newer, header]),
            _ => None,
        }
    }

    /// The scheme that a delivery with this signature follows: the variant with the longest prefix that the signature
    /// begins with, or this scheme itself.
    pub(crate) fn variant_of(&self, signature: &[u8]) -> &Self {
        let mut longest: Option<(&Self, usize)> = None;
        for variant in self.variants {
            let prefix = variant.format.prefix();
            // Compared by its first byte, then whole.
            let begins =
                prefix.first().is_none_or(|first| signature.first() == Some(first) && signature.starts_with(prefix));
            if begins && longest.is_none_or(|(_, length)| prefix.len() >= length) {
                longest = Some((variant, prefix.len()));
            }
        }
        longest.map_or(self, |(variant, _)| variant)
    }
}

impl fmt::Debug for Scheme {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Scheme").field(&self.name).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn variants_read_no_header_that_the_scheme_does_not_read() {
        for scheme in Scheme::PRESETS {
            for variant in scheme.variants() {
                assert_eq!(variant.signature_header(), scheme.signature_header());
                assert!(variant.timestamp_header().is_none_or(|name| scheme.timestamp_header() == Some(name)));
                assert!(variant.id_header().is_none_or(|name| scheme.id_header() == Some(name)));
            }
        }
    }

    /// A stream asks the scheme before it knows which variant a delivery follows.
    #[test]
    fn variants_carry_an_envelope_if_the_scheme_does() {
        for scheme in Scheme::PRESETS {
            assert!(scheme.variants().iter().all(|variant| variant.has_envelope() == scheme.has_envelope()));
        }
    }

    #[test]
    fn a_template_is_split_at_the_body() {
        let builder = Scheme::builder("acme").signature("X-Acme-Signature", SignatureFormat::hex(""));
        let scheme = builder.signed(&[SignedPart::Text("a"), SignedPart::Body, SignedPart::Text("b")]).build().unwrap();
        assert_eq!((scheme.template.before().len(), scheme.template.after().len()), (1, 1));
        let github = Scheme::GITHUB;
        assert_eq!((github.template.before().len(), github.template.after().len()), (0, 0));
    }
}
