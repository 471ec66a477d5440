"""Kills a receiver at random moments while events are sent, each until it is answered 200.

`python -m once.kills [KILLS] [STORE…]` does so many kills, by default 200, on each store, and prints what happened.
"""

import http.client
import json
import os
import random
import signal
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from contextlib import ExitStack, closing
from dataclasses import dataclass
from pathlib import Path

import psycopg
from hookseal import sign
from hookseal.once import Once
from once.stores import WAIT, Place, dsn, free_port, postgres_server, redis_server
from once.support import NOW, SECRET, envelope

FOLDER = Path(__file__).parents[1]
SENDERS = 6


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


class Senders:
    """Threads that send events, each one again until it is answered 200, and then once more."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._stop = threading.Event()
        self._threads = [threading.Thread(target=self._send, args=(number,), daemon=True) for number in range(SENDERS)]
        self.accepted: list[str] = []

    def __enter__(self) -> "Senders":
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join(WAIT)
            assert not thread.is_alive(), "an event was never accepted"

    def _send(self, number: int) -> None:
        count = 0
        while not self._stop.is_set():
            id = f"evt-{number}-{count}"
            count += 1
            while self._post(id) != 200:
                time.sleep(0.02)
            self.accepted.append(id)
            self._post(id)

    def _post(self, id: str) -> int:
        body = envelope(id)
        try:
            with closing(http.client.HTTPConnection("127.0.0.1", self._port, timeout=WAIT)) as connection:
                connection.request("POST", "/", body, sign(body, SECRET, timestamp=NOW))
                return connection.getresponse().status
        except (OSError, http.client.HTTPException):
            return 0


def play(place: Place, variant: str, kills: int, folder: Path) -> Report:
    """Sends events while the receiver is killed and started again so many times."""
    Once(place.open(), scope="test").create()
    effects(place, "CREATE TABLE effects (id text)")
    port, log = free_port(), folder / "log"
    command = [sys.executable, "-m", "once.receiver", json.dumps(place), variant, str(port), str(log)]
    chance = random.Random(kills)
    parent = subprocess.Popen(command, cwd=FOLDER, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    with parent, Senders(port) as senders:
        assert parent.stdin and parent.stdout
        for number in range(kills + 1):
            print("start", file=parent.stdin, flush=True)
            receiver = int(parent.stdout.readline())
            try:
                before = len(senders.accepted)
                end = time.monotonic() + WAIT
                # At least a few events get through between two kills.
                while len(senders.accepted) < before + SENDERS:
                    os.kill(receiver, 0)
                    assert time.monotonic() < end, "the receiver does not work"
                    time.sleep(0.005)
                time.sleep(chance.uniform(0, 0.05))
                if number == kills:
                    # The last one is not killed before every event that was begun is accepted.
                    senders.__exit__()
            finally:
                os.kill(receiver, signal.SIGKILL)
        parent.stdin.close()
    return read(log, kills, senders.accepted, written(place))


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
