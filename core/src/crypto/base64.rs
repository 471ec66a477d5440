//! Standard base64 with padding (RFC 4648, section 4), in a time that depends only on the length.
//!
//! Signatures and secrets use one decoder. It is our own because every hundred bytes count in a worker's bundle; the
//! tests compare it with `base64ct`.

const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// Decodes all of `text` into the start of `buffer`, and returns that part. `None` if the text is not base64, does not
/// fit, or is not canonical, so that no bytes have two spellings.
pub(crate) fn decode<'r>(text: &[u8], buffer: &'r mut [u8]) -> Option<&'r [u8]> {
    if text.len().is_multiple_of(4) { decode_digits(without_padding(text), buffer) } else { None }
}

/// Like [`decode`], but also accepts text with all of its padding omitted, as many secrets are written.
pub(crate) fn decode_unpadded<'r>(text: &[u8], buffer: &'r mut [u8]) -> Option<&'r [u8]> {
    if without_padding(text).len() == text.len() { decode_digits(text, buffer) } else { decode(text, buffer) }
}

/// Decodes a tag of a signature, by looking each digit up. Not for secrets: what a sender sent is known to everyone who
/// could time this, and it takes a third of the time of [`decode`].
#[cfg(any(not(target_family = "wasm"), hookseal_fast))]
pub(crate) fn decode_tag(text: &[u8; 44]) -> Option<[u8; 32]> {
    const WRONG: u8 = 0x80;
    const VALUES: [u8; 256] = {
        let mut values = [WRONG; 256];
        let mut value = 0;
        while value < 64 {
            values[DIGITS[value as usize] as usize] = value;
            value += 1;
        }
        values
    };
    let mut tag = [0; 32];
    let mut seen = 0;
    let mut triple = |quad: [u8; 4]| {
        let [a, b, c, d] = quad.map(|digit| VALUES[usize::from(digit)]);
        seen |= a | b | c | d;
        (u32::from(a) << 18) | (u32::from(b) << 12) | (u32::from(c) << 6) | u32::from(d)
    };
    let (quads, _) = text.as_chunks::<4>();
    let (triples, last) = tag.as_chunks_mut::<3>();
    for (quad, place) in quads.iter().zip(triples) {
        let [_, bytes @ ..] = triple(*quad).to_be_bytes();
        *place = bytes;
    }
    // The last of 32 bytes are two thirds of a triple; the rest of it must be zero, so that no tag has two spellings.
    let [.., a, b, c, padding] = *text;
    let [_, kept @ .., left] = triple([a, b, c, b'A']).to_be_bytes();
    last.copy_from_slice(&kept);
    (seen & WRONG == 0 && left == 0 && padding == b'=').then_some(tag)
}

fn without_padding(text: &[u8]) -> &[u8] {
    let padding = text.iter().rev().take(2).take_while(|byte| **byte == b'=').count();
    &text[..text.len() - padding]
}

#[inline(never)]
fn decode_digits<'r>(digits: &[u8], buffer: &'r mut [u8]) -> Option<&'r [u8]> {
    let decoded = buffer.get_mut(..digits.len() / 4 * 3 + (digits.len() % 4) * 3 / 4)?;
    // A single digit does not make a byte.
    let mut wrong = u64::from(digits.len() % 4 == 1);
    let (eights, last) = digits.as_chunks();
    let (sixes, rest) = decoded.as_chunks_mut::<6>();
    for (digits, place) in eights.iter().zip(sixes) {
        let [_, _, bytes @ ..] = decode_eight(*digits, &mut wrong).to_be_bytes();
        *place = bytes;
    }
    // The last digits are filled up to eight with zeros. Decoded bits beyond the end of the buffer must be zero.
    let mut eight = [b'A'; 8];
    eight.iter_mut().zip(last).for_each(|(place, digit)| *place = *digit);
    let [_, _, bytes @ ..] = decode_eight(eight, &mut wrong).to_be_bytes();
    let (kept, left) = bytes.split_at(rest.len());
    rest.copy_from_slice(kept);
    wrong |= u64::from(left.iter().fold(0, |bits, byte| bits | byte));
    (wrong == 0).then_some(decoded)
}

/// The 48 bits of eight digits. Without branches or tables, because the digits may be those of a secret: each digit is
/// one byte of a word, and each test sets the high bit of its byte.
#[cfg_attr(target_family = "wasm", inline(never))]
fn decode_eight(digits: [u8; 8], wrong: &mut u64) -> u64 {
    const ONES: u64 = u64::MAX / 255;
    const HIGHS: u64 = ONES << 7;
    let digits = u64::from_le_bytes(digits);
    let ascii = digits & !HIGHS;
    // All bits of the bytes that are between the two and are ASCII.
    let within = |first: u8, last: u8| {
        let from_first = (ascii | HIGHS) - ONES * u64::from(first);
        let to_last = ((ONES * u64::from(last)) | HIGHS) - ascii;
        ((from_first & to_last & !digits & HIGHS) >> 7) * 255
    };
    let (upper, lower, number) = (within(b'A', b'Z'), within(b'a', b'z'), within(b'0', b'9'));
    let (plus, slash) = (within(b'+', b'+'), within(b'/', b'/'));
    *wrong |= !(upper | lower | number | plus | slash);
    let letters = (ascii & (upper | lower)) - (upper & (ONES * 65)) - (lower & (ONES * 71));
    let others = (number & (ascii + ONES * 4)) | (plus & (ONES * 62)) | (slash & (ONES * 63));
    // The first digit is in the lowest byte, and its bits belong at the top: joined in twos, fours and eights.
    let six = letters | others;
    let twelve = ((six & 0x00ff_00ff_00ff_00ff) << 6) | ((six >> 8) & 0x00ff_00ff_00ff_00ff);
    let twenty_four = ((twelve & 0x0000_ffff_0000_ffff) << 12) | ((twelve >> 16) & 0x0000_ffff_0000_ffff);
    ((twenty_four & 0xffff_ffff) << 24) | (twenty_four >> 32)
}

/// Encodes a tag. Not in constant time: only a signer encodes tags, and makes them public.
pub(crate) fn encode_tag<'b>(tag: &[u8; 32], into: &'b mut [u8; 64]) -> &'b [u8] {
    for (triple, quad) in tag.chunks(3).zip(into.as_chunks_mut().0) {
        *quad = encode_triple(triple);
    }
    // 32 bytes are ten triples and two thirds of another.
    &into[..44]
}

/// The four digits of at most three bytes, padded. Not for secrets that an attacker can time: it looks digits up.
#[inline]
pub(crate) fn encode_triple(triple: &[u8]) -> [u8; 4] {
    let bits = triple.iter().fold(0, |bits, byte| (bits << 8) | usize::from(*byte)) << (8 * (3 - triple.len()));
    let mut quad = [18, 12, 6, 0].map(|shift| DIGITS[(bits >> shift) & 63]);
    quad[triple.len() + 1..].fill(b'=');
    quad
}

#[cfg(test)]
mod tests {
    use base64ct::{Base64, Base64Unpadded, Encoding as _};

    use super::*;

    /// Compares both decoders, with a buffer of the same size.
    fn agree(text: &[u8], buffer: usize) -> bool {
        let (mut ours, mut theirs) = ([0; 64], [0; 64]);
        let padded = Base64::decode(text, &mut theirs[..buffer]).ok();
        let agree = decode(text, &mut ours[..buffer]) == padded;
        let mut unpadded = [0; 64];
        let either = padded.or(Base64Unpadded::decode(text, &mut unpadded[..buffer]).ok());
        agree && decode_unpadded(text, &mut ours[..buffer]) == either
    }

    #[test]
    fn both_decoders_agree_on_every_byte_at_every_position() {
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
    fn both_decoders_agree_on_every_length_of_text_and_padding() {
        for digits in 0..20 {
            for padding in 0..6 {
                let text = ["A".repeat(digits), "=".repeat(padding)].concat();
                for buffer in 0..20 {
                    assert!(agree(text.as_bytes(), buffer), "{text} into {buffer} bytes");
                }
            }
        }
    }

    #[test]
    fn both_decoders_agree_on_every_byte_of_a_tag() {
        let bytes: [u8; 32] = core::array::from_fn(|at| u8::try_from(at * 7 + 3).unwrap());
        let mut text = [0; 44];
        Base64::encode(&bytes, &mut text).unwrap();
        assert_eq!(decode_tag(&text), Some(bytes));
        for at in 0..text.len() {
            let digit = text[at];
            for byte in 0..=u8::MAX {
                text[at] = byte;
                let mut theirs = [0; 32];
                let is_tag = Base64::decode(text, &mut theirs).is_ok();
                assert_eq!(decode_tag(&text), is_tag.then_some(theirs), "{byte} at {at}");
            }
            text[at] = digit;
        }
    }

    #[test]
    fn both_encoders_write_a_tag_alike() {
        let tag = core::array::from_fn(|at| u8::try_from(at * 7 + 3).unwrap());
        let (mut ours, mut theirs) = ([0; 64], [0; 64]);
        assert_eq!(encode_tag(&tag, &mut ours), Base64::encode(&tag, &mut theirs).unwrap().as_bytes());
    }
}
