//! The header values of a delivery, as headers.

use hookseal::{HeaderLookup, HeaderValues, Scheme};

/// Says that a header is absent, in the place of its value's length.
const ABSENT: i32 = -1;

/// Those of the signature, timestamp and id headers, which stand in `text` one behind the other and have these lengths;
/// and what stands behind them. A length is [`ABSENT`] for a header that is, and less for one that occurs twice.
pub(crate) fn read<'t>(scheme: &'t Scheme, text: &'t [u8], lengths: [i32; 3]) -> (HeaderValues<'t>, &'t [u8]) {
    let mut rest = text;
    let values = lengths.map(|length| match usize::try_from(length) {
        Ok(length) => {
            // No more is ever said than was written.
            let (value, behind) = rest.split_at_checked(length).unwrap_or_default();
            rest = behind;
            HeaderLookup::Once(value)
        }
        Err(_) if length == ABSENT => HeaderLookup::Missing,
        Err(_) => HeaderLookup::Duplicate,
    });
    (HeaderValues::new(scheme, values), rest)
}
