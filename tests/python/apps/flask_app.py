"""The decorator for Flask, in an application."""

from apps.shared import SEEN, VERIFIER, refused, refused_and_failing, see
from flask import Flask, Request, request
from hookseal import Delivery, WebhookVerificationError
from hookseal.flask import webhook

app = Flask(__name__)


@app.before_request
def read_before() -> None:
    match request.path:
        case "/kept":
            request.get_data()
        case "/parsed":
            assert request.get_json(force=True)
        case "/touched":
            assert not request.form
        case "/gone":
            while request.stream.read(1000):
                pass


@app.get("/seen")
def seen() -> dict[str, list[str]]:
    return SEEN


@app.post("/<any(hook, kept, parsed, touched):name>")
@webhook(VERIFIER, on_failure=refused)
def hook(delivery: Delivery, name: str) -> str:
    assert name in request.path
    return see(delivery)


@app.post("/again")
@webhook(VERIFIER)
def again(delivery: Delivery) -> str:
    assert request.get_data() == delivery.body
    return see(delivery)


async def refused_later(error: WebhookVerificationError, request: Request) -> None:
    refused(error, request)


@app.post("/async-hook")
@webhook(VERIFIER, on_failure=refused_later)
async def async_hook(delivery: Delivery) -> str:
    return see(delivery)


@app.post("/gone")
@webhook(VERIFIER)
def gone(delivery: Delivery) -> str:
    return see(delivery)


@app.post("/hook-fails")
@webhook(VERIFIER, on_failure=refused_and_failing)
def hook_fails(delivery: Delivery) -> str:
    return see(delivery)
