//! Schemes of the user's own.

use hookseal::{ErrorKind, KeyEncoding, SignatureFormat, SignedPart};
use pyo3::prelude::*;
use pyo3::types::{PyBool, PyDict};

use crate::failure::{Failure, unpicklable};
use crate::settings::Unicode;

/// How a sender signs that is not built in. All schemes are HMAC-SHA256.
///
/// `signed` is what the sender signs, such as "{id}.{timestamp}.{body}". `encoding` is "hex" or "base64". The tag stands
/// alone, behind a `prefix` such as "sha256=", or in a list such as "v1=…,v1=…", whose `list_separator` "," stands
/// between its items and whose `list_joiner` "=" between the `list_version` "v1" and a tag. The time of signing, if it is
/// signed, is in the `timestamp_header`, in the list's item `timestamp_in_signature`, or in a Contio envelope. `key`
/// says how the text of a secret becomes the key: its UTF-8 bytes, or what it decodes to as base64.
///
/// A header may have a second name, in a dict from the header to that name. Of `newer_spellings` the newer name decides
/// where a delivery has both; of `fallback_spellings` the second name is looked at only where the first is absent.
///
/// Raises WebhookVerificationError: invalid_scheme, with what is wrong.
#[pyclass(module = "hookseal", frozen)]
pub(crate) struct Scheme {
    pub(crate) scheme: hookseal::Scheme,
}

#[pymethods]
impl Scheme {
    #[new]
    #[pyo3(
        signature = (
            name, *, signature_header, encoding, signed, prefix = None, list_separator = None, list_joiner = None,
            list_version = None, timestamp_header = None, timestamp_in_signature = None, timestamp_in_envelope = None,
            id_header = None, key = None, newer_spellings = None, fallback_spellings = None,
        ),
        text_signature = "(name, *, signature_header, encoding, signed, prefix=None, list_separator=None, \
            list_joiner=None, list_version=None, timestamp_header=None, timestamp_in_signature=None, \
            timestamp_in_envelope=False, id_header=None, key='utf8', newer_spellings=None, fallback_spellings=None)"
    )]
    #[allow(clippy::too_many_arguments)] // they have names where they are given
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
        timestamp_header: Option<&Bound<'_, PyAny>>,
        timestamp_in_signature: Option<&Bound<'_, PyAny>>,
        timestamp_in_envelope: Option<&Bound<'_, PyAny>>,
        id_header: Option<&Bound<'_, PyAny>>,
        key: Option<&Bound<'_, PyAny>>,
        newer_spellings: Option<&Bound<'_, PyAny>>,
        fallback_spellings: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<Self> {
        let make = || {
            let texts = Texts {
                name: text("name", name)?,
                signature_header: text("signature_header", signature_header)?,
                signed: text("signed", signed)?,
                timestamp_header: optional("timestamp_header", timestamp_header)?,
                timestamp_in_signature: optional("timestamp_in_signature", timestamp_in_signature)?,
                id_header: optional("id_header", id_header)?,
                newer_spellings: spellings("newer_spellings", newer_spellings)?,
                fallback_spellings: spellings("fallback_spellings", fallback_spellings)?,
            };
            let prefix = optional("prefix", prefix)?;
            let list = [
                optional("list_separator", list_separator)?,
                optional("list_joiner", list_joiner)?,
                optional("list_version", list_version)?,
            ];
            let tags = tags(&text("encoding", encoding)?, prefix.as_ref(), &list)?;
            let in_envelope = timestamp_in_envelope.map(flag).transpose()?.unwrap_or_default();
            let key = key.map(key_encoding).transpose()?.unwrap_or_default();
            Ok(Self { scheme: texts.scheme(tags, in_envelope, key)? })
        };
        make().map_err(|failure: Failure| failure.raise(py))
    }

    /// What a delivery tells of its scheme.
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
        Err(unpicklable("Scheme", "make it again where it is needed"))
    }
}

/// What is named in a scheme, held for as long as the core reads it.
struct Texts<'py> {
    name: Unicode<'py>,
    signature_header: Unicode<'py>,
    signed: Unicode<'py>,
    timestamp_header: Option<Unicode<'py>>,
    timestamp_in_signature: Option<Unicode<'py>>,
    id_header: Option<Unicode<'py>>,
    newer_spellings: Vec<Spelling<'py>>,
    fallback_spellings: Vec<Spelling<'py>>,
}

/// A header and its other name.
type Spelling<'py> = (Unicode<'py>, Unicode<'py>);

impl Texts<'_> {
    fn scheme(
        &self,
        tags: SignatureFormat<'_>,
        in_envelope: bool,
        key: KeyEncoding,
    ) -> Result<hookseal::Scheme, Failure> {
        let mut builder = hookseal::Scheme::builder(self.name.as_str())
            .signature(self.signature_header.as_str(), tags)
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
            return Err(invalid("there is one source of time at most"));
        }
        if let Some(header) = &self.id_header {
            builder = builder.id_header(header.as_str());
        }
        for (header, newer) in &self.newer_spellings {
            builder = builder.newer_spelling(header.as_str(), newer.as_str());
        }
        for (header, fallback) in &self.fallback_spellings {
            builder = builder.fallback_spelling(header.as_str(), fallback.as_str());
        }
        let mut room = [SignedPart::Body; 8];
        let signed = SignedPart::read_template(self.signed.as_str(), &mut room)?;
        Ok(builder.signed(signed).build()?)
    }
}

/// How tags are written: alone, behind a prefix, or in a list of a separator, a joiner and a version.
fn tags<'a>(
    encoding: &Unicode<'_>,
    prefix: Option<&'a Unicode<'_>>,
    list: &'a [Option<Unicode<'_>>; 3],
) -> Result<SignatureFormat<'a>, Failure> {
    let is_hex = match encoding.as_str() {
        "hex" => true,
        "base64" => false,
        _ => return Err(invalid("encoding is \"hex\" or \"base64\"")),
    };
    match (prefix, list) {
        (prefix, [None, None, None]) => {
            let prefix = prefix.map_or("", Unicode::as_str);
            Ok(if is_hex { SignatureFormat::hex(prefix) } else { SignatureFormat::base64(prefix) })
        }
        (None, [Some(separator), Some(joiner), Some(version)]) => {
            let (separator, joiner) = (mark("list_separator", separator)?, mark("list_joiner", joiner)?);
            let make = if is_hex { SignatureFormat::hex_list } else { SignatureFormat::base64_list };
            Ok(make(separator, joiner, version.as_str()))
        }
        (None, _) => Err(invalid("a list has a list_separator, a list_joiner and a list_version")),
        (Some(_), _) => Err(invalid("a tag stands behind a prefix or in a list, not both")),
    }
}

fn key_encoding(value: &Bound<'_, PyAny>) -> Result<KeyEncoding, Failure> {
    match text("key", value)?.as_str() {
        "utf8" => Ok(KeyEncoding::Utf8),
        "base64" => Ok(KeyEncoding::Base64),
        _ => Err(invalid("key is \"utf8\" or \"base64\"")),
    }
}

fn flag(value: &Bound<'_, PyAny>) -> Result<bool, Failure> {
    value.cast::<PyBool>().map(|flag| flag.is_true()).map_err(|_| invalid("timestamp_in_envelope is True or False"))
}

fn text<'py>(name: &str, value: &Bound<'py, PyAny>) -> Result<Unicode<'py>, Failure> {
    Unicode::read(value).ok_or_else(|| invalid(&format!("{name} is a str")))
}

fn optional<'py>(name: &str, value: Option<&Bound<'py, PyAny>>) -> Result<Option<Unicode<'py>>, Failure> {
    value.map(|value| text(name, value)).transpose()
}

fn spellings<'py>(name: &str, value: Option<&Bound<'py, PyAny>>) -> Result<Vec<Spelling<'py>>, Failure> {
    let Some(value) = value else { return Ok(Vec::new()) };
    let wrong = || invalid(&format!("{name} is a dict of headers and their other names"));
    let dict = value.cast::<PyDict>().map_err(|_| wrong())?;
    let both = |(header, other)| Some((Unicode::read(&header)?, Unicode::read(&other)?));
    dict.iter().map(|pair| both(pair).ok_or_else(wrong)).collect()
}

/// The only character of a text.
fn mark(name: &str, text: &Unicode<'_>) -> Result<char, Failure> {
    let mut marks = text.as_str().chars();
    match (marks.next(), marks.next()) {
        (Some(mark), None) => Ok(mark),
        _ => Err(invalid(&format!("{name} is one character"))),
    }
}

pub(crate) fn invalid(reason: &str) -> Failure {
    let message = format!("the scheme cannot be used: {reason}");
    Failure::Argument { kind: ErrorKind::InvalidScheme, message, cause: None }
}
