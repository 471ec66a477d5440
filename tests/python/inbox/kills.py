"""Kills a receiver and a worker at random moments while events are sent, each until it is answered 200.

`python -m inbox.kills [KILLS] [KIND…]` does so many kills, by default 200, on each database, and prints what happened.
"""

import http.client
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from hookseal import sign
from inbox.places import Place, until, until_stats
from once.stores import WAIT, free_port, postgres_server
from once.support import SECRET, envelope

FOLDER = Path(__file__).parents[1]

# How many events are sent at once.
SENDERS = 4


class Processes:
    """The receivers and workers of a place."""

    def __init__(self, parent: "subprocess.Popen[str]", port: int, log: Path) -> None:
        self._parent = parent
        self.port = port
        self.log = log

    def start(self, words: str) -> int:
        assert self._parent.stdin and self._parent.stdout
        print(words, file=self._parent.stdin, flush=True)
        return int(self._parent.stdout.readline())

    def lines(self) -> list[str]:
        # A line that was cut off by a kill has no line feed.
        return self.log.read_text().split("\n")[:-1] if self.log.exists() else []

    def starts(self) -> int:
        return sum(line.startswith("start ") for line in self.lines())


@contextmanager
def processes(place: Place, folder: Path) -> Iterator[Processes]:
    port, log, pipe = free_port(), folder / "log", subprocess.PIPE
    command = [sys.executable, "-m", "inbox.process", json.dumps(place), str(port), str(log)]
    with subprocess.Popen(command, cwd=FOLDER, stdin=pipe, stdout=pipe, text=True) as parent:
        yield Processes(parent, port, log)


def kill(process: int) -> None:
    os.kill(process, signal.SIGKILL)


def is_alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    return True


@dataclass
class Report:
    """What happened to the events that were sent."""

    kills: int
    # How many events were answered 200.
    events: int
    # How many times a handler started.
    starts: int
    # Events that were answered 200 and whose handler never ended.
    lost: list[str]
    # How many rows handlers wrote in their transaction, for each event.
    effects: Counter[str]
    # The longest time from the kill of a worker, whose successor starts at once, until a handler started.
    resumed: float

    def __str__(self) -> str:
        most = max(self.effects.values(), default=0)
        return (
            f"{self.kills} kills of each, {self.events} events, {self.starts} starts; {len(self.lost)} lost; "
            f"{len(self.effects)} with effects, at most {most} each; work resumed within {self.resumed:.2f} s"
        )


class Sent:
    """Events that senders send, each again until it is answered 200."""

    def __init__(self, port: int) -> None:
        self._port = port
        self.accepted: list[str] = []
        self.is_over = False
        self.errors: list[BaseException] = []

    def send(self, number: int) -> None:
        try:
            count = 0
            while not self.is_over:
                id = f"evt-{number}-{count}"
                end = time.monotonic() + WAIT
                while self._post(id) != 200:
                    assert time.monotonic() < end, f"{id} was never accepted"
                    time.sleep(0.02)
                self.accepted.append(id)
                count += 1
                # As many as a worker can do, so that what was killed is soon handled.
                time.sleep(0.02)
        except BaseException as error:
            self.errors.append(error)

    def _post(self, id: str) -> int:
        body = envelope(id)
        connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=WAIT)
        try:
            connection.request("POST", "/", body, sign(body, SECRET))
            return connection.getresponse().status
        except (OSError, http.client.HTTPException):
            return 0
        finally:
            connection.close()


def play(place: Place, variant: str, kills: int, folder: Path) -> Report:
    """Sends events while a receiver and a worker are killed and started again so many times."""
    inbox = place.open()
    inbox.create()
    place.change("CREATE TABLE effects (id text)")
    chance, resumed = random.Random(kills), 0.0
    with processes(place, folder) as started:
        sent = Sent(started.port)
        receiver, worker = started.start("receive"), started.start(f"work {variant}")
        senders = [threading.Thread(target=sent.send, args=(number,)) for number in range(SENDERS)]
        for sender in senders:
            sender.start()
        try:
            for _ in range(kills):
                grown(lambda: len(sent.accepted) + started.starts(), 2 * SENDERS, "events get through")
                time.sleep(chance.uniform(0, 0.05))
                # One of them first, and then perhaps the other one at once.
                if chance.random() < 0.5:
                    kill(receiver)
                    receiver = started.start("receive")
                    time.sleep(chance.uniform(0, 0.05))
                kill(worker)
                killed_at, before = time.monotonic(), started.starts()
                worker = started.start(f"work {variant}")
                until(lambda before=before: started.starts() > before, "work resumes")  # type: ignore[misc]
                resumed = max(resumed, time.monotonic() - killed_at)
                kill(receiver)
                receiver = started.start("receive")
            sent.is_over = True
            for sender in senders:
                sender.join()
            assert not sent.errors, sent.errors
            # The last ones are not killed before everything is handled.
            until_stats(inbox, lambda stats: stats.pending.number + stats.running.number == 0, "all is handled")
        finally:
            sent.is_over = True
            kill(receiver)
            kill(worker)
        seen = Counter(tuple(line.split(" ", 1)) for line in started.lines())
        starts = started.starts()
    effects = Counter(str(row[0]) for row in place.change("SELECT id FROM effects"))
    # A handler that was killed after its commit has written, and has not said so.
    lost = [id for id in sent.accepted if not seen["done", id] and id not in effects]
    inbox.close()
    return Report(kills, len(sent.accepted), starts, lost, effects, resumed)


def grown(number: Callable[[], int], more: int, what: str) -> None:
    before = number()
    until(lambda: number() >= before + more, what)


def check(report: Report, variant: str) -> None:
    """Fails if an event was lost, or had no effect, or two."""
    assert report.lost == [], report
    if variant == "transaction":
        assert len(report.effects) >= report.events and set(report.effects.values()) == {1}, report


def main() -> None:
    kills = int(sys.argv[1]) if len(sys.argv) > 1 else 200
    with ExitStack() as stack:
        for kind in sys.argv[2:] or ["sqlite", "postgres"]:
            place = Place(kind, str(Path(stack.enter_context(tempfile.TemporaryDirectory())) / "inbox.db"))
            if kind == "postgres":
                place = Place(kind, port=stack.enter_context(postgres_server()).port)
            for variant in ("plain", "transaction"):
                place.empty()
                report = play(place, variant, kills, Path(stack.enter_context(tempfile.TemporaryDirectory())))
                print(f"{kind}, {variant}: {report}", flush=True)
                check(report, variant)


if __name__ == "__main__":
    main()
