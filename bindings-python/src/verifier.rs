//! The class that verifies deliveries.

use std::sync::Arc;
use std::time::Duration;

use hookseal::{Error, UnixTime, Verifier};
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::{PyTraverseError, PyVisit};

use crate::delivery::{Delivery, Metadata};
use crate::failure::{Failure, unpicklable, wrong_type};
use crate::gil::without_gil;
use crate::json;
use crate::result::VerificationResult;
use crate::scheme;
use crate::settings::{self, Clock, OrDefault};
use crate::values::{Body, HeaderValues};

/// The limit of bodies in the adapters unless `max_body` is set: 1 MiB.
const DEFAULT_MAX_BODY: usize = 1 << 20;

/// Decides whether deliveries are genuine, fresh and well formed, with one scheme and prepared secrets.
///
/// `secrets` is the endpoint's secret, or during a rotation a list of all live ones, at most 8. Pass text as the sender
/// shows it; bytes are the key itself. `scheme` is the sender's: "contio", "contio-timestamped", "contio-body",
/// "standard-webhooks", "svix", "stripe", "github", "slack", "shopify", or a hookseal.Scheme.
///
/// In seconds: `max_age`, how long ago a delivery may have been signed; `max_skew`, how far in the future it may be
/// dated; `max_event_age`, how long ago the event of a "contio-body" delivery may have happened. Each may be None, for
/// no limit. `max_body` is the most bytes that a body may have: by default 4 GiB minus one, which is also the maximum,
/// and 1 MiB in the adapters. `once` is a hookseal.once.Once with a durable store, which remembers events: those that
/// happened since it was made may then be as old as it keeps them, less `max_skew`. `now` is the current time in Unix
/// seconds, or a function that returns it; by default the system clock.
///
/// Make one and keep it: preparing a secret takes longer than verifying a small delivery. It is immutable, and any
/// number of threads may share it.
///
/// Raises WebhookVerificationError: invalid_secret, invalid_scheme or invalid_argument.
#[pyclass(module = "hookseal", frozen)]
pub(crate) struct WebhookVerifier {
    core: Verifier,
    /// For the keys of deliveries, which may outlive this.
    scheme: Arc<hookseal::Scheme>,
    clock: Clock,
    max_body: Option<usize>,
    secrets: usize,
}

#[pymethods]
impl WebhookVerifier {
    #[new]
    #[pyo3(
        signature = (
            secrets, *, scheme = OrDefault::DEFAULT, max_age = OrDefault::DEFAULT, max_skew = OrDefault::DEFAULT,
            max_event_age = OrDefault::DEFAULT, max_body = None, once = None, now = None,
        ),
        text_signature = "(secrets, *, scheme='contio', max_age=300, max_skew=300, max_event_age=86400, max_body=None, \
            once=None, now=None)"
    )]
    #[allow(clippy::too_many_arguments, clippy::needless_pass_by_value)] // keyword arguments, passed by value by pyo3
    fn new<'py>(
        py: Python<'py>,
        secrets: &Bound<'py, PyAny>,
        scheme: OrDefault<'py>,
        max_age: OrDefault<'py>,
        max_skew: OrDefault<'py>,
        max_event_age: OrDefault<'py>,
        max_body: Option<&Bound<'py, PyAny>>,
        once: Option<&Bound<'py, PyAny>>,
        now: Option<&Bound<'py, PyAny>>,
    ) -> PyResult<Self> {
        let make = || {
            let mut builder = Verifier::builder(scheme::from_argument(&scheme)?);
            let mut count = 0;
            for secret in settings::secrets(secrets)? {
                builder = secret.with(|secret| builder.secret(secret))?;
                count += 1;
            }
            if let Some(limit) = settings::seconds("max_age", &max_age)? {
                builder = builder.max_age(limit);
            }
            if let Some(limit) = settings::seconds("max_skew", &max_skew)? {
                builder = builder.max_skew(limit);
            }
            if let Some(limit) = settings::seconds("max_event_age", &max_event_age)? {
                builder = builder.max_event_age(limit);
            }
            let max_body = settings::bytes("max_body", max_body)?;
            if let Some(limit) = max_body {
                builder = builder.max_body(limit);
            }
            if let Some(once) = once.filter(|once| !once.is_none()) {
                let (kept, since) = remembered(once)?;
                builder = builder.remembered_events(kept, since);
            }
            let clock = settings::clock(now)?;
            let core = builder.build()?;
            let scheme = Arc::new(*core.scheme());
            Ok(Self { core, scheme, clock, max_body, secrets: count })
        };
        make().map_err(|failure: Failure| failure.raise(py))
    }

    /// The most bytes of a body that an adapter reads: the `max_body` that was set, or 1 MiB.
    #[getter]
    fn max_body(&self) -> usize {
        self.max_body.unwrap_or(DEFAULT_MAX_BODY)
    }

    /// The name of the scheme.
    #[getter]
    fn scheme(&self) -> &str {
        self.core.scheme().name()
    }

    /// Verifies one delivery from its headers and its raw body, the bytes that were received over the wire.
    ///
    /// `headers` is a mapping, such as request.headers in Django, Flask or Starlette, or pairs of names and values.
    /// Names are case-insensitive; names and values are str or bytes.
    ///
    /// Raises WebhookVerificationError, whose code says why the delivery was refused.
    fn verify<'py>(
        &self,
        py: Python<'py>,
        headers: &Bound<'py, PyAny>,
        body: &Bound<'py, PyAny>,
    ) -> PyResult<Delivery> {
        self.deliver(py, headers, body).map_err(|failure| failure.raise(py))
    }

    /// Verifies a body with the values of its signature and timestamp headers. It never raises for bad input: the
    /// result says what is wrong, and is truthy if the delivery is valid and falsy if it is not.
    ///
    /// For schemes that also sign an id, use verify.
    #[pyo3(signature = (body, signature, timestamp = None))]
    fn verify_signature<'py>(
        &self,
        py: Python<'py>,
        body: &Bound<'py, PyAny>,
        signature: &Bound<'py, PyAny>,
        timestamp: Option<&Bound<'py, PyAny>>,
    ) -> PyResult<Py<VerificationResult>> {
        let verify = || {
            let values = HeaderValues::of(signature, timestamp)?;
            self.verify_then(py, &values, &Body::read(body, self.max_body)?, |_| Ok(()))
        };
        match verify() {
            Ok(()) => VerificationResult::valid(py),
            Err(failure) => VerificationResult::refused(py, failure),
        }
    }

    /// Verifies a body with the values of its signature and timestamp headers, and returns its event, a dict.
    ///
    /// Raises WebhookVerificationError, whose code says why the delivery was refused.
    #[pyo3(signature = (body, signature, timestamp = None))]
    fn parse_webhook<'py>(
        &self,
        py: Python<'py>,
        body: &Bound<'py, PyAny>,
        signature: &Bound<'py, PyAny>,
        timestamp: Option<&Bound<'py, PyAny>>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let parse = || {
            let values = HeaderValues::of(signature, timestamp)?;
            let body = Body::read(body, self.max_body)?;
            self.verify_then(py, &values, &body, |delivery| delivery.envelope().map(drop))?;
            json::read(py, body.bytes())
        };
        parse().map_err(|failure: Failure| failure.raise(py))
    }

    fn __repr__(&self) -> String {
        format!("<hookseal.WebhookVerifier scheme={:?} with {} secrets>", self.scheme(), self.secrets)
    }

    fn __copy__(slf: Py<Self>) -> Py<Self> {
        slf
    }

    fn __deepcopy__(slf: Py<Self>, _memo: &Bound<'_, PyAny>) -> Py<Self> {
        slf
    }

    fn __reduce__(&self) -> PyResult<()> {
        Err(unpicklable("WebhookVerifier", "it holds secrets; make one in each process"))
    }

    // A clock function may refer back to the verifier, so the garbage collector must see it.
    #[allow(clippy::needless_pass_by_value)] // the signature that pyo3 requires
    fn __traverse__(&self, visit: PyVisit<'_>) -> Result<(), PyTraverseError> {
        match &self.clock {
            Clock::Call(now) => visit.call(now),
            _ => Ok(()),
        }
    }
}

/// How long a store keeps an event, and since when it remembers them. The store raises an error if it is not durable.
pub(crate) fn remembered(once: &Bound<'_, PyAny>) -> Result<(Duration, UnixTime), Failure> {
    let Some(remembered) = once.getattr_opt(intern!(once.py(), "_remembered"))? else {
        return Err(wrong_type("once must be a hookseal.once.Once", once));
    };
    let (kept, since) = remembered.call0()?.extract::<(u64, i64)>()?;
    Ok((Duration::from_secs(kept), UnixTime::from_secs(since)))
}

impl WebhookVerifier {
    /// Verifies a delivery.
    pub(crate) fn deliver<'py>(
        &self,
        py: Python<'py>,
        headers: &Bound<'py, PyAny>,
        body: &Bound<'py, PyAny>,
    ) -> Result<Delivery, Failure> {
        let values = HeaderValues::find(headers, self.core.scheme())?;
        let body = Body::read(body, self.max_body)?;
        let metadata = self.verify_then(py, &values, &body, |delivery| Ok(Metadata::of(delivery)))?;
        Ok(Delivery::new(metadata, body.into_bytes(py), Arc::clone(&self.scheme), values.topic()))
    }

    /// Whether the header with the scheme's signature is present.
    pub(crate) fn is_addressed(&self, headers: &Bound<'_, PyAny>) -> Result<bool, Failure> {
        Ok(HeaderValues::find(headers, self.core.scheme())?.has_signature())
    }

    /// Verifies a delivery and, still without the GIL, passes it to `then`.
    fn verify_then<T: Send>(
        &self,
        py: Python<'_>,
        values: &HeaderValues<'_>,
        body: &Body<'_>,
        then: impl FnOnce(&hookseal::Delivery<'_, '_>) -> Result<T, Error> + Send,
    ) -> Result<T, Failure> {
        let now = self.clock.read(py)?;
        let (core, body) = (&self.core, body.bytes());
        let headers = values.headers(core.scheme());
        Ok(without_gil(py, body.len(), || then(&core.verify(&headers, body, now)?))?)
    }
}
