//! A delivery that is genuine and fresh.

use hookseal::{Delivery as Verified, Error, UnixTime, check_json};
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyString};

use crate::failure::{Failure, unpicklable};
use crate::json;
use crate::verifier::aside;

/// A delivery that is genuine and fresh. Only a verifier makes one.
#[pyclass(module = "hookseal", frozen)]
pub(crate) struct Delivery {
    facts: Facts,
    body: Py<PyBytes>,
}

/// What a verification found out.
pub(crate) struct Facts {
    scheme: String,
    timestamp: Option<i64>,
    secret_index: usize,
    id: Option<String>,
    /// Whether deliveries of this scheme carry a Contio envelope.
    has_envelope: bool,
    /// Whether it was read already, because the verdict depends on it.
    has_read_envelope: bool,
}

impl Facts {
    pub(crate) fn of(verified: &Verified<'_>) -> Self {
        Self {
            scheme: verified.scheme().to_owned(),
            timestamp: verified.timestamp().map(UnixTime::as_secs),
            secret_index: verified.secret_index(),
            id: verified.id().map(str::to_owned),
            has_envelope: verified.has_envelope(),
            has_read_envelope: verified.has_read_envelope(),
        }
    }
}

impl Delivery {
    pub(crate) fn new(facts: Facts, body: Bound<'_, PyBytes>) -> Self {
        Self { facts, body: body.unbind() }
    }

    fn read_event<'py>(&self, py: Python<'py>) -> Result<Bound<'py, PyAny>, Failure> {
        let body = self.body.bind(py).as_bytes();
        aside(py, body.len(), || check_envelope(body, self.facts.has_read_envelope))?;
        json::read(py, body)
    }

    fn read_json<'py>(&self, py: Python<'py>) -> Result<Bound<'py, PyAny>, Failure> {
        let body = self.body.bind(py).as_bytes();
        aside(py, body.len(), || check_json(body))?;
        json::read(py, body)
    }
}

#[pymethods]
impl Delivery {
    /// The name of the scheme; for "contio" that of the form it had, "contio-timestamped" or "contio-body".
    #[getter]
    fn scheme(&self) -> &str {
        &self.facts.scheme
    }

    /// Whether deliveries of this scheme carry a Contio envelope, which event() reads.
    #[getter]
    fn has_envelope(&self) -> bool {
        self.facts.has_envelope
    }

    /// When it was signed, in Unix seconds; for "contio-body" when its event happened; None if the scheme signs no time.
    #[getter]
    fn timestamp(&self) -> Option<i64> {
        self.facts.timestamp
    }

    /// Which of the verifier's secrets made the signature, from 0.
    #[getter]
    fn secret_index(&self) -> usize {
        self.facts.secret_index
    }

    /// What duplicates are told by: the signed id of Standard Webhooks and Svix, Contio's event_id; None for the others,
    /// which sign no id.
    ///
    /// Raises WebhookVerificationError, for Contio: what event() raises.
    #[getter]
    fn id<'py>(&self, py: Python<'py>) -> PyResult<Option<Bound<'py, PyAny>>> {
        match &self.facts {
            Facts { id: Some(id), .. } => Ok(Some(PyString::new(py, id).into_any())),
            Facts { has_envelope: true, .. } => self.event(py)?.get_item(intern!(py, "event_id")).map(Some),
            _ => Ok(None),
        }
    }

    /// The raw body.
    #[getter]
    fn body(&self, py: Python<'_>) -> Py<PyBytes> {
        self.body.clone_ref(py)
    }

    /// The body as JSON, whatever it holds; new objects each time. Integers may have any number of digits. Of a name that
    /// comes twice in an object the last value counts, and half of a surrogate pair is U+FFFD.
    ///
    /// Raises WebhookVerificationError: malformed_envelope if it is not JSON in UTF-8, without a byte order mark and of at
    /// most 64 levels.
    fn json<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        self.read_json(py).map_err(|failure| failure.raise(py))
    }

    /// The Contio event in the body, as a dict that is new each time. The body is strictly checked first: UTF-8, one JSON
    /// object, no envelope field twice, the required ones present and of their type.
    ///
    /// Raises WebhookVerificationError: malformed_envelope, missing_field or invalid_field.
    fn event<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        self.read_event(py).map_err(|failure| failure.raise(py))
    }

    fn __repr__(&self, py: Python<'_>) -> String {
        let Facts { scheme, timestamp, secret_index, .. } = &self.facts;
        let timestamp = timestamp.map_or("None".to_owned(), |timestamp| timestamp.to_string());
        let bytes = self.body.bind(py).as_bytes().len();
        format!(
            "<hookseal.Delivery scheme={scheme:?} timestamp={timestamp} secret_index={secret_index} of {bytes} bytes>"
        )
    }

    fn __copy__(slf: Py<Self>) -> Py<Self> {
        slf
    }

    fn __deepcopy__(slf: Py<Self>, _memo: &Bound<'_, PyAny>) -> Py<Self> {
        slf
    }

    fn __reduce__(&self) -> PyResult<()> {
        Err(unpicklable("Delivery", "pass on its event() or its body"))
    }
}

/// Has the core judge the envelope in a body, unless that was part of the verdict.
pub(crate) fn check_envelope(body: &[u8], was_read: bool) -> Result<(), Error> {
    if was_read { Ok(()) } else { Verified::recheck_envelope(body) }
}
