"""A FastAPI application that uses the dependency."""

from typing import Annotated, Any

from apps.shared import BY_SCHEME, INBOX, SEEN, VERIFIER, refused, refused_and_failing, see
from fastapi import Depends, FastAPI, Request, Response
from hookseal import Delivery, WebhookVerificationError, WebhookVerifier
from hookseal.fastapi import webhook
from starlette.middleware.base import RequestResponseEndpoint
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

app = FastAPI()


async def refused_later(error: WebhookVerificationError, request: Request) -> None:
    refused(error, request)


Verified = Annotated[Delivery, Depends(webhook(VERIFIER, inbox=INBOX, on_failure=refused_later))]


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
    assert b"".join([chunk async for chunk in request.stream()]) == delivery.body
    return see(delivery)


async def other(request: Request) -> Response:
    """Another application, which reads the request itself."""
    body = await request.body()
    return Response(body, media_type="application/octet-stream")


class HandedOn(Response):
    """The response of another application."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await Route("/handed-on", other, methods=["POST"])(scope, self.receive, send)

    def __init__(self, request: Request) -> None:
        super().__init__()
        self.receive = request.receive


@app.post("/handed-on")
async def handed_on(request: Request, delivery: Verified) -> Response:
    return HandedOn(request)


@app.post("/gone-before")
async def gone_before(delivery: Annotated[Delivery, Depends(webhook(VERIFIER))]) -> str:
    return see(delivery)


@app.post("/gone", dependencies=[Depends(drain)])
async def gone(delivery: Annotated[Delivery, Depends(webhook(VERIFIER))]) -> str:
    return see(delivery)


@app.post("/hook-fails")
async def hook_fails(delivery: Annotated[Delivery, Depends(webhook(VERIFIER, on_failure=refused_and_failing))]) -> str:
    return see(delivery)


def accepting(verifier: WebhookVerifier) -> Any:
    async def accept(delivery: Annotated[Delivery, Depends(webhook(verifier))]) -> str:
        return delivery.scheme

    return accept


for scheme, verifier in BY_SCHEME.items():
    app.add_api_route(f"/{scheme}", accepting(verifier), methods=["POST"])
