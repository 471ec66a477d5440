"""Several processes: they are killed, abort, and fork."""

import os
import time
from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest
from hookseal import WebhookVerificationError
from hookseal.inbox import Inbox
from hookseal.inbox.postgres import PostgresStore
from inbox.kills import check, is_alive, kill, play, processes
from inbox.places import Heard, Place, until, until_stats
from once.stores import WAIT, dsn
from once.support import delivery
from psycopg_pool import ConnectionPool


@pytest.mark.parametrize("variant", ["plain", "transaction"])
def test_what_was_answered_200_is_handled_though_receiver_and_worker_are_killed(
    place: Place, variant: str, tmp_path: Path
) -> None:
    report = play(place, variant, kills=10, folder=tmp_path)
    print(f"{place.kind}, {variant}: {report}")
    assert report.kills == 10 and report.events > 20
    check(report, variant)


def test_in_a_file_another_worker_takes_over_at_once_from_one_that_was_killed(file: Place, tmp_path: Path) -> None:
    # The lease is 45 s.
    inbox, longest = file.open(), 0.0
    inbox.create()
    with processes(file, tmp_path) as started:
        for round in range(3):
            hangs = started.start("work hang")
            inbox.put(delivery(f"evt-{round}"))
            until_stats(inbox, lambda stats: stats.running.number == 1, "it is running")
            works = started.start("work plain")
            # It has its own lock, and looks at that of the other one.
            time.sleep(0.7)
            start = time.monotonic()
            kill(hangs)
            until_stats(inbox, lambda stats, round=round: stats.done == round + 1, "it is done")  # type: ignore[misc]
            longest = max(longest, time.monotonic() - start)
            kill(works)
    print(f"work resumed {longest:.2f} s after a kill")
    # Under one second on an idle machine; much less than the lease on any.
    assert longest < 5


def test_a_delivery_that_ends_its_process_is_dead_after_its_attempts_and_others_go_on(
    place: Place, tmp_path: Path
) -> None:
    inbox, ends, worker = place.open(), 0, 0
    for id in ("poison-1", "evt-1", "evt-2", "evt-3"):
        inbox.put(delivery(id))
    end = time.monotonic() + WAIT
    with processes(place, tmp_path) as started:
        while inbox.stats().dead.number == 0:
            assert time.monotonic() < end, "it never dies"
            worker = started.start("work abort")
            # The last one finds no attempt left, and lives.
            while inbox.stats().dead.number == 0 and is_alive(worker):
                time.sleep(0.02)
            ends += not is_alive(worker)
        until_stats(inbox, lambda stats: stats.done == 3, "the others are done")
        kill(worker)
    (dead,) = inbox.list()
    assert (dead.event_id, dead.attempts, ends) == ("poison-1", 3, 3)
    assert dead.error == "its worker ended, or took longer than its lease"


def in_child(act: Callable[[], object]) -> None:
    """Runs something in a fork of this process."""
    child = os.fork()
    if child == 0:
        status = 1
        try:
            act()
            status = 0
        finally:
            os._exit(status)
    _, status = os.waitpid(child, 0)
    assert status == 0, "the child failed"


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_an_inbox_that_was_used_before_a_fork_is_used_in_both(place: Place) -> None:
    heard = Heard()
    inbox = place.open(on_notice=heard)
    inbox.put(delivery("evt-1"))
    handled = list[str | None]()
    with inbox.work(lambda received: handled.append(received.event_id)) as worker:
        until(lambda: heard.count("done") == 1, "it is done")

        def child() -> None:
            assert inbox.put(delivery("evt-1")).answer == "duplicate"
            assert inbox.put(delivery("evt-child")).answer == "stored"
            # The parent's threads are not here, and nothing waits for them.
            assert worker.close() == 0
            assert inbox.stats().counts == {"duplicate": 1, "stored": 1}
            inbox.close()

        in_child(child)
        inbox.put(delivery("evt-2"))
        until(lambda: len(handled) == 3, "both are handled by the parent's worker")
    assert sorted(id or "" for id in handled) == ["evt-1", "evt-2", "evt-child"]
    assert heard.count("takeover") == heard.count("store_unavailable") == 0


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_forks_lose_nothing_while_others_store(file: Place) -> None:
    from threading import Thread

    inbox, ids = file.open(), [f"evt-{number}" for number in range(200)]

    def put_all() -> None:
        for id in ids:
            inbox.put(delivery(id))

    thread = Thread(target=put_all)
    thread.start()
    for number in range(10):
        in_child(lambda number=number: inbox.put(delivery(f"child-{number}")))  # type: ignore[misc]
    thread.join()
    stored = file.change("SELECT event FROM hookseal_inbox")
    assert sorted(row[0] for row in stored) == sorted(ids + [f"child-{number}" for number in range(10)])


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_a_pool_that_was_used_before_a_fork_is_refused_in_the_child(server: Place) -> None:
    with ConnectionPool(dsn(server.port), min_size=1, max_size=2, open=True) as pool:
        inbox = Inbox(PostgresStore(pool), scope="test")
        inbox.put(delivery("evt-1"))

        def child() -> None:
            with pytest.raises(WebhookVerificationError, match="fork") as refused:
                inbox.put(delivery("evt-child"))
            assert refused.value.code == "invalid_argument"

        in_child(child)
        inbox.put(delivery("evt-2"))
    with psycopg.connect(dsn(server.port)) as own:
        assert own.execute("SELECT event FROM hookseal_inbox ORDER BY event").fetchall() == [("evt-1",), ("evt-2",)]
