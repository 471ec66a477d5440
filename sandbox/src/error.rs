//! The sandbox's one error, with what the API answers: a status, a code, and a sentence that says what to do.

use std::fmt;
use std::net::SocketAddr;

/// Why an operation failed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Error {
    status: u16,
    code: &'static str,
    message: String,
}

impl Error {
    pub(crate) fn new(status: u16, code: &'static str, message: impl Into<String>) -> Self {
        Self { status, code, message: message.into() }
    }

    /// An invalid field or option.
    pub(crate) fn invalid(field: &str, why: &str) -> Self {
        Self::new(400, "invalid_argument", format!("{field}: {why}"))
    }

    pub(crate) fn not_found(what: &str) -> Self {
        Self::new(404, "not_found", format!("no such {what}"))
    }

    /// The disk, the database or the network failed; nothing was lost, and the call can be repeated.
    pub(crate) fn unavailable(message: impl Into<String>) -> Self {
        Self::new(503, "unavailable", message)
    }

    /// Another program has the address, or this machine has no such address.
    pub(crate) fn address_unavailable(address: SocketAddr, error: &std::io::Error) -> Self {
        Self::new(503, "address_unavailable", format!("cannot listen on {address}: {error}"))
    }

    /// The HTTP status of a response with this error.
    #[must_use]
    pub const fn status(&self) -> u16 {
        self.status
    }

    /// The stable code.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        self.code
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Error {}

impl From<rusqlite::Error> for Error {
    fn from(error: rusqlite::Error) -> Self {
        use rusqlite::ErrorCode::{DatabaseBusy, DatabaseLocked, DiskFull};
        let why = match error.sqlite_error_code() {
            Some(DiskFull) => {
                "the disk is full; nothing was lost, and the sandbox continues once there is space".to_owned()
            }
            Some(DatabaseBusy | DatabaseLocked) => "another program has locked it; close that program".to_owned(),
            _ => error.to_string(),
        };
        Self::unavailable(format!("the database failed: {why}"))
    }
}
