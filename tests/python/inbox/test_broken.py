"""Databases that are down, full, locked or read-only: 503, and a worker that waits and goes on."""

import asyncio
import os
import signal
import sqlite3
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import psycopg
import pytest
from hookseal import WebhookVerificationError
from hookseal.inbox import Inbox, Received
from hookseal.inbox.postgres import AsyncPostgresStore, PostgresStore
from inbox.places import Heard, Place, until, until_stats
from once.proxy import Proxy
from once.stores import WAIT, _connecting, dsn, free_port, postgres_server
from once.support import delivery
from psycopg_pool import ConnectionPool


def succeed(_: Received) -> None: ...


def postponed(inbox: Inbox, id: str, part: str = "") -> None:
    """A delivery is answered 503, and the error says this."""
    with pytest.raises(WebhookVerificationError) as refused:
        inbox.put(delivery(id))
    error = refused.value
    assert (error.code, error.status, error.retry_after) == ("store_unavailable", 503, 30)
    assert part in str(error)


def stored(inbox: Inbox, id: str) -> None:
    """Stores a delivery when that is possible again."""
    end = time.monotonic() + WAIT
    while True:
        try:
            inbox.put(delivery(id))
            return
        except WebhookVerificationError as error:
            assert time.monotonic() < end, f"it is never used again: {error}"
            time.sleep(0.02)


def run(*command: str) -> bool:
    return subprocess.run(command, stderr=subprocess.DEVNULL, check=False).returncode == 0


@contextmanager
def mounted(folder: Path, size: str) -> Iterator[Path]:
    """A file system of this size."""
    folder.mkdir()
    if not run("mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(folder)):
        pytest.skip("this user cannot mount a file system")
    try:
        yield folder
    finally:
        until(lambda: run("umount", str(folder)), "it is unmounted")


def test_a_full_disk_is_answered_503_and_what_was_answered_200_is_handled_when_there_is_room(tmp_path: Path) -> None:
    with mounted(tmp_path / "disk", "512k") as disk:
        inbox, accepted = Inbox(disk / "inbox.db", scope="test"), 0
        with pytest.raises(WebhookVerificationError) as full:
            for number in range(500):
                inbox.put(delivery(f"evt-{number}", big="x" * 4_000))
                accepted += 1
        assert full.value.code == "store_unavailable" and accepted > 10
        assert any(name in str(full.value) for name in ("SQLITE_FULL", "SQLITE_IOERR"))
        assert run("mount", "-o", "remount,size=16m", str(disk))
        stored(inbox, "evt-last")
        with inbox.work(succeed):
            until_stats(inbox, lambda stats: stats.done == accepted + 1, "all are done")
        inbox.close()


def test_a_worker_on_a_full_disk_waits_and_goes_on(tmp_path: Path) -> None:
    heard = Heard()
    with mounted(tmp_path / "disk", "2m") as disk:
        inbox = Inbox(disk / "inbox.db", scope="test", on_notice=heard, poll=0.01)
        inbox.put(delivery("evt-1"))
        filler, begun, end = disk / "filler", threading.Event(), threading.Event()

        def handle(_: Received) -> None:
            begun.set()
            assert end.wait(WAIT)

        with inbox.work(handle):
            assert begun.wait(WAIT)
            with filler.open("wb") as file, pytest.raises(OSError, match="space"):
                while True:
                    file.write(bytes(4096))
                    file.flush()
            # What SQLite has room for in its log is not much.
            with pytest.raises(WebhookVerificationError):
                for number in range(2, 10):
                    inbox.put(delivery(f"evt-{number}", big="x" * 100_000))
            end.set()
            time.sleep(0.5)
            filler.unlink()
            until(lambda: heard.count("done"), "it is done")
        assert heard.count("claim_lost") == heard.count("failed") == 0
        inbox.close()


def test_a_locked_file_is_answered_503_after_two_seconds_and_the_worker_goes_on_after_that(file: Place) -> None:
    heard = Heard()
    inbox = file.open(on_notice=heard)
    with inbox.work(succeed):
        with closing(sqlite3.connect(file.path, timeout=WAIT, isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            postponed(inbox, "evt-1", "SQLITE_BUSY")
            other.execute("ROLLBACK")
        stored(inbox, "evt-1")
        until_stats(inbox, lambda stats: stats.done == 1, "it is done")
    assert heard.count("store_unavailable") >= 1


def test_a_read_only_file_is_answered_503(tmp_path: Path) -> None:
    with mounted(tmp_path / "disk", "4m") as disk:
        inbox = Inbox(disk / "inbox.db", scope="test")
        inbox.put(delivery("evt-1"))
        inbox.close()
        assert run("mount", "-o", "remount,ro", str(disk))
        postponed(inbox, "evt-2")
        assert run("mount", "-o", "remount,rw", str(disk))
        stored(inbox, "evt-2")
        inbox.close()


def test_a_read_only_server_is_answered_503(server: Place) -> None:
    server.open().create()
    own = dsn(server.port) + " options='-c default_transaction_read_only=on'"
    postponed(Inbox(PostgresStore(lambda: psycopg.connect(own)), scope="test"), "evt-1", "25006")


def test_a_folder_that_does_not_exist_is_answered_503(tmp_path: Path) -> None:
    inbox = Inbox(tmp_path / "later" / "inbox.db", scope="test")
    postponed(inbox, "evt-1", "FileNotFoundError")
    (tmp_path / "later").mkdir()
    stored(inbox, "evt-1")


def test_a_file_that_is_no_database_is_answered_503(file: Place) -> None:
    Path(file.path).write_text("not a database, but some other text that is long enough" * 10)
    postponed(file.open(), "evt-1", "SQLITE_NOTADB")


class Down:
    """A function that connects through a proxy, and can be switched off."""

    def __init__(self, port: int) -> None:
        self._port = port
        self.is_down = False

    def __call__(self) -> Any:
        return psycopg.connect(dsn(free_port() if self.is_down else self._port))


def test_a_server_that_goes_is_reported_once_and_used_again_when_it_is_back(server: Place) -> None:
    heard, source = Heard(), Down(server.port)
    inbox = Inbox(PostgresStore(source), scope="test", poll=0.02, on_notice=heard)
    inbox.put(delivery("evt-1"))
    with inbox.work(succeed):
        until_stats(inbox, lambda stats: stats.done == 1, "it is done")
        source.is_down = True
        until(lambda: heard.count("store_unavailable"), "it is reported")
        time.sleep(0.5)
        assert heard.count("store_unavailable") == 1
        postponed(inbox, "evt-2", "psycopg.OperationalError")
        source.is_down = False
        stored(inbox, "evt-2")
        until_stats(inbox, lambda stats: stats.done == 2, "the second is done")


def test_a_handler_that_ends_while_the_server_is_down_is_not_called_again(server: Place) -> None:
    heard, source, calls = Heard(), Down(server.port), list[int]()

    def handle(received: Received) -> None:
        calls.append(received.attempt)
        source.is_down = True

    inbox = Inbox(PostgresStore(source), scope="test", poll=0.02, on_notice=heard)
    inbox.put(delivery("evt-1"))
    with inbox.work(handle):
        until(lambda: heard.count("store_unavailable"), "it is reported")
        time.sleep(0.3)
        source.is_down = False
        until_stats(inbox, lambda stats: stats.done == 1, "it is done")
    assert calls == [1]


@pytest.mark.parametrize("is_async", [False, True])
def test_a_server_that_stops_within_a_statement_is_given_up(server: Place, is_async: bool) -> None:
    server.open().create()
    with postgres_server() as own:
        place = Place("postgres", port=own.port)
        place.open().create()

        def stopped() -> Any:
            connection = psycopg.connect(dsn(own.port))
            os.kill(connection.info.backend_pid, signal.SIGSTOP)
            processes.append(connection.info.backend_pid)
            return connection

        async def stopped_async() -> Any:
            connection = await psycopg.AsyncConnection.connect(dsn(own.port))
            os.kill(connection.info.backend_pid, signal.SIGSTOP)
            processes.append(connection.info.backend_pid)
            return connection

        class Stopping(_connecting):
            async def __aenter__(self) -> Any:
                self._connection = await stopped_async()
                return self._connection

        processes = list[int]()
        try:
            if is_async:
                inbox = Inbox(AsyncPostgresStore(lambda: Stopping(own.port), timeout=0.3), scope="test")
                with pytest.raises(WebhookVerificationError) as refused:
                    asyncio.run(asyncio.wait_for(inbox.aput(delivery("evt-1")), WAIT))
                assert refused.value.code == "store_unavailable"
            else:
                postponed(Inbox(PostgresStore(stopped, timeout=0.3), scope="test"), "evt-1")
        finally:
            for process in processes:
                os.kill(process, signal.SIGCONT)


def test_a_put_whose_answer_was_lost_is_stored_once(server: Place) -> None:
    proxy = Proxy(server.port)
    try:
        inbox = Inbox(PostgresStore(lambda: psycopg.connect(dsn(proxy.port))), scope="test")
        # How much is not handled is counted before, in a transaction of its own.
        inbox.put(delivery("evt-0"))
        proxy.cut = b"COMMIT"
        postponed(inbox, "evt-1")
        assert proxy.cuts == 1
        assert inbox.put(delivery("evt-1")).answer == "duplicate"
        assert server.open().stats().pending.number == 2
        inbox.close()
    finally:
        proxy.close()


def test_what_waits_together_and_fails_fails_alone(place: Place) -> None:
    inbox = place.open()
    inbox.create()
    if place.kind == "sqlite":
        place.change(
            "CREATE TRIGGER one BEFORE INSERT ON hookseal_inbox WHEN new.event = 'evt-7' "
            "BEGIN SELECT RAISE(ABORT, 'no'); END"
        )
    else:
        place.change("ALTER TABLE hookseal_inbox ADD CHECK (event <> 'evt-7')")
    answers = dict[int, Any]()

    def put(number: int) -> None:
        try:
            answers[number] = inbox.put(delivery(f"evt-{number}")).answer
        except WebhookVerificationError as error:
            answers[number] = error.code

    threads = [threading.Thread(target=put, args=(number,)) for number in range(60)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers == {number: "store_unavailable" if number == 7 else "stored" for number in range(60)}
    assert inbox.stats().pending.number == 59


def test_an_error_shows_no_password_no_address_and_no_body() -> None:
    port = free_port()
    own = dsn(port) + " password=a-password"
    heard = Heard()
    for source in (lambda: psycopg.connect(own), ConnectionPool(own, open=False, min_size=1, timeout=0.3)):
        inbox = Inbox(PostgresStore(source, timeout=0.5), scope="test", on_notice=heard)
        if isinstance(source, ConnectionPool):
            source.open()
        with pytest.raises(WebhookVerificationError) as refused:
            inbox.put(delivery("evt-1"))
        text = f"{refused.value} {refused.value!r} {heard.notices}"
        assert not any(part in text for part in ("a-password", str(port), "Stand-up"))
        if isinstance(source, ConnectionPool):
            source.close()


@pytest.mark.parametrize("kind", ["pool", "one connection", "a text", "timeout"])
def test_what_is_no_source_of_connections_is_refused(server: Place, kind: str) -> None:
    with psycopg.connect(dsn(server.port)) as own:
        sources: dict[str, tuple[Any, float]] = {
            "one connection": (own, 5),
            "a text": (dsn(server.port), 5),
            "timeout": (lambda: own, 0),
        }
        if kind in sources:
            with pytest.raises(WebhookVerificationError) as refused:
                PostgresStore(*sources[kind][:1], timeout=sources[kind][1])
            assert refused.value.code == "invalid_argument"
            return
    with ConnectionPool(dsn(server.port), min_size=1, max_size=3, open=True) as pool:
        inbox, calls = Inbox(PostgresStore(pool), scope="test"), list[int]()
        for number in range(50):
            inbox.put(delivery(f"evt-{number}"))
        with inbox.work(lambda received: calls.append(received.attempt)):
            until_stats(inbox, lambda stats: stats.done == 50, "all are done")
        assert calls == [1] * 50
