//! The keys that a sender may have derived from a secret, in place of the one that the scheme derives.
//!
//! All memory that held any part of a secret is wiped. So no buffer here may grow, because growing leaves a copy where
//! the buffer was.

use alloc::string::String;
use alloc::vec::Vec;

use zeroize::Zeroizing;

use super::causes::Causes;
use super::signing_inputs::CandidateInput;
use super::trivial::is_trivial_key;
#[cfg(feature = "ed25519")]
use crate::crypto::ed25519;
use crate::crypto::mac::Key;
use crate::crypto::{base64, hex};
use crate::explain::budget::{Budget, BudgetExhausted};
use crate::explain::cause::Cause;
use crate::explain::encode::codecs;
#[cfg(feature = "ed25519")]
use crate::explain::stored_public_key::StoredPublicKey;
use crate::explain::stored_secret::{OtherSecret, StoredSecret};
use crate::scheme::{KeyEncoding, Scheme};
use crate::secret::{MIN_DECODED, is_blank};

/// Nothing is tried with a longer secret; no sender has one.
const MAX_BYTES: usize = 4096;

/// The cost of deriving the keys of a secret: how often each byte is looked at.
const LOOKS: usize = 256;

/// The fixed cost of preparing a key, whatever its length.
const KEY: usize = 512;

pub(super) const PREFIX: &str = "whsec_";

/// All keys that are tried, and whether these are all that there could be.
pub(super) struct Keys {
    pub(super) all: Vec<PreparedKey>,
    pub(super) complete: bool,
}

/// A key that is tried, and the secret that it comes from.
pub(super) struct PreparedKey {
    pub(super) key: KeyMaterial,
    pub(super) owner: KeyOwner,
    /// What is wrong with the secret if the scheme's secrets are UTF-8, base64 or hex.
    pub(super) if_utf8: Option<Causes>,
    pub(super) if_base64: Option<Causes>,
    pub(super) if_hex: Option<Causes>,
}

/// What computes a MAC, or verifies a signature.
pub(super) enum KeyMaterial {
    Mac(Key),
    #[cfg(feature = "ed25519")]
    Public(ed25519::PublicKey, Causes),
}

/// Everything that keys are derived from.
pub(in crate::explain) struct KeySources<'s> {
    pub(in crate::explain) secrets: &'s [StoredSecret],
    pub(in crate::explain) others: &'s [OtherSecret],
    #[cfg(feature = "ed25519")]
    pub(in crate::explain) public_keys: &'s [StoredPublicKey],
}

/// Whose secret a key is derived from.
#[derive(Clone)]
pub(super) enum KeyOwner {
    /// The endpoint's, by its index. Public keys are counted after the secrets.
    Endpoint(usize),
    /// The one that the caller uses for the scheme of this name.
    OtherScheme(String),
}

impl Keys {
    /// The keys of the endpoint's secrets in every derivation, and of the secrets for other schemes as any scheme
    /// derives them.
    #[cfg_attr(not(feature = "ed25519"), allow(unused_variables))]
    pub(super) fn of(scheme: &Scheme, sources: &KeySources<'_>, budget: &mut Budget) -> Self {
        let own = sources.secrets.iter().enumerate().map(|(index, secret)| (secret, KeyOwner::Endpoint(index)));
        let others = sources
            .others
            .iter()
            .map(|OtherSecret { scheme, secret }| (secret, KeyOwner::OtherScheme(scheme.reported_name().into())));
        #[cfg(feature = "ed25519")]
        let misplaced = sources.misplaced_secrets();
        #[cfg(feature = "ed25519")]
        let own = own.chain(misplaced.iter().map(|(index, secret)| (secret, KeyOwner::Endpoint(*index))));
        let (mut found, mut complete) = (Vec::new(), true);
        for (secret, owner) in own.chain(others) {
            let Ok(keys) = candidates(secret, budget) else {
                complete = false;
                break;
            };
            let is_endpoints = matches!(owner, KeyOwner::Endpoint(_));
            let kept = keys.into_iter().filter(|key| is_endpoints || key.is_derived_by_a_scheme());
            found.extend(kept.map(|key| (key, owner.clone())));
        }
        #[cfg(feature = "ed25519")]
        let public = sources.public_keys(scheme);
        #[cfg(not(feature = "ed25519"))]
        let public = Vec::new();
        // Allocated once, and filled in place: a vector that grows, or is moved into another, leaves copies of the keys.
        let mut all = Vec::with_capacity(found.len() + public.len());
        for (candidate, owner) in found {
            if budget.charge(KEY + candidate.length()).is_err() {
                complete = false;
                break;
            }
            let causes = ENCODINGS.map(|encoding| candidate.causes(encoding));
            #[cfg(feature = "ed25519")]
            let causes = if sources.is_misplaced(&owner) {
                causes.map(|causes| causes.map(|causes| causes.with(Cause::PublicKeyIsSecret)))
            } else {
                causes
            };
            let [if_utf8, if_base64, if_hex] = causes;
            let key = candidate.prepare().map(KeyMaterial::Mac);
            all.extend(key.map(|key| PreparedKey { key, owner, if_utf8, if_base64, if_hex }));
        }
        all.extend(public);
        Self { all, complete }
    }
}

impl PreparedKey {
    /// Whether this verifies signatures, and computes no MACs.
    pub(super) const fn is_public(&self) -> bool {
        !matches!(self.key, KeyMaterial::Mac(_))
    }

    /// What is wrong with the secret if this key signed an input; `None` if it cannot have.
    pub(super) fn causes(&self, input: &CandidateInput) -> Option<Causes> {
        #[cfg(feature = "ed25519")]
        if let KeyMaterial::Public(_, causes) = self.key {
            return Some(causes);
        }
        let causes = match input.key_encoding {
            KeyEncoding::Utf8 => self.if_utf8,
            KeyEncoding::Base64 => self.if_base64,
            KeyEncoding::Hex => self.if_hex,
        };
        match &self.owner {
            KeyOwner::Endpoint(_) => causes,
            KeyOwner::OtherScheme(scheme) if input.about.as_ref() == Some(scheme) => causes,
            KeyOwner::OtherScheme(_) => Some(Causes::of(&[Cause::SecretOfAnotherScheme])),
        }
    }
}

/// How schemes derive keys.
const ENCODINGS: [KeyEncoding; 3] = [KeyEncoding::Utf8, KeyEncoding::Base64, KeyEncoding::Hex];

/// A key that may have signed.
struct CandidateKey {
    key: Zeroizing<Vec<u8>>,
    /// What had to be cleaned off the secret's text first.
    cleaned: Option<Cause>,
    derivation: Derivation,
}

/// How a key is derived from the secret.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Derivation {
    /// The secret was passed as bytes, which are the key in any scheme.
    Bytes,
    Text,
    PrefixDropped,
    PrefixAdded,
    Base64,
    /// Base64 of the URL alphabet, or without padding.
    LenientBase64,
    Hex,
    /// The text that the secret's bytes were decoded from.
    EncodedBytes,
}

impl CandidateKey {
    /// The key, ready to compute MACs. HMAC takes a key of any length.
    fn prepare(&self) -> Option<Key> {
        Key::new(&self.key)
    }

    /// How many bytes have to be hashed for that.
    fn length(&self) -> usize {
        self.key.len()
    }

    /// What would be wrong with the secret if this were a scheme's key; empty if it is the key that the scheme derives,
    /// and `None` if it cannot be the scheme's key.
    fn causes(&self, encoding: KeyEncoding) -> Option<Causes> {
        let is_decoded = matches!(
            (self.derivation, encoding),
            (Derivation::Base64 | Derivation::LenientBase64, KeyEncoding::Base64) | (Derivation::Hex, KeyEncoding::Hex)
        );
        if is_decoded && self.key.len() < MIN_DECODED {
            return None;
        }
        let causes: &[Cause] = match (self.derivation, encoding) {
            (Derivation::Bytes, _)
            | (Derivation::Text, KeyEncoding::Utf8)
            | (Derivation::Base64, KeyEncoding::Base64)
            | (Derivation::Hex, KeyEncoding::Hex) => &[],
            (Derivation::PrefixDropped, KeyEncoding::Utf8) => &[Cause::SecretPrefixKept],
            (Derivation::PrefixAdded, KeyEncoding::Utf8) => &[Cause::SecretPrefixDropped],
            (Derivation::Base64 | Derivation::LenientBase64, KeyEncoding::Utf8) => &[Cause::SecretNotBase64Decoded],
            (Derivation::LenientBase64, KeyEncoding::Base64) => &[Cause::SecretBase64Spelling],
            (Derivation::Text, KeyEncoding::Base64) => &[Cause::SecretBase64Decoded],
            (Derivation::PrefixDropped, KeyEncoding::Base64) => &[Cause::SecretBase64Decoded, Cause::SecretPrefixKept],
            (Derivation::PrefixAdded, KeyEncoding::Base64) => &[Cause::SecretBase64Decoded, Cause::SecretPrefixDropped],
            (Derivation::Hex, _) => &[Cause::SecretNotHexDecoded],
            (Derivation::EncodedBytes, _) => &[Cause::SecretAlreadyDecoded],
            // A secret that is hex would hardly be taken for anything else.
            (_, KeyEncoding::Hex) => return None,
        };
        Some(self.cleaned.into_iter().fold(Causes::NONE, Causes::with).and(causes))
    }

    /// Whether some scheme derives this key from the secret.
    fn is_derived_by_a_scheme(&self) -> bool {
        ENCODINGS.iter().any(|encoding| self.causes(*encoding).is_some_and(|causes| causes.is_empty()))
    }
}

/// All keys that may be derived from a secret, each once. Keys that anybody could know without the secret are left out.
fn candidates(secret: &StoredSecret, budget: &mut Budget) -> Result<Vec<CandidateKey>, BudgetExhausted> {
    let bytes = secret.bytes();
    budget.charge(LOOKS * (bytes.len().min(MAX_BYTES) + LOOKS))?;
    let mut found = CandidateKeys(Vec::new());
    if bytes.len() > MAX_BYTES || is_trivial_key(bytes) {
        return Ok(found.0);
    }
    if secret.text().is_none() {
        found.add(copy(bytes), None, Derivation::Bytes);
        let mut in_hex = buffer(2 * bytes.len());
        bytes.iter().for_each(|byte| in_hex.extend_from_slice(&hex::encode_byte(*byte, hex::LOWER)));
        found.add(in_hex, None, Derivation::EncodedBytes);
        let mut in_base64 = buffer(codecs::base64_length(bytes.len()));
        codecs::encode_base64(bytes, &mut in_base64);
        found.add(in_base64, None, Derivation::EncodedBytes);
    }
    if let Ok(text) = core::str::from_utf8(bytes) {
        for (cleaned, cause) in cleanings(text) {
            found.add_derivations(&cleaned, cause);
        }
    }
    Ok(found.0)
}

fn buffer(bytes: usize) -> Zeroizing<Vec<u8>> {
    Zeroizing::new(Vec::with_capacity(bytes))
}

fn copy(bytes: &[u8]) -> Zeroizing<Vec<u8>> {
    Zeroizing::new(bytes.to_vec())
}

/// The secret's text, and what it may have been before something was added to it or removed; each once.
fn cleanings(text: &str) -> Vec<(Zeroizing<String>, Option<Cause>)> {
    let trimmed = text.trim_matches(is_blank);
    let unquoted = ['"', '\'', '`'].iter().find_map(|quote| trimmed.strip_prefix(*quote)?.strip_suffix(*quote));
    let without_escape = trimmed.trim_end_matches("\\n").trim_end_matches("\\r");
    let mut found: Vec<(Zeroizing<String>, Option<Cause>)> = Vec::new();
    let mut add = |text: &[&str], cause| {
        let mut joined = Zeroizing::new(String::with_capacity(text.iter().map(|part| part.len()).sum()));
        text.iter().for_each(|part| joined.push_str(part));
        if found.iter().all(|(other, _)| *other != joined) {
            found.push((joined, cause));
        }
    };
    add(&[text], None);
    add(&[trimmed], Some(Cause::SecretWhiteSpace));
    add(&[&without_blanks(text)], Some(Cause::SecretWhiteSpace));
    add(&[unquoted.unwrap_or(trimmed)], Some(Cause::SecretQuoted));
    add(&[without_escape], Some(Cause::SecretNewlineEscaped));
    add(&[&unescape_line_breaks(text)], Some(Cause::SecretNewlineEscaped));
    add(&[trimmed.strip_prefix("v1,").unwrap_or(trimmed)], Some(Cause::SecretVersionKept));
    add(&[trimmed, "\n"], Some(Cause::SecretNewlineLost));
    add(&[trimmed, "\r\n"], Some(Cause::SecretNewlineLost));
    found
}

fn without_blanks(text: &str) -> Zeroizing<String> {
    let mut rest = Zeroizing::new(String::with_capacity(text.len()));
    text.chars().filter(|character| !is_blank(*character)).for_each(|character| rest.push(character));
    rest
}

fn unescape_line_breaks(text: &str) -> Zeroizing<String> {
    let mut plain = Zeroizing::new(String::with_capacity(text.len()));
    let mut rest = text;
    while let Some(character) = rest.chars().next() {
        let (character, length) = match rest.as_bytes() {
            [b'\\', b'n', ..] => ('\n', 2),
            [b'\\', b'r', ..] => ('\r', 2),
            _ => (character, character.len_utf8()),
        };
        plain.push(character);
        rest = rest.get(length..).unwrap_or_default();
    }
    plain
}

struct CandidateKeys(Vec<CandidateKey>);

impl CandidateKeys {
    fn add_derivations(&mut self, text: &str, cleaned: Option<Cause>) {
        let stripped = text.strip_prefix(PREFIX);
        let rest = stripped.unwrap_or(text);
        self.add(copy(text.as_bytes()), cleaned, Derivation::Text);
        if let Some(key) = decode_base64(rest.as_bytes()) {
            self.add(key, cleaned, Derivation::Base64);
        }
        if let Some(key) = decode_lenient_base64(rest.as_bytes()) {
            self.add(key, cleaned, Derivation::LenientBase64);
        }
        match stripped {
            Some(rest) => self.add(copy(rest.as_bytes()), cleaned, Derivation::PrefixDropped),
            None => {
                let mut whole = buffer(PREFIX.len() + text.len());
                whole.extend_from_slice(PREFIX.as_bytes());
                whole.extend_from_slice(text.as_bytes());
                self.add(whole, cleaned, Derivation::PrefixAdded);
            }
        }
        let digits = rest.strip_prefix("0x").unwrap_or(rest);
        let mut key = buffer(digits.len() / 2);
        if codecs::decode_hex(digits.as_bytes(), &mut key).is_some() {
            self.add(key, cleaned, Derivation::Hex);
        }
    }

    /// Adds a key, unless it is known or trivial: anybody has a trivial key, so what it signs proves nothing.
    fn add(&mut self, key: Zeroizing<Vec<u8>>, cleaned: Option<Cause>, derivation: Derivation) {
        if !is_trivial_key(&key) && self.0.iter().all(|other| other.key != key) {
            self.0.push(CandidateKey { key, cleaned, derivation });
        }
    }
}

/// Decodes base64 as schemes do: of the standard alphabet, padded or not at all.
fn decode_base64(text: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
    let mut key = Zeroizing::new(alloc::vec![0; text.len()]);
    let length = base64::decode_unpadded(text, &mut key)?.len();
    key.truncate(length);
    Some(key)
}

/// Decodes base64 of either alphabet with any padding. The digits go through the decoder that does not branch on them.
fn decode_lenient_base64(text: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
    let digits = codecs::without_padding(text);
    let mut standard = buffer(digits.len());
    standard.extend(digits.iter().map(|digit| match digit {
        b'-' => b'+',
        b'_' => b'/',
        digit => *digit,
    }));
    decode_base64(&standard)
}
