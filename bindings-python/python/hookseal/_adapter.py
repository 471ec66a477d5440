"""What the framework adapters share."""

from __future__ import annotations

import inspect
import logging
from collections.abc import Callable
from typing import Any

from hookseal import Delivery, WebhookVerificationError, WebhookVerifier

_logger = logging.getLogger("hookseal")


# What a duplicate is answered with. Any other status than 200 would make some senders send it again.
DUPLICATE = {"duplicate": True}


def check_arguments(
    verifier: object, on_failure: object, once: object, inbox: object, hand_over: object = None
) -> None:
    if not isinstance(verifier, WebhookVerifier):
        raise _invalid_argument(
            f"webhook() takes a WebhookVerifier, as in `webhook(verifier)`, but this is a {type(verifier).__name__}"
        )
    if on_failure is not None and not callable(on_failure):
        raise _invalid_argument("on_failure must be a function of the error and the request")
    # Only here: most receivers need neither SQLite nor asyncio.
    if once is not None:
        from hookseal.once import Once

        if not isinstance(once, Once):
            raise _invalid_argument(f"once must be a hookseal.once.Once, but this is a {type(once).__name__}")
    if inbox is not None:
        from hookseal.inbox import Inbox

        if not isinstance(inbox, Inbox):
            raise _invalid_argument(f"inbox must be a hookseal.inbox.Inbox, but this is a {type(inbox).__name__}")
        if once is not None:
            raise _invalid_argument("once and inbox exclude each other: an inbox stores each event once anyway")
    if hand_over is not None:
        from hookseal.queue import HandOver

        if not isinstance(hand_over, HandOver):
            message = f"hand_over must be what hookseal.queue.hand_over() returns, not a {type(hand_over).__name__}"
            raise _invalid_argument(message)
        if inbox is not None:
            raise _invalid_argument("inbox and hand_over exclude each other: a delivery is stored in one place")
        if once is not None:
            raise _invalid_argument("once and hand_over exclude each other: use once in the worker")


def is_answer(error: WebhookVerificationError) -> bool:
    """Whether an error that a view raised is to be answered, and is not a mistake in the view itself."""
    return error.status < 500 or error.retry_after is not None


def retry_headers(error: WebhookVerificationError) -> dict[str, str]:
    """When the sender should try again, if it should."""
    return {} if error.retry_after is None else {"Retry-After": str(error.retry_after)}


def _invalid_argument(message: str) -> WebhookVerificationError:
    return WebhookVerificationError("invalid_argument", message)


_POSITIONAL = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)


def check_view(view: Any, place: int, on_method: str) -> None:
    """Refuses what cannot take the delivery as its argument number `place`, counted from 0: a class, a method, which
    gets its object first, and a function with fewer arguments."""
    if inspect.isclass(view):
        raise _invalid_argument(f"webhook() is on the class {view.__name__}: {on_method}")
    if not callable(view):
        raise _invalid_argument(f"webhook() is on a value of type {type(view).__name__}, and not on a view")
    signature = _signature(view, follow_wrapped=False)
    if signature is None:
        return
    parameters = signature.parameters.values()
    names = [parameter.name for parameter in parameters if parameter.kind in _POSITIONAL]
    name = getattr(view, "__qualname__", type(view).__name__)
    if names[:1] == ["self"]:
        raise _invalid_argument(f"webhook() is on the method {name}: {on_method}")
    if len(names) <= place and all(parameter.kind != parameter.VAR_POSITIONAL for parameter in parameters):
        where = "after the request" if place else "as its first argument"
        raise _invalid_argument(f"the view {name} must take the delivery {where}")


def show_without_delivery(view: Any, decorated: Any, place: int) -> None:
    """Gives a decorated view the signature that its callers see: Django Ninja, for one, reads from it what to parse."""
    signature = _signature(view)
    parameters = [] if signature is None else list(signature.parameters.values())
    if signature is None or len(parameters) <= place or parameters[0].name == "self":
        return
    if parameters[place].kind in _POSITIONAL:
        decorated.__signature__ = signature.replace(parameters=parameters[:place] + parameters[place + 1 :])


def _signature(view: Callable[..., Any], follow_wrapped: bool = True) -> inspect.Signature | None:
    """The signature, with annotations that are text resolved if they can be; None for some functions of extensions."""
    try:
        return inspect.signature(view, follow_wrapped=follow_wrapped, eval_str=True)
    except Exception:
        try:
            return inspect.signature(view, follow_wrapped=follow_wrapped)
        except (TypeError, ValueError):
            return None


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
    return _invalid_argument(
        f"the body was read or parsed before it was verified, and the bytes that were signed are gone: {advice}"
    )


def body_not_read(reason: str) -> WebhookVerificationError:
    """For a body that cannot be read, if the request alone can cause it."""
    return WebhookVerificationError("body_not_read", f"the body was not read before it was to be verified: {reason}")


def log_failure(error: WebhookVerificationError) -> None:
    """Logs a refusal, for receivers without `on_failure`: as an error if the receiver itself caused it. Messages never
    show a secret, a signature or any part of the body."""
    if error.retry_after is not None:
        _logger.info("a webhook was postponed: %s (%s)", error, error.code)
    elif error.status >= 500:
        _logger.error("a webhook could not be verified: %s (%s)", error, error.code)
    else:
        _logger.info("a webhook was refused: %s (%s)", error, error.code)
