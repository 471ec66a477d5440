"""`once` in the adapters: the view is called once for each event, and a sender learns when to try again."""

import asyncio
import json
import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Annotated, Any

import hookseal.django
import hookseal.fastapi
import hookseal.flask
import pytest
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory
from fastapi import Depends, FastAPI, HTTPException
from flask import Flask
from hookseal import Delivery, WebhookVerificationError, sign
from hookseal.once import MemoryStore, Once, SQLiteStore, StoreError
from once.support import NOW, SECRET, VERIFIER, envelope

if not settings.configured:
    settings.configure(ALLOWED_HOSTS=["*"])

# The status, the JSON and the `Retry-After` of an answer.
Answer = tuple[int, Any, str | None]
View = Callable[[Delivery], int]
Post = Callable[[str], Answer]


def request(event_id: str) -> tuple[dict[str, str], bytes]:
    body = envelope(event_id)
    return {**sign(body, SECRET, timestamp=NOW), "Content-Type": "application/json"}, body


def in_flask(view: View, once: Once) -> Post:
    app = Flask(__name__)
    app.testing = False

    @app.post("/hook")
    @hookseal.flask.webhook(VERIFIER, once=once)
    def hook(delivery: Delivery) -> tuple[str, int]:
        return "{}", view(delivery)

    def post(event_id: str) -> Answer:
        headers, body = request(event_id)
        answer = app.test_client().post("/hook", data=body, headers=headers)
        return answer.status_code, answer.get_json(force=True, silent=True), answer.headers.get("Retry-After")

    return post


def in_django(view: View, once: Once) -> Post:
    @hookseal.django.webhook(VERIFIER, once=once)
    def hook(request: HttpRequest, delivery: Delivery) -> HttpResponse:
        return HttpResponse("{}", status=view(delivery))

    return lambda event_id: of_django(lambda made: hook(made), event_id)


def in_async_django(view: View, once: Once) -> Post:
    @hookseal.django.webhook(VERIFIER, once=once)
    async def hook(request: HttpRequest, delivery: Delivery) -> HttpResponse:
        return HttpResponse("{}", status=view(delivery))

    return lambda event_id: of_django(lambda made: asyncio.run(hook(made)), event_id)


def of_django(call: Callable[[HttpRequest], HttpResponse], event_id: str) -> Answer:
    headers, body = request(event_id)
    meta = {f"HTTP_{name.upper().replace('-', '_')}": value for name, value in headers.items()}
    made = RequestFactory().post("/hook", body, "application/json", **meta)
    try:
        answer = call(made)
    except ZeroDivisionError:
        # As Django's handler does.
        return 500, None, None
    return answer.status_code, json.loads(answer.content), answer.headers.get("Retry-After")


def in_fastapi(view: View, once: Once) -> Post:
    app = FastAPI()
    webhook = hookseal.fastapi.webhook(VERIFIER, once=once)

    @app.post("/hook")
    async def hook(delivery: Annotated[Delivery, Depends(webhook)]) -> dict[str, str]:
        if (status := view(delivery)) >= 400:
            raise HTTPException(status, {})
        return {}

    def post(event_id: str) -> Answer:
        headers, body = request(event_id)
        scope = {
            "type": "http",
            "asgi": {"version": "3.0"},
            "http_version": "1.1",
            "method": "POST",
            "scheme": "http",
            "path": "/hook",
            "raw_path": b"/hook",
            "query_string": b"",
            "headers": [(name.lower().encode(), value.encode()) for name, value in headers.items()],
        }
        messages = [{"type": "http.request", "body": body, "more_body": False}]
        sent: list[Any] = []

        async def receive() -> Any:
            return messages.pop(0) if messages else await asyncio.Event().wait()

        async def send(message: Any) -> None:
            sent.append(message)

        try:
            asyncio.run(app(scope, receive, send))  # type: ignore[arg-type]
        except ZeroDivisionError:
            pass
        answer = b"".join(message.get("body", b"") for message in sent)
        found = json.loads(answer) if answer.startswith(b"{") else None
        wait = dict(sent[0]["headers"]).get(b"retry-after")
        return sent[0]["status"], found.get("detail", found) if found else found, wait and wait.decode()

    return post


ADAPTERS = {"Flask": in_flask, "Django": in_django, "async Django": in_async_django, "FastAPI": in_fastapi}


@pytest.fixture(params=ADAPTERS)
def adapter(request: pytest.FixtureRequest) -> Callable[[View, Once], Post]:
    return ADAPTERS[request.param]


@pytest.fixture(params=["memory", "sqlite"])
def once(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Once]:
    if request.param == "memory":
        yield Once()
    else:
        with closing(SQLiteStore(tmp_path / "once.db")) as store:
            yield Once(store, scope="test")


def test_a_view_is_called_once_for_each_event(adapter: Callable[[View, Once], Post], once: Once) -> None:
    seen: list[str] = []

    def view(delivery: Delivery) -> int:
        seen.append(delivery.event()["event_id"])
        return 202

    post = adapter(view, once)
    assert post("a")[0] in (200, 202)
    assert [post("a") for _ in range(2)] == [(200, {"duplicate": True}, None)] * 2
    assert post("b")[0] in (200, 202)
    assert seen == ["a", "b"]


@pytest.mark.parametrize("failure", [500, 400, ZeroDivisionError, "invalid_field"])
def test_a_view_that_fails_is_called_again(adapter: Callable[[View, Once], Post], once: Once, failure: Any) -> None:
    calls: list[int] = []

    def view(_: Delivery) -> int:
        calls.append(1)
        if len(calls) == 2:
            return 200
        if failure is ZeroDivisionError:
            raise ZeroDivisionError
        if isinstance(failure, str):
            raise WebhookVerificationError("invalid_field", "of the view")
        assert isinstance(failure, int)
        return failure

    post = adapter(view, once)
    expected = {ZeroDivisionError: 500, "invalid_field": 400}.get(failure, failure)
    assert [post("a")[0] for _ in range(3)] == [expected, 200, 200]
    assert len(calls) == 2


def test_a_duplicate_that_comes_while_the_view_runs_is_to_come_again(
    adapter: Callable[[View, Once], Post], once: Once
) -> None:
    answers: list[Answer] = []

    def view(_: Delivery) -> int:
        # In a thread of its own, which has no event loop yet.
        thread = threading.Thread(target=lambda: answers.append(post("a")))
        thread.start()
        thread.join()
        return 200

    post = adapter(view, once)
    assert post("a")[0] == 200
    status, body, wait = answers[0]
    assert (status, body) == (503, {"error": "in_progress"}) and wait is not None and 40 <= int(wait) <= 45


class Down(MemoryStore):
    def claim(self, *_: Any) -> Any:
        raise StoreError("it is down")


def test_a_store_that_is_down_is_answered_503(adapter: Callable[[View, Once], Post]) -> None:
    post = adapter(lambda _: 1 // 0, Once(Down()))
    assert post("a") == (503, {"error": "store_unavailable"}, "30")


@pytest.mark.parametrize("module", [hookseal.flask, hookseal.django, hookseal.fastapi])
def test_what_is_no_once_is_refused(module: Any) -> None:
    with pytest.raises(WebhookVerificationError, match="hookseal.once.Once"):
        module.webhook(VERIFIER, once=MemoryStore())
