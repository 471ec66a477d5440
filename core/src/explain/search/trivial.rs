//! Recognizes secrets and keys that anybody knows.
//!
//! What remains of a secret that was never set is blank, or quotes, or a prefix, or what a language prints for a
//! missing value. Everybody knows a key made of that, so a signature that matches it proves nothing.

use alloc::vec::Vec;

use zeroize::Zeroizing;

use crate::explain::encode::codecs;
use crate::secret::is_blank;

/// What may precede or replace a secret without being part of it, in lower case.
const PREFIXES: [&str; 8] = ["whsec_", "whsec", "0x", "\\n", "\\r", "\\t", "\\u0000", "\\0"];

/// What languages print for a missing value.
const MISSING: [&str; 9] = ["undefined", "null", "none", "nil", "nan", "<nil>", "<none>", "(null)", "[object object]"];

/// How many encodings, one inside the other, are looked through.
const MAX_ENCODINGS: usize = 3;

/// Whether these bytes have no content that is not known to everybody.
pub(super) fn is_trivial_key(bytes: &[u8]) -> bool {
    is_trivial(bytes, MAX_ENCODINGS)
}

fn is_trivial(bytes: &[u8], encodings: usize) -> bool {
    // To HMAC, a key that ends in zeros is the same key as one without them.
    let end = bytes.iter().rposition(|byte| *byte != 0).map_or(0, |last| last + 1);
    // UTF-16 with a byte order mark, as some shells write files. Its zeros are not letters.
    let bytes = bytes[..end].strip_prefix(b"\xff\xfe").unwrap_or(&bytes[..end]);
    let bytes = bytes.strip_prefix(b"\xfe\xff").unwrap_or(bytes);
    core::str::from_utf8(bytes).is_ok_and(|text| is_trivial_text(text, encodings))
}

fn is_trivial_text(text: &str, encodings: usize) -> bool {
    let mut rest = text.trim_matches(is_frame);
    while let Some(prefix) = PREFIXES.iter().find(|prefix| starts_with(rest, prefix)) {
        rest = rest.get(prefix.len()..).unwrap_or_default().trim_matches(is_frame);
    }
    rest.is_empty()
        || MISSING.iter().any(|word| rest.eq_ignore_ascii_case(word))
        || (encodings > 0 && decodes_to_trivial(rest.as_bytes(), encodings - 1))
}

/// Whether this is hex or base64 of a trivial key.
fn decodes_to_trivial(digits: &[u8], encodings: usize) -> bool {
    let mut decoded = Zeroizing::new(Vec::with_capacity(digits.len()));
    if codecs::decode_hex(digits, &mut decoded).is_some() && is_trivial(&decoded, encodings) {
        return true;
    }
    decoded.clear();
    codecs::decode_lenient_base64(digits, &mut decoded).is_some() && is_trivial(&decoded, encodings)
}

fn starts_with(text: &str, prefix: &str) -> bool {
    text.get(..prefix.len()).is_some_and(|start| start.eq_ignore_ascii_case(prefix))
}

/// What may surround a secret without being part of it: blanks, quotes, padding and invisible characters.
fn is_frame(character: char) -> bool {
    let is_invisible =
        matches!(character, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}');
    let is_quote = "\"'`“”‘’=".contains(character);
    is_blank(character) || character.is_control() || is_invisible || is_quote
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_that_anybody_knows_are_trivial() {
        let trivial: [&[u8]; 44] = [
            b"",
            b" ",
            b"\n",
            b"\r\n",
            b"\t",
            b"\\n",
            b"\\r\\n",
            b"\"\"",
            b"''",
            b"\"",
            b"` `",
            b"\" \\n \"",
            b"=",
            b"====",
            b"whsec_",
            b"WHSEC_",
            b"whsec",
            b"whsec_whsec_",
            b"\"whsec_\"",
            b"whsec_\\n",
            b"'whsec_' ",
            b"whsec_=",
            b"0x",
            b"0x00",
            b"whsec_0x0000",
            b"\0",
            b"\0\0\0\0",
            b"whsec_\0",
            b"\n\0",
            b"\xef\xbb\xbf",
            b"\xff\xfe\n\0",
            b"AAAA",
            b"AA==",
            b"AA",
            b"whsec_AAAAAAAA",
            b"Cg==",
            b"Cg",
            b"0a",
            b"0d0a",
            b"IiI=",
            b"d2hzZWNf",
            b"Q2c9PQ",
            b"undefined",
            b"whsec_null",
        ];
        for bytes in trivial {
            assert!(is_trivial_key(bytes), "{}", bytes.escape_ascii());
        }
        for text in ["\u{feff}", "\u{200b}", "“”", "\u{a0}"] {
            assert!(is_trivial_key(text.as_bytes()), "{text:?}");
        }
    }

    #[test]
    fn keys_with_content_are_not_trivial() {
        let keys: [&[u8]; 12] = [
            b"a",
            b"whsec_a",
            b"\"x\"",
            b"0x41",
            b"QQ==",
            b"test",
            b"\xff",
            b"\0A",
            b"nullable",
            b"secret",
            b"whsecret",
            b"\xff\xfea\0",
        ];
        for bytes in keys {
            assert!(!is_trivial_key(bytes), "{}", bytes.escape_ascii());
        }
    }
}
