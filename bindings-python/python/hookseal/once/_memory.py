"""Claims in the memory of this process."""

from __future__ import annotations

import threading
import time
from typing import Any, ClassVar, Literal

from hookseal._errors import WebhookVerificationError
from hookseal.once._store import SWEEP, Claimed, StoreError


# A key's row is a list, which takes a third of the time of an object: its token, body, and takeovers, when the lease
# and the key end, and whether it is done.
TOKEN, OF_BODY, TAKEOVERS, LEASE_UNTIL, KEEP_UNTIL, IS_DONE = range(6)

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
        self._rows: dict[str, list[Any]] = {}
        # The keys that are done, in the order in which they were: an ordered set.
        self._done: dict[str, None] = {}

    def create(self) -> int:
        return 0

    def claim(self, key: str, token: str, body: str, lease: int, keep: int, now: int | None = None) -> Claimed:
        now = _now() if now is None else now
        rows = self._rows
        with self._lock:
            row = rows.get(key)
            if row is None:
                if len(rows) >= self._max_keys:
                    self._make_room(now)
                rows[key] = [token, body, 0, now + lease, now + keep, False]
                return FIRST
            takeovers = 0
            if row[KEEP_UNTIL] > now:
                if row[IS_DONE]:
                    return Claimed("duplicate", 0, row[OF_BODY] == body)
                takeovers = row[TAKEOVERS]
                if row[LEASE_UNTIL] > now:
                    if row[TOKEN] != token:
                        return Claimed("busy", row[LEASE_UNTIL] - now, row[OF_BODY] == body)
                    return TAKEOVER if takeovers else FIRST
                takeovers += 1
            self._done.pop(key, None)
            rows[key] = [token, body, takeovers, now + lease, now + keep, False]
            return TAKEOVER if takeovers else FIRST

    def finish(self, key: str, token: str, keep: int, now: int | None = None) -> bool:
        now = _now() if now is None else now
        with self._lock:
            row = self._rows.get(key)
            if row is None or row[TOKEN] != token or row[KEEP_UNTIL] <= now:
                return False
            row[KEEP_UNTIL] = now + keep
            row[IS_DONE] = True
            self._done[key] = None
            return True

    def release(self, key: str, token: str, now: int | None = None) -> bool:
        now = _now() if now is None else now
        with self._lock:
            row = self._rows.get(key)
            if row is None or row[TOKEN] != token or row[KEEP_UNTIL] <= now or row[IS_DONE]:
                return False
            del self._rows[key]
            return True

    def forget(self, key: str) -> bool:
        with self._lock:
            return self._delete(key)

    def sweep(self, number: int, now: int | None = None) -> int:
        now = _now() if now is None else now
        with self._lock:
            return self._sweep(number, now)

    def finish_in(self, connection: Any, key: str, token: str, keep: int) -> bool:
        raise WebhookVerificationError("invalid_argument", "a memory store has no transactions; use a database's store")

    def _make_room(self, now: int) -> None:
        oldest = next(iter(self._done), None)
        if oldest is not None:
            self._delete(oldest)
        elif not self._sweep(SWEEP, now):
            raise StoreError(f"{self._max_keys} handlers are running, and the memory store has no room for more")

    def _sweep(self, number: int, now: int) -> int:
        # Looks at every key: it is called by hand, and if so many claims were never ended that there is no room.
        old = [key for key, row in self._rows.items() if row[KEEP_UNTIL] <= now][:number]
        for key in old:
            self._delete(key)
        return len(old)

    def _delete(self, key: str) -> bool:
        self._done.pop(key, None)
        return self._rows.pop(key, None) is not None


def _now() -> int:
    # A clock that nobody sets. No other process sees these times.
    return time.monotonic_ns() // 1_000_000
