//! A sender's public key, as the user has it.

use core::fmt;

use crate::crypto::ed25519::{self, PUBLIC_KEY_BYTES};
use crate::crypto::{base64, hex};
use crate::error::{Error, ErrorKind, Failed, Reason};
use crate::secret::is_blank;

/// A borrowed public key of ed25519: text as the sender displays it, `whpk_` and base64 or 64 hex digits, or its 32
/// bytes. It is not a secret, but `Debug` does not show it either, since some people give a secret in its place.
#[derive(Clone, Copy)]
pub struct PublicKey<'k>(Source<'k>);

#[derive(Clone, Copy)]
enum Source<'k> {
    Text(&'k str),
    Bytes(&'k [u8; PUBLIC_KEY_BYTES]),
}

/// What the public keys of Standard Webhooks begin with.
const PREFIX: &str = "whpk_";

impl<'k> PublicKey<'k> {
    /// The text, or the bytes if it was passed as bytes.
    #[cfg(feature = "explain")]
    pub(crate) const fn text_or_bytes(self) -> Result<&'k str, &'k [u8; PUBLIC_KEY_BYTES]> {
        match self.0 {
            Source::Text(text) => Ok(text),
            Source::Bytes(bytes) => Err(bytes),
        }
    }

    pub(crate) fn prepare(self) -> Result<ed25519::PublicKey, Error> {
        Reason::of(|reason| {
            let key = match self.0 {
                Source::Text(text) => read(text, reason)?,
                Source::Bytes(bytes) => *bytes,
            };
            let key = ed25519::PublicKey::new(&key);
            key.ok_or_else(|| invalid("these bytes are no public key of ed25519; copy the key again", reason))
        })
    }
}

fn read(text: &str, reason: &mut Reason) -> Result<[u8; PUBLIC_KEY_BYTES], Failed> {
    let detail = match text {
        "" => "it is empty; is the variable that holds it set?",
        _ if text.starts_with(is_blank) || text.ends_with(is_blank) => {
            "it begins or ends with white space; trim the newline or space that was copied with it"
        }
        _ if text.starts_with("whsec_") => "it is a secret, not a public key; give it as a secret",
        _ if text.starts_with("whsk_") => {
            "it is a private key, which only the sender may have; ask for the public key, which begins with whpk_"
        }
        _ => match decode(text) {
            Some(key) => return Ok(key),
            None => "a public key is whpk_ and base64 of 32 bytes, or 64 hex digits; copy the whole key",
        },
    };
    Err(invalid(detail, reason))
}

fn decode(text: &str) -> Option<[u8; PUBLIC_KEY_BYTES]> {
    let Some(encoded) = text.strip_prefix(PREFIX) else { return hex::decode_tag(text.as_bytes().try_into().ok()?) };
    let mut buffer = [0; PUBLIC_KEY_BYTES + 2];
    base64::decode_unpadded(encoded.as_bytes(), &mut buffer)?.try_into().ok()
}

#[inline(never)]
fn invalid(detail: &'static str, reason: &mut Reason) -> Failed {
    reason.is(ErrorKind::InvalidSecret, "", detail)
}

impl fmt::Debug for PublicKey<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PublicKey(redacted)")
    }
}

impl<'k> From<&'k str> for PublicKey<'k> {
    fn from(text: &'k str) -> Self {
        Self(Source::Text(text))
    }
}

impl<'k> From<&'k [u8; PUBLIC_KEY_BYTES]> for PublicKey<'k> {
    fn from(bytes: &'k [u8; PUBLIC_KEY_BYTES]) -> Self {
        Self(Source::Bytes(bytes))
    }
}

#[cfg(feature = "alloc")]
impl<'k> From<&'k alloc::string::String> for PublicKey<'k> {
    fn from(text: &'k alloc::string::String) -> Self {
        Self(Source::Text(text))
    }
}
