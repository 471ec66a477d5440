//! The textual form of limits, alone and with a scheme.

use super::{Limit, Limits};
use crate::error::{Error, ErrorKind, Failed};
use crate::settings::{Path, Reader, Writer};

const MEMBERS: [&str; 4] = ["max_age", "max_skew", "max_event_age", "max_body"];

impl Limits {
    /// Reads limits from their textual form, a JSON object with `max_age`, `max_skew`, `max_event_age` (in whole
    /// seconds) and `max_body` (in bytes). `null` is no limit, and what is absent keeps its default.
    ///
    /// ```
    /// use core::time::Duration;
    /// use hookseal::Limits;
    ///
    /// let limits = Limits::from_json(r#"{ "max_age": 60, "max_event_age": null }"#)?;
    /// assert_eq!(limits.max_age(), Some(Duration::from_secs(60)));
    /// assert_eq!(limits.max_event_age(), None);
    /// assert_eq!(limits.max_skew(), Limits::DEFAULT.max_skew());
    /// # Ok::<(), hookseal::Error>(())
    /// ```
    ///
    /// # Errors
    /// `invalid_argument`, with the member and its line and column: for text that is not such an object, for members
    /// that are unknown, doubled or of the wrong type, and for a `max_age` or `max_skew` of 100,000 s or more, which
    /// was meant in milliseconds.
    pub fn from_json(text: &str) -> Result<Self, Error> {
        Reader::of(text, ErrorKind::InvalidArgument, |reader| read(reader, &Path::ROOT))
    }

    /// Writes the textual form, without white space, from which [`from_json`](Self::from_json) reads equal limits.
    pub fn write_json(&self, put: &mut dyn FnMut(&str)) {
        let limits = [self.max_age, self.max_skew, self.max_event_age, self.max_body];
        Writer::object(put, |object| {
            MEMBERS.into_iter().zip(limits).for_each(|(name, limit)| object.number(name, limit.get()));
        });
    }

    /// The text that [`write_json`](Self::write_json) writes.
    #[cfg(feature = "alloc")]
    #[must_use]
    pub fn to_json(&self) -> alloc::string::String {
        let mut text = alloc::string::String::new();
        self.write_json(&mut |part| text.push_str(part));
        text
    }
}

/// Reads the limits that begin at this position of a text, which is JSON, as its member `limits`.
pub(in crate::verify) fn read_member(text: &str, position: usize) -> Result<Limits, Error> {
    Reader::at(text, position, ErrorKind::InvalidArgument, |reader| read(reader, &Path::ROOT.member("limits")))
}

fn read(reader: &mut Reader<'_>, path: &Path) -> Result<Limits, Failed> {
    let mut limits = Limits::DEFAULT;
    reader.object(path, &MEMBERS, &mut |reader, member, path| {
        let position = reader.position();
        let limit = if reader.null() { Limit::NONE } else { Limit::of_number(reader.number(path)?) };
        match MEMBERS[member] {
            "max_age" => limits.max_age = limit,
            "max_skew" => limits.max_skew = limit,
            "max_event_age" => limits.max_event_age = limit,
            _ => limits.max_body = limit,
        }
        if member < 2 && limit.is_in_milliseconds() {
            let detail = "it is in seconds: give less than 100000, or null for no limit (line #, column #)";
            return Err(reader.wrong(path, position, detail));
        }
        Ok(())
    })?;
    Ok(limits)
}
