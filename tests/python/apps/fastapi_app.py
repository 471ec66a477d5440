"""The dependency for FastAPI, in an application."""

from typing import Annotated, Any

from apps.shared import SEEN, VERIFIER, refused, refused_and_failing, see
from fastapi import Depends, FastAPI, Request, Response
from hookseal import Delivery, WebhookVerificationError
from hookseal.fastapi import webhook
from starlette.middleware.base import RequestResponseEndpoint

app = FastAPI()


async def refused_later(error: WebhookVerificationError, request: Request) -> None:
    refused(error, request)


Verified = Annotated[Delivery, Depends(webhook(VERIFIER, on_failure=refused_later))]


async def keep(request: Request) -> None:
    await request.body()


async def drain(request: Request) -> None:
    async for _ in request.stream():
        pass


@app.middleware("http")
async def read_before(request: Request, call_next: RequestResponseEndpoint) -> Response:
    if request.url.path == "/gone-before":
        await drain(request)
    return await call_next(request)


@app.get("/seen")
async def seen() -> dict[str, list[str]]:
    return SEEN


@app.post("/hook")
async def hook(delivery: Verified) -> str:
    return see(delivery)


@app.post("/kept", dependencies=[Depends(keep)])
async def kept(delivery: Verified) -> str:
    return see(delivery)


@app.post("/parsed")
async def parsed(event: dict[str, Any], delivery: Verified) -> str:
    assert event == delivery.event()
    return see(delivery)


@app.post("/again")
async def again(request: Request, delivery: Verified) -> str:
    assert await request.body() == delivery.body
    return see(delivery)


@app.post("/gone-before")
async def gone_before(delivery: Annotated[Delivery, Depends(webhook(VERIFIER))]) -> str:
    return see(delivery)


@app.post("/gone", dependencies=[Depends(drain)])
async def gone(delivery: Annotated[Delivery, Depends(webhook(VERIFIER))]) -> str:
    return see(delivery)


@app.post("/hook-fails")
async def hook_fails(delivery: Annotated[Delivery, Depends(webhook(VERIFIER, on_failure=refused_and_failing))]) -> str:
    return see(delivery)
