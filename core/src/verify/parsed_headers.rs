//! The headers of a delivery, parsed but not yet verified.

use crate::crypto::mac::{Mac, Matches, Tag};
use crate::error::{ErrorKind, Failed, Reason};
use crate::headers::{HeaderLookup, HeaderName, Headers};
use crate::scheme::signature_format::ParsedSignatures;
use crate::scheme::template::{Parts, SignedValues};
use crate::scheme::{Freshness, Scheme, SignedId, Spelling};
use crate::time::UnixTime;

/// The headers of one delivery: the scheme that it follows, its signatures, and what is signed in addition to the body.
#[derive(Clone, Copy)]
pub(crate) struct ParsedHeaders<'v, 'h> {
    /// The receiver's scheme, or the variant of it that the delivery follows.
    pub(crate) scheme: &'v Scheme,
    pub(crate) id: Option<&'h str>,
    /// The time of signing, for schemes that send it in a header.
    pub(crate) timestamp: Option<UnixTime>,
    /// The bytes that `timestamp` was read from. These bytes are signed.
    timestamp_text: &'h [u8],
    pub(crate) signatures: ParsedSignatures<'v, 'h>,
    /// The topic, which is not signed, for schemes whose keys need it.
    #[cfg(feature = "duplicates")]
    pub(super) topic: HeaderLookup<'h>,
}

impl<'v, 'h> ParsedHeaders<'v, 'h> {
    // Inlined into `verify`: returned through memory, the struct would be loaded before its last stores have completed,
    // which takes longer than reading the headers.
    #[cfg_attr(not(target_family = "wasm"), inline(always))]
    pub(crate) fn read_for<H: Headers + ?Sized>(
        kinds: KeyKinds,
        scheme: &'v Scheme,
        headers: &'h H,
        reason: &mut Reason,
    ) -> Result<Self, Failed> {
        let names = [Some(&scheme.signature), scheme.timestamp_header(), scheme.id_header()];
        let [signature, found_timestamp, found_id] = headers.find_all(names);
        let [signature_spelling, timestamp_spelling, id_spelling] = &scheme.spellings;
        let spelling = signature_spelling.as_ref();
        let signature = required(headers, &scheme.signature, signature, spelling, scheme.hint, reason)?;
        // Its variants have the same headers, or fewer.
        let scheme = scheme.variant_of(signature);
        let mut id = match &scheme.id {
            Some(id @ SignedId { header: Some(header), .. }) => {
                let value = required(headers, header, found_id, id_spelling.as_ref(), "", reason)?;
                Some(read_id(id, header, value, reason)?)
            }
            _ => None,
        };
        let timestamp_header = match &scheme.freshness {
            Freshness::Header(name) => {
                Some(required(headers, name, found_timestamp, timestamp_spelling.as_ref(), "", reason)?)
            }
            _ => None,
        };
        let Some(signatures) = kinds.read(scheme, signature) else {
            return Err(malformed(kinds, scheme, signature, reason));
        };
        if let Some((listed, rules)) = signatures.id.zip(scheme.id.as_ref()) {
            id = Some(read_id(rules, &scheme.signature, listed, reason)?);
        }
        let mut parsed = Self {
            scheme,
            id,
            timestamp: None,
            timestamp_text: &[],
            signatures,
            #[cfg(feature = "duplicates")]
            topic: scheme.key_source.find_topic(headers),
        };
        if let Some(text) = timestamp_header.or(signatures.timestamp) {
            parsed.timestamp_text = text;
            parsed.timestamp = Some(scheme.timestamp_format.read(text, reason)?);
        }
        Ok(parsed)
    }

    /// The bytes of the given parts of the template, except the body.
    pub(crate) fn bytes_of<'c>(&'c self, parts: Parts<'c>) -> impl Iterator<Item = &'c [u8]> {
        parts.bytes(self.signed_values())
    }

    /// Feeds what is signed before the body.
    #[inline]
    pub(crate) fn feed_before(&self, mac: &mut Mac) {
        self.scheme.template.before().feed(self.signed_values(), mac);
    }

    /// Feeds what is signed after the body.
    #[inline]
    pub(crate) fn feed_after(&self, mac: &mut Mac) {
        self.scheme.template.after().feed(self.signed_values(), mac);
    }

    /// Compares the tag computed with a secret with every signature of the delivery.
    #[cfg_attr(not(target_family = "wasm"), inline(always))]
    pub(crate) fn compare(&self, secret: u8, tag: &Tag, matches: &mut Matches) {
        self.signatures.each(|signature| matches.record(secret, tag, signature));
    }

    #[inline]
    fn signed_values(&self) -> SignedValues<'h> {
        SignedValues { id: self.id.unwrap_or_default().as_bytes(), timestamp: self.timestamp_text }
    }
}

/// Which kinds of keys a receiver has, by which its signatures are judged.
#[derive(Clone, Copy)]
pub(crate) struct KeyKinds {
    #[cfg(feature = "ed25519")]
    pub(crate) has_secrets: bool,
    #[cfg(feature = "ed25519")]
    pub(crate) has_public_keys: bool,
}

impl KeyKinds {
    #[cfg(any(feature = "explain", not(feature = "ed25519")))]
    pub(crate) const SECRETS: Self = Self {
        #[cfg(feature = "ed25519")]
        has_secrets: true,
        #[cfg(feature = "ed25519")]
        has_public_keys: false,
    };

    /// The kinds of keys that matter for a scheme, of a receiver that has public keys or not. Without any key, what is
    /// missing is a secret.
    #[cfg(feature = "explain")]
    #[cfg_attr(not(feature = "ed25519"), allow(unused_variables))]
    pub(crate) fn of_scheme(scheme: &Scheme, has_secrets: bool, has_public_keys: bool) -> Self {
        #[cfg(feature = "ed25519")]
        if has_public_keys && scheme.ed25519() != crate::scheme::Ed25519::None {
            return Self { has_secrets, has_public_keys };
        }
        Self::SECRETS
    }

    #[cfg_attr(not(target_family = "wasm"), inline(always))]
    #[cfg_attr(not(feature = "ed25519"), allow(clippy::unused_self))]
    fn read<'v, 'h>(self, scheme: &'v Scheme, signature: &'h [u8]) -> Option<ParsedSignatures<'v, 'h>> {
        #[cfg(feature = "ed25519")]
        if self.has_public_keys {
            return scheme.format.read_public(&scheme.ed25519, self.has_secrets, signature);
        }
        scheme.format.read(signature)
    }

    /// Whether ed25519 signatures are judged.
    #[cfg(feature = "explain")]
    #[cfg_attr(not(feature = "ed25519"), allow(clippy::unused_self))]
    pub(crate) const fn has_public_keys(self) -> bool {
        #[cfg(feature = "ed25519")]
        return self.has_public_keys;
        #[cfg(not(feature = "ed25519"))]
        false
    }

    /// What is missing for ed25519 signatures.
    #[cfg(feature = "ed25519")]
    const fn ed25519_advice(self) -> &'static str {
        if self.has_public_keys {
            ""
        } else {
            "it has ed25519 (v1a) alone, and this receiver has no `public_key`; give it, or have the sender sign with v1 too"
        }
    }

    #[cfg(not(feature = "ed25519"))]
    const fn ed25519_advice(self) -> &'static str {
        let Self {} = self;
        "ed25519 (v1a) is not supported; have the sender sign with v1 too"
    }
}

/// Standard Webhooks 1.0.0 signs with ed25519 as `v1a`.
#[cold]
#[inline(never)]
fn malformed(kinds: KeyKinds, scheme: &Scheme, signature: &[u8], reason: &mut Reason) -> Failed {
    let is_ed25519 = signature.starts_with(b"v1a,");
    let detail = if is_ed25519 { kinds.ed25519_advice() } else { "" };
    reason.is(ErrorKind::MalformedSignature, scheme.signature.as_str(), detail)
}

/// Reads the id, which is in this header.
#[inline]
fn read_id<'h>(id: &SignedId, header: &HeaderName, value: &'h [u8], reason: &mut Reason) -> Result<&'h str, Failed> {
    id.read(value).ok_or_else(|| reason.is(ErrorKind::MalformedSignature, header.as_str(), id.rule()))
}

/// The value of a header that the scheme needs and that must occur once. `found` is what was found under its first
/// name; it may have a second spelling.
#[cfg_attr(not(target_family = "wasm"), inline)]
pub(crate) fn required<'h, H: Headers + ?Sized>(
    headers: &'h H,
    name: &HeaderName,
    mut found: HeaderLookup<'h>,
    spelling: Option<&Spelling>,
    hint: &'static str,
    reason: &mut Reason,
) -> Result<&'h [u8], Failed> {
    if let Some(Spelling { name, decides }) = spelling {
        let other = headers.find(name);
        found = if *decides { other.or(found) } else { found.or(other) };
    }
    match found {
        HeaderLookup::Once(value) => Ok(value),
        HeaderLookup::Missing => Err(reason.is(ErrorKind::MissingHeader, name.as_str(), hint)),
        HeaderLookup::Duplicate => Err(reason.is(ErrorKind::DuplicateHeader, name.as_str(), "")),
    }
}
