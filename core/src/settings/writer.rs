//! Writes settings as JSON, without white space.

use crate::crypto::hex;

/// Writes one object, piece by piece.
pub(crate) struct Writer<'p> {
    put: &'p mut dyn FnMut(&str),
    /// Whether the object has no member so far.
    is_empty: bool,
}

impl<'p> Writer<'p> {
    /// Writes an object whose members `write` adds.
    pub(crate) fn object(put: &mut dyn FnMut(&str), write: impl FnOnce(&mut Writer<'_>)) {
        put("{");
        let mut writer = Writer { put: &mut *put, is_empty: true };
        write(&mut writer);
        put("}");
    }

    fn name(&mut self, name: &str) {
        (self.put)(if self.is_empty { "\"" } else { ",\"" });
        self.is_empty = false;
        (self.put)(name);
        (self.put)("\":");
    }

    /// Adds an object.
    pub(crate) fn member(&mut self, name: &str, write: impl FnOnce(&mut Writer<'_>)) {
        self.name(name);
        Writer::object(self.put, write);
    }

    /// Adds a string.
    pub(crate) fn text(&mut self, name: &str, text: &str) {
        self.text_of(name, |put| put(text));
    }

    /// Adds a string if there is one.
    pub(crate) fn optional(&mut self, name: &str, text: Option<&str>) {
        if let Some(text) = text {
            self.text(name, text);
        }
    }

    /// Adds a string that is written in pieces.
    pub(crate) fn text_of(&mut self, name: &str, write: impl FnOnce(&mut dyn FnMut(&str))) {
        self.name(name);
        (self.put)("\"");
        write(&mut |text| escape(text, self.put));
        (self.put)("\"");
    }

    /// Adds `true` if the flag is set, and nothing otherwise.
    pub(crate) fn flag(&mut self, name: &str, is_set: bool) {
        if is_set {
            self.name(name);
            (self.put)("true");
        }
    }

    /// Adds a number; `null` for none.
    pub(crate) fn number(&mut self, name: &str, number: Option<u64>) {
        self.name(name);
        let Some(mut number) = number else { return (self.put)("null") };
        let mut digits = [0; 20];
        let mut start = digits.len();
        loop {
            start -= 1;
            digits[start] = b"0123456789"[(number % 10) as usize];
            number /= 10;
            if number == 0 {
                break;
            }
        }
        (self.put)(core::str::from_utf8(&digits[start..]).unwrap_or_default());
    }
}

/// Puts the contents of a JSON string.
fn escape(text: &str, put: &mut dyn FnMut(&str)) {
    let mut rest = text;
    while let Some(at) = rest.find(|character| matches!(character, '"' | '\\' | '\0'..='\x1f')) {
        let (before, escaped) = rest.split_at(at);
        put(before);
        let byte = escaped.as_bytes().first().copied().unwrap_or_default();
        match byte {
            b'"' => put("\\\""),
            b'\\' => put("\\\\"),
            b'\n' => put("\\n"),
            b'\r' => put("\\r"),
            b'\t' => put("\\t"),
            _ => {
                put("\\u00");
                put(core::str::from_utf8(&hex::encode_byte(byte, hex::LOWER)).unwrap_or_default());
            }
        }
        rest = escaped.get(1..).unwrap_or_default();
    }
    put(rest);
}
