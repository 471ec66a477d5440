"""A FastAPI dependency that is the verified delivery."""

from __future__ import annotations

import inspect
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from typing import TYPE_CHECKING

from fastapi import HTTPException, Request
from starlette.requests import ClientDisconnect
from starlette.types import Message, Receive

from hookseal import Delivery, WebhookVerificationError, WebhookVerifier
from hookseal._adapter import (
    DUPLICATE,
    body_gone,
    body_not_read,
    check_arguments,
    check_declared,
    declared_length,
    is_answer,
    is_short,
    limit_of,
    log_failure,
    retry_headers,
    too_large,
    verify,
)

if TYPE_CHECKING:
    from hookseal.inbox import Inbox
    from hookseal.once import Once
    from hookseal.queue import HandOver

__all__ = ["webhook"]

KEEP = (
    "read it with `await request.body()`, which keeps it, instead of `request.stream()` and `request.form()`, and "
    "declare no Form or File parameters besides the delivery"
)


def webhook(
    verifier: WebhookVerifier,
    *,
    once: Once | None = None,
    inbox: Inbox | None = None,
    hand_over: HandOver | None = None,
    on_failure: Callable[[WebhookVerificationError, Request], object] | None = None,
) -> Callable[[Request], AsyncGenerator[Delivery, None]]:
    """Makes a dependency that is the verified delivery; if the scheme's deliveries carry a Contio envelope, the
    envelope is checked too.

        @app.post("/webhooks/contio")
        async def receive(delivery: Annotated[Delivery, Depends(webhook(verifier))]) -> None: ...

    A refused delivery is answered with the status of the error and `{"detail": {"error": code}}`, and so is one for
    which the view raises such an error, as `delivery.json()` does if the body is not JSON. With `once`, the view is
    called once for each event, and again only if it raised: duplicates are answered 200, and one that comes while the
    view is still running 503 with `Retry-After`. To fail, a view must raise, as HTTPException does: the response that
    it returns is not seen here. With `inbox`, the delivery is stored before the view is called, which answers 200 at
    once; a duplicate is answered 200 without it, and what cannot be stored 503. With `hand_over`, it is put into the
    queue of another engine first, and what cannot be is answered 503. Reading stops at the verifier's `max_body`,
    unless the view also has a body parameter, such as a Pydantic model, for which FastAPI reads the whole body first.
    `on_failure` is called for each refusal, for metrics, and may be async; exceptions that it raises propagate. Without
    it, refusals are logged to the logger `hookseal` at level INFO, and failures caused by the receiver itself (status
    500) at level ERROR.
    """
    check_arguments(verifier, on_failure, once, inbox, hand_over)

    async def refusal(error: WebhookVerificationError, request: Request) -> HTTPException:
        if on_failure is None:
            log_failure(error)
        else:
            reported = on_failure(error, request)
            if inspect.isawaitable(reported):
                await reported
        return HTTPException(error.status, {"error": error.code}, _headers(error, request))

    async def verified(request: Request) -> AsyncGenerator[Delivery, None]:
        try:
            body = await _read(request, limit_of(verifier))
            delivery = _verify(verifier, request, body)
        except WebhookVerificationError as error:
            raise await refusal(error, request) from error
        try:
            if inbox is not None and (await inbox.aput(delivery)).answer == "duplicate":
                raise HTTPException(200, DUPLICATE)
            if hand_over is not None:
                await hand_over.aput(delivery)
            if once is None:
                yield delivery
            else:
                async with once(delivery) as first:
                    if not first:
                        raise HTTPException(200, DUPLICATE)
                    yield delivery
        except WebhookVerificationError as error:
            # Mistakes in the view itself propagate.
            if not is_answer(error):
                raise
            raise await refusal(error, request) from error

    return verified


def _verify(verifier: WebhookVerifier, request: Request, body: bytes) -> Delivery:
    try:
        return verify(verifier, request.headers, body)
    except WebhookVerificationError as error:
        if error.code == "signature_mismatch" and not body and _could_be_gone(request):
            raise body_not_read(f"it is empty: it was sent so, or a middleware has read it; {KEEP}") from error
        raise


def _headers(error: WebhookVerificationError, request: Request) -> dict[str, str] | None:
    """Makes the server close the connection if the body is too large; otherwise it reads on until the sender stops."""
    if error.code == "body_too_large" and _is_http_1(request):
        return {"Connection": "close"}
    return retry_headers(error) or None


async def _read(request: Request, limit: int) -> bytes:
    """The body, whether or not other code has already read and kept it."""
    declared = _declared(request)
    check_declared(declared, limit)
    chunks = bytearray()
    try:
        async with aclosing(request.stream()) as stream:
            async for chunk in stream:
                chunks += chunk
                if len(chunks) > limit:
                    raise too_large(limit)
    except ClientDisconnect:
        # The sender has gone, so no one reads the answer; this is not a refusal.
        raise HTTPException(400, "the connection was closed before the body was complete") from None
    except RuntimeError as error:
        # Starlette raises it for a stream that was already consumed.
        raise body_gone(KEEP) from error
    body = bytes(chunks)
    # Servers report a body that breaks off as a disconnect; if a middleware has read it, Starlette provides an empty
    # one.
    if is_short(body, declared):
        raise body_gone(KEEP)
    # `await request.body()` looks here first, so later code can read the body again.
    setattr(request, "_body", body)
    setattr(request, "_receive", _again(body, request.receive))
    return body


def _is_http_1(request: Request) -> bool:
    return str(request.scope.get("http_version", "1.1")).startswith("1")


def _could_be_gone(request: Request) -> bool:
    """Whether a middleware may have read a body that is empty: its length is unknown, so it may have been sent empty."""
    return _declared(request) is None and ("transfer-encoding" in request.headers or not _is_http_1(request))


def _declared(request: Request) -> int | None:
    """The declared length; None for a chunked body, and None if two lengths contradict each other."""
    if "transfer-encoding" in request.headers:
        return None
    lengths = {declared_length(length) for length in request.headers.getlist("content-length")}
    return lengths.pop() if len(lengths) == 1 else None


def _again(body: bytes, receive: Receive) -> Receive:
    """Provides the body again to another application to which the view passes the request: the server has already
    delivered all of it, and that application would wait until the sender disconnects."""
    messages: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def receive_again() -> Message:
        return messages.pop() if messages else await receive()

    return receive_again
