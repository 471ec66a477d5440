"""What the framework adapters share."""

from __future__ import annotations

import logging
from typing import Any

from hookseal import Delivery, WebhookVerificationError, WebhookVerifier

_logger = logging.getLogger("hookseal")


def check_arguments(verifier: object, on_failure: object) -> None:
    if not isinstance(verifier, WebhookVerifier):
        raise WebhookVerificationError("invalid_argument", "webhook() takes a verifier")
    if on_failure is not None and not callable(on_failure):
        raise WebhookVerificationError("invalid_argument", "on_failure must be a function of the error and the request")


def verify(verifier: WebhookVerifier, headers: Any, body: bytes) -> Delivery:
    """Verifies a delivery and, if its scheme has one, the envelope, so that no view is called for a malformed event."""
    delivery = verifier.verify(headers, body)
    if delivery.has_envelope:
        delivery.event()
    return delivery


# The core refuses larger bodies, whatever `max_body` is.
MAX_BYTES = (1 << 32) - 1


def limit_of(verifier: WebhookVerifier) -> int:
    """The most bytes of a body to read."""
    return min(verifier.max_body, MAX_BYTES)


def declared_length(length: str | None) -> int | None:
    """The number of bytes that a Content-Length declares; None if it is absent or not ASCII digits, as HTTP requires.

    `int()` also accepts signs, underscores and the digits of other scripts, and raises for more than 4,300 digits.
    """
    digits = (length or "").strip(" \t")
    if not (digits.isascii() and digits.isdecimal()):
        return None
    if len(digits) <= 20:
        return int(digits)
    # HTTP allows leading zeros, but no real sender writes this many.
    return MAX_BYTES + 1 if len(digits.lstrip("0")) > 20 else None


def check_declared(length: int | None, limit: int) -> None:
    """Refuses a body whose declared length exceeds the limit, before any of it is read."""
    if length is not None and length > limit:
        raise too_large(limit)


def is_short(body: bytes, length: int | None) -> bool:
    """Whether a body is shorter than declared."""
    return length is not None and len(body) < length


def too_large(limit: int) -> WebhookVerificationError:
    return WebhookVerificationError("body_too_large", f"the body has more than the {limit} bytes that max_body allows")


def body_gone(advice: str) -> WebhookVerificationError:
    """For a body that other code has read and not kept."""
    message = f"the body was read or parsed before it was verified, and the bytes that were signed are gone: {advice}"
    return WebhookVerificationError("invalid_argument", message)


def log_failure(error: WebhookVerificationError) -> None:
    """Logs failures that the receiver itself caused, for receivers without `on_failure`."""
    if error.status >= 500:
        _logger.error("a webhook could not be verified: %s", error)
