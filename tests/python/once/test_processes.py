"""Several processes on one store: one runs at a time, one that was stopped past its lease has lost, and kill -9 loses
no event."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from once.kills import play
from once.stores import WAIT, Place
from once.support import delivery
from hookseal.once import Once, SQLiteStore

FOLDER = Path(__file__).parents[1]


@contextmanager
def claimer(place: Place, *arguments: str) -> Iterator["subprocess.Popen[str]"]:
    command = [sys.executable, "-m", "once.claimer", json.dumps(place), *arguments]
    pipe = subprocess.PIPE
    process = subprocess.Popen(command, cwd=FOLDER, stdin=pipe, stdout=pipe, text=True)
    try:
        yield process
    finally:
        process.kill()
        process.wait()
        for stream in (process.stdin, process.stdout):
            if stream:
                stream.close()


def said(process: "subprocess.Popen[str]") -> str:
    assert process.stdout
    return process.stdout.readline().strip()


def tell(process: "subprocess.Popen[str]", word: str) -> None:
    assert process.stdin
    process.stdin.write(word + "\n")
    process.stdin.flush()


def test_of_fifty_processes_on_one_key_one_runs(shared: Place) -> None:
    once = Once(shared.open(), scope="test")
    once.create()
    # Forked from a process that has imported everything: fifty interpreters would take most of a minute.
    with claimer(shared, "fork", "50") as process:
        answers = json.loads(said(process))
    assert sorted(answers, key=answers.count) == ["first"] + ["in_progress"] * 49


def test_a_process_that_was_stopped_past_its_lease_has_lost_its_claim(shared: Place) -> None:
    once = Once(shared.open(), scope="test")
    once.create()
    with claimer(shared, "hold", "0.5") as stopped, claimer(shared, "hold", "60") as other:
        tell(stopped, "begin")
        assert said(stopped) == "first"
        os.kill(stopped.pid, signal.SIGSTOP)
        # Until its lease has lapsed, the other is asked to come again.
        end = time.monotonic() + WAIT
        while True:
            tell(other, "begin")
            if (answer := said(other)) == "takeover":
                break
            assert answer == "in_progress" and time.monotonic() < end
        os.kill(stopped.pid, signal.SIGCONT)
        tell(stopped, "end")
        assert said(stopped) == "claim_lost"
        # Nothing of the other's was overwritten: it still holds the claim, and can finish it.
        tell(other, "end")
        assert said(other) == "finished"
    with once(delivery()) as first:
        assert not first


@pytest.mark.parametrize("variant", ["once", "transaction"])
def test_kill_9_loses_no_event_and_runs_none_again_that_was_finished(
    shared: Place, variant: str, tmp_path: Path
) -> None:
    if variant == "transaction" and shared.kind == "redis":
        pytest.skip("Redis cannot join a transaction")
    report = play(shared, variant, kills=10, folder=tmp_path)
    assert report.kills == 10 and report.events > 50
    assert report.lost == [] and report.again == []
    if variant == "transaction":
        assert len(report.effects) == report.events and {rows for _, rows in report.effects} == {1}


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_what_a_fork_claims_is_kept_when_its_parent_closes_the_file(tmp_path: Path) -> None:
    # SQLite takes the locks that its parent had for its own. The parent then takes itself for the last one that has the
    # file open, and deletes the log to which the child writes.
    store = SQLiteStore(tmp_path / "once.db")
    store.claim("one", "t1", "b", 45_000, 1_000_000)
    (is_open, opened), (is_closed, closed) = os.pipe(), os.pipe()
    child = os.fork()
    if child == 0:
        status = 1
        try:
            store.claim("two", "t1", "b", 45_000, 1_000_000)
            os.write(opened, b"x")
            os.read(is_closed, 1)
            store.claim("three", "t1", "b", 45_000, 1_000_000)
            status = 0
        finally:
            os._exit(status)
    os.read(is_open, 1)
    store.close()
    os.write(closed, b"x")
    assert os.waitpid(child, 0)[1] == 0
    assert [store.claim(key, "t2", "b", 45_000, 1_000_000).answer for key in ("one", "two", "three")] == ["busy"] * 3
    store.close()
