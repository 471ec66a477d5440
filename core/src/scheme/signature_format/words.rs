//! The texts around signatures that a format may have.

use crate::inline_str::InlineStr;

/// A delimiter of a list as a byte; `None` if it may not be one.
pub(super) const fn delimiter(character: char) -> Option<u8> {
    Some(match character {
        ',' => b',',
        ';' => b';',
        ':' => b':',
        '=' => b'=',
        '|' => b'|',
        ' ' => b' ',
        _ => return None,
    })
}

/// Whether all characters are visible ASCII.
pub(super) const fn is_visible(text: &str) -> bool {
    let bytes = text.as_bytes();
    let mut at = 0;
    while at < bytes.len() {
        if !bytes[at].is_ascii_graphic() {
            return false;
        }
        at += 1;
    }
    true
}

/// A key of a list's item.
pub(super) const fn key(name: &str) -> Option<InlineStr<16>> {
    let bytes = name.as_bytes();
    let mut at = 0;
    while at < bytes.len() {
        if !bytes[at].is_ascii_alphanumeric() && bytes[at] != b'_' && bytes[at] != b'-' {
            return None;
        }
        at += 1;
    }
    if bytes.is_empty() { None } else { InlineStr::new(name) }
}
