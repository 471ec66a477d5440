//! A delivery as the caller of a verification writes it.
//!
//! | at | what |
//! |--:|---|
//! | 0 | the size of this record in bytes: [`BYTES`] |
//! | 4 | flags: [`WHOLE_ARRAY`] |
//! | 8 | the current time in Unix seconds, signed, in 8 bytes |
//! | 16 | 12 bytes that are not read: where a C ABI has pointers to the headers and the body, which cross in another way |
//! | 28 | the body's length |
//! | 32 | the signature, timestamp, id and topic header, in 16 bytes each: 8 that are not read, for a name; where the value is; its length |
//!
//! Places are offsets from the start of the record. A value at 0 does not exist: its length is 0 for a missing header,
//! and more for a duplicate one.
//!
//! It is `hookseal_delivery` in `bindings-c/include/hookseal.h`, with four `hookseal_header` after it, where pointers
//! have 32 bits.

use hookseal::{HeaderLookup, HeaderValues, Scheme, UnixTime};

/// The size of the record. The values of the headers follow it.
pub const BYTES: usize = 96;

/// The body fills the array that it is passed in, whose length may exceed 32 bits.
pub const WHOLE_ARRAY: u32 = 1;

/// A delivery without its body.
#[derive(Debug)]
pub struct Request<'t> {
    /// The values of its signature, timestamp and id headers.
    pub values: [HeaderLookup<'t>; 3],
    /// The value of its topic header, which only its key needs.
    pub topic: HeaderLookup<'t>,
    /// The current time.
    pub now: UnixTime,
    /// The length of its body in bytes; `None` if the body fills its array.
    pub body: Option<usize>,
}

impl<'t> Request<'t> {
    /// Reads the record at the start of `text`; `None` if it has another size, or if a header's value is outside of
    /// `text`: other bytes must not be verified in its place.
    #[must_use]
    pub fn read(text: &'t [u8]) -> Option<Self> {
        let words: &[[u8; 4]; BYTES / 4] = text.as_chunks().0.first_chunk()?;
        let words = words.map(u32::from_le_bytes);
        let [size, flags, low, high, _, _, _, body, headers @ ..] = words;
        let mut is_sound = size as usize == BYTES;
        let places = [
            [headers[2], headers[3]],
            [headers[6], headers[7]],
            [headers[10], headers[11]],
            [headers[14], headers[15]],
        ];
        let [signature, timestamp, id, topic] = places.map(|[start, length]| {
            if start == 0 {
                return if length == 0 { HeaderLookup::Missing } else { HeaderLookup::Duplicate };
            }
            let value = text.get(start as usize..).and_then(|text| text.get(..length as usize));
            is_sound &= value.is_some();
            HeaderLookup::Once(value.unwrap_or_default())
        });
        let body = (flags & WHOLE_ARRAY == 0).then_some(body as usize);
        let now = UnixTime::from_secs((u64::from(high) << 32 | u64::from(low)).cast_signed());
        is_sound.then_some(Self { values: [signature, timestamp, id], topic, now, body })
    }

    /// The headers, as a scheme reads them.
    #[must_use]
    pub fn headers(&self, scheme: &'t Scheme) -> HeaderValues<'t> {
        HeaderValues::new(scheme, self.values)
    }

    /// The body in the array that it was passed in; `None` if the array has fewer bytes.
    #[must_use]
    pub fn body_in<'b>(&self, array: &'b [u8]) -> Option<&'b [u8]> {
        self.body.map_or(Some(array), |bytes| array.get(..bytes))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A record with these words, followed by a text.
    fn record(words: &[(usize, u32)]) -> [u8; BYTES + 4] {
        let mut bytes = [b'v'; BYTES + 4];
        bytes[..BYTES].fill(0);
        for (at, word) in [(0, u32::try_from(BYTES).unwrap())].iter().chain(words) {
            bytes[*at..at + 4].copy_from_slice(&word.to_le_bytes());
        }
        bytes
    }

    #[test]
    fn values_are_read_where_they_are_and_their_absence_is_told_apart() {
        let bytes = record(&[(8, u32::MAX), (12, u32::MAX), (28, 7), (40, 96), (44, 4), (60, 2), (88, 97), (92, 3)]);
        let request = Request::read(&bytes).unwrap();
        assert_eq!(request.values, [HeaderLookup::Once(b"vvvv"), HeaderLookup::Duplicate, HeaderLookup::Missing]);
        assert_eq!(request.topic, HeaderLookup::Once(b"vvv"));
        assert_eq!((request.now.as_secs(), request.body), (-1, Some(7)));
    }

    #[test]
    fn an_empty_value_is_not_a_missing_one() {
        let bytes = record(&[(40, 100)]);
        assert_eq!(Request::read(&bytes).unwrap().values[0], HeaderLookup::Once(b""));
    }

    #[test]
    fn values_outside_of_the_record_and_other_sizes_are_refused() {
        for words in [[(40, 96), (44, 5)], [(40, 101), (44, 0)], [(40, u32::MAX), (44, u32::MAX)], [(0, 95), (4, 0)]] {
            assert!(Request::read(&record(&words)).is_none(), "{words:?}");
        }
        assert!(Request::read(&record(&[])[..BYTES - 1]).is_none());
    }

    #[test]
    fn a_body_that_is_shorter_than_the_record_says_is_refused() {
        let bytes = record(&[(28, 3)]);
        let request = Request::read(&bytes).unwrap();
        assert_eq!((request.body_in(b"abcd"), request.body_in(b"ab")), (Some(&b"abc"[..]), None));
        let whole = record(&[(4, WHOLE_ARRAY), (28, 3)]);
        assert_eq!(Request::read(&whole).unwrap().body_in(b"ab"), Some(&b"ab"[..]));
    }
}
