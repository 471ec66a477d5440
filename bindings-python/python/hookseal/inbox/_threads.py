"""A worker whose handlers run in threads."""

from __future__ import annotations

import inspect
import threading
import time
from collections.abc import Callable
from queue import SimpleQueue
from types import TracebackType
from typing import Any, TypeAlias

from hookseal.inbox._claim import Claim
from hookseal.inbox._engine import Engine, Pause, check_worker, result
from hookseal.inbox._failure import Failure, failure_of
from hookseal.inbox._protocol import misuse
from hookseal.inbox._received import Received
from hookseal.inbox._settings import check_seconds
from hookseal.inbox._shared import Shared
from hookseal.once._store import StoreError
from hookseal.router import WebhookRouter

Handler: TypeAlias = "Callable[[Received], object] | WebhookRouter"


class Worker:
    """Handles what is stored, in threads, until it is closed or the process ends: see Inbox.work.

    It can be used with `with`: `close` is called at the end of the block.
    """

    def __init__(self, shared: Shared, handler: Handler, concurrency: int, time_limit: float | None) -> None:
        check_worker(concurrency, time_limit)
        self._handler = _function(handler)
        self._time_limit = time_limit
        # None ends the thread that gets it.
        self._claims: SimpleQueue[Claim | None] = SimpleQueue()
        self._concurrency = concurrency
        self._engine = Engine(shared, concurrency, self._claims.put, None if time_limit is None else self._give_up)
        self._engine.time_limit = time_limit
        name: str = shared.wait(shared.asked("join"))
        for _ in range(concurrency):
            self._start()
        self._engine.start(name)

    def close(self, grace: float = 20.0) -> int:
        """Claims nothing more, and waits so many seconds for handlers that are running. Returns how many are still
        running: a thread cannot be ended, so they go on while the process does, and keep their leases. If it ends
        before they do, they are handled again."""
        check_seconds("grace", grace)
        engine = self._engine
        if not engine.is_here:
            return 0
        engine.finish()
        engine.wait_for_claims()
        left = engine.wait_until_idle(grace)
        for _ in range(self._concurrency):
            self._claims.put(None)
        if left == 0:
            engine.wait_for_end()
        return left

    def __enter__(self) -> Worker:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    def _start(self) -> None:
        threading.Thread(target=self._work, name="hookseal-inbox-handler", daemon=True).start()

    def _work(self) -> None:
        while claim := self._claims.get():
            failure: Failure | None = None
            try:
                result = self._handler(Received(claim))
                if inspect.iscoroutine(result):
                    result.close()
                    raise TypeError("the handler returned a coroutine: use inbox.working() for async functions")
            except BaseException as error:
                # Also an exit: only this attempt ends.
                failure = failure_of(error)
            if claim.is_given_up:
                # Another thread has taken this one's place.
                return
            self._end(claim, failure)

    def _end(self, claim: Claim, failure: Failure | None) -> None:
        """Says it to the store, for as long as it takes, and reports it."""
        engine, pause = self._engine, Pause()
        try:
            ending = engine.ending(claim, failure)
            while True:
                try:
                    is_changed = result(engine.end(claim, ending)) > 0
                    break
                except StoreError as error:
                    engine.outage(error)
                    time.sleep(pause.next())
            engine.settle(claim, ending, is_changed)
        finally:
            engine.ended(claim)

    def _give_up(self, claim: Claim) -> None:
        """The handler has taken longer than its limit."""
        claim.is_given_up = True
        self._start()
        failure = Failure(f"took longer than its time limit of {self._time_limit} s")
        # The thread that calls this has leases to extend.
        threading.Thread(target=self._end, args=(claim, failure), daemon=True).start()


def _function(handler: Handler) -> Callable[[Received], Any]:
    if isinstance(handler, WebhookRouter):
        router = handler
        return lambda received: router.handle(received.event())
    if not callable(handler):
        raise misuse(f"the handler must be a function or a WebhookRouter, but this is a {type(handler).__name__}")
    if inspect.iscoroutinefunction(handler):
        raise misuse("the handler is async: use `async with inbox.working(handler)`")
    return handler
