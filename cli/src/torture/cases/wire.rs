//! Requests that are too large, too slow, or never complete.

use hookseal::{Error, ErrorKind};

use super::Bench;
use super::genuine::titled;
use crate::torture::case::{Case, Expected, Group, Manner};

pub(super) fn cases(bench: &Bench<'_>) -> Result<Vec<Case>, Error> {
    let size = bench.body("wire").len();
    let huge = titled(bench, "wire", &"x".repeat((bench.max_body + 1).saturating_sub(size - "Stand-up".len())));
    let small = titled(bench, "wire", &"x".repeat(2_000));
    const FILLED: &str = "anybody can fill the receiver's memory";
    const HALF: &str = "half of an event is taken for a whole one";
    let too_large = Expected::RefusedOrClosed(ErrorKind::BodyTooLarge.status());
    let incomplete = Expected::RefusedOrClosed(400);
    let rows = [
        ("huge", "a body over the limit", FILLED, too_large, &huge, Manner::Whole),
        ("huge-chunked", "the same in chunks", FILLED, too_large, &huge, Manner::Chunked(16 * 1024)),
        (
            "slow-head",
            "headers in small pieces",
            "a sender on a slow line is cut off",
            Expected::Accepted,
            &small,
            Manner::SlowHead,
        ),
        (
            "beside-slow",
            "one, while another is half sent",
            "a single slow sender keeps all others out",
            Expected::Accepted,
            &small,
            Manner::BesideSlow,
        ),
        ("short", "a length larger than the body", HALF, incomplete, &small, Manner::Short(100)),
        ("cut-chunks", "chunks without the last one", HALF, incomplete, &small, Manner::CutChunks),
        (
            "cut",
            "closed in the middle of the body",
            "a sender that goes away takes the receiver along",
            incomplete,
            &small,
            Manner::Cut,
        ),
    ];
    rows.into_iter()
        .map(|(name, sent, why, expected, body, manner)| {
            let delivery = bench.genuine("wire", &**body)?.sent(manner);
            Ok(bench.case(Group::Wire, (name, sent, why), expected, vec![delivery]))
        })
        .collect()
}
