"""Where an inbox is, so that other processes can open it too."""

import sqlite3
import time
from collections import Counter
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any, NamedTuple

import psycopg
from hookseal.inbox import Inbox, Notice, SQLiteStore, Stats
from hookseal.inbox.postgres import AsyncPostgresStore, PostgresStore
from once.stores import WAIT, _connecting, dsn


class Place(NamedTuple):
    kind: str
    path: str = ""
    port: int = 0

    def store(self) -> Any:
        if self.kind == "sqlite":
            return SQLiteStore(self.path)
        return PostgresStore(lambda: psycopg.connect(dsn(self.port)))

    def async_store(self) -> Any:
        """The same for an event loop."""
        if self.kind == "sqlite":
            return SQLiteStore(self.path)
        return AsyncPostgresStore(lambda: _connecting(self.port))

    def open(self, **options: Any) -> Inbox:
        return Inbox(self.store(), **{"scope": "test", "poll": 0.05, **options})

    def open_async(self, **options: Any) -> Inbox:
        return Inbox(self.async_store(), **{"scope": "test", "poll": 0.05, **options})

    def empty(self) -> None:
        """Deletes what is in it."""
        if self.kind == "sqlite":
            for path in Path(self.path).parent.glob(Path(self.path).name + "*"):
                path.unlink()
        else:
            self.change("DROP TABLE IF EXISTS hookseal_inbox, hookseal_inbox_store, effects")

    def change(self, sql: str) -> list[Any]:
        """Runs SQL on a connection of its own, and returns the rows."""
        if self.kind == "sqlite":
            with closing(sqlite3.connect(self.path, timeout=WAIT)) as connection, connection:
                return connection.execute(sql).fetchall()
        with psycopg.connect(dsn(self.port), autocommit=True) as own:
            cursor = own.execute(sql.encode())
            return cursor.fetchall() if cursor.description else []


class Heard:
    """A hook that keeps what it was told."""

    def __init__(self) -> None:
        self.notices: list[Notice] = []

    def __call__(self, notice: Notice) -> None:
        self.notices.append(notice)

    def count(self, name: str) -> int:
        return Counter(notice.name for notice in self.notices)[name]  # type: ignore[call-overload, no-any-return]


def until(is_so: Callable[[], object], what: str) -> None:
    """Waits until something is so."""
    end = time.monotonic() + WAIT
    while not is_so():
        assert time.monotonic() < end, f"{what}: never"
        time.sleep(0.01)


def until_stats(inbox: Inbox, is_so: Callable[[Stats], object], what: str) -> Stats:
    until(lambda: is_so(inbox.stats()), what)
    return inbox.stats()
