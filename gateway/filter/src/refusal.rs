//! What a refused request is answered.

use alloc::format;
use alloc::string::String;

use hookseal::Error;

/// Why a request was refused, and the answer to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Refusal {
    code: &'static str,
    status: u16,
    /// Whether the answer says the code.
    shows_code: bool,
}

impl Refusal {
    /// No rule covers the path.
    pub(crate) const NO_RULE: Self = Self::new("no_rule", 404);
    /// The path could mean another one to the backend.
    pub(crate) const INVALID_PATH: Self = Self::new("invalid_path", 400);
    /// The request asks for another protocol, in which nothing would be verified.
    pub(crate) const UPGRADE: Self = Self::new("upgrade_refused", 400);
    /// The filter has no configuration that it can use: what a front end answers to every request then.
    pub const NOT_CONFIGURED: Self = Self::new("invalid_configuration", 500);
    /// The proxy did not hand over the whole body.
    pub const BODY_NOT_READ: Self = Self::new("body_not_read", 400);

    const fn new(code: &'static str, status: u16) -> Self {
        Self { code, status, shows_code: true }
    }

    /// The same, with or without the code in the answer.
    pub(crate) const fn showing_code(self, shows_code: bool) -> Self {
        Self { shows_code, ..self }
    }

    /// The stable word for the reason: a code of [`hookseal::ErrorKind`], or one that `docs/gateway.md` lists.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        self.code
    }

    /// The HTTP status.
    #[must_use]
    pub const fn status(&self) -> u16 {
        self.status
    }

    /// The body of the answer: JSON with the code, or nothing.
    #[must_use]
    pub fn body(&self) -> String {
        if self.shows_code { format!(r#"{{"error":"{}"}}"#, self.code) } else { String::new() }
    }
}

impl From<Error> for Refusal {
    fn from(error: Error) -> Self {
        Self::new(error.code(), error.status())
    }
}
