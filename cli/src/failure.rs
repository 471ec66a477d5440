//! Why a command did not succeed: a refused delivery, or wrong usage or configuration.

use std::fmt;

use hookseal::{Error, ErrorKind};

/// Has a code of the library, so that scripts meet the same words here as anywhere else; but for two of its own.
#[derive(Debug)]
pub(crate) struct Failure {
    kind: ErrorKind,
    /// In the place of the kind's own code: what only a tool that talks to others meets.
    code: Option<&'static str>,
    message: String,
}

impl Failure {
    pub(crate) fn new(kind: ErrorKind, message: impl Into<String>) -> Self {
        Self { kind, code: None, message: message.into() }
    }

    /// The tool was used wrongly, or cannot read what it was pointed at.
    pub(crate) fn argument(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::InvalidArgument, message)
    }

    /// Nobody answers where the tool was pointed at.
    pub(crate) fn unreachable(message: impl Into<String>) -> Self {
        Self { code: Some("unreachable"), ..Self::argument(message) }
    }

    /// What was asked did not do what it was asked for.
    pub(crate) fn refused_elsewhere(message: impl Into<String>) -> Self {
        Self { code: Some("refused_elsewhere"), ..Self::argument(message) }
    }

    /// An error of the library about what the option, variable or file `origin` gave.
    pub(crate) fn about(origin: &impl fmt::Display, error: &Error) -> Self {
        Self::new(error.kind(), format!("{origin}: {error}"))
    }

    pub(crate) const fn kind(&self) -> ErrorKind {
        self.kind
    }

    pub(crate) const fn code(&self) -> &'static str {
        match self.code {
            Some(code) => code,
            None => self.kind.code(),
        }
    }

    pub(crate) const fn status(&self) -> u16 {
        self.kind.status()
    }

    /// Whether a delivery was judged and refused. Otherwise nothing was judged: status 500 is the caller's own fault.
    pub(crate) const fn is_refusal(&self) -> bool {
        self.status() != 500
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self::new(error.kind(), error.to_string())
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}
