//! Schemes of senders that sign the URL of their webhook.

use pyo3::prelude::*;

use crate::failure::Failure;
use crate::scheme::{Scheme, text};

/// Square's scheme, for the notification URL of the subscription, exactly as it is configured there. Square signs the
/// URL, so it is never taken from the request.
///
/// Raises WebhookVerificationError: invalid_scheme.
#[pyfunction]
pub(crate) fn square(py: Python<'_>, url: &Bound<'_, PyAny>) -> PyResult<Scheme> {
    signed_url("square", url).map_err(|failure| failure.raise(py))
}

/// HubSpot's scheme, signatures of version 3, for the target URL as HubSpot signs it, which is with :/?@!$'()*,; in place
/// of their percent-encoding. The secret is the app's client secret.
///
/// Raises WebhookVerificationError: invalid_scheme.
#[pyfunction]
pub(crate) fn hubspot(py: Python<'_>, url: &Bound<'_, PyAny>) -> PyResult<Scheme> {
    signed_url("hubspot", url).map_err(|failure| failure.raise(py))
}

fn signed_url(name: &str, url: &Bound<'_, PyAny>) -> Result<Scheme, Failure> {
    Ok(Scheme::of(hookseal::Scheme::signed_url_preset(name, text("url", url)?.as_str())?))
}
