//! Python's objects for a body that the core has accepted as JSON. They are made by jiter, which takes less than JSON is:
//! it refuses escapes of half a surrogate pair, and numbers of more than 4,300 digits.

use std::ops::Range;

use hookseal::{ErrorKind, replace_lone_surrogates};
use jiter::{PythonParse, StringCacheMode};
use num_bigint::{BigInt, Sign};
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyFloat, PyList};

use crate::failure::Failure;
use crate::integer::integer;

/// Python's objects for a body.
pub(crate) fn read<'py>(py: Python<'py>, body: &[u8]) -> Result<Bound<'py, PyAny>, Failure> {
    if let Ok(found) = parser(false).python_parse(py, body) {
        return Ok(found);
    }
    let (text, numbers) = py.detach(|| readable(body));
    let found = parser(true).python_parse(py, &text).map_err(|error| Failure::Argument {
        kind: ErrorKind::MalformedEnvelope,
        message: format!("the delivery is genuine but its body cannot be read: {}", error.description(&text)),
        cause: None,
    })?;
    Ok(put_back(found, &numbers)?)
}

fn parser(allow_inf_nan: bool) -> PythonParse {
    // Names of fields are few and come again and again; what they hold is nobody's to keep.
    PythonParse { cache_mode: StringCacheMode::Keys, allow_inf_nan, ..PythonParse::default() }
}

/// A number that jiter does not take.
enum Number {
    Integer(BigInt),
    Float(f64),
}

/// From so many digits on jiter refuses a number, before its point if it has one.
const TOO_MANY_DIGITS: usize = 4_301;

/// A copy that jiter takes, and the numbers that it lacks. In the place of each stands `[NaN,index]`, which no JSON has.
fn readable(body: &[u8]) -> (Vec<u8>, Vec<Number>) {
    let mut text = replace_lone_surrogates(body).into_owned();
    let places = long_numbers(&text);
    let numbers = places.iter().map(|place| number(&text[place.clone()])).collect();
    for (index, place) in places.into_iter().enumerate() {
        let mark = format!("[NaN,{index}]");
        let place = &mut text[place];
        place.fill(b' ');
        place[..mark.len()].copy_from_slice(mark.as_bytes());
    }
    (text, numbers)
}

/// Where these numbers are.
fn long_numbers(json: &[u8]) -> Vec<Range<usize>> {
    let mut places = Vec::new();
    let mut at = 0;
    while let Some(byte) = json.get(at) {
        match byte {
            b'"' => at = end_of_string(json, at + 1),
            b'-' | b'0'..=b'9' => {
                let start = at;
                at += run(&json[at..], |byte| matches!(byte, b'0'..=b'9' | b'+' | b'-' | b'.' | b'e' | b'E'));
                if whole_digits(&json[start..at]).len() >= TOO_MANY_DIGITS {
                    places.push(start..at);
                }
            }
            _ => at += 1,
        }
    }
    places
}

/// Where a string ends that has begun.
fn end_of_string(json: &[u8], mut at: usize) -> usize {
    loop {
        at += run(json.get(at..).unwrap_or_default(), |byte| !matches!(byte, b'"' | b'\\'));
        match json.get(at) {
            Some(b'\\') => at += 2,
            _ => return at + 1,
        }
    }
}

fn run(bytes: &[u8], goes_on: impl Fn(u8) -> bool) -> usize {
    bytes.iter().position(|byte| !goes_on(*byte)).unwrap_or(bytes.len())
}

/// The digits in front of a number's point or exponent.
fn whole_digits(number: &[u8]) -> &[u8] {
    let number = number.strip_prefix(b"-").unwrap_or(number);
    &number[..run(number, |byte| byte.is_ascii_digit())]
}

fn number(text: &[u8]) -> Number {
    let digits = whole_digits(text);
    let is_negative = text.starts_with(b"-");
    if digits.len() + usize::from(is_negative) == text.len() {
        let sign = if is_negative { Sign::Minus } else { Sign::Plus };
        return Number::Integer(BigInt::from_biguint(sign, integer(digits)));
    }
    let text = std::str::from_utf8(text).unwrap_or_default();
    // As for Python, what is beyond the range is infinite.
    Number::Float(text.parse().unwrap_or(f64::INFINITY))
}

/// Puts each number in the place that was kept for it.
fn put_back<'py>(found: Bound<'py, PyAny>, numbers: &[Number]) -> PyResult<Bound<'py, PyAny>> {
    if numbers.is_empty() {
        return Ok(found);
    }
    if let Ok(list) = found.cast::<PyList>() {
        if let Some(index) = mark(list) {
            return match numbers.get(index) {
                Some(Number::Integer(number)) => Ok(number.into_pyobject(found.py())?.into_any()),
                Some(Number::Float(number)) => Ok(PyFloat::new(found.py(), *number).into_any()),
                None => Ok(found),
            };
        }
        for (index, item) in list.iter().enumerate() {
            if is_inside_of(&item) {
                list.set_item(index, put_back(item, numbers)?)?;
            }
        }
    } else if let Ok(dict) = found.cast::<PyDict>() {
        for (name, value) in dict.iter() {
            if is_inside_of(&value) {
                dict.set_item(name, put_back(value, numbers)?)?;
            }
        }
    }
    Ok(found)
}

/// Whether there can be a place inside.
fn is_inside_of(value: &Bound<'_, PyAny>) -> bool {
    value.is_instance_of::<PyList>() || value.is_instance_of::<PyDict>()
}

/// Which number a list stands for.
fn mark(list: &Bound<'_, PyList>) -> Option<usize> {
    let first = list.get_item(0).ok()?;
    let is_mark = first.cast::<PyFloat>().is_ok_and(|number| number.value().is_nan());
    if is_mark { list.get_item(1).ok()?.extract().ok() } else { None }
}
