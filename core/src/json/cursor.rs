//! Reads JSON that the scanner has accepted, value by value: for typed events and for settings.
//!
//! The text is well formed, so nothing is checked a second time. Text that is not is the caller's mistake: it is read
//! as something or refused with `None`, and never panics.

#[cfg(feature = "alloc")]
use alloc::borrow::Cow;

use super::capture::plain_run;
use super::string::JsonStr;

/// A position in a text.
pub(crate) struct Cursor<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Cursor<'a> {
    pub(crate) fn new(text: &'a str) -> Self {
        Self { text, at: 0 }
    }

    /// The position of the next byte.
    pub(crate) fn position(&self) -> usize {
        self.at
    }

    /// Moves to a position, which is between two tokens.
    pub(crate) fn move_to(&mut self, position: usize) {
        self.at = position;
    }

    fn rest(&self) -> &'a [u8] {
        self.text.as_bytes().get(self.at..).unwrap_or_default()
    }

    /// The byte at which the next token begins.
    #[inline]
    pub(crate) fn peek(&mut self) -> Option<u8> {
        loop {
            let byte = *self.text.as_bytes().get(self.at)?;
            if byte > b' ' {
                return Some(byte);
            }
            self.at += 1;
        }
    }

    /// Skips the token if it is this one.
    #[inline]
    pub(crate) fn skip(&mut self, token: u8) -> Option<()> {
        (self.peek()? == token).then(|| self.at += 1)
    }

    /// Skips `true`, `false` or `null` if it is next.
    pub(crate) fn skip_literal(&mut self, literal: &str) -> Option<()> {
        self.peek()?;
        self.rest().starts_with(literal.as_bytes()).then(|| self.at += literal.len())
    }

    /// A string, and whether it was sent without escapes.
    #[inline]
    pub(crate) fn string(&mut self) -> Option<(JsonStr<'a>, bool)> {
        self.skip(b'"')?;
        let (start, mut is_plain) = (self.at, true);
        loop {
            let rest = self.rest();
            let run = plain_run(rest);
            self.at += run;
            match rest.get(run)? {
                b'"' => break,
                b'\\' => {
                    is_plain = false;
                    self.at += 2;
                }
                _ => return None,
            }
        }
        let raw = self.text.get(start..self.at)?;
        self.at += 1;
        Some((JsonStr::new(raw), is_plain))
    }

    /// The decoded text of a string.
    #[cfg(feature = "alloc")]
    #[inline]
    pub(crate) fn text(&mut self) -> Option<Cow<'a, str>> {
        let (string, is_plain) = self.string()?;
        Some(if is_plain { Cow::Borrowed(string.raw()) } else { string.decode() })
    }

    /// Moves to the next item of an array or member of an object that was opened; `false` at its end.
    #[inline]
    pub(crate) fn has_next(&mut self, end: u8) -> Option<bool> {
        let mut byte = self.peek()?;
        if byte == b',' {
            self.at += 1;
            byte = self.peek()?;
        }
        if byte == end {
            self.at += 1;
        }
        Some(byte != end)
    }

    /// A value of any kind, as it was sent.
    pub(crate) fn raw(&mut self) -> Option<&'a str> {
        let first = self.peek()?;
        let start = self.at;
        match first {
            b'"' => {
                self.string()?;
            }
            b'{' | b'[' => self.skip_nested()?,
            _ => {
                let ends = |byte: &u8| matches!(byte, b',' | b']' | b'}' | 0..=b' ');
                let rest = self.rest();
                self.at += rest.iter().position(ends).unwrap_or(rest.len());
            }
        }
        self.text.get(start..self.at)
    }

    /// Skips an object or array, without recursion.
    fn skip_nested(&mut self) -> Option<()> {
        let mut depth = 0_usize;
        loop {
            match self.peek()? {
                b'"' => {
                    self.string()?;
                    continue;
                }
                b'{' | b'[' => depth += 1,
                b'}' | b']' => depth -= 1,
                _ => {}
            }
            self.at += 1;
            if depth == 0 {
                return Some(());
            }
        }
    }
}

#[cfg(all(test, feature = "alloc"))]
mod tests {
    use std::string::String;
    use std::vec::Vec;

    use super::*;

    #[test]
    fn every_kind_of_value_is_skipped_whole() {
        for value in
            [r#""""#, r#""a\"\\b""#, "0", "-1.5e+10", "true", "null", "{}", "[ ]", r#"{"a":["]",{"b":"\\"}], "c" : 1}"#]
        {
            for (before, after) in [("", ""), (" \n", " "), ("", ",1"), ("", "]"), ("\t", "}")] {
                let text = [before, value, after].concat();
                let mut cursor = Cursor::new(&text);
                assert_eq!(cursor.raw(), Some(value), "{text}");
                assert_eq!(cursor.rest(), after.as_bytes(), "{text}");
            }
        }
    }

    #[test]
    fn members_and_items_are_visited_in_order() {
        let mut cursor = Cursor::new(r#" { "a" : 1 , "b\u0063" :[true,null , []]} "#);
        cursor.skip(b'{').unwrap();
        let mut read = Vec::new();
        while cursor.has_next(b'}').unwrap() {
            let name = cursor.text().unwrap();
            cursor.skip(b':').unwrap();
            if cursor.skip(b'[').is_none() {
                read.push((name, cursor.raw().unwrap()));
                continue;
            }
            while cursor.has_next(b']').unwrap() {
                read.push((name.clone(), cursor.raw().unwrap()));
            }
        }
        assert_eq!(read, [("a", "1"), ("bc", "true"), ("bc", "null"), ("bc", "[]")].map(|(a, b)| (a.into(), b)));
    }

    #[test]
    fn text_that_is_not_json_never_panics() {
        let whole = r#"{"a\\":["é\"",{"b":[1,2]}],"c":null}"#;
        for start in (0..whole.len()).filter(|at| whole.is_char_boundary(*at)) {
            for end in (start..=whole.len()).filter(|at| whole.is_char_boundary(*at)) {
                let mut cursor = Cursor::new(&whole[start..end]);
                while cursor.raw().is_some_and(|raw| !raw.is_empty()) {}
                let _: (Option<Cow<'_, str>>, Option<bool>) = (cursor.text(), cursor.has_next(b'}'));
                let mut cursor = Cursor::new(&whole[start..end]);
                let _: (Option<bool>, Option<Cow<'_, str>>, Option<&str>) =
                    (cursor.has_next(b']'), cursor.text(), cursor.raw());
            }
        }
        for text in ["}", "]]", "\"\\", "\"\\é", "\"a", "[\"", "{", "\u{7f}é"] {
            assert!(Cursor::new(text).raw().is_none_or(|raw| raw.len() <= text.len()), "{text}");
            let decoded: Option<String> = Cursor::new(text).text().map(Cow::into_owned);
            assert_eq!(decoded, None, "{text}");
        }
    }
}
