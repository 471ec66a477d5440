"""Claims in PostgreSQL, over psycopg 3.2 or later: `pip install hookseal[postgres]`."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Any, ClassVar, Literal

import psycopg
from psycopg import AsyncConnection, AsyncRawCursor, Connection, RawCursor

from hookseal._psycopg import ERRORS, AsyncSource, Source, check, check_open, connected, connected_async
from hookseal.once._statements import POSTGRES
from hookseal.once._store import LOCK_TIMEOUT, Claimed, StoreError, check_version

__all__ = ["AsyncPostgresStore", "PostgresStore"]


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

    def __init__(self, pool: Source, *, timeout: float = 5.0) -> None:
        check(pool, timeout)
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
        check_open(connection, Connection)
        return RawCursor(connection).execute(POSTGRES["finish"], (key, token, keep, None)).rowcount > 0

    def _changes(self, statement: str, parameters: tuple[object, ...]) -> int:
        with self._connected() as connection:
            return RawCursor(connection).execute(POSTGRES[statement], parameters).rowcount

    @contextmanager
    def _connected(self) -> Iterator[Connection[Any]]:
        try:
            with connected(self._pool, self._timeout) as connection:
                yield connection
        except ERRORS as error:
            raise StoreError.of(error) from error


class AsyncPostgresStore:
    """The same for a `psycopg_pool.AsyncConnectionPool`, or a function that returns an async context manager with a
    `psycopg.AsyncConnection`."""

    is_async: ClassVar[Literal[True]] = True
    is_durable: ClassVar[bool] = True

    def __init__(self, pool: AsyncSource, *, timeout: float = 5.0) -> None:
        check(pool, timeout)
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
        check_open(connection, AsyncConnection)
        cursor = await AsyncRawCursor(connection).execute(POSTGRES["finish"], (key, token, keep, None))
        return cursor.rowcount > 0

    async def _changes(self, statement: str, parameters: tuple[object, ...]) -> int:
        async with self._connected() as connection:
            return (await AsyncRawCursor(connection).execute(POSTGRES[statement], parameters)).rowcount

    @asynccontextmanager
    async def _connected(self) -> AsyncIterator[AsyncConnection[Any]]:
        try:
            async with connected_async(self._pool, self._timeout) as connection:
                yield connection
        except ERRORS as error:
            raise StoreError.of(error) from error


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
