"""The inbox, as type checkers see it."""

import os
from typing import Annotated, Any

import psycopg
from fastapi import Depends, FastAPI
from hookseal import Delivery, WebhookEvent, WebhookVerifier
from hookseal.fastapi import webhook
from hookseal.inbox import AsyncWorker, Entry, Inbox, Notice, Put, Received, Reject, RetryIn, Stats, Worker
from hookseal.inbox.postgres import AsyncPostgresStore, PostgresStore
from hookseal.router import WebhookRouter
from psycopg_pool import AsyncConnectionPool, ConnectionPool
from typing_extensions import assert_type


def hook(notice: Notice) -> None:
    print(notice.name, notice.key, notice.error)


inbox = Inbox("inbox.db", scope="contio", lease=45, back_off=(5, 3600), on_notice=hook)
verifier = WebhookVerifier(os.environ["WEBHOOK_SECRET"])
app = FastAPI()


@app.post("/")
async def receive(_: Annotated[Delivery, Depends(webhook(verifier, inbox=inbox))]) -> None: ...


def handle(delivery: Received) -> None:
    assert_type(delivery.event(), WebhookEvent)
    assert_type(delivery.key, str)
    assert_type(delivery.event_id, str | None)
    if delivery.attempt > 1:
        raise RetryIn(60, "later")
    raise Reject("never")


async def handle_async(delivery: Received) -> None:
    async with await psycopg.AsyncConnection.connect("") as connection:
        await delivery.finish_in_async(connection)


async def called(delivery: Delivery, pool: ConnectionPool[Any], async_pool: AsyncConnectionPool[Any]) -> None:
    assert_type(inbox.put(delivery), Put)
    assert_type(await inbox.aput(delivery), Put)
    assert_type(inbox.stats(), Stats)
    assert_type(inbox.list("dead", number=10), list[Entry])
    assert_type(inbox.show(1), tuple[Entry, bytes | None] | None)
    with inbox.work(handle, concurrency=4) as worker:
        assert_type(worker, Worker)
        assert_type(worker.close(grace=5), int)
    async with inbox.working(handle_async, time_limit=30) as async_worker:
        assert_type(async_worker, AsyncWorker)
    inbox.work(WebhookRouter())
    Inbox(PostgresStore(pool), scope="contio")
    Inbox(PostgresStore(lambda: psycopg.connect("")), scope="contio")
    Inbox(AsyncPostgresStore(async_pool), scope="contio")
    inbox.put(b"a body")  # error: it takes a delivery
    inbox.list("done")  # error: these are not listed
    inbox.working(handle)  # error: it takes an async function
    PostgresStore(async_pool)  # error: it takes another pool
    Inbox(pool, scope="contio")  # error: it takes a store
