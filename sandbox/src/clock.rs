//! The time of day, used for everything that is dated or signed, and the waits, which may be shorter than Contio's.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use hookseal::UnixTime;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

/// Milliseconds since 1970.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Time(pub(crate) i64);

/// The system's clock, and the factor by which the waits between tries are shortened.
///
/// The factor applies only to the waits: a receiver compares what is dated and signed with its own clock.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Clock {
    speed: u32,
}

impl Clock {
    /// `speed` is 1 or more.
    pub(crate) const fn new(speed: u32) -> Self {
        Self { speed }
    }

    #[expect(clippy::unused_self, reason = "callers ask a clock for the time")]
    pub(crate) fn now(self) -> Time {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        Time(millis(since))
    }

    /// The time left until `then`; zero once it has passed.
    pub(crate) fn until(self, then: Time) -> Duration {
        Duration::from_millis(u64::try_from(then.0.saturating_sub(self.now().0)).unwrap_or_default())
    }

    /// How long one of Contio's waits takes here.
    pub(crate) fn shortened(self, wait: Duration) -> Duration {
        wait / self.speed
    }

    pub(crate) const fn speed(self) -> u32 {
        self.speed
    }
}

impl Time {
    pub(crate) fn after(self, wait: Duration) -> Self {
        Self(self.0.saturating_add(millis(wait)))
    }

    /// Rounded down to the whole seconds that a signature uses.
    pub(crate) fn unix(self) -> UnixTime {
        UnixTime::from_secs(self.0.div_euclid(1000))
    }

    /// As RFC 3339 in UTC.
    pub(crate) fn rfc3339(self) -> String {
        let time = OffsetDateTime::from_unix_timestamp_nanos(i128::from(self.0) * 1_000_000);
        time.ok().and_then(|time| time.format(&Rfc3339).ok()).unwrap_or_default()
    }

    /// Parses the output of [`rfc3339`](Self::rfc3339).
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let nanos = OffsetDateTime::parse(text, &Rfc3339).ok()?.unix_timestamp_nanos();
        i64::try_from(nanos.div_euclid(1_000_000)).ok().map(Self)
    }
}

/// In whole milliseconds.
pub(crate) fn millis(time: Duration) -> i64 {
    i64::try_from(time.as_millis()).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_speed_shortens_waits_and_leaves_the_time_of_day_unchanged() {
        let (slow, fast) = (Clock::new(1), Clock::new(100_000));
        assert_eq!(fast.shortened(Duration::from_secs(1800)), Duration::from_millis(18));
        assert_eq!(slow.shortened(Duration::from_secs(1800)), Duration::from_secs(1800));
        let between = [slow.now(), fast.now(), slow.now()];
        assert!(between.is_sorted(), "{between:?}");
        assert_eq!(fast.until(Time(0)), Duration::ZERO);
    }

    #[test]
    fn a_time_is_written_as_rfc_3339_and_read_back() {
        assert_eq!(Time(1_736_937_000_250).rfc3339(), "2025-01-15T10:30:00.25Z");
        for millis in [0, -1, 1_736_937_000_000, 1_736_937_000_001] {
            assert_eq!(Time::parse(&Time(millis).rfc3339()), Some(Time(millis)));
        }
        assert_eq!(Time::parse("yesterday"), None);
    }
}
