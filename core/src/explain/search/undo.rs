//! Undoes each accident that has nothing to do with how JSON is written.

use crate::explain::cause::Cause;
use crate::explain::encode::body_writer::{BodyWriter, RebuildError};
use crate::explain::encode::json::{Cursor, items_of_buffer};
use crate::explain::encode::json_strings::{self, EscapeStyle, StringStyle};
use crate::explain::encode::{bytes_text, codecs, inflate};

/// Writes what a body may have been, from its bytes and its text if it is UTF-8.
pub(super) type Undo = fn(&[u8], Option<&str>, &mut BodyWriter<'_>) -> Result<(), RebuildError>;

/// A way to undo one accident.
pub(super) struct BodyUndo {
    pub(super) cause: Cause,
    pub(super) undo: Undo,
    pub(super) is_likely: bool,
}

pub(super) const BOM: &[u8] = "\u{feff}".as_bytes();

const REPLACEMENT: &str = "\u{fffd}";

const ESCAPED: StringStyle =
    StringStyle { slashes: EscapeStyle::Keep, non_ascii: EscapeStyle::Escape, upper: false, html: EscapeStyle::Keep };

/// Which byte values a body contains.
pub(super) struct ByteSet([bool; 256]);

impl ByteSet {
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
        self.0.iter().skip(0x80).all(|occurs| !occurs)
    }
}

/// What can be undone in a body. Of several ways for one cause, those are left out that would write the same as an
/// earlier one.
pub(super) fn undos(bytes: &ByteSet, body: &[u8]) -> impl Iterator<Item = BodyUndo> {
    let is_ascii = bytes.is_ascii();
    let is_compressed = body.starts_with(&[0x1f, 0x8b]) || body.first().is_some_and(|first| first & 15 == 8);
    let likely: [(bool, Cause, Undo); 2] =
        [(bytes.has(b'\n'), Cause::BodyCrlfBecameLf, to_crlf), (bytes.has(b'\r'), Cause::BodyLfBecameCrlf, to_lf)];
    let others: [(bool, Cause, Undo); 17] = [
        (is_ascii && !bytes.has_any(b"{}\"<>%&"), Cause::BodyIsBase64, decode_base64),
        (true, Cause::BodyWasBase64, encode_base64),
        (is_compressed, Cause::BodyIsGzip, |body, _, out| inflate::decompress(body, out)),
        (bytes.has(b'%'), Cause::BodyIsForm, |body, _, out| codecs::decode_form(form_value(body)?, out)),
        (true, Cause::BodyWasForm, |body, _, out| encode_form(body, b"*-._", b"+", out)),
        (bytes.has_any(b"*~"), Cause::BodyWasForm, |body, _, out| encode_form(body, b"-._~", b"+", out)),
        (bytes.has(b' '), Cause::BodyWasForm, |body, _, out| encode_form(body, b"-._~", b"%20", out)),
        (bytes.has_any(b"!'()*"), Cause::BodyWasForm, |body, _, out| encode_form(body, b"-._~!*'()", b"%20", out)),
        (!is_ascii, Cause::BodyDecodedAsLatin1, |_, text, out| codecs::utf8_to_latin1(applicable(text)?, out)),
        (!is_ascii, Cause::BodyEncodedAsLatin1, |body, _, out| codecs::latin1_to_utf8(body, out)),
        (!is_ascii, Cause::BodySignedWithReplacements, replace_invalid_utf8),
        (bytes.has(b'"'), Cause::BodyIsJsonText, decode_json_text),
        (true, Cause::BodyWasJsonText, |_, text, out| encode_json_text(text, StringStyle::default(), out)),
        (!is_ascii, Cause::BodyWasJsonText, |_, text, out| encode_json_text(text, ESCAPED, out)),
        (bytes.has(b'/'), Cause::BodyWasJsonText, |_, text, out| {
            encode_json_text(text, StringStyle { slashes: EscapeStyle::Escape, ..ESCAPED }, out)
        }),
        (bytes.has(b'{'), Cause::BodyIsJsonBuffer, decode_json_buffer),
        (bytes.has_any(b"'\""), Cause::BodyIsBytesText, |_, text, out| bytes_text::decode(applicable(text)?, out)),
    ];
    let likely = likely.into_iter().map(|undo| (true, undo));
    let all = likely.chain(others.into_iter().map(|undo| (false, undo)));
    all.filter(|(_, (is_possible, ..))| *is_possible).map(|(is_likely, (_, cause, undo))| BodyUndo {
        cause,
        undo,
        is_likely,
    })
}

/// What has to be there for a change to be undone.
fn applicable<T>(needed: Option<T>) -> Result<T, RebuildError> {
    needed.ok_or(RebuildError::NotApplicable)
}

/// Writes a byte in place of each U+FFFD.
pub(super) fn with_byte(text: &str, byte: u8, out: &mut BodyWriter<'_>) -> Result<(), RebuildError> {
    out.charge_read(text.len())?;
    let mut parts = text.split(REPLACEMENT);
    out.push(parts.next().unwrap_or_default().as_bytes())?;
    parts.try_for_each(|part| {
        out.push(&[byte])?;
        out.push(part.as_bytes())
    })
}

/// Ends every line with CR LF, whatever ended it before.
fn to_crlf(body: &[u8], _: Option<&str>, out: &mut BodyWriter<'_>) -> Result<(), RebuildError> {
    with_line_ends(body, out, b"\r\n")
}

fn to_lf(body: &[u8], _: Option<&str>, out: &mut BodyWriter<'_>) -> Result<(), RebuildError> {
    with_line_ends(body, out, b"\n")
}

fn with_line_ends(body: &[u8], out: &mut BodyWriter<'_>, end: &[u8]) -> Result<(), RebuildError> {
    out.charge_read(body.len())?;
    let mut lines = body.split(|byte| *byte == b'\n').peekable();
    while let Some(line) = lines.next() {
        if lines.peek().is_none() {
            return out.push(line);
        }
        out.push(line.strip_suffix(b"\r").unwrap_or(line))?;
        out.push(end)?;
    }
    Ok(())
}

fn decode_base64(body: &[u8], _: Option<&str>, out: &mut BodyWriter<'_>) -> Result<(), RebuildError> {
    let digits = body.trim_ascii();
    out.charge_read(digits.len())?;
    out.reserve(digits.len() / 4 * 3 + 3)?;
    applicable(codecs::decode_lenient_base64(digits, out.buffer()))
}

fn encode_base64(body: &[u8], _: Option<&str>, out: &mut BodyWriter<'_>) -> Result<(), RebuildError> {
    out.charge_read(body.len())?;
    out.reserve(codecs::base64_length(body.len()))?;
    codecs::encode_base64(body, out.buffer());
    Ok(())
}

/// The value of a form's only field, or the whole of a percent-encoded text.
fn form_value(body: &[u8]) -> Result<&[u8], RebuildError> {
    let value = body.iter().position(|byte| *byte == b'=').map_or(body, |at| &body[at + 1..]);
    let is_single = !value.contains(&b'&') && !value.contains(&b'=') && value.contains(&b'%');
    applicable(is_single.then_some(value))
}

fn encode_form(body: &[u8], plain: &[u8], space: &[u8], out: &mut BodyWriter<'_>) -> Result<(), RebuildError> {
    out.push(b"payload=")?;
    codecs::encode_form(body, plain, space, out)
}

/// Writes U+FFFD in place of invalid UTF-8.
fn replace_invalid_utf8(body: &[u8], text: Option<&str>, out: &mut BodyWriter<'_>) -> Result<(), RebuildError> {
    if text.is_some() {
        return Err(RebuildError::NotApplicable);
    }
    out.charge_read(2 * body.len())?;
    body.utf8_chunks().try_for_each(|chunk| {
        out.push(chunk.valid().as_bytes())?;
        if chunk.invalid().is_empty() { Ok(()) } else { out.push(REPLACEMENT.as_bytes()) }
    })
}

fn decode_json_text(_: &[u8], text: Option<&str>, out: &mut BodyWriter<'_>) -> Result<(), RebuildError> {
    let text = applicable(text)?;
    let mut cursor = Cursor::new(text);
    cursor.skip_white_space();
    if cursor.peek() != Some(b'"') {
        return Err(RebuildError::NotApplicable);
    }
    out.charge_read(text.len())?;
    let raw = applicable(cursor.string())?;
    cursor.skip_white_space();
    if cursor.peek().is_some() {
        return Err(RebuildError::NotApplicable);
    }
    json_strings::decode_string(cursor.str(raw), out)
}

fn encode_json_text(text: Option<&str>, style: StringStyle, out: &mut BodyWriter<'_>) -> Result<(), RebuildError> {
    json_strings::encode_string(applicable(text)?, style, out)
}

fn decode_json_buffer(_: &[u8], text: Option<&str>, out: &mut BodyWriter<'_>) -> Result<(), RebuildError> {
    let text = applicable(text)?;
    out.charge_read(4 * text.len())?;
    // Each byte is at least a digit and a comma.
    out.reserve(text.len() / 2)?;
    let bytes = out.buffer();
    for item in applicable(items_of_buffer(text))? {
        bytes.push(item.parse().map_err(|_| RebuildError::NotApplicable)?);
    }
    Ok(())
}
