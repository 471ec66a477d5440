//! Decodes secrets.

use hookseal::Secret;

/// Each secret is a byte that is 1 for text and 0 for raw key bytes, its length in four bytes (little-endian), and its
/// bytes. A truncated secret is read as an empty one, which cannot be used.
pub fn read(mut text: &[u8]) -> impl Iterator<Item = Secret<'_>> {
    core::iter::from_fn(move || {
        let ([is_text, length @ ..], rest) = text.split_first_chunk::<5>()?;
        let (bytes, rest) = rest.split_at_checked(u32::from_le_bytes(*length) as usize).unwrap_or_default();
        text = rest;
        Some(secret(*is_text, bytes))
    })
}

/// A secret from the byte that says what it is, and its bytes.
#[must_use]
pub fn secret(is_text: u8, bytes: &[u8]) -> Secret<'_> {
    // The bytes of a key are not looked at: whether they are UTF-8 is found with branches and a table.
    if is_text != 1 {
        return Secret::from(bytes);
    }
    core::str::from_utf8(bytes).map_or(Secret::from(bytes), Secret::from)
}
