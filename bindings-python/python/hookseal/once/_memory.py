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
# A key that is done: the token and body of its claim, when the key ends, and the key.
Done: TypeAlias = tuple[str, str, float, str]

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
        self._lock = threading.Lock()
        self._running: dict[str, Running] = {}
        self._done: dict[str, Done] = {}
        # What is done, in the order in which it was. A row that is no longer in `_done` does not count. It is not the
        # order of a dict: the first key of a dict is found slowly once many before it were deleted.
        self._order: deque[Done] = deque()

    def create(self) -> int:
        return 0

    def claim(self, key: str, token: str, body: str, lease: int, keep: int, now: float | None = None) -> Claimed:
        if now is None:
            now = monotonic() * 1000.0
        running, done = self._running, self._done
        with self._lock:
            if key not in running and key not in done:
                if len(running) + len(done) >= self._max_keys:
                    self._make_room(now)
                running[key] = (token, body, now + lease, now + keep, 0)
                return FIRST
            return self._claim_known(key, token, body, lease, keep, now)

    def _claim_known(self, key: str, token: str, body: str, lease: int, keep: int, now: float) -> Claimed:
        takeovers = 0
        if (known := self._done.get(key)) is not None:
            _, of_body, keep_until, _ = known
            if keep_until > now:
                return Claimed("duplicate", 0, of_body == body)
            del self._done[key]
            self._forget_order()
        else:
            holder, of_body, lease_until, keep_until, takeovers = self._running[key]
            if keep_until <= now:
                takeovers = 0
            elif lease_until > now:
                if holder != token:
                    return Claimed("busy", math.ceil(lease_until - now), of_body == body)
                return TAKEOVER if takeovers else FIRST
            else:
                takeovers += 1
        self._running[key] = (token, body, now + lease, now + keep, takeovers)
        return TAKEOVER if takeovers else FIRST

    def finish(self, key: str, token: str, keep: int, now: float | None = None) -> bool:
        if now is None:
            now = monotonic() * 1000.0
        with self._lock:
            claim = self._running.get(key)
            if claim is None:
                return self._finish_again(key, token, keep, now)
            holder, body, _, keep_until, _ = claim
            if holder != token or keep_until <= now:
                return False
            del self._running[key]
            self._done[key] = row = (token, body, now + keep, key)
            self._order.append(row)
            return True

    def _finish_again(self, key: str, token: str, keep: int, now: float) -> bool:
        """What is done stays done, for longer."""
        known = self._done.get(key)
        if known is None or known[0] != token or known[2] <= now:
            return False
        self._done[key] = row = (token, known[1], now + keep, key)
        # In its place.
        self._order = deque(row if other is known else other for other in self._order)
        return True

    def release(self, key: str, token: str, now: float | None = None) -> bool:
        if now is None:
            now = monotonic() * 1000.0
        with self._lock:
            claim = self._running.get(key)
            if claim is None or claim[0] != token or claim[3] <= now:
                return False
            del self._running[key]
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

    def _make_room(self, now: float) -> None:
        while self._order:
            row = self._order.popleft()
            if self._done.get(row[3]) is row:
                del self._done[row[3]]
                return
        if not self._sweep(SWEEP, now):
            raise StoreError(f"{self._max_keys} handlers are running, and the memory store has no room for more")

    def _sweep(self, number: int, now: float) -> int:
        # Looks at every key: it is called by hand, and if so many claims were never ended that there is no room.
        old = [key for key, row in self._done.items() if row[2] <= now]
        old += [key for key, row in self._running.items() if row[3] <= now]
        for key in old[:number]:
            self._delete(key)
        return len(old[:number])

    def _delete(self, key: str) -> bool:
        if self._running.pop(key, None) is not None:
            return True
        if self._done.pop(key, None) is None:
            return False
        self._forget_order()
        return True

    def _forget_order(self) -> None:
        """Drops rows that do not count, before there are more of them than of the others."""
        if len(self._order) > 2 * len(self._done) + 64:
            self._order = deque(row for row in self._order if self._done.get(row[3]) is row)
