"""Requests that wait for a store, in their order."""

from __future__ import annotations

import threading
import time
from collections import deque
from concurrent.futures import Future
from typing import Any, NamedTuple

from hookseal.inbox._protocol import Request
from hookseal.once._store import StoreError

# How long to wait for the rest of a group, in seconds: a part of what a commit takes.
_GATHER = 0.0005


class Job(NamedTuple):
    request: Request
    # Until when it waits for other writers.
    deadline: float
    reply: Future[Any]


class Jobs:
    """A queue from which those who use a database take groups."""

    def __init__(self, wait: float) -> None:
        self._wait = wait
        self._waiting: deque[Job] = deque()
        self._changed = threading.Condition()
        self._is_closed = False

    def add(self, request: Request) -> Future[Any]:
        job = Job(request, time.monotonic() + self._wait, Future())
        with self._changed:
            if self._is_closed:
                job.reply.set_exception(StoreError("the inbox was closed"))
                return job.reply
            self._waiting.append(job)
            self._changed.notify()
        return job.reply

    def take(self, most: int, waits: bool = True) -> list[Job]:
        """At least one, and at most so many; none if it was closed, or if nothing waits and it is not to wait."""
        with self._changed:
            while True:
                jobs = self._some(most)
                if jobs or self._is_closed or not waits:
                    return jobs
                self._changed.wait()

    def take_group(self, most: int, last: int) -> list[Job]:
        """The same, after a group of so many: what came together then may be about to come together again."""
        jobs = self.take(most)
        if 0 < len(jobs) < min(last, most):
            time.sleep(_GATHER)
            with self._changed:
                jobs += self._some(most - len(jobs))
        return jobs

    def _some(self, most: int) -> list[Job]:
        jobs: list[Job] = []
        while self._waiting and len(jobs) < most:
            job = self._waiting.popleft()
            # Nobody waits any more for one that was cancelled.
            if job.reply.set_running_or_notify_cancel():
                jobs.append(job)
        return jobs

    def close(self) -> None:
        """What waits is still done."""
        with self._changed:
            self._is_closed = True
            self._changed.notify_all()
