//! One header line.

use std::fmt;

use crate::Header;

/// Splits `Name: value` as HTTP does (RFC 9112, section 5): whitespace around the value is not part of it, and none is
/// allowed before the colon.
///
/// # Errors
/// What is wrong with the line.
pub fn parse_header(line: &[u8]) -> Result<Header, BadHeader> {
    let Some(colon) = line.iter().position(|byte| *byte == b':') else {
        return Err(BadHeader { excerpt: first_word(line), fault: "has no colon" });
    };
    let (name, value) = (&line[..colon], &line[colon + 1..]);
    if !is_name(name) {
        return Err(BadHeader { excerpt: first_word(name), fault: "has a name that HTTP does not allow" });
    }
    let is_space = |byte: &u8| matches!(byte, b' ' | b'\t');
    let start = value.iter().position(|byte| !is_space(byte)).unwrap_or(value.len());
    let end = value.iter().rposition(|byte| !is_space(byte)).map_or(start, |last| last + 1);
    Ok((name.to_vec(), value[start..end].to_vec()))
}

/// Whether HTTP allows a header of this name.
#[must_use]
pub fn is_name(name: &[u8]) -> bool {
    !name.is_empty() && name.iter().all(is_token)
}

/// A character of a token in RFC 9110, section 5.6.2.
fn is_token(byte: &u8) -> bool {
    byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(byte)
}

/// Why a line is no header. It shows at most one word of the line, and none that could be a secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BadHeader {
    excerpt: String,
    fault: &'static str,
}

impl fmt::Display for BadHeader {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the header '{}' {}; write it as 'Name: value'", self.excerpt, self.fault)
    }
}

impl std::error::Error for BadHeader {}

/// Enough to find the header, and no more: what follows the name may be a token, and a word with digits or punctuation
/// may be a token in place of a name.
fn first_word(text: &[u8]) -> String {
    let text = String::from_utf8_lossy(text);
    let (word, more) = match text.trim_start().split_once(char::is_whitespace) {
        Some((word, _)) => (word, " …"),
        None => (text.trim_start(), ""),
    };
    let is_name =
        word.chars().count() <= LONGEST_NAME && word.chars().all(|letter| letter.is_alphabetic() || letter == '-');
    if is_name { format!("{word}{more}") } else { "…".to_owned() }
}

/// The longest name of the headers that senders use.
const LONGEST_NAME: usize = 32;
