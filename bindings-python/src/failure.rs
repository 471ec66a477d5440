//! What can go wrong, and how it is raised in Python.

use hookseal::{Error, ErrorKind};
use pyo3::exceptions::{PyException, PyTypeError};
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::PyType;

/// Why a call failed.
pub(crate) enum Failure {
    /// An error of the core.
    Core(Error),
    /// An argument that cannot be converted for the core.
    Argument { kind: ErrorKind, message: String, cause: Option<PyErr> },
    /// An exception that was raised while an argument was read.
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

/// An argument of the caller that cannot be used.
pub(crate) fn invalid_argument(message: impl Into<String>) -> Failure {
    Failure::Argument { kind: ErrorKind::InvalidArgument, message: message.into(), cause: None }
}

/// The same, with the exception that was raised when the argument was read as its cause.
pub(crate) fn invalid_argument_from(message: &str, raised: PyErr) -> Failure {
    Failure::Argument { kind: ErrorKind::InvalidArgument, message: message.to_owned(), cause: Some(raised) }
}

/// An argument of another type than the expected ones. Nothing of the value is shown: it may be a secret.
pub(crate) fn wrong_type(expected: &str, value: &Bound<'_, PyAny>) -> Failure {
    invalid_argument(format!("{expected}, but this is {}", type_of(value)))
}

/// What a value of an unexpected type is, for error messages.
pub(crate) fn type_of(value: &Bound<'_, PyAny>) -> String {
    if value.is_none() {
        return "None".to_owned();
    }
    let name = value.get_type().name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    if is_awaitable(value) { format!("a {name} that was not awaited") } else { format!("of type {name}") }
}

/// Whether a value is a coroutine, or something else to be awaited.
pub(crate) fn is_awaitable(value: &Bound<'_, PyAny>) -> bool {
    matches!(value.getattr_opt(intern!(value.py(), "__await__")), Ok(Some(_)))
}

/// For a body that is `None`. A request alone can cause this, so it is not an error of the caller.
pub(crate) fn body_not_read() -> Failure {
    let message = format!("{}: {NO_BODY}", Error::from(ErrorKind::BodyNotRead));
    Failure::Argument { kind: ErrorKind::BodyNotRead, message, cause: None }
}

const NO_BODY: &str = "it is None, as in AWS Lambda for a request without a body; pass the raw bytes";

impl Failure {
    /// The error's kind, text and cause. An exception from the caller's objects becomes `invalid_argument`; an
    /// interrupt, or anything else that is not an `Exception`, is raised unchanged.
    pub(crate) fn into_parts(self, py: Python<'_>) -> PyResult<(ErrorKind, String, Option<PyErr>)> {
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

    /// The exception to raise in Python.
    pub(crate) fn raise(self, py: Python<'_>) -> PyErr {
        let raised = || {
            let (kind, message, cause) = self.into_parts(py)?;
            let error = PyErr::from_value(error_class(py)?.call1((kind.code(), message))?);
            if cause.is_some() {
                error.set_cause(py, cause);
            }
            Ok(error)
        };
        raised().unwrap_or_else(|raised| raised)
    }
}

/// `hookseal.WebhookVerificationError`. It is written in Python, because the stable ABI of Python 3.10 cannot derive a
/// class from a built-in exception.
fn error_class(py: Python<'_>) -> PyResult<&Bound<'_, PyType>> {
    static CLASS: PyOnceLock<Py<PyType>> = PyOnceLock::new();
    CLASS.import(py, "hookseal._errors", "WebhookVerificationError")
}

/// The error of pickling: a pickled verifier would expose its secrets, and a pickled delivery could be forged.
pub(crate) fn unpicklable(what: &str, instead: &str) -> PyErr {
    PyTypeError::new_err(format!("a {what} cannot be pickled: {instead}"))
}
