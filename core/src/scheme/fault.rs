//! What is wrong with a scheme, and with which part of it.

use crate::error::{Error, PLACE};

/// A part of a scheme: a member of its textual form.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Part {
    Name,
    Signature,
    SignatureHeader,
    Prefix,
    List,
    ListVersion,
    TimestampHeader,
    TimestampInSignature,
    TimestampFormat,
    IdHeader,
    IdInSignature,
    IdLength,
    Signed,
    #[cfg(feature = "duplicates")]
    KeyField,
    #[cfg(feature = "duplicates")]
    KeyTopic,
    #[cfg(feature = "duplicates")]
    KeyScheme,
    #[cfg(feature = "duplicates")]
    Keyless,
}

impl Part {
    /// How many there are at most.
    #[cfg(feature = "schemes")]
    pub(crate) const COUNT: usize = 17;
}

/// What is wrong with a scheme. Made by [`fault!`].
#[derive(Clone, Copy, Debug)]
pub(crate) struct Fault {
    pub(crate) part: Part,
    /// Ends in [`PLACE`], for schemes that are read from a text.
    pub(crate) detail: &'static str,
}

/// What is wrong with a part of a scheme.
macro_rules! fault {
    ($part:expr, $text:literal) => {
        $crate::scheme::fault::Fault { part: $part, detail: concat!($text, " (line #, column #)") }
    };
}
pub(crate) use fault;

impl Fault {
    /// The error for a scheme that was not read from a text.
    pub(crate) const fn into_error(self) -> Error {
        Error::invalid_scheme(self.reason())
    }

    /// What is wrong, without the place.
    pub(crate) const fn reason(self) -> &'static str {
        self.detail.split_at(self.detail.len() - PLACE.len()).0
    }
}
