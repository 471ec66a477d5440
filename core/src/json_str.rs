//! A JSON string where it lies, decoded only when somebody reads it.

use core::fmt;

/// A string of a verified body, borrowed without its quotes and still escaped.
///
/// Nearly every string of an envelope has no escapes and is had with [`as_str`](Self::as_str) at no cost. Comparing,
/// printing and [`chars`](Self::chars) see the decoded text in any case, without allocation; `decode` (feature
/// `alloc`) makes a `Cow` of it.
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
        Decoded(self.0.chars())
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

struct Decoded<'a>(core::str::Chars<'a>);

impl Decoded<'_> {
    fn unit(&mut self) -> u32 {
        (0..4).fold(0, |unit, _| (unit << 4) | self.0.next().and_then(|digit| digit.to_digit(16)).unwrap_or_default())
    }
}

impl Iterator for Decoded<'_> {
    type Item = char;

    fn next(&mut self) -> Option<char> {
        let plain = self.0.next()?;
        if plain != '\\' {
            return Some(plain);
        }
        Some(match self.0.next()? {
            'b' => '\u{8}',
            'f' => '\u{c}',
            'n' => '\n',
            'r' => '\r',
            't' => '\t',
            'u' => {
                let mut code = self.unit();
                if let high @ 0xd800..=0xdbff = code {
                    // The scanner saw to it that `\u` and a low surrogate follow.
                    self.0.nth(1)?;
                    code = 0x1_0000 + (((high & 0x3ff) << 10) | (self.unit() & 0x3ff));
                }
                char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER)
            }
            itself => itself,
        })
    }
}

impl PartialEq<str> for JsonStr<'_> {
    fn eq(&self, other: &str) -> bool {
        match self.as_str() {
            Some(text) => text == other,
            None => self.chars().eq(other.chars()),
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
        self.chars().eq(other.chars())
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
}
