//! Base64 with the letters of URLs, without padding (RFC 4648, section 5).

const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/// Appends the text of these bytes.
pub(super) fn encode(bytes: &[u8], text: &mut String) {
    text.reserve(bytes.len().div_ceil(3) * 4);
    for chunk in bytes.chunks(3) {
        let group = chunk.iter().fold(0, |group, byte| group << 8 | u32::from(*byte)) << (8 * (3 - chunk.len()));
        for place in 0..=chunk.len() {
            text.push(char::from(LETTERS[(group >> (18 - 6 * place)) as usize & 63]));
        }
    }
}

/// The bytes of a text; `None` if it is not what [`encode`] makes of them.
pub(super) fn decode(text: &str) -> Option<Vec<u8>> {
    let mut bytes = Vec::with_capacity(text.len() / 4 * 3 + 2);
    for chunk in text.as_bytes().chunks(4) {
        let mut group = 0;
        for letter in chunk {
            group = group << 6 | value(*letter)?;
        }
        group <<= 6 * (4 - chunk.len());
        let [_, all @ ..] = u32::to_be_bytes(group);
        let (whole, rest) = all.split_at(chunk.len().checked_sub(1).filter(|count| *count > 0)?);
        if rest.iter().any(|byte| *byte != 0) {
            return None;
        }
        bytes.extend_from_slice(whole);
    }
    Some(bytes)
}

fn value(letter: u8) -> Option<u32> {
    let value = match letter {
        b'A'..=b'Z' => letter - b'A',
        b'a'..=b'z' => letter - b'a' + 26,
        b'0'..=b'9' => letter - b'0' + 52,
        b'-' => 62,
        b'_' => 63,
        _ => return None,
    };
    Some(u32::from(value))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_length_and_every_byte_is_read_back() {
        let all: Vec<u8> = (0..=255).rev().collect();
        for length in 0..all.len() {
            let mut text = String::new();
            encode(&all[..length], &mut text);
            assert_eq!(decode(&text).as_deref(), Some(&all[..length]));
        }
    }

    #[test]
    fn what_no_bytes_have_as_their_text_is_refused() {
        for text in ["A", "AAAAA", "AB", "AAB", "AA==", "A+AA", "A/AA", "AA A", "\u{e4}A"] {
            assert_eq!(decode(text), None, "{text}");
        }
    }
}
