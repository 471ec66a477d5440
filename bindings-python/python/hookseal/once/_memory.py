"""Claims in the memory of this process."""

from __future__ import annotations

import threading
import time
from typing import Any, ClassVar, Literal

from hookseal._errors import WebhookVerificationError
from hookseal.once._store import SWEEP, Claimed, StoreError


class _Row:
    __slots__ = ("body", "keep_until", "lease_until", "takeovers", "token")

    def __init__(self, token: str, body: str, lease_until: int, keep_until: int, takeovers: int) -> None:
        self.token = token
        self.body = body
        self.lease_until = lease_until
        self.keep_until = keep_until
        self.takeovers = takeovers


class MemoryStore:
    """Keeps keys in the memory of this process, for tests and for receivers that are one process: another process, and the
    same one after a restart, knows nothing of them.

    It holds at most `max_keys`. Then each new one replaces the key that was done first; keys of handlers that are running
    are never replaced, and if there are so many of them, a claim fails and the sender tries again.
    """

    is_async: ClassVar[Literal[False]] = False
    is_durable: ClassVar[bool] = False
    blocks: ClassVar[bool] = False

    def __init__(self, max_keys: int = 10_000) -> None:
        if max_keys < 1:
            raise WebhookVerificationError("invalid_argument", f"max_keys must be 1 or more, but this is {max_keys}")
        self._max_keys = max_keys
        self._lock = threading.Lock()
        self._running: dict[str, _Row] = {}
        # In the order in which they were done, and so in that in which they are forgotten.
        self._done: dict[str, _Row] = {}

    def create(self) -> int:
        return 0

    def claim(self, key: str, token: str, body: str, lease: int, keep: int, now: int | None = None) -> Claimed:
        now = _now() if now is None else now
        with self._lock:
            done = self._done.get(key)
            if done is not None:
                if done.keep_until > now:
                    return Claimed("duplicate", 0, done.body == body)
                del self._done[key]
            running = self._running.get(key)
            takeovers = 0
            if running is not None and running.keep_until > now:
                if running.lease_until > now:
                    if running.token != token:
                        return Claimed("busy", running.lease_until - now, running.body == body)
                    return Claimed("takeover" if running.takeovers else "first")
                takeovers = running.takeovers + 1
            if running is None:
                self._make_room(now)
            self._running[key] = _Row(token, body, now + lease, now + keep, takeovers)
            return Claimed("takeover" if takeovers else "first")

    def finish(self, key: str, token: str, keep: int, now: int | None = None) -> bool:
        now = _now() if now is None else now
        with self._lock:
            row = self._running.get(key) or self._done.get(key)
            if row is None or row.token != token or row.keep_until <= now:
                return False
            row.keep_until = now + keep
            self._running.pop(key, None)
            # At the end, if it was done before.
            self._done.pop(key, None)
            self._done[key] = row
            return True

    def release(self, key: str, token: str, now: int | None = None) -> bool:
        now = _now() if now is None else now
        with self._lock:
            row = self._running.get(key)
            if row is None or row.token != token or row.keep_until <= now:
                return False
            del self._running[key]
            return True

    def forget(self, key: str) -> bool:
        with self._lock:
            return (self._running.pop(key, None) or self._done.pop(key, None)) is not None

    def sweep(self, number: int, now: int | None = None) -> int:
        now = _now() if now is None else now
        with self._lock:
            return self._sweep(number, now)

    def finish_in(self, connection: Any, key: str, token: str, keep: int) -> bool:
        raise WebhookVerificationError("invalid_argument", "a memory store has no transactions; use a database's store")

    def _make_room(self, now: int) -> None:
        if len(self._running) + len(self._done) < self._max_keys:
            return
        if self._sweep(SWEEP, now):
            return
        if not self._done:
            raise StoreError(f"{self._max_keys} handlers are running, and the memory store has no room for more")
        del self._done[next(iter(self._done))]

    def _sweep(self, number: int, now: int) -> int:
        swept = 0
        for rows in (self._done, self._running):
            while swept < number and rows:
                key = next(iter(rows))
                if rows[key].keep_until > now:
                    break
                del rows[key]
                swept += 1
        return swept


def _now() -> int:
    # A clock that nobody sets. No other process sees these times.
    return time.monotonic_ns() // 1_000_000
