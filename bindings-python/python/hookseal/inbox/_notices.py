"""What a receiver or a worker may want to count or look into."""

from __future__ import annotations

import logging
import threading
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, TypeAlias

from hookseal.once._store import StoreError

_logger = logging.getLogger("hookseal")

NoticeName: TypeAlias = Literal[
    "stored",
    "duplicate",
    "other_body",
    "no_key",
    "revived",
    "done",
    "failed",
    "dead",
    "takeover",
    "claim_lost",
    "full",
    "store_unavailable",
]

# What is usual; the others are logged as warnings.
_LEVELS = {
    "stored": logging.DEBUG,
    "duplicate": logging.DEBUG,
    "done": logging.DEBUG,
    "other_body": logging.INFO,
    "no_key": logging.INFO,
    "revived": logging.INFO,
}


@dataclass(frozen=True)
class Notice:
    """Something that a receiver or a worker may want to count or look into:

    - "stored": a delivery is stored
    - "duplicate": the same event was stored before
    - "other_body": a duplicate has another body than the delivery that was stored, which some senders do
    - "no_key": nothing in the delivery distinguishes it from others, so each one is stored
    - "revived": a delivery of an event that was dead is stored: it was signed after the death
    - "done": a handler has succeeded
    - "failed": a handler has failed, and will be called again; `error` says why
    - "dead": a delivery has no attempt left, or its handler rejected it
    - "takeover": another worker did not end this delivery within its lease; it crashed, or it is still running
    - "claim_lost": a handler took longer than its lease, and another worker took over; both may have run
    - "full": a delivery was not stored, because too many are not handled yet
    - "store_unavailable": the store could not be used; a worker reports this once, until it can be used again
    """

    name: NoticeName
    # The delivery's key; one that begins with `?` distinguishes it only in the inbox.
    key: str | None = None
    # How many attempts have begun.
    attempts: int | None = None
    # Why the attempt failed: at most 200 characters of what the handler said.
    error: str | None = None
    # Why the store could not be used.
    store_error: StoreError | None = None

    def __str__(self) -> str:
        parts = [f"inbox: {self.name}"]
        if self.key is not None:
            parts.append(f"key {self.key}")
        if self.attempts is not None:
            parts.append(f"attempt {self.attempts}")
        reasons = [str(reason) for reason in (self.error, self.store_error) if reason is not None]
        return ": ".join([", ".join(parts), *reasons])


class Notices:
    """Counts notices, and passes them to the hook, or to the log."""

    def __init__(self, hook: Callable[[Notice], object] | None) -> None:
        self._hook = hook
        self._lock = threading.Lock()
        self._counts: Counter[NoticeName] = Counter()

    def counts(self) -> dict[NoticeName, int]:
        with self._lock:
            return dict(self._counts)

    def report(self, notice: Notice, is_quiet: bool = False) -> None:
        """`is_quiet` if the log has it already."""
        with self._lock:
            self._counts[notice.name] += 1
        if self._hook is None:
            if not is_quiet:
                _logger.log(_LEVELS.get(notice.name, logging.WARNING), "%s", notice)
            return
        try:
            self._hook(notice)
        except Exception:
            # Nothing that is stored may depend on the hook.
            _logger.exception("on_notice raised for %s", notice.name)

    def after_fork_in_child(self) -> None:
        self._lock = threading.Lock()
        self._counts = Counter()
