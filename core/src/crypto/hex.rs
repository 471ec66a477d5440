//! Hex digits, in tags and in JSON escapes.

use crate::crypto::mac::TAG_BYTES;

/// The value of a hex digit, of either case.
#[inline]
pub(crate) fn digit(byte: u8) -> Option<u16> {
    #[allow(clippy::cast_possible_truncation)] // at most 15
    char::from(byte).to_digit(16).map(|digit| digit as u16)
}

/// The value of four hex digits, as after `\u` in JSON.
pub(crate) fn unit(digits: &[u8]) -> Option<u16> {
    let digits: &[u8; 4] = digits.try_into().ok()?;
    digits.iter().try_fold(0, |unit, byte| Some((unit << 4) | digit(*byte)?))
}

/// The hex digits in lower case.
pub(crate) const LOWER: &[u8; 16] = b"0123456789abcdef";

/// The digits in upper case.
#[cfg(feature = "explain")]
pub(crate) const UPPER: &[u8; 16] = b"0123456789ABCDEF";

/// The two digits of a byte.
#[inline]
pub(crate) fn encode_byte(byte: u8, digits: &[u8; 16]) -> [u8; 2] {
    [byte >> 4, byte & 15].map(|nibble| digits[usize::from(nibble)])
}

/// Encodes a tag in lower case.
pub(crate) fn encode_tag<'b>(tag: &[u8; TAG_BYTES], into: &'b mut [u8; TAG_BYTES * 2]) -> &'b [u8] {
    for (pair, byte) in into.as_chunks_mut().0.iter_mut().zip(tag) {
        *pair = encode_byte(*byte, LOWER);
    }
    into
}

/// Decodes 64 hex digits of either case.
///
/// Eight digits at a time, each in one byte of a word, without branches or tables: looking up digits one by one takes
/// as long as a compression of SHA-256. To check that they were digits, each is encoded again and compared. The input
/// comes from the sender and is not secret.
#[inline]
pub(crate) fn decode_tag(text: &[u8; TAG_BYTES * 2]) -> Option<[u8; TAG_BYTES]> {
    const ONES: u64 = u64::MAX / 255;
    let mut tag = [0; TAG_BYTES];
    let mut wrong = 0;
    let mut four_bytes = |digits: [u8; 8]| {
        let digits = u64::from_le_bytes(digits);
        // Letters have the bit 0x40 and count from 1 in their low half; a nibble is at most 24 here.
        let letters = (digits >> 6) & ONES;
        let nibbles = (digits & (ONES * 0x0f)) + letters * 9;
        // From 10 on, a nibble is written as a lower-case letter, 0x27 after the digits.
        let from_ten = ((nibbles + ONES * 6) >> 4) & ONES;
        let written = nibbles + ONES * u64::from(b'0') + from_ten * 0x27;
        wrong |= (written ^ (digits | (letters << 5))) | (nibbles & (ONES * 0xf0));
        let pairs = ((nibbles << 4) | (nibbles >> 8)) & 0x00ff_00ff_00ff_00ff;
        let quads = (pairs | (pairs >> 8)) & 0x0000_ffff_0000_ffff;
        (quads | (quads >> 16)) & 0xffff_ffff
    };
    // Stored eight bytes at a time, as they are loaded for the comparison, which would have to wait for shorter stores.
    for (digits, bytes) in text.as_chunks::<8>().0.as_chunks().0.iter().zip(tag.as_chunks_mut().0) {
        let [low, high] = digits.map(&mut four_bytes);
        *bytes = (low | (high << 32)).to_le_bytes();
    }
    Some(tag).filter(|_| wrong == 0)
}

/// Decodes pairs of hex digits of either case into the start of `buffer`, and returns that part. `None` if the text has
/// anything else, or does not fit. Without branches or tables, because the digits are those of a secret.
#[cfg(feature = "schemes")]
pub(crate) fn decode<'r>(text: &[u8], buffer: &'r mut [u8]) -> Option<&'r [u8]> {
    let (pairs, rest) = text.as_chunks::<2>();
    let decoded = buffer.get_mut(..pairs.len())?;
    let mut wrong = i32::from(!rest.is_empty());
    for (place, pair) in decoded.iter_mut().zip(pairs) {
        let [high, low] = pair.map(|digit| {
            let digit = i32::from(digit);
            let lower = digit | 0x20;
            // All bits are set if the byte is between the two.
            let within = |byte: i32, first: u8, last: u8| !((byte - i32::from(first)) | (i32::from(last) - byte)) >> 31;
            let (number, letter) = (within(digit, b'0', b'9'), within(lower, b'a', b'f'));
            wrong |= !(number | letter);
            (number & (digit - 0x30)) | (letter & (lower - 0x57))
        });
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // two nibbles
        {
            *place = (high << 4 | low) as u8;
        }
    }
    (wrong == 0).then_some(decoded)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[cfg(feature = "schemes")]
    #[test]
    fn a_secret_is_decoded_as_a_tag_is() {
        for at in 0..8 {
            for byte in 0..=u8::MAX {
                let mut text = *b"09afAF5c";
                text[at] = byte;
                let mut whole = [b'0'; TAG_BYTES * 2];
                whole[..8].copy_from_slice(&text);
                let mut buffer = [0; 4];
                let expected = decode_tag(&whole).map(|tag| tag[..4].to_vec());
                assert_eq!(decode(&text, &mut buffer).map(<[u8]>::to_vec), expected, "{byte:#04x} at {at}");
            }
        }
        for text in ["0", "000", "0000000000"] {
            assert_eq!(decode(text.as_bytes(), &mut [0; 4]), None, "{text}");
        }
        assert_eq!(decode(b"", &mut [0; 4]), Some(&[][..]));
    }

    #[test]
    fn only_hex_digits_are_decoded_at_any_position() {
        for at in 0..TAG_BYTES * 2 {
            for byte in 0..=u8::MAX {
                let mut text = [b'0'; TAG_BYTES * 2];
                text[at] = byte;
                let expected = char::from(byte).to_digit(16).map(|digit| {
                    let mut tag = [0; TAG_BYTES];
                    tag[at / 2] = u8::try_from(digit).unwrap() << (if at % 2 == 0 { 4 } else { 0 });
                    tag
                });
                assert_eq!(decode_tag(&text), expected, "{byte:#04x} at {at}");
            }
        }
    }
}
