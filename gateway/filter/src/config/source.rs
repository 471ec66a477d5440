//! The configuration as JSON: its members, and where something is wrong.

use alloc::format;
use alloc::string::{String, ToString as _};

use hookseal::Error;

use super::Host;
use super::error::ConfigError;
use crate::json::{Kind, Member, Value};

/// What is read, and from what.
#[derive(Clone, Copy)]
pub(super) struct Source<'c> {
    pub(super) text: &'c str,
    pub(super) host: &'c dyn Host,
}

impl Source<'_> {
    /// What is wrong with the member whose value, or whose name, begins here.
    pub(super) fn wrong<T>(&self, at: usize, member: &str, detail: impl Into<String>) -> Result<T, ConfigError> {
        Err(ConfigError::new(self.text, at, member, detail.into()))
    }

    /// The members of an object, by their names, each at most once; those that are absent are `None`.
    pub(super) fn object<'v, 't, const N: usize>(
        &self,
        value: &'v Value<'t>,
        path: &str,
        names: [&str; N],
    ) -> Result<[Option<&'v Value<'t>>; N], ConfigError> {
        let Kind::Object(members) = &value.kind else {
            return self.wrong(value.at, path, "it must be an object");
        };
        let mut found = [None; N];
        for Member { at, name, value } in members {
            let member = member(path, name.raw());
            let Some(index) = names.iter().position(|known| name == *known) else {
                return self.wrong(*at, &member, format!("there is no such member; there are {}", names.join(", ")));
            };
            if found[index].replace(value).is_some() {
                return self.wrong(*at, &member, "it occurs twice");
            }
        }
        Ok(found)
    }

    pub(super) fn list<'v, 't>(&self, value: &'v Value<'t>, path: &str) -> Result<&'v [Value<'t>], ConfigError> {
        match &value.kind {
            Kind::List(values) if !values.is_empty() => Ok(values),
            _ => self.wrong(value.at, path, "it must be a list with at least one item"),
        }
    }

    pub(super) fn text(&self, value: &Value<'_>, path: &str) -> Result<String, ConfigError> {
        match &value.kind {
            Kind::Text(text) => Ok(text.chars().collect()),
            _ => self.wrong(value.at, path, "it must be a string"),
        }
    }

    pub(super) fn flag(&self, value: Option<&Value<'_>>, path: &str, default: bool) -> Result<bool, ConfigError> {
        match value {
            None => Ok(default),
            Some(Value { kind: Kind::Flag(flag), .. }) => Ok(*flag),
            Some(value) => self.wrong(value.at, path, "it must be true or false"),
        }
    }

    /// One of two words; `true` for the second. The first is the default.
    pub(super) fn choice(&self, value: Option<&Value<'_>>, path: &str, words: [&str; 2]) -> Result<bool, ConfigError> {
        let Some(value) = value else { return Ok(false) };
        let chosen = self.text(value, path)?;
        match words.iter().position(|word| *word == chosen) {
            Some(index) => Ok(index == 1),
            None => self.wrong(value.at, path, format!("it must be \"{}\" or \"{}\"", words[0], words[1])),
        }
    }

    /// The core's error about a value that it has read itself: its place counts from where that begins.
    pub(super) fn core_error<T>(&self, value: &Value<'_>, path: &str, error: Error) -> Result<T, ConfigError> {
        let parts = error.parts();
        let Some(detail) = parts.detail.strip_suffix(" (line #, column #)") else {
            return self.wrong(value.at, path, error.to_string());
        };
        let text = self.text.get(value.at..value.end).unwrap_or_default();
        let [line, column] = parts.numbers.map(|number| usize::try_from(number).unwrap_or_default().saturating_sub(1));
        let start: usize = text.split_inclusive('\n').take(line).map(str::len).sum();
        let rest = text.get(start..).unwrap_or_default();
        let at = value.at + start + rest.chars().take(column).map(char::len_utf8).sum::<usize>();
        let member = if parts.subject.is_empty() { String::from(path) } else { member(path, parts.subject) };
        self.wrong(at, &member, detail)
    }
}

/// The name of a member of a member.
pub(super) fn member(path: &str, name: &str) -> String {
    if path.is_empty() { String::from(name) } else { format!("{path}.{name}") }
}
