"""Verified deliveries for Flask, by a decorator."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import wraps
from io import BytesIO
from typing import Any, Concatenate, ParamSpec, TypeVar

from flask import Request, Response, current_app, request
from werkzeug.exceptions import ClientDisconnected, HTTPException, RequestEntityTooLarge

from hookseal import Delivery, WebhookVerificationError, WebhookVerifier
from hookseal._adapter import (
    check_arguments,
    check_declared,
    declared_length,
    gone,
    is_short,
    judge,
    limit_of,
    log,
    too_large,
)

__all__ = ["webhook"]

# How many bytes are asked for at once. Werkzeug makes room for all of them, however few there are.
PIECE = 64 * 1024

P = ParamSpec("P")
R = TypeVar("R")


def webhook(
    verifier: WebhookVerifier,
    *,
    on_failure: Callable[[WebhookVerificationError, Request], object] | None = None,
) -> Callable[[Callable[Concatenate[Delivery, P], R]], Callable[P, R | Response]]:
    """Makes a decorator for views, which are called with the delivery first, once it was verified; for Contio's schemes
    with its envelope.

        @app.post("/webhooks/contio")
        @webhook(verifier)
        def receive(delivery: Delivery) -> tuple[str, int]: ...

    A delivery that is refused is answered with the status of the error and `{"error": code}`. The body is held to the
    verifier's `max_body` while it is read, and to Flask's MAX_CONTENT_LENGTH. `on_failure` hears of each refusal, for
    metrics; what it raises is the application's to handle. Without it, failures of the receiver's own making (status
    500) are logged. The view and `on_failure` may be async, where Flask was installed as `flask[async]`.
    """
    check_arguments(verifier, on_failure)

    def decorate(view: Callable[Concatenate[Delivery, P], R]) -> Callable[P, R | Response]:
        @wraps(view)
        def verified(*args: P.args, **kwargs: P.kwargs) -> R | Response:
            try:
                delivery = judge(verifier, request.headers, _read(limit_of(verifier)))
            except WebhookVerificationError as error:
                if on_failure is None:
                    log(error)
                else:
                    told: Callable[..., Any] = current_app.ensure_sync(on_failure)
                    told(error, request)
                return Response(json.dumps({"error": error.code}), error.status, mimetype="application/json")
            ensured: Callable[..., Any] = current_app.ensure_sync(view)
            answer: R = ensured(delivery, *args, **kwargs)
            return answer

        return verified

    return decorate


def _read(limit: int) -> bytes:
    """The body, whether somebody has read and kept it or not. One that breaks off is Flask's to answer."""
    # Flask has a length only for what does not come in chunks; but it takes one that it cannot read for 0.
    has_length = request.content_length is not None
    declared = declared_length(request.headers.get("Content-Length")) if has_length else None
    check_declared(declared, limit)
    # Whether somebody has had the stream before, though perhaps not read from it.
    was_touched = "stream" in request.__dict__
    # Where `request.get_data()` keeps it.
    body: bytes = getattr(request, "_cached_data", None) or _read_stream(limit)
    if len(body) > limit:
        raise too_large(limit)
    came_in_chunks = not has_length and "Transfer-Encoding" in request.headers
    if not body and (came_in_chunks or (declared and was_touched)):
        raise gone(
            "read it with `request.get_data()`, which keeps it, before `request.form` or `request.stream`; and if it "
            "came in chunks, use a server that sets `wsgi.input_terminated`, as gunicorn does"
        )
    if is_short(body, declared):
        raise ClientDisconnected
    _keep(body)
    return body


def _keep(body: bytes) -> None:
    """Puts the body where the view, and whatever the view hands the request on to, reads it once more."""
    setattr(request, "_cached_data", body)
    request.__dict__["stream"] = BytesIO(body)
    request.environ["wsgi.input"] = BytesIO(body)


def _read_stream(limit: int) -> bytes:
    """What is there to be read, up to one byte more than the limit: Werkzeug itself sets no limit to chunks."""
    body = bytearray()
    try:
        stream = request.stream
        while piece := stream.read(min(PIECE, limit + 1 - len(body))):
            body += piece
    except RequestEntityTooLarge as error:
        message = "the body has more bytes than the setting MAX_CONTENT_LENGTH allows"
        raise WebhookVerificationError("body_too_large", message) from error
    except HTTPException:
        raise
    except Exception as error:
        # Each server has its own errors for a connection that broke, and for chunks that are none.
        raise ClientDisconnected from error
    return bytes(body)
