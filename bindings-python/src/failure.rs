//! What can go wrong, and how Python hears of it.

use hookseal::{Error, ErrorKind};
use pyo3::exceptions::{PyException, PyTypeError};
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::PyType;

/// Why there is no answer.
pub(crate) enum Failure {
    /// What the core says.
    Core(Error),
    /// What is said here, of an argument that the core cannot be asked about.
    Argument { kind: ErrorKind, message: String, cause: Option<PyErr> },
    /// Something that was raised while an argument was looked at.
    Raised(PyErr),
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self::Core(error)
    }
}

impl From<PyErr> for Failure {
    fn from(raised: PyErr) -> Self {
        Self::Raised(raised)
    }
}

/// An argument of the caller's own that cannot be used.
pub(crate) fn invalid_argument(message: impl Into<String>) -> Failure {
    Failure::Argument { kind: ErrorKind::InvalidArgument, message: message.into(), cause: None }
}

/// The same, because of what was raised when it was looked at.
pub(crate) fn unreadable(message: &str, raised: PyErr) -> Failure {
    Failure::Argument { kind: ErrorKind::InvalidArgument, message: message.to_owned(), cause: Some(raised) }
}

impl Failure {
    /// The error as its kind and its text. What the caller's own objects raise is an argument that cannot be used; but
    /// an interrupt, or whatever else is no `Exception`, stays what it is.
    pub(crate) fn explain(self, py: Python<'_>) -> PyResult<(ErrorKind, String, Option<PyErr>)> {
        let (kind, message, cause) = match self {
            Self::Core(error) => (error.kind(), error.to_string(), None),
            Self::Argument { kind, message, cause } => (kind, message, cause),
            Self::Raised(raised) => {
                let message = "an argument could not be read; see the cause".to_owned();
                (ErrorKind::InvalidArgument, message, Some(raised))
            }
        };
        match cause {
            Some(raised) if !raised.is_instance_of::<PyException>(py) => Err(raised),
            cause => Ok((kind, message, cause)),
        }
    }

    /// As what is raised in Python.
    pub(crate) fn raise(self, py: Python<'_>) -> PyErr {
        let raised = || {
            let (kind, message, cause) = self.explain(py)?;
            let error = PyErr::from_value(class(py)?.call1((kind.code(), message))?);
            if cause.is_some() {
                error.set_cause(py, cause);
            }
            Ok(error)
        };
        raised().unwrap_or_else(|raised| raised)
    }
}

/// `hookseal.WebhookVerificationError`. It is written in Python: the stable interface of Python 3.10 has no way to derive
/// from a built-in exception.
fn class(py: Python<'_>) -> PyResult<&Bound<'_, PyType>> {
    static CLASS: PyOnceLock<Py<PyType>> = PyOnceLock::new();
    CLASS.import(py, "hookseal._errors", "WebhookVerificationError")
}

/// What pickling ends in: the copy of a verifier would carry its secrets about, and that of a delivery could be forged.
pub(crate) fn unpicklable(what: &str, instead: &str) -> PyErr {
    PyTypeError::new_err(format!("a {what} cannot be pickled: {instead}"))
}
