//! Reads the header values of a delivery.

use hookseal::{HeaderLookup, HeaderValues, Scheme};

/// Stands for the length of a missing header's value.
const MISSING: i32 = -1;

/// The values of the signature, timestamp and id headers, which follow each other in `text` with these lengths; and the
/// rest of `text`. A length is [`MISSING`] for a missing header, and less for a duplicate one.
pub(crate) fn read<'t>(scheme: &'t Scheme, text: &'t [u8], lengths: [i32; 3]) -> (HeaderValues<'t>, &'t [u8]) {
    let mut rest = text;
    let values = lengths.map(|length| match usize::try_from(length) {
        Ok(length) => {
            // The lengths never exceed what was written.
            let (value, after) = rest.split_at_checked(length).unwrap_or_default();
            rest = after;
            HeaderLookup::Once(value)
        }
        Err(_) if length == MISSING => HeaderLookup::Missing,
        Err(_) => HeaderLookup::Duplicate,
    });
    (HeaderValues::new(scheme, values), rest)
}
