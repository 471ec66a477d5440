"""Answers in milliseconds, works later, and loses nothing: a delivery is stored before it is answered, and a worker
handles it afterwards, with retries and dead letters, through crashes of either.

    inbox = Inbox("inbox.db", scope="contio")

    inbox.put(delivery)  # then answer 200

    with inbox.work(router):
        ...

The adapters take it too: `webhook(verifier, inbox=inbox)`. Receiver and worker may be different processes. A handler
is called at least once for each event; `delivery.finish_in` gives an effect that happens exactly once. On a
container's own disk, a file is lost with the container: put it on a volume, or use PostgreSQL,
`hookseal.inbox.postgres`.
"""

from hookseal.inbox._asyncio import AsyncWorker
from hookseal.inbox._failure import Reject, RetryIn
from hookseal.inbox._inbox import Inbox
from hookseal.inbox._notices import Notice, NoticeName
from hookseal.inbox._protocol import Entry, Put, State, Store
from hookseal.inbox._received import Received
from hookseal.inbox._sqlite import SQLiteStore
from hookseal.inbox._stats import StateStats, Stats
from hookseal.inbox._threads import Worker
from hookseal.once._store import StoreError

__all__ = [
    "AsyncWorker",
    "Entry",
    "Inbox",
    "Notice",
    "NoticeName",
    "Put",
    "Received",
    "Reject",
    "RetryIn",
    "SQLiteStore",
    "State",
    "StateStats",
    "Stats",
    "Store",
    "StoreError",
    "Worker",
]
