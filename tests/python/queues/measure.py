"""python -m queues.measure [ROUNDS]: how many deliveries a second, and after how long, an inbox and other queues have
taken on, each with what it acknowledges synced on the disk, next to bare commits to the same disk. Each round measures
all of them, in another order. Run it on an idle machine; only the ratios mean something."""

import os
import sqlite3
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from itertools import count
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any

import procrastinate
from celery import Celery
from hookseal import Delivery, WebhookVerifier
from hookseal.inbox import Inbox
from hookseal.inbox.postgres import PostgresStore
from hookseal.queue import Seal, hand_over, stored
from once.stores import dsn, postgres_server, redis_server
from psycopg_pool import ConnectionPool
from senders import NOW, SECRET, contio, envelope

COUNT, AT_ONCE, ALONE = 1000, 50, 100
SEAL = Seal("a sealing key that is measured, of 42 bytes")
VERIFIER = WebhookVerifier(SECRET, now=NOW)
NUMBERS = count()

Put = Callable[[Delivery], object]


def deliveries(number: int) -> list[Delivery]:
    bodies = [envelope(event_id=f"evt-{next(NUMBERS)}") for _ in range(number)]
    return [VERIFIER.verify(contio(body), body) for body in bodies]


def timed(act: Callable[[], object]) -> float:
    begun = time.perf_counter()
    act()
    return time.perf_counter() - begun


def bare_commit(folder: str) -> float:
    """The median time of a bare commit, in seconds."""
    with closing(sqlite3.connect(f"{folder}/bare.db", isolation_level=None)) as connection:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("CREATE TABLE IF NOT EXISTS bare (id INTEGER PRIMARY KEY, body TEXT)")
        insert = "INSERT INTO bare (body) VALUES (?)"
        return median(timed(lambda: connection.execute(insert, ["x" * 250])) for _ in range(ALONE))


def measure(put: Put) -> tuple[float, float]:
    """How many a second, so many at once, and the median time of one alone, in seconds."""
    given = deliveries(COUNT)
    with ThreadPoolExecutor(AT_ONCE) as threads:
        rate = COUNT / timed(lambda: list(threads.map(put, given)))
    return rate, median(timed(lambda: put(one)) for one in deliveries(ALONE))


@contextmanager
def contenders(folder: str) -> Any:
    redis_options = ["--appendonly", "yes", "--appendfsync", "always"]
    with postgres_server(fsync="on") as server, redis_server(*redis_options) as queue:
        jobs = procrastinate.App(connector=procrastinate.SyncPsycopgConnector(conninfo=dsn(server.port), max_size=10))
        celery = Celery("contio", broker=f"redis://127.0.0.1:{queue.port}")
        with jobs.open(), ConnectionPool(dsn(server.port), max_size=10) as pool:
            jobs.schema_manager.apply_schema()
            in_file = Inbox(f"{folder}/inbox.db", scope="contio", on_notice=lambda _: None)
            on_server = Inbox(PostgresStore(pool), scope="contio", on_notice=lambda _: None)
            defer = jobs.configure_task("work").defer
            handed = hand_over(
                lambda delivery, key: celery.send_task("work", [stored(delivery, seal=SEAL)]),
                scope="contio",
                timeout=60,
            )
            yield {
                "inbox.put, SQLite": in_file.put,
                "inbox.put, PostgreSQL": on_server.put,
                "defer of procrastinate": lambda delivery: defer(event=delivery.event()),
                "the same, sealed": lambda delivery: defer(text=stored(delivery, seal=SEAL)),
                "send_task of Celery, over Redis": lambda delivery: celery.send_task("work", [delivery.event()]),
                "the same, sealed and handed over": handed.put,
            }
            in_file.close()


def main() -> None:
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 3
    # In the current folder: a temporary one may be in memory.
    with TemporaryDirectory(dir=Path.cwd()) as folder:
        os.chmod(folder, 0o755)
        os.environ["TMPDIR"] = folder
        rates: dict[str, list[float]] = {}
        times: dict[str, list[float]] = {}
        bare = []
        with contenders(folder) as all_of_them:
            for number in range(rounds):
                order = list(all_of_them.items())
                for name, put in order if number % 2 == 0 else reversed(order):
                    bare.append(bare_commit(folder))
                    rate, alone = measure(put)
                    rates.setdefault(name, []).append(rate)
                    times.setdefault(name, []).append(alone)
        commit = median(bare)
        print(f"A bare commit takes {commit * 1000:.2f} ms; the medians of {rounds} rounds.\n")
        print(f"| | a second, {AT_ONCE} at once | for each bare commit | one alone, in bare commits |")
        print("|---|---|---|---|")
        for name in all_of_them:
            rate = median(rates[name])
            print(f"| {name} | {rate:.0f} | {rate * commit:.1f} | {median(times[name]) / commit:.1f} |")


if __name__ == "__main__":
    main()
