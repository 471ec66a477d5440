//! Points in time, and the formats in which they are sent: Unix seconds or milliseconds, and RFC 3339.

use core::fmt;

use crate::error::{ErrorKind, Failed, Reason};

/// Whole seconds since 1970-01-01T00:00:00Z, not counting leap seconds.
///
/// Verification never reads a clock: the caller passes the current time, from `UnixTime::now()` where there is a clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct UnixTime(i64);

impl UnixTime {
    /// The time that is `seconds` after the epoch, or before it if negative.
    #[must_use]
    pub const fn from_secs(seconds: i64) -> Self {
        Self(seconds)
    }

    /// Seconds since the epoch.
    #[must_use]
    pub const fn as_secs(self) -> i64 {
        self.0
    }

    /// Reads an RFC 3339 time of at most 64 bytes, such as `2025-01-15T10:30:00Z` or `2025-01-15T11:30:00.5+01:00`. A
    /// fraction of a second is rounded down.
    ///
    /// `None` if it is not one, or has no offset from UTC.
    ///
    /// ```
    /// use hookseal::UnixTime;
    ///
    /// assert_eq!(UnixTime::from_rfc3339("2025-01-15T11:30:00.5+01:00"), Some(UnixTime::from_secs(1_736_937_000)));
    /// assert_eq!(UnixTime::from_rfc3339("2025-01-15T11:30:00"), None);
    /// assert_eq!(UnixTime::from_rfc3339(&format!("2025-01-15T10:30:00.{}Z", "0".repeat(60))), None);
    /// ```
    #[must_use]
    pub fn from_rfc3339(text: &str) -> Option<Self> {
        if text.len() > 64 { None } else { read_rfc3339(text.as_bytes()) }
    }

    /// The current time of the system's clock, rounded down to the second.
    ///
    /// Not available on `wasm32-unknown-unknown`, which has no clock: pass the host's time there.
    #[cfg(all(feature = "std", not(all(target_family = "wasm", target_os = "unknown"))))]
    #[must_use]
    pub fn now() -> Self {
        std::time::SystemTime::now().into()
    }

    /// How many seconds `earlier` is before this; 0 if it is not.
    pub(crate) fn seconds_since(self, earlier: Self) -> u64 {
        if self.0 > earlier.0 { self.0.abs_diff(earlier.0) } else { 0 }
    }

    /// Whether this lies beyond the year 5138, where a clock in milliseconds has been since 1973.
    pub(crate) const fn looks_like_milliseconds(self) -> bool {
        self.0 >= 100_000_000_000
    }
}

/// Rounded down to the second.
#[cfg(feature = "std")]
impl From<std::time::SystemTime> for UnixTime {
    fn from(time: std::time::SystemTime) -> Self {
        match time.duration_since(std::time::SystemTime::UNIX_EPOCH) {
            Ok(after) => Self(i64::try_from(after.as_secs()).unwrap_or(i64::MAX)),
            Err(before) => {
                let before = before.duration();
                let seconds = before.as_secs().saturating_add(u64::from(before.subsec_nanos() > 0));
                Self(-i64::try_from(seconds).unwrap_or(i64::MAX))
            }
        }
    }
}

/// Writes RFC 3339, as it is displayed.
#[cfg(feature = "alloc")]
impl serde_core::Serialize for UnixTime {
    fn serialize<S: serde_core::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// Writes RFC 3339 in UTC, such as `2025-01-15T10:30:00Z`.
impl fmt::Display for UnixTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (year, month, day) = civil(self.0.div_euclid(86_400));
        let second = self.0.rem_euclid(86_400);
        let (hour, minute, second) = (second / 3_600, second / 60 % 60, second % 60);
        write!(f, "{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}Z")
    }
}

/// The longest timestamp in Unix seconds. 12 digits reach the year 33658; 13 digits are milliseconds.
pub(crate) const MAX_DIGITS: usize = 12;

/// The length of a timestamp in Unix milliseconds. 13 digits reach the year 2286.
#[cfg(feature = "schemes")]
pub(crate) const MILLISECOND_DIGITS: usize = 13;

/// Reads Unix seconds: 1 to 12 ASCII digits and nothing else.
///
/// The bytes that are read here are also the bytes that are signed, so that no text can have two meanings.
pub(crate) fn read_unix_seconds(text: &[u8], reason: &mut Reason) -> Result<UnixTime, Failed> {
    if text.is_empty() || text.len() > MAX_DIGITS {
        return Err(reason.is(ErrorKind::MalformedTimestamp, "", SECONDS_RULE));
    }
    let mut seconds = 0i64;
    for byte in text {
        let digit = byte.wrapping_sub(b'0');
        if digit > 9 {
            return Err(reason.is(ErrorKind::MalformedTimestamp, "", SECONDS_RULE));
        }
        seconds = seconds * 10 + i64::from(digit);
    }
    Ok(UnixTime(seconds))
}

const SECONDS_RULE: &str = "it must be Unix seconds in 1 to 12 digits";

/// Reads Unix milliseconds: exactly 13 ASCII digits and nothing else. The fraction of a second is rounded down.
#[cfg(feature = "schemes")]
pub(crate) fn read_unix_milliseconds(text: &[u8]) -> Option<UnixTime> {
    let mut digits = Digits(text);
    let milliseconds = digits.number(MILLISECOND_DIGITS)?;
    digits.0.is_empty().then_some(UnixTime(milliseconds / 1_000))
}

/// The length of a timestamp in Unix seconds where that is fixed. 10 digits reach the year 2286.
#[cfg(feature = "schemes")]
pub(crate) const SECOND_DIGITS: usize = 10;

/// Reads Unix seconds: exactly 10 ASCII digits and nothing else.
#[cfg(feature = "schemes")]
pub(crate) fn read_ten_digits(text: &[u8]) -> Option<UnixTime> {
    let mut digits = Digits(text);
    let seconds = digits.number(SECOND_DIGITS)?;
    digits.0.is_empty().then_some(UnixTime(seconds))
}

/// Reads an RFC 3339 `date-time` (of at most 64 bytes, which the caller checks); a fraction of a second is rounded
/// down.
///
/// `T` and `Z` may be lower case (RFC 3339, section 5.6). The day must exist. Second 60 is accepted only where a leap
/// second is possible, at 23:59:60 UTC, and counts as the following second.
pub(crate) fn read_rfc3339(text: &[u8]) -> Option<UnixTime> {
    let mut rest = Digits(text);
    let year = rest.number(4)?;
    rest.byte(b'-')?;
    let month = rest.number(2)?;
    rest.byte(b'-')?;
    let day = rest.number(2)?;
    rest.either(b'T', b't')?;
    let hour = rest.number(2)?;
    rest.byte(b':')?;
    let minute = rest.number(2)?;
    rest.byte(b':')?;
    let second = rest.number(2)?;
    if rest.byte(b'.').is_some() {
        rest.number(1)?;
        while rest.number(1).is_some() {}
    }
    let offset = if rest.either(b'Z', b'z').is_some() {
        0
    } else {
        let sign = if rest.byte(b'+').is_some() { 1 } else { rest.byte(b'-').map(|()| -1)? };
        let hours = rest.number(2)?;
        rest.byte(b':')?;
        let minutes = rest.number(2)?;
        if hours > 23 || minutes > 59 {
            return None;
        }
        sign * (hours * 60 + minutes) * 60
    };
    let exists = rest.0.is_empty()
        && (1..=12).contains(&month)
        && (1..=days_in_month(year, month)).contains(&day)
        && hour <= 23
        && minute <= 59
        && second <= 60;
    if !exists {
        return None;
    }
    let seconds = days_since_epoch(year, month, day) * 86_400 + hour * 3_600 + minute * 60 + second - offset;
    if second == 60 && seconds.rem_euclid(86_400) != 0 {
        return None;
    }
    Some(UnixTime(seconds))
}

struct Digits<'a>(&'a [u8]);

impl Digits<'_> {
    fn byte(&mut self, wanted: u8) -> Option<()> {
        self.0 = self.0.strip_prefix(&[wanted])?;
        Some(())
    }

    fn either(&mut self, one: u8, other: u8) -> Option<()> {
        self.byte(one).or_else(|| self.byte(other))
    }

    fn number(&mut self, digits: usize) -> Option<i64> {
        let (number, rest) = self.0.split_at_checked(digits)?;
        let mut value = 0;
        for byte in number {
            let digit = byte.wrapping_sub(b'0');
            if digit > 9 {
                return None;
            }
            value = value * 10 + i64::from(digit);
        }
        self.0 = rest;
        Some(value)
    }
}

fn days_in_month(year: i64, month: i64) -> i64 {
    match month {
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// Days from 1970-01-01 in the proleptic Gregorian calendar. Years begin in March here, so that a leap day comes last.
fn days_since_epoch(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let months_since_march = (month + 9) % 12;
    let day_of_year = (153 * months_since_march + 2) / 5 + day - 1;
    let leap_days = year.div_euclid(4) - year.div_euclid(100) + year.div_euclid(400);
    // 719,468 days lie between 0000-03-01 and 1970-01-01.
    year * 365 + leap_days + day_of_year - 719_468
}

/// Year, month and day of the proleptic Gregorian calendar, `days` after 1970-01-01.
///
/// Years begin in March here, so that a leap day comes last; an era is the 400 years after which leap years repeat.
pub(crate) fn civil(days: i64) -> (i64, i64, i64) {
    // 719,468 days lie between 0000-03-01 and 1970-01-01, and 146,097 are in an era.
    let days = days + 719_468;
    let (era, day_of_era) = (days.div_euclid(146_097), days.rem_euclid(146_097));
    let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let months_since_march = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * months_since_march + 2) / 5 + 1;
    let month = (months_since_march + 2) % 12 + 1;
    let year = era * 400 + year_of_era + i64::from(month <= 2);
    (year, month, day)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[cfg(feature = "alloc")]
    #[test]
    fn a_time_is_displayed_as_rfc_3339() {
        for (seconds, text) in [
            (0, "1970-01-01T00:00:00Z"),
            (-1, "1969-12-31T23:59:59Z"),
            (951_782_400, "2000-02-29T00:00:00Z"),
            (951_868_800, "2000-03-01T00:00:00Z"),
            (1_736_937_000, "2025-01-15T10:30:00Z"),
            (4_107_542_399, "2100-02-28T23:59:59Z"),
            (4_107_542_400, "2100-03-01T00:00:00Z"),
            (-62_167_219_200, "0000-01-01T00:00:00Z"),
            (253_402_300_799, "9999-12-31T23:59:59Z"),
            (999_999_999_999, "33658-09-27T01:46:39Z"),
        ] {
            assert_eq!(alloc::string::ToString::to_string(&UnixTime(seconds)), text);
        }
    }

    #[cfg(feature = "std")]
    #[test]
    fn a_time_of_the_system_is_rounded_down_to_the_second() {
        use std::time::{Duration, SystemTime};

        let epoch = SystemTime::UNIX_EPOCH;
        for (time, seconds) in [
            (epoch, 0),
            (epoch + Duration::from_millis(1_999), 1),
            (epoch - Duration::from_millis(1), -1),
            (epoch - Duration::from_secs(1), -1),
            (epoch + Duration::from_secs(1_736_937_000), 1_736_937_000),
        ] {
            assert_eq!(UnixTime::from(time), UnixTime(seconds));
        }
        assert_eq!(serde_json::to_value(UnixTime(0)).unwrap(), "1970-01-01T00:00:00Z");
    }

    #[test]
    fn a_timestamp_is_one_to_twelve_digits_and_nothing_else() {
        for (text, seconds) in [("0", 0), ("1700000000", 1_700_000_000), ("0001", 1), ("999999999999", 999_999_999_999)]
        {
            assert_eq!(
                Reason::of(|reason| read_unix_seconds(text.as_bytes(), reason)).unwrap(),
                UnixTime(seconds),
                "{text}"
            );
        }
        for text in [
            "",
            " ",
            "1 ",
            " 1",
            "+1",
            "-1",
            "1.0",
            "1e9",
            "NaN",
            "0x10",
            "1700000000000",
            "1700000000\n",
            "17000000\u{661}",
        ] {
            let error = Reason::of(|reason| read_unix_seconds(text.as_bytes(), reason)).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::MalformedTimestamp, "{text:?}");
        }
    }

    #[cfg(feature = "schemes")]
    #[test]
    fn milliseconds_are_thirteen_digits_and_nothing_else() {
        for (text, seconds) in [
            ("1736937000000", 1_736_937_000),
            ("1736937000999", 1_736_937_000),
            ("0000000000001", 0),
            ("9999999999999", 9_999_999_999),
        ] {
            assert_eq!(read_unix_milliseconds(text.as_bytes()), Some(UnixTime(seconds)), "{text}");
        }
        for text in
            ["", "173693700000", "17369370000000", "1736937000.00", " 173693700000", "1736937000000 ", "+173693700000"]
        {
            assert_eq!(read_unix_milliseconds(text.as_bytes()), None, "{text:?}");
        }
    }

    #[test]
    fn rfc_3339_is_read_as_unix_seconds() {
        for (text, seconds) in [
            ("1970-01-01T00:00:00Z", 0),
            ("1969-12-31T23:59:59.999Z", -1),
            ("2025-01-15T10:30:00Z", 1_736_937_000),
            ("2025-01-15t10:30:00.123456789z", 1_736_937_000),
            ("2025-01-15T11:30:00+01:00", 1_736_937_000),
            ("2025-01-15T05:00:00-05:30", 1_736_937_000),
            ("2000-02-29T00:00:00Z", 951_782_400),
            ("2016-12-31T23:59:60Z", 1_483_228_800),
            ("2017-01-01T00:59:60+01:00", 1_483_228_800),
            ("0000-01-01T00:00:00Z", -62_167_219_200),
            ("9999-12-31T23:59:59Z", 253_402_300_799),
        ] {
            assert_eq!(read_rfc3339(text.as_bytes()), Some(UnixTime(seconds)), "{text}");
        }
        for text in [
            "",
            "2025-01-15",
            "2025-01-15T10:30:00",
            "2025-01-15 10:30:00Z",
            "2025-01-15T10:30Z",
            "2025-1-15T10:30:00Z",
            "2025-02-29T00:00:00Z",
            "1900-02-29T00:00:00Z",
            "2025-00-01T00:00:00Z",
            "2025-13-01T00:00:00Z",
            "2025-04-31T00:00:00Z",
            "2025-01-00T00:00:00Z",
            "2025-01-15T24:00:00Z",
            "2025-01-15T10:60:00Z",
            "2025-01-15T10:30:60Z",
            "2025-01-15T10:30:61Z",
            "2025-01-15T10:30:00.Z",
            "2025-01-15T10:30:00,5Z",
            "2025-01-15T10:30:00+24:00",
            "2025-01-15T10:30:00+01:60",
            "2025-01-15T10:30:00+0100",
            "2025-01-15T10:30:00Z ",
            "-025-01-15T10:30:00Z",
            "12025-01-15T10:30:00Z",
        ] {
            assert_eq!(read_rfc3339(text.as_bytes()), None, "{text:?}");
        }
    }

    #[test]
    fn differences_never_overflow() {
        let (first, last) = (UnixTime(i64::MIN), UnixTime(i64::MAX));
        assert_eq!((last.seconds_since(first), first.seconds_since(last)), (u64::MAX, 0));
        assert_eq!((first.seconds_since(first), UnixTime(3).seconds_since(UnixTime(-4))), (0, 7));
    }
}
