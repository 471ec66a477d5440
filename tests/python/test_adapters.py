"""The adapters, where a receiver or a sender does something unexpected: what the request alone causes is never answered
500, and refusals are logged."""

import asyncio
import json
import logging
from collections.abc import Callable
from io import BytesIO
from typing import Annotated, Any

import hookseal.django
import hookseal.fastapi
import hookseal.flask
import pytest
from asgi import post_asgi
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.http.multipartparser import MultiPartParserError
from django.test import RequestFactory
from fastapi import Depends, FastAPI, Request, Response
from flask import Flask, request
from hookseal import Delivery, WebhookVerificationError, WebhookVerifier, sign
from senders import SECRET, contio, envelope, now_seconds
from starlette.middleware.base import RequestResponseEndpoint

if not settings.configured:
    settings.configure(ALLOWED_HOSTS=["*"])

CONTIO = WebhookVerifier(SECRET)
GITHUB = WebhookVerifier(SECRET, scheme="github")
FORM = b"payload=%7B%7D"
BROKEN = WebhookVerifier(SECRET, now=lambda: 1 / 0)

Answer = tuple[int, Any]
Read = Callable[[Delivery], Any]


def in_fastapi(verifier: WebhookVerifier, read: Read, headers: dict[str, str], body: bytes, **options: Any) -> Answer:
    app = FastAPI()

    @app.post("/hook")
    async def hook(delivery: Annotated[Delivery, Depends(hookseal.fastapi.webhook(verifier, **options))]) -> Any:
        return read(delivery)

    status, answer = post_asgi(app, {**headers, "Content-Length": str(len(body))}, body)
    return status, answer.get("detail", answer) if isinstance(answer, dict) else answer


def in_flask(verifier: WebhookVerifier, read: Read, headers: dict[str, str], body: bytes, **options: Any) -> Answer:
    app = Flask(__name__)
    app.testing = False

    @app.post("/hook")
    @hookseal.flask.webhook(verifier, **options)
    def hook(delivery: Delivery) -> Any:
        return json.dumps(read(delivery))

    answer = app.test_client().post("/hook", data=body, headers=headers)
    return answer.status_code, answer.get_json(force=True, silent=True)


def in_django(verifier: WebhookVerifier, read: Read, headers: dict[str, str], body: bytes, **options: Any) -> Answer:
    @hookseal.django.webhook(verifier, **options)
    def hook(request: HttpRequest, delivery: Delivery) -> HttpResponse:
        return HttpResponse(json.dumps(read(delivery)))

    answer = hook(RequestFactory().post("/hook", body, "application/json", headers=headers))
    return answer.status_code, json.loads(answer.content)


def in_async_django(
    verifier: WebhookVerifier, read: Read, headers: dict[str, str], body: bytes, **options: Any
) -> Answer:
    @hookseal.django.webhook(verifier, **options)
    async def hook(request: HttpRequest, delivery: Delivery) -> HttpResponse:
        return HttpResponse(json.dumps(read(delivery)))

    answer = asyncio.run(hook(RequestFactory().post("/hook", body, "application/json", headers=headers)))
    return answer.status_code, json.loads(answer.content)


IN = {"FastAPI": in_fastapi, "Flask": in_flask, "Django": in_django, "async Django": in_async_django}


@pytest.mark.parametrize("framework", IN)
def test_a_refusal_is_logged_with_its_code_and_no_secret(framework: str, caplog: pytest.LogCaptureFixture) -> None:
    body = envelope()
    headers = contio(body, timestamp=now_seconds())
    caplog.set_level(logging.DEBUG, "hookseal")
    for sent, code, status in [
        ({}, "missing_header", 400),
        (contio(body + b" ", timestamp=now_seconds()), "signature_mismatch", 401),
        (contio(body, timestamp=now_seconds() - 412), "timestamp_too_old", 401),
    ]:
        caplog.clear()
        assert IN[framework](CONTIO, lambda _: 1, sent, body) == (status, {"error": code})
        (record,) = [record for record in caplog.records if record.name == "hookseal"]
        assert record.levelno == logging.INFO
        assert record.getMessage().startswith("a webhook was refused: ") and f"({code})" in record.getMessage()
        assert SECRET not in record.getMessage()
        assert not any(value in record.getMessage() for value in list(sent.values())[:1])
    caplog.clear()
    assert IN[framework](BROKEN, lambda _: 1, headers, body) == (500, {"error": "invalid_argument"})
    (record,) = [record for record in caplog.records if record.name == "hookseal"]
    assert record.levelno == logging.ERROR and "(invalid_argument)" in record.getMessage()
    # A hook replaces the log.
    caplog.clear()
    seen: list[str] = []
    IN[framework](CONTIO, lambda _: 1, {}, body, on_failure=lambda error, _: seen.append(error.code))
    assert seen == ["missing_header"] and not [record for record in caplog.records if record.name == "hookseal"]


@pytest.mark.parametrize("framework", IN)
def test_githubs_default_form_is_not_answered_500(framework: str, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "hookseal")
    seen: list[str] = []
    headers = sign(FORM, SECRET, scheme="github")
    expected = (400, {"error": "malformed_envelope"})
    assert IN[framework](GITHUB, lambda delivery: delivery.json(), headers, FORM) == expected
    assert "it is a form, not JSON" in caplog.text
    hook: Any = lambda error, _: seen.append(error.code)  # noqa: E731
    assert IN[framework](GITHUB, lambda delivery: delivery.json(), headers, FORM, on_failure=hook) == expected
    assert seen == ["malformed_envelope"]
    assert IN[framework](GITHUB, lambda delivery: delivery.body.decode(), headers, FORM) == (200, FORM.decode())


@pytest.mark.parametrize("framework", ["FastAPI", "Django", "async Django"])
def test_a_mistake_in_the_view_propagates(framework: str) -> None:
    headers = sign(b"{}", SECRET, scheme="github")
    with pytest.raises(WebhookVerificationError, match=r"use json\(\)"):
        IN[framework](GITHUB, lambda delivery: delivery.event(), headers, b"{}")
    with pytest.raises(LookupError):
        IN[framework](GITHUB, lambda delivery: delivery.json()["action"], headers, b"{}")


def test_a_mistake_in_a_flask_view_propagates(caplog: pytest.LogCaptureFixture) -> None:
    headers = sign(b"{}", SECRET, scheme="github")
    assert in_flask(GITHUB, lambda delivery: delivery.event(), headers, b"{}")[0] == 500
    assert "use json()" in caplog.text


# What a request alone can cause.

KINDS = ["application/json", "text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=b", ""]

NOT_READ = (400, {"detail": {"error": "body_not_read"}})


async def passing(request: Request, call_next: RequestResponseEndpoint) -> Response:
    return await call_next(request)


async def keeping(request: Request, call_next: RequestResponseEndpoint) -> Response:
    await request.body()
    return await call_next(request)


async def consuming(request: Request, call_next: RequestResponseEndpoint) -> Response:
    async for _ in request.stream():
        pass
    return await call_next(request)


def fastapi_app(*middleware: Any) -> FastAPI:
    app = FastAPI()
    for function in middleware:
        app.middleware("http")(function)

    @app.post("/hook")
    async def hook(delivery: Annotated[Delivery, Depends(hookseal.fastapi.webhook(CONTIO))]) -> str:
        return delivery.event()["event_id"]

    return app


@pytest.mark.parametrize("middleware", [[], [passing], [keeping], [passing, keeping], [keeping, passing]])
def test_an_empty_chunked_body_is_not_an_error_of_the_receiver_in_fastapi(
    middleware: list[Any], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "hookseal")
    chunked = {"Transfer-Encoding": "chunked"}
    headers = {**contio(b"x", timestamp=now_seconds()), **chunked}
    assert post_asgi(fastapi_app(*middleware), headers, b"") == NOT_READ
    assert "it was sent so, or a middleware has read it; read it with `await request.body()`" in caplog.text
    assert not [record for record in caplog.records if record.levelno > logging.INFO]
    assert post_asgi(fastapi_app(*middleware), chunked, b"") == (400, {"detail": {"error": "missing_header"}})
    body = envelope()
    headers = {**contio(body, timestamp=now_seconds()), **chunked}
    assert post_asgi(fastapi_app(*middleware), headers, body[:9], body[9:]) == (200, "evt-1")


def test_a_body_that_a_fastapi_middleware_consumed_is_not_blamed_on_the_sender() -> None:
    body = envelope()
    for middleware in [[consuming], [consuming, passing], [passing, consuming]]:
        headers = {**contio(body, timestamp=now_seconds()), "Content-Length": str(len(body))}
        gone = (500, {"detail": {"error": "invalid_argument"}})
        assert post_asgi(fastapi_app(*middleware), headers, body) == gone
        headers = {**contio(body, timestamp=now_seconds()), "Transfer-Encoding": "chunked"}
        assert post_asgi(fastapi_app(*middleware), headers, body) == NOT_READ


def flask_app(reading: bool) -> Any:
    app = Flask(__name__)

    if reading:

        @app.before_request
        def read() -> None:
            assert request.form is not None

    @app.post("/hook")
    @hookseal.flask.webhook(CONTIO)
    def hook(delivery: Delivery) -> str:
        return delivery.event()["event_id"]

    return app.test_client()


@pytest.mark.parametrize("reading", [False, True])
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("terminated", [None, False, True])
@pytest.mark.parametrize("body", [b"", b"a=b", b"--b\r\n", b"--b--\r\n"])
def test_no_request_is_answered_500_by_flask(
    reading: bool, kind: str, terminated: bool | None, body: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG, "hookseal")
    headers = {**contio(b"x", timestamp=now_seconds()), "Content-Type": kind}
    if terminated is None:
        answer = flask_app(reading).post("/hook", data=body, headers=headers)
    else:
        answer = flask_app(reading).post(
            "/hook",
            input_stream=BytesIO(body),
            headers={**headers, "Transfer-Encoding": "chunked"},
            environ_overrides={"wsgi.input_terminated": True} if terminated else {},
        )
    assert (answer.status_code, answer.get_json()["error"]) in [(401, "signature_mismatch"), (400, "body_not_read")]
    assert not [record for record in caplog.records if record.levelno > logging.INFO]
    if terminated is False:
        assert "this server does not say where they end" in caplog.text


def test_a_flask_receiver_that_reads_forms_still_takes_json() -> None:
    body = envelope()
    headers = {**contio(body, timestamp=now_seconds()), "Content-Type": "application/json"}
    assert flask_app(True).post("/hook", data=body, headers=headers).text == "evt-1"


@hookseal.django.webhook(CONTIO)
def django_view(request: HttpRequest, delivery: Delivery) -> HttpResponse:
    return HttpResponse(delivery.event()["event_id"])


@pytest.mark.parametrize("reading", [False, True])
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("terminated", [None, False, True])
@pytest.mark.parametrize("body", [b"", b"a=b", b"--b\r\n", b"--b--\r\n"])
def test_no_request_is_answered_500_by_django(
    reading: bool, kind: str, terminated: bool | None, body: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG, "hookseal")
    more: dict[str, Any] = {"wsgi.input": BytesIO(body)}
    if terminated is not None:
        more |= {"HTTP_TRANSFER_ENCODING": "chunked", "CONTENT_LENGTH": "", "wsgi.input_terminated": terminated}
    sent = RequestFactory().post("/", body, kind, headers=contio(b"x", timestamp=now_seconds()), **more)
    try:
        # As a middleware would.
        assert not reading or sent.POST is not None
    except MultiPartParserError:
        # Django answers this 400.
        return
    answer = django_view(sent)
    found = (answer.status_code, json.loads(answer.content)["error"])
    assert found in [(401, "signature_mismatch"), (400, "body_not_read")]
    assert not [record for record in caplog.records if record.levelno > logging.INFO]
    if terminated is False:
        assert "this server does not say where they end" in caplog.text
    elif found[0] == 400:
        assert "other code has parsed it as a form; read `request.body`" in caplog.text
