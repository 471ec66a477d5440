"""What all stores in SQLite files share."""

from __future__ import annotations

import os
import sqlite3
from pathlib import Path
from typing import Any

from hookseal._errors import WebhookVerificationError

# The first with UPSERT.
OLDEST = (3, 24, 0)


def file_of(path: str | os.PathLike[str], advice: str) -> Path:
    """The path of a file, unless SQLite is too old, or would take it for a database in memory."""
    if sqlite3.sqlite_version_info < OLDEST:
        raise _invalid(f"SQLite 3.24 or later is needed, and this is {sqlite3.sqlite_version}")
    if str(path) in ("", ":memory:"):
        raise _invalid(advice)
    return Path(path)


def make(path: str | os.PathLike[str]) -> bool:
    """Makes a file if it does not exist, readable by its owner only, and returns whether it did.

    One that exists is not opened: closing it would end the locks that other connections of this process have on it.
    """
    try:
        os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))
    except FileExistsError:
        return False
    return True


def check_open(connection: Any) -> sqlite3.Connection:
    """`finish_in` on a connection without a transaction would commit before the handler's own work."""
    if not isinstance(connection, sqlite3.Connection):
        raise _invalid("finish_in() takes the sqlite3.Connection of the transaction")
    if not connection.in_transaction and connection.isolation_level is None:
        raise _invalid("finish_in() is for an open transaction: run BEGIN first")
    return connection


def _invalid(message: str) -> WebhookVerificationError:
    return WebhookVerificationError("invalid_argument", message)
