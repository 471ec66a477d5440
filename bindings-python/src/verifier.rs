//! What deliveries are verified with.

use hookseal::{Delivery as Verified, Error, Verifier};
use pyo3::prelude::*;
use pyo3::{PyTraverseError, PyVisit};

use crate::delivery::{Delivery, Facts, check_envelope};
use crate::failure::{Failure, unpicklable};
use crate::json;
use crate::result::VerificationResult;
use crate::settings::{self, Clock, Given};
use crate::values::{Body, ParsedHeaders};

/// What adapters hold bodies to unless `max_body` says otherwise: 1 MiB.
const DEFAULT_MAX_BODY: usize = 1 << 20;

/// From how many bytes on other threads may run meanwhile. Hashing fewer takes less time than letting them.
const LARGE_BODY: usize = 16 * 1024;

/// Decides whether deliveries are genuine, fresh and well formed, by one scheme and with prepared secrets.
///
/// `secrets` is the endpoint's secret; during a rotation all that are live, at most 8. Text is taken as the sender shows
/// it, bytes are the key itself. `scheme` is the sender's: "contio", "contio-timestamped", "contio-body",
/// "standard-webhooks", "svix", "stripe", "github", "slack", "shopify", or a hookseal.Scheme.
///
/// In seconds: `max_age`, how long ago a delivery may have been signed; `max_skew`, how far ahead of the clock it may be
/// dated; `max_event_age`, how long ago the event of a "contio-body" delivery may have happened, None for any. `max_body`
/// is the most bytes that a body may have: unless said 4 GiB less one, which is the most that it can be, and 1 MiB in the
/// adapters. `now` is the present in Unix seconds, or a function that gives it; the system's clock unless said.
///
/// Make one and keep it: preparing a secret takes longer than verifying a small delivery. It never changes, and any
/// number of threads may use it.
///
/// Raises WebhookVerificationError: invalid_secret, invalid_scheme or invalid_argument.
#[pyclass(module = "hookseal", frozen)]
pub(crate) struct WebhookVerifier {
    core: Verifier,
    clock: Clock,
    max_body: Option<usize>,
    secrets: usize,
}

#[pymethods]
impl WebhookVerifier {
    #[new]
    #[pyo3(
        signature = (
            secrets, *, scheme = Given::DEFAULT, max_age = Given::DEFAULT, max_skew = Given::DEFAULT,
            max_event_age = Given::DEFAULT, max_body = None, now = None,
        ),
        text_signature = "(secrets, *, scheme='contio', max_age=300, max_skew=300, max_event_age=86400, max_body=None, \
            now=None)"
    )]
    #[allow(clippy::too_many_arguments, clippy::needless_pass_by_value)] // they have names, and are pyo3's to hand over
    fn new<'py>(
        py: Python<'py>,
        secrets: &Bound<'py, PyAny>,
        scheme: Given<'py>,
        max_age: Given<'py>,
        max_skew: Given<'py>,
        max_event_age: Given<'py>,
        max_body: Option<&Bound<'py, PyAny>>,
        now: Option<&Bound<'py, PyAny>>,
    ) -> PyResult<Self> {
        let make = || {
            let mut builder = Verifier::builder(settings::scheme(&scheme)?);
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
            if let Some(limit) = settings::seconds_or_none("max_event_age", &max_event_age)? {
                builder = builder.max_event_age(limit);
            }
            let max_body = settings::bytes("max_body", max_body)?;
            if let Some(limit) = max_body {
                builder = builder.max_body(limit);
            }
            let clock = settings::clock(now)?;
            Ok(Self { core: builder.build()?, clock, max_body, secrets: count })
        };
        make().map_err(|failure: Failure| failure.raise(py))
    }

    /// The most bytes that a body may have where it is read for you: what was said, or 1 MiB.
    #[getter]
    fn max_body(&self) -> usize {
        self.max_body.unwrap_or(DEFAULT_MAX_BODY)
    }

    /// The name of the scheme.
    #[getter]
    fn scheme(&self) -> &str {
        self.core.scheme().name()
    }

    /// Verifies one delivery from its headers and its raw body, the bytes that came over the wire.
    ///
    /// `headers` is a mapping, such as request.headers of Django, Flask or Starlette, or pairs of names and values. Names
    /// may be in any case; names and values are str or bytes.
    ///
    /// Raises WebhookVerificationError, with the code that says why it was refused.
    fn verify<'py>(
        &self,
        py: Python<'py>,
        headers: &Bound<'py, PyAny>,
        body: &Bound<'py, PyAny>,
    ) -> PyResult<Delivery> {
        let verify = || {
            let claim = ParsedHeaders::find(headers, self.core.scheme())?;
            let body = Body::read(body, self.max_body)?;
            let facts = self.judge(py, &claim, &body, |verified| Ok(Facts::of(verified)))?;
            Ok(Delivery::new(facts, body.into_bytes(py)))
        };
        verify().map_err(|failure: Failure| failure.raise(py))
    }

    /// Verifies a body by the values of its signature and timestamp headers. Bad input is never raised: what is wrong is
    /// in the result, which is true or false itself.
    ///
    /// For schemes that sign an id too, use verify.
    #[pyo3(signature = (body, signature, timestamp = None))]
    fn verify_signature<'py>(
        &self,
        py: Python<'py>,
        body: &Bound<'py, PyAny>,
        signature: &Bound<'py, PyAny>,
        timestamp: Option<&Bound<'py, PyAny>>,
    ) -> PyResult<Py<VerificationResult>> {
        let verify = || {
            let claim = ParsedHeaders::of(signature, timestamp)?;
            self.judge(py, &claim, &Body::read(body, self.max_body)?, |_| Ok(()))
        };
        match verify() {
            Ok(()) => VerificationResult::valid(py),
            Err(failure) => VerificationResult::refused(py, failure),
        }
    }

    /// Verifies a body by the values of its signature and timestamp headers, and gives its event, a dict.
    ///
    /// Raises WebhookVerificationError, with the code that says why it was refused.
    #[pyo3(signature = (body, signature, timestamp = None))]
    fn parse_webhook<'py>(
        &self,
        py: Python<'py>,
        body: &Bound<'py, PyAny>,
        signature: &Bound<'py, PyAny>,
        timestamp: Option<&Bound<'py, PyAny>>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let parse = || {
            let claim = ParsedHeaders::of(signature, timestamp)?;
            let body = Body::read(body, self.max_body)?;
            self.judge(py, &claim, &body, |verified| check_envelope(verified.body(), verified.has_read_envelope()))?;
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

    // A clock may hold on to what holds on to the verifier.
    #[allow(clippy::needless_pass_by_value)] // as pyo3 has it
    fn __traverse__(&self, visit: PyVisit<'_>) -> Result<(), PyTraverseError> {
        match &self.clock {
            Clock::Call(now) => visit.call(now),
            _ => Ok(()),
        }
    }
}

impl WebhookVerifier {
    /// Has the core judge a delivery, and takes from what it verified.
    fn judge<T: Send>(
        &self,
        py: Python<'_>,
        claim: &ParsedHeaders<'_>,
        body: &Body<'_>,
        take: impl FnOnce(&Verified<'_>) -> Result<T, Error> + Send,
    ) -> Result<T, Failure> {
        let now = self.clock.read(py)?;
        let (core, body) = (&self.core, body.bytes());
        let headers = claim.headers(core.scheme());
        Ok(aside(py, body.len(), || take(&core.verify(&headers, body, now)?))?)
    }
}

/// Does what takes as long as its bytes are many, and lets other threads of Python run meanwhile if they are.
pub(crate) fn aside<T: Send>(py: Python<'_>, bytes: usize, act: impl FnOnce() -> T + Send) -> T {
    if bytes < LARGE_BODY { act() } else { py.detach(act) }
}
