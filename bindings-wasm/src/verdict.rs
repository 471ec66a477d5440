//! How a verdict crosses to JavaScript. Both npm packages use this encoding, and their TypeScript decodes it alike.

use hookseal::{Delivery, Scheme, UnixTime};

/// The facts of a delivery as one number. The lowest five bits are reserved for failures and are 0. Then one bit each:
/// whether the envelope was checked because the verdict depends on it, whether the delivery has the second of the
/// scheme's variants, and whether its time is known. Then three bits for the index of the secret that verified it, and
/// above those the time in Unix seconds.
#[allow(clippy::cast_precision_loss)] // at most 8 secrets and 12 digits, which a number in JavaScript holds exactly
pub(crate) fn number_of(delivery: &Delivery<'_, '_>, scheme: &Scheme) -> f64 {
    let is_second = scheme.variants()[0].name() != delivery.scheme();
    let flags = [delivery.has_read_envelope(), is_second, delivery.timestamp().is_some()];
    let flags = (5..).zip(flags).fold(0, |bits, (place, flag)| bits | i64::from(flag) << place);
    let secret = i64::try_from(delivery.secret_index()).unwrap_or_default() << 8;
    let time = delivery.timestamp().map_or(0, UnixTime::as_secs) << 11;
    (time + secret + flags) as f64
}
