//! Writes the JSON of a report.

use alloc::string::String;
use core::fmt::Write as _;

/// A JSON text that is being written.
#[derive(Default)]
pub(super) struct ReportWriter {
    text: String,
}

/// What a field can hold.
pub(super) enum Value<'v> {
    Null,
    Flag(bool),
    Number(i64),
    Text(&'v str),
}

impl From<bool> for Value<'_> {
    fn from(flag: bool) -> Self {
        Self::Flag(flag)
    }
}

impl From<i64> for Value<'_> {
    fn from(number: i64) -> Self {
        Self::Number(number)
    }
}

impl<'v> From<&'v str> for Value<'v> {
    fn from(text: &'v str) -> Self {
        Self::Text(text)
    }
}

impl<'v, T: Into<Value<'v>>> From<Option<T>> for Value<'v> {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Null, Into::into)
    }
}

impl ReportWriter {
    pub(super) fn into_text(self) -> String {
        self.text
    }

    pub(super) fn object(&mut self, fields: impl FnOnce(&mut Self)) {
        self.text.push('{');
        fields(self);
        self.text.push('}');
    }

    /// Writes the name of a field. Its value must follow.
    pub(super) fn name(&mut self, name: &str) {
        self.separate('{');
        self.string(name);
        self.text.push(':');
    }

    pub(super) fn field<'v>(&mut self, name: &str, value: impl Into<Value<'v>>) {
        self.name(name);
        match value.into() {
            Value::Null => self.text.push_str("null"),
            Value::Flag(flag) => self.text.push_str(if flag { "true" } else { "false" }),
            // Writing to a string cannot fail.
            Value::Number(number) => write!(self.text, "{number}").unwrap_or_default(),
            Value::Text(text) => self.string(text),
        }
    }

    /// Writes a field that is a list of objects.
    pub(super) fn list<T>(&mut self, name: &str, items: &[T], mut fields: impl FnMut(&mut Self, &T)) {
        self.name(name);
        self.text.push('[');
        for item in items {
            self.separate('[');
            self.object(|json| fields(json, item));
        }
        self.text.push(']');
    }

    /// Writes a comma, unless this is the first item.
    fn separate(&mut self, opening: char) {
        if !self.text.ends_with(opening) {
            self.text.push(',');
        }
    }

    fn string(&mut self, text: &str) {
        self.text.push('"');
        for character in text.chars() {
            match character {
                '"' | '\\' => self.text.extend(['\\', character]),
                '\0'..' ' => write!(self.text, "\\u{:04x}", u32::from(character)).unwrap_or_default(),
                _ => self.text.push(character),
            }
        }
        self.text.push('"');
    }
}
