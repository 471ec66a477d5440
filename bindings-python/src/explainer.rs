//! Explains why deliveries were refused.

use hookseal::Scheme;
use hookseal::explain::Explainer;
use pyo3::prelude::*;
use pyo3::types::PyDict;
use pyo3::{PyTraverseError, PyVisit};

use crate::failure::{Failure, unpicklable, wrong_type};
use crate::gil::without_gil;
use crate::json;
use crate::scheme;
use crate::settings::{self, Clock, OrDefault, SecretArgument, Unicode};
use crate::values::{Body, all_headers};
use crate::verifier::remembered;

/// Explains why deliveries were refused, and what to do. Takes the same secrets and options as a WebhookVerifier.
///
/// Unlike a verifier it accepts secrets that cannot be used, because that may be why deliveries are refused.
/// `other_secrets` are secrets that you use for other schemes, by scheme name, to check whether one was mixed up with
/// this endpoint's.
///
/// Raises WebhookVerificationError: invalid_scheme, invalid_argument, or invalid_secret for what is neither str nor
/// bytes.
#[pyclass(module = "hookseal.explain", frozen)]
pub(crate) struct WebhookExplainer {
    core: Explainer,
    clock: Clock,
    scheme: Scheme,
}

#[pymethods]
impl WebhookExplainer {
    #[new]
    #[pyo3(
        signature = (
            secrets, *, scheme = OrDefault::DEFAULT, max_age = OrDefault::DEFAULT, max_skew = OrDefault::DEFAULT,
            max_event_age = OrDefault::DEFAULT, max_body = None, once = None, now = None, other_secrets = None,
        ),
        text_signature = "(secrets, *, scheme='contio', max_age=300, max_skew=300, max_event_age=86400, max_body=None, \
            once=None, now=None, other_secrets=None)"
    )]
    #[allow(clippy::too_many_arguments, clippy::needless_pass_by_value)] // they are keyword arguments, and pyo3 passes them by value
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
        other_secrets: Option<&Bound<'py, PyAny>>,
    ) -> PyResult<Self> {
        let make = || {
            let scheme = scheme::from_argument(&scheme)?;
            let mut core = Explainer::new(scheme);
            for secret in settings::secrets(secrets)? {
                core = secret.with(|secret| core.secret(secret))?;
            }
            if let Some(limit) = settings::seconds("max_age", &max_age)? {
                core = core.max_age(limit);
            }
            if let Some(limit) = settings::seconds("max_skew", &max_skew)? {
                core = core.max_skew(limit);
            }
            if let Some(limit) = settings::seconds("max_event_age", &max_event_age)? {
                core = core.max_event_age(limit);
            }
            if let Some(limit) = settings::bytes("max_body", max_body)? {
                core = core.max_body(limit);
            }
            if let Some(once) = once.filter(|once| !once.is_none()) {
                let (kept, since) = remembered(once)?;
                core = core.remembered_events(kept, since);
            }
            for (name, secret) in other_secrets.map(others).transpose()?.unwrap_or_default() {
                core = secret.with(|secret| core.other_secret(name, secret))?;
            }
            Ok(Self { core, clock: settings::clock(now)?, scheme })
        };
        make().map_err(|failure: Failure| failure.raise(py))
    }

    /// The name of the scheme.
    #[getter]
    fn scheme(&self) -> &str {
        self.scheme.name()
    }

    /// Explains the verdict on one delivery: returns a Report, a dict that is the same in every language. It may be
    /// logged: it contains no secret, no signature and no part of the body.
    ///
    /// It takes up to half a second for a body of 1 MiB, so call it only for a refused delivery.
    ///
    /// Raises WebhookVerificationError: invalid_argument, for headers or a body that cannot be read.
    fn explain<'py>(
        &self,
        py: Python<'py>,
        headers: &Bound<'py, PyAny>,
        body: &Bound<'py, PyAny>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let explain = || {
            let headers = all_headers(headers)?;
            let body = Body::read_any(body)?;
            let now = self.clock.read(py)?;
            let (core, body) = (&self.core, body.bytes());
            let report = without_gil(py, usize::MAX, || core.explain(&headers, body, now).to_json());
            json::read(py, report.as_bytes())
        };
        explain().map_err(|failure: Failure| failure.raise(py))
    }

    fn __repr__(&self) -> String {
        format!("<hookseal.explain.WebhookExplainer scheme={:?}>", self.scheme())
    }

    fn __copy__(slf: Py<Self>) -> Py<Self> {
        slf
    }

    fn __deepcopy__(slf: Py<Self>, _memo: &Bound<'_, PyAny>) -> Py<Self> {
        slf
    }

    fn __reduce__(&self) -> PyResult<()> {
        Err(unpicklable("WebhookExplainer", "it holds secrets; make one in each process"))
    }

    // A clock may refer to objects that refer to the explainer.
    #[allow(clippy::needless_pass_by_value)] // pyo3 requires it
    fn __traverse__(&self, visit: PyVisit<'_>) -> Result<(), PyTraverseError> {
        match &self.clock {
            Clock::Call(now) => visit.call(now),
            _ => Ok(()),
        }
    }
}

/// Reads a dict of schemes and their secrets.
fn others<'py>(given: &Bound<'py, PyAny>) -> Result<Vec<(Scheme, SecretArgument<'py>)>, Failure> {
    const EXPECTED: &str = "other_secrets must be a dict from the names of schemes to secrets";
    let dict = given.cast::<PyDict>().map_err(|_| wrong_type(EXPECTED, given))?;
    let mut others = Vec::new();
    for (name, secret) in dict.iter() {
        let name = Unicode::read(&name).ok_or_else(|| wrong_type(EXPECTED, &name))?;
        let place = format!("other_secrets[{:?}]", name.as_str());
        others.push((Scheme::preset(name.as_str())?, SecretArgument::new(&secret, &place)));
    }
    Ok(others)
}
