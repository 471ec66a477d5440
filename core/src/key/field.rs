//! Reads fields at the root of a JSON object that arrives in chunks, in constant memory.
//!
//! The body must be checked by the scanner too: of malformed JSON, this returns anything. It decodes every byte of the
//! names at the root and of the wanted values, which the scanner only does for short ones.

use super::{MAX_PART, Part, copied, digest_part, looks_like_digest};
use crate::crypto::digest::Digest;
use crate::crypto::hex;
use crate::inline_str::InlineStr;

/// Decoded text of any length: its first bytes, and the digest of all if there are more.
#[derive(Clone)]
pub(super) struct Text {
    bytes: [u8; MAX_PART],
    len: usize,
    /// From the first byte on that does not fit.
    digest: Option<Digest>,
    has_lone_surrogate: bool,
}

impl Text {
    pub(super) fn new() -> Self {
        Self { bytes: [0; MAX_PART], len: 0, digest: None, has_lone_surrogate: false }
    }

    pub(super) fn push(&mut self, run: &[u8]) {
        let end = self.len + run.len();
        if let Some(digest) = &mut self.digest {
            digest.update(run);
        } else if let Some(buffer) = self.bytes.get_mut(self.len..end) {
            buffer.copy_from_slice(run);
            self.len = end;
        } else {
            let mut digest = Digest::new();
            digest.update(&self.bytes[..self.len]);
            digest.update(run);
            self.digest = Some(digest);
        }
    }

    /// Whether this is exactly that text, which is short.
    pub(super) fn is(&self, text: &[u8]) -> bool {
        self.digest.is_none() && !self.has_lone_surrogate && self.bytes[..self.len] == *text
    }

    /// The text as a part of a key: as it is, or as its digest. `None` if it is empty or not text.
    pub(super) fn part(self) -> Option<Part> {
        let text = &self.bytes[..self.len];
        match self.digest {
            _ if self.has_lone_surrogate => None,
            Some(digest) => Some(digest_part(digest.finish())),
            None if text.is_empty() => None,
            None if text.iter().all(u8::is_ascii_graphic) && !looks_like_digest(text) => Some(copied(text)),
            None => Some(digest_part(super::digest_of(text))),
        }
    }
}

/// A field that is wanted.
#[derive(Clone)]
struct Field {
    name: InlineStr<64>,
    /// How often its name occurred: 0, 1, or 2 for more.
    times: u8,
    value: Option<Text>,
}

/// Reads two fields; the second may have no name, and is then never found.
#[derive(Clone)]
pub(super) struct FieldReader {
    fields: [Field; 2],
    depth: u32,
    /// Whether the next string at the root is a name.
    is_name_next: bool,
    /// The field whose value is next.
    current: Option<usize>,
    /// The string being read, and whether it is decoded.
    string: Option<Reading>,
    escape: Escape,
    /// The high surrogate before this position, or 0.
    high: u16,
    text: Text,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Reading {
    Name,
    Value(usize),
    Skipped,
}

#[derive(Clone, Copy)]
enum Escape {
    None,
    Backslash,
    Hex { unit: u16, digits: u8 },
}

impl FieldReader {
    pub(super) fn new(first: InlineStr<64>, second: &str) -> Self {
        let field = |name| Field { name, times: 0, value: None };
        let second = InlineStr::new(second).unwrap_or(InlineStr::EMPTY);
        Self {
            fields: [field(first), field(second)],
            depth: 0,
            is_name_next: false,
            current: None,
            string: None,
            escape: Escape::None,
            high: 0,
            text: Text::new(),
        }
    }

    pub(super) fn feed(&mut self, chunk: &[u8]) {
        for byte in chunk {
            match self.string {
                Some(reading) => self.read_string(reading, *byte),
                None => self.read_structure(*byte),
            }
        }
    }

    /// The values that are strings, of the fields that occur once.
    pub(super) fn into_values(self) -> [Option<Text>; 2] {
        self.fields.map(|field| field.value.filter(|_| field.times == 1))
    }

    fn read_structure(&mut self, byte: u8) {
        match byte {
            b'"' => {
                let reading = match self.current {
                    _ if self.depth != 1 => Reading::Skipped,
                    _ if self.is_name_next => Reading::Name,
                    Some(field) => Reading::Value(field),
                    None => Reading::Skipped,
                };
                self.string = Some(reading);
                if reading != Reading::Skipped {
                    self.text = Text::new();
                }
            }
            b'{' | b'[' => {
                self.depth += 1;
                self.is_name_next = self.depth == 1;
            }
            b'}' | b']' => self.depth = self.depth.saturating_sub(1),
            b',' if self.depth == 1 => {
                self.is_name_next = true;
                self.current = None;
            }
            b':' if self.depth == 1 => self.is_name_next = false,
            _ => {}
        }
    }

    fn read_string(&mut self, reading: Reading, byte: u8) {
        match self.escape {
            Escape::None => match byte {
                b'"' => {
                    self.end_pair();
                    self.end_string(reading);
                }
                b'\\' => self.escape = Escape::Backslash,
                _ => {
                    self.end_pair();
                    self.push(reading, &[byte]);
                }
            },
            Escape::Backslash if byte == b'u' => self.escape = Escape::Hex { unit: 0, digits: 0 },
            Escape::Backslash => {
                self.end_pair();
                let decoded = match byte {
                    b'b' => 8,
                    b'f' => 12,
                    b'n' => b'\n',
                    b'r' => b'\r',
                    b't' => b'\t',
                    _ => byte,
                };
                self.push(reading, &[decoded]);
                self.escape = Escape::None;
            }
            Escape::Hex { unit, digits } => {
                let unit = (unit << 4) | hex::digit(byte).unwrap_or_default();
                self.escape = Escape::Hex { unit, digits: digits + 1 };
                if digits == 3 {
                    self.escape = Escape::None;
                    self.end_unit(reading, unit);
                }
            }
        }
    }

    /// A UTF-16 unit was read from an escape.
    fn end_unit(&mut self, reading: Reading, unit: u16) {
        let high = core::mem::take(&mut self.high);
        let code = match (high, unit) {
            (0, 0xd800..=0xdbff) => {
                self.high = unit;
                return;
            }
            (1.., 0xdc00..=0xdfff) => 0x1_0000 + ((u32::from(high & 0x3ff) << 10) | u32::from(unit & 0x3ff)),
            (0, _) => unit.into(),
            _ => {
                // The high surrogate before this unit is alone, and the unit is read as if it came first.
                self.text.has_lone_surrogate = true;
                return self.end_unit(reading, unit);
            }
        };
        match char::from_u32(code) {
            Some(character) => self.push(reading, character.encode_utf8(&mut [0; 4]).as_bytes()),
            None => self.text.has_lone_surrogate = true,
        }
    }

    /// What follows is not the second half of a surrogate pair.
    fn end_pair(&mut self) {
        if core::mem::take(&mut self.high) != 0 {
            self.text.has_lone_surrogate = true;
        }
    }

    fn push(&mut self, reading: Reading, bytes: &[u8]) {
        if reading != Reading::Skipped {
            self.text.push(bytes);
        }
    }

    fn end_string(&mut self, reading: Reading) {
        self.string = None;
        match reading {
            Reading::Skipped => {}
            Reading::Name => {
                let text = &self.text;
                let is_named = |field: &Field| field.name.len() > 0 && text.is(field.name.as_bytes());
                self.current = self.fields.iter().position(is_named);
                if let Some(field) = self.current {
                    self.fields[field].times = (self.fields[field].times + 1).min(2);
                }
            }
            Reading::Value(field) => {
                self.fields[field].value = Some(core::mem::replace(&mut self.text, Text::new()));
                self.current = None;
            }
        }
    }
}
