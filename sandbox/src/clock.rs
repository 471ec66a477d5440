//! The sandbox's clock, which may run faster than the real one.

use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use hookseal::UnixTime;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

/// Milliseconds since 1970, by the sandbox's clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Time(pub(crate) i64);

#[derive(Debug)]
pub(crate) struct Clock {
    started: Instant,
    began_at: Time,
    speed: u32,
}

impl Clock {
    /// Begins with the present, or where it was before, if it ran ahead then: its time never goes back.
    pub(crate) fn start(speed: u32, last: Option<Time>) -> Self {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        let real = Time(i64::try_from(since.as_millis()).unwrap_or(i64::MAX));
        Self { started: Instant::now(), began_at: last.map_or(real, |last| last.max(real)), speed }
    }

    pub(crate) fn now(&self) -> Time {
        let passed = self.started.elapsed().saturating_mul(self.speed);
        Time(self.began_at.0.saturating_add(i64::try_from(passed.as_millis()).unwrap_or(i64::MAX)))
    }

    /// How long it really is until `then`.
    pub(crate) fn until(&self, then: Time) -> Duration {
        let left = u64::try_from(then.0.saturating_sub(self.now().0)).unwrap_or_default();
        Duration::from_millis(left) / self.speed
    }
}

impl Time {
    pub(crate) fn after(self, wait: Duration) -> Self {
        Self(self.0.saturating_add(i64::try_from(wait.as_millis()).unwrap_or(i64::MAX)))
    }

    /// In the whole seconds that a signature has.
    pub(crate) fn unix(self) -> UnixTime {
        UnixTime::from_secs(self.0.div_euclid(1000))
    }

    /// As RFC 3339 in UTC.
    pub(crate) fn rfc3339(self) -> String {
        let time = OffsetDateTime::from_unix_timestamp_nanos(i128::from(self.0) * 1_000_000);
        time.ok().and_then(|time| time.format(&Rfc3339).ok()).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clock_begins_no_earlier_than_it_ended() {
        let far = Time(9_999_999_999_999);
        assert!(Clock::start(1, Some(far)).now() >= far);
        assert!(Clock::start(1, Some(Time(5))).now() > Time(1_700_000_000_000));
    }

    #[test]
    fn a_fast_clock_waits_a_fraction() {
        let clock = Clock::start(60, None);
        let wait = clock.until(clock.now().after(Duration::from_secs(60)));
        assert!(wait <= Duration::from_secs(1), "{wait:?}");
        assert_eq!(clock.until(Time(0)), Duration::ZERO);
    }

    #[test]
    fn a_time_is_written_as_rfc_3339() {
        assert_eq!(Time(1_736_937_000_250).rfc3339(), "2025-01-15T10:30:00.25Z");
    }
}
