"""The tables, the files, and what becomes of their space."""

import os
import sqlite3
import stat
import threading
from contextlib import closing
from pathlib import Path

import pytest
from hookseal import WebhookVerificationError
from hookseal.inbox import Inbox, SQLiteStore
from hookseal.inbox._protocol import Request
from hookseal.inbox._stats import lost_with_mounts
from hookseal.once import Once
from hookseal.once import SQLiteStore as OnceStore
from inbox.places import Heard, Place, until, until_stats
from once.support import delivery


def version(place: Place) -> int:
    ((found,),) = place.change("SELECT version FROM hookseal_inbox_store")
    assert isinstance(found, int)
    return found


def ask(inbox: Inbox, name: str, **values: object) -> object:
    return inbox._shared.store.ask(Request(name, values)).result()


def test_tables_of_an_older_version_are_upgraded_and_those_of_a_newer_one_refused(place: Place) -> None:
    inbox = place.open()
    inbox.put(delivery("evt-1"))
    made = inbox.stats().made
    place.change("UPDATE hookseal_inbox_store SET version = 0")
    stats = place.open().stats()
    assert (version(place), stats.pending.number, stats.made) == (1, 1, made)
    place.change("UPDATE hookseal_inbox_store SET version = 2")
    with pytest.raises(WebhookVerificationError, match="version 2") as refused:
        place.open().create()
    assert refused.value.code == "invalid_argument" and version(place) == 2


def test_tables_that_several_make_at_once_are_made_once(place: Place) -> None:
    errors = list[Exception]()

    def create() -> None:
        try:
            place.open().create()
        except Exception as error:
            errors.append(error)

    threads = [threading.Thread(target=create) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == [] and version(place) == 1


def test_who_may_not_make_tables_can_use_those_that_are_there(server: Place) -> None:
    import psycopg
    from hookseal.inbox.postgres import PostgresStore
    from once.stores import dsn

    server.open().create()
    server.change("DROP ROLE IF EXISTS app")
    server.change("CREATE ROLE app LOGIN")
    server.change("GRANT SELECT, INSERT, UPDATE, DELETE ON hookseal_inbox, hookseal_inbox_store TO app")
    own = dsn(server.port).replace("user=hookseal", "user=app")
    inbox = Inbox(PostgresStore(lambda: psycopg.connect(own)), scope="test")
    assert inbox.put(delivery("evt-1")).answer == "stored"
    server.change("DROP OWNED BY app")


def mode(path: str) -> int:
    return stat.S_IMODE(os.stat(path).st_mode)


def test_an_inbox_and_its_workers_make_files_that_only_their_owner_can_read(file: Place) -> None:
    inbox = file.open()
    workers = [inbox.work(print), inbox.work(print)]
    inbox.put(delivery("evt-1"))
    for suffix in ("", "-wal", "-shm", ".worker-1", ".worker-2"):
        assert mode(file.path + suffix) == 0o600, suffix
    for worker in workers:
        worker.close()
    # The first one's place is free again.
    assert ask(inbox, "join") == "worker-1"


def test_the_locks_of_a_file_outlive_other_connections_of_the_same_process(file: Place) -> None:
    one, other = file.open(), file.open()
    assert [ask(one, "join"), ask(other, "join")] == ["worker-1", "worker-2"]
    # To look at a lock, its file is opened and closed, and that must not end it.
    file.change(
        "INSERT INTO hookseal_inbox (key, state, scheme, has_envelope, received_at, due_at, attempts, token, worker, "
        "is_takeover, digest, size) VALUES ('k', 'running', 's', 0, 1, 9000000000000, 1, 't', 'worker-1', 0, 'd', 0)"
    )
    assert [ask(other, "free_all") for _ in range(3)] == [0, 0, 0]
    assert ask(file.open(), "join") == "worker-3"
    one.close()
    assert ask(other, "free_all") == 1


def test_a_store_of_the_same_file_does_not_end_its_locks(file: Place) -> None:
    # As `once` and the inbox in one file: what makes the file must not open one that exists.
    inbox = file.open()
    inbox.put(delivery("evt-1"))
    before = Path("/proc/locks").read_text()
    inode = f":{os.stat(file.path).st_ino} "
    assert inode in before
    with closing(OnceStore(file.path)) as store:
        Once(store, scope="test").create()
        inbox.put(delivery("evt-2"))
        assert inode in Path("/proc/locks").read_text()
    assert Path(file.path + "-wal").exists()


def test_the_space_of_bodies_that_were_handled_is_given_back(file: Place) -> None:
    inbox, big = file.open(), "x" * 100_000
    for number in range(200):
        inbox.put(delivery(f"evt-{number}", big=big))
    with inbox.work(lambda _: None):
        until_stats(inbox, lambda stats: stats.done == 200, "all are done")
    ((before,),) = file.change("PRAGMA page_count")
    assert before > 4_000
    while given := ask(inbox, "shrink"):
        # A bounded part each time.
        assert isinstance(given, int) and given <= 1024
    ((after,),) = file.change("PRAGMA page_count")
    assert after < 1_500


def test_keys_that_were_kept_long_enough_are_swept_by_a_worker(place: Place) -> None:
    heard = Heard()
    inbox = place.open(keep=0.02, on_notice=heard)
    inbox.put(delivery("evt-1"))
    with inbox.work(lambda _: None):
        until(lambda: heard.count("done") == 1, "it is handled")
        until_stats(inbox, lambda stats: stats.done == 0, "its key is swept")


def test_a_key_that_is_kept_too_long_is_swept_by_hand(place: Place) -> None:
    inbox = place.open(keep=0.02)
    inbox.put(delivery("evt-1"))
    with inbox.work(lambda _: None):
        until_stats(inbox, lambda stats: stats.done == 1 or not stats.pending.number, "it is handled")
    until(lambda: inbox.sweep(10) or not inbox.stats().done, "it is swept")
    assert inbox.put(delivery("evt-1")).answer == "stored"


def test_a_file_that_was_deleted_is_not_written_to_any_more(file: Place) -> None:
    inbox = file.open()
    inbox.put(delivery("evt-1"))
    for suffix in ("", "-wal", "-shm"):
        Path(file.path + suffix).unlink()
    inbox.put(delivery("evt-2"))
    assert file.open().stats().pending.number == 1


def test_a_file_on_the_disk_of_a_container_is_recognized_and_one_on_a_volume_is_not() -> None:
    mounts = "overlay / overlay rw 0 0\nproc /proc proc rw 0 0\n/dev/sda /data ext4 rw 0 0\ntmpfs /run tmpfs rw 0 0"
    for path, expected in [
        ("/app/inbox.db", "overlay"),
        ("/data/inbox.db", None),
        ("/database/inbox.db", "overlay"),
        ("/run/inbox.db", "tmpfs"),
    ]:
        assert lost_with_mounts(mounts, Path(path)) == expected, path
    assert lost_with_mounts("", Path("/inbox.db")) is None


def test_a_closed_inbox_is_opened_again(file: Place) -> None:
    inbox = Inbox(SQLiteStore(file.path), scope="test")
    inbox.put(delivery("evt-1"))
    inbox.close()
    # The last connection was closed, and nothing is left in a log.
    assert not Path(file.path + "-wal").exists()
    assert inbox.put(delivery("evt-1")).answer == "duplicate"


def test_an_inbox_that_nobody_uses_any_more_closes_its_file(file: Place) -> None:
    inbox = file.open()
    inbox.put(delivery("evt-1"))
    del inbox
    until(lambda: not Path(file.path + "-wal").exists(), "it is closed")
    with closing(sqlite3.connect(file.path)) as own:
        assert own.execute("SELECT count(*) FROM hookseal_inbox").fetchall() == [(1,)]
