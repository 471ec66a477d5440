//! What undoes each accident that has nothing to do with how JSON is written.

use crate::explain::cause::Cause;
use crate::explain::encode::body_writer::{Made, Unmade};
use crate::explain::encode::codecs;
use crate::explain::encode::inflate;
use crate::explain::encode::json::{Cursor, items_of_buffer};
use crate::explain::encode::json_strings::{self, Spelling, Strings};

/// Makes of a body, and of its text if it is one, what it may have been.
pub(super) type Undo = fn(&[u8], Option<&str>, &mut Made<'_>) -> Result<(), Unmade>;

pub(super) struct Candidate {
    pub(super) cause: Cause,
    pub(super) undo: Undo,
    pub(super) is_likely: bool,
}

pub(super) const BOM: &[u8] = "\u{feff}".as_bytes();

const REPLACEMENT: &str = "\u{fffd}";

const ESCAPED: Strings = Strings { slashes: Spelling::AsItIs, non_ascii: Spelling::Escaped, upper: false, html: false };

/// Which bytes there are in a body.
pub(super) struct Bytes([bool; 256]);

impl Bytes {
    pub(super) fn of(body: &[u8]) -> Self {
        let mut bytes = [false; 256];
        body.iter().for_each(|byte| bytes[usize::from(*byte)] = true);
        Self(bytes)
    }

    pub(super) fn has(&self, byte: u8) -> bool {
        self.0[usize::from(byte)]
    }

    fn has_any(&self, bytes: &[u8]) -> bool {
        bytes.iter().any(|byte| self.has(*byte))
    }

    pub(super) fn is_ascii(&self) -> bool {
        self.0.iter().skip(0x80).all(|is_there| !is_there)
    }
}

/// What can be undone in a body, those of each cause that make something else than the ones before them do.
pub(super) fn undos(bytes: &Bytes, body: &[u8]) -> impl Iterator<Item = Candidate> {
    let is_ascii = bytes.is_ascii();
    let is_compressed = body.starts_with(&[0x1f, 0x8b]) || body.first().is_some_and(|first| first & 15 == 8);
    let likely: [(bool, Cause, Undo); 2] =
        [(bytes.has(b'\n'), Cause::BodyCrlfBecameLf, to_crlf), (bytes.has(b'\r'), Cause::BodyLfBecameCrlf, to_lf)];
    let others: [(bool, Cause, Undo); 16] = [
        (is_ascii && !bytes.has_any(b"{}\"<>%&"), Cause::BodyIsBase64, from_base64),
        (true, Cause::BodyWasBase64, to_base64),
        (is_compressed, Cause::BodyIsGzip, |body, _, made| inflate::decompress(body, made)),
        (bytes.has(b'%'), Cause::BodyIsForm, |body, _, made| codecs::from_form(value_of_form(body)?, made)),
        (true, Cause::BodyWasForm, |body, _, made| to_form(body, b"*-._", b"+", made)),
        (bytes.has_any(b"*~"), Cause::BodyWasForm, |body, _, made| to_form(body, b"-._~", b"+", made)),
        (bytes.has(b' '), Cause::BodyWasForm, |body, _, made| to_form(body, b"-._~", b"%20", made)),
        (bytes.has_any(b"!'()*"), Cause::BodyWasForm, |body, _, made| to_form(body, b"-._~!*'()", b"%20", made)),
        (!is_ascii, Cause::BodyDecodedAsLatin1, |_, text, made| codecs::to_latin1(text.ok_or(Unmade::NotSo)?, made)),
        (!is_ascii, Cause::BodyEncodedAsLatin1, |body, _, made| codecs::from_latin1(body, made)),
        (!is_ascii, Cause::BodySignedWithReplacements, with_replacements),
        (bytes.has(b'"'), Cause::BodyIsJsonText, from_json_text),
        (true, Cause::BodyWasJsonText, |_, text, made| to_json_text(text, Strings::default(), made)),
        (!is_ascii, Cause::BodyWasJsonText, |_, text, made| to_json_text(text, ESCAPED, made)),
        (bytes.has(b'/'), Cause::BodyWasJsonText, |_, text, made| {
            to_json_text(text, Strings { slashes: Spelling::Escaped, ..ESCAPED }, made)
        }),
        (bytes.has(b'{'), Cause::BodyIsJsonBuffer, from_json_buffer),
    ];
    let likely = likely.into_iter().map(|undo| (true, undo));
    let all = likely.chain(others.into_iter().map(|undo| (false, undo)));
    all.filter(|(_, (can_be, ..))| *can_be).map(|(is_likely, (_, cause, undo))| Candidate { cause, undo, is_likely })
}

/// A byte in place of each U+FFFD.
pub(super) fn with_byte(text: &str, byte: u8, made: &mut Made<'_>) -> Result<(), Unmade> {
    made.read(text.len())?;
    let mut parts = text.split(REPLACEMENT);
    made.push(parts.next().unwrap_or_default().as_bytes())?;
    parts.try_for_each(|part| {
        made.push(&[byte])?;
        made.push(part.as_bytes())
    })
}

/// CR LF at the end of every line, whatever ended it before.
fn to_crlf(body: &[u8], _: Option<&str>, made: &mut Made<'_>) -> Result<(), Unmade> {
    each_line(body, made, b"\r\n")
}

fn to_lf(body: &[u8], _: Option<&str>, made: &mut Made<'_>) -> Result<(), Unmade> {
    each_line(body, made, b"\n")
}

fn each_line(body: &[u8], made: &mut Made<'_>, end: &[u8]) -> Result<(), Unmade> {
    made.read(body.len())?;
    let mut lines = body.split(|byte| *byte == b'\n').peekable();
    while let Some(line) = lines.next() {
        if lines.peek().is_none() {
            return made.push(line);
        }
        made.push(line.strip_suffix(b"\r").unwrap_or(line))?;
        made.push(end)?;
    }
    Ok(())
}

fn from_base64(body: &[u8], _: Option<&str>, made: &mut Made<'_>) -> Result<(), Unmade> {
    let digits = body.trim_ascii();
    made.read(digits.len())?;
    made.reserve(digits.len() / 4 * 3 + 3)?;
    codecs::from_loose_base64(digits, made.room()).ok_or(Unmade::NotSo)
}

fn to_base64(body: &[u8], _: Option<&str>, made: &mut Made<'_>) -> Result<(), Unmade> {
    made.read(body.len())?;
    made.reserve(codecs::base64_length(body.len()))?;
    codecs::to_base64(body, made.room());
    Ok(())
}

/// The value of the only field of a form, or all of a text that is percent-encoded.
fn value_of_form(body: &[u8]) -> Result<&[u8], Unmade> {
    let value = body.iter().position(|byte| *byte == b'=').map_or(body, |at| &body[at + 1..]);
    let is_one = !value.contains(&b'&') && !value.contains(&b'=') && value.contains(&b'%');
    if is_one { Ok(value) } else { Err(Unmade::NotSo) }
}

fn to_form(body: &[u8], plain: &[u8], space: &[u8], made: &mut Made<'_>) -> Result<(), Unmade> {
    made.push(b"payload=")?;
    codecs::to_form(body, plain, space, made)
}

/// U+FFFD in place of what is no UTF-8.
fn with_replacements(body: &[u8], text: Option<&str>, made: &mut Made<'_>) -> Result<(), Unmade> {
    if text.is_some() {
        return Err(Unmade::NotSo);
    }
    made.read(2 * body.len())?;
    body.utf8_chunks().try_for_each(|chunk| {
        made.push(chunk.valid().as_bytes())?;
        if chunk.invalid().is_empty() { Ok(()) } else { made.push(REPLACEMENT.as_bytes()) }
    })
}

fn from_json_text(_: &[u8], text: Option<&str>, made: &mut Made<'_>) -> Result<(), Unmade> {
    let text = text.ok_or(Unmade::NotSo)?;
    let mut cursor = Cursor::new(text);
    cursor.skip_white_space();
    if cursor.peek() != Some(b'"') {
        return Err(Unmade::NotSo);
    }
    made.read(text.len())?;
    let raw = cursor.string().ok_or(Unmade::NotSo)?;
    cursor.skip_white_space();
    if cursor.peek().is_some() {
        return Err(Unmade::NotSo);
    }
    json_strings::write_text(cursor.str(raw), made)
}

fn to_json_text(text: Option<&str>, strings: Strings, made: &mut Made<'_>) -> Result<(), Unmade> {
    json_strings::string_of(text.ok_or(Unmade::NotSo)?, strings, made)
}

fn from_json_buffer(_: &[u8], text: Option<&str>, made: &mut Made<'_>) -> Result<(), Unmade> {
    let text = text.ok_or(Unmade::NotSo)?;
    made.read(4 * text.len())?;
    // Each byte is a digit at least, and a comma.
    made.reserve(text.len() / 2)?;
    let bytes = made.room();
    for item in items_of_buffer(text).ok_or(Unmade::NotSo)? {
        bytes.push(item.parse().map_err(|_| Unmade::NotSo)?);
    }
    Ok(())
}
