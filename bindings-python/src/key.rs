//! The key of a delivery.

use std::collections::hash_map::DefaultHasher;
use std::hash::{Hash as _, Hasher as _};

use pyo3::prelude::*;
use pyo3::types::PyType;

use crate::failure::{Failure, wrong_type};
use crate::settings::Unicode;

/// By what duplicates of a delivery are recognized: the scheme, "contio" for both of its variants, and an id that is
/// the same in every delivery of one event. `delivery.key` returns it; `DeliveryKey(scheme, id)` is the key of an event
/// whose id is known, for tools.
///
/// The id is what the sender signed as its id, or a digest: "sha256-" and 64 hex digits.
#[pyclass(module = "hookseal", frozen, eq)]
#[derive(PartialEq)]
pub(crate) struct DeliveryKey {
    key: hookseal::DeliveryKey,
}

impl DeliveryKey {
    pub(crate) fn new(key: hookseal::DeliveryKey) -> Self {
        Self { key }
    }
}

#[pymethods]
impl DeliveryKey {
    #[new]
    fn make(py: Python<'_>, scheme: &Bound<'_, PyAny>, id: &Bound<'_, PyAny>) -> PyResult<Self> {
        let make = || {
            let scheme = text("scheme", scheme)?;
            let id = text("id", id)?;
            Ok(Self { key: hookseal::DeliveryKey::of_id(scheme.as_str(), id.as_str()) })
        };
        make().map_err(|failure: Failure| failure.raise(py))
    }

    /// The name of the scheme; "contio" for both of its variants.
    #[getter]
    fn scheme(&self) -> &str {
        self.key.scheme()
    }

    /// The id of the event within its scheme: at most 200 visible ASCII characters.
    #[getter]
    fn id(&self) -> &str {
        self.key.id()
    }

    /// The text under which a store keeps this key: the scope, the scheme and the id, each after its length. `scope` is
    /// the name of the endpoint or tenant whose secret verified the delivery: one tenant could otherwise sign another's
    /// id. At most 612 ASCII characters; str(key) is the text without a scope.
    #[pyo3(signature = (scope = None), text_signature = "(self, /, scope='')")]
    fn text(&self, py: Python<'_>, scope: Option<&Bound<'_, PyAny>>) -> PyResult<String> {
        let write = || {
            let scope = scope.map(|scope| text("scope", scope)).transpose()?;
            Ok(self.key.text(scope.as_ref().map_or("", Unicode::as_str)))
        };
        write().map_err(|failure: Failure| failure.raise(py))
    }

    fn __str__(&self) -> String {
        self.key.to_string()
    }

    fn __repr__(&self) -> String {
        format!("hookseal.DeliveryKey({:?}, {:?})", self.scheme(), self.id())
    }

    fn __hash__(&self) -> u64 {
        let mut hasher = DefaultHasher::new();
        (self.scheme(), self.id()).hash(&mut hasher);
        hasher.finish()
    }

    fn __copy__(slf: Py<Self>) -> Py<Self> {
        slf
    }

    fn __deepcopy__(slf: Py<Self>, _memo: &Bound<'_, PyAny>) -> Py<Self> {
        slf
    }

    /// A key may cross to other processes: it is no verdict.
    fn __reduce__<'py>(slf: &Bound<'py, Self>) -> (Bound<'py, PyType>, (String, String)) {
        let key = slf.get();
        (slf.get_type(), (key.scheme().to_owned(), key.id().to_owned()))
    }
}

fn text<'py>(name: &str, value: &Bound<'py, PyAny>) -> Result<Unicode<'py>, Failure> {
    Unicode::read(value).ok_or_else(|| wrong_type(&format!("{name} must be a str without lone surrogates"), value))
}
