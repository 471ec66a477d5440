//! How far apart two times are, for people.

use hookseal::UnixTime;

/// How far `time` is from `now`, in the largest unit that is not zero: `12 s ago`, `in 3 min`.
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
    fn a_distance_has_one_unit() {
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
