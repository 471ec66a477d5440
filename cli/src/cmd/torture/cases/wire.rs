//! Requests that are too large, too slow, or never complete.

use hookseal::{Error, ErrorKind};

use super::bench::Bench;
use crate::cmd::torture::case::{Case, Expected, Group, Transfer};

pub(super) fn cases(bench: &Bench<'_>) -> Result<Vec<Case>, Error> {
    let size = bench.body("wire").len();
    let huge = bench.titled("wire", &"x".repeat((bench.max_body + 1).saturating_sub(size - "Stand-up".len())));
    let small = bench.titled("wire", &"x".repeat(2_000));
    const FILLED: &str = "anyone can fill the receiver's memory";
    const HALF: &str = "an incomplete event is accepted";
    let too_large = Expected::RefusedOrClosed(ErrorKind::BodyTooLarge.status());
    let incomplete = Expected::RefusedOrClosed(400);
    let rows = [
        ("huge", "a body over the limit", FILLED, too_large, &huge, Transfer::Whole),
        ("huge-chunked", "the same in chunks", FILLED, too_large, &huge, Transfer::Chunked(16 * 1024)),
        (
            "slow-head",
            "slow headers in small parts",
            "a sender with a slow connection is cut off",
            Expected::Accepted,
            &small,
            Transfer::SlowHead,
        ),
        (
            "beside-slow",
            "one, while another is half sent",
            "a single slow sender blocks all others",
            Expected::Accepted,
            &small,
            Transfer::AlongsideSlow,
        ),
        ("short", "a Content-Length that is too large", HALF, incomplete, &small, Transfer::Short(100)),
        ("cut-chunks", "chunks without the last one", HALF, incomplete, &small, Transfer::CutChunks),
        (
            "cut",
            "closed in the middle of the body",
            "a sender that disconnects stops the receiver",
            incomplete,
            &small,
            Transfer::Cut,
        ),
    ];
    rows.into_iter()
        .map(|(name, sent, why, expected, body, transfer)| {
            let delivery = bench.genuine("wire", &**body)?.transferred(transfer);
            Ok(bench.case(Group::Wire, (name, sent, why), expected, vec![delivery]))
        })
        .collect()
}
