"""Claims in PostgreSQL, over psycopg 3.2 or later: `pip install hookseal[postgres]`."""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import (
    AbstractAsyncContextManager,
    AbstractContextManager,
    asynccontextmanager,
    contextmanager,
    suppress,
)
from typing import Any, ClassVar, Literal, Protocol, TypeAlias

import psycopg
from psycopg import AsyncConnection, AsyncRawCursor, Connection, RawCursor
from psycopg.pq import TransactionStatus

from hookseal._errors import WebhookVerificationError
from hookseal.once._statements import POSTGRES
from hookseal.once._store import LOCK_TIMEOUT, Claimed, StoreError, check_version

__all__ = ["AsyncPostgresStore", "PostgresStore"]


class _Pool(Protocol):
    def connection(self, timeout: float | None = None) -> AbstractContextManager[Connection[Any]]: ...


class _AsyncPool(Protocol):
    def connection(self, timeout: float | None = None) -> AbstractAsyncContextManager[AsyncConnection[Any]]: ...


_Source: TypeAlias = "_Pool | Callable[[], AbstractContextManager[Connection[Any]]]"
_AsyncSource: TypeAlias = "_AsyncPool | Callable[[], AbstractAsyncContextManager[AsyncConnection[Any]]]"

# What a driver raises for a server that cannot be used. A pool that has no connection raises an OperationalError.
_ERRORS = (psycopg.Error, OSError)


class PostgresStore:
    """Keeps keys in two tables of a PostgreSQL database: run `once.create()` when you deploy, or
    `inbox/sql/postgres/once_schema.sql` as a migration.

    `pool` is a `psycopg_pool.ConnectionPool`, or a function that returns a context manager with a `psycopg.Connection`
    to use, such as `lambda: psycopg.connect(dsn)`. A call takes at most `timeout` seconds, plus as many to get a
    connection: then the connection is broken off.
    """

    is_async: ClassVar[Literal[False]] = False
    is_durable: ClassVar[bool] = True
    blocks: ClassVar[bool] = True

    def __init__(self, pool: _Source, *, timeout: float = 5.0) -> None:
        _check(pool, timeout)
        self._pool = pool
        self._timeout = timeout

    def create(self) -> int:
        with self._connected() as connection:
            RawCursor(connection).execute(POSTGRES["schema"])
            row = RawCursor(connection).execute(POSTGRES["store"]).fetchone()
        return _made(row)

    def claim(self, key: str, token: str, body: str, lease: int, keep: int, now: int | None = None) -> Claimed:
        try:
            with self._connected() as connection:
                parameters = _claim(key, token, body, lease, keep, now)
                row = RawCursor(connection).execute(POSTGRES["claim"], parameters).fetchone()
                if row is not None:
                    return Claimed(row[0])
                row = RawCursor(connection).execute(POSTGRES["answer"], (key, token, body, now)).fetchone()
                return _answer(row)
        except StoreError as error:
            return _locked(error)

    def finish(self, key: str, token: str, keep: int, now: int | None = None) -> bool:
        return self._changes("finish", (key, token, keep, now)) > 0

    def release(self, key: str, token: str, now: int | None = None) -> bool:
        return self._changes("release", (key, token, now)) > 0

    def forget(self, key: str) -> bool:
        return self._changes("forget", (key,)) > 0

    def sweep(self, number: int, now: int | None = None) -> int:
        return self._changes("sweep", (now, number))

    def finish_in(self, connection: Any, key: str, token: str, keep: int) -> bool:
        _check_open(connection, Connection)
        return RawCursor(connection).execute(POSTGRES["finish"], (key, token, keep, None)).rowcount > 0

    def _changes(self, statement: str, parameters: tuple[object, ...]) -> int:
        with self._connected() as connection:
            return RawCursor(connection).execute(POSTGRES[statement], parameters).rowcount

    @contextmanager
    def _connected(self) -> Iterator[Connection[Any]]:
        try:
            with _taken(self._pool, self._timeout) as connection:
                was_autocommit = _prepare(connection)
                if not was_autocommit:
                    connection.autocommit = True
                # libpq has no limit of its own for an answer that does not come.
                watch = threading.Timer(self._timeout, _break_off, (connection,))
                watch.daemon = True
                watch.start()
                try:
                    yield connection
                finally:
                    watch.cancel()
                    if not was_autocommit and not connection.closed:
                        connection.autocommit = False
        except _ERRORS as error:
            raise StoreError.of(error) from error


class AsyncPostgresStore:
    """The same for a `psycopg_pool.AsyncConnectionPool`, or a function that returns an async context manager with a
    `psycopg.AsyncConnection`."""

    is_async: ClassVar[Literal[True]] = True
    is_durable: ClassVar[bool] = True

    def __init__(self, pool: _AsyncSource, *, timeout: float = 5.0) -> None:
        _check(pool, timeout)
        self._pool = pool
        self._timeout = timeout

    async def create(self) -> int:
        async with self._connected() as connection:
            await AsyncRawCursor(connection).execute(POSTGRES["schema"])
            cursor = await AsyncRawCursor(connection).execute(POSTGRES["store"])
            return _made(await cursor.fetchone())

    async def claim(self, key: str, token: str, body: str, lease: int, keep: int, now: int | None = None) -> Claimed:
        try:
            async with self._connected() as connection:
                parameters = _claim(key, token, body, lease, keep, now)
                cursor = await AsyncRawCursor(connection).execute(POSTGRES["claim"], parameters)
                row = await cursor.fetchone()
                if row is not None:
                    return Claimed(row[0])
                cursor = await AsyncRawCursor(connection).execute(POSTGRES["answer"], (key, token, body, now))
                return _answer(await cursor.fetchone())
        except StoreError as error:
            return _locked(error)

    async def finish(self, key: str, token: str, keep: int, now: int | None = None) -> bool:
        return await self._changes("finish", (key, token, keep, now)) > 0

    async def release(self, key: str, token: str, now: int | None = None) -> bool:
        return await self._changes("release", (key, token, now)) > 0

    async def forget(self, key: str) -> bool:
        return await self._changes("forget", (key,)) > 0

    async def sweep(self, number: int, now: int | None = None) -> int:
        return await self._changes("sweep", (now, number))

    async def finish_in(self, connection: Any, key: str, token: str, keep: int) -> bool:
        _check_open(connection, AsyncConnection)
        cursor = await AsyncRawCursor(connection).execute(POSTGRES["finish"], (key, token, keep, None))
        return cursor.rowcount > 0

    async def _changes(self, statement: str, parameters: tuple[object, ...]) -> int:
        async with self._connected() as connection:
            return (await AsyncRawCursor(connection).execute(POSTGRES[statement], parameters)).rowcount

    @asynccontextmanager
    async def _connected(self) -> AsyncIterator[AsyncConnection[Any]]:
        try:
            async with _taken(self._pool, self._timeout) as connection:
                was_autocommit = _prepare(connection)
                if not was_autocommit:
                    await connection.set_autocommit(True)
                watch = asyncio.get_running_loop().call_later(self._timeout, _break_off, connection)
                try:
                    yield connection
                finally:
                    watch.cancel()
                    if not was_autocommit and not connection.closed:
                        await connection.set_autocommit(False)
        except _ERRORS as error:
            raise StoreError.of(error) from error


def _is_pool(source: object) -> bool:
    return hasattr(source, "connection")


def _taken(source: Any, timeout: float) -> Any:
    """A context manager with a connection of a pool, or of the user's function."""
    return source.connection(timeout=timeout) if _is_pool(source) else source()


def _check(source: object, timeout: float) -> None:
    if isinstance(source, (Connection, AsyncConnection)):
        message = "a store needs a pool, or a function that returns a connection: one connection cannot be replaced"
        raise WebhookVerificationError("invalid_argument", message)
    if not (_is_pool(source) or callable(source)):
        message = f"pool must be a connection pool, or a function, but this is a {type(source).__name__}"
        raise WebhookVerificationError("invalid_argument", message)
    if not timeout > 0:
        raise WebhookVerificationError("invalid_argument", f"timeout must be over 0 s, but this is {timeout}")


def _prepare(connection: Connection[Any] | AsyncConnection[Any]) -> bool:
    """Whether each statement already commits by itself, as claims must: a claim that is not committed makes other
    deliveries of the event wait for it."""
    if connection.info.transaction_status != TransactionStatus.IDLE:
        message = "the store got a connection with an open transaction, in which a claim would not be seen by others"
        raise WebhookVerificationError("invalid_argument", message)
    return connection.autocommit


def _check_open(connection: object, expected: type[Any]) -> None:
    """`finish_in` on a connection without a transaction would commit before the handler's own work."""
    if not isinstance(connection, expected):
        message = f"finish_in() takes the psycopg.{expected.__name__} of the transaction"
        raise WebhookVerificationError("invalid_argument", message)
    if connection.autocommit and connection.info.transaction_status == TransactionStatus.IDLE:
        message = "finish_in() is for an open transaction: use it within `connection.transaction()`"
        raise WebhookVerificationError("invalid_argument", message)


def _break_off(connection: Connection[Any] | AsyncConnection[Any]) -> None:
    """Ends a connection whose server does not answer: what waits for the answer gets an error."""
    with (
        suppress(psycopg.Error, OSError),
        socket.fromfd(connection.fileno(), socket.AF_INET, socket.SOCK_STREAM) as own,
    ):
        own.shutdown(socket.SHUT_RDWR)


def _claim(key: str, token: str, body: str, lease: int, keep: int, now: int | None) -> tuple[object, ...]:
    return key, token, body, lease, keep, now, str(LOCK_TIMEOUT)


def _answer(row: tuple[Any, ...] | None) -> Claimed:
    # Without a row, the other claim was released just now: the sender's next attempt runs.
    return Claimed("busy") if row is None else Claimed(row[0], row[1], row[2])


def _locked(error: StoreError) -> Claimed:
    """A key that stays locked is being finished within another transaction."""
    if isinstance(error.__cause__, psycopg.errors.LockNotAvailable):
        return Claimed("busy")
    raise error


def _made(row: tuple[Any, ...] | None) -> int:
    if row is None:
        raise StoreError("the store was not made: call create()")
    check_version(row[0])
    return int(row[1])
