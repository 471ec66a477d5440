"""Deliveries in PostgreSQL, over psycopg 3.2 or later: `pip install hookseal[postgres]`."""

from __future__ import annotations

import asyncio
import os
import threading
import weakref
from collections.abc import Awaitable, Iterable
from concurrent.futures import Future
from contextlib import nullcontext
from pathlib import Path
from typing import Any, ClassVar

from psycopg import AsyncConnection, AsyncRawCursor, Connection, Pipeline, RawCursor

from hookseal import _fork
from hookseal._psycopg import (
    ERRORS,
    AsyncSource,
    Source,
    check,
    check_open,
    connected,
    connected_async,
    is_pool,
)
from hookseal.inbox._jobs import Job, Jobs
from hookseal.inbox._protocol import (
    GROUP,
    LOCK_TIMEOUT,
    Request,
    Result,
    Rounds,
    Step,
    Steps,
    create,
    failed,
    misuse,
    run,
    run_async,
    steps_of,
)
from hookseal.inbox._statements import POSTGRES
from hookseal.once._store import StoreError

__all__ = ["AsyncPostgresStore", "PostgresStore"]

# The values of each statement, in the order of their numbers.
_ORDER: dict[str, list[str]] = {
    "put": ["key", "scheme", "event", "has_envelope", "signed_at", "digest", "size", "body", "now", "lock_timeout"],
    "duplicate": ["key", "digest"],
    "known": ["key", "digest", "signed_at", "now"],
    "claim": ["token", "worker", "lease", "attempts", "now", "number"],
    "extend": ["id", "token", "lease", "now"],
    "finish": ["id", "token", "keep", "now"],
    "retry": ["id", "token", "delay", "error", "now"],
    "bury": ["id", "token", "error", "now"],
    "release": ["id", "token", "now"],
    "revive": ["id", "number", "now"],
    "discard": ["id", "keep", "now"],
    "sweep": ["now", "number"],
    "list": ["state", "number", "skip"],
    "show": ["id"],
    "upgraded": ["version"],
}

_IS_KNOWN = "SELECT to_regclass('hookseal_inbox_store') IS NOT NULL"

# How many transactions run at a time.
_LANES = 2

# What a server cannot see, or does by itself: it does not know that a worker has ended, and gives space back.
_NOTHING = ("leave", "free_all", "shrink")


class _Shared:
    """What both stores share."""

    can_free: ClassVar[bool] = False
    poll: ClassVar[float] = 1.0

    def __init__(self, pool: object, timeout: float) -> None:
        check(pool, timeout)
        self._is_pool = is_pool(pool)
        self._timeout = timeout
        self._has_begun = False
        self._is_forked = False
        self._lock = threading.Lock()
        self._reset()
        _fork.watch(self)

    def _reset(self) -> None:
        # How long a request takes is limited by the connection.
        self._jobs = Jobs(self._timeout)
        self._finalizer = weakref.finalize(self, self._jobs.close)
        # What is asked while the process ends is still done.
        self._finalizer.atexit = False

    @property
    def path(self) -> Path | None:
        return None

    def finish_in(self, connection: Any, id: int, token: str, keep: int) -> bool | Awaitable[bool]:
        values = _values("finish", {"id": id, "token": token, "keep": keep})
        if isinstance(connection, AsyncConnection):
            check_open(connection, AsyncConnection)
            return _finish(connection, values)
        check_open(connection, Connection)
        return RawCursor(connection).execute(POSTGRES["finish"], values).rowcount > 0

    def _answered(self, asked: Request) -> Future[Any] | None:
        """The reply to what needs no server."""
        reply: Future[Any] = Future()
        if self._is_forked:
            reply.set_exception(misuse("the pool was used before this process was forked: make one in each process"))
        elif asked.name == "join":
            reply.set_result(f"process-{os.getpid()}")
        elif asked.name in _NOTHING:
            reply.set_result(0)
        else:
            return None
        return reply

    def before_fork(self) -> None:
        pass

    def after_fork_in_parent(self) -> None:
        pass

    def after_fork_in_child(self) -> None:
        # A pool would give its connections, which are the parent's. A function makes new ones.
        self._is_forked = self._is_forked or (self._has_begun and self._is_pool)
        self._has_begun = False
        self._lock = threading.Lock()
        self._finalizer.detach()
        self._reset()


class PostgresStore(_Shared):
    """Keeps deliveries in two tables of a PostgreSQL database, which any number of machines can share: `inbox.create()`
    makes them, or `inbox/sql/postgres/inbox_schema.sql` as a migration. What a worker was handling when it was killed
    is handled again when its lease has lapsed.

    `pool` is a `psycopg_pool.ConnectionPool`, or a function that returns a context manager with a `psycopg.Connection`
    to use, such as `lambda: psycopg.connect(dsn)`. Requests share transactions, of which two run at a time, each on a
    connection. One takes at most `timeout` seconds, plus as many to get a connection: then it is broken off.
    """

    is_async: ClassVar[bool] = False

    def __init__(self, pool: Source, *, timeout: float = 5.0) -> None:
        super().__init__(pool, timeout)
        self._pool = pool

    def ask(self, request: Request) -> Future[Any]:
        if answered := self._answered(request):
            return answered
        with self._lock:
            if not self._has_begun:
                self._has_begun = True
                lanes = _Lanes(self._pool, self._timeout, self._jobs)
                for _ in range(_LANES):
                    threading.Thread(target=lanes.work, name="hookseal-inbox", daemon=True).start()
        return self._jobs.add(request)

    def close(self) -> None:
        """Ends its threads, after what was asked. The pool stays open."""
        with self._lock:
            self._finalizer()
            self._has_begun = False
            self._reset()


class _Lanes:
    """What its threads share."""

    def __init__(self, pool: Source, timeout: float, jobs: Jobs) -> None:
        self._pool = pool
        self._timeout = timeout
        self._jobs = jobs
        # When the tables were made; None before they were looked at.
        self._made: int | None = None

    def work(self) -> None:
        """Does what is asked until nobody can ask any more."""
        last = 0
        while group := self._jobs.take_group(GROUP, last):
            last = len(group)
            jobs = sorted(group, key=_place)
            if (error := self._tried(jobs)) is not None and len(jobs) > 1 and _is_reached(error):
                # None fails for another.
                for job in jobs:
                    error = self._tried([job])
                    if error is not None:
                        _fail([job], error)
            elif error is not None:
                _fail(jobs, error)

    def _tried(self, jobs: list[Job]) -> Exception | None:
        try:
            replies = self._transact([job.request for job in jobs])
        except Exception as error:
            return error
        for job, reply in zip(jobs, replies, strict=True):
            job.reply.set_result(reply)
        return None

    def _transact(self, requests: list[Request]) -> list[Any]:
        with connected(self._pool, self._timeout) as connection:
            if self._made is None:
                with connection.transaction():
                    self._made = run(create(POSTGRES, _IS_KNOWN), lambda step: _execute(connection, step))
            rounds = Rounds([_steps_of(asked, self._made) for asked in requests])
            # A statement need not wait for the answer to the one before it.
            pipelined: Any = connection.pipeline() if _is_pipelined(requests) else nullcontext()
            with connection.transaction(), pipelined as pipeline:
                while steps := rounds.steps():
                    cursors = [RawCursor(connection).execute(*_statement(step)) for step in steps]
                    if pipeline is not None:
                        pipeline.sync()
                    rounds.send([_result(cursor) for cursor in cursors])
            return rounds.replies


class AsyncPostgresStore(_Shared):
    """The same for a `psycopg_pool.AsyncConnectionPool`, or a function that returns an async context manager with a
    `psycopg.AsyncConnection`. It belongs to the event loop in which it is used, and to `inbox.working`."""

    is_async: ClassVar[bool] = True

    def __init__(self, pool: AsyncSource, *, timeout: float = 5.0) -> None:
        super().__init__(pool, timeout)
        self._pool = pool
        self._made: int | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._lanes: set[asyncio.Task[None]] = set()

    def ask(self, request: Request) -> Future[Any]:
        if answered := self._answered(request):
            return answered
        try:
            running: asyncio.AbstractEventLoop | None = asyncio.get_running_loop()
        except RuntimeError:
            running = None
        if running is not None and running is not self._loop:
            # Tasks of a loop that has ended do not go on.
            self._loop, self._lanes = running, set()
        reply: Future[Any] = Future()
        if self._loop is None or self._loop.is_closed():
            reply.set_exception(misuse("this store is async: it needs an event loop that runs"))
            return reply
        self._has_begun = True
        reply = self._jobs.add(request)
        if running is None:
            # A worker's thread asks.
            self._loop.call_soon_threadsafe(self._begin)
        else:
            self._begin()
        return reply

    def close(self) -> None:
        """Nothing is open besides the pool, which is yours."""

    def _begin(self) -> None:
        if len(self._lanes) < _LANES:
            lane = asyncio.get_running_loop().create_task(self._work())
            self._lanes.add(lane)
            lane.add_done_callback(self._lanes.discard)

    async def _work(self) -> None:
        """Does what waits."""
        while group := self._jobs.take(GROUP, waits=False):
            jobs = sorted(group, key=_place)
            if (error := await self._tried(jobs)) is not None and len(jobs) > 1 and _is_reached(error):
                for job in jobs:
                    error = await self._tried([job])
                    if error is not None:
                        _fail([job], error)
            elif error is not None:
                _fail(jobs, error)

    async def _tried(self, jobs: list[Job]) -> Exception | None:
        try:
            replies = await self._transact([job.request for job in jobs])
        except Exception as error:
            return error
        except asyncio.CancelledError:
            # The event loop ends.
            _fail(jobs, StoreError("the event loop has ended"))
            raise
        for job, reply in zip(jobs, replies, strict=True):
            job.reply.set_result(reply)
        return None

    async def _transact(self, requests: list[Request]) -> list[Any]:
        async with connected_async(self._pool, self._timeout) as connection:

            async def execute(step: Step) -> Any:
                return await AsyncRawCursor(connection).execute(*_statement(step))

            async def result(cursor: Any) -> Result:
                return Result(await cursor.fetchall() if cursor.description else [], cursor.rowcount)

            async def executed(step: Step) -> Result:
                return await result(await execute(step))

            if self._made is None:
                async with connection.transaction():
                    self._made = await run_async(create(POSTGRES, _IS_KNOWN), executed)
            rounds = Rounds([_steps_of(asked, self._made) for asked in requests])
            pipelined: Any = connection.pipeline() if _is_pipelined(requests) else nullcontext()
            async with connection.transaction(), pipelined as pipeline:
                while steps := rounds.steps():
                    cursors = [await execute(step) for step in steps]
                    if pipeline is not None:
                        await pipeline.sync()
                    rounds.send([await result(cursor) for cursor in cursors])
            return rounds.replies


def _is_pipelined(requests: list[Request]) -> bool:
    """Libpq has it from version 14 on. It takes two round trips itself."""
    return len(requests) > 2 and Pipeline.is_supported()


def _steps_of(asked: Request, made: int | None) -> Steps:
    return _made_is(made) if asked.name == "made" else steps_of(asked, POSTGRES)


def _made_is(made: int | None) -> Steps:
    """No statement: it was read before."""
    return made
    yield ""


def _values(name: str, values: Any) -> list[Any]:
    given = {"lock_timeout": str(LOCK_TIMEOUT), **values}
    return [given.get(parameter) for parameter in _ORDER.get(name, [])]


def _statement(step: Step) -> tuple[str, list[Any] | None]:
    if isinstance(step, str):
        # Several statements at once have no parameters.
        return step, None
    name, values = step
    return POSTGRES[name], _values(name, values)


def _execute(connection: Connection[Any], step: Step) -> Result:
    return _result(RawCursor(connection).execute(*_statement(step)))


def _result(cursor: RawCursor[Any]) -> Result:
    return Result(cursor.fetchall() if cursor.description else [], cursor.rowcount)


async def _finish(connection: AsyncConnection[Any], values: list[Any]) -> bool:
    cursor = await AsyncRawCursor(connection).execute(POSTGRES["finish"], values)
    return cursor.rowcount > 0


def _place(job: Job) -> tuple[int, int, str]:
    """Transactions that lock the same rows in the same order do not lock each other out."""
    name, values = job.request
    if name == "put":
        return 1, 0, values["key"]
    if ("token" in values and "id" in values) or name == "discard":
        return 0, values["id"], ""
    return 2, 0, ""


def _is_reached(error: Exception) -> bool:
    """Whether the server itself refused something; otherwise it could not be asked."""
    return not isinstance(error, ERRORS) or getattr(error, "sqlstate", None) is not None


def _fail(jobs: Iterable[Job], error: Exception) -> None:
    for job in jobs:
        job.reply.set_exception(failed(error, ERRORS))
