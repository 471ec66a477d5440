"""Deliveries in a SQLite file, which one thread uses: SQLite has one writer anyway, and what waits shares a commit."""

from __future__ import annotations

import os
import sqlite3
import threading
import time
import weakref
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from contextlib import suppress
from pathlib import Path
from typing import Any, ClassVar, TypeVar

from hookseal import _fork
from hookseal._sqlite import check_open, file_of, make
from hookseal.inbox._jobs import Job, Jobs
from hookseal.inbox._protocol import GROUP, LOCK_TIMEOUT, Request, Result, Step, create, failed, run, steps_of
from hookseal.inbox._statements import SQLITE
from hookseal.once._store import StoreError

T = TypeVar("T")

# The values of each statement, in the order of its parameters.
_ORDER: dict[str, list[str]] = {
    "put": ["key", "scheme", "event", "has_envelope", "signed_at", "digest", "size", "body", "now"],
    "duplicate": ["digest", "key"],
    "known": ["digest", "key", "signed_at", "now"],
    "claim": ["token", "worker", "lease", "attempts", "now", "number"],
    "claimed": ["token"],
    "extend": ["lease", "now", "id", "token"],
    "finish": ["now", "keep", "now", "id", "token"],
    "retry": ["delay", "now", "error", "id", "token"],
    "bury": ["now", "error", "id", "token"],
    "release": ["now", "id", "token"],
    "revive": ["now", "id", "number"],
    "discard": ["keep", "now", "id"],
    "sweep": ["now", "number"],
    "free": ["now", "worker"],
    "list": ["state", "number", "skip"],
    "show": ["id"],
    "upgraded": ["version"],
}

_IS_KNOWN = "SELECT EXISTS (SELECT 1 FROM sqlite_master WHERE name = 'hookseal_inbox_store')"

# How many pages of free space are given back at a time, and how many are kept for the next deliveries.
_SHRINK = _SPARE = 1024

# How many workers one file may have.
_MAX_WORKERS = 1000

# How long to wait before the file is opened again that another process is making.
_PAUSE = 0.01

_ERRORS = (sqlite3.Error, OSError)


class SQLiteStore:
    """Keeps deliveries in a SQLite file, which the processes of one machine can share. The file is made at first use,
    readable by its owner only. It must be on a local disk that outlives a redeploy, and not on NFS.

    For handlers that write to a SQLite database, pass the path of that database, and use `delivery.finish_in`. A
    request waits at most `lock_timeout` seconds for other writers.
    """

    is_async: ClassVar[bool] = False
    can_free: ClassVar[bool] = True
    poll: ClassVar[float] = 0.1

    def __init__(self, path: str | os.PathLike[str], *, lock_timeout: float = LOCK_TIMEOUT / 1000) -> None:
        self._path = file_of(path, "an inbox needs the path of a file")
        self._lock_timeout = lock_timeout
        self._start = threading.Lock()
        self._reset()
        _fork.watch(self)

    def _reset(self) -> None:
        self._jobs = Jobs(self._lock_timeout)
        self._database = _Database(self._path)
        self._thread: threading.Thread | None = None
        # Nobody asks any more when this object is gone.
        self._finalizer = weakref.finalize(self, self._jobs.close)
        # What is asked while the process ends is still done.
        self._finalizer.atexit = False

    @property
    def path(self) -> Path | None:
        return self._path

    def ask(self, request: Request) -> Future[Any]:
        if self._thread is None:
            with self._start:
                if self._thread is None:
                    arguments = (self._jobs, self._database)
                    self._thread = threading.Thread(target=_work, args=arguments, name="hookseal-inbox", daemon=True)
                    self._thread.start()
        return self._jobs.add(request)

    def finish_in(self, connection: Any, id: int, token: str, keep: int) -> bool:
        values = _values("finish", {"id": id, "token": token, "keep": keep})
        return check_open(connection).execute(SQLITE["finish"], values).rowcount > 0

    def close(self) -> None:
        """Closes the file, after what was asked; the next request opens it again. Close workers before."""
        with self._start:
            thread = self._thread
            self._finalizer()
            if thread is not None:
                thread.join()
            self._reset()

    def before_fork(self) -> None:
        # SQLite's connections, and its locks, are the process's. The thread opens the file again.
        self._forking = self._database
        self._forking.lock.acquire()
        self._forking.disconnect()

    def after_fork_in_parent(self) -> None:
        self._forking.lock.release()

    def after_fork_in_child(self) -> None:
        # The workers' locks are the parent's, and are neither used nor closed here.
        _inherited.append(self._database)
        self._finalizer.detach()
        self._start = threading.Lock()
        self._reset()


_inherited: list[_Database] = []


def _values(name: str, values: Mapping[str, Any]) -> list[Any]:
    return [values.get(parameter) for parameter in _ORDER.get(name, [])]


def _work(jobs: Jobs, database: _Database) -> None:
    """Does what is asked until nobody can ask any more."""
    last = 0
    while group := jobs.take_group(GROUP, last):
        last = len(group)
        with database.lock:
            together = [job for job in group if job.request.name not in _ALONE]
            if together:
                _run(database, together)
            for job in group:
                if job.request.name in _ALONE:
                    _reply(database, job, lambda job=job: database.run_alone(job.request, job.deadline))  # type: ignore[misc]
    with database.lock:
        database.disconnect()
        database.leave_all()


def _run(database: _Database, jobs: list[Job]) -> None:
    """Runs the jobs in one transaction. If that fails, each runs in its own, so that none fails for another."""
    if len(jobs) > 1:
        try:
            replies = database.run([job.request for job in jobs], min(job.deadline for job in jobs))
        except Exception:
            pass
        else:
            for job, reply in zip(jobs, replies, strict=True):
                job.reply.set_result(reply)
            return
    for job in jobs:
        _reply(database, job, lambda job=job: database.run([job.request], job.deadline)[0])  # type: ignore[misc]


def _reply(database: _Database, job: Job, act: Callable[[], Any]) -> None:
    try:
        reply = act()
    except Exception as error:
        job.reply.set_exception(failed(error, _ERRORS))
    else:
        job.reply.set_result(reply)


class _Database:
    """The file, its connection, and the locks that workers of this process hold."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._connection: sqlite3.Connection | None = None
        self._identity: object = None
        self._made = 0
        self._workers: dict[str, sqlite3.Connection] = {}
        # Held while the connection is used, so that nobody forks then.
        self.lock = threading.Lock()

    def run(self, requests: list[Request], deadline: float) -> list[Any]:
        """Does what is asked in one transaction, and waits for other writers until a time."""
        try:
            connection = self._connected(deadline)
            return _transact(connection, deadline, lambda: [self._replied(connection, asked) for asked in requests])
        except BaseException:
            # A disk that came back needs a new connection.
            self.disconnect()
            raise

    def _replied(self, connection: sqlite3.Connection, asked: Request) -> Any:
        if asked.name == "made":
            return self._made
        return run(steps_of(asked, SQLITE), lambda step: _execute(connection, step))

    def run_alone(self, asked: Request, deadline: float) -> Any:
        """Does what cannot be a part of a transaction that others share."""
        try:
            return _ALONE[asked.name](self, asked.values, deadline)
        except BaseException:
            self.disconnect()
            raise

    def disconnect(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            with suppress(sqlite3.Error):
                connection.close()

    def leave_all(self) -> None:
        for worker in list(self._workers):
            self.leave({"worker": worker}, 0)

    def _connected(self, deadline: float) -> sqlite3.Connection:
        # What is written to a file that was deleted is lost with the process.
        if self._connection is not None and self._identity != _identity(self._path):
            self.disconnect()
        if self._connection is None:
            while True:
                try:
                    self._connection = self._open(deadline)
                    self._identity = _identity(self._path)
                    break
                except sqlite3.OperationalError as error:
                    # While another process makes the file, SQLite may say so without waiting.
                    if not _is_busy(error) or time.monotonic() + _PAUSE > deadline:
                        raise
                    time.sleep(_PAUSE)
        return self._connection

    def _open(self, deadline: float) -> sqlite3.Connection:
        is_new = make(self._path)
        connection = _connect(self._path, deadline - time.monotonic())
        try:
            if is_new:
                # Before anything is written: the space of bodies that were dropped can then be given back.
                connection.execute("PRAGMA auto_vacuum = incremental")
            connection.execute("PRAGMA journal_mode = WAL")
            # A completed transaction is on disk, and not only in the system's memory.
            connection.execute("PRAGMA synchronous = FULL")
            steps = create(SQLITE, _IS_KNOWN)
            self._made = _transact(connection, deadline, lambda: run(steps, lambda step: _execute(connection, step)))
        except BaseException:
            connection.close()
            raise
        return connection

    def join(self, values: Mapping[str, Any], deadline: float) -> str:
        """Takes the first free lock. Who had it before has ended, and so have its leases."""
        for number in range(1, _MAX_WORKERS + 1):
            worker = f"worker-{number}"
            lock = None if worker in self._workers else self._lock(worker)
            if lock is not None:
                self._workers[worker] = lock
                self._free(worker, values, deadline)
                return worker
        raise StoreError(f"{_MAX_WORKERS} workers use the file already")

    def leave(self, values: Mapping[str, Any], _: float) -> int:
        lock = self._workers.pop(values["worker"], None)
        if lock is None:
            return 0
        lock.close()
        return 1

    def free_all(self, values: Mapping[str, Any], deadline: float) -> int:
        """Ends the leases of workers whose locks are free."""
        freed = 0
        for (worker,) in self._connected(deadline).execute(SQLITE["workers"]).fetchall():
            # Others have no file to be locked: their leases lapse.
            number = worker.removeprefix("worker-")
            is_worker = worker.startswith("worker-") and number.isascii() and number.isdecimal() and len(number) < 8
            if is_worker and worker not in self._workers:
                lock = self._lock(worker)
                if lock is not None:
                    try:
                        freed += self._free(worker, values, deadline)
                    finally:
                        lock.close()
        return freed

    def _free(self, worker: str, values: Mapping[str, Any], deadline: float) -> int:
        connection, own = self._connected(deadline), _values("free", {**values, "worker": worker})
        return _transact(connection, deadline, lambda: connection.execute(SQLITE["free"], own).rowcount)

    def _lock(self, worker: str) -> sqlite3.Connection | None:
        """A lock of the system's that ends with the process, however it ends; None if another one has it."""
        path = f"{self._path}.{worker}"
        make(path)
        connection = _connect(path, 0)
        try:
            connection.execute("BEGIN EXCLUSIVE")
        except sqlite3.OperationalError as error:
            connection.close()
            if not _is_busy(error):
                raise
            return None
        return connection

    def shrink(self, _: Mapping[str, Any], deadline: float) -> int:
        """Gives back a bounded part of the free space, and returns how many pages."""
        connection = self._connected(deadline)
        (free,) = connection.execute("PRAGMA freelist_count").fetchone()
        number = min(_SHRINK, int(free) - _SPARE)
        if number <= 0:
            return 0
        # Each step gives one page back.
        connection.execute(f"PRAGMA incremental_vacuum({number})").fetchall()
        return number


# What cannot be a part of a transaction that others share.
_ALONE: dict[str, Callable[[_Database, Mapping[str, Any], float], Any]] = {
    "join": _Database.join,
    "leave": _Database.leave,
    "free_all": _Database.free_all,
    "shrink": _Database.shrink,
}


def _connect(path: str | os.PathLike[str], timeout: float) -> sqlite3.Connection:
    return sqlite3.connect(path, timeout=max(timeout, 0), isolation_level=None, check_same_thread=False)


def _identity(path: Path) -> object:
    """By what a file is recognized if another one took its place."""
    try:
        known = path.stat()
    except OSError:
        return None
    return known.st_dev, known.st_ino


def _is_busy(error: sqlite3.OperationalError) -> bool:
    return "locked" in str(error)


def _execute(connection: sqlite3.Connection, step: Step) -> Result:
    if isinstance(step, str):
        cursor, statement = connection.cursor(), ""
        # Not `executescript`, which commits first.
        for line in step.splitlines(keepends=True):
            statement += line
            if sqlite3.complete_statement(statement):
                cursor.execute(statement)
                statement = ""
        if statement.strip():
            cursor.execute(statement)
    else:
        name, values = step
        cursor = connection.execute(SQLITE[name], _values(name, values))
    return Result(cursor.fetchall(), cursor.rowcount)


def _transact(connection: sqlite3.Connection, deadline: float, act: Callable[[], T]) -> T:
    """Commits what an act does, or nothing of it."""
    left = max(0, round((deadline - time.monotonic()) * 1000))
    connection.execute(f"PRAGMA busy_timeout = {left}")
    connection.execute("BEGIN IMMEDIATE")
    try:
        done = act()
        connection.execute("COMMIT")
    except BaseException:
        # SQLite has rolled back by itself if the disk is full, and a second rollback would hide the cause.
        if connection.in_transaction:
            with suppress(sqlite3.Error):
                connection.execute("ROLLBACK")
        raise
    return done
