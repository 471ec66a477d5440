//! What Python's `str()` makes of bytes: `b'{"a": 1}\n'`.

use super::body_writer::{BodyWriter, RebuildError};
use crate::crypto::hex;

/// Writes the bytes that a text such as `b'…'` or `bytearray(b'…')` stands for.
pub(crate) fn decode(text: &str, out: &mut BodyWriter<'_>) -> Result<(), RebuildError> {
    let literal = literal(text).ok_or(RebuildError::NotApplicable)?;
    // What an escape stands for is never longer than the escape.
    out.charge_read(literal.len())?;
    out.reserve(literal.len())?;
    let bytes = out.buffer();
    let mut rest = literal.as_bytes();
    while let [first, after @ ..] = rest {
        rest = after;
        if *first != b'\\' {
            bytes.push(*first);
            continue;
        }
        let (kind, after) = rest.split_first().ok_or(RebuildError::NotApplicable)?;
        rest = after;
        bytes.push(match kind {
            b'\\' | b'\'' | b'"' => *kind,
            b'n' => b'\n',
            b'r' => b'\r',
            b't' => b'\t',
            b'x' => {
                let (digits, after) = rest.split_first_chunk::<2>().ok_or(RebuildError::NotApplicable)?;
                rest = after;
                let [high, low] = digits.map(hex::digit);
                high.zip(low)
                    .and_then(|(high, low)| u8::try_from(high << 4 | low).ok())
                    .ok_or(RebuildError::NotApplicable)?
            }
            _ => return Err(RebuildError::NotApplicable),
        });
    }
    Ok(())
}

/// What is between the quotes.
pub(crate) fn literal(text: &str) -> Option<&str> {
    let text = text.trim();
    let text = text.strip_prefix("bytearray(").and_then(|text| text.strip_suffix(')')).unwrap_or(text);
    let quoted = text.strip_prefix('b')?;
    ['\'', '"'].iter().find_map(|quote| quoted.strip_prefix(*quote)?.strip_suffix(*quote))
}

#[cfg(test)]
mod tests {
    use alloc::vec::Vec;

    use super::*;
    use crate::explain::budget::Budget;

    fn decoded(text: &str) -> Option<Vec<u8>> {
        let (mut bytes, mut budget) = (Vec::new(), Budget::of(0));
        let result = decode(text, &mut BodyWriter::new(&mut bytes, &mut budget, 0));
        result.is_ok().then_some(bytes)
    }

    #[test]
    fn what_python_writes_for_bytes_is_read() {
        assert_eq!(decoded(r#"b'{"a": "\xc3\xab\'\\"}\n'"#).unwrap(), "{\"a\": \"ë'\\\"}\n".as_bytes());
        assert_eq!(decoded(r#"b"it's""#).unwrap(), b"it's");
        assert_eq!(decoded(" bytearray(b'\\t') ").unwrap(), b"\t");
        for text in ["", "b", "b'", "'a'", "b'a\"", r"b'\x4'", r"b'\xzz'", r"b'\q'", "b'\\'"] {
            assert_eq!(decoded(text), None, "{text}");
        }
    }
}
