"""Stores that are down, stopped, full, read-only or locked, or that lose their connection: a delivery is answered 503,
and no call hangs beyond its limit."""

import asyncio
import os
import signal
import socket
import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import psycopg
import psycopg_pool
import pytest
import redis
from hookseal import WebhookVerificationError
from hookseal.once import Claimed, MemoryStore, Notice, Once, SQLiteStore, StoreError
from hookseal.once.postgres import AsyncPostgresStore, PostgresStore
from hookseal.once.redis import AsyncRedisStore, RedisStore
from once.proxy import Proxy
from once.stores import WAIT, Place, dsn, free_port
from once.support import delivery

# What a call may take in these tests; they fail long after it.
LIMIT = 0.5


def ended(call: Callable[[], Any]) -> Any:
    """What a call returned or raised. The test fails if it hangs, and not if the machine is slow."""
    results: list[Any] = []

    def run() -> None:
        try:
            results.append(call())
        except Exception as error:
            results.append(error)

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    thread.join(WAIT)
    assert results, "the call hangs"
    return results[0]


def assert_postponed(store: Any) -> None:
    """The delivery is postponed and its handler not called, and no handler that has run is answered otherwise."""
    notices: list[Notice] = []
    once = Once(store, scope="test", on_notice=notices.append)

    async def handle() -> None:
        raise AssertionError("the handler must not run")

    if store.is_async:
        error = ended(lambda: asyncio.run(once.run_async(delivery(), handle)))
    else:
        error = ended(lambda: once.run(delivery(), lambda: asyncio.run(handle())))
    assert isinstance(error, WebhookVerificationError), error
    assert (error.code, error.status, error.retry_after) == ("store_unavailable", 503, 30)
    assert [notice.name for notice in notices] == ["store_unavailable"]


def claim(store: Any, token: str = "t1") -> Claimed:
    claimed: Claimed = store.claim("k", token, "b", 45_000, 1_000_000)
    return claimed


def test_a_server_that_is_down_is_answered_503() -> None:
    port = free_port()

    async def connecting() -> Any:
        return await psycopg.AsyncConnection.connect(dsn(port))

    assert_postponed(PostgresStore(lambda: psycopg.connect(dsn(port))))
    assert_postponed(RedisStore(redis.Redis(port=port), timeout=LIMIT))
    assert_postponed(AsyncRedisStore(redis.asyncio.Redis(port=port), timeout=LIMIT))
    with psycopg_pool.ConnectionPool(dsn(port), open=False) as pool:
        assert_postponed(PostgresStore(pool, timeout=LIMIT))


@contextmanager
def silent() -> Iterator[int]:
    """The port of a server that accepts connections and never answers."""
    with socket.create_server(("127.0.0.1", 0), backlog=64) as own:
        yield own.getsockname()[1]


def test_a_redis_that_never_answers_is_given_up() -> None:
    with silent() as port:
        assert_postponed(RedisStore(redis.Redis(port=port, socket_timeout=1, retry=None), timeout=LIMIT))

        async def play() -> None:
            client = redis.asyncio.Redis(port=port, socket_timeout=1, retry=None)
            with pytest.raises(StoreError, match="within 0.5 s"):
                await AsyncRedisStore(client, timeout=LIMIT).claim("k", "t", "b", 1, 2)
            await client.aclose()

        ended(lambda: asyncio.run(play()))


def test_a_postgres_that_stops_within_a_statement_is_given_up(postgres_port: int) -> None:
    place = Place("postgres", port=postgres_port)
    place.empty()
    with psycopg_pool.ConnectionPool(dsn(postgres_port), min_size=1, max_size=1) as pool:
        store = PostgresStore(pool, timeout=LIMIT)
        store.create()
        with pool.connection() as connection:
            process = connection.info.backend_pid
        os.kill(process, signal.SIGSTOP)
        try:
            assert_postponed(store)
        finally:
            os.kill(process, signal.SIGCONT)
        # The pool has replaced the connection that was broken off.
        assert ended(lambda: claim(store, "t2")).answer == "first"


def test_an_async_postgres_that_stops_within_a_statement_is_given_up(postgres_port: int) -> None:
    place = Place("postgres", port=postgres_port)
    place.empty()
    place.open().create()

    async def play() -> None:
        async with psycopg_pool.AsyncConnectionPool(dsn(postgres_port), min_size=1, max_size=1) as pool:
            store = AsyncPostgresStore(pool, timeout=LIMIT)
            async with pool.connection() as connection:
                process = connection.info.backend_pid
            os.kill(process, signal.SIGSTOP)
            try:
                with pytest.raises(StoreError):
                    await store.claim("k", "t", "b", 1, 2)
            finally:
                os.kill(process, signal.SIGCONT)
            assert (await store.claim("l", "t", "b", 1, 2)).answer == "first"

    assert ended(lambda: asyncio.run(play())) is None


def test_a_claim_whose_answer_was_lost_is_sent_again_to_redis_and_is_one(redis_port: int) -> None:
    Place("redis", port=redis_port).empty()
    with closing(Proxy(redis_port)) as proxy:
        client = redis.Redis(port=proxy.port)
        store = RedisStore(client)
        assert store.claim("other", "t", "b", 10, 20).answer == "first"
        proxy.cut = b"EVALSHA"
        assert ended(lambda: claim(store)).answer == "first"
        assert proxy.cuts == 1 and claim(store, "t2").answer == "busy"
        proxy.cut = b"EVALSHA"
        assert ended(lambda: store.finish("k", "t1", 1_000_000)) is True
        assert proxy.cuts == 2 and claim(store, "t2").answer == "duplicate"
        client.close()


def test_a_claim_whose_answer_was_lost_by_postgres_is_answered_503_and_lapses(postgres_port: int) -> None:
    Place("postgres", port=postgres_port).empty()
    with closing(Proxy(postgres_port)) as proxy:
        store = PostgresStore(lambda: psycopg.connect(dsn(proxy.port), sslmode="disable", gssencmode="disable"))
        store.create()
        proxy.cut = b"INSERT INTO hookseal_once"
        assert_postponed(store)
        assert proxy.cuts == 1
        once = Once(Place("postgres", port=postgres_port).open(), scope="test")
        error = ended(lambda: once.run(delivery(), lambda: None))
        assert error.code == "in_progress", "the claim was made, and nobody knows"


def test_a_postgres_table_that_is_missing_says_so(postgres_port: int) -> None:
    place = Place("postgres", port=postgres_port)
    place.empty()
    assert_postponed(place.open())
    assert "UndefinedTable (42P01)" in str(ended(lambda: claim(place.open())))


def test_a_key_that_another_transaction_is_finishing_is_busy_and_not_waited_for(postgres_port: int) -> None:
    place = Place("postgres", port=postgres_port)
    place.empty()
    store = place.open()
    store.create()
    assert claim(store).answer == "first"
    with psycopg.connect(dsn(postgres_port)) as connection:
        assert store.finish_in(connection, "k", "t1", 1_000_000)
        # The row is locked, but its lease has not lapsed and nobody needs the lock to see that; after it has, one does.
        later = ended(lambda: store.claim("k", "t2", "b", 45_000, 1_000_000, 10**13))
        assert later.answer == "busy"
        connection.rollback()
    assert claim(store, "t3").answer == "busy"


def test_a_read_only_postgres_is_answered_503(postgres_port: int) -> None:
    place = Place("postgres", port=postgres_port)
    place.empty()
    place.open().create()
    options = "-c default_transaction_read_only=on"
    store = PostgresStore(lambda: psycopg.connect(dsn(postgres_port), options=options))
    assert_postponed(store)


def test_a_redis_that_refuses_to_write_is_answered_503(redis_port: int) -> None:
    place = Place("redis", port=redis_port)
    place.empty()
    client = redis.Redis(port=redis_port)
    for setting, value, normal in [("maxmemory", "1", "0"), ("min-replicas-to-write", "1", "0")]:
        client.config_set(setting, value)
        try:
            assert_postponed(place.open())
        finally:
            client.config_set(setting, normal)


def test_a_redis_that_evicts_keys_is_refused(redis_port: int) -> None:
    client = redis.Redis(port=redis_port)
    client.config_set("maxmemory", "100mb")
    client.config_set("maxmemory-policy", "allkeys-lru")
    try:
        with pytest.raises(WebhookVerificationError, match="noeviction"):
            Once(RedisStore(redis.Redis(port=redis_port, decode_responses=True)), scope="test").create()
    finally:
        client.config_set("maxmemory", "0")
        client.config_set("maxmemory-policy", "noeviction")


def test_a_redis_client_that_decodes_answers_works_too(redis_port: int) -> None:
    Place("redis", port=redis_port).empty()
    store = RedisStore(redis.Redis(port=redis_port, decode_responses=True))
    assert [claim(store, token).answer for token in ("t1", "t2")] == ["first", "busy"]


def test_a_redis_that_forgot_its_scripts_gets_them_again(redis_port: int) -> None:
    place = Place("redis", port=redis_port)
    place.empty()
    store = place.open()
    for token, answer in [("t1", "first"), ("t2", "busy")]:
        assert claim(store, token).answer == answer
        redis.Redis(port=redis_port).script_flush()


def test_a_sqlite_file_that_is_locked_full_or_no_database_is_answered_503(tmp_path: Path) -> None:
    path = tmp_path / "once.db"
    store = SQLiteStore(path, lock_timeout=0.05)
    store.create()
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        assert_postponed(store)
        other.execute("ROLLBACK")
    with store._connected() as connection:
        pages = connection.execute("PRAGMA page_count").fetchone()[0]
        connection.execute(f"PRAGMA max_page_count = {pages}")
    errors = []
    for number in range(100):
        try:
            store.claim("k" * 500 + str(number), "t", "b" * 64, 45_000, 1_000_000)
        except StoreError as error:
            errors.append(str(error))
            break
    assert errors in (["sqlite3.OperationalError (SQLITE_FULL)"], ["sqlite3.OperationalError"])
    # With the connection that was opened anew the file may grow again.
    assert claim(store).answer == "first"
    broken = tmp_path / "text.db"
    broken.write_text("this is not a database, and long enough to be taken for one" * 20)
    assert_postponed(SQLiteStore(broken))
    assert_postponed(SQLiteStore(tmp_path / "no" / "such" / "folder" / "once.db"))


def test_a_sqlite_file_that_is_read_only_is_answered_503(tmp_path: Path) -> None:
    store = SQLiteStore(tmp_path / "once.db")
    store.create()
    with store._connected() as connection:
        connection.execute("PRAGMA query_only = ON")
    assert_postponed(store)


def test_a_sqlite_store_is_usable_after_a_fork(tmp_path: Path) -> None:
    store = SQLiteStore(tmp_path / "once.db")
    assert claim(store).answer == "first"
    child = os.fork()
    if child == 0:
        answer = ""
        try:
            answer = claim(store, "t2").answer
        finally:
            os._exit(0 if answer == "busy" else 1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    assert store.finish("k", "t1", 1_000_000)


def test_an_error_of_a_store_shows_no_password(postgres_port: int) -> None:
    secret = "postgresql://hookseal:a-password@127.0.0.1:1/postgres?connect_timeout=1"
    error = ended(lambda: claim(PostgresStore(lambda: psycopg.connect(secret))))
    assert isinstance(error, StoreError) and "a-password" not in str(error)
    error = ended(lambda: claim(RedisStore(redis.Redis.from_url("redis://:a-password@127.0.0.1:1"), timeout=LIMIT)))
    assert isinstance(error, StoreError) and "a-password" not in str(error)


def test_wrong_sources_are_refused(postgres_port: int) -> None:
    with psycopg.connect(dsn(postgres_port)) as connection:
        for make in (
            lambda: PostgresStore(connection),  # type: ignore[arg-type]
            lambda: PostgresStore(dsn(postgres_port)),  # type: ignore[arg-type]
            lambda: PostgresStore(lambda: connection, timeout=0),
            lambda: RedisStore(redis.asyncio.Redis(port=1)),  # type: ignore[arg-type]
            lambda: AsyncRedisStore(redis.Redis(port=1)),  # type: ignore[arg-type]
            lambda: RedisStore(redis.Redis(port=1), timeout=0),
            lambda: MemoryStore().finish_in(connection, "k", "t", 1),
            lambda: RedisStore(redis.Redis(port=1)).finish_in(connection, "k", "t", 1),
        ):
            with pytest.raises(WebhookVerificationError) as caught:
                make()
            assert caught.value.code == "invalid_argument"
