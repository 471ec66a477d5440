//! Header maps as they cross the ABI: how many pairs, the two lengths of each, then names and values, each with a NUL
//! after it.

use alloc::vec::Vec;

/// Names and values, borrowed from the bytes that a host returned.
pub type Pairs<'a> = Vec<(&'a [u8], &'a [u8])>;

/// Reads a map; `None` if it is not one.
#[must_use]
pub fn read(bytes: &[u8]) -> Option<Pairs<'_>> {
    let Some((count, rest)) = number(bytes) else {
        return bytes.is_empty().then(Vec::new);
    };
    let (mut lengths, mut texts) = rest.split_at_checked(count.checked_mul(8)?)?;
    let mut pairs = Vec::with_capacity(count);
    for _ in 0..count {
        let (name_length, rest) = number(lengths)?;
        let (value_length, rest) = number(rest)?;
        lengths = rest;
        let (name, rest) = texts.split_at_checked(name_length)?;
        let (value, rest) = rest.get(1..)?.split_at_checked(value_length)?;
        texts = rest.get(1..)?;
        pairs.push((name, value));
    }
    Some(pairs)
}

fn number(bytes: &[u8]) -> Option<(usize, &[u8])> {
    let (number, rest) = bytes.split_first_chunk()?;
    Some((usize::try_from(u32::from_le_bytes(*number)).ok()?, rest))
}

/// Writes a map.
#[must_use]
pub fn write(pairs: &[(&str, &str)]) -> Vec<u8> {
    let number = |length: usize| u32::try_from(length).unwrap_or(u32::MAX).to_le_bytes();
    let mut bytes = Vec::from(number(pairs.len()));
    for (name, value) in pairs {
        bytes.extend(number(name.len()));
        bytes.extend(number(value.len()));
    }
    for (name, value) in pairs {
        for text in [name, value] {
            bytes.extend(text.as_bytes());
            bytes.push(0);
        }
    }
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_back() {
        for pairs in [vec![], vec![("a", "")], vec![("content-type", "x"), ("", "y\0z"), ("a", "1")]] {
            let bytes = write(&pairs);
            let expected: Pairs<'_> = pairs.iter().map(|(name, value)| (name.as_bytes(), value.as_bytes())).collect();
            assert_eq!(read(&bytes), Some(expected));
        }
        assert_eq!(read(b""), Some(vec![]));
    }

    #[test]
    fn a_map_that_is_cut_off_is_none() {
        let bytes = write(&[("name", "value"), ("other", "")]);
        for length in 1..bytes.len() {
            assert_eq!(read(&bytes[..length]), None, "{length}");
        }
        assert_eq!(read(&[0xff; 12]), None);
    }
}
