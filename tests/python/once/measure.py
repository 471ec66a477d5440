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


def pair(
    act: Callable[[str], object], floor: Callable[[str], object], times: int, rounds: int = 7
) -> tuple[float, float]:
    """Microseconds of both, each the median of its rounds, which are taken in turns."""
    found: tuple[list[float], list[float]] = ([], [])
    for _ in range(rounds):
        for one, into in zip((act, floor), found):
            keys = [f"4.acme6.contio10.evt-{next(numbers):06}" for _ in range(times)]
            start = time.perf_counter()
            for key in keys:
                one(key)
            into.append((time.perf_counter() - start) / times * 1e6)
    return statistics.median(found[0]), statistics.median(found[1])


def once(store: Any) -> Callable[[str], object]:
    def act(key: str) -> None:
        store.claim(key, "t", BODY, LEASE, KEEP)
        store.finish(key, "t", KEEP)

    return act


def say(what: str, times: tuple[float, float], of: str) -> None:
    ours, floor = times
    print(f"{what}: {ours:.2f} µs, {ours / floor:.2f} times {of} ({floor:.2f} µs)", flush=True)


def memory() -> None:
    known: dict[str, str] = {}

    def bare(key: str) -> None:
        if known.get(key) is None:
            known[key] = BODY

    # Short rounds, of which the median is not one that another process interrupted.
    say("memory", pair(once(MemoryStore(MILLION)), bare, 500, 400), "a look-up and an insertion")
    known.clear()
    say("memory that is full", pair(once(MemoryStore()), bare, 500, 400), "a look-up and an insertion")


def sqlite() -> None:
    with tempfile.TemporaryDirectory() as folder:
        empty, full = SQLiteStore(Path(folder) / "empty.db"), SQLiteStore(Path(folder) / "full.db")
        full.create()
        with closing(sqlite3.connect(Path(folder) / "full.db")) as connection, connection:
            rows = ((f"4.acme6.contio12.kept-{number:07}", number) for number in range(MILLION))
            statement = "INSERT INTO hookseal_once VALUES (?, 't', 'done', 'b', 1, 1, 9000000000000 + ?, 0)"
            connection.executemany(statement, rows)
        say("SQLite with a million keys", pair(once(full), once(empty), 300), "an empty table")


def postgres() -> None:
    with postgres_server() as server:
        pools = []
        for schema in ("t_empty", "t_full"):
            with psycopg.connect(dsn(server.port), autocommit=True) as own:
                own.execute(f"CREATE SCHEMA {schema}")
            options = {"options": f"-c search_path={schema}"}
            pools.append(psycopg_pool.ConnectionPool(dsn(server.port), kwargs=options, min_size=1, open=True))
        empty, full = (PostgresStore(pool) for pool in pools)
        for store in (empty, full):
            store.create()
        with pools[1].connection() as connection:
            connection.execute(
                "INSERT INTO hookseal_once SELECT '4.acme6.contio12.kept-' || lpad(n::text, 7, '0'), 't', 'done', 'b', 1, "
                "1, 9000000000000 + n, 0 FROM generate_series(1, 1000000) AS n"
            )
        with psycopg.connect(dsn(server.port), autocommit=True) as own:
            own.execute("CREATE TABLE bare (key text PRIMARY KEY)")
            own.execute("VACUUM ANALYZE")
            insert = "INSERT INTO bare VALUES (%s) ON CONFLICT DO NOTHING"
            say("PostgreSQL with a million keys", pair(once(full), once(empty), 100, 15), "an empty table")
            floor = pair(once(empty), lambda key: own.execute(insert, (key,)), 100, 15)
            say("PostgreSQL", floor, "a bare INSERT … ON CONFLICT")
        for pool in pools:
            pool.close()


def in_redis() -> None:
    with redis_server("--appendonly", "yes") as server, redis.Redis(port=server.port) as client:
        times = pair(once(RedisStore(client)), lambda key: client.set(key, BODY, nx=True, px=KEEP), 200, 15)
        say("Redis", times, "a bare SET NX")


if __name__ == "__main__":
    memory()
    sqlite()
    postgres()
    in_redis()
