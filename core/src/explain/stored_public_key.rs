//! The public keys of an explainer, usable or not.
//!
//! Their texts are wiped as secrets are, since what is given as a public key is sometimes a secret.

use alloc::string::String;
use alloc::vec::Vec;

use zeroize::Zeroizing;

use super::encode::codecs;
use crate::crypto::ed25519::{self, PUBLIC_KEY_BYTES};
use crate::public_key::PublicKey;

/// What precedes the 32 bytes of a public key in the form in which OpenSSL writes it (RFC 8410).
const DER_PREFIX: [u8; 12] = [0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00];

/// A public key as the caller passed it, usable or not.
pub(super) enum StoredPublicKey {
    Text(Zeroizing<String>),
    Bytes([u8; PUBLIC_KEY_BYTES]),
}

impl StoredPublicKey {
    pub(super) fn new(key: PublicKey<'_>) -> Self {
        match key.text_or_bytes() {
            Ok(text) => Self::Text(Zeroizing::new(text.into())),
            Err(bytes) => Self::Bytes(*bytes),
        }
    }

    pub(super) fn borrow(&self) -> PublicKey<'_> {
        match self {
            Self::Text(text) => text.as_str().into(),
            Self::Bytes(bytes) => bytes.into(),
        }
    }

    /// The text, unless the key was passed as bytes.
    pub(super) fn text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            Self::Bytes(_) => None,
        }
    }

    /// The key, and whether it is written as it must be; `None` if nothing in it is a public key.
    pub(super) fn read(&self) -> Option<(ed25519::PublicKey, bool)> {
        let as_given = self.borrow().prepare().ok().map(|key| (key, true));
        as_given.or_else(|| Some((read_leniently(self.text()?)?, false)))
    }
}

/// Reads a public key in any of the ways in which people have one: hex or base64 of either alphabet, of the key alone
/// or of its DER, with or without a prefix, quotes, white space, or the lines of a PEM file around it.
pub(super) fn read_leniently(text: &str) -> Option<ed25519::PublicKey> {
    let lines = text.lines().filter(|line| !line.trim_start().starts_with("-----"));
    let is_kept = |character: &char| !character.is_whitespace() && !matches!(character, '"' | '\'' | '`');
    // As long as the text at once: a buffer that grows leaves copies behind.
    let mut compact = Zeroizing::new(String::with_capacity(text.len()));
    compact.extend(lines.flat_map(str::chars).filter(is_kept).take(256));
    let digits = ["whpk_", "ed25519:", "0x"].iter().find_map(|prefix| compact.strip_prefix(prefix));
    let digits = digits.unwrap_or(&compact).as_bytes();
    let mut decoded = Zeroizing::new(Vec::with_capacity(digits.len()));
    if codecs::decode_hex(digits, &mut decoded).is_none() {
        decoded.clear();
        codecs::decode_lenient_base64(digits, &mut decoded)?;
    }
    let key = decoded.strip_prefix(&DER_PREFIX).unwrap_or(&decoded);
    ed25519::PublicKey::new(key.try_into().ok()?)
}

#[cfg(test)]
mod tests {
    use alloc::format;
    use alloc::string::ToString as _;

    use super::*;

    // RFC 8032, section 7.1, test 3.
    const HEX: &str = "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025";
    const BASE64: &str = "/FHNjmIYoaONpH7QAjDwWAgW7RO6MwOsXeuRFUiQgCU=";

    #[test]
    fn a_public_key_is_read_however_it_is_written() {
        let der = format!("MCowBQYDK2VwAyEA{BASE64}");
        for text in [
            format!(" {HEX}\n"),
            format!("\"{HEX}\""),
            format!("0x{}", HEX.to_uppercase()),
            BASE64.to_string(),
            BASE64.replace('/', "_").replace('=', ""),
            format!("whpk_{HEX}"),
            format!("whpk_{}\r\n", BASE64.replace('/', "_")),
            format!("ed25519:{BASE64}"),
            format!("302a300506032b6570032100{HEX}"),
            format!("-----BEGIN PUBLIC KEY-----\n{der}\n-----END PUBLIC KEY-----\n"),
            der,
        ] {
            let (_, is_as_given) = StoredPublicKey::new((&text).into()).read().expect(&text);
            assert!(!is_as_given, "{text}");
        }
        for text in [HEX.to_string(), format!("whpk_{BASE64}")] {
            assert!(StoredPublicKey::new((&text).into()).read().is_some_and(|(_, is_as_given)| is_as_given), "{text}");
        }
        for text in ["", "whpk_", "whsec_AAAA", &HEX[1..], &HEX[2..], "0100", "-----BEGIN"] {
            assert!(StoredPublicKey::new(text.into()).read().is_none(), "{text}");
        }
    }
}
