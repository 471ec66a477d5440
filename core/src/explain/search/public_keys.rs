//! Public keys among the keys that are tried, and what is mistaken for one.

use alloc::vec::Vec;

use super::causes::Causes;
use super::keys::{KeyMaterial, KeyOwner, KeySources, PREFIX, PreparedKey};
use crate::explain::cause::Cause;
use crate::explain::stored_public_key::{StoredPublicKey, read_leniently};
use crate::explain::stored_secret::StoredSecret;
use crate::scheme::{Ed25519, Scheme};
use crate::secret::is_blank;

impl KeySources<'_> {
    /// Whether there are public keys, or secrets that may be some.
    pub(super) fn may_have_public_keys(&self, scheme: &Scheme) -> bool {
        !self.public_keys.is_empty()
            || self.secrets.iter().filter_map(StoredSecret::text).any(|text| is_public_key(scheme, text))
    }

    /// Secrets that were given as public keys, each with its index. What may be a public key is not among them: whoever
    /// knows it could sign with it, so what it signed proves nothing.
    pub(super) fn misplaced_secrets(&self) -> Vec<(usize, StoredSecret)> {
        let texts = (self.secrets.len()..).zip(self.public_keys.iter().map(StoredPublicKey::text));
        let texts = texts.filter_map(|(index, text)| Some((index, text?)));
        let is_secret = |text: &str| text.trim_matches(is_blank).starts_with(PREFIX) || read_leniently(text).is_none();
        texts.filter(|(_, text)| is_secret(text)).map(|(index, text)| (index, StoredSecret::new(text.into()))).collect()
    }

    /// Whether a key is derived from a secret that was given as a public key.
    pub(super) fn is_misplaced(&self, owner: &KeyOwner) -> bool {
        matches!(owner, KeyOwner::Endpoint(index) if *index >= self.secrets.len())
    }

    /// The public keys, and the secrets that are written as public keys are.
    pub(super) fn public_keys(&self, scheme: &Scheme) -> Vec<PreparedKey> {
        let texts = self.secrets.iter().enumerate().filter_map(|(index, secret)| Some((index, secret.text()?)));
        let mistaken = texts
            .filter(|(_, text)| is_public_key(scheme, text))
            .filter_map(|(index, text)| Some((index, read_leniently(text)?, Causes::of(&[Cause::SecretIsPublicKey]))));
        let given = (self.secrets.len()..).zip(self.public_keys).filter_map(|(index, key)| {
            let (key, is_as_given) = key.read()?;
            let causes = if is_as_given { Causes::NONE } else { Causes::of(&[Cause::PublicKeySpelling]) };
            Some((index, key, causes))
        });
        let all = given.chain(mistaken).map(|(index, key, causes)| PreparedKey {
            key: KeyMaterial::Public(key, causes),
            owner: KeyOwner::Endpoint(index),
            if_utf8: None,
            if_base64: None,
            if_hex: None,
        });
        all.collect()
    }
}

/// Whether a secret is written as public keys are. No other secret is read as one, because an ed25519 key is not wiped:
/// 64 hex digits are a usual secret of schemes that have secrets.
fn is_public_key(scheme: &Scheme, text: &str) -> bool {
    let text = text.trim_matches(is_blank);
    let is_hex = text.len() == 64 && text.bytes().all(|digit| digit.is_ascii_hexdigit());
    text.starts_with("whpk_") || (is_hex && scheme.ed25519() == Ed25519::Only)
}
