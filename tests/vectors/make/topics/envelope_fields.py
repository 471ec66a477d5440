"""The fields of a Contio envelope: which are required, their types, and which fault is reported first.

All vectors use the timestamped variant, where the header decides about freshness. Optional fields are in
`envelope_optional`.
"""

from __future__ import annotations

from typing import Iterator

from ..contio_body import ENVELOPE, envelope
from ..senders import BODY, TIMESTAMPED
from ..vector import accept, refuse

_TEXTS = ("event_type", "event_id", "timestamp", "partner_app_id")
_USER = '{"id":"usr_1","email":"ada@example.com"}'


def vectors() -> Iterator[dict]:
    yield from _accepted()
    for name in (*_TEXTS, "data"):
        yield _refuse(f"an envelope without {name} lacks a field", "missing_field", **{name: None})
        in_data = envelope(f'"{name.upper()}":"x"', **{name: None})
        yield refuse(
            f"contio-timestamped: {name.upper()} does not stand in for {name}",
            TIMESTAMPED.genuine(in_data),
            "missing_field",
        )
    for name in _TEXTS:
        for what, value in _wrong_texts():
            yield _refuse(f"an envelope whose {name} is {what} is invalid", "invalid_field", **{name: value})
    for what, value in [("null", "null"), ("an array", "[]"), ("a string", '"{}"'), ("a number", "0"), ("true", "true")]:
        yield _refuse(f"an envelope whose data is {what} is invalid", "invalid_field", data=value)
    yield from _order()


def _wrong_texts() -> Iterator[tuple[str, str]]:
    yield "empty", '""'
    yield "null", "null"
    yield "a number", "1700000000"
    yield "true", "true"
    yield "an array", '["x"]'
    yield "an object", "{}"


def _accepted() -> Iterator[dict]:
    bare = '{"event_type":"ping","event_id":"1","timestamp":"2023-11-14T22:13:20Z","partner_app_id":"a","data":{}}'
    yield accept(
        "contio-timestamped accepts the smallest envelope",
        TIMESTAMPED.genuine(bare.encode()),
        TIMESTAMPED.ok(event_type="ping", event_id="1"),
    )
    cases = {
        "an actor": envelope(actor_user_id='"usr_1"'),
        "an empty actor": envelope(actor_user_id='""'),
        "a user": envelope(for_user=_USER),
        "a user with an empty id and email": envelope(for_user='{"id":"","email":""}'),
        "a user with further fields": envelope(for_user='{"name":null,"id":"u","more":[1],"email":"e"}'),
        "an actor and a user": envelope(actor_user_id='"usr_1"', for_user=_USER),
        "unknown fields of every type": envelope('"a":1', '"b":null', '"c":[]', '"d":{}', '"e":"x"', '"f":true'),
        "an unknown Actor_User_Id that is null": envelope('"Actor_User_Id":null', '"For_User":null'),
        "a partner_app_id of one space": envelope(partner_app_id='" "'),
    }
    for what, body in cases.items():
        yield accept(f"contio-timestamped accepts an envelope with {what}", TIMESTAMPED.genuine(body), TIMESTAMPED.ok())
    # The verdict shows the decoded text, not its spelling.
    texts = {
        "an escaped letter": (r'"evt_\u0041"', "evt_A"),
        "escaped quotes and backslashes": (r'"a\"b\\c\/d"', 'a"b\\c/d'),
        "an escaped newline and tab": (r'"a\nb\tc\rd\be\ff"', "a\nb\tc\rd\be\ff"),
        "an escaped NUL": (r'"a\u0000b"', "a\0b"),
        "a surrogate pair": (r'"\ud83e\uDD80"', "\U0001f980"),
        "a raw crab": ('"\U0001f980"', "\U0001f980"),
        "several scripts": ('"Žofie 山田"', "Žofie 山田"),
        "an accent written as a second character": ('"e\u0301"', "e\u0301"),
        "a byte order mark and a line separator": ('"\ufeff\u2028"', "\ufeff\u2028"),
        "one space": ('" "', " "),
        "1,000 characters": ('"' + "x" * 1_000 + '"', "x" * 1_000),
    }
    for what, (spelt, meant) in texts.items():
        body = envelope(event_id=spelt)
        for sender in (TIMESTAMPED, BODY):
            ok = sender.ok(event_id=meant)
            yield accept(f"{sender.scheme} reads an event_id of {what}", sender.genuine(body), ok)
    body = envelope(event_type=r'"meeting\u002ecompleted"')
    yield accept("contio-timestamped reads an event_type with an escaped dot", TIMESTAMPED.genuine(body), TIMESTAMPED.ok())
    body = ENVELOPE.replace(b'"meeting.completed"', rb'"\u006deeting.completed"')
    yield accept("contio-body reads an event_type with an escaped letter", BODY.genuine(body), BODY.ok())


def _order() -> Iterator[dict]:
    """Two faults in one envelope: fields are checked in a fixed order, whatever their order in the body."""
    both = {
        "a missing event_type before an invalid event_id": ("missing_field", {"event_type": None, "event_id": "1"}),
        "an invalid event_type before a missing event_id": ("invalid_field", {"event_type": "1", "event_id": None}),
        "a missing event_id before an invalid timestamp": ("missing_field", {"event_id": None, "timestamp": '"x"'}),
        "an invalid timestamp before a missing partner_app_id": (
            "invalid_field",
            {"timestamp": '"x"', "partner_app_id": None},
        ),
        "a missing partner_app_id before an invalid data": ("missing_field", {"partner_app_id": None, "data": "[]"}),
        "an invalid partner_app_id before a missing data": ("invalid_field", {"partner_app_id": '""', "data": None}),
        "a missing data before an invalid actor_user_id": ("missing_field", {"data": None, "actor_user_id": "1"}),
        "a missing data before an invalid for_user": ("missing_field", {"data": None, "for_user": "[]"}),
        "a missing event_type before an invalid for_user.id": ("missing_field", {"event_type": None, "for_user": '{"id":1}'}),
    }
    for what, (code, changes) in both.items():
        yield _refuse(f"names {what}", code, **changes)
    last = b'{"for_user":[],"actor_user_id":1,"timestamp":"2023-11-14T22:13:20Z","event_id":"e","data":{},"event_type":"t"}'
    yield refuse(
        "contio-timestamped: names a missing partner_app_id before invalid users that stand first",
        TIMESTAMPED.genuine(last),
        "missing_field",
    )
    # The whole body is checked as JSON before any field is checked.
    early = {
        "a missing field and junk after the end": envelope(event_type=None) + b"x",
        "an invalid field and a missing end brace": envelope(event_type="0")[:-1],
        "a missing field and a lone surrogate in a later one": envelope(event_type=None, event_id=r'"\ud800"'),
        "an invalid field and a lone surrogate in a later one": envelope(event_type="0", partner_app_id=r'"\ud800"'),
        "an invalid field and a 0xFF byte after the end": envelope(event_id="null") + b"\xff",
        "an invalid field and event_id twice": envelope('"event_id":"b"', event_type="null"),
        "an invalid actor and a lone surrogate in for_user.email": envelope(
            actor_user_id="1", for_user=r'{"email":"\udc00"}'
        ),
        "a missing field and id twice inside for_user": envelope(event_type=None, for_user='{"id":"a","id":"a"}'),
        "an invalid for_user and a comma at the end": envelope(for_user="[]")[:-1] + b",}",
    }
    for what, body in early.items():
        yield refuse(f"contio-timestamped: {what} are no envelope", TIMESTAMPED.genuine(body), "malformed_envelope")


def _refuse(name: str, code: str, **changes: str | None) -> dict:
    return refuse(f"contio-timestamped: {name}", TIMESTAMPED.genuine(envelope(**changes)), code)
