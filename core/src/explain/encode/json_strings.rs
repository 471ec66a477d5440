//! JSON strings as other libraries write them: which characters are escaped, and how.

use core::ops::Range;

use super::body_writer::{BodyWriter, RebuildError};
use crate::crypto::hex;
use crate::json::string::read_escape;

/// How a library writes strings.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct StringStyle {
    pub(crate) slashes: EscapeStyle,
    pub(crate) non_ascii: EscapeStyle,
    /// Whether the hex digits of escapes are in upper case.
    pub(crate) upper: bool,
    /// `<`, `>` and `&`, and the two line separators, which Go escapes with them.
    pub(crate) html: EscapeStyle,
}

/// What happens to characters that JSON lets a writer escape or not.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum EscapeStyle {
    #[default]
    Keep,
    Escape,
    Unescape,
}

/// The position of the quote that ends a string.
pub(crate) fn end_of_string(text: &[u8]) -> Option<usize> {
    let mut escaped = false;
    text.iter().position(|byte| {
        let ends = *byte == b'"' && !escaped;
        escaped = *byte == b'\\' && !escaped;
        ends
    })
}

/// Writes what is between the quotes of a string, in another style.
pub(crate) fn write_string(raw: &str, style: StringStyle, out: &mut BodyWriter<'_>) -> Result<(), RebuildError> {
    let mut kept = 0;
    if style != StringStyle::default() {
        rewrite(raw, 0..raw.len(), style, &mut kept, out)?;
    }
    out.push(&raw.as_bytes()[kept..])
}

/// Writes JSON with its strings in another style, and everything else unchanged.
pub(crate) fn with_strings(body: &str, style: StringStyle, out: &mut BodyWriter<'_>) -> Result<(), RebuildError> {
    out.charge_read(body.len())?;
    let bytes = body.as_bytes();
    let (mut kept, mut at) = (0, 0);
    while let Some(start) = bytes[at..].iter().position(|byte| *byte == b'"').map(|place| at + place + 1) {
        let end = end_of_string(&bytes[start..]).map_or(bytes.len(), |length| start + length);
        rewrite(body, start..end, style, &mut kept, out)?;
        at = bytes.len().min(end + 1);
    }
    out.push(&bytes[kept..])
}

/// Writes each character of a string that changes, preceded by the unchanged text from `kept` on. The text after the
/// last change is left to the caller.
fn rewrite(
    text: &str,
    string: Range<usize>,
    style: StringStyle,
    kept: &mut usize,
    out: &mut BodyWriter<'_>,
) -> Result<(), RebuildError> {
    let bytes = &text.as_bytes()[..string.end];
    let mut at = string.start;
    while let Some(byte) = bytes.get(at) {
        let mut buffer = [0; 12];
        let changed = match byte {
            b'\\' => unescaped(&bytes[at..], style, &mut buffer),
            b'/' if style.slashes == EscapeStyle::Escape => Some((1, &b"\\/"[..])),
            b'<' | b'>' | b'&' if style.html == EscapeStyle::Escape => {
                Some((1, escape(char::from(*byte), style.upper, &mut buffer)))
            }
            0x80.. if style.non_ascii == EscapeStyle::Escape || style.html == EscapeStyle::Escape => {
                let character = text.get(at..).and_then(|rest| rest.chars().next());
                let escaped =
                    character.filter(|character| style.non_ascii == EscapeStyle::Escape || is_html(*character));
                escaped.map(|character| (character.len_utf8(), escape(character, style.upper, &mut buffer)))
            }
            _ => None,
        };
        match changed {
            Some((length, written)) => {
                out.push(&bytes[*kept..at])?;
                out.push(written)?;
                at += length;
                *kept = at;
            }
            // The character after a backslash does not start another token.
            None if *byte == b'\\' && bytes.get(at + 1).is_some_and(u8::is_ascii) => at += 2,
            None => at += 1,
        }
    }
    Ok(())
}

/// The length of an escape and what it becomes; `None` if it stays unchanged.
fn unescaped<'b>(escape: &[u8], style: StringStyle, buffer: &'b mut [u8; 12]) -> Option<(usize, &'b [u8])> {
    if style.slashes == EscapeStyle::Unescape && escape.starts_with(b"\\/") {
        return Some((2, b"/"));
    }
    let (character, length) = decode_unicode_escape(escape)?;
    let is_plain = (style.html == EscapeStyle::Unescape && is_html(character))
        || (style.non_ascii == EscapeStyle::Unescape && !character.is_ascii());
    is_plain.then(|| (length, character.encode_utf8(buffer).as_bytes()))
}

/// Whether Go's `encoding/json` escapes this character although JSON need not.
const fn is_html(character: char) -> bool {
    matches!(character, '<' | '>' | '&' | '\u{2028}' | '\u{2029}')
}

/// The character that the `\u` escape at the start stands for, and the escape's length. A lone surrogate is not a
/// character, and stays an escape, as in every language that can write it at all.
fn decode_unicode_escape(text: &[u8]) -> Option<(char, usize)> {
    let (code, length) = read_escape(text).filter(|(_, length)| *length > 2)?;
    char::from_u32(code).map(|character| (character, length))
}

fn escape(character: char, upper: bool, buffer: &mut [u8; 12]) -> &[u8] {
    let mut units = [0; 2];
    let digits = if upper { hex::UPPER } else { hex::LOWER };
    let units = character.encode_utf16(&mut units);
    for (place, unit) in buffer.as_chunks_mut::<6>().0.iter_mut().zip(&*units) {
        let [high, low] = unit.to_be_bytes().map(|byte| hex::encode_byte(byte, digits));
        *place = [b'\\', b'u', high[0], high[1], low[0], low[1]];
    }
    &buffer[..6 * units.len()]
}

/// Writes the text that a JSON string stands for. A lone surrogate, which no text can hold, becomes U+FFFD.
pub(crate) fn decode_string(raw: &str, out: &mut BodyWriter<'_>) -> Result<(), RebuildError> {
    // What an escape stands for is never longer than the escape.
    out.charge_read(raw.len())?;
    out.reserve(raw.len())?;
    let text = out.buffer();
    let mut rest = raw.as_bytes();
    while let Some(at) = rest.iter().position(|byte| *byte == b'\\') {
        text.extend_from_slice(&rest[..at]);
        let escape = &rest[at..];
        let (code, length) = read_escape(escape).ok_or(RebuildError::NotApplicable)?;
        let character = char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER);
        text.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes());
        rest = &escape[length..];
    }
    text.extend_from_slice(rest);
    Ok(())
}

/// Writes a text as a JSON string.
pub(crate) fn encode_string(text: &str, style: StringStyle, out: &mut BodyWriter<'_>) -> Result<(), RebuildError> {
    out.charge_read(text.len())?;
    out.push(b"\"")?;
    let bytes = text.as_bytes();
    let mut kept = 0;
    for (at, byte) in bytes.iter().enumerate() {
        let mut buffer = [0; 12];
        let escaped: &[u8] = match byte {
            b'"' => b"\\\"",
            b'\\' => b"\\\\",
            b'\n' => b"\\n",
            b'\r' => b"\\r",
            b'\t' => b"\\t",
            8 => b"\\b",
            12 => b"\\f",
            0..b' ' => escape(char::from(*byte), false, &mut buffer),
            _ => continue,
        };
        write_string(text.get(kept..at).unwrap_or_default(), style, out)?;
        out.push(escaped)?;
        kept = at + 1;
    }
    write_string(text.get(kept..).unwrap_or_default(), style, out)?;
    out.push(b"\"")
}

#[cfg(test)]
mod tests {
    use alloc::string::String;
    use alloc::vec::Vec;

    use super::*;
    use crate::explain::budget::Budget;

    fn written(write: impl Fn(&mut BodyWriter<'_>) -> Result<(), RebuildError>) -> Result<String, RebuildError> {
        let (mut bytes, mut budget) = (Vec::new(), Budget::of(0));
        write(&mut BodyWriter::new(&mut bytes, &mut budget, 0))?;
        Ok(String::from_utf8_lossy(&bytes).into_owned())
    }

    #[test]
    fn decoding_a_string_reverses_encoding() {
        let text = "{\"a\":\"\\u00e9\n\u{1}é\"}";
        let string = written(|out| encode_string(text, StringStyle::default(), out)).unwrap();
        assert_eq!(string, r#""{\"a\":\"\\u00e9\n\u0001é\"}""#);
        let raw = string.strip_prefix('"').unwrap().strip_suffix('"').unwrap();
        assert_eq!(written(|out| decode_string(raw, out)).unwrap(), text);
    }

    #[test]
    fn a_lone_surrogate_stays_an_escape_and_decodes_to_the_replacement_character() {
        let raw = r"a\ud83d\u00e9\udc00\ud83e\udd80/é";
        let rewritten = |non_ascii| {
            let style = StringStyle { non_ascii, slashes: EscapeStyle::Escape, ..StringStyle::default() };
            written(|out| write_string(raw, style, out)).unwrap()
        };
        assert_eq!(rewritten(EscapeStyle::Unescape), r"a\ud83dé\udc00🦀\/é");
        assert_eq!(rewritten(EscapeStyle::Escape), r"a\ud83d\u00e9\udc00\ud83e\udd80\/\u00e9");
        assert_eq!(written(|out| decode_string(raw, out)).unwrap(), "a\u{fffd}é\u{fffd}🦀/é");
    }

    #[test]
    fn malformed_escapes_are_left_alone_and_do_not_decode() {
        let style =
            StringStyle { non_ascii: EscapeStyle::Unescape, slashes: EscapeStyle::Unescape, ..StringStyle::default() };
        for raw in ["\\", "\\u12", "\\x", "\\é", "\\u+123"] {
            assert_eq!(written(|out| decode_string(raw, out)), Err(RebuildError::NotApplicable), "{raw}");
            assert_eq!(written(|out| write_string(raw, style, out)).unwrap(), raw);
        }
    }
}
