//! The answer to a delivery that is refused.

use std::fmt;

use hookseal::Error;
use http::{Response, StatusCode, header};

/// A delivery that was refused, and the answer to it: the error's status, and `{"error": code}` as JSON.
///
/// Handlers can return it: `?` makes one of every [`Error`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Refusal(Error);

impl Refusal {
    /// Why the delivery was refused.
    #[must_use]
    pub const fn error(&self) -> &Error {
        &self.0
    }

    /// The status to answer with.
    #[must_use]
    pub fn status(&self) -> StatusCode {
        StatusCode::from_u16(self.0.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
    }

    /// The body to answer with, in JSON.
    #[must_use]
    pub fn body(&self) -> String {
        // Codes are lower-case words.
        format!(r#"{{"error":"{}"}}"#, self.0.code())
    }

    /// The whole answer.
    #[must_use]
    pub fn response<B: From<String>>(&self) -> Response<B> {
        let mut response = Response::new(self.body().into());
        *response.status_mut() = self.status();
        let json = header::HeaderValue::from_static("application/json");
        response.headers_mut().insert(header::CONTENT_TYPE, json);
        response
    }
}

impl From<Error> for Refusal {
    fn from(error: Error) -> Self {
        Self(error)
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl std::error::Error for Refusal {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        Some(&self.0)
    }
}
