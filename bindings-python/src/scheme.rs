//! Custom schemes, and the argument that names a scheme.

use hookseal::{ErrorKind, KeyEncoding, SignatureFormat, SignedPart, TimestampFormat};
use pyo3::prelude::*;
use pyo3::types::{PyBool, PyDict, PyInt, PyList, PyTuple};

use crate::failure::{Failure, type_of, unpicklable};
use crate::settings::{OrDefault, Unicode};

/// A custom scheme: how a sender signs that is not built in. All schemes are HMAC-SHA256.
///
/// `signed` is what the sender signs, such as "{id}.{timestamp}.{body}". `encoding` is "hex" or "base64". The signature
/// header holds one signature, after a `prefix` such as "sha256=" if there is one, or a list such as "v1=…,v1=…": its
/// `list_separator` "," separates the items, and its `list_joiner` "=" separates the `list_version` "v1" from a
/// signature. In a list, `list_spaced` says that a blank follows each separator, and `list_grouped` that more
/// signatures follow the first of a version without the version, as in "v0=…,…".
///
/// The time of signing, if it is signed, is in the `timestamp_header`, in the list item `timestamp_in_signature`, or in
/// a Contio envelope. `timestamp_format` says how it is written: "seconds" for Unix seconds in 1 to 12 digits,
/// "ten_digits" for exactly 10, "milliseconds" for 13, or "rfc3339". The id, if it is signed, is in the `id_header`, or
/// in the list item `id_in_signature`; if every id has the same number of characters, `id_length` says how many. `key`
/// says how a secret given as text becomes the key: "utf8" for its UTF-8 bytes, "base64" or "hex" to decode it.
/// `envelope` says that the body is a Contio envelope, which `delivery.event()` then checks.
///
/// `key_field` is the field of the JSON body with the event's id, from which `delivery.key` is made; by default it is
/// the signed id, or else a digest of the body. `key_topic` names a header that is not signed and whose value is part of
/// the key, or a tuple of it and its newer name; `key_scheme` is the scheme that keys name instead of this one. With
/// `keyless`, a tuple of a field and a text, deliveries whose body has that text in that field at its root are no events
/// and have no key; with a field alone, those that have any text in it.
///
/// A header may have a second name, given by a dict from the header to that name. In `newer_spellings` the second name
/// wins if a delivery has both; in `fallback_spellings` the second name is read only if the first is absent.
///
/// Raises WebhookVerificationError: invalid_scheme, with the reason.
#[pyclass(module = "hookseal", frozen)]
pub(crate) struct Scheme {
    scheme: hookseal::Scheme,
}

#[pymethods]
impl Scheme {
    #[new]
    #[pyo3(
        signature = (
            name, *, signature_header, encoding, signed, prefix = None, list_separator = None, list_joiner = None,
            list_version = None, list_spaced = None, list_grouped = None, timestamp_header = None,
            timestamp_in_signature = None, timestamp_in_envelope = None, timestamp_format = None, id_header = None,
            id_in_signature = None, id_length = None, key = None, envelope = None, key_field = None, key_topic = None,
            key_scheme = None, keyless = None, newer_spellings = None, fallback_spellings = None,
        ),
        text_signature = "(name, *, signature_header, encoding, signed, prefix=None, list_separator=None, \
            list_joiner=None, list_version=None, list_spaced=False, list_grouped=False, timestamp_header=None, \
            timestamp_in_signature=None, timestamp_in_envelope=False, timestamp_format='seconds', id_header=None, \
            id_in_signature=None, id_length=None, key='utf8', envelope=False, key_field=None, key_topic=None, \
            key_scheme=None, keyless=None, newer_spellings=None, fallback_spellings=None)"
    )]
    #[allow(clippy::too_many_arguments)] // keyword arguments
    fn new(
        py: Python<'_>,
        name: &Bound<'_, PyAny>,
        signature_header: &Bound<'_, PyAny>,
        encoding: &Bound<'_, PyAny>,
        signed: &Bound<'_, PyAny>,
        prefix: Option<&Bound<'_, PyAny>>,
        list_separator: Option<&Bound<'_, PyAny>>,
        list_joiner: Option<&Bound<'_, PyAny>>,
        list_version: Option<&Bound<'_, PyAny>>,
        list_spaced: Option<&Bound<'_, PyAny>>,
        list_grouped: Option<&Bound<'_, PyAny>>,
        timestamp_header: Option<&Bound<'_, PyAny>>,
        timestamp_in_signature: Option<&Bound<'_, PyAny>>,
        timestamp_in_envelope: Option<&Bound<'_, PyAny>>,
        timestamp_format: Option<&Bound<'_, PyAny>>,
        id_header: Option<&Bound<'_, PyAny>>,
        id_in_signature: Option<&Bound<'_, PyAny>>,
        id_length: Option<&Bound<'_, PyAny>>,
        key: Option<&Bound<'_, PyAny>>,
        envelope: Option<&Bound<'_, PyAny>>,
        key_field: Option<&Bound<'_, PyAny>>,
        key_topic: Option<&Bound<'_, PyAny>>,
        key_scheme: Option<&Bound<'_, PyAny>>,
        keyless: Option<&Bound<'_, PyAny>>,
        newer_spellings: Option<&Bound<'_, PyAny>>,
        fallback_spellings: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<Self> {
        let make = || {
            let arguments = Arguments {
                name: text("name", name)?,
                signature_header: text("signature_header", signature_header)?,
                signed: text("signed", signed)?,
                timestamp_header: optional("timestamp_header", timestamp_header)?,
                timestamp_in_signature: optional("timestamp_in_signature", timestamp_in_signature)?,
                id_header: optional("id_header", id_header)?,
                id_in_signature: optional("id_in_signature", id_in_signature)?,
                id_length: id_length.map(length).transpose()?,
                has_envelope: flag("envelope", envelope)?,
                key_field: optional("key_field", key_field)?,
                key_topic: key_topic.map(|value| pair("key_topic", value)).transpose()?,
                key_scheme: optional("key_scheme", key_scheme)?,
                keyless: keyless.map(|value| pair("keyless", value)).transpose()?,
                newer_spellings: spellings("newer_spellings", newer_spellings)?,
                fallback_spellings: spellings("fallback_spellings", fallback_spellings)?,
            };
            let prefix = optional("prefix", prefix)?;
            let list = [
                optional("list_separator", list_separator)?,
                optional("list_joiner", list_joiner)?,
                optional("list_version", list_version)?,
            ];
            let mut format = signature_format(&text("encoding", encoding)?, prefix.as_ref(), &list)?;
            if flag("list_spaced", list_spaced)? {
                format = format.spaced();
            }
            if flag("list_grouped", list_grouped)? {
                format = format.grouped();
            }
            let in_envelope = flag("timestamp_in_envelope", timestamp_in_envelope)?;
            let written = timestamp_format.map(timestamp).transpose()?.unwrap_or_default();
            let key = key.map(key_encoding).transpose()?.unwrap_or_default();
            Ok(Self { scheme: arguments.scheme(format, in_envelope, written, key)? })
        };
        make().map_err(|failure: Failure| failure.raise(py))
    }

    /// Reads a scheme from its textual form, JSON, which is the same in every language.
    ///
    /// Raises WebhookVerificationError: invalid_scheme, with the member, the line and the column.
    #[staticmethod]
    fn from_json(py: Python<'_>, json: &Bound<'_, PyAny>) -> PyResult<Self> {
        let read = || Ok(Self { scheme: hookseal::Scheme::from_json(text("json", json)?.as_str())? });
        read().map_err(|failure: Failure| failure.raise(py))
    }

    /// The textual form of the scheme, JSON without white space.
    fn to_json(&self) -> String {
        self.scheme.to_json()
    }

    /// The name of the scheme, which its deliveries report.
    #[getter]
    fn name(&self) -> &str {
        self.scheme.name()
    }

    fn __repr__(&self) -> String {
        format!("<hookseal.Scheme {:?}>", self.scheme.name())
    }

    fn __copy__(slf: Py<Self>) -> Py<Self> {
        slf
    }

    fn __deepcopy__(slf: Py<Self>, _memo: &Bound<'_, PyAny>) -> Py<Self> {
        slf
    }

    fn __reduce__(&self) -> PyResult<()> {
        Err(unpicklable("Scheme", "create it again where it is needed"))
    }
}

impl Scheme {
    pub(crate) const fn of(scheme: hookseal::Scheme) -> Self {
        Self { scheme }
    }
}

/// The scheme of an argument: the name of a built-in scheme, or a custom scheme.
pub(crate) fn from_argument(argument: &OrDefault<'_>) -> Result<hookseal::Scheme, Failure> {
    let Some(value) = argument.get() else { return Ok(hookseal::Scheme::CONTIO) };
    if let Ok(custom) = value.cast::<Scheme>() {
        return Ok(custom.get().scheme);
    }
    match Unicode::read(value) {
        Some(name) => Ok(hookseal::Scheme::preset(name.as_str())?),
        None => Err(wrong_type("scheme must be the name of a built-in scheme or a hookseal.Scheme", value)),
    }
}

/// The texts of a scheme, kept alive until the core has read them.
struct Arguments<'py> {
    name: Unicode<'py>,
    signature_header: Unicode<'py>,
    signed: Unicode<'py>,
    timestamp_header: Option<Unicode<'py>>,
    timestamp_in_signature: Option<Unicode<'py>>,
    id_header: Option<Unicode<'py>>,
    id_in_signature: Option<Unicode<'py>>,
    id_length: Option<u8>,
    has_envelope: bool,
    key_field: Option<Unicode<'py>>,
    key_topic: Option<Pair<'py>>,
    key_scheme: Option<Unicode<'py>>,
    keyless: Option<Pair<'py>>,
    newer_spellings: Vec<Spelling<'py>>,
    fallback_spellings: Vec<Spelling<'py>>,
}

/// One text, or two.
type Pair<'py> = (Unicode<'py>, Option<Unicode<'py>>);

/// A header and its second name.
type Spelling<'py> = (Unicode<'py>, Unicode<'py>);

impl Arguments<'_> {
    fn scheme(
        &self,
        format: SignatureFormat<'_>,
        in_envelope: bool,
        timestamp_format: TimestampFormat,
        key: KeyEncoding,
    ) -> Result<hookseal::Scheme, Failure> {
        let mut builder = hookseal::Scheme::builder(self.name.as_str())
            .signature(self.signature_header.as_str(), format)
            .key_encoding(key);
        let mut sources_of_time = 0;
        if let Some(header) = &self.timestamp_header {
            builder = builder.timestamp_header(header.as_str());
            sources_of_time += 1;
        }
        if let Some(key) = &self.timestamp_in_signature {
            builder = builder.timestamp_in_signature(key.as_str());
            sources_of_time += 1;
        }
        if in_envelope {
            builder = builder.timestamp_in_envelope();
            sources_of_time += 1;
        }
        if sources_of_time > 1 {
            return Err(invalid("give only one of timestamp_header, timestamp_in_signature and timestamp_in_envelope"));
        }
        builder = builder.timestamp_format(timestamp_format);
        if self.id_header.is_some() && self.id_in_signature.is_some() {
            return Err(invalid("give only one of id_header and id_in_signature"));
        }
        if let Some(header) = &self.id_header {
            builder = builder.id_header(header.as_str());
        }
        if let Some(key) = &self.id_in_signature {
            builder = builder.id_in_signature(key.as_str());
        }
        if let Some(length) = self.id_length {
            builder = builder.id_length(length);
        }
        if let Some(field) = &self.key_field {
            builder = builder.key_field(field.as_str());
        }
        if let Some((header, newer)) = &self.key_topic {
            builder = builder.key_topic(header.as_str(), newer.as_ref().unwrap_or(header).as_str());
        }
        if let Some(name) = &self.key_scheme {
            builder = builder.key_scheme(name.as_str());
        }
        if let Some((field, value)) = &self.keyless {
            builder = builder.keyless(field.as_str(), value.as_ref().map_or("", Unicode::as_str));
        }
        if self.has_envelope {
            builder = builder.with_envelope();
        }
        for (header, newer) in &self.newer_spellings {
            builder = builder.newer_spelling(header.as_str(), newer.as_str());
        }
        for (header, fallback) in &self.fallback_spellings {
            builder = builder.fallback_spelling(header.as_str(), fallback.as_str());
        }
        let mut buffer = [SignedPart::Body; 8];
        let signed = SignedPart::read_template(self.signed.as_str(), &mut buffer)?;
        Ok(builder.signed(signed).build()?)
    }
}

/// How signatures are written: one, after a prefix if there is one, or a list with a separator, a joiner and a version.
fn signature_format<'a>(
    encoding: &Unicode<'_>,
    prefix: Option<&'a Unicode<'_>>,
    list: &'a [Option<Unicode<'_>>; 3],
) -> Result<SignatureFormat<'a>, Failure> {
    let is_hex = match encoding.as_str() {
        "hex" => true,
        "base64" => false,
        other => return Err(invalid(&format!("encoding must be \"hex\" or \"base64\", not {other:?}"))),
    };
    match (prefix, list) {
        (prefix, [None, None, None]) => {
            let prefix = prefix.map_or("", Unicode::as_str);
            Ok(if is_hex { SignatureFormat::hex(prefix) } else { SignatureFormat::base64(prefix) })
        }
        (None, [Some(separator), Some(joiner), Some(version)]) => {
            let (separator, joiner) = (character("list_separator", separator)?, character("list_joiner", joiner)?);
            let make = if is_hex { SignatureFormat::hex_list } else { SignatureFormat::base64_list };
            Ok(make(separator, joiner, version.as_str()))
        }
        (None, _) => Err(invalid("a list of signatures needs list_separator, list_joiner and list_version")),
        (Some(_), _) => Err(invalid("give either prefix, or list_separator, list_joiner and list_version")),
    }
}

fn key_encoding(value: &Bound<'_, PyAny>) -> Result<KeyEncoding, Failure> {
    match text("key", value)?.as_str() {
        "utf8" => Ok(KeyEncoding::Utf8),
        "base64" => Ok(KeyEncoding::Base64),
        "hex" => Ok(KeyEncoding::Hex),
        other => Err(invalid(&format!("key must be \"utf8\", \"base64\" or \"hex\", not {other:?}"))),
    }
}

fn timestamp(value: &Bound<'_, PyAny>) -> Result<TimestampFormat, Failure> {
    match text("timestamp_format", value)?.as_str() {
        "seconds" => Ok(TimestampFormat::UnixSeconds),
        "ten_digits" => Ok(TimestampFormat::TenDigits),
        "milliseconds" => Ok(TimestampFormat::UnixMilliseconds),
        "rfc3339" => Ok(TimestampFormat::Rfc3339),
        other => {
            let words = "\"seconds\", \"ten_digits\", \"milliseconds\" or \"rfc3339\"";
            Err(invalid(&format!("timestamp_format must be {words}, not {other:?}")))
        }
    }
}

/// A number of characters. One that is too large is refused like 0.
fn length(value: &Bound<'_, PyAny>) -> Result<u8, Failure> {
    let number = value.cast::<PyInt>().ok().filter(|_| !value.is_instance_of::<PyBool>());
    let number = number.ok_or_else(|| wrong_type("id_length must be an int", value))?;
    Ok(number.extract().unwrap_or(0))
}

fn flag(name: &str, value: Option<&Bound<'_, PyAny>>) -> Result<bool, Failure> {
    let Some(value) = value else { return Ok(false) };
    let expected = format!("{name} must be True or False");
    value.cast::<PyBool>().map(|flag| flag.is_true()).map_err(|_| wrong_type(&expected, value))
}

pub(crate) fn text<'py>(name: &str, value: &Bound<'py, PyAny>) -> Result<Unicode<'py>, Failure> {
    Unicode::read(value).ok_or_else(|| wrong_type(&format!("{name} must be a str"), value))
}

fn optional<'py>(name: &str, value: Option<&Bound<'py, PyAny>>) -> Result<Option<Unicode<'py>>, Failure> {
    value.map(|value| text(name, value)).transpose()
}

/// A str, or a tuple or list of two.
fn pair<'py>(name: &str, value: &Bound<'py, PyAny>) -> Result<Pair<'py>, Failure> {
    if let Some(one) = Unicode::read(value) {
        return Ok((one, None));
    }
    let expected = format!("{name} must be a str, or a tuple of two");
    let is_sequence = value.is_instance_of::<PyTuple>() || value.is_instance_of::<PyList>();
    let items: Option<[Bound<'py, PyAny>; 2]> = if is_sequence { value.extract().ok() } else { None };
    let [one, two] = items.ok_or_else(|| wrong_type(&expected, value))?;
    let read = |item: &Bound<'py, PyAny>| Unicode::read(item).ok_or_else(|| wrong_type(&expected, item));
    Ok((read(&one)?, Some(read(&two)?)))
}

fn spellings<'py>(name: &str, value: Option<&Bound<'py, PyAny>>) -> Result<Vec<Spelling<'py>>, Failure> {
    let Some(value) = value else { return Ok(Vec::new()) };
    let expected = format!("{name} must be a dict from headers to their second names, all of them str");
    let dict = value.cast::<PyDict>().map_err(|_| wrong_type(&expected, value))?;
    let read = |text: Bound<'py, PyAny>| Unicode::read(&text).ok_or_else(|| wrong_type(&expected, &text));
    dict.iter().map(|(header, second)| Ok((read(header)?, read(second)?))).collect()
}

/// The only character of a text.
fn character(name: &str, text: &Unicode<'_>) -> Result<char, Failure> {
    let mut characters = text.as_str().chars();
    match (characters.next(), characters.next()) {
        (Some(character), None) => Ok(character),
        _ => Err(invalid(&format!("{name} must be one character, not {:?}", text.as_str()))),
    }
}

/// A part of the wrong type.
fn wrong_type(expected: &str, value: &Bound<'_, PyAny>) -> Failure {
    invalid(&format!("{expected}, but this is {}", type_of(value)))
}

fn invalid(reason: &str) -> Failure {
    let message = format!("the scheme cannot be used: {reason}");
    Failure::Argument { kind: ErrorKind::InvalidScheme, message, cause: None }
}
