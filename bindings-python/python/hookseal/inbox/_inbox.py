"""Stores each delivery before it is answered, and handles it later."""

from __future__ import annotations

import hashlib
import os
import secrets
from collections.abc import Callable
from typing import Any, Literal, TypeAlias

from hookseal import _fork
from hookseal._errors import WebhookVerificationError
from hookseal._hookseal import Delivery
from hookseal.inbox._asyncio import AsyncHandler, AsyncWorker
from hookseal.inbox._load import Load
from hookseal.inbox._notices import Notice, Notices
from hookseal.inbox._protocol import Entry, Put, Store, misuse
from hookseal.inbox._settings import check_number, settings_of
from hookseal.inbox._shared import Asking, Shared
from hookseal.inbox._sqlite import SQLiteStore
from hookseal.inbox._stats import Stats, stats_of
from hookseal.inbox._threads import Handler, Worker

_Entries: TypeAlias = list[Entry]
_Listed: TypeAlias = Literal["pending", "running", "dead"]

# What the key of a delivery without one begins with.
_NO_KEY = "?"

# What ids that are digests begin with.
_DIGEST = "sha256-"

_MOST = (1 << 31) - 1


class Inbox:
    """Stores each delivery before it is answered, and handles it later: see the module's own text.

    `store` is the path of a SQLite file, or a store of `hookseal.inbox.postgres`. `scope` is the name of the endpoint,
    or of the tenant whose secret verifies its deliveries: two that share a database could otherwise take each other's
    events for duplicates. All durations are seconds.

    - `lease`: how long a worker that says nothing is waited for; while a handler runs, it is extended at each third
    - `attempts`: how many times a delivery is tried; then it is dead, and its body is kept
    - `back_off`: how long to wait before the second attempt, and at most before any. The wait is four times longer
      after each attempt, and each is up to a fifth shorter or longer
    - `keep`: how long the key of a handled delivery is kept, by which its redeliveries are recognized
    - `max_pending`, `max_pending_bytes`: how many deliveries, and bytes of their bodies, may wait to be handled
    - `poll`: how often an idle worker looks for what other processes stored: by default each 0.1 s in a file, and each
      second on a server. What this process stores wakes it at once
    - `on_notice`: a function that is called with each Notice, in any thread; it must not block. By default they are
      logged to the logger `hookseal`
    """

    def __init__(
        self,
        store: str | os.PathLike[str] | Store,
        *,
        scope: str | None = None,
        lease: float = 45.0,
        attempts: int = 12,
        back_off: tuple[float, float] = (5.0, 3600.0),
        keep: float = 30 * 86_400.0,
        max_pending: int = 100_000,
        max_pending_bytes: int = 1 << 30,
        poll: float | None = None,
        on_notice: Callable[[Notice], object] | None = None,
    ) -> None:
        used: Any = SQLiteStore(store) if isinstance(store, (str, os.PathLike)) else store
        if not hasattr(used, "can_free"):
            raise misuse(f"store must be a path, or a store of hookseal.inbox, but this is a {type(used).__name__}")
        poll = used.poll if poll is None else poll
        settings = settings_of(scope, lease, attempts, back_off, keep, poll, max_pending, max_pending_bytes, on_notice)
        self._shared = Shared(used, settings, Notices(on_notice))
        self._load = Load(max_pending, max_pending_bytes)
        _fork.watch(self)

    def create(self) -> None:
        """Opens the store, and makes its tables if they do not exist, or upgrades those of an older version. The first
        use does so too; call it at the start to learn of mistakes.

        Raises WebhookVerificationError: store_unavailable, and invalid_argument for tables of a newer version.
        """
        self._shared.wait(self._shared.asked("made"))

    async def acreate(self) -> None:
        """The same without blocking the event loop."""
        await self._shared.wait_in_loop(self._shared.asked("made"))

    def put(self, delivery: Delivery) -> Put:
        """Stores a delivery, or finds that its event is stored already. Once this has returned, answer 200.

        Raises WebhookVerificationError, whose `status` is 503 and whose `retry_after` is in seconds: inbox_full and
        store_unavailable.
        """
        return self._shared.wait(self._put(delivery))

    async def aput(self, delivery: Delivery) -> Put:
        """The same without blocking the event loop."""
        return await self._shared.wait_in_loop(self._put(delivery))

    def work(self, handler: Handler, *, concurrency: int = 10, time_limit: float | None = None) -> Worker:
        """Starts threads that handle what is stored, so many deliveries at a time: see Worker.

        `handler` is a function of a Received, or a WebhookRouter, which is called with the event. If it raises, it is
        called again after a while; Reject and RetryIn say what is to happen. After `time_limit` seconds its attempt has
        failed; the thread in which it hangs is given up, and another one takes its place.

            with inbox.work(router):
                serve()
        """
        return Worker(self._shared, handler, concurrency, time_limit)

    def working(
        self, handler: AsyncHandler, *, concurrency: int = 10, time_limit: float | None = None, grace: float = 20.0
    ) -> AsyncWorker:
        """The same for an event loop: `async with inbox.working(handler): ...`. `handler` is an async function, or a
        WebhookRouter. At the end of the block, what is running has `grace` seconds to end. One that takes longer than
        `time_limit` seconds is cancelled."""
        return AsyncWorker(self._shared, handler, concurrency, time_limit, grace)

    def stats(self) -> Stats:
        """How many deliveries are in each state, and what this process has counted."""
        return self._shared.wait(self._stats())

    async def astats(self) -> Stats:
        """The same without blocking the event loop."""
        return await self._shared.wait_in_loop(self._stats())

    def list(self, state: _Listed = "dead", *, number: int = 100, skip: int = 0) -> _Entries:
        """Deliveries in a state other than "done", the newest first, at most so many after those that are skipped."""
        return self._shared.wait(self._list(state, number, skip))

    async def alist(self, state: _Listed = "dead", *, number: int = 100, skip: int = 0) -> _Entries:
        """The same without blocking the event loop."""
        return await self._shared.wait_in_loop(self._list(state, number, skip))

    def show(self, id: int) -> tuple[Entry, bytes | None] | None:
        """One delivery, and its body if that is not dropped; None if there is no such delivery."""
        return self._shared.wait(self._show(id))

    async def ashow(self, id: int) -> tuple[Entry, bytes | None] | None:
        """The same without blocking the event loop."""
        return await self._shared.wait_in_loop(self._show(id))

    def revive(self, id: int) -> bool:
        """Has a dead delivery handled again, with all its attempts. Returns whether it was dead."""
        return self._shared.wait(self._revive(id, 1)) > 0

    async def arevive(self, id: int) -> bool:
        """The same without blocking the event loop."""
        return await self._shared.wait_in_loop(self._revive(id, 1)) > 0

    def revive_all(self, number: int) -> int:
        """Has the oldest dead deliveries handled again, at most so many. Returns how many."""
        return self._shared.wait(self._revive(None, number))

    async def arevive_all(self, number: int) -> int:
        """The same without blocking the event loop."""
        return await self._shared.wait_in_loop(self._revive(None, number))

    def discard(self, id: int) -> bool:
        """Gives a dead delivery up: its body is dropped, and its key is kept. Returns whether it was dead."""
        return self._shared.wait(self._discard(id))

    async def adiscard(self, id: int) -> bool:
        """The same without blocking the event loop."""
        return await self._shared.wait_in_loop(self._discard(id))

    def sweep(self, number: int) -> int:
        """Deletes the keys of at most so many handled deliveries that were kept long enough, and returns how many.
        Workers do so too."""
        return self._shared.wait(self._sweep(number))

    async def asweep(self, number: int) -> int:
        """The same without blocking the event loop."""
        return await self._shared.wait_in_loop(self._sweep(number))

    def close(self) -> None:
        """Closes the store's file; the next use opens it again. Close workers before."""
        self._shared.store.close()

    def _put(self, delivery: Delivery) -> Asking[Put]:
        if not isinstance(delivery, Delivery):
            raise misuse(f"put() takes a verified Delivery, but this is a {type(delivery).__name__}")
        values = self._row(delivery)
        key, size = values["key"], values["size"]
        if self._load.is_old():
            try:
                self._load.count(*(yield from self._shared.asked("load", key)))
            except WebhookVerificationError:
                self._load.forget()
                raise
        put: Put | None
        if error := self._load.refusal(size):
            # A duplicate needs no room.
            put = yield from self._shared.asked("known", key, **values)
            if put is None:
                self._shared.notices.report(Notice("full", key), is_quiet=self._load.was_full())
                raise error
        else:
            put = yield from self._shared.asked("put", key, **values)
        if put.answer == "duplicate":
            self._shared.notices.report(Notice("duplicate", key))
            if not put.same_body:
                self._shared.notices.report(Notice("other_body", key))
            return put
        self._load.add(size)
        self._shared.wake()
        self._shared.notices.report(Notice(put.answer, key))
        if key.startswith(_NO_KEY):
            self._shared.notices.report(Notice("no_key", key))
        return put

    def _row(self, delivery: Delivery) -> dict[str, Any]:
        key, body, scheme, timestamp = delivery.key, delivery.body, delivery.scheme, delivery.timestamp
        # The time of an event says nothing about when it was sent: a captured delivery could revive a dead one.
        is_sending = timestamp is not None and scheme != "contio-body"
        return {
            "key": _NO_KEY + secrets.token_hex(16) if key is None else key.text(self._shared.settings.scope),
            "scheme": scheme,
            "event": None if key is None or key.id.startswith(_DIGEST) else key.id,
            "has_envelope": delivery.has_envelope,
            "signed_at": timestamp * 1000 if timestamp is not None and is_sending else None,
            "digest": hashlib.sha256(body).hexdigest(),
            "size": len(body),
            "body": body,
        }

    def _stats(self) -> Asking[Stats]:
        rows = yield from self._shared.asked("stats")
        made = yield from self._shared.asked("made")
        return stats_of(rows, made, self._shared.store.path, self._shared.notices.counts())

    def _list(self, state: _Listed, number: int, skip: int) -> Asking[_Entries]:
        if state not in ("pending", "running", "dead"):
            raise misuse(f'state must be "pending", "running" or "dead", but it is {state!r}')
        check_number("number", number, 0, _MOST)
        check_number("skip", skip, 0, _MOST)
        entries: _Entries = yield from self._shared.asked("list", state=state, number=number, skip=skip)
        return entries

    def _show(self, id: int) -> Asking[tuple[Entry, bytes | None] | None]:
        _check_id(id)
        shown: tuple[Entry, bytes | None] | None = yield from self._shared.asked("show", id=id)
        return shown

    def _revive(self, id: int | None, number: int) -> Asking[int]:
        if id is not None:
            _check_id(id)
        check_number("number", number, 0, _MOST)
        revived: int = yield from self._shared.asked("revive", id=id, number=number)
        if revived:
            self._shared.wake()
        return revived

    def _discard(self, id: int) -> Asking[bool]:
        _check_id(id)
        discarded: int = yield from self._shared.asked("discard", id=id, keep=self._shared.settings.keep)
        return discarded > 0

    def _sweep(self, number: int) -> Asking[int]:
        check_number("number", number, 0, _MOST)
        swept: int = yield from self._shared.asked("sweep", number=number)
        return swept

    def before_fork(self) -> None:
        pass

    def after_fork_in_parent(self) -> None:
        pass

    def after_fork_in_child(self) -> None:
        self._load.after_fork_in_child()
        self._shared.after_fork_in_child()


def _check_id(id: int) -> None:
    check_number("id", id, 0, (1 << 63) - 1)
