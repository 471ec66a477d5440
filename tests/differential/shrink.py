"""Makes a delivery smaller, as long as something stays true of it."""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterator

from model import tags

# How many smaller deliveries are tried at most. Each costs a call of every package.
_TRIES = 2_000


def shrink(vector: dict, is_wrong: Callable[[dict], bool]) -> dict:
    tries = 0
    while True:
        for smaller in _smaller(vector):
            tries += 1
            if tries > _TRIES:
                return vector
            if is_wrong(smaller):
                vector = smaller
                break
        else:
            return vector


def _smaller(vector: dict) -> Iterator[dict]:
    """Deliveries with one thing less each, the most different ones first."""
    options = vector.get("options", {})
    for name in options:
        left = {other: limit for other, limit in options.items() if other != name}
        changed = {member: value for member, value in vector.items() if member != "options"}
        yield {**changed, "options": left} if left else changed
    for name in ("headers", "secrets"):
        for at in range(len(vector[name])):
            yield {**vector, name: vector[name][:at] + vector[name][at + 1 :]}
    body = base64.b64decode(vector["body_base64"])
    for shorter in _pieces(body):
        # A delivery that is genuine stays genuine.
        yield _signed_again(vector, {**vector, "body_base64": base64.b64encode(shorter).decode()})
    for at, (name, value) in enumerate(vector["headers"]):
        for shorter in _pieces(value):
            yield {**vector, "headers": [*vector["headers"][:at], [name, shorter], *vector["headers"][at + 1 :]]}


def _pieces(text):
    """A text without one piece: half of it, a quarter, and at last a single character."""
    length = len(text)
    while length > 0:
        length = length // 2 if length > 1 else 0
        for at in range(0, len(text), max(length, 1)):
            if length:
                yield text[:at] + text[at + length :]


def _signed_again(vector: dict, other: dict) -> dict:
    headers = [list(pair) for pair in other["headers"]]
    for was, now in zip(tags(vector), tags(other)):
        for pair in headers:
            pair[1] = pair[1].replace(was.hex(), now.hex())
            pair[1] = pair[1].replace(base64.b64encode(was).decode(), base64.b64encode(now).decode())
    return {**other, "headers": headers}
