"""A Flask application that uses the decorator."""

from collections.abc import Callable
from typing import Any

from apps.shared import BY_SCHEME, INBOX, SEEN, VERIFIER, refused, refused_and_failing, see
from flask import Flask, Request, Response, request
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
@webhook(VERIFIER, inbox=INBOX, on_failure=refused)
def hook(delivery: Delivery, name: str) -> str:
    assert name in request.path
    return see(delivery)


@app.post("/again")
@webhook(VERIFIER)
def again(delivery: Delivery) -> str:
    assert request.stream.read() == request.get_data() == delivery.body
    return see(delivery)


def other(environ: dict[str, Any], start_response: Callable[..., object]) -> list[bytes]:
    """Another application, which reads the request itself."""
    start_response("200 OK", [("Content-Type", "application/octet-stream")])
    return [environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 10_000))]


@app.post("/handed-on")
@webhook(VERIFIER)
def handed_on(delivery: Delivery) -> Response:
    return Response.from_app(other, request.environ)


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


def accept(delivery: Delivery) -> str:
    return delivery.scheme


for scheme, verifier in BY_SCHEME.items():
    app.add_url_rule(f"/{scheme}", scheme, webhook(verifier)(accept), methods=["POST"])
