"""How much is not handled yet, and whether there is room for more."""

from __future__ import annotations

import threading
import time

from hookseal._errors import WebhookVerificationError
from hookseal.once._once import STORE_WAIT

# How often it is counted, in seconds.
_EACH = 1.0


class Load:
    """What was counted, and what this process has stored since."""

    def __init__(self, max_number: int, max_bytes: int) -> None:
        self._max_number = max_number
        self._max_bytes = max_bytes
        self._lock = threading.Lock()
        self._number = self._bytes = 0
        self._counted_at: float | None = None
        self._was_full = False

    def is_old(self) -> bool:
        """Whether it is to be counted again. One caller does so; the others go on with the last count."""
        now = time.monotonic()
        with self._lock:
            if self._counted_at is None:
                return True
            if now - self._counted_at < _EACH:
                return False
            self._counted_at = now
            return True

    def count(self, number: int, size: int) -> None:
        with self._lock:
            self._number, self._bytes, self._counted_at = number, size, time.monotonic()

    def forget(self) -> None:
        """It could not be counted."""
        with self._lock:
            self._counted_at = None

    def refusal(self, size: int) -> WebhookVerificationError | None:
        """Why a body of this size has no room; None if it has."""
        with self._lock:
            number, waiting = self._number, self._bytes
            if number < self._max_number and waiting + size <= self._max_bytes:
                self._was_full = False
                return None
        message = (
            f"{number} deliveries with {waiting} bytes are not handled yet, and max_pending is {self._max_number}, "
            f"with max_pending_bytes {self._max_bytes}"
        )
        return WebhookVerificationError("inbox_full", message, retry_after=STORE_WAIT)

    def was_full(self) -> bool:
        """Whether it was full before, too, so that a log says so once."""
        with self._lock:
            was_full, self._was_full = self._was_full, True
        return was_full

    def add(self, size: int) -> None:
        with self._lock:
            self._number += 1
            self._bytes += size

    def after_fork_in_child(self) -> None:
        self._lock = threading.Lock()
        self._counted_at = None
