"""The envelope of Contio's events, read as `tests/vectors/README.md` says, with Python's own parser of JSON."""

from __future__ import annotations

import json
import re
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1] / "vectors"))

from make.clock import unix  # noqa: E402

MAX_DEPTH = 64


class Refused(Exception):
    """A delivery is refused with this code; `about` is in the message, or None if that is not predicted."""

    def __init__(self, code: str, about: str | None = None) -> None:
        super().__init__(code)
        self.code = code
        self.about = about


@dataclass(frozen=True)
class Envelope:
    event_type: str
    event_id: str
    time: int


class Members(list):
    """The members of a JSON object, as pairs in their order, of which some may have one name."""


# The field, its type, whether it is required, and whether it may be empty.
_FIELDS = (
    ("event_type", str, True, False),
    ("event_id", str, True, False),
    ("timestamp", str, True, False),
    ("partner_app_id", str, True, False),
    ("data", Members, True, True),
    ("actor_user_id", str, False, True),
    ("for_user", Members, False, True),
    ("for_user.id", str, False, True),
    ("for_user.email", str, False, True),
)


def read_envelope(body: bytes) -> Envelope:
    root = _parse(body)
    if not isinstance(root, Members):
        raise Refused("malformed_envelope")
    # Fields that occur twice, and text that is none, are faults of the body as a whole.
    found = {name: _values(root, name) for name, *_ in _FIELDS}
    for name, kind, *_ in _FIELDS:
        if len(found[name]) > 1:
            raise Refused("malformed_envelope")
        if kind is str and any(isinstance(value, str) and _has_surrogate(value) for value in found[name]):
            raise Refused("malformed_envelope")
    fields = {}
    for name, kind, is_required, may_be_empty in _FIELDS:
        value = found[name][0] if found[name] else None
        if not found[name] and is_required:
            raise Refused("missing_field", name)
        if value is None and not is_required:
            continue
        if not isinstance(value, kind) or (not value and not may_be_empty):
            raise Refused("invalid_field", name)
        if name == "timestamp" and (time := read_rfc3339(value)) is not None:
            fields["time"] = time
        elif name == "timestamp":
            raise Refused("invalid_field", name)
        fields[name] = value
    return Envelope(fields["event_type"], fields["event_id"], fields["time"])


def _parse(body: bytes) -> Any:
    def refuse(_: str) -> None:
        raise ValueError("not a number of JSON")

    try:
        text = body.decode("utf-8")
        if text.startswith("\ufeff") or _depth(text) > MAX_DEPTH:
            raise Refused("malformed_envelope")
        # Numbers stay text, so that they may have any length.
        return json.loads(
            text, object_pairs_hook=Members, parse_int=_Number, parse_float=_Number, parse_constant=refuse
        )
    except (ValueError, RecursionError):
        raise Refused("malformed_envelope") from None


class _Number:
    def __init__(self, _: str) -> None:
        pass


def _depth(text: str) -> int:
    """How many brackets are open at once, at most, outside strings."""
    depth = deepest = 0
    for token in re.finditer(r'"(?:[^"\\]|\\.)*"|[\[{]|[\]}]', text, re.DOTALL):
        if token[0] in "[{":
            depth += 1
            deepest = max(deepest, depth)
        elif token[0] in "]}":
            depth -= 1
    return deepest


def _values(root: Members, name: str) -> list[Any]:
    """All values of a field, at the root or in the objects of another field."""
    outer, _, inner = name.partition(".")
    values = [value for other, value in root if other == outer]
    if not inner:
        return values
    return [value for each in values if isinstance(each, Members) for other, value in each if other == inner]


def _has_surrogate(text: str) -> bool:
    return any("\ud800" <= letter <= "\udfff" for letter in text)


_RFC3339 = re.compile(
    r"([0-9]{4})-([0-9]{2})-([0-9]{2})[Tt]([0-9]{2}):([0-9]{2}):([0-9]{2})(\.[0-9]+)?"
    r"(?:[Zz]|([+-])([0-9]{2}):([0-9]{2}))"
)


def read_rfc3339(text: str) -> int | None:
    """The time in Unix seconds, rounded down; None if the text is no time of at most 64 bytes."""
    found = _RFC3339.fullmatch(text)
    if not found or len(text.encode()) > 64:
        return None
    year, month, day, hour, minute, second = map(int, found.groups()[:6])
    sign, hours, minutes = found[8], int(found[9] or 0), int(found[10] or 0)
    is_leap = year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
    days = (31, 29 if is_leap else 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
    if not 1 <= month <= 12 or not 1 <= day <= days[month - 1] or hour > 23 or minute > 59 or second > 60:
        return None
    if hours > 23 or minutes > 59:
        return None
    offset = (hours * 60 + minutes) * (-1 if sign == "-" else 1)
    if second == 60:
        # A leap second is the last one of a day in UTC.
        minute_of_day = hour * 60 + minute - offset
        if minute_of_day % 1440 != 1439:
            return None
        return unix(year, month, day) + (minute_of_day + 1) * 60
    return unix(year, month, day) + (hour * 60 + minute - offset) * 60 + second
