//! The strings of JSON, as other libraries would have written them: which characters are escaped, and how.

use alloc::string::String;
use alloc::vec;
use alloc::vec::Vec;

use super::text;

/// How strings are written.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Strings {
    pub(super) slashes: Spelling,
    pub(super) non_ascii: Spelling,
    /// Whether the digits of escapes are in upper case.
    pub(super) upper: bool,
    /// Whether `<`, `>` and `&` are escaped.
    pub(super) html: bool,
}

#[derive(Clone, Copy, Default, PartialEq, Eq)]
pub(super) enum Spelling {
    #[default]
    AsItIs,
    Escaped,
    Plain,
}

/// Where the quote is that ends a string.
pub(super) fn end_of_string(text: &str) -> Option<usize> {
    let mut escaped = false;
    text.bytes().position(|byte| {
        let ends = byte == b'"' && !escaped;
        escaped = byte == b'\\' && !escaped;
        ends
    })
}

/// Writes what is between the quotes of a string.
pub(super) fn write_string(raw: &str, strings: Strings, into: &mut String) {
    let mut rest = raw;
    while let Some(first) = rest.chars().next() {
        let mut length = first.len_utf8();
        match first {
            '\\' => {
                length = if rest.as_bytes().get(1) == Some(&b'u') { 6 } else { 2 };
                match escaped(rest) {
                    Some((letter, escape)) if strings.non_ascii == Spelling::Plain && !letter.is_ascii() => {
                        length = escape;
                        into.push(letter);
                    }
                    _ if strings.slashes == Spelling::Plain && rest.starts_with("\\/") => into.push('/'),
                    _ => into.push_str(rest.get(..length).unwrap_or(rest)),
                }
            }
            '/' if strings.slashes == Spelling::Escaped => into.push_str("\\/"),
            '<' | '>' | '&' if strings.html => escape(first, false, into),
            _ if strings.non_ascii == Spelling::Escaped && !first.is_ascii() => escape(first, strings.upper, into),
            _ => into.push(first),
        }
        rest = rest.get(length..).unwrap_or_default();
    }
}

/// The character that an escape at the beginning stands for, of one or of a pair of surrogates, and how long that is.
fn escaped(text: &str) -> Option<(char, usize)> {
    let unit = |at: usize| {
        let digits = text.get(at..at + 6)?.strip_prefix("\\u")?;
        u16::from_str_radix(digits, 16).ok()
    };
    let first = unit(0)?;
    let (units, length) = match unit(6) {
        Some(second) if (0xd800..0xdc00).contains(&first) => (vec![first, second], 12),
        _ => (vec![first], 6),
    };
    let letter = char::decode_utf16(units).next()?.ok()?;
    Some((letter, length))
}

fn escape(letter: char, upper: bool, into: &mut String) {
    let mut units = [0; 2];
    let digits = if upper { text::UPPER } else { text::LOWER };
    for unit in letter.encode_utf16(&mut units) {
        into.push_str("\\u");
        into.extend(unit.to_be_bytes().into_iter().flat_map(|byte| text::hex_of(byte, digits)));
    }
}

/// The text of JSON with its strings written in another way, and all else as it is.
pub(super) fn with_strings(body: &str, strings: Strings) -> Vec<u8> {
    let mut written = String::with_capacity(body.len());
    let mut rest = body;
    while let Some((before, string)) = rest.split_once('"') {
        written.push_str(before);
        written.push('"');
        let end = end_of_string(string).unwrap_or(string.len());
        write_string(&string[..end], strings, &mut written);
        rest = &string[end..];
        if let Some(behind) = rest.strip_prefix('"') {
            written.push('"');
            rest = behind;
        }
    }
    written.push_str(rest);
    written.into_bytes()
}

/// The text that a JSON string stands for.
pub(super) fn text_of(raw: &str) -> Option<String> {
    let mut text = String::with_capacity(raw.len());
    let mut rest = raw;
    while let Some(first) = rest.chars().next() {
        let mut length = first.len_utf8();
        if first == '\\' {
            let (letter, escape) = match rest.as_bytes().get(1)? {
                b'u' => escaped(rest)?,
                b'n' => ('\n', 2),
                b'r' => ('\r', 2),
                b't' => ('\t', 2),
                b'b' => ('\u{8}', 2),
                b'f' => ('\u{c}', 2),
                mark @ (b'"' | b'\\' | b'/') => (char::from(*mark), 2),
                _ => return None,
            };
            length = escape;
            text.push(letter);
        } else {
            text.push(first);
        }
        rest = rest.get(length..)?;
    }
    Some(text)
}

/// The JSON string of a text.
pub(super) fn string_of(text: &str, strings: Strings) -> Vec<u8> {
    let mut raw = String::with_capacity(text.len() + 2);
    for letter in text.chars() {
        match letter {
            '"' | '\\' => raw.extend(['\\', letter]),
            '\n' => raw.push_str("\\n"),
            '\r' => raw.push_str("\\r"),
            '\t' => raw.push_str("\\t"),
            '\u{8}' => raw.push_str("\\b"),
            '\u{c}' => raw.push_str("\\f"),
            '\0'..'\u{20}' => escape(letter, false, &mut raw),
            _ => raw.push(letter),
        }
    }
    let mut string = String::from("\"");
    write_string(&raw, strings, &mut string);
    string.push('"');
    string.into_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_string_and_its_text_are_made_of_each_other() {
        let text = "{\"a\":\"\\u00e9\n\u{1}é\"}";
        let string = String::from_utf8(string_of(text, Strings::default())).unwrap();
        let raw = string.strip_prefix('"').unwrap().strip_suffix('"').unwrap();
        assert_eq!(text_of(raw).unwrap(), text);
    }
}
