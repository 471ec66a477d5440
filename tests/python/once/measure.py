"""Measures the stores: `python -m once.measure`. Run it on an idle machine; every figure is a ratio within one run.

- memory: a claim and its finish, beside a look-up and an insertion in a dict
- SQLite and PostgreSQL: claims in a table with a million kept keys, beside an empty one
- Redis and PostgreSQL: a claim and its finish, beside a bare `SET NX` and `INSERT … ON CONFLICT`
"""

import itertools
import sqlite3
import statistics
import tempfile
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import psycopg
import psycopg_pool
import redis
from hookseal.once import MemoryStore, SQLiteStore
from hookseal.once.postgres import PostgresStore
from hookseal.once.redis import RedisStore
from once.stores import dsn, postgres_server, redis_server

LEASE, KEEP = 45_000, 30 * 86_400_000
BODY = "b" * 64
MILLION = 1_000_000

numbers = itertools.count()


def each(act: Callable[[str], object], times: int) -> float:
    """Microseconds, the median of five rounds."""
    rounds = []
    for _ in range(5):
        keys = [f"4.acme6.contio10.evt-{next(numbers):06}" for _ in range(times)]
        start = time.perf_counter()
        for key in keys:
            act(key)
        rounds.append((time.perf_counter() - start) / times * 1e6)
    return statistics.median(rounds)


def once(store: Any) -> Callable[[str], object]:
    def act(key: str) -> None:
        store.claim(key, "t", BODY, LEASE, KEEP)
        store.finish(key, "t", KEEP)

    return act


def say(what: str, ours: float, floor: float, of: str) -> None:
    print(f"{what}: {ours:.2f} µs, {ours / floor:.2f} times {of} ({floor:.2f} µs)", flush=True)


def memory() -> None:
    known: dict[str, str] = {}

    def bare(key: str) -> None:
        if known.get(key) is None:
            known[key] = BODY

    say("memory", each(once(MemoryStore(MILLION)), 50_000), each(bare, 50_000), "a look-up and an insertion")


def sqlite() -> None:
    with tempfile.TemporaryDirectory() as folder:
        empty, full = SQLiteStore(Path(folder) / "empty.db"), SQLiteStore(Path(folder) / "full.db")
        full.create()
        with closing(sqlite3.connect(Path(folder) / "full.db")) as connection, connection:
            rows = ((f"4.acme6.contio12.kept-{number:07}", number) for number in range(MILLION))
            statement = "INSERT INTO hookseal_once VALUES (?, 't', 'done', 'b', 1, 1, 9000000000000 + ?, 0)"
            connection.executemany(statement, rows)
        floor = each(once(empty), 300)
        say("SQLite with a million keys", each(once(full), 300), floor, "an empty table")


def postgres() -> None:
    with postgres_server() as server, psycopg_pool.ConnectionPool(dsn(server.port), min_size=1) as pool:
        store = PostgresStore(pool)
        store.create()
        floor = each(once(store), 300)
        with pool.connection() as connection:
            connection.execute(
                "INSERT INTO hookseal_once SELECT '4.acme6.contio12.kept-' || lpad(n::text, 7, '0'), 't', 'done', 'b', 1, "
                "1, 9000000000000 + n, 0 FROM generate_series(1, 1000000) AS n"
            )
            connection.execute("CREATE TABLE bare (key text PRIMARY KEY)")
        with psycopg.connect(dsn(server.port), autocommit=True) as own:
            own.execute("ANALYZE")
            insert = "INSERT INTO bare VALUES (%s) ON CONFLICT DO NOTHING"
            bare = each(lambda key: own.execute(insert, (key,)), 300)
        full = each(once(store), 300)
        say("PostgreSQL with a million keys", full, floor, "an empty table")
        say("PostgreSQL", full, bare, "a bare INSERT … ON CONFLICT")


def in_redis() -> None:
    with redis_server("--appendonly", "yes") as server, redis.Redis(port=server.port) as client:
        floor = each(lambda key: client.set(key, BODY, nx=True, px=KEEP), 1000)
        say("Redis", each(once(RedisStore(client)), 1000), floor, "a bare SET NX")


if __name__ == "__main__":
    memory()
    sqlite()
    postgres()
    in_redis()
