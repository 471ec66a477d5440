//! A secret as its owner has it, and the key that a scheme makes of it.

use core::fmt;

use zeroize::Zeroizing;

use crate::crypto::base64;
use crate::crypto::mac::Key;
use crate::error::{Error, ErrorKind};
use crate::scheme::KeyEncoding;

/// A secret, borrowed: text as the sender shows it, or the key's very bytes.
///
/// Text goes through the scheme's [`KeyEncoding`] and must have no white space around it, the commonest accident with
/// secrets in files and variables. Bytes are the key as they are. Neither may be empty, or be `whsec_` alone, which is how
/// many secrets begin. Printing one shows nothing.
#[derive(Clone, Copy)]
pub struct Secret<'s>(Form<'s>);

#[derive(Clone, Copy)]
enum Form<'s> {
    Text(&'s str),
    Bytes(&'s [u8]),
}

/// The longest key that a base64 secret may decode to. Standard Webhooks asks for 24 to 64 bytes.
const MAX_DECODED: usize = 512;

/// The shortest: words such as `null` and `changeme` are base64 as well, of three to six bytes that anyone can guess.
pub(crate) const MIN_DECODED: usize = 16;

/// What the secrets of Standard Webhooks, Svix and Stripe begin with.
const PREFIX: &str = "whsec_";

impl<'s> Secret<'s> {
    pub(crate) fn prepare(self, encoding: KeyEncoding) -> Result<Key, Error> {
        let mut buffer = Zeroizing::new([0; MAX_DECODED]);
        Key::new(self.key(encoding, &mut buffer)?).ok_or(invalid("HMAC does not take a key of this length"))
    }

    /// The text, or the key's own bytes.
    #[cfg(feature = "explain")]
    pub(crate) const fn text_or_bytes(self) -> Result<&'s str, &'s [u8]> {
        match self.0 {
            Form::Text(text) => Ok(text),
            Form::Bytes(bytes) => Err(bytes),
        }
    }

    /// The bytes of the key that a scheme makes of this secret, for those who compute MACs elsewhere
    /// ([`Verifier::verify_with_macs`](crate::Verifier::verify_with_macs)). What has to be decoded is put into `buffer`, which the caller wipes.
    ///
    /// # Errors
    /// `invalid_secret`.
    pub fn key<'k>(self, encoding: KeyEncoding, buffer: &'k mut [u8; MAX_DECODED]) -> Result<&'k [u8], Error>
    where
        's: 'k,
    {
        match (self.0, encoding) {
            (Form::Bytes([]) | Form::Text(""), _) => Err(invalid("it is empty; is the variable that holds it set?")),
            (Form::Text(PREFIX), _) => Err(ONLY_PREFIX),
            (Form::Bytes(key), _) if key == PREFIX.as_bytes() => Err(ONLY_PREFIX),
            (Form::Bytes(key), _) => Ok(key),
            (Form::Text(text), _) if has_white_space_around(text) => {
                Err(invalid("white space surrounds it; trim the newline or space that came along when it was copied"))
            }
            (Form::Text(text), KeyEncoding::Utf8) => Ok(text.as_bytes()),
            (Form::Text(text), KeyEncoding::Base64) => {
                let text = text.strip_prefix(PREFIX).unwrap_or(text);
                match base64::decode_unpadded(text.as_bytes(), buffer) {
                    Some(key) if key.len() >= MIN_DECODED => Ok(key),
                    Some(_) => Err(invalid(
                        "it decodes to fewer than 16 bytes, so it is no secret of this scheme; copy it whole, \
                         or give a key that is not text as bytes",
                    )),
                    None => Err(invalid(
                        "it is not base64 of at most 512 bytes after an optional whsec_; copy it whole, \
                         or give a key that is not text as bytes",
                    )),
                }
            }
        }
    }
}

const ONLY_PREFIX: Error = invalid("it is only the beginning of one; copy what follows whsec_ too");

#[inline(never)]
const fn invalid(reason: &'static str) -> Error {
    Error::new(ErrorKind::InvalidSecret).because(reason)
}

/// A byte order mark is no white space to Unicode, and yet what an editor leaves in front of a secret.
pub(crate) fn is_blank(letter: char) -> bool {
    letter.is_whitespace() || letter == '\u{feff}'
}

fn has_white_space_around(text: &str) -> bool {
    let mut letters = text.chars();
    letters.next().is_some_and(is_blank) || letters.next_back().is_some_and(is_blank)
}

impl<'s> From<&'s str> for Secret<'s> {
    fn from(text: &'s str) -> Self {
        Self(Form::Text(text))
    }
}

impl<'s> From<&'s [u8]> for Secret<'s> {
    fn from(key: &'s [u8]) -> Self {
        Self(Form::Bytes(key))
    }
}

impl<'s, const N: usize> From<&'s [u8; N]> for Secret<'s> {
    fn from(key: &'s [u8; N]) -> Self {
        Self(Form::Bytes(key))
    }
}

#[cfg(feature = "alloc")]
impl<'s> From<&'s alloc::string::String> for Secret<'s> {
    fn from(text: &'s alloc::string::String) -> Self {
        Self(Form::Text(text))
    }
}

#[cfg(feature = "alloc")]
impl<'s> From<&'s alloc::vec::Vec<u8>> for Secret<'s> {
    fn from(key: &'s alloc::vec::Vec<u8>) -> Self {
        Self(Form::Bytes(key))
    }
}

impl fmt::Debug for Secret<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(redacted)")
    }
}
