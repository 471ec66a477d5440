"""Kills a receiver at random moments while the sandbox sends events to it.

`python -m once.kills [KILLS] [STORE…]` does so many kills, by default 200, on each store, and prints what happened.
"""

import json
import os
import random
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections import Counter
from contextlib import ExitStack, closing
from dataclasses import dataclass
from pathlib import Path

import psycopg
from hookseal.once import Once
from once.sender import Sender, sandbox
from once.stores import WAIT, Place, dsn, free_port, postgres_server, redis_server

FOLDER = Path(__file__).parents[1]
# How many events are emitted before each kill, and how many deliveries at least are answered 2xx before it.
EVENTS, ANSWERED = 12, 6


@dataclass
class Report:
    """What happened to the events that were sent."""

    kills: int
    events: int
    starts: int
    # Events that were answered 200 and whose handler never ended.
    lost: list[str]
    # Events whose handler started again after its claim was finished.
    again: list[str]
    # The events for which handlers wrote a row in their transaction, and how many.
    effects: list[tuple[str, int]]

    def __str__(self) -> str:
        most = max((rows for _, rows in self.effects), default=0)
        return (
            f"{self.kills} kills, {self.events} events, {self.starts} starts; {len(self.lost)} lost, {len(self.again)} "
            f"run again after their finish; {len(self.effects)} with effects, at most {most} each"
        )


def play(place: Place, variant: str, kills: int, folder: Path) -> Report:
    """Lets the sandbox send events while the receiver is killed and started again so many times. Then all failed
    deliveries are sent again, and at last every event once more."""
    Once(place.open(), scope="test").create()
    effects(place, "CREATE TABLE effects (id text)")
    port, log = free_port(), folder / "log"
    command = [sys.executable, "-m", "once.receiver", json.dumps(place), variant, str(port), str(log)]
    chance = random.Random(kills)
    with tempfile.TemporaryDirectory() as data, sandbox(Path(data), port) as sender:
        environment = {**os.environ, "HOOKSEAL_TEST_SECRET": sender.secret}
        parent = subprocess.Popen(
            command, cwd=FOLDER, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        with parent:
            assert parent.stdin and parent.stdout
            for number in range(kills + 1):
                print("start", file=parent.stdin, flush=True)
                receiver = int(parent.stdout.readline())
                try:
                    if number == kills:
                        # The last one is not killed before every event is accepted, and a duplicate of each.
                        accepted = end(sender)
                        break
                    before, until = sender.count("delivered"), time.monotonic() + WAIT
                    sender.emit(EVENTS)
                    while sender.count("delivered") < before + ANSWERED:
                        os.kill(receiver, 0)
                        assert time.monotonic() < until, "the receiver does not work"
                        time.sleep(0.005)
                    time.sleep(chance.uniform(0, 0.05))
                finally:
                    os.kill(receiver, signal.SIGKILL)
            parent.stdin.close()
    return read(log, kills, accepted, written(place))


def end(sender: Sender) -> list[str]:
    """Waits until every event is accepted, sends each once more, and returns their ids."""
    until = time.monotonic() + WAIT
    sender.settle()
    while sender.count("failed"):
        assert time.monotonic() < until, "an event is never accepted"
        sender.retry()
        sender.settle()
    accepted = sender.deliveries("delivered")
    ids = [delivery["id"] for delivery in accepted]
    for first in range(0, len(ids), 100):
        sender.retry(*ids[first : first + 100])
    sender.settle()
    assert sender.count("delivered") == len(ids), "a duplicate is answered like a success"
    return [delivery["event_id"] for delivery in accepted]


def read(log: Path, kills: int, accepted: list[str], effects: list[str]) -> Report:
    seen: Counter[tuple[str, str]] = Counter()
    again = []
    # A line that was cut off by a kill has no line feed.
    for line in log.read_text().split("\n")[:-1]:
        word, _, id = line.partition(" ")
        if word == "start" and seen["finished", id]:
            again.append(id)
        seen[word, id] += 1
    # A handler that was killed after its commit has written, and has not said so.
    lost = [id for id in accepted if not seen["done", id] and id not in effects]
    starts = sum(count for (word, _), count in seen.items() if word == "start")
    return Report(kills, len(accepted), starts, lost, again, Counter(effects).most_common())


def effects(place: Place, statement: str) -> list[str]:
    """Runs a statement on the handlers' table, and returns the first column."""
    if place.kind == "sqlite":
        with closing(sqlite3.connect(place.path)) as connection, connection:
            return [row[0] for row in connection.execute(statement)]
    if place.kind == "postgres":
        with psycopg.connect(dsn(place.port)) as own:
            cursor = own.execute(statement)
            return [row[0] for row in cursor] if cursor.description else []
    return []


def written(place: Place) -> list[str]:
    return effects(place, "SELECT id FROM effects")


def main() -> None:
    kills = int(sys.argv[1]) if len(sys.argv) > 1 else 200
    kinds = sys.argv[2:] or ["sqlite", "postgres", "redis"]
    with ExitStack() as stack:
        for kind in kinds:
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
            place = Place("sqlite", str(folder / "once.db"))
            if kind == "postgres":
                place = Place(kind, port=stack.enter_context(postgres_server()).port)
            if kind == "redis":
                place = Place(kind, port=stack.enter_context(redis_server("--appendonly", "yes")).port)
            for variant in ["once"] if kind == "redis" else ["once", "transaction"]:
                place.empty()
                (folder / "log").unlink(missing_ok=True)
                print(f"{kind}, {variant}: {play(place, variant, kills, folder)}", flush=True)


if __name__ == "__main__":
    main()
