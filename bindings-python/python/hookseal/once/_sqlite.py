"""Claims in a SQLite file."""

from __future__ import annotations

import os
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any, ClassVar, Literal

from hookseal import _fork
from hookseal._sqlite import check_open, file_of, make
from hookseal.once._statements import SQLITE
from hookseal.once._store import LOCK_TIMEOUT, SWEEP, Claimed, StoreError, check_version


class SQLiteStore:
    """Keeps keys in a SQLite file, which the processes of one machine can share. The file is made at first use,
    readable by its owner only. It must be on a local disk, not on NFS, and one that outlives a redeploy.

    For handlers that write to a SQLite database, pass the path of that database, and use `attempt.finish_in`. A claim
    waits at most `lock_timeout` seconds for other writers.
    """

    is_async: ClassVar[Literal[False]] = False
    is_durable: ClassVar[bool] = True
    blocks: ClassVar[bool] = True

    def __init__(self, path: str | os.PathLike[str], *, lock_timeout: float = LOCK_TIMEOUT / 1000) -> None:
        self._path = file_of(path, "a SQLiteStore needs the path of a file; without one, use a MemoryStore")
        self._lock_timeout = lock_timeout
        self._lock = threading.Lock()
        self._connection: sqlite3.Connection | None = None
        self._made = 0
        _fork.watch(self)

    def create(self) -> int:
        with self._connected():
            return self._made

    def claim(self, key: str, token: str, body: str, lease: int, keep: int, now: int | None = None) -> Claimed:
        with self._connected() as connection:
            connection.execute("BEGIN IMMEDIATE")
            connection.execute(SQLITE["sweep"], (now, SWEEP))
            connection.execute(SQLITE["claim"], (key, token, body, lease, keep, now))
            answer, wait, same_body = connection.execute(SQLITE["answer"], (token, body, now, key)).fetchone()
            connection.execute("COMMIT")
            return Claimed(answer, wait, bool(same_body))

    def finish(self, key: str, token: str, keep: int, now: int | None = None) -> bool:
        return self._changes("finish", (keep, now, key, token, now)) > 0

    def release(self, key: str, token: str, now: int | None = None) -> bool:
        return self._changes("release", (key, token, now)) > 0

    def forget(self, key: str) -> bool:
        return self._changes("forget", (key,)) > 0

    def sweep(self, number: int, now: int | None = None) -> int:
        return self._changes("sweep", (now, number))

    def finish_in(self, connection: Any, key: str, token: str, keep: int) -> bool:
        own = check_open(connection)
        return own.execute(SQLITE["finish"], (keep, None, key, token, None)).rowcount > 0

    def close(self) -> None:
        """Closes the file; the next call opens it again."""
        with self._lock:
            self._close()

    def __del__(self) -> None:
        if getattr(self, "_connection", None) is not None:
            self._close()

    def _changes(self, statement: str, parameters: tuple[object, ...]) -> int:
        with self._connected() as connection:
            return connection.execute(SQLITE[statement], parameters).rowcount

    @contextmanager
    def _connected(self) -> Iterator[sqlite3.Connection]:
        """The connection, for one thread at a time: SQLite has one writer anyway."""
        if not self._lock.acquire(timeout=self._lock_timeout):
            raise StoreError(f"other threads used the file for longer than {self._lock_timeout} s")
        try:
            connection = self._connection
            if connection is None:
                connection = self._open()
            try:
                yield connection
            except BaseException:
                # SQLite has rolled back by itself if the disk is full, and a second rollback would hide the cause.
                if connection.in_transaction:
                    connection.execute("ROLLBACK")
                raise
        except (sqlite3.Error, OSError) as error:
            # A file that was replaced, or a disk that came back, needs a new connection.
            self._close()
            raise StoreError.of(error) from error
        finally:
            self._lock.release()

    def _open(self) -> sqlite3.Connection:
        make(self._path)
        connection = sqlite3.connect(
            self._path, timeout=self._lock_timeout, isolation_level=None, check_same_thread=False
        )
        try:
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("PRAGMA synchronous = FULL")
            connection.executescript(f"BEGIN IMMEDIATE;\n{SQLITE['schema']}COMMIT;")
            version, made = connection.execute(SQLITE["store"]).fetchone()
            check_version(version)
        except BaseException:
            connection.close()
            raise
        self._connection, self._made = connection, made
        return connection

    def _close(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.close()

    def before_fork(self) -> None:
        # A connection must not be used in two processes, nor may SQLite take over its locks for its own.
        self._lock.acquire()
        with suppress(sqlite3.Error):
            self._close()

    def after_fork_in_parent(self) -> None:
        self._lock.release()

    def after_fork_in_child(self) -> None:
        self._lock = threading.Lock()
