//! A secret as the user has it, and the key that a scheme derives from it.

use core::fmt;

use zeroize::Zeroizing;

use crate::crypto::base64;
#[cfg(feature = "schemes")]
use crate::crypto::hex;
use crate::crypto::mac::Key;
use crate::error::{Error, ErrorKind, Failed, Reason};
use crate::scheme::KeyEncoding;

/// A borrowed secret: the text that the sender displays, or the raw bytes of the key.
///
/// Text goes through the scheme's [`KeyEncoding`] and must not have white space around it, the most common accident
/// with secrets in files and variables. Bytes are used as the key unchanged. Neither may be empty or only `whsec_`, the
/// prefix of many secrets. `Debug` does not show the secret.
#[derive(Clone, Copy)]
pub struct Secret<'s>(Source<'s>);

#[derive(Clone, Copy)]
enum Source<'s> {
    Text(&'s str),
    Bytes(&'s [u8]),
}

/// The longest key that a secret in base64 or hex may decode to. Standard Webhooks asks for 24 to 64 bytes.
const MAX_DECODED: usize = 512;

/// The shortest key that a secret in base64 or hex may decode to: words such as `null` and `changeme` are valid base64
/// too, for three to six bytes that anyone can guess.
pub(crate) const MIN_DECODED: usize = 16;

/// The prefix of the secrets of Standard Webhooks, Svix and Stripe.
const PREFIX: &str = "whsec_";

impl<'s> Secret<'s> {
    pub(crate) fn prepare(self, encoding: KeyEncoding) -> Result<Key, Error> {
        Reason::of(|reason| {
            let mut buffer = Zeroizing::new([0; MAX_DECODED]);
            let key = Key::new(self.derive(encoding, &mut buffer, reason)?);
            key.ok_or_else(|| invalid("HMAC does not accept a key of this length", reason))
        })
    }

    /// The text, or the raw bytes of the key.
    #[cfg(feature = "explain")]
    pub(crate) const fn text_or_bytes(self) -> Result<&'s str, &'s [u8]> {
        match self.0 {
            Source::Text(text) => Ok(text),
            Source::Bytes(bytes) => Err(bytes),
        }
    }

    /// The bytes of the key that a scheme derives from this secret, for callers that compute MACs outside the core
    /// ([`Verifier::verify_with_macs`](crate::Verifier::verify_with_macs)). A secret that has to be decoded is decoded
    /// into `buffer`, which the caller wipes.
    ///
    /// # Errors
    /// `invalid_secret`.
    pub fn key<'k>(self, encoding: KeyEncoding, buffer: &'k mut [u8; MAX_DECODED]) -> Result<&'k [u8], Error>
    where
        's: 'k,
    {
        Reason::of(|reason| self.derive(encoding, buffer, reason))
    }

    fn derive<'k>(
        self,
        encoding: KeyEncoding,
        buffer: &'k mut [u8; MAX_DECODED],
        reason: &mut Reason,
    ) -> Result<&'k [u8], Failed>
    where
        's: 'k,
    {
        match (self.0, encoding) {
            (Source::Bytes([]) | Source::Text(""), _) => {
                Err(invalid("it is empty; is the variable that holds it set?", reason))
            }
            (Source::Text(PREFIX), _) => Err(invalid(ONLY_PREFIX, reason)),
            (Source::Bytes(key), _) if key == PREFIX.as_bytes() => Err(invalid(ONLY_PREFIX, reason)),
            (Source::Bytes(key), _) => Ok(key),
            (Source::Text(text), _) if has_white_space_around(text) => {
                let detail = "it begins or ends with white space; trim the newline or space that was copied with it";
                Err(invalid(detail, reason))
            }
            (Source::Text(text), _) if mistake(text, encoding).is_some() => {
                Err(invalid(mistake(text, encoding).unwrap_or_default(), reason))
            }
            (Source::Text(text), KeyEncoding::Utf8) => Ok(text.as_bytes()),
            #[cfg(feature = "schemes")]
            (Source::Text(text), KeyEncoding::Hex) => match hex::decode(text.as_bytes(), buffer) {
                Some(key) if key.len() >= MIN_DECODED => Ok(key),
                _ => {
                    let detail = "it must be hex of 16 to 512 bytes, two digits each; copy the whole secret, or pass a \
                                  key that is not text as bytes";
                    Err(invalid(detail, reason))
                }
            },
            (Source::Text(text), KeyEncoding::Base64) => {
                let text = text.strip_prefix(PREFIX).unwrap_or(text);
                let detail = match base64::decode_unpadded(text.as_bytes(), buffer) {
                    Some(key) if key.len() >= MIN_DECODED => return Ok(key),
                    Some(_) => {
                        "it decodes to fewer than 16 bytes, too short for this scheme; copy the whole secret, \
                         or pass a key that is not text as bytes"
                    }
                    None => {
                        "after an optional whsec_ it must be base64 of at most 512 bytes; copy the whole secret, \
                         or pass a key that is not text as bytes"
                    }
                };
                Err(invalid(detail, reason))
            }
        }
    }
}

/// What people mistake for a secret: keys for ed25519 in any scheme, and the others where secrets are base64. Sources:
/// Supabase's documentation of auth hooks, and Standard Webhooks 1.0.0, "Signature scheme".
const MISTAKEN: [(&str, &str); 4] = [
    ("whpk_", PUBLIC_KEY),
    ("whsk_", PRIVATE_KEY),
    ("v1,", "it begins with v1, as Supabase shows it; leave that off, so that it begins with whsec_"),
    ("v1a,", PUBLIC_KEY),
];

/// What is wrong with a text that is no secret.
fn mistake(text: &str, encoding: KeyEncoding) -> Option<&'static str> {
    let in_base64 = encoding == KeyEncoding::Base64;
    let mut mistaken = MISTAKEN.iter().take(if in_base64 { MISTAKEN.len() } else { 2 });
    mistaken.find(|(start, _)| text.starts_with(start)).map(|(_, detail)| *detail)
}

#[cfg(not(feature = "ed25519"))]
const PUBLIC_KEY: &str =
    "it is a key for ed25519, which is not supported; use the secret, which in Standard Webhooks begins with whsec_";
#[cfg(not(feature = "ed25519"))]
const PRIVATE_KEY: &str = PUBLIC_KEY;

#[cfg(feature = "ed25519")]
const PUBLIC_KEY: &str = "it is a public key for ed25519, with which anybody could sign; give it as `public_key`";
#[cfg(feature = "ed25519")]
const PRIVATE_KEY: &str = "it is a private key for ed25519, which only the sender may have; ask for the public key";

const ONLY_PREFIX: &str = "it is only the prefix whsec_; copy what follows it too";

#[inline(never)]
fn invalid(detail: &'static str, reason: &mut Reason) -> Failed {
    reason.is(ErrorKind::InvalidSecret, "", detail)
}

/// Unicode does not count a byte order mark as white space, but editors leave one before a secret.
pub(crate) fn is_blank(character: char) -> bool {
    character.is_whitespace() || character == '\u{feff}'
}

fn has_white_space_around(text: &str) -> bool {
    let mut characters = text.chars();
    characters.next().is_some_and(is_blank) || characters.next_back().is_some_and(is_blank)
}

impl<'s> From<&'s str> for Secret<'s> {
    fn from(text: &'s str) -> Self {
        Self(Source::Text(text))
    }
}

impl<'s> From<&'s [u8]> for Secret<'s> {
    fn from(key: &'s [u8]) -> Self {
        Self(Source::Bytes(key))
    }
}

impl<'s, const N: usize> From<&'s [u8; N]> for Secret<'s> {
    fn from(key: &'s [u8; N]) -> Self {
        Self(Source::Bytes(key))
    }
}

#[cfg(feature = "alloc")]
impl<'s> From<&'s alloc::string::String> for Secret<'s> {
    fn from(text: &'s alloc::string::String) -> Self {
        Self(Source::Text(text))
    }
}

#[cfg(feature = "alloc")]
impl<'s> From<&'s alloc::vec::Vec<u8>> for Secret<'s> {
    fn from(key: &'s alloc::vec::Vec<u8>) -> Self {
        Self(Source::Bytes(key))
    }
}

impl fmt::Debug for Secret<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(redacted)")
    }
}
