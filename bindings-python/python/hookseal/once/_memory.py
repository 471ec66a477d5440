"""Claims in the memory of this process."""

from __future__ import annotations

import math
import threading
from collections import deque
from time import monotonic  # A clock that nobody sets. No other process sees these times.
from typing import Any, ClassVar, Literal, TypeAlias

from hookseal._errors import WebhookVerificationError
from hookseal.once._store import SWEEP, Claimed, StoreError

# Rows are tuples of texts and numbers, which the garbage collector does not follow: lists of a million keys would be
# gone through again and again. A running claim: its token, body, when its lease and the key end, and takeovers.
Running: TypeAlias = tuple[str, str, float, float, int]
# A key that is done: the same, without a lease, and with the key in place of takeovers.
Done: TypeAlias = tuple[str, str, None, float, str]

FIRST = Claimed("first")
TAKEOVER = Claimed("takeover")


class MemoryStore:
    """Keeps keys in the memory of this process, for tests and for receivers that are one process: another process, and
    the same one after a restart, knows nothing of them.

    It holds at most `max_keys`. Then each new one replaces the key that was done first; keys of handlers that are
    running are never replaced, and if there are so many of them, a claim fails and the sender tries again.
    """

    is_async: ClassVar[Literal[False]] = False
    is_durable: ClassVar[bool] = False
    blocks: ClassVar[bool] = False

    def __init__(self, max_keys: int = 10_000) -> None:
        if max_keys < 1:
            raise WebhookVerificationError("invalid_argument", f"max_keys must be 1 or more, but this is {max_keys}")
        self._max_keys = max_keys
        # Held by all that changes or deletes a row. A new key is inserted without it, by `setdefault`, which is one
        # step: a lock takes as long as all else that a claim does.
        self._lock = threading.Lock()
        self._rows: dict[str, Running | Done] = {}
        # What is done, in the order in which it was. A row that is no longer in `_rows` does not count. It is not the
        # order of a dict: the first key of a dict is found slowly once many before it were deleted.
        self._order: deque[Done] = deque()

    def create(self) -> int:
        return 0

    def claim(self, key: str, token: str, body: str, lease: int, keep: int, now: float | None = None) -> Claimed:
        if now is None:
            now = monotonic() * 1000.0
        row = (token, body, now + lease, now + keep, 0)
        rows = self._rows
        if rows.setdefault(key, row) is not row:
            with self._lock:
                if (known := rows.get(key)) is not None:
                    return self._claim_known(known, key, token, body, lease, keep, now)
            # It was deleted in between.
            return self.claim(key, token, body, lease, keep, now)
        if len(rows) > self._max_keys:
            self._make_room(key, row, now)
        return FIRST

    def _claim_known(
        self, known: Running | Done, key: str, token: str, body: str, lease: int, keep: int, now: float
    ) -> Claimed:
        takeovers = 0
        if known[3] > now:
            if known[2] is None:
                return Claimed("duplicate", 0, known[1] == body)
            takeovers = known[4]
            if known[2] > now:
                if known[0] != token:
                    return Claimed("busy", math.ceil(known[2] - now), known[1] == body)
                return TAKEOVER if takeovers else FIRST
            takeovers += 1
        self._rows[key] = (token, body, now + lease, now + keep, takeovers)
        self._forget_order()
        return TAKEOVER if takeovers else FIRST

    def finish(self, key: str, token: str, keep: int, now: float | None = None) -> bool:
        if now is None:
            now = monotonic() * 1000.0
        with self._lock:
            claim = self._rows.get(key)
            if claim is None or claim[0] != token or claim[3] <= now:
                return False
            self._rows[key] = row = (token, claim[1], None, now + keep, key)
            if claim[2] is None:
                # What is done stays done, for longer, and in its place.
                self._order = deque(row if other is claim else other for other in self._order)
            else:
                self._order.append(row)
            return True

    def release(self, key: str, token: str, now: float | None = None) -> bool:
        if now is None:
            now = monotonic() * 1000.0
        with self._lock:
            claim = self._rows.get(key)
            if claim is None or claim[0] != token or claim[2] is None or claim[3] <= now:
                return False
            del self._rows[key]
            return True

    def forget(self, key: str) -> bool:
        with self._lock:
            return self._delete(key)

    def sweep(self, number: int, now: float | None = None) -> int:
        if now is None:
            now = monotonic() * 1000.0
        with self._lock:
            return self._sweep(number, now)

    def finish_in(self, connection: Any, key: str, token: str, keep: int) -> bool:
        raise WebhookVerificationError("invalid_argument", "a memory store has no transactions; use a database's store")

    def _make_room(self, new: str, row: Running, now: float) -> None:
        """Deletes a key for a new one that is in already, or the new one if no other can be."""
        with self._lock:
            # Another thread may have deleted one.
            while self._order and len(self._rows) > self._max_keys:
                oldest = self._order.popleft()
                if self._rows.get(oldest[4]) is oldest:
                    del self._rows[oldest[4]]
            if len(self._rows) > self._max_keys and not self._sweep(SWEEP, now):
                if self._rows.get(new) is row:
                    del self._rows[new]
                raise StoreError(f"{self._max_keys} handlers are running, and the memory store has no room for more")

    def _sweep(self, number: int, now: float) -> int:
        # Looks at every key: it is called by hand, and if so many claims were never ended that there is no room. In a
        # copy, since keys are inserted meanwhile.
        old = [key for key, row in self._rows.copy().items() if row[3] <= now][:number]
        for key in old:
            self._delete(key)
        return len(old)

    def _delete(self, key: str) -> bool:
        is_known = self._rows.pop(key, None) is not None
        self._forget_order()
        return is_known

    def _forget_order(self) -> None:
        """Drops rows that do not count, before there are more of them than of the others."""
        if len(self._order) > 2 * len(self._rows) + 64:
            self._order = deque(row for row in self._order if self._rows.get(row[4]) is row)
