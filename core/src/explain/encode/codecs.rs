//! Encodings of bytes as text, and lenient decoders for what may have happened to a delivery on its way.

use alloc::vec::Vec;

use super::body_writer::{BodyWriter, RebuildError};
use crate::crypto::{base64, hex};

/// The byte that two hex digits of either case stand for.
fn decode_hex_pair([high, low]: [u8; 2]) -> Option<u8> {
    u8::try_from(hex::digit(high)? << 4 | hex::digit(low)?).ok()
}

/// Appends what hex of any length decodes to. The caller reserves half of its length.
pub(crate) fn decode_hex(text: &[u8], into: &mut Vec<u8>) -> Option<()> {
    let (pairs, []) = text.as_chunks::<2>() else { return None };
    for pair in pairs {
        into.push(decode_hex_pair(*pair)?);
    }
    (!pairs.is_empty()).then_some(())
}

/// Decodes base64 of the standard alphabet with padding.
pub(crate) fn decode_base64(text: &[u8]) -> Option<Vec<u8>> {
    let mut decoded = alloc::vec![0; text.len()];
    let length = base64::decode(text, &mut decoded)?.len();
    decoded.truncate(length);
    Some(decoded).filter(|bytes| !bytes.is_empty())
}

/// Appends what base64 of either alphabet decodes to, padded or not. The caller reserves three quarters of its length.
///
/// Unlike the decoder in `crypto`, it takes mixed alphabets and any padding, and needs no second copy of a large body.
pub(crate) fn decode_lenient_base64(text: &[u8], into: &mut Vec<u8>) -> Option<()> {
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
    // The bits that are left over belong to no byte, and must be zero.
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

/// Appends the base64 of bytes. The caller reserves [`base64_length`].
pub(crate) fn encode_base64(bytes: &[u8], into: &mut Vec<u8>) {
    for triple in bytes.chunks(3) {
        into.extend_from_slice(&base64::encode_triple(triple));
    }
}

pub(crate) const fn base64_length(bytes: usize) -> usize {
    bytes.div_ceil(3) * 4
}

/// Undoes percent-encoding, where `+` is a space.
pub(crate) fn decode_form(text: &[u8], out: &mut BodyWriter<'_>) -> Result<(), RebuildError> {
    out.charge_read(text.len())?;
    out.reserve(text.len())?;
    let mut rest = text;
    while let [first, after @ ..] = rest {
        rest = after;
        out.buffer().push(match first {
            b'+' => b' ',
            b'%' => {
                let (digits, after) = rest.split_first_chunk().ok_or(RebuildError::NotApplicable)?;
                rest = after;
                decode_hex_pair(*digits).ok_or(RebuildError::NotApplicable)?
            }
            byte => *byte,
        });
    }
    Ok(())
}

/// Percent-encodes everything except letters, digits and the bytes of `plain`.
pub(crate) fn encode_form(
    bytes: &[u8],
    plain: &[u8],
    space: &[u8],
    out: &mut BodyWriter<'_>,
) -> Result<(), RebuildError> {
    out.charge_read(2 * bytes.len())?;
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
    out.reserve(bytes.iter().map(length).sum())?;
    let encoded = out.buffer();
    for byte in bytes {
        if *byte == b' ' {
            encoded.extend_from_slice(space);
        } else if is_plain(*byte) {
            encoded.push(*byte);
        } else {
            let [high, low] = hex::encode_byte(*byte, hex::UPPER);
            encoded.extend_from_slice(&[b'%', high, low]);
        }
    }
    Ok(())
}

/// Reads each byte as a character of Latin-1, and writes UTF-8.
pub(crate) fn latin1_to_utf8(bytes: &[u8], out: &mut BodyWriter<'_>) -> Result<(), RebuildError> {
    out.charge_read(2 * bytes.len())?;
    out.reserve(bytes.len() + bytes.iter().filter(|byte| !byte.is_ascii()).count())?;
    let text = out.buffer();
    for byte in bytes {
        if byte.is_ascii() {
            text.push(*byte);
        } else {
            text.extend_from_slice(&[0xc0 | (byte >> 6), 0x80 | (byte & 0x3f)]);
        }
    }
    Ok(())
}

/// Writes each character as a byte: of Latin-1, or of Windows-1252, which differs from 0x80 to 0x9f.
pub(crate) fn utf8_to_latin1(text: &str, out: &mut BodyWriter<'_>) -> Result<(), RebuildError> {
    const WINDOWS: [char; 32] = [
        '€', '\u{81}', '‚', 'ƒ', '„', '…', '†', '‡', 'ˆ', '‰', 'Š', '‹', 'Œ', '\u{8d}', 'Ž', '\u{8f}', '\u{90}', '‘',
        '’', '“', '”', '•', '–', '—', '˜', '™', 'š', '›', 'œ', '\u{9d}', 'ž', 'Ÿ',
    ];
    // A character outside Latin-1 is looked up among the 32.
    out.charge_read(4 * text.len())?;
    out.reserve(text.len())?;
    let bytes = out.buffer();
    for character in text.chars() {
        let in_windows = || (0x80..).zip(WINDOWS).find(|(_, other)| *other == character).map(|(byte, _)| byte);
        bytes.push(u8::try_from(character).ok().or_else(in_windows).ok_or(RebuildError::NotApplicable)?);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::explain::budget::Budget;

    type Coder<'c> = &'c dyn Fn(&mut BodyWriter<'_>) -> Result<(), RebuildError>;

    fn written(write: Coder<'_>) -> Option<Vec<u8>> {
        let (mut bytes, mut budget) = (Vec::new(), Budget::of(0));
        let result = write(&mut BodyWriter::new(&mut bytes, &mut budget, 0));
        result.is_ok().then_some(bytes)
    }

    fn lenient(text: &[u8]) -> Option<Vec<u8>> {
        let mut decoded = Vec::new();
        decode_lenient_base64(text, &mut decoded).map(|()| decoded)
    }

    #[test]
    fn decoding_reverses_encoding() {
        for length in 1..40 {
            let bytes: Vec<u8> = (0..length).map(|at: u8| at.wrapping_mul(83).wrapping_add(7)).collect();
            let digits: Vec<u8> = bytes.iter().flat_map(|byte| hex::encode_byte(*byte, hex::LOWER)).collect();
            let mut decoded = Vec::new();
            decode_hex(&digits, &mut decoded).unwrap();
            assert_eq!(decoded, bytes);
            let mut encoded = Vec::new();
            encode_base64(&bytes, &mut encoded);
            assert_eq!(encoded.len(), base64_length(bytes.len()));
            assert_eq!(decode_base64(&encoded).unwrap(), bytes);
            let for_urls: Vec<u8> = without_padding(&encoded)
                .iter()
                .map(|digit| match digit {
                    b'+' => b'-',
                    b'/' => b'_',
                    digit => *digit,
                })
                .collect();
            assert_eq!(lenient(&for_urls).unwrap(), bytes);
            let form = written(&|out| encode_form(&bytes, b"-._~", b"+", out)).unwrap();
            assert_eq!(written(&|out| decode_form(&form, out)).unwrap(), bytes);
            let utf8 = alloc::string::String::from_utf8(written(&|out| latin1_to_utf8(&bytes, out)).unwrap()).unwrap();
            assert_eq!(written(&|out| utf8_to_latin1(&utf8, out)).unwrap(), bytes);
        }
    }

    #[test]
    fn malformed_text_does_not_decode() {
        let mut decoded = Vec::new();
        for text in ["0", "0g", ""] {
            assert_eq!(decode_hex(text.as_bytes(), &mut decoded), None, "{text}");
        }
        // In `ab` and `abd` the bits that are left over are not zero.
        for text in ["a", "=", "", "ab=c", "ab", "abd", "äbcd", "AAAAA"] {
            assert_eq!(lenient(text.as_bytes()), None, "{text}");
        }
        assert_eq!((lenient(b"YQ"), lenient(b"YWI")), (Some(b"a".to_vec()), Some(b"ab".to_vec())));
        assert_eq!(written(&|out| decode_form(b"%4", out)), None);
        assert_eq!(written(&|out| decode_form(b"%zz", out)), None);
        assert_eq!(written(&|out| utf8_to_latin1("\u{100}", out)), None);
        assert_eq!(written(&|out| utf8_to_latin1("“", out)), Some([0x93].to_vec()));
    }
}
