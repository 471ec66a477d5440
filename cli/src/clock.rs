//! Points in time, for people.

use hookseal::UnixTime;

/// As RFC 3339 in UTC, such as `2025-01-15T10:30:00Z`.
pub(crate) fn rfc3339(time: UnixTime) -> String {
    let (days, second) = (time.as_secs().div_euclid(86_400), time.as_secs().rem_euclid(86_400));
    let (year, month, day) = civil(days);
    let (hour, minute, second) = (second / 3_600, second / 60 % 60, second % 60);
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}Z")
}

/// Year, month and day of the proleptic Gregorian calendar, `days` after 1970-01-01.
///
/// Years begin in March here, so that a leap day comes last; eras are the 400 years after which leap years repeat.
fn civil(days: i64) -> (i64, i64, i64) {
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

/// How far `time` lies from `now`, in the largest unit that is not nought: `12 s ago`, `in 3 min`.
pub(crate) fn distance(time: UnixTime, now: UnixTime) -> String {
    let seconds = now.as_secs().saturating_sub(time.as_secs());
    let length = match seconds.unsigned_abs() {
        0 => return "now".to_owned(),
        length @ ..120 => format!("{length} s"),
        length @ ..7_200 => format!("{} min", length / 60),
        length @ ..172_800 => format!("{} h", length / 3_600),
        length => format!("{} days", length / 86_400),
    };
    if seconds > 0 { format!("{length} ago") } else { format!("in {length}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_written_as_rfc_3339() {
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
            assert_eq!(rfc3339(UnixTime::from_secs(seconds)), text);
        }
    }

    #[test]
    fn a_distance_is_told_in_one_unit() {
        for (seconds, text) in [
            (1_000_000, "now"),
            (999_999, "1 s ago"),
            (999_881, "119 s ago"),
            (999_880, "2 min ago"),
            (992_800, "2 h ago"),
            (827_200, "2 days ago"),
            (1_000_001, "in 1 s"),
            (1_000_300, "in 5 min"),
            (i64::MIN, "106751991167300 days ago"),
        ] {
            assert_eq!(distance(UnixTime::from_secs(seconds), UnixTime::from_secs(1_000_000)), text);
        }
    }
}
