//! The textual form of a scheme: a JSON object, as docs/schemes.md describes it.

mod draft;
#[cfg(feature = "duplicates")]
mod keys;
mod read;
mod word;
mod write;

pub(crate) use self::read::read;

use super::Scheme;
use crate::error::Error;

impl Scheme {
    /// Reads a scheme from its textual form, a JSON object that the repository's `docs/schemes.md` describes:
    ///
    /// ```
    /// use hookseal::Scheme;
    ///
    /// let scheme = Scheme::from_json(
    ///     r#"{
    ///         "name": "acme",
    ///         "signature": { "header": "X-Acme-Signature", "encoding": "hex", "prefix": "v1=" },
    ///         "timestamp": { "header": "X-Acme-Time", "format": "milliseconds" },
    ///         "signed": "{timestamp}.{body}"
    ///     }"#,
    /// )?;
    /// assert_eq!(scheme.name(), "acme");
    ///
    /// let error = Scheme::from_json(r#"{ "name": "acme", "signature": { "encodng": "hex" } }"#).unwrap_err();
    /// assert_eq!(
    ///     error.to_string(),
    ///     "the scheme cannot be used: signature.encodng: there is no such member (line 1, column 34)"
    /// );
    /// # Ok::<(), hookseal::Error>(())
    /// ```
    ///
    /// # Errors
    /// `invalid_scheme`, with the member and its line and column (counted in characters): for text that is not such an
    /// object, for members that are unknown, doubled or of the wrong type, and for what
    /// [`SchemeBuilder::build`](super::SchemeBuilder::build) refuses. A text with limits is read by
    /// [`VerifierBuilder::from_json`](crate::VerifierBuilder::from_json).
    pub fn from_json(text: &str) -> Result<Self, Error> {
        read(text, None)
    }

    /// Writes the textual form, without white space, from which [`from_json`](Self::from_json) reads an equal scheme.
    /// For [`Scheme::CONTIO`], which combines two schemes, it is `{"preset":"contio"}`.
    pub fn write_json(&self, put: &mut dyn FnMut(&str)) {
        write::write(self, put);
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
