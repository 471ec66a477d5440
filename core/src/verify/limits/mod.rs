//! How large and how old a delivery may be.

use core::fmt;
use core::time::Duration;

use crate::error::{self, ErrorKind, Failed, Reason};
use crate::time::UnixTime;

#[cfg(feature = "schemes")]
pub(super) mod text;

/// What a verifier limits: how old and how large a delivery may be. The methods of
/// [`VerifierBuilder`](crate::VerifierBuilder) set each limit; this is all of them together, for settings that are kept
/// as text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    pub(crate) max_age: Limit,
    pub(crate) max_skew: Limit,
    pub(crate) max_event_age: Limit,
    pub(crate) max_body: Limit,
    /// Events that a store remembers, which may be older than `max_event_age`.
    #[cfg(feature = "duplicates")]
    pub(crate) remembered: Option<Remembered>,
}

/// How long a store remembers the events that it has seen, and since when.
#[cfg(feature = "duplicates")]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Remembered {
    kept: Limit,
    since: UnixTime,
}

#[cfg(feature = "duplicates")]
impl Remembered {
    pub(crate) fn new(kept: Duration, since: UnixTime) -> Self {
        Self { kept: Limit::of_time(Some(kept)), since }
    }
}

/// A number of seconds or bytes that is still allowed.
// Not an `Option`: one comparison on the way to a verdict in place of two.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Limit(u64);

impl Limit {
    pub(crate) const NONE: Self = Self(u64::MAX);

    /// So many whole seconds.
    pub(crate) fn of_time(limit: Option<Duration>) -> Self {
        limit.map_or(Self::NONE, |limit| Self(limit.as_secs()))
    }

    pub(crate) const fn of_bytes(limit: usize) -> Self {
        Self(limit as u64)
    }

    /// So many seconds or bytes. The largest number is no limit.
    #[cfg(feature = "schemes")]
    pub(crate) const fn of_number(limit: u64) -> Self {
        Self(limit)
    }

    /// Whether this limit on the distance from the present is more than a day, and was meant in milliseconds.
    fn is_in_milliseconds(self) -> bool {
        self >= Self(100_000) && self != Self::NONE
    }

    /// The number, unless there is no limit.
    pub(crate) fn get(self) -> Option<u64> {
        Some(self.0).filter(|_| self != Self::NONE)
    }
}

impl Limits {
    /// The limits unless others are set. 300 s is what the libraries of Stripe and Standard Webhooks use; 24 h covers
    /// Contio's automatic retries, which end about 38 minutes after the first attempt.
    pub const DEFAULT: Self = Self {
        max_age: Limit(300),
        max_skew: Limit(300),
        max_event_age: Limit(86_400),
        max_body: Limit::NONE,
        #[cfg(feature = "duplicates")]
        remembered: None,
    };

    /// How long ago a delivery may have been signed: see [`VerifierBuilder::max_age`](crate::VerifierBuilder::max_age).
    #[must_use]
    pub fn max_age(&self) -> Option<Duration> {
        self.max_age.get().map(Duration::from_secs)
    }

    /// How far ahead of the clock a delivery's timestamp may be.
    #[must_use]
    pub fn max_skew(&self) -> Option<Duration> {
        self.max_skew.get().map(Duration::from_secs)
    }

    /// How long ago the event in a delivery of [`Scheme::CONTIO_BODY`](crate::Scheme) may have happened.
    #[must_use]
    pub fn max_event_age(&self) -> Option<Duration> {
        self.max_event_age.get().map(Duration::from_secs)
    }

    /// The largest body that is accepted, in bytes.
    #[must_use]
    pub fn max_body(&self) -> Option<u64> {
        self.max_body.get()
    }

    /// Refuses limits on the distance from the present of more than a day, which were meant in milliseconds.
    pub(super) fn check(&self, error: &mut Reason) -> Result<(), Failed> {
        let (limit, reason) = match (self.max_age.is_in_milliseconds(), self.max_skew.is_in_milliseconds()) {
            (false, false) => return self.check_remembered(error),
            (true, _) => {
                (self.max_age, "`max_age` is # s, as if in milliseconds; give less than 100000 s, or no limit")
            }
            _ => (self.max_skew, "`max_skew` is # s, as if in milliseconds; give less than 100000 s, or no limit"),
        };
        Err(error.with_numbers(ErrorKind::InvalidArgument, reason, [limit.0, 0]))
    }

    /// An event that may be dated any time ahead would be forgotten before it is too old.
    #[cfg(feature = "duplicates")]
    fn check_remembered(&self, reason: &mut Reason) -> Result<(), Failed> {
        if self.remembered.is_some() && self.max_skew == Limit::NONE {
            let detail = "a store of handled events needs a `max_skew`: it keeps an event for a limited time";
            return Err(reason.is(ErrorKind::InvalidArgument, "", detail));
        }
        Ok(())
    }

    #[cfg(not(feature = "duplicates"))]
    #[allow(clippy::unused_self, clippy::unnecessary_wraps)] // as above
    const fn check_remembered(&self, _: &mut Reason) -> Result<(), Failed> {
        Ok(())
    }

    /// The largest age of an event of this time. A store keeps an event from when it was first seen, at the earliest
    /// `max_skew` before the event's own time, and times are whole seconds: so much less than it keeps is still
    /// remembered.
    #[cfg(feature = "duplicates")]
    pub(crate) fn max_age_of_event(&self, time: UnixTime) -> Limit {
        match self.remembered {
            Some(Remembered { kept, since }) if time > since => {
                self.max_event_age.max(Limit(kept.0.saturating_sub(self.max_skew.0.saturating_add(1))))
            }
            _ => self.max_event_age,
        }
    }

    #[cfg(not(feature = "duplicates"))]
    pub(crate) const fn max_age_of_event(&self, _: UnixTime) -> Limit {
        self.max_event_age
    }

    pub(super) fn check_size(&self, bytes: u64, reason: &mut Reason) -> Result<(), Failed> {
        if bytes > self.max_body.0 {
            return Err(reason.with_numbers(ErrorKind::BodyTooLarge, error::TOO_LARGE, [bytes, self.max_body.0]));
        }
        error::check_size(bytes, reason)
    }

    /// Refuses a time that is too far from the present, with the distance and the limit in seconds. `too_old` says
    /// which time it is: that of the delivery, or that of its event.
    pub(super) fn check_age(
        &self,
        time: UnixTime,
        now: UnixTime,
        too_old: ErrorKind,
        reason: &mut Reason,
    ) -> Result<(), Failed> {
        let max_age = if too_old == ErrorKind::EventTooOld { self.max_age_of_event(time) } else { self.max_age };
        let (age, ahead) = (now.seconds_since(time), time.seconds_since(now));
        if age > max_age.0 {
            return Err(out_of_time(too_old, [age, max_age.0], now, reason));
        }
        if ahead > self.max_skew.0 {
            return Err(out_of_time(ErrorKind::TimestampInFuture, [ahead, self.max_skew.0], now, reason));
        }
        Ok(())
    }
}

impl Default for Limits {
    fn default() -> Self {
        Self::DEFAULT
    }
}

#[cold]
#[inline(never)]
fn out_of_time(kind: ErrorKind, numbers: [u64; 2], now: UnixTime, reason: &mut Reason) -> Failed {
    let detail = match kind {
        ErrorKind::TimestampInFuture => "it is # s ahead, and # s are allowed; check the receiver's clock",
        // Every delivery is too old for a clock in milliseconds, which is not the sender's fault.
        _ if now.looks_like_milliseconds() => {
            let detail = "`now` is #, as if in milliseconds; give Unix seconds";
            return reason.with_numbers(ErrorKind::InvalidArgument, detail, [now.as_secs().unsigned_abs(), 0]);
        }
        ErrorKind::EventTooOld => {
            "it is # s old, and # s are allowed; a larger `max_event_age` accepts events sent again"
        }
        _ => "it is # s old, and # s are allowed; if this happens to every delivery, check the receiver's clock",
    };
    reason.with_numbers(kind, detail, numbers)
}

impl fmt::Debug for Limit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.get(), f)
    }
}
