"""The adapters, as type checkers see them."""

import os
from typing import Annotated, Any

from fastapi import Depends, FastAPI, Request
from flask import Flask
from flask import Request as FlaskRequest
from hookseal import Delivery, WebhookVerificationError, WebhookVerifier
from hookseal.django import webhook as for_django
from hookseal.fastapi import webhook as for_fastapi
from hookseal.flask import webhook as for_flask
from typing_extensions import assert_type

verifier = WebhookVerifier(os.environ["WEBHOOK_SECRET"])
app = FastAPI()
flask = Flask(__name__)


async def hook(error: WebhookVerificationError, request: Request) -> None:
    print(error.code, request.client)


def flask_hook(error: WebhookVerificationError, request: FlaskRequest) -> None:
    print(error.code, request.remote_addr)


@app.post("/")
async def receive(delivery: Annotated[Delivery, Depends(for_fastapi(verifier, on_failure=hook))]) -> None:
    print(delivery.event()["event_id"])


@flask.post("/<name>")
@for_flask(verifier, on_failure=flask_hook)
def flask_view(delivery: Delivery, name: str) -> tuple[str, int]:
    return delivery.scheme + name, 200


@for_flask(verifier)  # error: the view takes no delivery
def takes_none(name: str) -> str:
    return name


@for_django(verifier)
def django_view(request: object, delivery: Delivery, name: str) -> int:
    return len(delivery.scheme + name)


@for_django(verifier)
async def async_django_view(request: Any, delivery: Delivery) -> int:
    return len(delivery.scheme)


@for_django(verifier)  # error: the view takes the delivery after the request
def wrong_order(delivery: Delivery, request: str) -> int:
    return len(delivery.scheme)


async def called() -> None:
    assert_type(django_view(object(), "name"), int)
    assert_type(await async_django_view(object()), int)
    for_fastapi(os.environ["WEBHOOK_SECRET"])  # error: it takes a verifier
    for_flask(verifier, on_failure=lambda error: None)  # error: it is also called with the request
