"""What a receiver and the workers of one inbox share: the store, the settings, and how they ask."""

from __future__ import annotations

import threading
from collections.abc import Awaitable, Callable, Generator
from concurrent.futures import Future
from typing import Any, Protocol, TypeAlias, TypeVar

from hookseal._errors import WebhookVerificationError
from hookseal.inbox._notices import Notice, Notices
from hookseal.inbox._protocol import Request, Store, misuse, request
from hookseal.inbox._settings import Settings
from hookseal.once._once import STORE_WAIT
from hookseal.once._store import StoreError

T = TypeVar("T")

# Yields what is asked of the store, and is sent the replies.
Asking: TypeAlias = Generator[Request, Any, T]


class Wakeable(Protocol):
    """A worker of this process."""

    def wake(self) -> None: ...


class Shared:
    def __init__(self, store: Store, settings: Settings, notices: Notices) -> None:
        self.store = store
        self.settings = settings
        self.notices = notices
        # The workers of this process. It is replaced and never changed, as other threads read it.
        self._workers: tuple[Wakeable, ...] = ()
        self._lock = threading.Lock()

    def asked(self, name: str, shown: str | None = None, /, **values: Any) -> Asking[Any]:
        try:
            return (yield request(name, **values))
        except StoreError as error:
            self.notices.report(Notice("store_unavailable", shown, store_error=error))
            message = f"the inbox cannot be used: {error}"
            raise WebhookVerificationError("store_unavailable", message, retry_after=STORE_WAIT) from error

    def wait(self, asking: Asking[T]) -> T:
        if self.store.is_async:
            raise misuse("this store is async: use the methods that begin with `a`, and `working`")
        return _run(asking, lambda asked: self.store.ask(asked).result())

    async def wait_in_loop(self, asking: Asking[T]) -> T:
        return await _run_async(asking, lambda asked: _in_loop(self.store.ask(asked)))

    def wake(self) -> None:
        """Workers of this process look for what is due."""
        for worker in self._workers:
            worker.wake()

    def add(self, worker: Wakeable) -> None:
        with self._lock:
            self._workers = (*self._workers, worker)

    def remove(self, worker: Wakeable) -> None:
        with self._lock:
            self._workers = tuple(other for other in self._workers if other is not worker)

    def after_fork_in_child(self) -> None:
        # Threads do not run here, and might have held a lock.
        self.notices.after_fork_in_child()
        self._workers, self._lock = (), threading.Lock()


def _run(asking: Asking[T], ask: Callable[[Request], Any]) -> T:
    try:
        asked = next(asking)
        while True:
            try:
                reply = ask(asked)
            except StoreError as error:
                asked = asking.throw(error)
            else:
                asked = asking.send(reply)
    except StopIteration as end:
        result: T = end.value
        return result


async def _run_async(asking: Asking[T], ask: Callable[[Request], Awaitable[Any]]) -> T:
    try:
        asked = next(asking)
        while True:
            try:
                reply = await ask(asked)
            except StoreError as error:
                asked = asking.throw(error)
            else:
                asked = asking.send(reply)
    except StopIteration as end:
        result: T = end.value
        return result


async def _in_loop(reply: Future[Any]) -> Any:
    # Only here: a receiver of Flask needs no event loop.
    import asyncio

    return await asyncio.wrap_future(reply)
