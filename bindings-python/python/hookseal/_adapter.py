"""What the adapters for frameworks share."""

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


def judge(verifier: WebhookVerifier, headers: Any, body: bytes) -> Delivery:
    """Verifies a delivery, and its envelope if its scheme has one, so that no view gets a delivery without it."""
    delivery = verifier.verify(headers, body)
    if delivery.has_envelope:
        delivery.event()
    return delivery


# The core takes no larger body, whatever `max_body` is.
MOST_BYTES = (1 << 32) - 1


def limit_of(verifier: WebhookVerifier) -> int:
    """How many bytes of a body are read."""
    return min(verifier.max_body, MOST_BYTES)


def declared_length(length: str | None) -> int | None:
    """How many bytes a Content-Length declares; None where there is none, or none that HTTP knows: ASCII digits alone.

    Python's own `int` takes signs, underscores and the digits of other scripts, and raises for more than 4,300 digits.
    """
    digits = (length or "").strip(" \t")
    if not (digits.isascii() and digits.isdecimal()):
        return None
    if len(digits) <= 20:
        return int(digits)
    # Zeros in front of a number are HTTP, but so many of them are nobody's.
    return MOST_BYTES + 1 if len(digits.lstrip("0")) > 20 else None


def check_declared(length: int | None, limit: int) -> None:
    """Refuses a body by the length that was declared for it, before it is read."""
    if length is not None and length > limit:
        raise too_large(limit)


def is_short(body: bytes, length: int | None) -> bool:
    """Whether there is less of a body than was declared."""
    return length is not None and len(body) < length


def too_large(limit: int) -> WebhookVerificationError:
    return WebhookVerificationError("body_too_large", f"the body has more than the {limit} bytes that max_body allows")


def gone(advice: str) -> WebhookVerificationError:
    """A body that somebody has read before and did not keep."""
    message = f"the body was read or parsed before it was verified, and the bytes that were signed are gone: {advice}"
    return WebhookVerificationError("invalid_argument", message)


def log(error: WebhookVerificationError) -> None:
    """Tells whoever runs the receiver of failures that are their own, where no hook does."""
    if error.status >= 500:
        _logger.error("a webhook could not be verified: %s", error)
