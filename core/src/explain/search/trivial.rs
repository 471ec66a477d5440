//! Whether there is anything of somebody's own in a secret or a key.
//!
//! What is left of a secret that was never set is blank, or quotes, or a prefix, or what a language prints for nothing. A
//! key that is made of that is known to everybody, and whoever signs with it has shown nothing.

use alloc::vec::Vec;

use zeroize::Zeroizing;

use crate::explain::encode::codecs;
use crate::secret::is_blank;

/// What anybody can put in front of a secret, or in its place, in lower case.
const PREFIXES: [&str; 8] = ["whsec_", "whsec", "0x", "\\n", "\\r", "\\t", "\\u0000", "\\0"];

/// What languages print for a value that is not there.
const NOTHING: [&str; 9] = ["undefined", "null", "none", "nil", "nan", "<nil>", "<none>", "(null)", "[object object]"];

/// So often something may be encoded.
const MAX_ENCODINGS: usize = 3;

pub(super) fn is_own(bytes: &[u8]) -> bool {
    is_own_within(bytes, MAX_ENCODINGS)
}

fn is_own_within(bytes: &[u8], encodings: usize) -> bool {
    // A key that ends in zeros is the same key to HMAC as one without them.
    let end = bytes.iter().rposition(|byte| *byte != 0).map_or(0, |last| last + 1);
    // UTF-16 with its mark, as some shells write files. Its zeros are no letters.
    let bytes = bytes[..end].strip_prefix(b"\xff\xfe").unwrap_or(&bytes[..end]);
    let bytes = bytes.strip_prefix(b"\xfe\xff").unwrap_or(bytes);
    match core::str::from_utf8(bytes) {
        Ok(text) => is_own_text(text, encodings),
        Err(_) => true,
    }
}

fn is_own_text(text: &str, encodings: usize) -> bool {
    let mut rest = text.trim_matches(is_frame);
    while let Some(prefix) = PREFIXES.iter().find(|prefix| starts_with(rest, prefix)) {
        rest = rest.get(prefix.len()..).unwrap_or_default().trim_matches(is_frame);
    }
    let is_nothing = rest.is_empty() || NOTHING.iter().any(|word| rest.eq_ignore_ascii_case(word));
    !is_nothing && (encodings == 0 || !decodes_to_nothing(rest.as_bytes(), encodings - 1))
}

/// Whether this is hex or base64 of what is nobody's own.
fn decodes_to_nothing(digits: &[u8], encodings: usize) -> bool {
    let mut decoded = Zeroizing::new(Vec::with_capacity(digits.len()));
    let is_nothing = |decoded: &[u8]| !is_own_within(decoded, encodings);
    if codecs::from_hex(digits, &mut decoded).is_some() && is_nothing(&decoded) {
        return true;
    }
    decoded.clear();
    codecs::from_loose_base64(digits, &mut decoded).is_some() && is_nothing(&decoded)
}

fn starts_with(text: &str, prefix: &str) -> bool {
    text.get(..prefix.len()).is_some_and(|start| start.eq_ignore_ascii_case(prefix))
}

/// What may stand around a secret and is no part of it: blanks, quotes, padding, and what cannot be seen.
fn is_frame(letter: char) -> bool {
    let is_unseen =
        matches!(letter, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}');
    let is_quote = "\"'`“”‘’=".contains(letter);
    is_blank(letter) || letter.is_control() || is_unseen || is_quote
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_anybody_could_know_is_nobodys_own() {
        let nothing: [&[u8]; 44] = [
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
        for bytes in nothing {
            assert!(!is_own(bytes), "{}", bytes.escape_ascii());
        }
        for text in ["\u{feff}", "\u{200b}", "“”", "\u{a0}"] {
            assert!(!is_own(text.as_bytes()), "{text:?}");
        }
    }

    #[test]
    fn what_has_something_of_its_own_is_somebodys() {
        let own: [&[u8]; 12] = [
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
        for bytes in own {
            assert!(is_own(bytes), "{}", bytes.escape_ascii());
        }
    }
}
