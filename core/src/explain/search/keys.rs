//! The keys that a sender may have made of a secret, if it is not what the scheme makes of it.
//!
//! All memory that held anything of a secret is wiped. So nothing here grows: what grows leaves copies of itself where it
//! was.

use alloc::string::String;
use alloc::vec::Vec;

use zeroize::Zeroizing;

use super::causes::Causes;
use super::trivial;
use crate::crypto::base64;
use crate::crypto::mac::Key;
use crate::explain::budget::{Budget, Spent};
use crate::explain::cause::Cause;
use crate::explain::encode::codecs;
use crate::explain::secrets::StoredSecret;
use crate::scheme::KeyEncoding;
use crate::secret::{MIN_DECODED, is_blank};

/// A key that may have signed.
pub(super) struct Candidate {
    key: Zeroizing<Vec<u8>>,
    /// What had to be done to the secret's text first.
    cleaned: Option<Cause>,
    spelling: Spelling,
}

/// What the key is of the secret's text.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Spelling {
    /// The secret was given as bytes, which are the key to any scheme.
    Bytes,
    Whole,
    PrefixDropped,
    PrefixAdded,
    Base64,
    /// Base64 that is not of the standard alphabet, or not padded.
    LooseBase64,
    Hex,
    /// The text that the secret's bytes were decoded from.
    TextOfBytes,
}

impl Candidate {
    /// The key, ready to make MACs. HMAC takes a key of any length.
    pub(super) fn prepare(&self) -> Option<Key> {
        Key::new(&self.key)
    }

    /// How many bytes have to be hashed for that.
    pub(super) fn length(&self) -> usize {
        self.key.len()
    }

    /// What would be wrong with the secret if this were the key of a scheme; no cause if this is what it makes of it, and
    /// nothing at all if it cannot be.
    pub(super) fn causes(&self, form: KeyEncoding) -> Option<Causes> {
        let is_decoded = matches!(self.spelling, Spelling::Base64 | Spelling::LooseBase64);
        if is_decoded && form == KeyEncoding::Base64 && self.key.len() < MIN_DECODED {
            return None;
        }
        let of_spelling: &[Cause] = match (self.spelling, form) {
            (Spelling::Bytes, _) | (Spelling::Whole, KeyEncoding::Utf8) | (Spelling::Base64, KeyEncoding::Base64) => {
                &[]
            }
            (Spelling::PrefixDropped, KeyEncoding::Utf8) => &[Cause::SecretPrefixKept],
            (Spelling::PrefixAdded, KeyEncoding::Utf8) => &[Cause::SecretPrefixDropped],
            (Spelling::Base64 | Spelling::LooseBase64, KeyEncoding::Utf8) => &[Cause::SecretNotBase64Decoded],
            (Spelling::LooseBase64, KeyEncoding::Base64) => &[Cause::SecretBase64Spelling],
            (Spelling::Whole, KeyEncoding::Base64) => &[Cause::SecretBase64Decoded],
            (Spelling::PrefixDropped, KeyEncoding::Base64) => &[Cause::SecretBase64Decoded, Cause::SecretPrefixKept],
            (Spelling::PrefixAdded, KeyEncoding::Base64) => &[Cause::SecretBase64Decoded, Cause::SecretPrefixDropped],
            (Spelling::Hex, _) => &[Cause::SecretNotHexDecoded],
            (Spelling::TextOfBytes, _) => &[Cause::SecretAlreadyDecoded],
        };
        Some(self.cleaned.into_iter().fold(Causes::NONE, Causes::with).and(of_spelling))
    }

    /// Whether a scheme makes this key of the secret.
    pub(super) fn is_of_a_scheme(&self) -> bool {
        [KeyEncoding::Utf8, KeyEncoding::Base64]
            .iter()
            .any(|form| self.causes(*form).is_some_and(|causes| causes.is_empty()))
    }
}

/// No sender's secret is longer, and of one that is nothing is tried.
const MAX_BYTES: usize = 4096;

/// What it costs to make the keys of a secret: each byte is looked at so often.
const LOOKS: usize = 256;

const PREFIX: &str = "whsec_";

/// All keys that may be of a secret, each once. None is there that anybody could know who does not know the secret.
pub(super) fn candidates(secret: &StoredSecret, budget: &mut Budget) -> Result<Vec<Candidate>, Spent> {
    let bytes = secret.bytes();
    budget.charge(LOOKS * (bytes.len().min(MAX_BYTES) + LOOKS))?;
    let mut found = Found(Vec::new());
    if bytes.len() > MAX_BYTES || !trivial::is_own(bytes) {
        return Ok(found.0);
    }
    if secret.text().is_none() {
        found.add(copy(bytes), None, Spelling::Bytes);
        let mut hex = buffer(2 * bytes.len());
        bytes.iter().for_each(|byte| hex.extend_from_slice(&codecs::hex_of(*byte, codecs::LOWER)));
        found.add(hex, None, Spelling::TextOfBytes);
        let mut in_base64 = buffer(codecs::base64_length(bytes.len()));
        codecs::to_base64(bytes, &mut in_base64);
        found.add(in_base64, None, Spelling::TextOfBytes);
    }
    if let Ok(text) = core::str::from_utf8(bytes) {
        for (cleaned, cause) in cleanings(text) {
            found.add_spellings(&cleaned, cause);
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

/// The secret's text, and what else it may have been before something was added to it or taken off; each once.
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
    add(&[&unescaped(text)], Some(Cause::SecretNewlineEscaped));
    add(&[trimmed, "\n"], Some(Cause::SecretNewlineLost));
    add(&[trimmed, "\r\n"], Some(Cause::SecretNewlineLost));
    found
}

fn without_blanks(text: &str) -> Zeroizing<String> {
    let mut rest = Zeroizing::new(String::with_capacity(text.len()));
    text.chars().filter(|letter| !is_blank(*letter)).for_each(|letter| rest.push(letter));
    rest
}

/// With line breaks in place of what is written for them.
fn unescaped(text: &str) -> Zeroizing<String> {
    let mut plain = Zeroizing::new(String::with_capacity(text.len()));
    let mut rest = text;
    while let Some(letter) = rest.chars().next() {
        let (letter, length) = match rest.as_bytes() {
            [b'\\', b'n', ..] => ('\n', 2),
            [b'\\', b'r', ..] => ('\r', 2),
            _ => (letter, letter.len_utf8()),
        };
        plain.push(letter);
        rest = rest.get(length..).unwrap_or_default();
    }
    plain
}

struct Found(Vec<Candidate>);

impl Found {
    fn add_spellings(&mut self, text: &str, cleaned: Option<Cause>) {
        let stripped = text.strip_prefix(PREFIX);
        let rest = stripped.unwrap_or(text);
        self.add(copy(text.as_bytes()), cleaned, Spelling::Whole);
        if let Some(key) = from_base64(rest) {
            self.add(key, cleaned, Spelling::Base64);
        }
        if let Some(key) = from_loose_base64(rest) {
            self.add(key, cleaned, Spelling::LooseBase64);
        }
        match stripped {
            Some(rest) => self.add(copy(rest.as_bytes()), cleaned, Spelling::PrefixDropped),
            None => {
                let mut whole = buffer(PREFIX.len() + text.len());
                whole.extend_from_slice(PREFIX.as_bytes());
                whole.extend_from_slice(text.as_bytes());
                self.add(whole, cleaned, Spelling::PrefixAdded);
            }
        }
        let digits = rest.strip_prefix("0x").unwrap_or(rest);
        let mut key = buffer(digits.len() / 2);
        if codecs::from_hex(digits.as_bytes(), &mut key).is_some() {
            self.add(key, cleaned, Spelling::Hex);
        }
    }

    /// A key without anything of the secret's own is none: anybody has it, and what it signs is not shown to be anybody's.
    fn add(&mut self, key: Zeroizing<Vec<u8>>, cleaned: Option<Cause>, spelling: Spelling) {
        if trivial::is_own(&key) && self.0.iter().all(|other| other.key != key) {
            self.0.push(Candidate { key, cleaned, spelling });
        }
    }
}

/// As schemes decode it.
fn from_base64(text: &str) -> Option<Zeroizing<Vec<u8>>> {
    let mut key = Zeroizing::new(alloc::vec![0; text.len()]);
    let length = base64::decode_unpadded(text.as_bytes(), &mut key)?.len();
    key.truncate(length);
    Some(key)
}

/// Of either alphabet, padded or not.
fn from_loose_base64(text: &str) -> Option<Zeroizing<Vec<u8>>> {
    let digits = codecs::without_padding(text.as_bytes());
    let mut standard = buffer(digits.len() + 3);
    standard.extend(digits.iter().map(|digit| match digit {
        b'-' => b'+',
        b'_' => b'/',
        digit => *digit,
    }));
    while !standard.len().is_multiple_of(4) {
        standard.push(b'=');
    }
    let mut key = Zeroizing::new(alloc::vec![0; standard.len()]);
    let length = base64::decode(&standard, &mut key)?.len();
    key.truncate(length);
    Some(key)
}
