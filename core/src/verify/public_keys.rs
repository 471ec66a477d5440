//! Verification by public keys.

use super::parsed_headers::{KeyKinds, ParsedHeaders};
use super::{MAX_SECRETS, Verifier};
use crate::crypto::ed25519::PublicKey;
use crate::crypto::mac::Matches;
use crate::error::{Error, ErrorKind};

/// The public keys of a verifier, in the order in which they were added.
pub(super) struct PublicKeys(pub(super) [Option<PublicKey>; MAX_SECRETS]);

impl PublicKeys {
    pub(super) const NONE: Self = Self([const { None }; MAX_SECRETS]);

    pub(super) const fn is_empty(&self) -> bool {
        self.0[0].is_none()
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &PublicKey> {
        self.0.iter().map_while(Option::as_ref)
    }
}

impl Verifier {
    /// Which kinds of keys this verifier has.
    #[inline]
    pub(crate) const fn key_kinds(&self) -> KeyKinds {
        KeyKinds { has_secrets: self.keys.0[0].is_some(), has_public_keys: !self.public_keys.is_empty() }
    }

    /// Tries the public keys, unless a secret has matched. Nothing here is secret, so it ends at the first match.
    #[inline]
    pub(crate) fn try_public_keys(&self, parsed: &ParsedHeaders<'_, '_>, body: &[u8], matches: Matches) -> Matches {
        if self.public_keys.is_empty() || !matches.is_none() {
            return matches;
        }
        self.try_each_public_key(parsed, body)
    }

    #[cold]
    #[inline(never)]
    fn try_each_public_key(&self, parsed: &ParsedHeaders<'_, '_>, body: &[u8]) -> Matches {
        let template = &parsed.scheme.template;
        let mut matches = Matches::none();
        for (index, key) in (self.keys.iter().count()..).zip(self.public_keys.iter()) {
            parsed.signatures.each_public(&parsed.scheme.ed25519, &mut |signature| {
                let before = parsed.bytes_of(template.before());
                let message = before.chain([body]).chain(parsed.bytes_of(template.after()));
                if matches.is_none() && key.verify(message, signature) {
                    matches.record_public(index);
                }
            });
        }
        matches
    }

    /// A body that arrives in chunks cannot be verified by public keys.
    pub(super) fn check_streamable(&self) -> Result<(), Error> {
        if self.public_keys.is_empty() {
            return Ok(());
        }
        let detail = "ed25519 needs the whole body, which cannot be streamed: keep it, and call `verify`";
        Err(Error::new(ErrorKind::InvalidArgument).because(detail))
    }
}
