"""A delivery that is to be handled."""

from __future__ import annotations

import inspect
from typing import Any

from hookseal._errors import WebhookVerificationError
from hookseal._stored import Readable
from hookseal.events import WebhookEvent
from hookseal.inbox._claim import Claim
from hookseal.inbox._protocol import ClaimedRow, seconds


class Received:
    """A delivery that is to be handled. It was verified before it was stored. Only a worker makes one."""

    __slots__ = ("_claim", "_readable")

    def __init__(self, claim: Claim) -> None:
        self._claim = claim
        self._readable = Readable(claim.row.body, claim.row.has_envelope, claim.row.scheme)

    @property
    def body(self) -> bytes:
        """The body that was verified."""
        return self._row.body

    @property
    def scheme(self) -> str:
        """The name of the scheme that it was verified with."""
        return self._row.scheme

    @property
    def has_envelope(self) -> bool:
        """Whether it carries a Contio envelope, which event() reads."""
        return self._row.has_envelope

    @property
    def key(self) -> str:
        """By what its duplicates are recognized, with the scope: pass it on as the idempotency key of what you call. It
        is the same in every attempt."""
        return self._row.key

    @property
    def event_id(self) -> str | None:
        """The event's id, if the sender signs one."""
        return self._row.event_id

    @property
    def id(self) -> int:
        """Its number in the inbox."""
        return self._row.id

    @property
    def attempt(self) -> int:
        """Which attempt this is, from 1."""
        return self._row.attempts

    @property
    def received_at(self) -> float:
        """When it was stored, in Unix seconds, by the store's clock."""
        return self._row.received_at / 1000

    @property
    def signed_at(self) -> float | None:
        """When it was signed, in Unix seconds, for schemes that sign a time of sending. Events happen in the order of
        their own times, which event() has."""
        return seconds(self._row.signed_at)

    def event(self) -> WebhookEvent:
        """Contio's event. The body is read at each call: keep the result.

        Raises WebhookVerificationError for a delivery of another sender's scheme.
        """
        return self._readable.event()

    def json(self) -> Any:
        """The body, which must be JSON as RFC 8259 defines it. It is read at each call: keep the result.

        Raises WebhookVerificationError.
        """
        return self._readable.json()

    def finish_in(self, connection: Any) -> None:
        """Ends the delivery within the open transaction of a connection to the database that has the inbox's tables:
        everything that the transaction wrote takes effect exactly once. Call it last, before the commit.

        A transaction that is rolled back leaves the delivery to be tried again, whatever the handler returns. Raises
        WebhookVerificationError with the code in_progress if another worker took over: roll back, which a
        `with connection.transaction()` does by itself.
        """
        finished = self._finish_in(connection)
        if inspect.iscoroutine(finished):
            finished.close()
            message = "this connection is async: await finish_in_async()"
            raise WebhookVerificationError("invalid_argument", message)
        self._claim.join(bool(finished))

    async def finish_in_async(self, connection: Any) -> None:
        """The same for an async connection."""
        # Not in another thread: a transaction belongs to the one that began it.
        finished = self._finish_in(connection)
        self._claim.join(finished if isinstance(finished, bool) else await finished)

    def _finish_in(self, connection: Any) -> Any:
        claim = self._claim
        shared = claim.shared
        return shared.store.finish_in(connection, claim.row.id, claim.token, shared.settings.keep)

    @property
    def _row(self) -> ClaimedRow:
        return self._claim.row

    def __repr__(self) -> str:
        # Shows nothing of the body.
        return f"<Received {self.id}, key {self.key}, scheme {self.scheme}, attempt {self.attempt}>"

