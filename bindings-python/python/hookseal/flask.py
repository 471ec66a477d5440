"""Verified deliveries for Flask, by a decorator."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec, TypeVar

from flask import Request, Response, current_app, request
from werkzeug.exceptions import RequestEntityTooLarge

from hookseal import Delivery, WebhookVerificationError, WebhookVerifier
from hookseal._adapter import check_arguments, check_declared, gone, judge, log, too_large

__all__ = ["webhook"]

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
    verifier's `max_body` while it is read. `on_failure` hears of each refusal, for metrics; what it raises is the
    application's to handle. Without it, failures of the receiver's own making (status 500) are logged.
    """
    check_arguments(verifier, on_failure)

    def decorate(view: Callable[Concatenate[Delivery, P], R]) -> Callable[P, R | Response]:
        @wraps(view)
        def verified(*args: P.args, **kwargs: P.kwargs) -> R | Response:
            try:
                delivery = judge(verifier, request.headers, _read(verifier.max_body))
            except WebhookVerificationError as error:
                if on_failure is None:
                    log(error)
                else:
                    on_failure(error, request)
                return Response(json.dumps({"error": error.code}), error.status, mimetype="application/json")
            ensured: Callable[..., Any] = current_app.ensure_sync(view)
            answer: R = ensured(delivery, *args, **kwargs)
            return answer

        return verified

    return decorate


def _read(limit: int) -> bytes:
    """The body, whether somebody has read and kept it or not. One that breaks off is Flask's to answer."""
    check_declared(request.content_length, limit)
    # Of a body that comes in chunks Werkzeug gives no more than this, and does not say that there was more.
    request.max_content_length = limit + 1
    try:
        body = request.get_data()
    except RequestEntityTooLarge:
        raise too_large(limit) from None
    if len(body) > limit:
        raise too_large(limit)
    came_in_chunks = request.content_length is None and "Transfer-Encoding" in request.headers
    if len(body) < (request.content_length or 0) or (came_in_chunks and not body):
        raise gone(
            "read it with `request.get_data()`, which keeps it, before `request.form` or `request.stream`; and if it "
            "came in chunks, use a server that sets `wsgi.input_terminated`, as gunicorn does"
        )
    return body
