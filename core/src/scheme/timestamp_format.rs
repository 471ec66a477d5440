//! How the time of signing is written.

#[cfg(feature = "schemes")]
use crate::error::ErrorKind;
use crate::error::{Failed, Reason};
use crate::inline_str::InlineStr;
use crate::time::{self, UnixTime};

/// How a sender writes the time of signing, in a header or in the list of signatures. What is signed is the text as it
/// was sent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum TimestampFormat {
    /// Unix seconds in 1 to 12 digits, such as `1736937000`.
    #[default]
    UnixSeconds,
    /// Unix seconds in exactly 10 digits, such as `1736937000`: from 2001 to 2286. Only then can what is signed follow
    /// without literal text that separates it.
    #[cfg(feature = "schemes")]
    TenDigits,
    /// Unix milliseconds in exactly 13 digits, such as `1736937000000`.
    #[cfg(feature = "schemes")]
    UnixMilliseconds,
    /// RFC 3339 of at most 64 characters, such as `2025-01-15T10:30:00.123Z`. The day must exist, and there is an
    /// offset or `Z`.
    #[cfg(feature = "schemes")]
    Rfc3339,
}

/// The longest text in RFC 3339 that is read.
#[cfg(feature = "schemes")]
const MAX_RFC3339: usize = 64;

/// The longest timestamp that a signer writes.
pub(crate) const MAX_WRITTEN: usize = 20;

impl TimestampFormat {
    /// Reads a timestamp of this format.
    #[inline]
    pub(crate) fn read(self, text: &[u8], reason: &mut Reason) -> Result<UnixTime, Failed> {
        match self {
            Self::UnixSeconds => time::read_unix_seconds(text, reason),
            #[cfg(feature = "schemes")]
            _ => self.read_other(text, reason),
        }
    }

    #[cfg(feature = "schemes")]
    #[inline(never)]
    fn read_other(self, text: &[u8], reason: &mut Reason) -> Result<UnixTime, Failed> {
        let (read, rule) = if self == Self::UnixMilliseconds {
            (time::read_unix_milliseconds(text), "it must be Unix milliseconds in 13 digits")
        } else if self == Self::TenDigits {
            (time::read_ten_digits(text), "it must be Unix seconds in 10 digits")
        } else {
            let text = text.get(..MAX_RFC3339 + 1).map_or(text, |_| &[]);
            (time::read_rfc3339(text), "it must be RFC 3339, such as 2025-01-15T10:30:00Z")
        };
        read.ok_or_else(|| reason.is(ErrorKind::MalformedTimestamp, "", rule))
    }

    /// Whether this is a timestamp of this format.
    #[cfg(feature = "explain")]
    pub(crate) fn is_sound(self, text: &[u8]) -> bool {
        Reason::of(|reason| self.read(text, reason)).is_ok()
    }

    /// Writes a time; fails with the times that can be written.
    pub(crate) fn write(self, time: UnixTime) -> Result<InlineStr<MAX_WRITTEN>, &'static str> {
        let mut text = InlineStr::EMPTY;
        let seconds = time.as_secs();
        match (self, u64::try_from(seconds)) {
            (Self::UnixSeconds, Ok(seconds @ 0..=999_999_999_999)) => push_number(seconds, 1, &mut text),
            #[cfg(feature = "schemes")]
            (Self::TenDigits, Ok(seconds @ 0..=9_999_999_999)) => push_number(seconds, time::SECOND_DIGITS, &mut text),
            #[cfg(feature = "schemes")]
            (Self::UnixMilliseconds, Ok(seconds @ 0..=9_999_999_999)) => {
                push_number(seconds * 1_000, time::MILLISECOND_DIGITS, &mut text);
            }
            // To the end of the year 9999.
            #[cfg(feature = "schemes")]
            (Self::Rfc3339, Ok(of_epoch @ 0..=253_402_300_799)) => {
                let (year, month, day) = time::civil(seconds / 86_400);
                let second = of_epoch % 86_400;
                let date = [year, month, day].map(i64::unsigned_abs);
                let clock = [second / 3_600, second / 60 % 60, second % 60];
                let numbers = date.into_iter().chain(clock);
                for ((number, digits), after) in numbers.zip([4, 2, 2, 2, 2, 2]).zip(b"--T::Z") {
                    push_number(number, digits, &mut text);
                    text.push(&[*after]);
                }
            }
            (Self::UnixSeconds, _) => return Err("a timestamp must be 0 to 999999999999 Unix seconds"),
            #[cfg(feature = "schemes")]
            (Self::TenDigits, _) => {
                return Err("a timestamp that is sent in 10 digits must be 0 to 9999999999 Unix seconds");
            }
            #[cfg(feature = "schemes")]
            (Self::UnixMilliseconds, _) => {
                return Err("a timestamp that is sent in milliseconds must be 0 to 9999999999 Unix seconds");
            }
            #[cfg(feature = "schemes")]
            (Self::Rfc3339, _) => {
                return Err("a timestamp that is sent as RFC 3339 must be 0 to 253402300799 Unix seconds");
            }
        }
        Ok(text)
    }
}

/// Appends a number with at least so many digits.
#[inline(never)]
fn push_number(mut number: u64, digits: usize, text: &mut InlineStr<MAX_WRITTEN>) {
    let mut buffer = [b'0'; MAX_WRITTEN];
    let mut start = buffer.len();
    while number > 0 || buffer.len() - start < digits {
        start -= 1;
        buffer[start] = b"0123456789"[(number % 10) as usize];
        number /= 10;
    }
    text.push(&buffer[start..]);
}

#[cfg(all(test, feature = "schemes"))]
mod tests {
    use super::*;

    const ALL: [TimestampFormat; 4] = [
        TimestampFormat::UnixSeconds,
        TimestampFormat::TenDigits,
        TimestampFormat::UnixMilliseconds,
        TimestampFormat::Rfc3339,
    ];

    #[test]
    fn a_written_timestamp_is_read_back() {
        for format in ALL {
            for seconds in [0, 1, 59, 951_782_400, 1_736_937_000, 1_999_999_999, 9_999_999_999] {
                let text = format.write(UnixTime::from_secs(seconds)).unwrap();
                let read = Reason::of(|reason| format.read(text.as_bytes(), reason));
                assert_eq!(read.unwrap(), UnixTime::from_secs(seconds), "{text:?}");
            }
        }
        let texts = ALL.map(|format| format.write(UnixTime::from_secs(1_736_937_000)).unwrap());
        let expected = ["1736937000", "1736937000", "1736937000000", "2025-01-15T10:30:00Z"];
        assert_eq!(texts.each_ref().map(InlineStr::as_str), expected);
        let zero = ALL.map(|format| format.write(UnixTime::from_secs(0)).unwrap());
        assert_eq!(
            zero.each_ref().map(InlineStr::as_str),
            ["0", "0000000000", "0000000000000", "1970-01-01T00:00:00Z"]
        );
    }

    #[test]
    fn a_time_that_cannot_be_written_is_refused() {
        for (format, last) in ALL.into_iter().zip([999_999_999_999, 9_999_999_999, 9_999_999_999, 253_402_300_799]) {
            for (seconds, is_written) in [(-1, false), (last, true), (last + 1, false), (i64::MAX, false)] {
                assert_eq!(format.write(UnixTime::from_secs(seconds)).is_ok(), is_written, "{format:?} {seconds}");
            }
        }
    }

    #[test]
    fn rfc_3339_of_more_than_64_characters_is_refused() {
        for (fraction, is_read) in [(43, true), (44, false), (500, false)] {
            let text = std::format!("2025-01-15T10:30:00.{}Z", "0".repeat(fraction));
            let read = Reason::of(|reason| TimestampFormat::Rfc3339.read(text.as_bytes(), reason));
            assert_eq!(read.map_err(|error| error.kind()).is_ok(), is_read, "{text}");
        }
    }
}
