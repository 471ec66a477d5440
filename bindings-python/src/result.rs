//! A verdict as a value.

use hookseal::ErrorKind;
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;

use crate::failure::{Failure, unpicklable};

/// A verdict as a value: truthy if the delivery is genuine, fresh and well formed, and falsy if it is not.
#[pyclass(module = "hookseal", frozen, eq, hash)]
#[derive(Debug, PartialEq, Eq, Hash)]
pub(crate) struct VerificationResult {
    refusal: Option<Refusal>,
}

#[derive(Debug, PartialEq, Eq, Hash)]
struct Refusal {
    kind: ErrorKind,
    message: String,
}

impl VerificationResult {
    /// All valid deliveries share one object.
    pub(crate) fn valid(py: Python<'_>) -> PyResult<Py<Self>> {
        static VALID: PyOnceLock<Py<VerificationResult>> = PyOnceLock::new();
        Ok(VALID.get_or_try_init(py, || Py::new(py, Self { refusal: None }))?.clone_ref(py))
    }

    pub(crate) fn refused(py: Python<'_>, failure: Failure) -> PyResult<Py<Self>> {
        let (kind, message, _) = failure.into_parts(py)?;
        Py::new(py, Self { refusal: Some(Refusal { kind, message }) })
    }
}

#[pymethods]
impl VerificationResult {
    /// Whether the delivery is valid. bool(result) is the same.
    #[getter]
    fn is_valid(&self) -> bool {
        self.refusal.is_none()
    }

    /// Why it is not, as a stable code that is the same in every language; None if it is valid.
    #[getter]
    fn code(&self) -> Option<&'static str> {
        self.refusal.as_ref().map(|refusal| refusal.kind.code())
    }

    /// Why it is not, for people; None if it is valid. It never shows a secret, a signature or any part of the body.
    #[getter]
    fn error(&self) -> Option<&str> {
        self.refusal.as_ref().map(|refusal| refusal.message.as_str())
    }

    fn __bool__(&self) -> bool {
        self.is_valid()
    }

    fn __repr__(&self) -> String {
        match self.code() {
            None => "<hookseal.VerificationResult is_valid=True>".to_owned(),
            Some(code) => format!("<hookseal.VerificationResult is_valid=False code='{code}'>"),
        }
    }

    fn __copy__(slf: Py<Self>) -> Py<Self> {
        slf
    }

    fn __deepcopy__(slf: Py<Self>, _memo: &Bound<'_, PyAny>) -> Py<Self> {
        slf
    }

    fn __reduce__(&self) -> PyResult<()> {
        Err(unpicklable("VerificationResult", "pass on its is_valid, code and error"))
    }
}
