"""A FastAPI dependency that is the verified delivery."""

from __future__ import annotations

import inspect
from collections.abc import Awaitable, Callable
from contextlib import aclosing

from fastapi import HTTPException, Request
from starlette.requests import ClientDisconnect
from starlette.types import Message, Receive

from hookseal import Delivery, WebhookVerificationError, WebhookVerifier
from hookseal._adapter import (
    body_gone,
    check_arguments,
    check_declared,
    declared_length,
    is_short,
    limit_of,
    log_failure,
    too_large,
    verify,
)

__all__ = ["webhook"]

KEEP = "read it with `await request.body()`, which keeps it, instead of `request.stream()` and `request.form()`"


def webhook(
    verifier: WebhookVerifier,
    *,
    on_failure: Callable[[WebhookVerificationError, Request], object] | None = None,
) -> Callable[[Request], Awaitable[Delivery]]:
    """Makes a dependency that is the verified delivery; if the scheme's deliveries carry a Contio envelope, the
    envelope is checked too.

        @app.post("/webhooks/contio")
        async def receive(delivery: Annotated[Delivery, Depends(webhook(verifier))]) -> None: ...

    A refused delivery is answered with the status of the error and `{"detail": {"error": code}}`. Reading stops at the
    verifier's `max_body`. `on_failure` is called for each refusal, for metrics, and may be async; exceptions that it
    raises propagate. Without it, failures caused by the receiver itself (status 500) are logged.
    """
    check_arguments(verifier, on_failure)

    async def verified(request: Request) -> Delivery:
        try:
            body = await _read(request, limit_of(verifier))
            return verify(verifier, request.headers, body)
        except WebhookVerificationError as error:
            if on_failure is None:
                log_failure(error)
            else:
                reported = on_failure(error, request)
                if inspect.isawaitable(reported):
                    await reported
            raise HTTPException(error.status, {"error": error.code}, _headers(error, request)) from error

    return verified


def _headers(error: WebhookVerificationError, request: Request) -> dict[str, str] | None:
    """Makes the server close the connection if the body is too large; otherwise it reads on until the sender stops."""
    is_http_1 = str(request.scope.get("http_version", "1.1")).startswith("1")
    return {"Connection": "close"} if error.code == "body_too_large" and is_http_1 else None


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
    # After a middleware has read the stream, Starlette provides an empty one.
    if is_short(body, declared) or (not body and "transfer-encoding" in request.headers):
        raise body_gone(KEEP)
    # `await request.body()` looks here first, so later code can read the body again.
    setattr(request, "_body", body)
    setattr(request, "_receive", _again(body, request.receive))
    return body


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
