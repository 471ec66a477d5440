"""Long numbers in a Contio envelope. JSON does not limit their length, and no decision depends on them.

Some parsers fail at 4,300 digits, at 2^63, or at the largest double. What value such a number gets may depend on the
language; whether the delivery is accepted may not.
"""

from __future__ import annotations

from typing import Iterator

from ..contio_body import envelope
from ..senders import BODY, OTHERS, TIMESTAMPED, contio
from ..vector import accept, refuse

_DATA = '{"completed_at":"2023-11-14T22:13:19Z","meeting_id":"mtg_51","title":"Weekly sync","workspace_id":"ws_9","more":%s}'


def _digits(count: int) -> str:
    return ("1234567890" * (count // 10 + 1))[:count]


def _numbers() -> Iterator[tuple[str, str]]:
    for count in (19, 20, 309, 4_300, 4_301, 5_000):
        yield f"an integer of {count:,} digits", _digits(count)
        yield f"a negative integer of {count:,} digits", "-" + _digits(count)
    for what, number in [("2^53", 2**53), ("2^63", 2**63), ("2^64", 2**64)]:
        yield f"the integers around {what}", f"[{number - 1},{number},{number + 1},{-number - 1},{-number}]"
    yield "5,000 digits after the point", "0." + _digits(5_000)
    yield "5,000 digits before the point", _digits(5_000) + ".5"
    yield "5,000 digits with an exponent", _digits(5_000) + "e7"
    yield "5,000 digits with an exponent of minus 5,000", _digits(5_000) + "E-5000"
    yield "an exponent of 5,000", "1e5000"
    yield "an exponent of minus 5,000", "1e-5000"
    yield "an exponent of 2^31", "1E+2147483648"
    yield "an exponent of minus 2^63", "-1e-9223372036854775808"
    yield "an exponent of 20 digits", "1e" + "9" * 20
    yield "an exponent of 5,000 digits", "-1e" + "9" * 5_000
    yield "an exponent of 5,000 zeros", "1e" + "0" * 5_000
    yield "a negative exponent of 5,000 digits", "1e-" + "9" * 5_000
    yield "zero with an exponent of 5,000 digits", "0e" + "9" * 5_000
    yield "5,000 zeros after the point", "0." + "0" * 5_000 + "1"


def vectors() -> Iterator[dict]:
    for what, number in _numbers():
        yield accept(f"contio-body accepts {what} in data", BODY.genuine(envelope(data=_DATA % number)), BODY.ok())
    for count in (4_300, 4_301):
        for what, sign in [("an integer", ""), ("a negative integer", "-")]:
            unknown = TIMESTAMPED.genuine(envelope(f'"more":{sign}{_digits(count)}'))
            yield accept(f"contio-timestamped accepts {what} of {count:,} digits in an unknown field", unknown, TIMESTAMPED.ok())
    long = _digits(5_000)
    places = {
        "nested in data": envelope(data=_DATA % f'[[{{"a":[{long},-{long}]}}]]'),
        "nested in an unknown field": envelope(f'"more":{{"a":[{long}]}}'),
        "in an unknown member of for_user": envelope(for_user=f'{{"id":"u","more":{long}}}'),
        "as the last value of data": envelope(data='{"more":%s}' % long),
        "in data in front of white space": envelope(data='{"more":%s \n}' % long),
    }
    for where, body in places.items():
        yield accept(f"contio-timestamped accepts an integer of 5,000 digits {where}", TIMESTAMPED.genuine(body), TIMESTAMPED.ok())
    longer = envelope(data=_DATA % _digits(20_000))
    yield accept("contio accepts an integer of 20,000 digits in data", contio(BODY.genuine(longer)), BODY.ok())
    many = envelope(data=_DATA % ("[" + ",".join([_digits(4_301)] * 5) + "]"))
    yield accept("contio accepts several integers of 4,301 digits in data", contio(TIMESTAMPED.genuine(many)), TIMESTAMPED.ok())
    for sender in OTHERS:
        delivery = sender.genuine(b'{"more":%s}' % _digits(4_301).encode())
        yield accept(f"{sender.scheme}: an integer of 4,301 digits is nobody's concern", delivery, sender.ok())
    yield from _refused()


def _refused() -> Iterator[dict]:
    """A long number must follow the same grammar as a short one, and does not count as a string."""
    long = _digits(4_301)
    bad = {
        "a zero in front": "0" + long,
        "a sign in front that is no minus": "+" + long,
        "two minus signs": "--" + long,
        "a letter at its end": long + "n",
        "a letter inside": long + "x" + long,
        "a point at its end": long + ".",
        "two points": f"{long}.{long}.1",
        "an exponent without digits": long + "e",
        "an underscore inside": f"{long}_{long}",
        "a comma inside": f"{long},{long}",
    }
    for what, number in bad.items():
        body = envelope(f'"more":{number}') if "comma" in what else envelope(data=_DATA % number)
        yield refuse(f"contio-body: 4,301 digits with {what} are no envelope", BODY.genuine(body), "malformed_envelope")
    yield refuse("contio-body: a body that ends inside 4,301 digits is no envelope",
                 BODY.genuine(b'{"more":' + long.encode()), "malformed_envelope")  # fmt: skip
    yield refuse("contio-body: a body of 4,301 digits is no envelope", BODY.genuine(long.encode()), "malformed_envelope")
    for name in ("event_type", "event_id", "timestamp", "partner_app_id", "data", "actor_user_id", "for_user"):
        invalid = TIMESTAMPED.genuine(envelope(**{name: long}))
        yield refuse(f"contio-timestamped: {name} of 4,301 digits without quotes is invalid", invalid, "invalid_field")
    digits = envelope(event_id=f'"{long}"')
    yield accept("contio-timestamped reads an event_id of 4,301 digits", TIMESTAMPED.genuine(digits), TIMESTAMPED.ok(event_id=long))
