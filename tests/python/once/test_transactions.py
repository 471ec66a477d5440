"""A claim that ends within the handler's own transaction: what the handler wrote takes effect exactly once."""

import asyncio
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import Any

import psycopg
import pytest
from hookseal import WebhookVerificationError
from hookseal.once import Notice, Once
from once.kills import effects, written
from once.stores import Place, dsn
from once.support import delivery


class Failed(Exception):
    pass


@pytest.fixture(params=["sqlite", "postgres"])
def database(request: pytest.FixtureRequest, tmp_path: Any) -> Place:
    """A database with the store's tables and one of the handler's."""
    place = Place("sqlite", str(tmp_path / "once.db"))
    if request.param == "postgres":
        place = Place("postgres", port=request.getfixturevalue("postgres_port"))
    place.empty()
    place.open().create()
    effects(place, "CREATE TABLE effects (id text)")
    return place


@contextmanager
def transaction(place: Place) -> Iterator[Any]:
    """A connection whose transaction commits, or rolls back if the block raises."""
    if place.kind == "sqlite":
        with closing(sqlite3.connect(place.path)) as connection, connection:
            yield connection
    else:
        with psycopg.connect(dsn(place.port)) as own:
            yield own


def count(place: Place) -> int:
    return len(written(place))


def test_what_the_handler_writes_and_the_end_of_the_claim_are_one_transaction(database: Place) -> None:
    notices: list[Notice] = []
    once = Once(database.open(), scope="test", on_notice=notices.append)
    for _ in range(3):
        with once(delivery()) as first:
            if first:
                with transaction(database) as connection:
                    connection.execute("INSERT INTO effects VALUES ('a')")
                    first.finish_in(connection)
    assert count(database) == 1 and notices == []


def test_a_transaction_that_rolls_back_leaves_the_event_to_be_tried_again(database: Place) -> None:
    notices: list[Notice] = []
    once = Once(database.open(), scope="test", on_notice=notices.append)
    with pytest.raises(Failed), once(delivery()) as first, transaction(database) as connection:
        connection.execute("INSERT INTO effects VALUES ('a')")
        first.finish_in(connection)
        raise Failed
    assert count(database) == 0
    with once(delivery()) as first:
        assert first
        with transaction(database) as connection:
            connection.execute("INSERT INTO effects VALUES ('a')")
            first.finish_in(connection)
    assert count(database) == 1 and notices == []


def test_a_handler_that_raises_after_its_commit_is_not_tried_again(database: Place) -> None:
    notices: list[Notice] = []
    once = Once(database.open(), scope="test", on_notice=notices.append)
    with pytest.raises(Failed), once(delivery()) as first:
        with transaction(database) as connection:
            first.finish_in(connection)
        raise Failed
    with once(delivery()) as first:
        assert not first
    assert notices == []


def test_a_claim_that_was_lost_rolls_the_transaction_back(database: Place) -> None:
    notices: list[Notice] = []
    once = Once(database.open(), scope="test", lease=0.01, on_notice=notices.append)
    with pytest.raises(WebhookVerificationError) as caught, once(delivery()) as slow:
        time.sleep(0.02)
        with once(delivery()) as other, transaction(database) as connection:
            assert other
            connection.execute("INSERT INTO effects VALUES ('other')")
            other.finish_in(connection)
        with transaction(database) as connection:
            connection.execute("INSERT INTO effects VALUES ('slow')")
            slow.finish_in(connection)
    assert (caught.value.code, caught.value.status, caught.value.retry_after) == ("in_progress", 503, 1)
    assert [notice.name for notice in notices] == ["takeover", "claim_lost"]
    assert count(database) == 1


def test_finish_in_without_a_transaction_of_this_database_is_refused(database: Place) -> None:
    once = Once(database.open(), scope="test")
    if database.kind == "sqlite":
        wrong = [sqlite3.connect(database.path, isolation_level=None), object()]
    else:
        wrong = [psycopg.connect(dsn(database.port), autocommit=True), object()]
    for connection in wrong:
        with pytest.raises(WebhookVerificationError, match="finish_in"), once(delivery()) as first:
            first.finish_in(connection)
    wrong[0].close()  # type: ignore[attr-defined]
    with once(delivery()) as first:
        assert first, "the claims were released"


def test_an_async_transaction_does_the_same(postgres_port: int) -> None:
    place = Place("postgres", port=postgres_port)
    place.empty()
    place.open().create()
    effects(place, "CREATE TABLE effects (id text)")

    async def play() -> None:
        once = Once(place.open_async(), scope="test")
        for _ in range(2):
            async with once(delivery()) as first:
                if first:
                    async with await psycopg.AsyncConnection.connect(dsn(postgres_port)) as connection:
                        await connection.execute("INSERT INTO effects VALUES ('a')")
                        await first.finish_in_async(connection)
            assert count(place) == 1

    asyncio.run(play())
