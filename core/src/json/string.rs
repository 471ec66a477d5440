//! A JSON string where it lies, decoded only when somebody reads it.

use core::fmt;

use crate::crypto::hex;

/// A string of a verified body, borrowed without its quotes and still escaped.
///
/// Nearly every string of an envelope has no escapes and is had with [`as_str`](Self::as_str) at no cost. Comparing,
/// printing and [`chars`](Self::chars) see the decoded text in any case, without allocation; `decode` (feature
/// `alloc`) makes a `Cow` of it.
///
/// An escape that is half of a surrogate pair is no character: it is read as U+FFFD, and yet a string that has one equals
/// no text without it.
#[derive(Clone, Copy)]
pub struct JsonStr<'a>(&'a str);

impl<'a> JsonStr<'a> {
    /// `raw` has been through the scanner, so its escapes are well formed.
    pub(crate) const fn new(raw: &'a str) -> Self {
        Self(raw)
    }

    /// The text, if it was sent without escapes.
    #[must_use]
    pub fn as_str(&self) -> Option<&'a str> {
        (!self.0.as_bytes().contains(&b'\\')).then_some(self.0)
    }

    /// The text as it was sent, without its quotes and with its escapes.
    #[must_use]
    pub const fn raw(&self) -> &'a str {
        self.0
    }

    /// The text's characters, decoded.
    pub fn chars(&self) -> impl Iterator<Item = char> + use<'a> {
        self.code_points().map(|code| char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER))
    }

    /// The text's code points, decoded, of which half of a surrogate pair is one.
    fn code_points(&self) -> CodePoints<'a> {
        CodePoints(self.0.chars())
    }

    /// The decoded text: borrowed if it was sent without escapes.
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

impl CodePoints<'_> {
    /// The four hex digits that come next, which the scanner found there.
    fn unit(&mut self) -> u32 {
        let (digits, rest) = self.0.as_str().split_at_checked(4).unwrap_or_default();
        self.0 = rest.chars();
        hex::unit(digits.as_bytes()).unwrap_or_default().into()
    }

    /// The low surrogate whose escape comes next, if one does.
    fn low_surrogate(&mut self) -> Option<u32> {
        let mut next = Self(self.0.as_str().strip_prefix("\\u")?.chars());
        let low = Some(next.unit()).filter(|unit| matches!(unit, 0xdc00..=0xdfff));
        if low.is_some() {
            *self = next;
        }
        low
    }
}

impl Iterator for CodePoints<'_> {
    type Item = u32;

    fn next(&mut self) -> Option<u32> {
        let plain = self.0.next()?;
        if plain != '\\' {
            return Some(plain.into());
        }
        Some(match self.0.next()? {
            'b' => 8,
            'f' => 12,
            'n' => '\n'.into(),
            'r' => '\r'.into(),
            't' => '\t'.into(),
            'u' => match self.unit() {
                high @ 0xd800..=0xdbff => match self.low_surrogate() {
                    Some(low) => 0x1_0000 + (((high & 0x3ff) << 10) | (low & 0x3ff)),
                    None => high,
                },
                unit => unit,
            },
            itself => itself.into(),
        })
    }
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

/// Equal if the decoded texts are.
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
    fn half_of_a_surrogate_pair_is_read_as_the_replacement_character_and_equals_nothing_else() {
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
}
