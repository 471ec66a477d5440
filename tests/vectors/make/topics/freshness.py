"""Ages and clock skews: both sides of every limit, and that each limit applies only to its own variant."""

from __future__ import annotations

from typing import Iterator

from ..clock import rfc3339
from ..contio_body import envelope
from ..senders import ALL, BODY, GITHUB, SHOPIFY, TIMESTAMPED, Sender, contio
from ..vector import LARGEST_INTEGER, NOW, Delivery, accept, refuse

_OLD, _FUTURE, _OLD_EVENT = "timestamp_too_old", "timestamp_in_future", "event_too_old"


def vectors() -> Iterator[dict]:
    for sender in ALL:
        if sender.signs_timestamp:
            yield from _header_age(sender)
    late = contio(TIMESTAMPED.genuine(timestamp=NOW - 301))
    yield refuse("contio: a timestamped delivery 301 seconds old is too old", late, _OLD)
    early = contio(TIMESTAMPED.genuine(timestamp=NOW + 301))
    yield refuse("contio: a timestamped delivery 301 seconds ahead is in the future", early, _FUTURE)
    yield from _extremes()
    yield from _event_age()
    yield from _limits_of_the_other_variant()
    yield from _without_time()


def _header_age(sender: Sender) -> Iterator[dict]:
    def at(offset: int) -> Delivery:
        return sender.genuine(timestamp=NOW + offset)

    def ok(offset: int) -> dict:
        return sender.ok(timestamp=NOW + offset)

    scheme = sender.scheme
    yield accept(f"{scheme}: 300 seconds old is fresh", at(-300), ok(-300))
    yield refuse(f"{scheme}: 301 seconds old is too old", at(-301), _OLD)
    yield accept(f"{scheme}: 300 seconds ahead is accepted", at(300), ok(300))
    yield refuse(f"{scheme}: 301 seconds ahead is in the future", at(301), _FUTURE)
    yield accept(f"{scheme}: a max_age of 10 allows 10 seconds", at(-10).limits(max_age=10), ok(-10))
    yield refuse(f"{scheme}: a max_age of 10 refuses 11 seconds", at(-11).limits(max_age=10), _OLD)
    yield accept(f"{scheme}: a max_skew of 10 allows 10 seconds ahead", at(10).limits(max_skew=10), ok(10))
    yield refuse(f"{scheme}: a max_skew of 10 refuses 11 seconds ahead", at(11).limits(max_skew=10), _FUTURE)
    yield accept(f"{scheme}: no age and no skew allow the very second", at(0).limits(max_age=0, max_skew=0), ok(0))
    yield refuse(f"{scheme}: no age refuses one second", at(-1).limits(max_age=0), _OLD)
    yield refuse(f"{scheme}: no skew refuses one second ahead", at(1).limits(max_skew=0), _FUTURE)
    yield accept(f"{scheme}: a long max_age leaves the skew alone", at(-3_600).limits(max_age=3_600), ok(-3_600))
    yield refuse(f"{scheme}: a long max_age does not allow more skew", at(301).limits(max_age=3_600), _FUTURE)
    yield refuse(f"{scheme}: a long max_skew does not allow more age", at(-301).limits(max_skew=3_600), _OLD)


def _extremes() -> Iterator[dict]:
    last = 999_999_999_999
    for sender in (sender for sender in ALL if sender.signs_timestamp):
        far = sender.genuine(timestamp=last)
        yield refuse(f"{sender.scheme}: the largest timestamp of 12 digits is in the future", far, _FUTURE)
        yield refuse(f"{sender.scheme}: a timestamp of zero is too old", sender.genuine(timestamp=0), _OLD)
    far, epoch = TIMESTAMPED.genuine(timestamp=last), TIMESTAMPED.genuine(timestamp=0)
    ok = TIMESTAMPED.ok
    limit = LARGEST_INTEGER
    yield accept("contio-timestamped: the largest timestamp is accepted in its own second", far.but(now=last), ok(timestamp=last))
    yield accept("contio-timestamped: a timestamp of zero is accepted at the epoch", epoch.but(now=0), ok(timestamp=0))
    yield accept(
        "contio-timestamped: twelve zeros are accepted at the epoch",
        TIMESTAMPED.genuine(timestamp="0" * 12).but(now=0),
        ok(timestamp=0),
    )
    yield refuse("contio-timestamped: the largest timestamp seen at the epoch is in the future", far.but(now=0), _FUTURE)
    yield accept(
        "contio-timestamped: without limits the largest timestamp is accepted at the epoch",
        far.but(now=0).limits(max_age=None, max_skew=None),
        ok(timestamp=last),
    )
    yield accept(
        "contio-timestamped: without limits the epoch is accepted at the latest moment",
        epoch.but(now=limit).limits(max_age=None, max_skew=None),
        ok(timestamp=0),
    )
    yield from _milliseconds()


def _milliseconds() -> Iterator[dict]:
    """A clock or a limit in milliseconds is the receiver's mistake, and not the sender's."""
    misused = "invalid_argument"
    for sender in (sender for sender in ALL if sender.signs_timestamp):
        scheme, longest = sender.scheme, 99_999
        genuine = sender.genuine()
        yield refuse(f"{scheme}: a clock in milliseconds is refused", genuine.but(now=NOW * 1000), misused)
        yield refuse(f"{scheme}: the first second that no clock can show is refused", genuine.but(now=10**11), misused)
        yield refuse(f"{scheme}: the last second of a clock is just too late", genuine.but(now=10**11 - 1), _OLD)
        yield refuse(f"{scheme}: the latest moment is refused", genuine.but(now=LARGEST_INTEGER), misused)
        yield accept(
            f"{scheme}: the longest max_age allows its last second",
            sender.genuine(timestamp=NOW - longest).limits(max_age=longest),
            sender.ok(timestamp=NOW - longest),
        )
        yield refuse(
            f"{scheme}: the longest max_age allows no more",
            sender.genuine(timestamp=NOW - longest - 1).limits(max_age=longest),
            _OLD,
        )
        yield accept(
            f"{scheme}: the longest max_skew allows its last second",
            sender.genuine(timestamp=NOW + longest).limits(max_skew=longest),
            sender.ok(timestamp=NOW + longest),
        )
        for name in ("max_age", "max_skew"):
            for limit in (longest + 1, 300_000, LARGEST_INTEGER):
                yield refuse(f"{scheme}: a {name} of {limit:,} is refused", genuine.limits(**{name: limit}), misused)


def _event(offset: int, fraction: str = "") -> Delivery:
    """A delivery in the body variant whose event is `offset` seconds from now, plus the fraction."""
    return _event_at(rfc3339(NOW + offset, fraction))


def _event_at(timestamp: str) -> Delivery:
    return BODY.genuine(envelope(timestamp=f'"{timestamp}"'))


def _event_age() -> Iterator[dict]:
    day = 86_400

    def ok(offset: int) -> dict:
        return BODY.ok(timestamp=NOW + offset)

    for scheme in ("contio", "contio-body"):
        def event(offset: int, fraction: str = "") -> Delivery:
            return _event(offset, fraction).but(scheme=scheme)

        yield accept(f"{scheme}: an event of five minutes and a second ago is young", event(-301), ok(-301))
        yield accept(f"{scheme}: an event a day old is accepted", event(-day), ok(-day))
        yield refuse(f"{scheme}: an event a day and a second old is too old", event(-day - 1), _OLD_EVENT)
        yield accept(f"{scheme}: an event 300 seconds ahead is accepted", event(300), ok(300))
        yield refuse(f"{scheme}: an event 301 seconds ahead is in the future", event(301), _FUTURE)
        yield accept(f"{scheme}: a max_event_age of 60 allows 60 seconds", event(-60).limits(max_event_age=60), ok(-60))
        yield refuse(f"{scheme}: a max_event_age of 60 refuses 61 seconds", event(-61).limits(max_event_age=60), _OLD_EVENT)
        yield accept(
            f"{scheme}: an event of any age is accepted with the limit switched off",
            event(-NOW).limits(max_event_age=None),
            ok(-NOW),
        )
        yield refuse(
            f"{scheme}: with the age switched off the skew still counts", event(301).limits(max_event_age=None), _FUTURE
        )

    yield accept("contio-body: no event age allows the very second", _event(0).limits(max_event_age=0), ok(0))
    yield refuse("contio-body: no event age refuses one second", _event(-1).limits(max_event_age=0), _OLD_EVENT)
    yield accept("contio-body: a max_skew of 10 allows an event 10 seconds ahead", _event(10).limits(max_skew=10), ok(10))
    yield refuse("contio-body: a max_skew of 10 refuses an event 11 seconds ahead", _event(11).limits(max_skew=10), _FUTURE)
    yield accept("contio-body: a fraction does not make an event older", _event(-day, ".999"), ok(-day))
    yield refuse("contio-body: a fraction does not make an event younger", _event(-day - 1, ".999"), _OLD_EVENT)
    yield accept("contio-body: a fraction does not take an event over the skew", _event(300, ".999"), ok(300))
    yield accept(
        "contio-body: an offset counts towards the age",
        _event_at("2023-11-13T23:13:20+01:00"),
        ok(-day),
    )
    yield refuse("contio-body: an offset makes an event too old", _event_at("2023-11-13T23:13:19+01:00"), _OLD_EVENT)
    yield refuse("contio-body: an event before the epoch is too old", _event_at("1969-12-31T23:59:59Z"), _OLD_EVENT)
    yield refuse("contio-body: an event of the year 0 is too old", _event_at("0000-01-01T00:00:00Z"), _OLD_EVENT)
    yield refuse("contio-body: an event of the year 9999 is in the future", _event_at("9999-12-31T23:59:59Z"), _FUTURE)
    yield refuse("contio-body: an event of the year 0 seen by a clock in milliseconds is refused",
                 _event_at("0000-01-01T00:00:00Z").but(now=LARGEST_INTEGER), "invalid_argument")  # fmt: skip
    yield refuse("contio-body: an event of the year 9999 seen at the epoch is in the future",
                 _event_at("9999-12-31T23:59:59Z").but(now=0), _FUTURE)  # fmt: skip
    yield accept("contio-body: an event just before the epoch is accepted at the epoch",
                 _event_at("1969-12-31T23:59:59Z").but(now=0), BODY.ok(timestamp=-1))  # fmt: skip
    retried = "contio-body: an event of 38 minutes ago, as the last retry brings it, is young"
    yield accept(retried, _event(-38 * 60), ok(-38 * 60))


def _limits_of_the_other_variant() -> Iterator[dict]:
    hour = 3_600
    old_event = envelope(timestamp='"2001-01-01T00:00:00Z"')
    yield accept("contio-body: max_age does not concern it", _event(-hour).limits(max_age=0), BODY.ok(timestamp=NOW - hour))
    yield accept("contio-timestamped: an old event in a fresh delivery is accepted", TIMESTAMPED.genuine(old_event), TIMESTAMPED.ok())
    late = TIMESTAMPED.genuine(envelope(timestamp='"2999-01-01T00:00:00Z"'))
    yield accept("contio-timestamped: an event ahead of time in a fresh delivery is accepted", late, TIMESTAMPED.ok())
    zero = contio(TIMESTAMPED.genuine(old_event)).limits(max_event_age=0)
    yield accept("contio: max_event_age does not concern the timestamped form", zero, TIMESTAMPED.ok())
    off = contio(TIMESTAMPED.genuine(timestamp=NOW - 301)).limits(max_event_age=None)
    yield refuse("contio: an event age switched off does not free the timestamped form", off, _OLD)
    long = contio(TIMESTAMPED.genuine(timestamp=NOW - 301)).limits(max_event_age=86_400)
    yield refuse("contio: a long max_event_age does not lengthen max_age", long, _OLD)
    long = contio(_event(-86_401)).limits(max_age=99_999)
    yield refuse("contio: a long max_age does not lengthen max_event_age", long, _OLD_EVENT)


def _without_time() -> Iterator[dict]:
    for sender in (GITHUB, SHOPIFY):
        scheme, strict = sender.scheme, {"max_age": 0, "max_skew": 0, "max_event_age": 0}
        for what, now in [("at the epoch", 0), ("at the latest moment", LARGEST_INTEGER)]:
            delivery = sender.genuine().but(now=now).limits(**strict)
            yield accept(f"{scheme}: a delivery seen {what} has no age", delivery, sender.ok())
