//! Several senders at one endpoint.

use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::PyList;

use crate::delivery::Delivery;
use crate::failure::{Failure, invalid_argument, wrong_type};
use crate::verifier::WebhookVerifier;

/// Verifies a delivery by the first of several verifiers that accepts it, in their order, and returns its index with
/// the delivery: for an endpoint that has several senders, or one that changes its scheme.
///
/// One acceptance is enough, so an endpoint is as strict as the least strict of its verifiers; give each sender an
/// endpoint of its own where you can.
///
/// Raises WebhookVerificationError if all refuse: the error of the first verifier whose signature header is present, or
/// else that of the first verifier.
#[pyfunction]
pub(crate) fn verify_any<'py>(
    py: Python<'py>,
    verifiers: &Bound<'py, PyAny>,
    headers: &Bound<'py, PyAny>,
    body: &Bound<'py, PyAny>,
) -> PyResult<(usize, Delivery)> {
    let verify = || {
        // An iterator of pairs could be read only once.
        let is_iterator = headers.hasattr(intern!(py, "__next__"))?;
        let headers = if is_iterator { PyList::new(py, all(headers)?)?.into_any() } else { headers.clone() };
        let mut first = None;
        let mut addressed = None;
        for (index, verifier) in all(verifiers)?.iter().enumerate() {
            let expected = "verifiers must be hookseal.WebhookVerifier objects";
            let verifier = verifier.cast::<WebhookVerifier>().map_err(|_| wrong_type(expected, verifier))?.get();
            match verifier.deliver(py, &headers, body) {
                Ok(delivery) => return Ok((index, delivery)),
                // Of an argument that cannot be read, for whatever scheme.
                Err(failure) if !matches!(failure, Failure::Core(_)) => return Err(failure),
                Err(failure) if addressed.is_none() && verifier.is_addressed(&headers)? => addressed = Some(failure),
                Err(failure) => {
                    first.get_or_insert(failure);
                }
            }
        }
        Err(addressed.or(first).unwrap_or_else(|| invalid_argument("there is no verifier; give at least one")))
    };
    verify().map_err(|failure: Failure| failure.raise(py))
}

/// All items of an iterable.
fn all<'py>(items: &Bound<'py, PyAny>) -> Result<Vec<Bound<'py, PyAny>>, Failure> {
    Ok(items.try_iter()?.collect::<PyResult<_>>()?)
}
