"""The settings of an inbox. Durations of statements are milliseconds."""

from __future__ import annotations

import math
from typing import Any, NamedTuple

from hookseal._hookseal import DeliveryKey
from hookseal.inbox._protocol import misuse

# Some thousand years, in seconds, so that it can be added to a time.
_LONGEST = 1 << 40


class Settings(NamedTuple):
    scope: str
    lease: int
    attempts: int
    first_delay: int
    max_delay: int
    keep: int
    # In seconds.
    poll: float


def settings_of(
    scope: str | None,
    lease: float,
    attempts: int,
    back_off: tuple[float, float],
    keep: float,
    poll: float,
    max_pending: int,
    max_pending_bytes: int,
    on_notice: object,
) -> Settings:
    if not scope:
        raise misuse('an inbox needs a scope: the name of the endpoint, as in `Inbox("inbox.db", scope="contio")`')
    # Refuses a scope that is no text.
    DeliveryKey("contio", "").text(scope)
    # A third of the lease must be a millisecond at least.
    for name, value in (("lease", lease), ("keep", keep), ("poll", poll)):
        if not 0.003 <= value <= _LONGEST:
            raise misuse(f"{name} must be at least 0.003 s, but it is {value} s")
    if not 1 <= attempts < 1 << 31:
        raise misuse(f"attempts must be at least 1, but it is {attempts}")
    first, longest = back_off
    if not 0 <= first <= longest <= _LONGEST:
        raise misuse(f"back_off is the first delay and the longest, but they are {first} s and {longest} s")
    if max_pending < 1 or max_pending_bytes < 1:
        raise misuse("max_pending and max_pending_bytes must allow at least 1 delivery and 1 byte")
    if on_notice is not None and not callable(on_notice):
        raise misuse("on_notice must be a function of a Notice")
    return Settings(scope, _ms(lease), attempts, _ms(first), _ms(longest), _ms(keep), poll)


def check_number(name: str, value: Any, least: int, most: int) -> None:
    if not isinstance(value, int) or not least <= value <= most:
        raise misuse(f"{name} must be a whole number from {least} to {most}, but it is {value!r}")


def check_seconds(name: str, value: float) -> None:
    if not (value >= 0 and math.isfinite(value)):
        raise misuse(f"{name} must be 0 s or more, but it is {value} s")


def _ms(value: float) -> int:
    return round(value * 1000)
