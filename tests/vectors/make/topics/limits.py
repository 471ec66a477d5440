"""Both sides of the limits on sizes and counts."""

from __future__ import annotations

from typing import Iterator

from ..contio_body import ENVELOPE, envelope
from ..senders import (
    ALL, BODY, GITHUB, OTHERS, TIMESTAMPED, WITH_BASE64_SECRETS, WITH_LISTS, Sender, contio, decoded_secret,
)  # fmt: skip
from ..vector import NOW, accept, refuse


def vectors() -> Iterator[dict]:
    for sender in ALL:
        yield from _body_size(sender)
        yield from _secrets(sender)
    for variant in (TIMESTAMPED, BODY):
        small = contio(variant.genuine()).limits(max_body=len(ENVELOPE) - 1)
        yield refuse(f"contio: the {variant.scheme} form a byte over the limit is too large", small, "body_too_large")
    empty = GITHUB.genuine(b"")
    yield accept("github: an empty body passes a limit of zero", empty.limits(max_body=0), GITHUB.ok())
    one = GITHUB.genuine(b"x")
    yield refuse("github: one byte is over a limit of zero", one.limits(max_body=0), "body_too_large")
    large = GITHUB.genuine(b"x" * 16_384)
    yield accept("github: 16 KB pass where no limit was set", large, GITHUB.ok())
    letters = TIMESTAMPED.genuine(envelope(note='"' + "é" * 100 + '"'))
    size = len(letters.body)
    yield accept("contio-timestamped: a limit counts bytes and equal passes", letters.limits(max_body=size), TIMESTAMPED.ok())
    short = letters.limits(max_body=size - 100)
    yield refuse("contio-timestamped: a limit counts bytes, not letters", short, "body_too_large")
    for sender in WITH_BASE64_SECRETS:
        yield from _id_length(sender)
        yield from _key_length(sender)
    for sender in WITH_LISTS:
        yield from _signatures(sender)
    for sender in ALL:
        if sender.signs_timestamp:
            yield from _digits(sender)
    yield from _nesting()
    yield from _event_time()


def _body_size(sender: Sender) -> Iterator[dict]:
    size = len(sender.body)
    yield accept(f"{sender.scheme}: a body as large as the limit passes", sender.genuine().limits(max_body=size), sender.ok())
    over = sender.genuine().limits(max_body=size - 1)
    yield refuse(f"{sender.scheme}: a body a byte over the limit is too large", over, "body_too_large")


def _secrets(sender: Sender) -> Iterator[dict]:
    secrets = tuple(decoded_secret(b"one key of several, number %d" % n) for n in range(9))
    eight = sender.genuine(secret=secrets[7], secrets=secrets[:8])
    yield accept(f"{sender.scheme}: the last of eight secrets verifies", eight, sender.ok(index=7))
    nine = sender.genuine(secret=secrets[0], secrets=secrets)
    yield refuse(f"{sender.scheme}: nine secrets are too many", nine, "invalid_argument")
    same = sender.genuine(secret=secrets[0], secrets=secrets[:1] * 9)
    yield refuse(f"{sender.scheme}: the same secret nine times is too many", same, "invalid_argument")


def _id_length(sender: Sender) -> Iterator[dict]:
    longest = "m" * 256
    yield accept(f"{sender.scheme}: an id of 256 characters passes", sender.genuine(id=longest), sender.ok(id=longest))
    long = sender.genuine(id=longest + "m")
    yield refuse(f"{sender.scheme}: an id of 257 characters is malformed", long, "malformed_signature")


def _key_length(sender: Sender) -> Iterator[dict]:
    for length in (16, 17, 18, 64, 65, 512):
        delivery = sender.genuine(secret=decoded_secret(_key(length)))
        yield accept(f"{sender.scheme}: a key of {length} bytes is a key", delivery, sender.ok())
    for length, what in [(1, "short"), (2, "short"), (3, "short"), (14, "short"), (15, "short"), (513, "long"), (1024, "long")]:
        delivery = sender.genuine(secret=decoded_secret(_key(length)))
        yield refuse(f"{sender.scheme}: a key of {length} bytes is too {what}", delivery, "invalid_secret")


def _key(length: int) -> bytes:
    return bytes((7 * n + 1) % 256 for n in range(length))


def _signatures(sender: Sender) -> Iterator[dict]:
    signature = sender.tag()
    forged = [sender.tag(b"forged %d" % n) for n in range(16)]
    other = {"stripe": ",v0=x"}.get(sender.scheme, " v2,x") * 40
    scheme = sender.scheme
    yield accept(f"{scheme}: the last of 16 tags verifies", sender.carry(forged[:15] + [signature]), sender.ok())
    yield accept(f"{scheme}: the first of 16 tags verifies", sender.carry([signature] + forged[:15]), sender.ok())
    yield refuse(f"{scheme}: 16 forged tags match nothing", sender.carry(forged), "signature_mismatch")
    yield refuse(f"{scheme}: 17 tags, the last genuine, are malformed", sender.carry(forged + [signature]), "malformed_signature")
    yield refuse(f"{scheme}: 17 tags, the first genuine, are malformed", sender.carry([signature] + forged), "malformed_signature")
    value = sender.carry(forged[:15] + [signature]).value(sender.signature_header) + other
    yield accept(f"{scheme}: tags of other versions do not count towards the 16", sender.with_signature(value), sender.ok())


def _digits(sender: Sender) -> Iterator[dict]:
    for digits in ("1", "123456", "12345678901", "123456789012"):
        delivery = sender.genuine(timestamp=digits).but(now=int(digits))
        name = f"{sender.scheme}: a timestamp of {len(digits)} digit{'s' * (len(digits) > 1)} passes"
        yield accept(name, delivery, sender.ok(timestamp=int(digits)))
    digits = "1234567890123"
    delivery = sender.genuine(timestamp=digits).but(now=int(digits))
    yield refuse(f"{sender.scheme}: a timestamp of 13 digits is malformed at any time", delivery, "malformed_timestamp")


def _nesting() -> Iterator[dict]:
    """The root is level 1, so the value of an unknown field is at level 2, and a value in `data` is at level 3."""

    def arrays(levels: int) -> str:
        return "[" * levels + "]" * levels

    def objects(levels: int) -> str:
        return '{"a":' * (levels - 1) + "{}" + "}" * (levels - 1)

    def in_user(value: str) -> str:
        return '{"id":"u","email":"e","x":%s}' % value

    in_data = '{"completed_at":"x","meeting_id":"m","title":"t","workspace_id":"w","more":%s}'
    mixed = '[{"a":' * 31 + "[]" + "}]" * 31
    passing = {
        "arrays in an unknown field 64 levels deep": envelope(deep=arrays(63)),
        "objects in an unknown field 64 levels deep": envelope(deep=objects(63)),
        "arrays and objects in turn 64 levels deep": envelope(deep=mixed),
        "arrays in data 64 levels deep": envelope(data=in_data % arrays(62)),
        "objects in data 64 levels deep": envelope(data=in_data % objects(62)),
        "arrays in for_user 64 levels deep": envelope(for_user=in_user(arrays(62))),
        "a field's name 64 levels deep": envelope(deep=objects(63).replace('"a"', '"event_id"')),
        "a value 64 levels deep that is not nested": envelope(deep="[" * 63 + "0" + "]" * 63),
        "1,000 arrays beside each other": envelope(wide="[" + ",".join(["[]"] * 1_000) + "]"),
        "100 brackets inside a string": envelope(note='"' + "[{" * 100 + '"'),
    }
    for what, body in passing.items():
        yield accept(f"contio-body accepts {what}", BODY.genuine(body), BODY.ok())
        yield accept(f"contio-timestamped accepts {what}", TIMESTAMPED.genuine(body), TIMESTAMPED.ok())
    refused = {
        "arrays in an unknown field 65 levels deep": envelope(deep=arrays(64)),
        "objects in an unknown field 65 levels deep": envelope(deep=objects(64)),
        "arrays and objects in turn 65 levels deep": envelope(deep=mixed.replace("[]", "[[]]")),
        "arrays in data 65 levels deep": envelope(data=in_data % arrays(63)),
        "objects in data 65 levels deep": envelope(data=in_data % objects(63)),
        "arrays in for_user 65 levels deep": envelope(for_user=in_user(arrays(63))),
        "objects that are all of data 65 levels deep": envelope(data=objects(64)),
        "arrays in a doubled unknown field, the second 65 levels deep": envelope('"x":1', f'"x":{arrays(64)}'),
        "arrays in an actor 65 levels deep": envelope(actor_user_id=arrays(64)),
        "arrays 600 levels deep": envelope(deep=arrays(600)),
        "arrays 4,000 levels deep": envelope(deep=arrays(4_000)),
        "4,000 opening brackets": b"[" * 4_000,
        "4,000 opening braces": b'{"a":' * 4_000,
    }
    for sender in OTHERS:
        deep = sender.genuine(b"[" * 500 + b"]" * 500)
        yield accept(f"{sender.scheme}: arrays 500 levels deep are nobody's concern", deep, sender.ok())
    for what, body in refused.items():
        yield refuse(f"contio-body: {what} are no envelope", BODY.genuine(body), "malformed_envelope")
        yield refuse(f"contio-timestamped: {what} are no envelope", TIMESTAMPED.genuine(body), "malformed_envelope")


def _event_time() -> Iterator[dict]:
    longest = f'2023-11-14T22:13:20.{"1" * 43}Z'
    assert len(longest) == 64
    delivery = BODY.genuine(envelope(timestamp=f'"{longest}"'))
    yield accept("contio-body: an event timestamp of 64 bytes passes", delivery, BODY.ok())
    spelt = "".join(f"\\u{ord(c):04x}" for c in longest)
    delivery = BODY.genuine(envelope(timestamp=f'"{spelt}"'))
    yield accept("contio-body: an event timestamp of 64 bytes after escapes passes", delivery, BODY.ok())
    delivery = BODY.genuine(envelope(timestamp='"' + longest.replace(".", ".1") + '"'))
    yield refuse("contio-body: an event timestamp of 65 bytes is invalid", delivery, "invalid_field")
    delivery = TIMESTAMPED.genuine(envelope(timestamp=f'"2023-11-14T22:13:20.{"0" * 1_000}Z"'), timestamp=NOW)
    yield refuse("contio-timestamped: an event timestamp of 1,000 digits is invalid", delivery, "invalid_field")
