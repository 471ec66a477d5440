"""What all stores in PostgreSQL share: the user's connections, over psycopg 3.2 or later."""

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
from typing import Any, Protocol, TypeAlias

import psycopg
from psycopg import AsyncConnection, Connection
from psycopg.pq import TransactionStatus

from hookseal._errors import WebhookVerificationError


class Pool(Protocol):
    def connection(self, timeout: float | None = None) -> AbstractContextManager[Connection[Any]]: ...


class AsyncPool(Protocol):
    def connection(self, timeout: float | None = None) -> AbstractAsyncContextManager[AsyncConnection[Any]]: ...


Source: TypeAlias = "Pool | Callable[[], AbstractContextManager[Connection[Any]]]"
AsyncSource: TypeAlias = "AsyncPool | Callable[[], AbstractAsyncContextManager[AsyncConnection[Any]]]"

# What a driver raises for a server that cannot be used. A pool that has no connection raises an OperationalError.
ERRORS = (psycopg.Error, OSError)


def check(source: object, timeout: float) -> None:
    if isinstance(source, (Connection, AsyncConnection)):
        message = "a store needs a pool, or a function that returns a connection: one connection cannot be replaced"
        raise WebhookVerificationError("invalid_argument", message)
    if not (is_pool(source) or callable(source)):
        message = f"pool must be a connection pool, or a function, but this is a {type(source).__name__}"
        raise WebhookVerificationError("invalid_argument", message)
    if not timeout > 0:
        raise WebhookVerificationError("invalid_argument", f"timeout must be over 0 s, but this is {timeout}")


@contextmanager
def connected(source: Source, timeout: float) -> Iterator[Connection[Any]]:
    """A connection on which each statement commits by itself, for so many seconds at most."""
    with _taken(source, timeout) as connection:
        was_autocommit = _prepare(connection)
        if not was_autocommit:
            connection.autocommit = True
        # libpq has no limit of its own for an answer that does not come.
        watch = threading.Timer(timeout, _break_off, (connection,))
        watch.daemon = True
        watch.start()
        try:
            yield connection
        finally:
            watch.cancel()
            if not was_autocommit and not connection.closed:
                connection.autocommit = False


@asynccontextmanager
async def connected_async(source: AsyncSource, timeout: float) -> AsyncIterator[AsyncConnection[Any]]:
    """The same for an event loop."""
    async with _taken(source, timeout) as connection:
        was_autocommit = _prepare(connection)
        if not was_autocommit:
            await connection.set_autocommit(True)
        watch = asyncio.get_running_loop().call_later(timeout, _break_off, connection)
        try:
            yield connection
        finally:
            watch.cancel()
            if not was_autocommit and not connection.closed:
                await connection.set_autocommit(False)


def check_open(connection: object, expected: type[Any]) -> None:
    """`finish_in` on a connection without a transaction would commit before the handler's own work."""
    if not isinstance(connection, expected):
        message = f"finish_in() takes the psycopg.{expected.__name__} of the transaction"
        raise WebhookVerificationError("invalid_argument", message)
    if connection.autocommit and connection.info.transaction_status == TransactionStatus.IDLE:
        message = "finish_in() is for an open transaction: use it within `connection.transaction()`"
        raise WebhookVerificationError("invalid_argument", message)


def is_pool(source: object) -> bool:
    return hasattr(source, "connection")


def _taken(source: Any, timeout: float) -> Any:
    """A context manager with a connection of a pool, or of the user's function."""
    return source.connection(timeout=timeout) if is_pool(source) else source()


def _prepare(connection: Connection[Any] | AsyncConnection[Any]) -> bool:
    """Whether each statement already commits by itself, as claims must: a claim that is not committed makes other
    deliveries of the event wait for it."""
    if connection.info.transaction_status != TransactionStatus.IDLE:
        message = "the store got a connection with an open transaction, in which a claim would not be seen by others"
        raise WebhookVerificationError("invalid_argument", message)
    return connection.autocommit


def _break_off(connection: Connection[Any] | AsyncConnection[Any]) -> None:
    """Ends a connection whose server does not answer: what waits for the answer gets an error."""
    with (
        suppress(psycopg.Error, OSError),
        socket.fromfd(connection.fileno(), socket.AF_INET, socket.SOCK_STREAM) as own,
    ):
        own.shutdown(socket.SHUT_RDWR)
