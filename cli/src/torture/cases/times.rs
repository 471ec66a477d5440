//! Deliveries signed with the right secret under a time that is none, or that has passed, or has not come.

use hookseal::{Error, ErrorKind};

use super::{Bench, HOUR, refused, shifted};
use crate::torture::case::{Case, Delivery, Group};
use hookseal::TimestampSource;

const REPLAYED: &str = "a delivery that was overheard can be sent again";

pub(super) fn cases(bench: &Bench<'_>) -> Result<Vec<Case>, Error> {
    if bench.form.time() == TimestampSource::Envelope {
        return in_envelope(bench);
    }
    if !bench.form.signs_time() {
        return Ok(Vec::new());
    }
    let now = bench.time();
    let at = |seconds| shifted(bench.now, seconds).as_secs().to_string();
    let (first, last) = now.split_at(now.len() / 2);
    const UNBOUND: &str = "a time that is not read as it was signed binds nothing";
    use ErrorKind::{MalformedTimestamp, TimestampInFuture, TimestampTooOld};
    let rows: Vec<(&str, &str, &str, ErrorKind, String)> = vec![
        ("old", "signed an hour ago", REPLAYED, TimestampTooOld, at(-HOUR)),
        ("very-old", "signed in 1970", REPLAYED, TimestampTooOld, "0".to_owned()),
        ("future", "dated an hour ahead", "it stays fresh for an hour, to be sent again", TimestampInFuture, at(HOUR)),
        ("far-future", "dated ten years ahead", "it stays fresh for ten years", TimestampInFuture, at(87_600 * HOUR)),
        (
            "nan",
            "NaN",
            "NaN passes every comparison that asks whether it is too old",
            MalformedTimestamp,
            "NaN".to_owned(),
        ),
        (
            "smallest",
            "the smallest 64-bit integer",
            "its distance from now overflows",
            MalformedTimestamp,
            i64::MIN.to_string(),
        ),
        ("milliseconds", "milliseconds", "it stays fresh for 50,000 years", MalformedTimestamp, format!("{now}000")),
        ("sign", "a sign before the digits", UNBOUND, MalformedTimestamp, format!("+{now}")),
        ("space", "a space between the digits", UNBOUND, MalformedTimestamp, format!("{first} {last}")),
        ("fraction", "a fraction", UNBOUND, MalformedTimestamp, format!("{now}.5")),
        ("hexadecimal", "hexadecimal digits", UNBOUND, MalformedTimestamp, format!("{:#x}", bench.now.as_secs())),
        (
            "junk",
            "`T.junk`",
            "a part of the body passes for a part of the time",
            MalformedTimestamp,
            format!("{now}.junk"),
        ),
        ("empty-time", "an empty time", UNBOUND, MalformedTimestamp, String::new()),
    ];
    let mut cases = Vec::new();
    for (name, sent, why, kind, time) in rows {
        let body = bench.body(name);
        let headers = bench.form.sign(bench.secret(), &time, &bench.id(name), &body)?;
        cases.push(bench.case(Group::Time, (name, sent, why), refused(kind), vec![Delivery::new(headers, body)]));
    }
    Ok(cases)
}

/// The time of the event is the only one, and every retry has it: a day is what receivers allow.
fn in_envelope(bench: &Bench<'_>) -> Result<Vec<Case>, Error> {
    let rows = [
        ("old", "an event of two days ago", REPLAYED, ErrorKind::EventTooOld, -48 * HOUR),
        ("very-old", "an event of ten years ago", REPLAYED, ErrorKind::EventTooOld, -87_600 * HOUR),
        ("future", "an event of in an hour", "it stays fresh, to be sent again", ErrorKind::TimestampInFuture, HOUR),
    ];
    let mut cases = Vec::new();
    for (name, sent, why, kind, seconds) in rows {
        let delivery = bench.genuine(name, bench.event_at(name, seconds).to_string())?;
        cases.push(bench.case(Group::Time, (name, sent, why), refused(kind), vec![delivery]));
    }
    Ok(cases)
}
