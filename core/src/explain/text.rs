//! Encodings of bytes as text, and back: forgiving ones, for what may have happened to a delivery on its way.

use alloc::string::String;
use alloc::vec;
use alloc::vec::Vec;

use crate::base64;

pub(super) fn from_hex(text: &str) -> Option<Vec<u8>> {
    let digits: Option<Vec<u8>> = text.chars().map(|digit| u8::try_from(digit.to_digit(16)?).ok()).collect();
    let (pairs, []) = digits.as_deref()?.as_chunks::<2>() else { return None };
    Some(pairs.iter().map(|[high, low]| high << 4 | low).collect()).filter(|bytes: &Vec<u8>| !bytes.is_empty())
}

pub(super) fn to_hex(bytes: &[u8]) -> String {
    bytes.iter().flat_map(|byte| hex_of(*byte, LOWER)).collect()
}

/// The two digits of a byte.
pub(super) fn hex_of(byte: u8, digits: &[u8; 16]) -> [char; 2] {
    [byte >> 4, byte & 15].map(|nibble| char::from(digits[usize::from(nibble)]))
}

pub(super) const UPPER: &[u8; 16] = b"0123456789ABCDEF";
pub(super) const LOWER: &[u8; 16] = b"0123456789abcdef";

/// Standard base64 with padding.
pub(super) fn from_base64(text: &str) -> Option<Vec<u8>> {
    let mut room = vec![0; text.len()];
    let length = base64::decode(text.as_bytes(), &mut room)?.len();
    room.truncate(length);
    Some(room).filter(|bytes| !bytes.is_empty())
}

/// Base64 of either alphabet, padded or not.
pub(super) fn from_loose_base64(text: &str) -> Option<Vec<u8>> {
    let mut standard = text.trim_end_matches('=').replace('-', "+").replace('_', "/");
    while !standard.len().is_multiple_of(4) {
        standard.push('=');
    }
    from_base64(&standard)
}

pub(super) fn to_base64(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for triple in bytes.chunks(3) {
        let bits = triple.iter().fold(0, |bits, byte| (bits << 8) | usize::from(*byte)) << (8 * (3 - triple.len()));
        let quad = [18, 12, 6, 0].map(|shift| char::from(DIGITS[(bits >> shift) & 63]));
        text.extend(quad.iter().take(triple.len() + 1));
        text.extend(core::iter::repeat_n('=', 3 - triple.len()));
    }
    text
}

/// Undoes percent-encoding, where `+` is a space.
pub(super) fn from_form(text: &[u8]) -> Option<Vec<u8>> {
    let mut decoded = Vec::with_capacity(text.len());
    let mut rest = text;
    while let [first, behind @ ..] = rest {
        rest = behind;
        decoded.push(match first {
            b'+' => b' ',
            b'%' => {
                let (digits, behind) = rest.split_at_checked(2)?;
                rest = behind;
                *from_hex(core::str::from_utf8(digits).ok()?)?.first()?
            }
            byte => *byte,
        });
    }
    Some(decoded)
}

/// Percent-encodes, but for letters, digits and the bytes of `plain`.
pub(super) fn to_form(bytes: &[u8], plain: &[u8], space: &str) -> Vec<u8> {
    let mut encoded = Vec::with_capacity(bytes.len() * 2);
    for byte in bytes {
        match byte {
            b' ' => encoded.extend_from_slice(space.as_bytes()),
            byte if byte.is_ascii_alphanumeric() || plain.contains(byte) => encoded.push(*byte),
            byte => {
                let [high, low] = [byte >> 4, byte & 15].map(|nibble| UPPER[usize::from(nibble)]);
                encoded.extend([b'%', high, low]);
            }
        }
    }
    encoded
}

/// Reads each byte as a character of Latin-1.
pub(super) fn from_latin1(bytes: &[u8]) -> String {
    bytes.iter().copied().map(char::from).collect()
}

/// Writes each character as a byte: of Latin-1, or of Windows-1252, which has others from 0x80 to 0x9f.
pub(super) fn to_latin1(text: &str) -> Option<Vec<u8>> {
    const WINDOWS: &str = "€\u{81}‚ƒ„…†‡ˆ‰Š‹Œ\u{8d}Ž\u{8f}\u{90}‘’“”•–—˜™š›œ\u{9d}žŸ";
    let byte = |letter: char| {
        u8::try_from(letter).ok().or_else(|| {
            let place = WINDOWS.chars().position(|other| other == letter)?;
            u8::try_from(0x80 + place).ok()
        })
    };
    text.chars().map(byte).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_encoded_is_decoded_to_the_same() {
        for length in 1..40 {
            let bytes: Vec<u8> = (0..length).map(|at: u8| at.wrapping_mul(83).wrapping_add(7)).collect();
            assert_eq!(from_hex(&to_hex(&bytes)).unwrap(), bytes);
            assert_eq!(from_base64(&to_base64(&bytes)).unwrap(), bytes);
            let loose = to_base64(&bytes).replace('+', "-").replace('/', "_");
            assert_eq!(from_loose_base64(loose.trim_end_matches('=')).unwrap(), bytes);
            assert_eq!(from_form(&to_form(&bytes, b"-._~", "+")).unwrap(), bytes);
            assert_eq!(to_latin1(&from_latin1(&bytes)).unwrap(), bytes);
        }
    }

    #[test]
    fn what_is_no_encoding_decodes_to_nothing() {
        assert_eq!((from_hex("0"), from_hex("0g"), from_hex("")), (None, None, None));
        assert_eq!((from_loose_base64("a"), from_loose_base64("=")), (None, None));
        assert_eq!((from_form(b"%4"), from_form(b"%zz")), (None, None));
        assert_eq!(to_latin1("\u{100}"), None);
    }
}
