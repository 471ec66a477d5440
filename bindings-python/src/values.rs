//! Converts headers and bodies from the Python types that callers use. Nothing is decided here: the core checks header
//! values, and whether a header may be absent.

use hookseal::{Error, ErrorKind, HeaderLookup, HeaderName, Scheme};
use pyo3::exceptions::PyTypeError;
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{PyByteArray, PyBytes, PyDict, PyInt, PyList, PyMemoryView, PyString, PyTuple};

use crate::failure::{
    Failure, body_not_read, invalid_argument, invalid_argument_from, is_awaitable, type_of, wrong_type,
};

/// A raw body, as the core reads it.
pub(crate) enum Body<'py> {
    Bytes(Bound<'py, PyBytes>),
    /// Text without lone surrogates, which stands for its UTF-8.
    Text(Bound<'py, PyString>),
}

/// A body argument of which only the type and the size are known.
enum Source<'py> {
    Bytes(Bound<'py, PyBytes>),
    /// Text and its number of characters; each takes at least one byte.
    Text(Bound<'py, PyString>, usize),
    /// A view of bytes that can still change, and their number.
    View(Bound<'py, PyAny>, usize),
}

const PARSED: &str = "the body must be the raw one, but this was already parsed: pass the bytes that came over the \
    wire, which are request.body in Django, request.get_data() in Flask, and await request.body() in FastAPI";
const BODY_TYPES: &str =
    "the body must be the raw one: bytes, an object with a buffer of bytes such as a bytearray, or str";
const LONE_SURROGATES: &str = "the body has lone surrogates, so it is not what was sent: pass the raw bytes";
const TOO_LARGE: &str = "the body is larger than max_body: no limit allows 4 GiB or more";

/// The core refuses larger bodies, whatever the verifier's own limit is: it counts bytes in 32 bits.
const MAX_BYTES: usize = u32::MAX as usize;

impl<'py> Source<'py> {
    fn inspect(value: &Bound<'py, PyAny>) -> Result<Self, Failure> {
        let py = value.py();
        if let Ok(bytes) = value.cast::<PyBytes>() {
            return Ok(Self::Bytes(bytes.clone()));
        }
        if let Ok(text) = value.cast::<PyString>() {
            // The length of `str` itself, even if a subclass overrides it.
            let length = py.get_type::<PyString>().call_method1(intern!(py, "__len__"), (text,))?;
            return Ok(Self::Text(text.clone(), length.extract()?));
        }
        if value.is_none() {
            return Err(body_not_read());
        }
        if value.is_instance_of::<PyList>() || value.is_instance_of::<PyDict>() {
            return Err(invalid_argument(PARSED));
        }
        let view = py.get_type::<PyMemoryView>().call1((value,)).map_err(|raised| {
            if raised.is_instance_of::<PyTypeError>(py) { wrong_body(value) } else { raised.into() }
        })?;
        let size = view.getattr(intern!(py, "nbytes"))?.extract()?;
        Ok(Self::View(view, size))
    }

    /// A lower bound of the number of bytes, checked before the body is copied; 0 for `bytes`, which the core counts.
    fn size(&self) -> usize {
        match self {
            Self::Bytes(_) => 0,
            Self::Text(_, size) | Self::View(_, size) => *size,
        }
    }

    fn into_body(self) -> Result<Body<'py>, Failure> {
        match self {
            Self::Bytes(bytes) => Ok(Body::Bytes(bytes)),
            Self::Text(text, _) if text.to_str().is_err() => Err(invalid_argument(LONE_SURROGATES)),
            Self::Text(text, _) => Ok(Body::Text(text)),
            Self::View(view, _) => Ok(Body::Bytes(bytes(&view)?)),
        }
    }
}

/// The error for a body of another type: names what was passed instead, and what to pass.
fn wrong_body(value: &Bound<'_, PyAny>) -> Failure {
    let has = |name: &str| matches!(value.getattr_opt(name), Ok(Some(_)));
    let advice = if is_awaitable(value) {
        "await it, as in `await request.body()`"
    } else if has("headers") {
        "pass the request's body, which is request.body in Django, request.get_data() in Flask, and await \
            request.body() in FastAPI"
    } else if value.is_callable() {
        "call it, as in `request.get_data()`"
    } else if has("read") {
        "pass what its read() returns"
    } else {
        return wrong_type(BODY_TYPES, value);
    };
    invalid_argument(format!("{BODY_TYPES}, but this is {}: {advice}", type_of(value)))
}

/// A body of at least `size` bytes, in the words of the core.
fn too_large(size: usize, limit: usize) -> Failure {
    let kind = ErrorKind::BodyTooLarge;
    let message = Error::body_too_large(size as u64, limit as u64).to_string();
    Failure::Argument { kind, message, cause: None }
}

/// Calls Python's `bytes`, which copies a view and makes zeros of a number.
fn bytes<'py>(of: &Bound<'py, PyAny>) -> Result<Bound<'py, PyBytes>, Failure> {
    Ok(of.py().get_type::<PyBytes>().call1((of,))?.cast_into().map_err(PyErr::from)?)
}

impl<'py> Body<'py> {
    /// Reads a body of at most `limit` bytes, if there is a limit. A body that is too large is refused before it is
    /// copied or encoded, with the core's message.
    pub(crate) fn read(value: &Bound<'py, PyAny>, limit: Option<usize>) -> Result<Self, Failure> {
        let source = Source::inspect(value)?;
        match limit {
            Some(limit) if source.size() > limit => Err(too_large(source.size(), limit)),
            _ if source.size() > MAX_BYTES => {
                Err(Failure::Argument { kind: ErrorKind::BodyTooLarge, message: TOO_LARGE.to_owned(), cause: None })
            }
            _ => source.into_body(),
        }
    }

    /// Reads a body of any size, for an explanation. Of a body of 4 GiB or more the core reads only the size, so it is
    /// replaced by zeros, which take no memory until they are read.
    pub(crate) fn read_any(value: &Bound<'py, PyAny>) -> Result<Self, Failure> {
        let source = Source::inspect(value)?;
        match source.size() {
            size if size > MAX_BYTES => Ok(Self::Bytes(bytes(PyInt::new(value.py(), size).as_any())?)),
            _ => source.into_body(),
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

/// Whether this is one of Python's built-in types of bytes.
pub(crate) fn is_bytes(value: &Bound<'_, PyAny>) -> bool {
    value.is_instance_of::<PyBytes>() || value.is_instance_of::<PyByteArray>() || value.is_instance_of::<PyMemoryView>()
}

/// The value of a header.
#[derive(Default)]
enum Value<'py> {
    #[default]
    Missing,
    Text(Bound<'py, PyString>),
    Bytes(Bound<'py, PyBytes>),
    /// Text whose lone surrogates, which have no UTF-8, are replaced by U+FFFD. No header's value has either.
    Replaced(String),
    Duplicate,
}

impl<'py> Value<'py> {
    fn read(value: &Bound<'py, PyAny>) -> Result<Self, Failure> {
        if let Ok(text) = value.cast::<PyString>() {
            return Ok(match text.to_str() {
                Ok(_) => Self::Text(text.clone()),
                Err(_) => Self::Replaced(text.to_string_lossy().into_owned()),
            });
        }
        if let Ok(bytes) = value.cast::<PyBytes>() {
            return Ok(Self::Bytes(bytes.clone()));
        }
        if value.is_none() {
            return Ok(Self::Missing);
        }
        // Not by Python's iterator protocol, which a subclass can override.
        if let Ok(values) = value.cast::<PyList>() {
            return Self::read_all(values.iter());
        }
        if let Ok(values) = value.cast::<PyTuple>() {
            return Self::read_all(values.iter());
        }
        Err(wrong_type(VALUE_TYPES, value))
    }

    fn read_all(values: impl Iterator<Item = Bound<'py, PyAny>>) -> Result<Self, Failure> {
        let mut combined = Self::Missing;
        for value in values {
            // A list in a list is not a header value, and a list may contain itself.
            if value.is_instance_of::<PyList>() || value.is_instance_of::<PyTuple>() {
                return Err(wrong_type(VALUE_TYPES, &value));
            }
            combined.add(Self::read(&value)?);
        }
        Ok(combined)
    }

    /// Adds another header of the same name.
    fn add(&mut self, other: Self) {
        *self = match (std::mem::take(self), other) {
            (Self::Missing, value) | (value, Self::Missing) => value,
            _ => Self::Duplicate,
        };
    }

    fn lookup(&self) -> HeaderLookup<'_> {
        match self {
            Self::Missing => HeaderLookup::Missing,
            Self::Text(text) => HeaderLookup::Once(text.to_str().unwrap_or_default().as_bytes()),
            Self::Bytes(bytes) => HeaderLookup::Once(bytes.as_bytes()),
            Self::Replaced(text) => HeaderLookup::Once(text.as_bytes()),
            Self::Duplicate => HeaderLookup::Duplicate,
        }
    }
}

const VALUE_TYPES: &str = "a header's value must be the str or bytes that were sent, or a list of them";
const NAME_TYPES: &str = "a header's name must be str or bytes";
const PAIR_TYPES: &str = "headers must be pairs of name and value if they are not a mapping";
const HEADERS_TYPES: &str = "headers must be a mapping, or pairs of name and value";
const ORDER: &str = "the headers come first, then the body";
const REQUEST: &str = "the headers are a whole request: pass its headers, such as request.headers";
const EVENT: &str = "the headers are a whole request: pass its headers, which are event[\"headers\"] in AWS Lambda and \
    scope[\"headers\"] in ASGI";
const ENVIRON: &str = "the headers are a whole WSGI environ: pass the request's headers, such as request.headers";
const ALL_HEADERS: &str =
    "the signature is a mapping: pass the value of the signature header, or all headers to verify()";

/// More headers than any server accepts. It bounds iterators that never end.
const MAX_HEADERS: usize = 1 << 16;

/// Calls `visit` with the name and the value of every header of a request.
fn each_header<'py>(
    headers: &Bound<'py, PyAny>,
    mut visit: impl FnMut(&Bound<'py, PyAny>, &Bound<'py, PyAny>) -> Result<(), Failure>,
) -> Result<(), Failure> {
    if let Ok(dict) = headers.cast_exact::<PyDict>() {
        return dict.iter().try_for_each(|(name, value)| visit(&name, &value));
    }
    let pairs = match headers.getattr_opt(intern!(headers.py(), "items"))? {
        Some(items) => items.call0()?.try_iter(),
        None => {
            // Before they are iterated over: that would read the body of a Django request.
            check_type(headers)?;
            headers.try_iter()
        }
    };
    let expected = || format!("{HEADERS_TYPES}, but this is {}", type_of(headers));
    for (index, pair) in pairs.map_err(|raised| invalid_argument_from(&expected(), raised))?.enumerate() {
        if index == MAX_HEADERS {
            return Err(invalid_argument("there are too many headers"));
        }
        let pair = pair?;
        let (name, value) = match (pair.cast::<PyTuple>(), pair.cast::<PyList>()) {
            (Ok(pair), _) if pair.len() == 2 => (pair.get_item(0)?, pair.get_item(1)?),
            (_, Ok(pair)) if pair.len() == 2 => (pair.get_item(0)?, pair.get_item(1)?),
            _ => return Err(wrong_type(PAIR_TYPES, &pair)),
        };
        visit(&name, &value)?;
    }
    Ok(())
}

/// Refuses what is not the headers of a request, but the request itself, its body, or something to be awaited.
fn check_type(headers: &Bound<'_, PyAny>) -> Result<(), Failure> {
    if headers.is_instance_of::<PyList>() || headers.is_instance_of::<PyTuple>() || headers.is_instance_of::<PyDict>() {
        return Ok(());
    }
    if headers.is_instance_of::<PyString>() || is_bytes(headers) {
        return Err(invalid_argument(format!("{HEADERS_TYPES}, but this is {}: {ORDER}", type_of(headers))));
    }
    if headers.getattr_opt(intern!(headers.py(), "headers"))?.is_some_and(|own| !own.is_none()) {
        return Err(invalid_argument(format!("{REQUEST}; this is {}", type_of(headers))));
    }
    if is_awaitable(headers) {
        return Err(wrong_type(HEADERS_TYPES, headers));
    }
    Ok(())
}

/// Refuses a mapping that describes a whole request, of which the headers are only one member. A sender cannot cause
/// this: the members have types that no header's value has.
fn check_members(headers: &Bound<'_, PyAny>) -> Result<(), Failure> {
    check_type(headers)?;
    each_header(headers, |name, value| {
        let name = name.cast::<PyString>().ok().and_then(|name| name.to_str().ok()).unwrap_or_default();
        match name {
            "headers" | "multiValueHeaders" if holds_headers(value) => Err(invalid_argument(EVENT)),
            "requestContext" if value.is_instance_of::<PyDict>() => Err(invalid_argument(EVENT)),
            name if name.starts_with("wsgi.") && Value::read(value).is_err() => Err(invalid_argument(ENVIRON)),
            _ => Ok(()),
        }
    })
}

/// Whether a value is itself a mapping, or pairs.
fn holds_headers(value: &Bound<'_, PyAny>) -> bool {
    let first = match (value.cast::<PyList>(), value.cast::<PyTuple>()) {
        (Ok(values), _) => values.get_item(0),
        (_, Ok(values)) => values.get_item(0),
        _ => return matches!(value.getattr_opt(intern!(value.py(), "items")), Ok(Some(_))),
    };
    first.is_ok_and(|first| first.is_instance_of::<PyTuple>() || first.is_instance_of::<PyList>())
}

/// A header's name and its value.
type Header = (Vec<u8>, Vec<u8>);

/// Every header of a request, repeated if it occurs several times: for explanations.
pub(crate) fn all_headers(headers: &Bound<'_, PyAny>) -> Result<Vec<Header>, Failure> {
    // Before the values are read, which no header's value could be.
    if headers.is_instance_of::<PyDict>() { check_members(headers) } else { check_type(headers) }?;
    let mut pairs = Vec::new();
    each_header(headers, |name, value| {
        let name = match (name.cast::<PyString>(), name.cast::<PyBytes>()) {
            // Text with lone surrogates is not the name of any header.
            (Ok(text), _) => text.to_str().unwrap_or_default().as_bytes().to_vec(),
            (_, Ok(bytes)) => bytes.as_bytes().to_vec(),
            _ => return Err(wrong_type(NAME_TYPES, name)),
        };
        let mut add = |value: &Value<'_>| {
            if let HeaderLookup::Once(value) = value.lookup() {
                pairs.push((name.clone(), value.to_vec()));
            }
        };
        // A list is checked as in a verification.
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

/// The values of the headers that a scheme reads: signature, timestamp, id and the topic of a key, each under its
/// preferred spelling and under the other one.
#[derive(Default)]
pub(crate) struct HeaderValues<'py>([[Value<'py>; 2]; 4]);

impl<'py> HeaderValues<'py> {
    /// From values that the caller has already looked up; an id cannot be passed.
    pub(crate) fn of(signature: &Bound<'py, PyAny>, timestamp: Option<&Bound<'py, PyAny>>) -> Result<Self, Failure> {
        let signature = Value::read(signature)
            .map_err(|failure| if holds_headers(signature) { invalid_argument(ALL_HEADERS) } else { failure })?;
        let timestamp = timestamp.map(Value::read).transpose()?.unwrap_or_default();
        let alone = |value| [value, Value::Missing];
        Ok(Self([alone(signature), alone(timestamp), alone(Value::Missing), alone(Value::Missing)]))
    }

    /// Looks them up in the headers of a request.
    pub(crate) fn find(headers: &Bound<'py, PyAny>, scheme: &Scheme) -> Result<Self, Failure> {
        let mut found = Self::default();
        let [signature, timestamp, id] = scheme.header_spellings();
        let spellings = [signature, timestamp, id, scheme.key_header().map_or([None; 2], |names| names.map(Some))];
        each_header(headers, |name, value| found.add(&spellings, name, value))?;
        if matches!(found.0[0], [Value::Missing, Value::Missing]) {
            check_members(headers)?;
        }
        Ok(found)
    }

    fn add(
        &mut self,
        spellings: &[[Option<&HeaderName>; 2]; 4],
        name: &Bound<'py, PyAny>,
        value: &Bound<'py, PyAny>,
    ) -> Result<(), Failure> {
        let name = match (name.cast::<PyString>(), name.cast::<PyBytes>()) {
            // Text with lone surrogates is not the name of any header.
            (Ok(text), _) => text.to_str().unwrap_or_default().as_bytes(),
            (_, Ok(bytes)) => bytes.as_bytes(),
            _ => return Err(wrong_type(NAME_TYPES, name)),
        };
        let slots = self.0.iter_mut().flatten().zip(spellings.iter().flatten());
        for (slot, spelling) in slots {
            if spelling.is_some_and(|spelling| spelling.matches(name)) {
                slot.add(Value::read(value)?);
                break;
            }
        }
        Ok(())
    }

    /// Whether the signature's header occurs at all.
    pub(crate) fn has_signature(&self) -> bool {
        !matches!(self.0[0], [Value::Missing, Value::Missing])
    }

    /// The values as the core's type, which can be used without the GIL.
    pub(crate) fn headers<'a>(&'a self, scheme: &'a Scheme) -> hookseal::HeaderValues<'a> {
        let [signature, timestamp, id, topic] =
            self.0.each_ref().map(|[first, second]| first.lookup().or(second.lookup()));
        hookseal::HeaderValues::new(scheme, [signature, timestamp, id]).with_topic(scheme, topic)
    }

    /// The topic, if the key of the delivery needs it and it occurs once.
    pub(crate) fn topic(&self) -> Option<Vec<u8>> {
        let [_, _, _, [first, second]] = &self.0;
        match first.lookup().or(second.lookup()) {
            HeaderLookup::Once(topic) => Some(topic.to_vec()),
            _ => None,
        }
    }
}
