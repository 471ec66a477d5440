//! The core for Python: converts arguments, calls the core, converts the answer. Nothing is decided here.
//!
//! Files to read, in order: this one (what the module has), `verifier.rs` (a verification), `values.rs` (where callers
//! keep headers and bodies), `settings.rs` (what they configure), and the classes of what they are given.

// What Python's `help` shows is plain text.
#![allow(clippy::doc_markdown)]

mod delivery;
mod explainer;
mod failure;
mod integer;
mod json;
mod result;
mod scheme;
mod settings;
mod values;
mod verifier;

use pyo3::prelude::*;
use pyo3::types::PyDict;

use crate::failure::{Failure, invalid_argument};
use crate::settings::{Given, OwnSecret, Unicode};
use crate::values::Body;

/// What the Python package `hookseal` is made of; import from there.
#[pymodule]
mod _hookseal {
    #[pymodule_export]
    use super::delivery::Delivery;
    #[pymodule_export]
    use super::explainer::WebhookExplainer;
    #[pymodule_export]
    use super::result::VerificationResult;
    #[pymodule_export]
    use super::scheme::Scheme;
    #[pymodule_export]
    use super::sign;
    #[pymodule_export]
    use super::verifier::WebhookVerifier;

    /// As the package's own metadata has it.
    #[pymodule_export]
    #[allow(non_upper_case_globals)] // as Python names it
    const __version__: &str = env!("CARGO_PKG_VERSION");
}

/// Makes the headers of a delivery, for tests, tools and senders.
///
/// `timestamp` is in Unix seconds, and now unless said. `id` is for schemes that sign one (`standard-webhooks`, `svix`),
/// which must have it. For `contio` the delivery is signed as the vendor's guide has it.
///
/// Raises WebhookVerificationError: invalid_secret, invalid_scheme or invalid_argument; body_too_large for 4 GiB or more.
#[pyfunction]
#[pyo3(
    signature = (body, secret, *, scheme = Given::DEFAULT, timestamp = None, id = None),
    text_signature = "(body, secret, *, scheme='contio', timestamp=None, id=None)"
)]
fn sign<'py>(
    py: Python<'py>,
    body: &Bound<'py, PyAny>,
    secret: &Bound<'py, PyAny>,
    scheme: Given<'py>,
    timestamp: Option<&Bound<'py, PyAny>>,
    id: Option<&Bound<'py, PyAny>>,
) -> PyResult<Bound<'py, PyDict>> {
    let signed = || {
        let body = Body::read(body, None)?;
        let scheme = settings::scheme(&scheme)?;
        let signer = OwnSecret::new(secret, "secret").with(|secret| hookseal::Signer::new(scheme, secret))??;
        let timestamp = match timestamp {
            Some(timestamp) => settings::unix_time(timestamp, "timestamp must be Unix seconds")?,
            None => hookseal::UnixTime::now(),
        };
        let id = id.map(|id| Unicode::read(id).ok_or_else(|| invalid_argument("id must be a str"))).transpose()?;
        let id = id.as_ref().map(Unicode::as_str);
        let headers = PyDict::new(py);
        for (name, value) in signer.sign(body.bytes(), timestamp, id)?.iter() {
            headers.set_item(name, value)?;
        }
        Ok(headers)
    };
    signed().map_err(|failure: Failure| failure.raise(py))
}
