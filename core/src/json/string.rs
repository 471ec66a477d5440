//! JSON strings, borrowed from the body and decoded only when they are read.

use core::fmt;

use crate::crypto::hex;

/// A string of a verified body, borrowed without its quotes and still escaped.
///
/// Nearly all strings of envelopes have no escapes, and [`as_str`](Self::as_str) returns them at no cost. Comparing,
/// printing and [`chars`](Self::chars) always use the decoded text, without allocation; `decode` (feature `alloc`) returns
/// it as a `Cow`.
///
/// An escape that is half of a surrogate pair is not a character. It is read as U+FFFD, but a string that contains one
/// equals only strings that contain the same half.
#[derive(Clone, Copy)]
pub struct JsonStr<'a>(&'a str);

impl<'a> JsonStr<'a> {
    /// `raw` was scanned, so its escapes are well formed.
    pub(crate) const fn new(raw: &'a str) -> Self {
        Self(raw)
    }

    /// The text, or `None` if it was sent with escapes.
    #[must_use]
    pub fn as_str(&self) -> Option<&'a str> {
        (!self.0.as_bytes().contains(&b'\\')).then_some(self.0)
    }

    /// The text as it was sent, with its escapes and without quotes.
    #[must_use]
    pub const fn raw(&self) -> &'a str {
        self.0
    }

    /// The characters of the decoded text.
    pub fn chars(&self) -> impl Iterator<Item = char> + use<'a> {
        self.code_points().map(|code| char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER))
    }

    /// The code points of the decoded text, in which half of a surrogate pair is one code point.
    fn code_points(&self) -> CodePoints<'a> {
        CodePoints(self.0.chars())
    }

    /// The decoded text, borrowed if it was sent without escapes.
    #[cfg(feature = "alloc")]
    #[must_use]
    pub fn decode(&self) -> alloc::borrow::Cow<'a, str> {
        match self.as_str() {
            Some(text) => text.into(),
            None => self.chars().collect::<alloc::string::String>().into(),
        }
    }
}

struct CodePoints<'a>(core::str::Chars<'a>);

impl Iterator for CodePoints<'_> {
    type Item = u32;

    fn next(&mut self) -> Option<u32> {
        let rest = self.0.as_str();
        match self.0.next()? {
            '\\' => {
                // The scanner found a well-formed escape here.
                let (code, length) = read_escape(rest.as_bytes())?;
                self.0 = rest.get(length..).unwrap_or_default().chars();
                Some(code)
            }
            plain => Some(plain.into()),
        }
    }
}

/// Decodes the escape at the start of `text`: returns the code point and the length of the escape, which is 12 for a
/// surrogate pair. Half of a pair is returned as itself, with length 6. `None` if there is no well-formed escape.
pub(crate) fn read_escape(text: &[u8]) -> Option<(u32, usize)> {
    let [b'\\', kind, ..] = text else { return None };
    Some(match kind {
        b'"' | b'\\' | b'/' => (u32::from(*kind), 2),
        b'b' => (8, 2),
        b'f' => (12, 2),
        b'n' => (u32::from(b'\n'), 2),
        b'r' => (u32::from(b'\r'), 2),
        b't' => (u32::from(b'\t'), 2),
        b'u' => match (read_unit(text)?, text.get(6..).and_then(read_unit)) {
            (high @ 0xd800..=0xdbff, Some(low @ 0xdc00..=0xdfff)) => {
                (0x1_0000 + ((u32::from(high & 0x3ff) << 10) | u32::from(low & 0x3ff)), 12)
            }
            (unit, _) => (unit.into(), 6),
        },
        _ => return None,
    })
}

/// The UTF-16 unit of the `\u` escape at the start of `text`.
fn read_unit(text: &[u8]) -> Option<u16> {
    hex::unit(text.get(..6)?.strip_prefix(br"\u")?)
}

impl PartialEq<str> for JsonStr<'_> {
    fn eq(&self, other: &str) -> bool {
        match self.as_str() {
            Some(text) => text == other,
            None => self.code_points().eq(other.chars().map(u32::from)),
        }
    }
}

impl PartialEq<&str> for JsonStr<'_> {
    fn eq(&self, other: &&str) -> bool {
        *self == **other
    }
}

/// Equal if the decoded texts are equal.
impl PartialEq for JsonStr<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.code_points().eq(other.code_points())
    }
}

impl Eq for JsonStr<'_> {}

impl fmt::Display for JsonStr<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        use fmt::Write as _;
        match self.as_str() {
            Some(text) => f.pad(text),
            None => self.chars().try_for_each(|character| f.write_char(character)),
        }
    }
}

impl fmt::Debug for JsonStr<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("\"")?;
        f.write_str(self.0)?;
        f.write_str("\"")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_are_decoded_only_when_read() {
        for (raw, text) in [
            ("evt-1", "evt-1"),
            ("", ""),
            (r"a\u0041\n\/\\", "aA\n/\\"),
            (r"\ud83d\ude00!", "\u{1f600}!"),
            (r"\b\f\r\t", "\u{8}\u{c}\r\t"),
            (r#"\""#, "\""),
        ] {
            let string = JsonStr::new(raw);
            assert!(string == text, "{raw}");
            assert!(string == JsonStr::new(raw), "{raw}");
            assert!(string != "something else", "{raw}");
            assert_eq!(string.as_str().is_some(), raw == text, "{raw}");
            #[cfg(feature = "alloc")]
            assert_eq!(alloc::string::ToString::to_string(&string), text);
            #[cfg(feature = "alloc")]
            assert_eq!(string.decode(), text);
        }
    }

    #[test]
    fn half_of_a_surrogate_pair_is_read_as_u_fffd_and_equals_only_itself() {
        for (raw, text) in [
            (r"Launch \ud83d", "Launch \u{fffd}"),
            (r"\ude00\ud83d", "\u{fffd}\u{fffd}"),
            (r"\ud83d\ud83d\ude00", "\u{fffd}\u{1f600}"),
            (r"\ud83d\n\ud83dn", "\u{fffd}\n\u{fffd}n"),
            (r"\uD83D\u0041", "\u{fffd}A"),
        ] {
            let string = JsonStr::new(raw);
            assert!(string.chars().eq(text.chars()), "{raw}");
            assert!(string != text, "{raw}");
            assert!(string == string, "{raw}");
            assert!(string != JsonStr::new(r"\ud83e"), "{raw}");
            assert!(string != JsonStr::new(text), "{raw}");
        }
        assert!(JsonStr::new(r"\ud83d") != JsonStr::new(r"\ude00"));
        assert!(JsonStr::new(r"\ud83d") == JsonStr::new(r"\uD83D"));
        assert!(JsonStr::new(r"\ud83dde00") != JsonStr::new(r"\ud83d\ude00"));
    }
    #[test]
    fn an_escape_is_read_with_its_length_or_not_at_all() {
        for (text, escape) in [
            (r"\nabc", Some((10, 2))),
            (r"\u0041abc", Some((0x41, 6))),
            (r"\ud83d\ude00abc", Some((0x1f600, 12))),
            (r"\ud83dabc", Some((0xd83d, 6))),
            (r"\ud83d\u0041", Some((0xd83d, 6))),
            (r"\ude00\ud83d", Some((0xde00, 6))),
            (r"\ud83d\ude0", Some((0xd83d, 6))),
            (r"\u+041", None),
            (r"\u004", None),
            (r"\x", None),
            ("\\é", None),
            ("\\", None),
            ("abc", None),
            ("", None),
        ] {
            assert_eq!(read_escape(text.as_bytes()), escape, "{text}");
        }
    }
}
