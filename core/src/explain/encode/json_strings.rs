//! The strings of JSON, as other libraries would have written them: which characters are escaped, and how.

use core::ops::Range;

use super::body_writer::{Made, Unmade};
use super::codecs;

/// How strings are written.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Strings {
    pub(crate) slashes: Spelling,
    pub(crate) non_ascii: Spelling,
    /// Whether the digits of escapes are in upper case.
    pub(crate) upper: bool,
    /// Whether `<`, `>` and `&` are escaped.
    pub(crate) html: bool,
}

#[derive(Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum Spelling {
    #[default]
    AsItIs,
    Escaped,
    Plain,
}

/// Where the quote is that ends a string.
pub(crate) fn end_of_string(text: &[u8]) -> Option<usize> {
    let mut escaped = false;
    text.iter().position(|byte| {
        let ends = *byte == b'"' && !escaped;
        escaped = *byte == b'\\' && !escaped;
        ends
    })
}

/// Writes what is between the quotes of a string.
pub(crate) fn write_string(raw: &str, strings: Strings, made: &mut Made<'_>) -> Result<(), Unmade> {
    let mut kept = 0;
    if strings != Strings::default() {
        rewrite(raw, 0..raw.len(), strings, &mut kept, made)?;
    }
    made.push(&raw.as_bytes()[kept..])
}

/// Writes JSON with its strings written in another way, and all else as it is.
pub(crate) fn with_strings(body: &str, strings: Strings, made: &mut Made<'_>) -> Result<(), Unmade> {
    made.read(body.len())?;
    let bytes = body.as_bytes();
    let (mut kept, mut at) = (0, 0);
    while let Some(start) = bytes[at..].iter().position(|byte| *byte == b'"').map(|place| at + place + 1) {
        let end = end_of_string(&bytes[start..]).map_or(bytes.len(), |length| start + length);
        rewrite(body, start..end, strings, &mut kept, made)?;
        at = bytes.len().min(end + 1);
    }
    made.push(&bytes[kept..])
}

/// Writes what comes before each letter of a string that changes, from `kept` on, and what that letter becomes. What comes
/// after the last one is left to be written.
fn rewrite(
    text: &str,
    string: Range<usize>,
    strings: Strings,
    kept: &mut usize,
    made: &mut Made<'_>,
) -> Result<(), Unmade> {
    let bytes = &text.as_bytes()[..string.end];
    let mut at = string.start;
    while let Some(byte) = bytes.get(at) {
        let mut buffer = [0; 12];
        let changed = match byte {
            b'\\' => unescaped(&bytes[at..], strings, &mut buffer),
            b'/' if strings.slashes == Spelling::Escaped => Some((1, &b"\\/"[..])),
            b'<' | b'>' | b'&' if strings.html => Some((1, escape(char::from(*byte), false, &mut buffer))),
            0x80.. if strings.non_ascii == Spelling::Escaped => {
                let letter = text.get(at..).and_then(|rest| rest.chars().next());
                letter.map(|letter| (letter.len_utf8(), escape(letter, strings.upper, &mut buffer)))
            }
            _ => None,
        };
        match changed {
            Some((length, written)) => {
                made.push(&bytes[*kept..at])?;
                made.push(written)?;
                at += length;
                *kept = at;
            }
            // What an escape escapes is no mark of its own.
            None if *byte == b'\\' && bytes.get(at + 1).is_some_and(u8::is_ascii) => at += 2,
            None => at += 1,
        }
    }
    Ok(())
}

/// What an escape becomes, and how long it is; nothing if it stays as it is.
fn unescaped<'b>(escape: &[u8], strings: Strings, buffer: &'b mut [u8; 12]) -> Option<(usize, &'b [u8])> {
    if strings.slashes == Spelling::Plain && escape.starts_with(b"\\/") {
        return Some((2, b"/"));
    }
    let (letter, length) = escaped(escape).filter(|_| strings.non_ascii == Spelling::Plain)?;
    (!letter.is_ascii()).then(|| (length, letter.encode_utf8(buffer).as_bytes()))
}

/// The character that an escape at the beginning stands for, of one or of a pair of surrogates, and how long that is. A
/// surrogate that has no partner is no character: it stays an escape, as in every language that can write it at all.
fn escaped(text: &[u8]) -> Option<(char, usize)> {
    let first = unit_of(text)?;
    let second = text.get(6..).and_then(unit_of).filter(|_| (0xd800..0xdc00).contains(&first));
    let (units, length) = ([first, second.unwrap_or_default()], if second.is_some() { 12 } else { 6 });
    let letter = char::decode_utf16(units).next()?.ok()?;
    Some((letter, length))
}

/// The number in `\uxxxx`.
fn unit_of(text: &[u8]) -> Option<u16> {
    let [b'\\', b'u', digits @ ..] = text.first_chunk::<6>()? else { return None };
    let value = |number: u32, digit: &u8| Some(number << 4 | char::from(*digit).to_digit(16)?);
    u16::try_from(digits.iter().try_fold(0, value)?).ok()
}

fn escape(letter: char, upper: bool, buffer: &mut [u8; 12]) -> &[u8] {
    let mut units = [0; 2];
    let digits = if upper { codecs::UPPER } else { codecs::LOWER };
    let units = letter.encode_utf16(&mut units);
    for (place, unit) in buffer.as_chunks_mut::<6>().0.iter_mut().zip(&*units) {
        let [high, low] = unit.to_be_bytes().map(|byte| codecs::hex_of(byte, digits));
        *place = [b'\\', b'u', high[0], high[1], low[0], low[1]];
    }
    &buffer[..6 * units.len()]
}

/// Writes the text that a JSON string stands for. A surrogate without its partner, for which there is no text, becomes
/// U+FFFD.
pub(crate) fn write_text(raw: &str, made: &mut Made<'_>) -> Result<(), Unmade> {
    // No escape is shorter than what it stands for.
    made.read(raw.len())?;
    made.reserve(raw.len())?;
    let text = made.room();
    let mut rest = raw.as_bytes();
    while let Some(at) = rest.iter().position(|byte| *byte == b'\\') {
        text.extend_from_slice(&rest[..at]);
        let escape = &rest[at..];
        let (letter, length) = match escape.get(1).ok_or(Unmade::NotSo)? {
            b'u' => {
                unit_of(escape).ok_or(Unmade::NotSo)?;
                escaped(escape).unwrap_or((char::REPLACEMENT_CHARACTER, 6))
            }
            b'n' => ('\n', 2),
            b'r' => ('\r', 2),
            b't' => ('\t', 2),
            b'b' => ('\u{8}', 2),
            b'f' => ('\u{c}', 2),
            mark @ (b'"' | b'\\' | b'/') => (char::from(*mark), 2),
            _ => return Err(Unmade::NotSo),
        };
        text.extend_from_slice(letter.encode_utf8(&mut [0; 4]).as_bytes());
        rest = &escape[length..];
    }
    text.extend_from_slice(rest);
    Ok(())
}

/// Writes the JSON string of a text.
pub(crate) fn string_of(text: &str, strings: Strings, made: &mut Made<'_>) -> Result<(), Unmade> {
    made.read(text.len())?;
    made.push(b"\"")?;
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
        write_string(text.get(kept..at).unwrap_or_default(), strings, made)?;
        made.push(escaped)?;
        kept = at + 1;
    }
    write_string(text.get(kept..).unwrap_or_default(), strings, made)?;
    made.push(b"\"")
}

#[cfg(test)]
mod tests {
    use alloc::string::String;
    use alloc::vec::Vec;

    use super::*;
    use crate::explain::budget::Budget;

    fn made(make: impl Fn(&mut Made<'_>) -> Result<(), Unmade>) -> Result<String, Unmade> {
        let (mut bytes, mut budget) = (Vec::new(), Budget::of(0));
        make(&mut Made::new(&mut bytes, &mut budget, 0))?;
        Ok(String::from_utf8_lossy(&bytes).into_owned())
    }

    #[test]
    fn a_string_and_its_text_are_made_of_each_other() {
        let text = "{\"a\":\"\\u00e9\n\u{1}é\"}";
        let string = made(|made| string_of(text, Strings::default(), made)).unwrap();
        assert_eq!(string, r#""{\"a\":\"\\u00e9\n\u0001é\"}""#);
        let raw = string.strip_prefix('"').unwrap().strip_suffix('"').unwrap();
        assert_eq!(made(|made| write_text(raw, made)).unwrap(), text);
    }

    #[test]
    fn a_surrogate_without_its_partner_stays_an_escape_and_is_no_text() {
        let raw = r"a\ud83d\u00e9\udc00\ud83e\udd80/é";
        let rewritten = |non_ascii| {
            let strings = Strings { non_ascii, slashes: Spelling::Escaped, ..Strings::default() };
            made(|made| write_string(raw, strings, made)).unwrap()
        };
        assert_eq!(rewritten(Spelling::Plain), r"a\ud83dé\udc00🦀\/é");
        assert_eq!(rewritten(Spelling::Escaped), r"a\ud83d\u00e9\udc00\ud83e\udd80\/\u00e9");
        assert_eq!(made(|made| write_text(raw, made)).unwrap(), "a\u{fffd}é\u{fffd}🦀/é");
    }

    #[test]
    fn what_is_no_escape_is_left_alone_or_is_no_text() {
        for raw in ["\\", "\\u12", "\\x", "\\é", "\\u+123"] {
            assert_eq!(made(|made| write_text(raw, made)), Err(Unmade::NotSo), "{raw}");
            let strings = Strings { non_ascii: Spelling::Plain, slashes: Spelling::Plain, ..Strings::default() };
            assert_eq!(made(|made| write_string(raw, strings, made)).unwrap(), raw);
        }
    }
}
