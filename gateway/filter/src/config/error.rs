//! What is wrong with a configuration, and where.

use alloc::string::String;
use core::fmt;

/// What is wrong with a configuration. Its text names the member, and its line and column in characters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConfigError {
    member: String,
    detail: String,
    /// Line and column, from 1 on.
    place: (usize, usize),
}

impl ConfigError {
    pub(super) fn new(text: &str, at: usize, member: &str, detail: String) -> Self {
        Self { member: String::from(member), detail, place: place(text, at) }
    }

    /// The line in the configuration, from 1 on.
    #[must_use]
    pub const fn line(&self) -> usize {
        self.place.0
    }
}

fn place(text: &str, at: usize) -> (usize, usize) {
    let before = text.get(..at).unwrap_or(text);
    let line = before.rsplit('\n').next().unwrap_or_default();
    (before.matches('\n').count() + 1, line.chars().count() + 1)
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (line, column) = self.place;
        f.write_str("hookseal's configuration cannot be used: ")?;
        if !self.member.is_empty() {
            write!(f, "{}: ", self.member)?;
        }
        write!(f, "{} (line {line}, column {column})", self.detail)
    }
}

impl core::error::Error for ConfigError {}
