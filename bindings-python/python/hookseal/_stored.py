"""Deliveries that were verified before they were stored: in an inbox, or in the queue of another engine."""

from __future__ import annotations

import secrets
from functools import cache
from typing import Any

from hookseal._errors import WebhookVerificationError
from hookseal._hookseal import Delivery, WebhookVerifier, sign
from hookseal.events import WebhookEvent


class Readable:
    """The body of a stored delivery, which is read when it is asked for."""

    __slots__ = ("_body", "_has_envelope", "_read", "_scheme")

    def __init__(self, body: bytes, has_envelope: bool, scheme: str) -> None:
        self._body = body
        self._has_envelope = has_envelope
        self._scheme = scheme
        self._read: Delivery | None = None

    def event(self) -> WebhookEvent:
        if not self._has_envelope:
            message = f"a delivery of the scheme {self._scheme} has no event: use json() or body"
            raise WebhookVerificationError("invalid_argument", message)
        return self._delivery().event()

    def json(self) -> Any:
        return self._delivery().json()

    def _delivery(self) -> Delivery:
        """The core reads only what it has verified, so the body is signed again, by a secret that nobody else knows."""
        if self._read is None:
            scheme, secret, verifier = _reader(self._has_envelope)
            timestamp = 0 if self._has_envelope else None
            self._read = verifier.verify(sign(self._body, secret, scheme=scheme, timestamp=timestamp), self._body)
        return self._read


@cache
def _reader(has_envelope: bool) -> tuple[Any, str, WebhookVerifier]:
    scheme: Any = "contio-timestamped" if has_envelope else "github"
    secret = secrets.token_hex(32)
    return scheme, secret, WebhookVerifier(secret, scheme=scheme, max_age=None, max_skew=None)
