//! The Python extension module: it converts arguments, calls the core and converts the result. Nothing is decided here.
//!
//! Files to read, in order: this one (what the module exports), `verifier.rs` (a verification), `values.rs` (headers
//! and bodies), `settings.rs` (options and secrets), and the classes that are returned: `delivery.rs` and `result.rs`.

// Python's `help` shows these comments as plain text.
#![allow(clippy::doc_markdown)]

mod any;
mod delivery;
mod explainer;
mod failure;
mod gil;
mod integer;
mod json;
mod key;
mod result;
mod scheme;
mod senders;
mod settings;
mod values;
mod verifier;

use pyo3::prelude::*;
use pyo3::types::PyDict;

use crate::failure::{Failure, invalid_argument, wrong_type};
use crate::settings::{OrDefault, SecretArgument, Unicode};
use crate::values::Body;

/// The native part of the Python package `hookseal`; import from that package instead.
#[pymodule]
mod _hookseal {
    #[pymodule_export]
    use super::any::verify_any;
    #[pymodule_export]
    use super::delivery::Delivery;
    #[pymodule_export]
    use super::explainer::WebhookExplainer;
    #[pymodule_export]
    use super::key::DeliveryKey;
    #[pymodule_export]
    use super::result::VerificationResult;
    #[pymodule_export]
    use super::scheme::Scheme;
    #[pymodule_export]
    use super::senders::{hubspot, square};
    #[pymodule_export]
    use super::sign;
    #[pymodule_export]
    use super::verifier::WebhookVerifier;

    /// The version, as in the package's metadata.
    #[pymodule_export]
    #[allow(non_upper_case_globals)] // as Python names it
    const __version__: &str = env!("CARGO_PKG_VERSION");
}

/// Returns the headers of a delivery, for tests, tools and senders.
///
/// `timestamp` is in Unix seconds; the default is now. `id` is required for schemes that sign one (`standard-webhooks`,
/// `svix`). For `contio` the delivery is signed as in the vendor's guide, as `contio-timestamped`.
///
/// Raises WebhookVerificationError: invalid_secret, invalid_scheme or invalid_argument; body_too_large for 4 GiB or
/// more.
#[pyfunction]
#[pyo3(
    signature = (body, secret, *, scheme = OrDefault::DEFAULT, timestamp = None, id = None),
    text_signature = "(body, secret, *, scheme='contio', timestamp=None, id=None)"
)]
fn sign<'py>(
    py: Python<'py>,
    body: &Bound<'py, PyAny>,
    secret: &Bound<'py, PyAny>,
    scheme: OrDefault<'py>,
    timestamp: Option<&Bound<'py, PyAny>>,
    id: Option<&Bound<'py, PyAny>>,
) -> PyResult<Bound<'py, PyDict>> {
    let signed = || {
        if body.is_none() {
            return Err(invalid_argument("the body to sign is None: pass bytes, even if there are none"));
        }
        let body = Body::read(body, None)?;
        let scheme = scheme::from_argument(&scheme)?;
        let signer = SecretArgument::new(secret, "secret").with(|secret| hookseal::Signer::new(scheme, secret))??;
        let timestamp = match timestamp {
            Some(timestamp) => settings::unix_time(timestamp, "timestamp must be Unix seconds")?,
            None => hookseal::UnixTime::now(),
        };
        let id = id.map(|id| Unicode::read(id).ok_or_else(|| wrong_type("id must be a str", id))).transpose()?;
        let id = id.as_ref().map(Unicode::as_str);
        let headers = PyDict::new(py);
        for (name, value) in signer.sign(body.bytes(), timestamp, id)?.iter() {
            headers.set_item(name, value)?;
        }
        Ok(headers)
    };
    signed().map_err(|failure: Failure| failure.raise(py))
}
