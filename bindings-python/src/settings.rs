//! Options and secrets: checks and converts their types. The core checks their values.

use std::convert::Infallible;
use std::time::Duration;

use hookseal::{ErrorKind, MAX_SECRETS, Secret, UnixTime};
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::{PyBool, PyByteArray, PyBytes, PyFloat, PyInt, PyList, PySlice, PyString, PyTuple, PyType};
use zeroize::Zeroizing;

use crate::failure::{Failure, invalid_argument, invalid_argument_from, type_of};
use crate::values;

/// An argument that may be omitted. `None` is a value, and not the default.
pub(crate) struct OrDefault<'py>(Option<Bound<'py, PyAny>>);

impl<'py> OrDefault<'py> {
    pub(crate) const DEFAULT: Self = OrDefault(None);

    pub(crate) fn get(&self) -> Option<&Bound<'py, PyAny>> {
        self.0.as_ref()
    }
}

impl<'a, 'py> FromPyObject<'a, 'py> for OrDefault<'py> {
    type Error = Infallible;

    fn extract(value: Borrowed<'a, 'py, PyAny>) -> Result<Self, Infallible> {
        Ok(OrDefault(Some(value.to_owned())))
    }
}

/// A `str` that can be encoded as UTF-8: one without lone surrogates.
pub(crate) struct Unicode<'py>(Bound<'py, PyString>);

impl<'py> Unicode<'py> {
    pub(crate) fn read(value: &Bound<'py, PyAny>) -> Option<Self> {
        let text = value.cast::<PyString>().ok()?;
        text.to_str().is_ok().then(|| Self(text.clone()))
    }

    pub(crate) fn as_str(&self) -> &str {
        // `read` has checked it, and Python caches the UTF-8.
        self.0.to_str().unwrap_or_default()
    }
}

/// A limit in seconds: `Some(None)` for no limit, which is Python's `None` or infinity; `None` for the default.
pub(crate) fn seconds(name: &str, argument: &OrDefault<'_>) -> Result<Option<Option<Duration>>, Failure> {
    let Some(value) = argument.get() else { return Ok(None) };
    if value.is_none() {
        return Ok(Some(None));
    }
    let expected = format!("{name} must be a number of seconds, 0 or more, or None for no limit");
    let seconds = number(value, &expected)?;
    if seconds.is_nan() || seconds < 0.0 {
        return Err(invalid_argument(but_is(&expected, value)));
    }
    // Fractions are truncated, as in the core.
    Ok(Some(seconds.is_finite().then(|| Duration::from_secs(whole(seconds)))))
}

/// A limit in bytes.
pub(crate) fn bytes(name: &str, value: Option<&Bound<'_, PyAny>>) -> Result<Option<usize>, Failure> {
    let Some(value) = value else { return Ok(None) };
    let expected = format!("{name} must be a whole number of bytes, 0 or more");
    if value.is_instance_of::<PyBool>() {
        return Err(invalid_argument(but_is(&expected, value)));
    }
    value.extract::<usize>().map(Some).map_err(|raised| invalid_argument_from(&but_is(&expected, value), raised))
}

/// The source of the current time.
pub(crate) enum Clock {
    System,
    Fixed(UnixTime),
    Call(Py<PyAny>),
}

pub(crate) fn clock(now: Option<&Bound<'_, PyAny>>) -> Result<Clock, Failure> {
    match now {
        None => Ok(Clock::System),
        Some(now) if now.is_callable() => Ok(Clock::Call(now.clone().unbind())),
        Some(now) => Ok(Clock::Fixed(unix_time(now, INVALID_NOW)?)),
    }
}

impl Clock {
    pub(crate) fn read(&self, py: Python<'_>) -> Result<UnixTime, Failure> {
        match self {
            Self::System => Ok(UnixTime::now()),
            Self::Fixed(time) => Ok(*time),
            Self::Call(now) => unix_time(&now.bind(py).call0()?, INVALID_NOW),
        }
    }
}

const INVALID_NOW: &str = "now must be Unix seconds, or a function that returns them";

/// A time in Unix seconds, rounded down. `expected` is the message for any other value.
#[allow(clippy::cast_possible_truncation)] // beyond the range it saturates
pub(crate) fn unix_time(value: &Bound<'_, PyAny>, expected: &str) -> Result<UnixTime, Failure> {
    let seconds = number(value, expected)?;
    if !seconds.is_finite() {
        return Err(invalid_argument(but_is(expected, value)));
    }
    Ok(UnixTime::from_secs(seconds.floor() as i64))
}

/// A number; a bool is refused.
fn number(value: &Bound<'_, PyAny>, expected: &str) -> Result<f64, Failure> {
    if value.is_instance_of::<PyBool>() {
        return Err(invalid_argument(but_is(expected, value)));
    }
    value.extract::<f64>().map_err(|raised| invalid_argument_from(&but_is(expected, value), raised))
}

/// The message for a number that cannot be used: the number itself, or the type of what is not a number.
fn but_is(expected: &str, value: &Bound<'_, PyAny>) -> String {
    let is_number = value.is_exact_instance_of::<PyInt>() || value.is_exact_instance_of::<PyFloat>();
    let actual = match (value.extract::<i64>(), value.extract::<f64>()) {
        (Ok(number), _) if is_number => number.to_string(),
        (_, Ok(number)) if is_number => format!("{number:?}"),
        _ => type_of(value),
    };
    format!("{expected}, but this is {actual}")
}

#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // the sign is checked, and infinity saturates
fn whole(seconds: f64) -> u64 {
    // The highest number is no limit to the core.
    (seconds as u64).min(u64::MAX - 1)
}

/// A secret, and the argument that holds it, for error messages.
pub(crate) struct SecretArgument<'py> {
    value: Bound<'py, PyAny>,
    place: String,
}

/// One secret, or all of a list. Of a list that is too long, only one more than the maximum, which the core refuses.
pub(crate) fn secrets<'py>(value: &Bound<'py, PyAny>) -> Result<Vec<SecretArgument<'py>>, Failure> {
    if value.is_instance_of::<PyString>() || values::is_bytes(value) || !is_sequence(value)? {
        return Ok(vec![SecretArgument::new(value, "secrets[0]")]);
    }
    let places = (0..=MAX_SECRETS).map(|index| format!("secrets[{index}]"));
    let secrets = value.try_iter()?.zip(places);
    secrets.map(|(value, place)| Ok(SecretArgument { value: value?, place })).collect()
}

/// pyo3 can check this too, but it prints exceptions that the class raises. Lists and tuples need no import.
fn is_sequence(value: &Bound<'_, PyAny>) -> PyResult<bool> {
    if value.is_instance_of::<PyList>() || value.is_instance_of::<PyTuple>() {
        return Ok(true);
    }
    static SEQUENCE: PyOnceLock<Py<PyType>> = PyOnceLock::new();
    value.is_instance(SEQUENCE.import(value.py(), "collections.abc", "Sequence")?)
}

impl<'py> SecretArgument<'py> {
    pub(crate) fn new(value: &Bound<'py, PyAny>, place: &str) -> Self {
        Self { value: value.clone(), place: place.to_owned() }
    }

    /// Passes the secret to `act`: as text, as the sender shows it, or as the bytes of the key.
    pub(crate) fn with<T>(&self, act: impl FnOnce(Secret<'_>) -> T) -> Result<T, Failure> {
        let Self { value, place } = self;
        let invalid = |reason: &str| {
            let message = format!("the secret cannot be used: {place}: {reason}");
            Failure::Argument { kind: ErrorKind::InvalidSecret, message, cause: None }
        };
        if let Ok(text) = value.cast::<PyString>() {
            let text = text.to_str().map_err(|_| invalid("it has lone surrogates"))?;
            return Ok(act(Secret::from(text)));
        }
        if !values::is_bytes(value) {
            let is_set = if value.is_none() { "; is the variable that holds it set?" } else { "" };
            return Err(invalid(&format!("it must be str or bytes, but this is {}{is_set}", type_of(value))));
        }
        match value.cast::<PyBytes>() {
            Ok(bytes) => Ok(act(Secret::from(bytes.as_bytes()))),
            Err(_) => Ok(act(Secret::from(&*copy_key(value)?))),
        }
    }
}

/// Copies a key out of a mutable buffer, which can change while it is read. The copy is wiped when it is dropped, and
/// so is Python's intermediate copy: a caller who passes a mutable buffer may rely on wiping it.
fn copy_key(value: &Bound<'_, PyAny>) -> Result<Zeroizing<Vec<u8>>, Failure> {
    let py = value.py();
    let copied = py.get_type::<PyByteArray>().call1((value,))?;
    let copied = copied.cast::<PyByteArray>().map_err(PyErr::from)?;
    let key = Zeroizing::new(copied.to_vec());
    copied.set_item(PySlice::full(py), PyBytes::new(py, &vec![0; key.len()]))?;
    Ok(key)
}
