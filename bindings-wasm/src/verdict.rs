//! A verdict as it crosses: for both npm packages, whose TypeScript reads it alike.

use hookseal::{Delivery, Scheme, UnixTime};

/// What was found out of a delivery, as one number. Its lowest five bits are left to failures, and are 0. Above them stands, a
/// bit each, whether the envelope was judged because the verdict depends on it, whether the delivery goes under the second of
/// the scheme's form names, and whether its time is known; in three bits, which secret made it; and above those the time, in
/// Unix seconds.
#[allow(clippy::cast_precision_loss)] // at most 8 secrets, and 12 digits: a number in JavaScript holds all of it
pub(crate) fn number_of(delivery: &Delivery<'_>, scheme: &Scheme) -> f64 {
    let is_second = scheme.variants()[0].name() != delivery.scheme();
    let flags = [delivery.has_read_envelope(), is_second, delivery.timestamp().is_some()];
    let flags = (5..).zip(flags).fold(0, |bits, (place, flag)| bits | i64::from(flag) << place);
    let secret = i64::try_from(delivery.secret_index()).unwrap_or_default() << 8;
    let time = delivery.timestamp().map_or(0, UnixTime::as_secs) << 11;
    (time + secret + flags) as f64
}
