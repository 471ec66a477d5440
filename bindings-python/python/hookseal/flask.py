"""A decorator for Flask views that receive verified deliveries."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import wraps
from io import BytesIO
from typing import TYPE_CHECKING, Any, Concatenate, ParamSpec, TypeVar

from flask import Request, Response, current_app, request
from werkzeug.exceptions import ClientDisconnected, HTTPException, RequestEntityTooLarge

from hookseal import Delivery, WebhookVerificationError, WebhookVerifier
from hookseal._adapter import (
    DUPLICATE,
    body_gone,
    body_not_read,
    check_arguments,
    check_declared,
    check_view,
    declared_length,
    is_answer,
    is_short,
    limit_of,
    log_failure,
    retry_headers,
    show_without_delivery,
    too_large,
    verify,
)

if TYPE_CHECKING:
    from hookseal.inbox import Inbox
    from hookseal.once import Once
    from hookseal.queue import HandOver

__all__ = ["webhook"]

# The most bytes to request in one read. Werkzeug allocates a buffer of that size, however little data there is.
READ_SIZE = 64 * 1024

KEEP = "read it with `request.get_data()`, which keeps it, before `request.form` or `request.stream`"
ON_METHOD = "decorate a function, and call it from the method"

# The types of content for which `request.form` reads the stream.
FORMS = ("multipart/form-data", "application/x-www-form-urlencoded")

P = ParamSpec("P")
R = TypeVar("R")


def webhook(
    verifier: WebhookVerifier,
    *,
    once: Once | None = None,
    inbox: Inbox | None = None,
    hand_over: HandOver | None = None,
    on_failure: Callable[[WebhookVerificationError, Request], object] | None = None,
) -> Callable[[Callable[Concatenate[Delivery, P], R]], Callable[P, R | Response]]:
    """Makes a decorator for views. The view is called with the verified delivery as its first argument; if the scheme's
    deliveries carry a Contio envelope, the envelope is checked too.

        @app.post("/webhooks/contio")
        @webhook(verifier)
        def receive(delivery: Delivery) -> tuple[str, int]: ...

    A refused delivery is answered with the status of the error and `{"error": code}`, and so is one for which the view
    raises such an error, as `delivery.json()` does if the body is not JSON. With `once`, the view is called once for
    each event, and again only if it raised or returned a status of 400 or more: duplicates are answered 200, and one
    that comes while the view is still running 503 with `Retry-After`. With `inbox`, the delivery is stored before the
    view is called, which answers 200 at once; a duplicate is answered 200 without it, and what cannot be stored 503.
    With `hand_over`, it is put into the queue of another engine first, and what cannot be is answered 503. Reading
    stops at the verifier's `max_body`, and Flask's MAX_CONTENT_LENGTH applies too. `on_failure` is called for each
    refusal, for metrics; exceptions that it raises propagate. Without it, refusals are logged to the logger `hookseal`
    at level INFO, and failures caused by the receiver itself (status 500) at level ERROR. The view and `on_failure` may
    be async if Flask was installed as `flask[async]`.
    """
    check_arguments(verifier, on_failure, once, inbox, hand_over)

    def refuse(error: WebhookVerificationError) -> Response:
        if on_failure is None:
            log_failure(error)
        else:
            report: Callable[..., Any] = current_app.ensure_sync(on_failure)
            report(error, request)
        body = json.dumps({"error": error.code})
        return Response(body, error.status, retry_headers(error), mimetype="application/json")

    def duplicate() -> Response:
        return Response(json.dumps(DUPLICATE), mimetype="application/json")

    def decorate(view: Callable[Concatenate[Delivery, P], R]) -> Callable[P, R | Response]:
        check_view(view, 0, ON_METHOD)

        @wraps(view)
        def verified(*args: P.args, **kwargs: P.kwargs) -> R | Response:
            try:
                delivery = verify(verifier, request.headers, _read(limit_of(verifier)))
            except WebhookVerificationError as error:
                return refuse(error)
            sync_view: Callable[..., Any] = current_app.ensure_sync(view)
            try:
                if inbox is not None and inbox.put(delivery).answer == "duplicate":
                    return duplicate()
                if hand_over is not None:
                    hand_over.put(delivery)
                if once is None:
                    response: R = sync_view(delivery, *args, **kwargs)
                    return response
                with once(delivery) as first:
                    if not first:
                        return duplicate()
                    made: Response = current_app.make_response(sync_view(delivery, *args, **kwargs))
                    if made.status_code >= 400:
                        first.fail()
                    return made
            except WebhookVerificationError as error:
                # Mistakes in the view itself propagate.
                if not is_answer(error):
                    raise
                return refuse(error)

        show_without_delivery(view, verified, 0)
        return verified

    return decorate


def _read(limit: int) -> bytes:
    """The body, whether or not other code has already read and kept it. Flask answers a body that breaks off."""
    # Flask has a length only for a body that is not chunked, and reads a malformed length as 0.
    has_length = request.content_length is not None
    declared = declared_length(request.headers.get("Content-Length")) if has_length else None
    check_declared(declared, limit)
    # Whether other code has accessed the stream, even without reading from it.
    was_touched = "stream" in request.__dict__
    # `request.get_data()` keeps the body here.
    body: bytes = getattr(request, "_cached_data", None) or _read_stream(limit)
    if len(body) > limit:
        raise too_large(limit)
    is_chunked = not has_length and "Transfer-Encoding" in request.headers
    if not body and is_chunked and not request.environ.get("wsgi.input_terminated"):
        raise body_not_read(
            "it was sent in chunks, and this server does not say where they end; use one that sets "
            "`wsgi.input_terminated`, as gunicorn does"
        )
    if not body and was_touched:
        if is_chunked or (declared and request.mimetype in FORMS):
            raise body_not_read(f"it is empty, or other code has read it as a form or a stream; {KEEP}")
        if declared:
            raise body_gone(KEEP)
    if is_short(body, declared):
        raise ClientDisconnected
    _keep(body)
    return body


def _keep(body: bytes) -> None:
    """Lets the view, and any application to which it passes the request, read the body again."""
    setattr(request, "_cached_data", body)
    request.__dict__["stream"] = BytesIO(body)
    request.environ["wsgi.input"] = BytesIO(body)


def _read_stream(limit: int) -> bytes:
    """Reads the stream up to one byte beyond the limit: Werkzeug itself does not limit a chunked body."""
    body = bytearray()
    try:
        stream = request.stream
        while chunk := stream.read(min(READ_SIZE, limit + 1 - len(body))):
            body += chunk
    except RequestEntityTooLarge as error:
        message = "the body has more bytes than the setting MAX_CONTENT_LENGTH allows"
        raise WebhookVerificationError("body_too_large", message) from error
    except HTTPException:
        raise
    except Exception as error:
        # Each server raises errors of its own for a broken connection and for malformed chunks.
        raise ClientDisconnected from error
    return bytes(body)
