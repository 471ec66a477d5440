//! The keys that a sender may have made of a secret, if it is not what the scheme makes of it.

use alloc::borrow::ToOwned as _;
use alloc::string::String;
use alloc::vec;
use alloc::vec::Vec;

use zeroize::Zeroizing;

use super::cause::Cause;
use super::text;
use crate::mac::Key;
use crate::scheme::KeyForm;
use crate::secret::{Secret, is_blank};

/// A secret as it was given, usable or not. Wiped when dropped, and not `Debug`.
pub(super) struct OwnSecret {
    is_text: bool,
    bytes: Zeroizing<Vec<u8>>,
}

impl OwnSecret {
    pub(super) fn new(secret: Secret<'_>) -> Self {
        let (is_text, bytes) = match secret.text_or_bytes() {
            Ok(text) => (true, text.as_bytes()),
            Err(bytes) => (false, bytes),
        };
        Self { is_text, bytes: Zeroizing::new(bytes.to_vec()) }
    }

    pub(super) fn borrow(&self) -> Secret<'_> {
        match core::str::from_utf8(&self.bytes) {
            Ok(text) if self.is_text => text.into(),
            _ => (&*self.bytes).into(),
        }
    }

    pub(super) fn text(&self) -> Option<&str> {
        core::str::from_utf8(&self.bytes).ok().filter(|_| self.is_text)
    }
}

/// A key that may have signed.
pub(super) struct Candidate {
    pub(super) key: Key,
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
    /// What would be wrong with the secret if this were the key of a scheme; nothing if this is what it makes of it.
    pub(super) fn causes(&self, form: KeyForm) -> Vec<Cause> {
        let of_spelling: &[Cause] = match (self.spelling, form) {
            (Spelling::Bytes, _) | (Spelling::Whole, KeyForm::Utf8) | (Spelling::Base64, KeyForm::Base64) => &[],
            (Spelling::PrefixDropped, KeyForm::Utf8) => &[Cause::SecretPrefixKept],
            (Spelling::PrefixAdded, KeyForm::Utf8) => &[Cause::SecretPrefixDropped],
            (Spelling::Base64 | Spelling::LooseBase64, KeyForm::Utf8) => &[Cause::SecretNotBase64Decoded],
            (Spelling::LooseBase64, KeyForm::Base64) => &[Cause::SecretBase64Spelling],
            (Spelling::Whole, KeyForm::Base64) => &[Cause::SecretBase64Decoded],
            (Spelling::PrefixDropped, KeyForm::Base64) => &[Cause::SecretBase64Decoded, Cause::SecretPrefixKept],
            (Spelling::PrefixAdded, KeyForm::Base64) => &[Cause::SecretBase64Decoded, Cause::SecretPrefixDropped],
            (Spelling::Hex, _) => &[Cause::SecretNotHexDecoded],
            (Spelling::TextOfBytes, _) => &[Cause::SecretAlreadyDecoded],
        };
        self.cleaned.iter().chain(of_spelling).copied().collect()
    }
}

/// No sender's secret is longer, and of one that is nothing is tried.
const MAX_BYTES: usize = 4096;

/// All keys that may be of a secret, each once.
pub(super) fn candidates(secret: &OwnSecret) -> Vec<Candidate> {
    let mut found = Found { keys: Vec::new(), candidates: Vec::new() };
    let bytes = &*secret.bytes;
    if bytes.len() > MAX_BYTES {
        return found.candidates;
    }
    if !secret.is_text {
        found.add(bytes.to_vec(), None, Spelling::Bytes);
        found.add(text::to_hex(bytes).into_bytes(), None, Spelling::TextOfBytes);
        found.add(text::to_base64(bytes).into_bytes(), None, Spelling::TextOfBytes);
    }
    if let Ok(text) = core::str::from_utf8(bytes) {
        for (cleaned, cause) in cleanings(text) {
            let cleaned = Zeroizing::new(cleaned);
            found.add_spellings(&cleaned, cause);
        }
    }
    found.candidates
}

/// The secret's text, and what else it may have been before something was added to it or taken off.
fn cleanings(text: &str) -> Vec<(String, Option<Cause>)> {
    let trimmed = text.trim_matches(is_blank);
    let unquoted = ['"', '\'', '`'].iter().find_map(|quote| trimmed.strip_prefix(*quote)?.strip_suffix(*quote));
    let unwrapped: String = text.chars().filter(|letter| !is_blank(*letter)).collect();
    let without_escape = trimmed.trim_end_matches("\\n").trim_end_matches("\\r");
    let unescaped = text.replace("\\r", "\r").replace("\\n", "\n");
    let mut found = vec![(text.to_owned(), None)];
    let mut add = |text: String, cause| found.push((text, Some(cause)));
    add(trimmed.to_owned(), Cause::SecretWhiteSpace);
    add(unwrapped, Cause::SecretWhiteSpace);
    if let Some(unquoted) = unquoted {
        add(unquoted.to_owned(), Cause::SecretQuoted);
    }
    add(without_escape.to_owned(), Cause::SecretNewlineEscaped);
    add(unescaped, Cause::SecretNewlineEscaped);
    add([trimmed, "\n"].concat(), Cause::SecretNewlineLost);
    add([trimmed, "\r\n"].concat(), Cause::SecretNewlineLost);
    found
}

struct Found {
    keys: Vec<Zeroizing<Vec<u8>>>,
    candidates: Vec<Candidate>,
}

impl Found {
    fn add_spellings(&mut self, text: &str, cleaned: Option<Cause>) {
        const PREFIX: &str = "whsec_";
        let stripped = text.strip_prefix(PREFIX);
        let rest = stripped.unwrap_or(text);
        self.add(text.as_bytes().to_vec(), cleaned, Spelling::Whole);
        if let Some(key) = text::from_base64(rest) {
            self.add(key, cleaned, Spelling::Base64);
        }
        if let Some(key) = text::from_loose_base64(rest) {
            self.add(key, cleaned, Spelling::LooseBase64);
        }
        match stripped {
            Some(rest) => self.add(rest.as_bytes().to_vec(), cleaned, Spelling::PrefixDropped),
            None => self.add([PREFIX, text].concat().into_bytes(), cleaned, Spelling::PrefixAdded),
        }
        if let Some(key) = text::from_hex(rest.strip_prefix("0x").unwrap_or(rest)) {
            self.add(key, cleaned, Spelling::Hex);
        }
    }

    /// The empty key is none: anybody has it, and what it signs is not shown to be anybody's.
    fn add(&mut self, key: Vec<u8>, cleaned: Option<Cause>, spelling: Spelling) {
        let key = Zeroizing::new(key);
        if key.is_empty() || key.iter().all(|byte| byte.is_ascii_whitespace()) || self.keys.contains(&key) {
            return;
        }
        if let Some(prepared) = Key::new(&key) {
            self.candidates.push(Candidate { key: prepared, cleaned, spelling });
            self.keys.push(key);
        }
    }
}
