"""A delivery that a worker has claimed."""

from __future__ import annotations

import time
from typing import Any

from hookseal._errors import WebhookVerificationError
from hookseal.inbox._notices import Notice, NoticeName
from hookseal.inbox._protocol import ClaimedRow, Request, request
from hookseal.inbox._shared import Shared

_LOST = "the handler took longer than its lease, and another worker took over; roll this one back"


class Claim:
    """A delivery that is being handled."""

    def __init__(self, shared: Shared, row: ClaimedRow, token: str) -> None:
        self.shared = shared
        self.row = row
        self.token = token
        now = time.monotonic()
        self.begun_at = now
        self.extend_at = now + shared.settings.lease / 3000
        # Whether it has ended within a transaction of the handler's.
        self.is_joined = False
        self.is_lost = False
        # Whether its handler has ended, and it is to be recorded.
        self.is_ending = False
        # Whether it takes one of the worker's places.
        self.has_place = True
        # Whether it was ended for a handler that hangs.
        self.is_given_up = False

    def join(self, is_held: bool) -> None:
        if not is_held:
            raise WebhookVerificationError("in_progress", _LOST, retry_after=1)
        self.is_joined = True

    def notice(self, name: NoticeName, error: str | None = None) -> Notice:
        return Notice(name, self.row.key, self.row.attempts, error)

    def ask(self, name: str, **values: Any) -> Request:
        return request(name, id=self.row.id, token=self.token, **values)
