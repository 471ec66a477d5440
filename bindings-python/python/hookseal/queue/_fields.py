"""The fields of a stored delivery as bytes: each after its length in decimal digits and a full stop."""

from __future__ import annotations

from typing import NamedTuple


class Fields(NamedTuple):
    scheme: str
    # The scheme and the id of its key; both are empty if it has none.
    key_scheme: str
    key_id: str
    id: str | None
    has_envelope: bool
    # In Unix seconds.
    timestamp: int | None
    # In Unix milliseconds.
    received_at: int
    body: bytes


def write(fields: Fields) -> bytes:
    timestamp = "" if fields.timestamp is None else str(fields.timestamp)
    texts = [fields.scheme, fields.key_scheme, fields.key_id, fields.id or "", "01"[fields.has_envelope]]
    texts += [timestamp, str(fields.received_at)]
    # An event's id may have half of a surrogate pair.
    all_fields = [*(text.encode("utf-8", "replace") for text in texts), fields.body]
    return b"".join(b"%d.%b" % (len(field), field) for field in all_fields)


def read(data: bytes) -> Fields | None:
    """The fields in these bytes; None if they are not of this form."""
    found = []
    at = 0
    for _ in Fields._fields:
        end = data.find(b".", at, at + 11)
        length = None if end < 0 else _number(data[at:end])
        if length is None or not 0 <= length <= len(data) - end - 1:
            return None
        at = end + 1 + length
        found.append(data[end + 1 : at])
    if at != len(data):
        return None
    try:
        scheme, key_scheme, key_id, id = (field.decode() for field in found[:4])
    except UnicodeDecodeError:
        return None
    envelope, seconds, milliseconds, body = found[4:]
    timestamp, received_at = _number(seconds), _number(milliseconds)
    if envelope not in (b"0", b"1") or (seconds and timestamp is None) or received_at is None or received_at < 0:
        return None
    return Fields(scheme, key_scheme, key_id, id or None, envelope == b"1", timestamp, received_at, body)


def _number(digits: bytes) -> int | None:
    """A whole number as it is written, without a plus sign and leading zeros, and not over 2^53."""
    if len(digits) > 17 or not digits.removeprefix(b"-").isdigit():
        return None
    number = int(digits)
    return number if str(number).encode() == digits and abs(number) < 1 << 53 else None
