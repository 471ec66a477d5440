//! What callers configure, held to its types: what the values are worth is the core's to say.

use std::convert::Infallible;
use std::time::Duration;

use hookseal::{ErrorKind, MAX_SECRETS, Secret, UnixTime};
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::{PyBool, PyByteArray, PyBytes, PySlice, PyString, PyType};
use zeroize::Zeroizing;

use crate::failure::{Failure, invalid_argument, unreadable};
use crate::scheme::{self, Scheme};
use crate::values;

/// An argument that may be left to its default, which `None` is not.
pub(crate) struct Given<'py>(Option<Bound<'py, PyAny>>);

impl Given<'_> {
    pub(crate) const DEFAULT: Self = Given(None);
}

impl<'a, 'py> FromPyObject<'a, 'py> for Given<'py> {
    type Error = Infallible;

    fn extract(value: Borrowed<'a, 'py, PyAny>) -> Result<Self, Infallible> {
        Ok(Given(Some(value.to_owned())))
    }
}

/// A `str` whose UTF-8 can be had: one without lone surrogates.
pub(crate) struct Unicode<'py>(Bound<'py, PyString>);

impl<'py> Unicode<'py> {
    pub(crate) fn read(value: &Bound<'py, PyAny>) -> Option<Self> {
        let text = value.cast::<PyString>().ok()?;
        text.to_str().is_ok().then(|| Self(text.clone()))
    }

    pub(crate) fn as_str(&self) -> &str {
        // Python keeps the UTF-8 once it has made it.
        self.0.to_str().unwrap_or_default()
    }
}

/// The scheme of this name, or the user's own.
pub(crate) fn scheme(given: &Given<'_>) -> Result<hookseal::Scheme, Failure> {
    let Some(value) = &given.0 else { return Ok(hookseal::Scheme::CONTIO) };
    if let Ok(own) = value.cast::<Scheme>() {
        return Ok(own.get().scheme);
    }
    match Unicode::read(value) {
        Some(name) => Ok(hookseal::Scheme::preset(name.as_str())?),
        None => Err(scheme::invalid("it is neither the name of one nor a hookseal.Scheme")),
    }
}

/// A limit in seconds, unless it is left to its default.
pub(crate) fn seconds(name: &str, given: &Given<'_>) -> Result<Option<Duration>, Failure> {
    let Some(value) = &given.0 else { return Ok(None) };
    let wrong = || format!("{name} must be a number of seconds, and not below 0");
    let seconds = number(value, &wrong())?;
    if seconds.is_nan() || seconds < 0.0 {
        return Err(invalid_argument(wrong()));
    }
    // Fractions are cut off, as the core does.
    Ok(Some(Duration::from_secs(whole(seconds))))
}

/// The same, for a limit that `None` takes away.
pub(crate) fn seconds_or_none(name: &str, given: &Given<'_>) -> Result<Option<Option<Duration>>, Failure> {
    match &given.0 {
        Some(value) if value.is_none() => Ok(Some(None)),
        _ => Ok(seconds(name, given)?.map(Some)),
    }
}

/// A limit in bytes.
pub(crate) fn bytes(name: &str, value: Option<&Bound<'_, PyAny>>) -> Result<Option<usize>, Failure> {
    let Some(value) = value else { return Ok(None) };
    let wrong = format!("{name} must be a whole number of bytes, and not below 0");
    if value.is_instance_of::<PyBool>() {
        return Err(invalid_argument(wrong));
    }
    value.extract::<usize>().map(Some).map_err(|raised| unreadable(&wrong, raised))
}

/// What tells the present.
pub(crate) enum Clock {
    System,
    Fixed(UnixTime),
    Call(Py<PyAny>),
}

pub(crate) fn clock(now: Option<&Bound<'_, PyAny>>) -> Result<Clock, Failure> {
    match now {
        None => Ok(Clock::System),
        Some(now) if now.is_callable() => Ok(Clock::Call(now.clone().unbind())),
        Some(now) => Ok(Clock::Fixed(unix_time(now, NO_NOW)?)),
    }
}

impl Clock {
    pub(crate) fn read(&self, py: Python<'_>) -> Result<UnixTime, Failure> {
        match self {
            Self::System => Ok(UnixTime::now()),
            Self::Fixed(time) => Ok(*time),
            Self::Call(now) => unix_time(&now.bind(py).call0()?, NO_NOW),
        }
    }
}

const NO_NOW: &str = "now must be Unix seconds, or a function that gives them";

/// A time in Unix seconds, rounded down; `wrong` says what it must be.
#[allow(clippy::cast_possible_truncation)] // beyond the range it saturates
pub(crate) fn unix_time(value: &Bound<'_, PyAny>, wrong: &str) -> Result<UnixTime, Failure> {
    let seconds = number(value, wrong)?;
    if !seconds.is_finite() {
        return Err(invalid_argument(wrong));
    }
    Ok(UnixTime::from_secs(seconds.floor() as i64))
}

/// A number, which True is not.
fn number(value: &Bound<'_, PyAny>, wrong: &str) -> Result<f64, Failure> {
    if value.is_instance_of::<PyBool>() {
        return Err(invalid_argument(wrong));
    }
    value.extract::<f64>().map_err(|raised| unreadable(wrong, raised))
}

#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // the sign was checked, and infinity saturates
fn whole(seconds: f64) -> u64 {
    seconds as u64
}

/// A secret, and where it was given.
pub(crate) struct OwnSecret<'py> {
    value: Bound<'py, PyAny>,
    place: String,
}

/// One secret, or all of a list; of one that is too long, one more than there may be, which the core refuses.
pub(crate) fn secrets<'py>(value: &Bound<'py, PyAny>) -> Result<Vec<OwnSecret<'py>>, Failure> {
    if value.is_instance_of::<PyString>() || values::is_bytes(value) || !is_sequence(value)? {
        return Ok(vec![OwnSecret::new(value, "secrets[0]")]);
    }
    let places = (0..=MAX_SECRETS).map(|index| format!("secrets[{index}]"));
    let given = value.try_iter()?.zip(places);
    given.map(|(value, place)| Ok(OwnSecret { value: value?, place })).collect()
}

/// pyo3 can tell this too, but prints what is raised by a class that is asked.
fn is_sequence(value: &Bound<'_, PyAny>) -> PyResult<bool> {
    static SEQUENCE: PyOnceLock<Py<PyType>> = PyOnceLock::new();
    value.is_instance(SEQUENCE.import(value.py(), "collections.abc", "Sequence")?)
}

impl<'py> OwnSecret<'py> {
    pub(crate) fn new(value: &Bound<'py, PyAny>, place: &str) -> Self {
        Self { value: value.clone(), place: place.to_owned() }
    }

    /// Hands the secret over: text as the sender shows it, or the key's very bytes.
    pub(crate) fn with<T>(&self, act: impl FnOnce(Secret<'_>) -> T) -> Result<T, Failure> {
        let Self { value, place } = self;
        let invalid = |why: &str| {
            let message = format!("the secret cannot be used: {place}: {why}");
            Failure::Argument { kind: ErrorKind::InvalidSecret, message, cause: None }
        };
        if let Ok(text) = value.cast::<PyString>() {
            let text = text.to_str().map_err(|_| invalid("it has lone surrogates"))?;
            return Ok(act(Secret::from(text)));
        }
        if !values::is_bytes(value) {
            return Err(invalid("it is neither str nor bytes; is the variable that holds it set?"));
        }
        match value.cast::<PyBytes>() {
            Ok(bytes) => Ok(act(Secret::from(bytes.as_bytes()))),
            Err(_) => Ok(act(Secret::from(&*copy_of(value)?))),
        }
    }
}

/// A copy of a key that somebody can change while it is read, which is wiped. What Python copies it into is wiped too, for
/// whoever gave something that can be wiped may do so.
fn copy_of(value: &Bound<'_, PyAny>) -> Result<Zeroizing<Vec<u8>>, Failure> {
    let py = value.py();
    let copied = py.get_type::<PyByteArray>().call1((value,))?;
    let copied = copied.cast::<PyByteArray>().map_err(PyErr::from)?;
    let key = Zeroizing::new(copied.to_vec());
    copied.set_item(PySlice::full(py), PyBytes::new(py, &vec![0; key.len()]))?;
    Ok(key)
}
