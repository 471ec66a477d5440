//! Builds Python objects from a body that the core has accepted as JSON. jiter builds them, but it does not accept all
//! of JSON: it refuses escapes of half a surrogate pair, and numbers of more than 4,300 digits.

use std::ops::Range;

use hookseal::{ErrorKind, replace_lone_surrogates};
use jiter::{PythonParse, StringCacheMode};
use num_bigint::{BigInt, Sign};
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyFloat, PyList};

use crate::failure::Failure;
use crate::integer::integer;

/// Builds the Python objects for a body.
pub(crate) fn read<'py>(py: Python<'py>, body: &[u8]) -> Result<Bound<'py, PyAny>, Failure> {
    if let Ok(found) = parser(false).python_parse(py, body) {
        return Ok(found);
    }
    let (text, numbers) = py.detach(|| prepare(body));
    let found = parser(true).python_parse(py, &text).map_err(|error| Failure::Argument {
        kind: ErrorKind::MalformedEnvelope,
        message: format!("the signature is valid, but the body cannot be read: {}", error.description(&text)),
        cause: None,
    })?;
    Ok(restore_numbers(found, &numbers)?)
}

fn parser(allow_inf_nan: bool) -> PythonParse {
    // Field names are few and recur, so they are cached; values are not, because they are private data.
    PythonParse { cache_mode: StringCacheMode::Keys, allow_inf_nan, ..PythonParse::default() }
}

/// A number that jiter refuses.
enum Number {
    Integer(BigInt),
    Float(f64),
}

/// The number of digits, before a decimal point if there is one, from which jiter refuses a number.
const TOO_MANY_DIGITS: usize = 4_301;

/// A copy that jiter accepts, and the numbers that were taken out of it. Each is replaced by the placeholder
/// `[NaN,index]`, which cannot occur in JSON.
fn prepare(body: &[u8]) -> (Vec<u8>, Vec<Number>) {
    let mut text = replace_lone_surrogates(body).into_owned();
    let places = long_numbers(&text);
    let numbers = places.iter().map(|place| number(&text[place.clone()])).collect();
    for (index, place) in places.into_iter().enumerate() {
        let placeholder = format!("[NaN,{index}]");
        let place = &mut text[place];
        place.fill(b' ');
        place[..placeholder.len()].copy_from_slice(placeholder.as_bytes());
    }
    (text, numbers)
}

/// The places of the numbers that jiter refuses.
fn long_numbers(json: &[u8]) -> Vec<Range<usize>> {
    let mut places = Vec::new();
    let mut at = 0;
    while let Some(byte) = json.get(at) {
        match byte {
            b'"' => at = end_of_string(json, at + 1),
            b'-' | b'0'..=b'9' => {
                let start = at;
                at += run_length(&json[at..], |byte| matches!(byte, b'0'..=b'9' | b'+' | b'-' | b'.' | b'e' | b'E'));
                if whole_digits(&json[start..at]).len() >= TOO_MANY_DIGITS {
                    places.push(start..at);
                }
            }
            _ => at += 1,
        }
    }
    places
}

/// The index after the end of the string that `at` is in.
fn end_of_string(json: &[u8], mut at: usize) -> usize {
    loop {
        at += run_length(json.get(at..).unwrap_or_default(), |byte| !matches!(byte, b'"' | b'\\'));
        match json.get(at) {
            Some(b'\\') => at += 2,
            _ => return at + 1,
        }
    }
}

/// How many bytes at the start match.
fn run_length(bytes: &[u8], matches: impl Fn(u8) -> bool) -> usize {
    bytes.iter().position(|byte| !matches(*byte)).unwrap_or(bytes.len())
}

/// The digits before a number's decimal point or exponent.
fn whole_digits(number: &[u8]) -> &[u8] {
    let number = number.strip_prefix(b"-").unwrap_or(number);
    &number[..run_length(number, |byte| byte.is_ascii_digit())]
}

fn number(text: &[u8]) -> Number {
    let digits = whole_digits(text);
    let is_negative = text.starts_with(b"-");
    if digits.len() + usize::from(is_negative) == text.len() {
        let sign = if is_negative { Sign::Minus } else { Sign::Plus };
        return Number::Integer(BigInt::from_biguint(sign, integer(digits)));
    }
    let text = std::str::from_utf8(text).unwrap_or_default();
    // As in Python, a number beyond the range is infinite.
    Number::Float(text.parse().unwrap_or(f64::INFINITY))
}

/// Replaces each placeholder by its number.
fn restore_numbers<'py>(found: Bound<'py, PyAny>, numbers: &[Number]) -> PyResult<Bound<'py, PyAny>> {
    if numbers.is_empty() {
        return Ok(found);
    }
    if let Ok(list) = found.cast::<PyList>() {
        if let Some(index) = placeholder_index(list) {
            return match numbers.get(index) {
                Some(Number::Integer(number)) => Ok(number.into_pyobject(found.py())?.into_any()),
                Some(Number::Float(number)) => Ok(PyFloat::new(found.py(), *number).into_any()),
                None => Ok(found),
            };
        }
        for (index, item) in list.iter().enumerate() {
            if is_container(&item) {
                list.set_item(index, restore_numbers(item, numbers)?)?;
            }
        }
    } else if let Ok(dict) = found.cast::<PyDict>() {
        for (name, value) in dict.iter() {
            if is_container(&value) {
                dict.set_item(name, restore_numbers(value, numbers)?)?;
            }
        }
    }
    Ok(found)
}

/// Whether a value can hold placeholders.
fn is_container(value: &Bound<'_, PyAny>) -> bool {
    value.is_instance_of::<PyList>() || value.is_instance_of::<PyDict>()
}

/// The index of the number for which a list is the placeholder.
fn placeholder_index(list: &Bound<'_, PyList>) -> Option<usize> {
    let first = list.get_item(0).ok()?;
    let is_placeholder = first.cast::<PyFloat>().is_ok_and(|number| number.value().is_nan());
    if is_placeholder { list.get_item(1).ok()?.extract().ok() } else { None }
}
