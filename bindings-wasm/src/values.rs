//! The header values of a delivery, as headers.

use hookseal::{Found, HeaderName, Headers, Scheme};

/// Says that a header is absent, in the place of its value's length.
const ABSENT: i32 = -1;

/// The values of the headers that a scheme reads.
pub(crate) struct Values<'t> {
    names: [Option<&'t HeaderName>; 3],
    values: [Found<'t>; 3],
    /// What stands behind them.
    pub(crate) rest: &'t [u8],
}

impl<'t> Values<'t> {
    /// Those of the signature, timestamp and id headers, which stand one behind the other and have these lengths. A
    /// length is [`ABSENT`] for a header that is, and less for one that occurs twice.
    pub(crate) fn read(scheme: &'t Scheme, text: &'t [u8], lengths: [i32; 3]) -> Self {
        let names = [Some(scheme.signature_header()), scheme.timestamp_header(), scheme.id_header()];
        let mut own = Self { names, values: [Found::Absent; 3], rest: text };
        for (value, length) in own.values.iter_mut().zip(lengths) {
            *value = match usize::try_from(length) {
                Ok(length) => {
                    // No more is ever said than was written.
                    let (value, rest) = own.rest.split_at_checked(length).unwrap_or_default();
                    own.rest = rest;
                    Found::Once(value)
                }
                Err(_) if length == ABSENT => Found::Absent,
                Err(_) => Found::Repeated,
            };
        }
        own
    }
}

impl Headers for Values<'_> {
    fn find<'h>(&'h self, name: &HeaderName) -> Found<'h> {
        let found = self.names.iter().zip(&self.values).find(|(own, _)| **own == Some(name));
        found.map_or(Found::Absent, |(_, value)| *value)
    }
}
