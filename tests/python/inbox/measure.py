"""Measures the inbox: `python -m inbox.measure`. Run it on an idle machine; every figure is a ratio within one run.

- how long a put takes while so many a second are stored, beside one bare synced commit of the same disk
- sustained rates of puts, and of handled deliveries, in multiples of bare commits one after another
- the same with a million kept keys, and the memory with 100,000 that wait
"""

import resource
import sqlite3
import statistics
import tempfile
import threading
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from hookseal import Delivery
from hookseal.inbox import Inbox, Received
from hookseal.inbox._protocol import Request
from inbox.places import Place
from once.support import delivery

# How many senders store at once, how many they store, and how many a second are stored where their times are taken.
SENDERS, EVENTS, RATE = 64, 4_000, 1_000
KEPT, PENDING = 1_000_000, 100_000


def succeed(_: Received) -> None: ...


def commits(folder: Path) -> list[float]:
    """How long bare commits take, one after another, in seconds."""
    times = list[float]()
    with closing(sqlite3.connect(folder / "bare.db", isolation_level=None)) as own:
        own.execute("PRAGMA journal_mode = WAL")
        own.execute("PRAGMA synchronous = FULL")
        own.execute("CREATE TABLE IF NOT EXISTS bare (id INTEGER PRIMARY KEY, body BLOB)")
        body = delivery().body
        for _ in range(300):
            start = time.perf_counter()
            own.execute("INSERT INTO bare (body) VALUES (?)", (body,))
            times.append(time.perf_counter() - start)
    return times


def together(number: int, act: Callable[[int], None]) -> float:
    """How long it takes until so many threads have ended, in seconds."""
    threads = [threading.Thread(target=act, args=(thread,)) for thread in range(number)]
    start = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return time.perf_counter() - start


def deliveries(name: str, number: int) -> list[Delivery]:
    return [delivery(f"{name}-{event}") for event in range(number)]


def puts(inbox: Inbox, name: str) -> float:
    """How many are stored in a second."""
    own = deliveries(name, EVENTS)

    def put(thread: int) -> None:
        for one in own[thread::SENDERS]:
            inbox.put(one)

    return EVENTS / together(SENDERS, put)


def at_rate(inbox: Inbox, name: str) -> list[float]:
    """How long each put takes while so many a second are stored, in seconds."""
    own, times, start = deliveries(name, EVENTS), list[float](), time.perf_counter()

    def put(thread: int) -> None:
        for number in range(thread, EVENTS, SENDERS):
            due = start + number / RATE
            time.sleep(max(0.0, due - time.perf_counter()))
            inbox.put(own[number])
            # From when it was due: waiting for a thread counts.
            times.append(time.perf_counter() - due)

    together(SENDERS, put)
    return times


def done(inbox: Inbox, concurrency: int) -> float:
    """How many are handled in a second, by handlers that do nothing."""
    number = waiting(inbox)
    start = time.perf_counter()
    with inbox.work(succeed, concurrency=concurrency):
        while waiting(inbox):
            time.sleep(0.05)
    return number / (time.perf_counter() - start)


def waiting(inbox: Inbox) -> int:
    """How many are not handled: `stats` also counts a million kept keys, which takes longer."""
    number: int = inbox._shared.store.ask(Request("load", {})).result()[0]
    return number


def keep(path: str, number: int) -> None:
    with closing(sqlite3.connect(path)) as own, own:
        own.executemany(
            "INSERT INTO hookseal_inbox (key, state, scheme, has_envelope, received_at, attempts, is_takeover, "
            "finished_at, keep_until, digest, size) VALUES (?, 'done', 's', 0, 1, 1, 0, 1, 9000000000000, ?, 1)",
            ((f"kept-{key:07}", f"{key:064x}") for key in range(number)),
        )


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        place = Place("sqlite", str(Path(folder) / "inbox.db"))
        inbox = place.open(max_pending=10**9, max_pending_bytes=10**12, on_notice=lambda _: None)
        inbox.create()
        for name in ("empty", "with a million kept keys"):
            bare = commits(Path(folder))
            commit = 1 / statistics.mean(bare)
            print(f"{name}: a bare commit takes {statistics.median(bare) * 1000:.2f} ms, p99 {p99(bare):.2f} ms")
            times = at_rate(inbox, f"rate {name}")
            ratio = p99(times) / p99(bare)
            print(f"  a put at {RATE} a second: p99 {p99(times):.2f} ms, {ratio:.1f} times the p99 of a bare commit")
            rate = puts(inbox, f"put {name}")
            print(f"  puts: {rate:.0f} a second, {rate / commit:.1f} times bare commits ({commit:.0f})")
            for concurrency in (10, 64):
                if concurrency == 64:
                    puts(inbox, f"more {name}")
                rate = done(inbox, concurrency)
                print(f"  done, {concurrency} at a time: {rate:.0f} a second, {rate / commit:.1f} times", flush=True)
            if name == "empty":
                keep(place.path, KEPT)
        before = memory()
        for first in range(0, PENDING, EVENTS):
            puts(inbox, f"pending {first}")
        with inbox.work(lambda _: time.sleep(0.01)):
            time.sleep(1)
            print(f"{waiting(inbox)} wait: {memory() - before} MiB more than before", flush=True)
        inbox.close()


def p99(times: list[float]) -> float:
    """In milliseconds."""
    return sorted(times)[len(times) * 99 // 100] * 1000


def memory() -> int:
    """The most that was used, in MiB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


if __name__ == "__main__":
    main()
