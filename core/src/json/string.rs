//! JSON strings, borrowed from the body and decoded only when they are read.

use core::cmp::Ordering;
use core::fmt::{self, Write as _};
use core::hash::{Hash, Hasher};

use crate::crypto::hex;
#[cfg(feature = "schemes")]
use crate::json::{Ignore, Scanner};

/// A string of a verified body, borrowed without its quotes and still escaped.
///
/// Nearly all strings of envelopes have no escapes, and [`as_str`](Self::as_str) returns them at no cost. Comparing,
/// printing and [`chars`](Self::chars) always use the decoded text, without allocation; `decode` (feature `alloc`)
/// returns it as a `Cow`.
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

    /// The same for the text between the quotes of a JSON string, wherever it comes from; `None` if it is no such text.
    /// Half of a surrogate pair is allowed.
    #[cfg(feature = "schemes")]
    #[must_use]
    pub fn between_quotes(raw: &'a str) -> Option<Self> {
        let (mut scanner, mut ignored) = (Scanner::of_any_value(), Ignore);
        let is_string = ["\"", raw, "\""].iter().all(|part| scanner.feed(part.as_bytes(), &mut ignored).is_ok());
        (is_string && scanner.finish().is_ok()).then_some(Self(raw))
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

    /// Whether the text has no characters.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Reads the decoded text as another type, as [`str::parse`] does.
    ///
    /// # Errors
    /// Those of the type.
    #[cfg(feature = "alloc")]
    pub fn parse<T: core::str::FromStr>(&self) -> Result<T, T::Err> {
        self.decode().parse()
    }

    /// The characters of the decoded text.
    pub fn chars(&self) -> impl Iterator<Item = char> + Clone + use<'a> {
        self.code_points().map(|code| char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER))
    }

    /// Whether half of a surrogate pair is in the text.
    #[cfg(feature = "schemes")]
    pub(crate) fn has_lone_surrogate(&self) -> bool {
        self.code_points().any(|code| matches!(code, 0xd800..=0xdfff))
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

#[derive(Clone)]
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

impl PartialEq<JsonStr<'_>> for str {
    fn eq(&self, other: &JsonStr<'_>) -> bool {
        other == self
    }
}

impl PartialEq<JsonStr<'_>> for &str {
    fn eq(&self, other: &JsonStr<'_>) -> bool {
        other == *self
    }
}

#[cfg(feature = "alloc")]
impl PartialEq<alloc::string::String> for JsonStr<'_> {
    fn eq(&self, other: &alloc::string::String) -> bool {
        *self == **other
    }
}

#[cfg(feature = "alloc")]
impl PartialEq<JsonStr<'_>> for alloc::string::String {
    fn eq(&self, other: &JsonStr<'_>) -> bool {
        *other == **self
    }
}

/// Equal if the decoded texts are equal.
impl PartialEq for JsonStr<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.code_points().eq(other.code_points())
    }
}

impl Eq for JsonStr<'_> {}

/// Orders the decoded texts as `str` orders them.
impl Ord for JsonStr<'_> {
    fn cmp(&self, other: &Self) -> Ordering {
        self.code_points().cmp(other.code_points())
    }
}

impl PartialOrd for JsonStr<'_> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// Hashes the decoded text, but not as `str` does: a map with [`JsonStr`] keys is searched with a `JsonStr`.
impl Hash for JsonStr<'_> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.code_points().for_each(|code| state.write_u32(code));
        // No code point, so that the end of one text is not the start of the next.
        state.write_u32(u32::MAX);
    }
}

/// Formats the decoded text as `str` is formatted, with width, alignment and precision.
impl fmt::Display for JsonStr<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(text) = self.as_str() {
            return f.pad(text);
        }
        let shown = self.chars().take(f.precision().unwrap_or(usize::MAX));
        let padding = f.width().map_or(0, |width| width.saturating_sub(shown.clone().count()));
        let before = match f.align() {
            None | Some(fmt::Alignment::Left) => 0,
            Some(fmt::Alignment::Center) => padding / 2,
            Some(fmt::Alignment::Right) => padding,
        };
        let fill = f.fill();
        (0..before).try_for_each(|_| f.write_char(fill))?;
        shown.clone().try_for_each(|character| f.write_char(character))?;
        (before..padding).try_for_each(|_| f.write_char(fill))
    }
}

/// The decoded text, borrowed if it was sent without escapes.
#[cfg(feature = "alloc")]
impl<'a> From<JsonStr<'a>> for alloc::borrow::Cow<'a, str> {
    fn from(text: JsonStr<'a>) -> Self {
        text.decode()
    }
}

/// The decoded text.
#[cfg(feature = "alloc")]
impl From<JsonStr<'_>> for alloc::string::String {
    fn from(text: JsonStr<'_>) -> Self {
        text.decode().into_owned()
    }
}

/// Writes the decoded text.
#[cfg(feature = "alloc")]
impl serde_core::Serialize for JsonStr<'_> {
    fn serialize<S: serde_core::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.decode())
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

    #[cfg(feature = "schemes")]
    #[test]
    fn only_what_can_be_between_quotes_is_a_string() {
        for raw in ["", "evt-1", r"a\u0041\n", r"\ud83d", "caf\u{e9}", r#"\""#] {
            assert!(JsonStr::between_quotes(raw).is_some_and(|string| string.raw() == raw), "{raw}");
        }
        for raw in ["\"", r"\", r"\x", r"\u12", "a\nb", "\" \"", "a\",\"b", "\u{0}", r#"\\""#] {
            assert!(JsonStr::between_quotes(raw).is_none(), "{raw}");
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

    #[cfg(feature = "alloc")]
    #[test]
    fn a_string_is_compared_hashed_and_formatted_like_the_decoded_text() {
        use alloc::string::{String, ToString as _};
        use std::collections::{BTreeSet, HashSet};

        let raws = [r"abc", r"\u0061bc", r"", r"\ud83d\ude00", "\u{1f600}", r"b", r"\uffff", r"caf\u00e9\n", "café"];
        for one in raws.map(JsonStr::new) {
            let decoded = String::from(one);
            for equal in [one == decoded, *decoded == one, decoded.as_str() == one] {
                assert!(equal);
            }
            assert_eq!(one.is_empty(), decoded.is_empty());
            assert_eq!(std::format!("{one}|{one:>6}|{one:*^9.2}|{one:-<5}|{one:.1}"), {
                std::format!("{decoded}|{decoded:>6}|{decoded:*^9.2}|{decoded:-<5}|{decoded:.1}")
            });
            for other in raws.map(JsonStr::new) {
                assert_eq!(one.cmp(&other), decoded.cmp(&other.to_string()), "{one:?} {other:?}");
                assert_eq!(one == other, one.cmp(&other).is_eq());
            }
            assert_eq!(serde_json::to_value(one).unwrap(), decoded);
        }
        assert_eq!(HashSet::from(raws.map(JsonStr::new)).len(), 7);
        assert_eq!(BTreeSet::from(raws.map(JsonStr::new)).len(), 7);
        assert_eq!(JsonStr::new(r"\u0037").parse(), Ok(7));
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
