"""Verified deliveries for FastAPI, as a dependency."""

from __future__ import annotations

import inspect
from collections.abc import Awaitable, Callable

from fastapi import HTTPException, Request
from starlette.requests import ClientDisconnect

from hookseal import Delivery, WebhookVerificationError, WebhookVerifier
from hookseal._adapter import check_arguments, check_declared, gone, judge, log, too_large

__all__ = ["webhook"]


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
            body = await _read(request, verifier.max_body)
            return judge(verifier, request.headers, body)
        except WebhookVerificationError as error:
            if on_failure is None:
                log(error)
            else:
                told = on_failure(error, request)
                if inspect.isawaitable(told):
                    await told
            raise HTTPException(error.status, {"error": error.code}) from error

    return verified


async def _read(request: Request, limit: int) -> bytes:
    """The body, whether somebody has read and kept it or not."""
    check_declared(request.headers.get("content-length"), limit)
    body = bytearray()
    try:
        async for chunk in request.stream():
            body += chunk
            if len(body) > limit:
                raise too_large(limit)
    except ClientDisconnect:
        # Nobody is there any more to be answered, and nothing was decided.
        raise HTTPException(400, "the connection was closed before the body was complete") from None
    except RuntimeError as error:
        # Starlette's, of a stream that is used up.
        raise gone("read it with `await request.body()`, which keeps it, in place of `request.stream()`") from error
    return bytes(body)
