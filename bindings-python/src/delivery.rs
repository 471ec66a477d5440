//! A delivery that is genuine and fresh.

use std::sync::Arc;

use hookseal::{HeaderLookup, UnixTime, check_envelope, check_json};
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyString};

use crate::failure::{Failure, unpicklable};
use crate::gil::without_gil;
use crate::json;
use crate::key::DeliveryKey;

/// A delivery that is genuine and fresh. Only a verifier creates one.
#[pyclass(module = "hookseal", frozen)]
pub(crate) struct Delivery {
    metadata: Metadata,
    body: Py<PyBytes>,
    /// What the key is made from besides the id and the body.
    key_scheme: Arc<hookseal::Scheme>,
    key_topic: Option<Vec<u8>>,
}

/// What the core says of a delivery besides its body; it can be built without the GIL.
pub(crate) struct Metadata {
    scheme: String,
    timestamp: Option<i64>,
    secret_index: usize,
    id: Option<String>,
    has_envelope: bool,
    /// Whether the verdict included the envelope, which then need not be checked again.
    has_read_envelope: bool,
}

impl Metadata {
    pub(crate) fn of(delivery: &hookseal::Delivery<'_, '_>) -> Self {
        Self {
            scheme: delivery.scheme().to_owned(),
            timestamp: delivery.timestamp().map(UnixTime::as_secs),
            secret_index: delivery.secret_index(),
            id: delivery.id().map(str::to_owned),
            has_envelope: delivery.has_envelope(),
            has_read_envelope: delivery.has_read_envelope(),
        }
    }
}

impl Delivery {
    pub(crate) fn new(
        metadata: Metadata,
        body: Bound<'_, PyBytes>,
        key_scheme: Arc<hookseal::Scheme>,
        key_topic: Option<Vec<u8>>,
    ) -> Self {
        Self { metadata, body: body.unbind(), key_scheme, key_topic }
    }

    fn read_event<'py>(&self, py: Python<'py>) -> Result<Bound<'py, PyAny>, Failure> {
        let body = self.body.bind(py).as_bytes();
        if !self.metadata.has_read_envelope {
            without_gil(py, body.len(), || check_envelope(body, self.metadata.has_envelope))?;
        }
        json::read(py, body)
    }

    fn read_json<'py>(&self, py: Python<'py>) -> Result<Bound<'py, PyAny>, Failure> {
        let body = self.body.bind(py).as_bytes();
        without_gil(py, body.len(), || check_json(body))?;
        json::read(py, body)
    }
}

#[pymethods]
impl Delivery {
    /// The name of the scheme; for "contio" that of the variant that the delivery follows, "contio-timestamped" or
    /// "contio-body".
    #[getter]
    fn scheme(&self) -> &str {
        &self.metadata.scheme
    }

    /// Whether deliveries of this scheme carry a Contio envelope, which event() reads.
    #[getter]
    fn has_envelope(&self) -> bool {
        self.metadata.has_envelope
    }

    /// When it was signed, in Unix seconds; for "contio-body", when its event happened; None if the scheme signs no
    /// time.
    #[getter]
    fn timestamp(&self) -> Option<i64> {
        self.metadata.timestamp
    }

    /// The index, from 0, of the first of the verifier's secrets that matched the signature.
    #[getter]
    fn secret_index(&self) -> usize {
        self.metadata.secret_index
    }

    /// The id by which duplicates are recognized: the signed id of Standard Webhooks and Svix, or Contio's event_id;
    /// None for the others, which sign no id.
    ///
    /// Raises WebhookVerificationError, for Contio, whenever event() does.
    #[getter]
    fn id<'py>(&self, py: Python<'py>) -> PyResult<Option<Bound<'py, PyAny>>> {
        match &self.metadata {
            Metadata { id: Some(id), .. } => Ok(Some(PyString::new(py, id).into_any())),
            Metadata { has_envelope: true, .. } => self.event(py)?.get_item(intern!(py, "event_id")).map(Some),
            _ => Ok(None),
        }
    }

    /// By what duplicates are recognized: the same for every delivery of one event, and made only from what is signed
    /// (for "shopify" also from the topic). None for a delivery with an empty body, and for the request with which
    /// Slack checks the receiver's address: handle those each time. The body is read at each call.
    #[getter]
    fn key(&self, py: Python<'_>) -> Option<DeliveryKey> {
        let body = self.body.bind(py).as_bytes();
        let topic = self.key_topic.as_deref().map_or(HeaderLookup::Missing, HeaderLookup::Once);
        let id = self.metadata.id.as_deref();
        without_gil(py, body.len(), || hookseal::DeliveryKey::of_verified(&self.key_scheme, id, topic, body))
            .map(DeliveryKey::new)
    }

    /// The raw body.
    #[getter]
    fn body(&self, py: Python<'_>) -> Py<PyBytes> {
        self.body.clone_ref(py)
    }

    /// The body as JSON, whatever its type; new objects each time. Integers may have any number of digits. If a name
    /// occurs twice in an object, the last value counts, and half of a surrogate pair becomes U+FFFD.
    ///
    /// Raises WebhookVerificationError: malformed_envelope if it is not JSON in UTF-8, without a byte order mark and of
    /// at most 64 levels.
    fn json<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        self.read_json(py).map_err(|failure| failure.raise(py))
    }

    /// The Contio event in the body, as a new dict each time. The body is strictly checked first: UTF-8, one JSON
    /// object, no envelope field twice, the required ones present and of their type.
    ///
    /// Raises WebhookVerificationError: malformed_envelope, missing_field or invalid_field.
    fn event<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        self.read_event(py).map_err(|failure| failure.raise(py))
    }

    fn __repr__(&self, py: Python<'_>) -> String {
        let Metadata { scheme, timestamp, secret_index, .. } = &self.metadata;
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
