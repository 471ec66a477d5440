//! What a verifier is made from: four limits, what a store remembers, a scheme and secrets.

use core::time::Duration;

use hookseal::{Secret, UnixTime};

use crate::secrets;

/// Limits in seconds and bytes; `None` for those that keep their default.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// The maximum age; `Some(None)` allows any.
    pub max_age: Option<Option<Duration>>,
    /// How far ahead the timestamp may be; `Some(None)` allows any time.
    pub max_skew: Option<Option<Duration>>,
    /// The maximum age of an event; `Some(None)` allows any.
    pub max_event_age: Option<Option<Duration>>,
    /// The maximum size of a body.
    pub max_body: Option<usize>,
}

impl Limits {
    /// How many bytes they take.
    pub const BYTES: usize = 32;

    /// Reads four numbers of eight bytes, as JavaScript has them. NaN stands for the default, and infinity for no
    /// limit. Fractions are truncated, as the core does. The caller checked the signs.
    #[must_use]
    pub fn read(bytes: &[u8; Self::BYTES]) -> Self {
        let (numbers, _) = bytes.as_chunks();
        let number = |at: usize| Some(f64::from_le_bytes(numbers[at])).filter(|number| !number.is_nan());
        let time = |at| number(at).map(|seconds| seconds.is_finite().then(|| Duration::from_secs(whole(seconds))));
        let max_body = number(3).map(|bytes| usize::try_from(whole(bytes)).unwrap_or(usize::MAX));
        Self { max_age: time(0), max_skew: time(1), max_event_age: time(2), max_body }
    }
}

/// The settings of a verifier, as the caller writes them.
#[derive(Debug)]
pub struct Settings<'t> {
    /// Its limits.
    pub limits: Limits,
    /// How long a store of handled events keeps them, and since when, if there is one.
    pub remembered: Option<(Duration, UnixTime)>,
    /// Its scheme, for [`schemes::read`](crate::schemes::read).
    pub scheme: &'t str,
    secrets: &'t [u8],
}

impl<'t> Settings<'t> {
    /// Reads the limits, what a store remembers in two more numbers, a scheme of this length, and the secrets, which
    /// take the rest of `text`; `None` if `text` is shorter. The caller wipes it.
    #[must_use]
    pub fn read(text: &'t [u8], scheme: usize) -> Option<Self> {
        let (limits, rest) = text.split_first_chunk()?;
        let (remembered, rest) = rest.split_first_chunk::<16>()?;
        let (scheme, secrets) = rest.split_at_checked(scheme)?;
        let scheme = core::str::from_utf8(scheme).unwrap_or_default();
        Some(Self { limits: Limits::read(limits), remembered: read_remembered(remembered), scheme, secrets })
    }

    /// Its secrets.
    pub fn secrets(&self) -> impl Iterator<Item = Secret<'t>> + use<'t> {
        secrets::read(self.secrets)
    }
}

pub(crate) fn read_remembered(bytes: &[u8; 16]) -> Option<(Duration, UnixTime)> {
    let [kept, since]: [f64; 2] = core::array::from_fn(|at| f64::from_le_bytes(bytes.as_chunks().0[at]));
    (!kept.is_nan()).then(|| (Duration::from_secs(whole(kept)), unix_time(since)))
}

/// A time in Unix seconds, as JavaScript has it. The caller checked that it is an integer; larger ones saturate.
#[must_use]
#[allow(clippy::cast_possible_truncation)]
pub fn unix_time(seconds: f64) -> UnixTime {
    UnixTime::from_secs(seconds as i64)
}

#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // the sign was checked; infinity saturates
fn whole(number: f64) -> u64 {
    number as u64
}
