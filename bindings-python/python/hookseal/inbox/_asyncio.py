"""A worker whose handlers run in an event loop."""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import Awaitable, Callable
from concurrent.futures import Future
from types import TracebackType
from typing import Any, TypeAlias

from hookseal.inbox._claim import Claim
from hookseal.inbox._engine import Engine, Pause, check_worker, store_error
from hookseal.inbox._failure import Failure, failure_of
from hookseal.inbox._protocol import misuse
from hookseal.inbox._received import Received
from hookseal.inbox._settings import check_seconds
from hookseal.inbox._shared import Shared
from hookseal.once._store import StoreError
from hookseal.router import WebhookRouter

AsyncHandler: TypeAlias = "Callable[[Received], Awaitable[object]] | WebhookRouter"

# How long a handler that was cancelled may take to end, in seconds.
_CANCEL = 5.0


class AsyncWorker:
    """Handles what is stored, in the event loop in which it is entered: see Inbox.working.

    Leases are extended from a thread, so a handler that blocks the event loop keeps them.
    """

    def __init__(
        self, shared: Shared, handler: AsyncHandler, concurrency: int, time_limit: float | None, grace: float
    ) -> None:
        check_worker(concurrency, time_limit)
        check_seconds("grace", grace)
        self._shared = shared
        self._handler = _function(handler)
        self._time_limit = time_limit
        self._grace = grace
        self._engine = Engine(shared, concurrency, self._begin, None)
        self._loop: asyncio.AbstractEventLoop | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self._released = 0
        self._is_closed = False

    async def __aenter__(self) -> AsyncWorker:
        if self._loop is not None:
            raise misuse("a worker can be entered once: call inbox.working() for each")
        self._loop = asyncio.get_running_loop()
        self._engine.start(await self._shared.wait_in_loop(self._shared.asked("join")))
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        await self.aclose()

    async def aclose(self, grace: float | None = None) -> int:
        """Claims nothing more, and waits so many seconds for handlers that are running. What is then still running is
        cancelled, and given back without an attempt: another worker may begin it at once. Returns how many those
        were."""
        grace = self._grace if grace is None else grace
        check_seconds("grace", grace)
        if self._is_closed or self._loop is None or not self._engine.is_here:
            return 0
        self._is_closed = True
        self._engine.finish()
        await asyncio.to_thread(self._engine.wait_for_claims)
        # What the engine has just begun becomes a task only now.
        await asyncio.sleep(0)
        if self._tasks:
            await asyncio.wait(set(self._tasks), timeout=grace)
        if left := set(self._tasks):
            for task in left:
                task.cancel()
            await asyncio.wait(left, timeout=_CANCEL)
        if not self._tasks:
            await asyncio.to_thread(self._engine.wait_for_end)
        return self._released

    def _begin(self, claim: Claim) -> None:
        """Called by the engine, in its thread."""
        assert self._loop is not None
        self._loop.call_soon_threadsafe(self._spawn, claim)

    def _spawn(self, claim: Claim) -> None:
        task = asyncio.ensure_future(self._run(claim))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _run(self, claim: Claim) -> None:
        try:
            try:
                failure = await self._handle(claim)
            except asyncio.CancelledError:
                await self._release(claim)
                raise
            await self._end(claim, failure)
        finally:
            self._engine.ended(claim)

    async def _handle(self, claim: Claim) -> Failure | None:
        """Calls the handler, in a task of its own: whatever it does, the rest goes on."""
        handled = asyncio.ensure_future(self._call(claim))
        try:
            await asyncio.wait({handled}, timeout=self._time_limit)
        except asyncio.CancelledError:
            handled.cancel()
            # One that goes on all the same keeps its lease for as long as it runs.
            await asyncio.wait({handled})
            if handled.cancelled():
                raise
        if not handled.done():
            handled.cancel()
            await asyncio.wait({handled}, timeout=_CANCEL)
            return Failure(f"took longer than its time limit of {self._time_limit} s")
        if handled.cancelled():
            return Failure("the handler was cancelled")
        error = handled.exception()
        return None if error is None else failure_of(error)

    async def _call(self, claim: Claim) -> None:
        result = self._handler(Received(claim))
        if not inspect.isawaitable(result):
            raise TypeError("the handler is not async: use inbox.work() for other functions")
        await result

    async def _end(self, claim: Claim, failure: Failure | None) -> None:
        """Says it to the store, for as long as it takes, and reports it."""
        engine, pause = self._engine, Pause()
        ending = engine.ending(claim, failure)
        while True:
            try:
                is_changed = await _awaited(engine.end(claim, ending)) > 0
                break
            except StoreError as error:
                engine.outage(error)
                await asyncio.sleep(pause.next())
        engine.settle(claim, ending, is_changed)

    async def _release(self, claim: Claim) -> None:
        if claim.is_joined:
            return
        try:
            if await _awaited(self._shared.store.ask(claim.ask("release"))):
                self._released += 1
                self._engine.released()
        except StoreError as error:
            # Its lease lapses.
            self._engine.outage(error)


async def _awaited(reply: Future[Any]) -> Any:
    """The reply to what a worker asked. Raises StoreError."""
    try:
        # Also if the worker is closed meanwhile: what was asked counts.
        return await asyncio.shield(asyncio.wrap_future(reply))
    except StoreError:
        raise
    except Exception as error:
        raise store_error(error) from error


def _function(handler: AsyncHandler) -> Callable[[Received], Any]:
    if isinstance(handler, WebhookRouter):
        router = handler
        return lambda received: router.handle_async(received.event())
    if not callable(handler):
        raise misuse(f"the handler must be an async function or a WebhookRouter, not a {type(handler).__name__}")
    return handler
