"""Handles each event once: duplicates are recognized by `delivery.key`, and a handler that failed or crashed runs
again.

    once = Once(SQLiteStore("once.db"), scope="contio")

    with once(delivery) as first:
        if first:
            fulfil(delivery.event())

The adapters take it too: `webhook(verifier, once=once)`. Stores: `MemoryStore` (the default, for one process),
`SQLiteStore`, and in `hookseal.once.postgres` and `hookseal.once.redis` those that need a driver.
"""

from hookseal.once._memory import MemoryStore
from hookseal.once._once import Attempt, Notice, NoticeName, Once
from hookseal.once._sqlite import SQLiteStore
from hookseal.once._store import Answer, AsyncStore, Claimed, Store, StoreError

__all__ = [
    "Answer",
    "AsyncStore",
    "Attempt",
    "Claimed",
    "MemoryStore",
    "Notice",
    "NoticeName",
    "Once",
    "SQLiteStore",
    "Store",
    "StoreError",
]
