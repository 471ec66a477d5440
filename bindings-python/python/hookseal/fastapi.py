"""Verified deliveries for FastAPI, as a dependency."""

from __future__ import annotations

import inspect
from collections.abc import Awaitable, Callable
from contextlib import aclosing

from fastapi import HTTPException, Request
from starlette.requests import ClientDisconnect
from starlette.types import Message, Receive

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

KEEP = "read it with `await request.body()`, which keeps it, in place of `request.stream()` and `request.form()`"


def webhook(
    verifier: WebhookVerifier,
    *,
    on_failure: Callable[[WebhookVerificationError, Request], object] | None = None,
) -> Callable[[Request], Awaitable[Delivery]]:
    """Makes a dependency that is the delivery, once it was verified; for Contio's schemes with its envelope.

        @app.post("/webhooks/contio")
        async def receive(delivery: Annotated[Delivery, Depends(webhook(verifier))]) -> None: ...

    A delivery that is refused is answered with the status of the error and `{"detail": {"error": code}}`. The body is
    held to the verifier's `max_body` while it is read. `on_failure` hears of each refusal, for metrics, and may be async;
    what it raises is the application's to handle. Without it, failures of the receiver's own making (status 500) are
    logged.
    """
    check_arguments(verifier, on_failure)

    async def verified(request: Request) -> Delivery:
        try:
            body = await _read(request, limit_of(verifier))
            return judge(verifier, request.headers, body)
        except WebhookVerificationError as error:
            if on_failure is None:
                log(error)
            else:
                told = on_failure(error, request)
                if inspect.isawaitable(told):
                    await told
            raise HTTPException(error.status, {"error": error.code}, _headers(error, request)) from error

    return verified


def _headers(error: WebhookVerificationError, request: Request) -> dict[str, str] | None:
    """Has a server hang up on what is too large, which it would otherwise go on to read for as long as it is sent."""
    is_http_1 = str(request.scope.get("http_version", "1.1")).startswith("1")
    return {"Connection": "close"} if error.code == "body_too_large" and is_http_1 else None


async def _read(request: Request, limit: int) -> bytes:
    """The body, whether somebody has read and kept it or not."""
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
        # Nobody is there any more to be answered, and nothing was decided.
        raise HTTPException(400, "the connection was closed before the body was complete") from None
    except RuntimeError as error:
        # Starlette's, of a stream that is used up.
        raise gone(KEEP) from error
    body = bytes(chunks)
    # Behind a middleware that has read the stream, Starlette gives an empty one.
    if is_short(body, declared) or (not body and "transfer-encoding" in request.headers):
        raise gone(KEEP)
    # Where `await request.body()` looks first: what comes after may read it once more.
    setattr(request, "_body", body)
    setattr(request, "_receive", _again(body, request.receive))
    return body


def _declared(request: Request) -> int | None:
    """The length that was declared; none for what comes in chunks, and none where two of them contradict each other."""
    if "transfer-encoding" in request.headers:
        return None
    lengths = {declared_length(length) for length in request.headers.getlist("content-length")}
    return lengths.pop() if len(lengths) == 1 else None


def _again(body: bytes, receive: Receive) -> Receive:
    """Gives the body once more to another application that the view hands the request on to: the server has no more of it,
    and would have it wait until the sender hangs up."""
    messages: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def receive_again() -> Message:
        return messages.pop() if messages else await receive()

    return receive_again
