//! What callers keep headers and bodies in, brought into the forms that the core takes. Nothing is judged here: what a
//! header's value is worth, and whether it may be absent, is the core's to say.

use hookseal::{ErrorKind, HeaderLookup, HeaderName, HeaderValues, Scheme};
use pyo3::exceptions::PyTypeError;
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{PyByteArray, PyBytes, PyDict, PyInt, PyList, PyMemoryView, PyString, PyTuple};

use crate::failure::{Failure, invalid_argument, unreadable};

/// A raw body, as the core reads it.
pub(crate) enum Body<'py> {
    Bytes(Bound<'py, PyBytes>),
    /// It stands for its UTF-8, which it has.
    Text(Bound<'py, PyString>),
}

/// A raw body as it was given, of which no more is known than its size.
enum Source<'py> {
    Bytes(Bound<'py, PyBytes>),
    /// Text, and its number of characters, of which each has a byte or more.
    Text(Bound<'py, PyString>, usize),
    /// A view of bytes that somebody may change, and their number.
    View(Bound<'py, PyAny>, usize),
}

const PARSED: &str = "the body must be the raw one, and this was parsed already: give the bytes that came over the wire, \
    which are request.body in Django, request.get_data() in Flask, and await request.body() in FastAPI";
const NO_BODY: &str = "the body must be bytes, anything with a buffer of bytes such as a bytearray, or str";
const NO_UTF8: &str = "the body has lone surrogates, so it is not what was sent: give the raw bytes";
const TOO_LARGE: &str = "the body is larger than max_body: no limit allows 4 GiB or more";

/// The core takes no more, whatever a verifier's own limit is: it counts bytes in 32 bits.
const MAX_BYTES: usize = u32::MAX as usize;

impl<'py> Source<'py> {
    fn look(value: &Bound<'py, PyAny>) -> Result<Self, Failure> {
        let py = value.py();
        if let Ok(bytes) = value.cast::<PyBytes>() {
            return Ok(Self::Bytes(bytes.clone()));
        }
        if let Ok(text) = value.cast::<PyString>() {
            // That of `str` itself, whatever a derived class has made of it.
            let length = py.get_type::<PyString>().call_method1(intern!(py, "__len__"), (text,))?;
            return Ok(Self::Text(text.clone(), length.extract()?));
        }
        if value.is_none() {
            return Err(invalid_argument("there is no body: give the raw one, empty if it is"));
        }
        if value.is_instance_of::<PyList>() || value.is_instance_of::<PyDict>() {
            return Err(invalid_argument(PARSED));
        }
        let view = py.get_type::<PyMemoryView>().call1((value,)).map_err(|raised| {
            if raised.is_instance_of::<PyTypeError>(py) { invalid_argument(NO_BODY) } else { raised.into() }
        })?;
        let size = view.getattr(intern!(py, "nbytes"))?.extract()?;
        Ok(Self::View(view, size))
    }

    /// How many bytes it has at least, if the core is not to count them.
    fn size(&self) -> usize {
        match self {
            Self::Bytes(_) => 0,
            Self::Text(_, size) | Self::View(_, size) => *size,
        }
    }

    fn take(self) -> Result<Body<'py>, Failure> {
        match self {
            Self::Bytes(bytes) => Ok(Body::Bytes(bytes)),
            Self::Text(text, _) if text.to_str().is_err() => Err(invalid_argument(NO_UTF8)),
            Self::Text(text, _) => Ok(Body::Text(text)),
            Self::View(view, _) => Ok(Body::Bytes(bytes(&view)?)),
        }
    }
}

/// What Python's `bytes` makes of it: of a view a copy, of a number so many zeros.
fn bytes<'py>(of: &Bound<'py, PyAny>) -> Result<Bound<'py, PyBytes>, Failure> {
    Ok(of.py().get_type::<PyBytes>().call1((of,))?.cast_into().map_err(PyErr::from)?)
}

impl<'py> Body<'py> {
    /// Reads a body of at most `limit` bytes, if there is a limit. What is too large is refused before it is copied or
    /// encoded, in the words of the core.
    pub(crate) fn read(value: &Bound<'py, PyAny>, limit: Option<usize>) -> Result<Self, Failure> {
        let source = Source::look(value)?;
        match limit {
            Some(limit) if source.size() > limit => Err(Failure::Core(ErrorKind::BodyTooLarge.into())),
            _ if source.size() > MAX_BYTES => {
                Err(Failure::Argument { kind: ErrorKind::BodyTooLarge, message: TOO_LARGE.to_owned(), cause: None })
            }
            _ => source.take(),
        }
    }

    /// Reads a body of any size, for an explanation. Of 4 GiB and more the core asks for no more than the size: zeros stand
    /// for them, which take no memory until somebody reads them.
    pub(crate) fn read_any(value: &Bound<'py, PyAny>) -> Result<Self, Failure> {
        let source = Source::look(value)?;
        match source.size() {
            size if size > MAX_BYTES => Ok(Self::Bytes(bytes(PyInt::new(value.py(), size).as_any())?)),
            _ => source.take(),
        }
    }

    pub(crate) fn bytes(&self) -> &[u8] {
        match self {
            Self::Bytes(bytes) => bytes.as_bytes(),
            Self::Text(text) => text.to_str().unwrap_or_default().as_bytes(),
        }
    }

    pub(crate) fn into_bytes(self, py: Python<'py>) -> Bound<'py, PyBytes> {
        match self {
            Self::Bytes(bytes) => bytes,
            Self::Text(_) => PyBytes::new(py, self.bytes()),
        }
    }
}

/// Whether this is bytes, in any of Python's own forms.
pub(crate) fn is_bytes(value: &Bound<'_, PyAny>) -> bool {
    value.is_instance_of::<PyBytes>() || value.is_instance_of::<PyByteArray>() || value.is_instance_of::<PyMemoryView>()
}

/// The value of a header.
#[derive(Default)]
enum Value<'py> {
    #[default]
    Absent,
    Text(Bound<'py, PyString>),
    Bytes(Bound<'py, PyBytes>),
    /// It has lone surrogates, which have no UTF-8: a mark stands in their place, as no header's value has either.
    Marked(String),
    Repeated,
}

impl<'py> Value<'py> {
    fn read(value: &Bound<'py, PyAny>) -> Result<Self, Failure> {
        if let Ok(text) = value.cast::<PyString>() {
            return Ok(match text.to_str() {
                Ok(_) => Self::Text(text.clone()),
                Err(_) => Self::Marked(text.to_string_lossy().into_owned()),
            });
        }
        if let Ok(bytes) = value.cast::<PyBytes>() {
            return Ok(Self::Bytes(bytes.clone()));
        }
        if value.is_none() {
            return Ok(Self::Absent);
        }
        // Not by Python's own iteration, which may be anything in a class that is derived from these.
        if let Ok(values) = value.cast::<PyList>() {
            return Self::read_all(values.iter());
        }
        if let Ok(values) = value.cast::<PyTuple>() {
            return Self::read_all(values.iter());
        }
        Err(invalid_argument(NO_VALUE))
    }

    fn read_all(values: impl Iterator<Item = Bound<'py, PyAny>>) -> Result<Self, Failure> {
        let mut own = Self::Absent;
        for value in values {
            // A list in a list is no header's value, and one that holds itself has no end.
            if value.is_instance_of::<PyList>() || value.is_instance_of::<PyTuple>() {
                return Err(invalid_argument(NO_VALUE));
            }
            own.add(Self::read(&value)?);
        }
        Ok(own)
    }

    /// Takes what another header of the same name says.
    fn add(&mut self, other: Self) {
        *self = match (std::mem::take(self), other) {
            (Self::Absent, value) | (value, Self::Absent) => value,
            _ => Self::Repeated,
        };
    }

    fn found(&self) -> HeaderLookup<'_> {
        match self {
            Self::Absent => HeaderLookup::Missing,
            Self::Text(text) => HeaderLookup::Once(text.to_str().unwrap_or_default().as_bytes()),
            Self::Bytes(bytes) => HeaderLookup::Once(bytes.as_bytes()),
            Self::Marked(text) => HeaderLookup::Once(text.as_bytes()),
            Self::Repeated => HeaderLookup::Duplicate,
        }
    }
}

const NO_VALUE: &str = "a header's value must be the str or bytes that were sent, or a list of them";
const NO_NAME: &str = "a header's name must be str or bytes";
const NO_PAIR: &str = "headers in a list must be pairs of name and value";
const NO_HEADERS: &str = "headers must be a mapping, or pairs of name and value";

/// No server takes so many headers; an iterator without an end has more.
const MAX_HEADERS: usize = 1 << 16;

/// Takes every header of a request, as a name and what is under it.
fn each_header<'py>(
    headers: &Bound<'py, PyAny>,
    mut take: impl FnMut(&Bound<'py, PyAny>, &Bound<'py, PyAny>) -> Result<(), Failure>,
) -> Result<(), Failure> {
    if let Ok(dict) = headers.cast_exact::<PyDict>() {
        return dict.iter().try_for_each(|(name, value)| take(&name, &value));
    }
    let pairs = match headers.getattr_opt(pyo3::intern!(headers.py(), "items"))? {
        Some(items) => items.call0()?.try_iter(),
        None => headers.try_iter(),
    };
    for (index, pair) in pairs.map_err(|raised| unreadable(NO_HEADERS, raised))?.enumerate() {
        if index == MAX_HEADERS {
            return Err(invalid_argument("there are too many headers"));
        }
        let pair = pair?;
        let (name, value) = match (pair.cast::<PyTuple>(), pair.cast::<PyList>()) {
            (Ok(pair), _) if pair.len() == 2 => (pair.get_item(0)?, pair.get_item(1)?),
            (_, Ok(pair)) if pair.len() == 2 => (pair.get_item(0)?, pair.get_item(1)?),
            _ => return Err(invalid_argument(NO_PAIR)),
        };
        take(&name, &value)?;
    }
    Ok(())
}

/// A header's name and its value.
type Header = (Vec<u8>, Vec<u8>);

/// Every header of a request, one that occurs several times as often: for explanations.
pub(crate) fn all_headers(headers: &Bound<'_, PyAny>) -> Result<Vec<Header>, Failure> {
    let mut pairs = Vec::new();
    each_header(headers, |name, value| {
        let name = match (name.cast::<PyString>(), name.cast::<PyBytes>()) {
            // One with lone surrogates is no header's name.
            (Ok(text), _) => text.to_str().unwrap_or_default().as_bytes().to_vec(),
            (_, Ok(bytes)) => bytes.as_bytes().to_vec(),
            _ => return Err(invalid_argument(NO_NAME)),
        };
        let mut add = |value: &Value<'_>| {
            if let HeaderLookup::Once(value) = value.found() {
                pairs.push((name.clone(), value.to_vec()));
            }
        };
        // What is wrong with a list is said as of any other.
        let whole = Value::read(value)?;
        match (value.cast::<PyList>(), value.cast::<PyTuple>()) {
            (Ok(values), _) => values.iter().try_for_each(|value| Value::read(&value).map(|value| add(&value))),
            (_, Ok(values)) => values.iter().try_for_each(|value| Value::read(&value).map(|value| add(&value))),
            _ => {
                add(&whole);
                Ok(())
            }
        }
    })?;
    Ok(pairs)
}

/// The values of the headers that a scheme reads: of the signature, the timestamp and the id, each under the spelling that
/// decides and under the other one.
#[derive(Default)]
pub(crate) struct ParsedHeaders<'py>([[Value<'py>; 2]; 3]);

impl<'py> ParsedHeaders<'py> {
    /// Of a caller who has the values already; there is no place for an id.
    pub(crate) fn of(signature: &Bound<'py, PyAny>, timestamp: Option<&Bound<'py, PyAny>>) -> Result<Self, Failure> {
        let timestamp = timestamp.map(Value::read).transpose()?.unwrap_or_default();
        let alone = |value| [value, Value::Absent];
        Ok(Self([alone(Value::read(signature)?), alone(timestamp), alone(Value::Absent)]))
    }

    /// From all headers of a request.
    pub(crate) fn find(headers: &Bound<'py, PyAny>, scheme: &Scheme) -> Result<Self, Failure> {
        let mut claim = Self::default();
        let spellings = scheme.header_spellings();
        each_header(headers, |name, value| claim.add(&spellings, name, value))?;
        Ok(claim)
    }

    fn add(
        &mut self,
        spellings: &[[Option<&HeaderName>; 2]; 3],
        name: &Bound<'py, PyAny>,
        value: &Bound<'py, PyAny>,
    ) -> Result<(), Failure> {
        let name = match (name.cast::<PyString>(), name.cast::<PyBytes>()) {
            // One with lone surrogates is no header's name.
            (Ok(text), _) => text.to_str().unwrap_or_default().as_bytes(),
            (_, Ok(bytes)) => bytes.as_bytes(),
            _ => return Err(invalid_argument(NO_NAME)),
        };
        let places = self.0.iter_mut().flatten().zip(spellings.iter().flatten());
        for (own, spelling) in places {
            if spelling.is_some_and(|spelling| spelling.matches(name)) {
                own.add(Value::read(value)?);
                break;
            }
        }
        Ok(())
    }

    /// As the core takes them, with nothing of Python about them.
    pub(crate) fn headers<'a>(&'a self, scheme: &'a Scheme) -> HeaderValues<'a> {
        let values = self.0.each_ref().map(|[first, second]| first.found().or(second.found()));
        HeaderValues::new(scheme, values)
    }
}
