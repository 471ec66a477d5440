//! Escapes foreign text. This is the one place that decides what may reach a terminal or a line of JSON.
//!
//! Ids, event types, errors of servers, URLs and file names are foreign text. A character that is invisible, or that changes
//! how other characters are displayed, is written as its code: `\u{202e}` for people, and `\u202e` in JSON, which every parser
//! decodes to the original character. These characters are
//!
//! - controls: U+0000 to U+001F, DEL, and U+0080 to U+009F, which some terminals obey like an escape sequence;
//! - characters that set the direction of text, and line and paragraph separators;
//! - characters that Unicode displays as nothing (`Default_Ignorable_Code_Point`): zero-width spaces and joiners, soft
//!   hyphens, fillers, variation selectors, tags, the byte order mark;
//! - blanks other than the space, annotations and noncharacters.
//!
//! Two different texts therefore never look alike because of invisible characters. For people a backslash is doubled, so that
//! foreign text cannot imitate an escape.

use std::borrow::Cow;
use std::fmt::Write as _;

use unicode_width::{UnicodeWidthChar as _, UnicodeWidthStr as _};

/// Escapes foreign text, for people.
pub(crate) fn printable(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for (at, letter) in text.char_indices() {
        // A combining mark at the start would be drawn over the preceding text.
        if is_hidden(letter) || (at == 0 && letter.width() == Some(0)) {
            put_code(&mut escaped, letter);
        } else if letter == '\\' {
            escaped.push_str("\\\\");
        } else {
            escaped.push(letter);
        }
    }
    escaped
}

/// Escapes a line of JSON, for a script or a terminal: the same values, in visible characters.
pub(crate) fn json(line: &str) -> Cow<'_, str> {
    if !line.contains(is_hidden) {
        return line.into();
    }
    let mut escaped = String::with_capacity(line.len() + 16);
    for letter in line.chars() {
        // Such characters occur only in strings: outside of them JSON has only spaces, and our JSON not even those.
        if is_hidden(letter) {
            for unit in letter.encode_utf16(&mut [0; 2]) {
                // Writing to a string cannot fail.
                let _ = write!(escaped, "\\u{unit:04x}");
            }
        } else {
            escaped.push(letter);
        }
    }
    escaped.into()
}

/// The last check of everything that is printed for people, in case foreign text was not escaped before. It keeps line breaks
/// and colours.
pub(crate) fn guarded(text: &str) -> Cow<'_, str> {
    if !text.contains(|letter| letter != '\n' && is_hidden(letter)) {
        return text.into();
    }
    let mut escaped = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(letter) = rest.chars().next() {
        let length = match colour(rest) {
            Some(length) => length,
            None => letter.len_utf8(),
        };
        let (this, after) = rest.split_at(length);
        if length == letter.len_utf8() && letter != '\n' && is_hidden(letter) {
            put_code(&mut escaped, letter);
        } else {
            escaped.push_str(this);
        }
        rest = after;
    }
    escaped.into()
}

/// The length of the sequence at the start of a text, if it sets colours and does nothing else.
fn colour(text: &str) -> Option<usize> {
    let digits = text.strip_prefix("\u{1b}[")?;
    let end = digits.find(|letter: char| !letter.is_ascii_digit() && letter != ';')?;
    digits[end..].starts_with('m').then_some("\u{1b}[".len() + end + "m".len())
}

fn put_code(into: &mut String, letter: char) {
    match letter {
        '\n' => into.push_str("\\n"),
        '\r' => into.push_str("\\r"),
        '\t' => into.push_str("\\t"),
        _ => into.extend(letter.escape_unicode()),
    }
}

fn is_hidden(letter: char) -> bool {
    const NONCHARACTER: u32 = 0xfffe;
    match letter {
        ' '..='~' => false,
        '\u{ad}' | '\u{34f}' | '\u{61c}' => true,
        '\u{115f}'..='\u{1160}' | '\u{17b4}'..='\u{17b5}' | '\u{180b}'..='\u{180f}' => true,
        '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' => true,
        '\u{2800}' | '\u{3164}' | '\u{fdd0}'..='\u{fdef}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{ffa0}' => true,
        '\u{fff0}'..='\u{fffb}' | '\u{1bca0}'..='\u{1bca3}' | '\u{1d173}'..='\u{1d17a}' => true,
        '\u{e0000}'..='\u{e0fff}' => true,
        _ => letter.is_control() || letter.is_whitespace() || u32::from(letter) & NONCHARACTER == NONCHARACTER,
    }
}

/// How many columns of a terminal a printable text takes.
pub(crate) fn width(text: &str) -> usize {
    text.width()
}

/// A table cell: a text padded to a width.
pub(crate) fn padded(text: &str, columns: usize) -> String {
    format!("{text}{}", " ".repeat(columns.saturating_sub(width(text))))
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use super::*;

    /// One character of each hidden kind; and, below, neighbours that are shown as they are.
    const HIDDEN: &str = "\0\u{7}\u{8}\t\n\r\u{1b}\u{7f}\u{80}\u{85}\u{9b}\u{9f}\u{a0}\u{ad}\u{34f}\u{61c}\u{1680}\u{180e}\
        \u{200b}\u{200d}\u{200e}\u{200f}\u{2028}\u{2029}\u{202a}\u{202e}\u{202f}\u{2060}\u{2066}\u{2069}\u{206f}\u{2800}\
        \u{3000}\u{3164}\u{fe0f}\u{feff}\u{fff9}\u{fffe}\u{1d173}\u{e0001}\u{e0041}\u{e0100}\u{10ffff}";
    const SHOWN: &str = " a~\u{a1}\u{ae}ßé\u{301}\u{5d0}\u{627}\u{2014}\u{2027}会議📏\u{fffd}\u{e000}";

    #[test]
    fn no_invisible_character_reaches_a_terminal_or_a_line_of_json() {
        for letter in HIDDEN.chars() {
            let text = format!("a{letter}b");
            let escaped = printable(&text);
            assert!(
                escaped.starts_with("a\\") && escaped.ends_with('b') && !escaped.contains(is_hidden),
                "{escaped:?}"
            );
            let line = serde_json::Value::from(&*text).to_string();
            let line = json(&line);
            assert!(!line.contains(is_hidden), "{line:?}");
            assert_eq!(serde_json::from_str::<String>(&line).expect("JSON"), text);
            let guarded = guarded(&text);
            assert!(letter == '\n' || !guarded.contains(is_hidden), "{guarded:?}");
        }
        for text in [SHOWN, "", "plain"] {
            assert_eq!((&*printable(text), &*json(text), &*guarded(text)), (text, text, text));
        }
    }

    #[test]
    fn every_string_survives_a_round_trip_through_json() {
        for first in (0..=0x10_ffff).step_by(0x1000) {
            let letters = (first..first + 0x1000).filter_map(char::from_u32);
            let text: String = letters.flat_map(|letter| ['\\', letter, '"', letter]).collect();
            let line = serde_json::Value::from(&*text).to_string();
            assert_eq!(serde_json::from_str::<String>(&json(&line)).expect("JSON"), text, "{first:x}");
        }
    }

    #[test]
    fn different_texts_are_printed_differently() {
        let letters: Vec<String> =
            ["\\", "n", "\n", "u{7f}", "\u{7f}", "\u{202e}", "u{202e}", "x"].map(str::to_owned).into();
        let longer = |texts: &[String]| -> Vec<String> {
            texts.iter().flat_map(|text| letters.iter().map(move |letter| format!("{text}{letter}"))).collect()
        };
        let (two, three) = (longer(&letters), longer(&longer(&letters)));
        let mut printed = HashMap::new();
        for text in letters.iter().chain(&two).chain(&three) {
            if let Some(other) = printed.insert(printable(text), text) {
                assert_eq!(text, other, "both are printed as {}", printable(text));
            }
        }
    }

    #[test]
    fn escapes_follow_rust_and_json() {
        assert_eq!(printable("\u{301}a\u{301}\u{1b}[31m\t\u{7f}\\n"), "\\u{301}a\u{301}\\u{1b}[31m\\t\\u{7f}\\\\n");
        assert_eq!(json("\"\u{7f}\u{202e}\u{e0001}\""), r#""\u007f\u202e\udb40\udc01""#);
    }

    #[test]
    fn only_colour_sequences_pass() {
        let coloured = format!("{}bad{:#}\n", crate::style::BAD, crate::style::BAD);
        assert_eq!(guarded(&format!("{coloured}\u{202e}")), format!("{coloured}\\u{{202e}}"));
        for other in ["\u{1b}[2J", "\u{1b}]0;title\u{7}", "\u{1b}[31", "\u{1b}", "\u{9b}31m", "\u{1b}[31;1H"] {
            assert!(!guarded(other).contains(['\u{1b}', '\u{7}', '\u{9b}']), "{other:?}");
        }
    }

    #[test]
    fn wide_letters_take_two_columns_and_combining_marks_none() {
        assert_eq!((width("会議"), width("e\u{301}"), width("abc")), (4, 1, 3));
        assert_eq!(padded("会", 4), "会  ");
    }
}
