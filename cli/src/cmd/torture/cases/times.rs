//! Deliveries that are signed with the right secret, but with a time that is invalid, too old, or in the future.

use hookseal::{Error, ErrorKind, TimestampSource, UnixTime};

use super::bench::{Bench, HOUR, refused, shifted};
use crate::cmd::torture::case::{Case, Delivery, Group};

const REPLAYED: &str = "a captured delivery can be replayed";

pub(super) fn cases(bench: &Bench<'_>) -> Result<Vec<Case>, Error> {
    if bench.variant.time() == TimestampSource::Envelope {
        return in_envelope(bench);
    }
    if !bench.variant.signs_time() {
        return Ok(Vec::new());
    }
    let now = bench.time();
    let at = |seconds| bench.variant.time_text(shifted(bench.now, seconds));
    let (first, last) = now.split_at(now.len() / 2);
    const UNBOUND: &str = "a time that is not read exactly as signed protects nothing";
    use ErrorKind::{MalformedTimestamp, TimestampInFuture, TimestampTooOld};
    let rows: Vec<(&str, &str, &str, ErrorKind, String)> = vec![
        ("old", "signed an hour ago", REPLAYED, TimestampTooOld, at(-HOUR)),
        ("very-old", "signed in 1970", REPLAYED, TimestampTooOld, bench.variant.time_text(UnixTime::from_secs(0))),
        ("future", "dated an hour ahead", "it can be replayed for an hour", TimestampInFuture, at(HOUR)),
        (
            "far-future",
            "dated ten years ahead",
            "it can be replayed for ten years",
            TimestampInFuture,
            at(87_600 * HOUR),
        ),
        (
            "nan",
            "NaN",
            "NaN is never greater than a limit, so it is never too old",
            MalformedTimestamp,
            "NaN".to_owned(),
        ),
        (
            "smallest",
            "the smallest 64-bit integer",
            "the difference from the current time overflows",
            MalformedTimestamp,
            i64::MIN.to_string(),
        ),
        (
            "milliseconds",
            "milliseconds",
            "it can be replayed for 50,000 years",
            MalformedTimestamp,
            format!("{now}000"),
        ),
        ("sign", "a sign before the digits", UNBOUND, MalformedTimestamp, format!("+{now}")),
        ("space", "a space between the digits", UNBOUND, MalformedTimestamp, format!("{first} {last}")),
        ("fraction", "a fraction", UNBOUND, MalformedTimestamp, format!("{now}.5")),
        ("hexadecimal", "hexadecimal digits", UNBOUND, MalformedTimestamp, format!("{:#x}", bench.now.as_secs())),
        (
            "junk",
            "`T.junk`",
            "a part of the body is read as a part of the time",
            MalformedTimestamp,
            format!("{now}.junk"),
        ),
        ("empty-time", "an empty time", UNBOUND, MalformedTimestamp, String::new()),
    ];
    // What is wrong with a time in seconds may be right for another.
    let rows = rows.into_iter().filter(|(name, ..)| *name != "milliseconds" || bench.variant.writes_seconds());
    let mut cases = Vec::new();
    for (name, sent, why, kind, time) in rows {
        let body = bench.body(name);
        let headers = bench.variant.sign(bench.secret(), &time, &bench.id(name), &body)?;
        cases.push(bench.case(Group::Time, (name, sent, why), refused(kind), vec![Delivery::new(headers, body)]));
    }
    Ok(cases)
}

/// The time of the event is the only signed time, and retries have the same one, so receivers accept it for a day.
fn in_envelope(bench: &Bench<'_>) -> Result<Vec<Case>, Error> {
    let rows = [
        ("old", "an event from two days ago", REPLAYED, ErrorKind::EventTooOld, -48 * HOUR),
        ("very-old", "an event from ten years ago", REPLAYED, ErrorKind::EventTooOld, -87_600 * HOUR),
        ("future", "an event dated an hour ahead", "it can be replayed for longer", ErrorKind::TimestampInFuture, HOUR),
    ];
    let mut cases = Vec::new();
    for (name, sent, why, kind, seconds) in rows {
        let delivery = bench.genuine(name, bench.event_at(name, seconds).to_string())?;
        cases.push(bench.case(Group::Time, (name, sent, why), refused(kind), vec![delivery]));
    }
    Ok(cases)
}
