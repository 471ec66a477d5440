//! A request for an explanation, as bytes. `js/src/engine/explain-request.ts` writes it.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use hookseal::explain::Explainer;
use hookseal::{Error, ErrorKind, OptionNames, Secret};

use crate::settings::{Limits, read_remembered, unix_time};
use crate::{schemes, secrets};

/// Returns the report as JSON; or `!`, followed by the code of an error, a line break and its text.
#[must_use]
pub fn answer(request: &[u8]) -> String {
    match (ExplainRequest { rest: request }).explain() {
        Ok(report) => report,
        Err(error) => {
            let mut text = format!("!{}\n", error.code());
            error.write_text(OptionNames::Camel, &mut |letter| text.push(letter));
            text
        }
    }
}

/// Reads a request, which is a sequence of fields. A text is its length in four bytes, lowest first, followed by its
/// bytes. A list is the number of its items, followed by the items. A secret is a byte, 1 for text and 0 for the key's
/// own bytes, followed by a text.
struct ExplainRequest<'r> {
    rest: &'r [u8],
}

impl<'r> ExplainRequest<'r> {
    /// Reads the scheme; the current time, the four limits, and how long a store remembers events and since when, as
    /// numbers of eight bytes ([`Limits::read`]); the secrets; the other schemes, each with a secret; the headers' names
    /// and values; and the body.
    fn explain(&mut self) -> Result<String, Error> {
        let mut explainer = Explainer::new(self.scheme()?).option_names(OptionNames::Camel);
        let now = self.number()?;
        let Limits { max_age, max_skew, max_event_age, max_body } = Limits::read(&self.take()?);
        if let Some(limit) = max_age {
            explainer = explainer.max_age(limit);
        }
        if let Some(limit) = max_skew {
            explainer = explainer.max_skew(limit);
        }
        if let Some(limit) = max_event_age {
            explainer = explainer.max_event_age(limit);
        }
        if let Some(limit) = max_body {
            explainer = explainer.max_body(limit);
        }
        if let Some((kept, since)) = read_remembered(&self.take()?) {
            explainer = explainer.remembered_events(kept, since);
        }
        for _ in 0..self.length()? {
            explainer = explainer.secret(self.secret()?);
        }
        for _ in 0..self.length()? {
            let scheme = self.scheme()?;
            explainer = explainer.other_secret(scheme, self.secret()?);
        }
        let mut headers = Vec::new();
        for _ in 0..self.length()? {
            headers.push((self.text()?, self.text()?));
        }
        let body = self.text()?;
        Ok(explainer.explain(&headers, body, unix_time(now)).to_json())
    }

    fn take<const N: usize>(&mut self) -> Result<[u8; N], Error> {
        let (taken, rest) = self.rest.split_first_chunk().ok_or(ErrorKind::InvalidArgument)?;
        self.rest = rest;
        Ok(*taken)
    }

    fn number(&mut self) -> Result<f64, Error> {
        self.take().map(f64::from_le_bytes)
    }

    fn length(&mut self) -> Result<usize, Error> {
        self.take().map(|length| u32::from_le_bytes(length) as usize)
    }

    fn text(&mut self) -> Result<&'r [u8], Error> {
        let length = self.length()?;
        let (text, rest) = self.rest.split_at_checked(length).ok_or(ErrorKind::InvalidArgument)?;
        self.rest = rest;
        Ok(text)
    }

    fn scheme(&mut self) -> Result<hookseal::Scheme, Error> {
        schemes::read(core::str::from_utf8(self.text()?).unwrap_or_default())
    }

    fn secret(&mut self) -> Result<Secret<'r>, Error> {
        let [is_text] = self.take()?;
        Ok(secrets::secret(is_text, self.text()?))
    }
}
