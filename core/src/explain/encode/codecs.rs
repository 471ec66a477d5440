//! Encodings of bytes as text, and back: forgiving ones, for what may have happened to a delivery on its way.

use alloc::vec::Vec;

use super::body_writer::{Made, Unmade};
use crate::crypto::base64;

pub(crate) const UPPER: &[u8; 16] = b"0123456789ABCDEF";
pub(crate) const LOWER: &[u8; 16] = b"0123456789abcdef";

/// The two digits of a byte.
pub(crate) fn hex_of(byte: u8, digits: &[u8; 16]) -> [u8; 2] {
    [byte >> 4, byte & 15].map(|nibble| digits[usize::from(nibble)])
}

/// The byte that two digits stand for.
fn byte_of(digits: [u8; 2]) -> Option<u8> {
    let [high, low] = digits.map(|digit| char::from(digit).to_digit(16).and_then(|value| u8::try_from(value).ok()));
    Some(high? << 4 | low?)
}

/// Appends what hex stands for, into room that there must be: half of its length.
pub(crate) fn from_hex(text: &[u8], into: &mut Vec<u8>) -> Option<()> {
    let (pairs, []) = text.as_chunks::<2>() else { return None };
    for pair in pairs {
        into.push(byte_of(*pair)?);
    }
    (!pairs.is_empty()).then_some(())
}

/// What base64 of the standard alphabet with padding stands for.
pub(crate) fn from_base64(text: &[u8]) -> Option<Vec<u8>> {
    let mut decoded = alloc::vec![0; text.len()];
    let length = base64::decode(text, &mut decoded)?.len();
    decoded.truncate(length);
    Some(decoded).filter(|bytes| !bytes.is_empty())
}

/// Appends what base64 of either alphabet stands for, padded or not, into room that there must be: three quarters of its
/// length.
pub(crate) fn from_loose_base64(text: &[u8], into: &mut Vec<u8>) -> Option<()> {
    let digits = without_padding(text);
    let (quads, last) = digits.as_chunks::<4>();
    for quad in quads {
        let [_, bytes @ ..] = bits_of(quad)?.to_be_bytes();
        into.extend_from_slice(&bytes);
    }
    let bytes = match last {
        [] => return (!quads.is_empty()).then_some(()),
        [_] => return None,
        [_, _] => 1,
        _ => 2,
    };
    // What is left over is no part of any byte, and must be nothing.
    let whole = bits_of(last)? << (6 * (4 - last.len()));
    let [_, kept @ ..] = whole.to_be_bytes();
    into.extend_from_slice(&kept[..bytes]);
    kept[bytes..].iter().all(|byte| *byte == 0).then_some(())
}

pub(crate) fn without_padding(text: &[u8]) -> &[u8] {
    let padding = text.iter().rev().take_while(|byte| **byte == b'=').count();
    &text[..text.len() - padding]
}

/// The bits of at most four digits.
fn bits_of(digits: &[u8]) -> Option<u32> {
    digits.iter().try_fold(0, |bits, digit| {
        let value = match digit {
            b'A'..=b'Z' => digit - b'A',
            b'a'..=b'z' => digit - b'a' + 26,
            b'0'..=b'9' => digit - b'0' + 52,
            b'+' | b'-' => 62,
            b'/' | b'_' => 63,
            _ => return None,
        };
        Some(bits << 6 | u32::from(value))
    })
}

/// Appends the base64 of bytes, into room that there must be: see [`base64_length`].
pub(crate) fn to_base64(bytes: &[u8], into: &mut Vec<u8>) {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    for triple in bytes.chunks(3) {
        let bits = triple.iter().fold(0, |bits, byte| (bits << 8) | usize::from(*byte)) << (8 * (3 - triple.len()));
        let mut quad = [18, 12, 6, 0].map(|shift| DIGITS[(bits >> shift) & 63]);
        quad[triple.len() + 1..].fill(b'=');
        into.extend_from_slice(&quad);
    }
}

pub(crate) const fn base64_length(bytes: usize) -> usize {
    bytes.div_ceil(3) * 4
}

/// Undoes percent-encoding, where `+` is a space.
pub(crate) fn from_form(text: &[u8], made: &mut Made<'_>) -> Result<(), Unmade> {
    made.read(text.len())?;
    made.reserve(text.len())?;
    let mut rest = text;
    while let [first, after @ ..] = rest {
        rest = after;
        made.room().push(match first {
            b'+' => b' ',
            b'%' => {
                let (digits, after) = rest.split_first_chunk().ok_or(Unmade::NotSo)?;
                rest = after;
                byte_of(*digits).ok_or(Unmade::NotSo)?
            }
            byte => *byte,
        });
    }
    Ok(())
}

/// Percent-encodes, but for letters, digits and the bytes of `plain`.
pub(crate) fn to_form(bytes: &[u8], plain: &[u8], space: &[u8], made: &mut Made<'_>) -> Result<(), Unmade> {
    made.read(2 * bytes.len())?;
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || plain.contains(&byte);
    let length = |byte: &u8| {
        if *byte == b' ' {
            space.len()
        } else if is_plain(*byte) {
            1
        } else {
            3
        }
    };
    made.reserve(bytes.iter().map(length).sum())?;
    let encoded = made.room();
    for byte in bytes {
        if *byte == b' ' {
            encoded.extend_from_slice(space);
        } else if is_plain(*byte) {
            encoded.push(*byte);
        } else {
            let [high, low] = hex_of(*byte, UPPER);
            encoded.extend_from_slice(&[b'%', high, low]);
        }
    }
    Ok(())
}

/// Reads each byte as a character of Latin-1.
pub(crate) fn from_latin1(bytes: &[u8], made: &mut Made<'_>) -> Result<(), Unmade> {
    made.read(2 * bytes.len())?;
    made.reserve(bytes.len() + bytes.iter().filter(|byte| !byte.is_ascii()).count())?;
    let text = made.room();
    for byte in bytes {
        if byte.is_ascii() {
            text.push(*byte);
        } else {
            text.extend_from_slice(&[0xc0 | (byte >> 6), 0x80 | (byte & 0x3f)]);
        }
    }
    Ok(())
}

/// Writes each character as a byte: of Latin-1, or of Windows-1252, which has others from 0x80 to 0x9f.
pub(crate) fn to_latin1(text: &str, made: &mut Made<'_>) -> Result<(), Unmade> {
    const WINDOWS: [char; 32] = [
        '€', '\u{81}', '‚', 'ƒ', '„', '…', '†', '‡', 'ˆ', '‰', 'Š', '‹', 'Œ', '\u{8d}', 'Ž', '\u{8f}', '\u{90}', '‘',
        '’', '“', '”', '•', '–', '—', '˜', '™', 'š', '›', 'œ', '\u{9d}', 'ž', 'Ÿ',
    ];
    // A character that is no byte is looked for among the 32.
    made.read(4 * text.len())?;
    made.reserve(text.len())?;
    let bytes = made.room();
    for letter in text.chars() {
        let of_windows = || (0x80..).zip(WINDOWS).find(|(_, other)| *other == letter).map(|(byte, _)| byte);
        bytes.push(u8::try_from(letter).ok().or_else(of_windows).ok_or(Unmade::NotSo)?);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::explain::budget::Budget;

    type Coder<'c> = &'c dyn Fn(&mut Made<'_>) -> Result<(), Unmade>;

    fn made(make: Coder<'_>) -> Option<Vec<u8>> {
        let (mut bytes, mut budget) = (Vec::new(), Budget::of(0));
        let result = make(&mut Made::new(&mut bytes, &mut budget, 0));
        result.is_ok().then_some(bytes)
    }

    fn loose(text: &[u8]) -> Option<Vec<u8>> {
        let mut decoded = Vec::new();
        from_loose_base64(text, &mut decoded).map(|()| decoded)
    }

    #[test]
    fn what_is_encoded_is_decoded_to_the_same() {
        for length in 1..40 {
            let bytes: Vec<u8> = (0..length).map(|at: u8| at.wrapping_mul(83).wrapping_add(7)).collect();
            let hex: Vec<u8> = bytes.iter().flat_map(|byte| hex_of(*byte, LOWER)).collect();
            let mut decoded = Vec::new();
            from_hex(&hex, &mut decoded).unwrap();
            assert_eq!(decoded, bytes);
            let mut encoded = Vec::new();
            to_base64(&bytes, &mut encoded);
            assert_eq!(encoded.len(), base64_length(bytes.len()));
            assert_eq!(from_base64(&encoded).unwrap(), bytes);
            let for_urls: Vec<u8> = without_padding(&encoded)
                .iter()
                .map(|digit| match digit {
                    b'+' => b'-',
                    b'/' => b'_',
                    digit => *digit,
                })
                .collect();
            assert_eq!(loose(&for_urls).unwrap(), bytes);
            let form = made(&|made| to_form(&bytes, b"-._~", b"+", made)).unwrap();
            assert_eq!(made(&|made| from_form(&form, made)).unwrap(), bytes);
            let latin = alloc::string::String::from_utf8(made(&|made| from_latin1(&bytes, made)).unwrap()).unwrap();
            assert_eq!(made(&|made| to_latin1(&latin, made)).unwrap(), bytes);
        }
    }

    #[test]
    fn what_is_no_encoding_decodes_to_nothing() {
        let mut decoded = Vec::new();
        for text in ["0", "0g", ""] {
            assert_eq!(from_hex(text.as_bytes(), &mut decoded), None, "{text}");
        }
        // Of `ab` and `abd` the bits that are left over are not nothing.
        for text in ["a", "=", "", "ab=c", "ab", "abd", "äbcd", "AAAAA"] {
            assert_eq!(loose(text.as_bytes()), None, "{text}");
        }
        assert_eq!((loose(b"YQ"), loose(b"YWI")), (Some(b"a".to_vec()), Some(b"ab".to_vec())));
        assert_eq!(made(&|made| from_form(b"%4", made)), None);
        assert_eq!(made(&|made| from_form(b"%zz", made)), None);
        assert_eq!(made(&|made| to_latin1("\u{100}", made)), None);
        assert_eq!(made(&|made| to_latin1("“", made)), Some([0x93].to_vec()));
    }
}
