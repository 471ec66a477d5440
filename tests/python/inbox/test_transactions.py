"""A delivery that ends within the handler's own transaction: what the handler wrote takes effect exactly once."""

import asyncio
import sqlite3
from contextlib import closing
from typing import Any

import psycopg
import pytest
from hookseal import WebhookVerificationError
from hookseal.inbox import Received
from inbox.places import Heard, Place, until, until_stats
from once.stores import WAIT, dsn
from once.support import delivery

SOON = (0.004, 0.02)


def write(place: Place, received: Received, commits: bool = True) -> None:
    """Writes a row and ends the delivery, and commits if that is asked."""
    if place.kind == "sqlite":
        with closing(sqlite3.connect(place.path, timeout=WAIT, isolation_level=None)) as connection:
            connection.execute("BEGIN IMMEDIATE")
            connection.execute("INSERT INTO effects VALUES (?)", (received.event_id,))
            received.finish_in(connection)
            connection.execute("COMMIT" if commits else "ROLLBACK")
    else:
        with psycopg.connect(dsn(place.port)) as own:
            own.execute("INSERT INTO effects VALUES (%s)", (received.event_id,))
            received.finish_in(own)
            if not commits:
                own.rollback()


@pytest.fixture
def effects(place: Place) -> Place:
    place.open().create()
    place.change("CREATE TABLE effects (id text)")
    return place


def test_what_a_handler_writes_in_the_transaction_of_its_end_takes_effect_once(effects: Place) -> None:
    heard = Heard()
    inbox = effects.open(on_notice=heard)
    for number in range(20):
        inbox.put(delivery(f"evt-{number}"))
    with inbox.work(lambda received: write(effects, received)):
        until_stats(inbox, lambda stats: stats.done == 20, "all are done")
        until(lambda: heard.count("done") == 20, "all are reported")
    assert sorted(effects.change("SELECT id FROM effects")) == sorted((f"evt-{number}",) for number in range(20))
    assert heard.count("failed") == heard.count("claim_lost") == 0


def test_a_transaction_that_is_rolled_back_leaves_the_delivery_to_be_tried_again(effects: Place) -> None:
    heard = Heard()
    inbox = effects.open(back_off=SOON, on_notice=heard)
    inbox.put(delivery("evt-1"))
    with inbox.work(lambda received: write(effects, received, commits=received.attempt == 2)):
        until(lambda: heard.count("done") == 1, "it is done")
    assert effects.change("SELECT id FROM effects") == [("evt-1",)]
    (failed,) = [notice for notice in heard.notices if notice.name == "failed"]
    assert failed.error == "the handler's transaction was rolled back"


def test_a_handler_that_fails_after_its_commit_is_not_called_again(effects: Place) -> None:
    heard = Heard()

    def handle(received: Received) -> None:
        write(effects, received)
        raise ValueError

    inbox = effects.open(back_off=SOON, on_notice=heard)
    inbox.put(delivery("evt-1"))
    with inbox.work(handle):
        until(lambda: heard.count("done") == 1, "it is done")
    assert inbox.stats().done == 1 and heard.count("failed") == 0


def test_a_handler_whose_claim_was_lost_cannot_commit(effects: Place) -> None:
    heard, codes = Heard(), list[str]()

    def handle(received: Received) -> None:
        # Another worker takes over.
        effects.change("UPDATE hookseal_inbox SET token = 'another'")
        try:
            write(effects, received)
        except WebhookVerificationError as error:
            codes.append(error.code)
            raise

    inbox = effects.open(on_notice=heard)
    inbox.put(delivery("evt-1"))
    with inbox.work(handle):
        until(lambda: heard.count("claim_lost") == 1, "it is reported")
    assert codes == ["in_progress"] and effects.change("SELECT id FROM effects") == []


def test_a_connection_without_a_transaction_is_refused(effects: Place) -> None:
    found = list[WebhookVerificationError]()

    def handle(received: Received) -> None:
        with closing(sqlite3.connect(":memory:", isolation_level=None)) as connection:
            others: list[Any] = [connection, None, "a text"]
            if effects.kind == "postgres":
                others.append(psycopg.connect(dsn(effects.port), autocommit=True))
            for other in others:
                with pytest.raises(WebhookVerificationError) as refused:
                    received.finish_in(other)
                found.append(refused.value)
            if effects.kind == "postgres":
                others[-1].close()

    inbox = effects.open()
    inbox.put(delivery("evt-1"))
    with inbox.work(handle):
        until_stats(inbox, lambda stats: stats.done == 1, "it is done")
    assert len(found) >= 3 and {error.code for error in found} == {"invalid_argument"}


def test_async_handlers_join_transactions_too(effects: Place) -> None:
    async def handle(received: Received) -> None:
        if effects.kind == "sqlite":
            with closing(sqlite3.connect(effects.path, timeout=WAIT)) as connection, connection:
                connection.execute("INSERT INTO effects VALUES (?)", (received.event_id,))
                await received.finish_in_async(connection)
        else:
            async with await psycopg.AsyncConnection.connect(dsn(effects.port)) as own:
                await own.execute("INSERT INTO effects VALUES (%s)", (received.event_id,))
                with pytest.raises(WebhookVerificationError, match="finish_in_async"):
                    received.finish_in(own)
                await received.finish_in_async(own)

    async def main() -> None:
        inbox = effects.open_async()
        for number in range(5):
            await inbox.aput(delivery(f"evt-{number}"))
        async with inbox.working(handle):
            async with asyncio.timeout(WAIT):
                while (await inbox.astats()).done < 5:
                    await asyncio.sleep(0.01)

    asyncio.run(main())
    assert len(effects.change("SELECT id FROM effects")) == 5


def test_a_row_that_a_handlers_transaction_holds_keeps_no_redelivery_waiting(server: Place) -> None:
    inbox = server.open()
    inbox.put(delivery("evt-1"))
    answers = list[str]()

    def handle(received: Received) -> None:
        with psycopg.connect(dsn(server.port)) as own:
            received.finish_in(own)
            # In SQLite this would wait: its transactions hold the whole file.
            answers.append(inbox.put(delivery("evt-1")).answer)

    with inbox.work(handle):
        until_stats(inbox, lambda stats: stats.done == 1, "it is done")
    assert answers == ["duplicate"]
