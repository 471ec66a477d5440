"""The keys of the further senders' deliveries, by which duplicates are recognized."""

from __future__ import annotations

from typing import Iterator

from ..keys import digest, keyed, unkeyed
from ..vector import NOW
from .senders import (
    ALL,
    HUBSPOT,
    LINEAR,
    PADDLE,
    SQUARE,
    TWITCH,
    TYPEFORM,
    WORKOS,
    ZENDESK,
    ZOOM,
    Further,
)

# The field of the body that has the event's id.
FIELDS = {PADDLE: "event_id", SQUARE: "event_id", TYPEFORM: "event_id", WORKOS: "id"}
IDS = {PADDLE: "evt_01", SQUARE: "6a8f5f28-54a1", TYPEFORM: "LtWXD3crgy", WORKOS: "event_01"}


def vectors() -> list[dict]:
    made = [vector for sender in ALL for vector in _common(sender)]
    made += [*_checks(), *_fields(), *_digests()]
    names = [vector["name"] for vector in made]
    assert len(set(names)) == len(names)
    return made


def _common(sender: Further) -> Iterator[dict]:
    name = sender.scheme
    id = TWITCH.id if sender is TWITCH else IDS.get(sender) or digest(sender.body)
    yield keyed(f"{name}: the key of an event", sender.genuine(), name, id)
    if sender.time:
        yield keyed(f"{name}: an event that is sent again a minute later", sender.genuine(at=NOW - 60), name, id)
    extra = sender.genuine().plus_header("X-Event-Id", "chosen").plus_header("X-Request-Id", "chosen")
    yield keyed(f"{name}: headers that are not signed do not change the key", extra, name, id)
    yield unkeyed(f"{name}: an empty body has no key", sender.genuine(b""))


def _fields() -> Iterator[dict]:
    for sender, field in FIELDS.items():
        name = sender.scheme
        for what, body in [
            ("is absent", b'{"other":"1"}'),
            ("is a number", b'{"%s":1}' % field.encode()),
            ("occurs twice", b'{"%s":"1","%s":"1"}' % (field.encode(), field.encode())),
            ("is below the root", b'{"data":{"%s":"1"}}' % field.encode()),
        ]:
            yield keyed(f"{name}: {field} {what}", sender.genuine(body), name, digest(body))
        other = b'{"%s":"%s","more":true}' % (field.encode(), IDS[sender].encode())
        yield keyed(f"{name}: another body with the same {field}", sender.genuine(other), name, IDS[sender])
    again = PADDLE.body.replace(b"ntf_01", b"ntf_02")
    yield keyed("paddle: another notification of one event", PADDLE.genuine(again), "paddle", "evt_01")


def _checks() -> Iterator[dict]:
    """Requests that only check the receiver's address."""
    check = b'{"payload":{"plainToken":"qgg8vlvZRS6UYooatFL8Aw"},"event_ts":1654503849680,"event":"endpoint.url_validation"}'
    yield unkeyed("zoom: the check of the address", ZOOM.genuine(check))
    inner = b'{"event":"meeting.ended","payload":{"event":"endpoint.url_validation"}}'
    yield keyed("zoom: an event that mentions the check", ZOOM.genuine(inner), "zoom", digest(inner))
    challenge = b'{"challenge":"pogchamp-kappa-360noscope-vohiyo","subscription":{"id":"f1c2a387"}}'
    yield unkeyed("twitch: the check of the address", TWITCH.genuine(challenge))
    inner = b'{"event":{"challenge":"x"}}'
    yield keyed("twitch: an event that mentions a challenge", TWITCH.genuine(inner), "twitch", TWITCH.id)


def _digests() -> Iterator[dict]:
    for sender in (LINEAR, HUBSPOT, ZENDESK):
        body = b'{"id":"1","event_id":"1"}'
        name = sender.scheme
        yield keyed(f"{name}: ids in the body are not the key", sender.genuine(body), name, digest(body))
