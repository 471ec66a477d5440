//! Standard base64 with its padding, in a time that depends on the length alone: RFC 4648, section 4.
//!
//! Tags and secrets go through one decoder. It is our own because a worker's bundle feels every hundred bytes, and is
//! held against `base64ct` by the tests.

/// Decodes all of `text` into the start of `room`, and gives that. `None` for what is not base64, is not canonical, so
/// that nothing has two spellings, or has no room.
#[inline(never)]
pub(crate) fn decode<'r>(text: &[u8], room: &'r mut [u8]) -> Option<&'r [u8]> {
    let padding = text.iter().rev().take(2).take_while(|byte| **byte == b'=').count();
    let decoded = room.get_mut(..(text.len() / 4 * 3).checked_sub(padding)?)?;
    let mut wrong = text.len() % 4;
    let (digits, _) = text.split_at(text.len() - padding);
    let mut places = decoded.iter_mut();
    for quad in digits.chunks(4) {
        let mut bits = 0u32;
        for digit in quad {
            let value = value(*digit);
            wrong |= usize::from(value & NO_DIGIT);
            bits = (bits << 6) | u32::from(value);
        }
        bits <<= 6 * (4 - quad.len());
        // What is left over of the last digit has no place, and must be nothing.
        let [_, bytes @ ..] = bits.to_be_bytes();
        for byte in bytes {
            match places.next() {
                Some(place) => *place = byte,
                None => wrong |= usize::from(byte),
            }
        }
    }
    (wrong == 0).then_some(decoded)
}

const NO_DIGIT: u8 = 0x80;

/// What a digit stands for, or [`NO_DIGIT`], without a branch or a table: the digits can be a secret's.
#[inline]
fn value(digit: u8) -> u8 {
    // Each difference is negative where the digit is beyond that end, so that its sign tells, spread over all bits.
    let within = |first: u8, last: u8, value: i16| {
        let digit = i16::from(digit);
        let beyond = (digit - i16::from(first)) | (i16::from(last) - digit);
        !(beyond >> 15) & (digit - i16::from(first) + value + 1)
    };
    let from_one = within(b'A', b'Z', 0)
        | within(b'a', b'z', 26)
        | within(b'0', b'9', 52)
        | within(b'+', b'+', 62)
        | within(b'/', b'/', 63);
    // -1 for what was in none of them, and no more than 63 for the others.
    let [value, _] = (from_one - 1).to_le_bytes();
    value
}

/// Writes a tag, which a signer makes public.
pub(crate) fn encode_tag<'b>(tag: &[u8; 32], into: &'b mut [u8; 64]) -> &'b [u8] {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    for (triple, quad) in tag.chunks(3).zip(into.chunks_mut(4)) {
        let bits = triple.iter().fold(0, |bits, byte| (bits << 8) | usize::from(*byte)) << (8 * (3 - triple.len()));
        for (digit, shift) in quad.iter_mut().zip([18, 12, 6, 0]) {
            *digit = DIGITS[(bits >> shift) & 63];
        }
    }
    // 32 bytes are ten triples and two thirds of another.
    into[43] = b'=';
    &into[..44]
}

#[cfg(test)]
mod tests {
    use base64ct::{Base64, Encoding as _};

    use super::*;

    /// Both decoders, with the same room.
    fn agree(text: &[u8], room: usize) -> bool {
        let (mut own, mut theirs) = ([0; 64], [0; 64]);
        decode(text, &mut own[..room]) == Base64::decode(text, &mut theirs[..room]).ok()
    }

    #[test]
    fn every_byte_in_every_place_is_base64_to_both_decoders_or_to_none() {
        for length in 0..48 {
            let bytes: std::vec::Vec<u8> = (0..length).map(|at: u8| at.wrapping_mul(37)).collect();
            let mut encoded = [0; 64];
            let encoded = Base64::encode(&bytes, &mut encoded).unwrap().as_bytes();
            let mut decoded = [0; 64];
            assert_eq!(decode(encoded, &mut decoded), Some(bytes.as_slice()));
            for at in 0..encoded.len() {
                for byte in 0..=u8::MAX {
                    let mut text = encoded.to_vec();
                    text[at] = byte;
                    assert!(agree(&text, 64), "{text:?}");
                }
            }
        }
    }

    #[test]
    fn every_length_of_text_and_padding_is_base64_to_both_decoders_or_to_none() {
        for digits in 0..20 {
            for padding in 0..6 {
                let text = ["A".repeat(digits), "=".repeat(padding)].concat();
                for room in 0..20 {
                    assert!(agree(text.as_bytes(), room), "{text} into {room} bytes");
                }
            }
        }
    }

    #[test]
    fn a_tag_is_written_as_another_encoder_writes_it() {
        let tag = core::array::from_fn(|at| u8::try_from(at * 7 + 3).unwrap());
        let (mut own, mut theirs) = ([0; 64], [0; 64]);
        assert_eq!(encode_tag(&tag, &mut own), Base64::encode(&tag, &mut theirs).unwrap().as_bytes());
    }
}
