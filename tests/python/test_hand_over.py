"""Deliveries that are handed over to the queue of another engine before they are answered."""

import asyncio
import logging
import threading
from collections.abc import Iterator
from typing import Any

import django
import pytest
from asgi import post_asgi
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from fastapi import Depends, FastAPI
from flask import Flask
from hookseal import Delivery, WebhookVerificationError, WebhookVerifier
from hookseal.inbox import Inbox
from hookseal.once import Once
from hookseal.queue import HandOver, HandOverNotice, hand_over
from senders import NOW, SECRET, contio, envelope, mac

VERIFIER = WebhookVerifier(SECRET, now=NOW)
BODY = envelope()


def delivery(body: bytes = BODY) -> Delivery:
    return VERIFIER.verify(contio(body), body)


class Queue:
    """Keeps what it was handed, or fails."""

    def __init__(self) -> None:
        self.found: list[tuple[str, str]] = []
        self.error: BaseException | None = None

    def __call__(self, given: Delivery, key: str) -> None:
        if self.error is not None:
            raise self.error
        self.found.append((given.event()["event_id"], key))


@pytest.fixture
def queue() -> Queue:
    return Queue()


def put(over: HandOver, given: Delivery, is_async: bool) -> None:
    asyncio.run(over.aput(given)) if is_async else over.put(given)


@pytest.mark.parametrize("is_async", [False, True])
def test_a_delivery_is_handed_over_with_its_key(queue: Queue, is_async: bool) -> None:
    put(hand_over(queue, scope="shop"), delivery(), is_async)
    assert queue.found == [("evt-1", "4.shop6.contio5.evt-1")]


def test_an_async_function_is_awaited(queue: Queue) -> None:
    async def send(given: Delivery, key: str) -> None:
        await asyncio.sleep(0)
        queue(given, key)

    for function in (send, lambda given, key: send(given, key)):
        asyncio.run(hand_over(function, scope="shop").aput(delivery()))
    assert len(queue.found) == 2
    with pytest.raises(WebhookVerificationError, match="the function is async: use aput()") as caught:
        hand_over(send, scope="shop").put(delivery())
    assert (caught.value.code, caught.value.status) == ("store_unavailable", 503)


@pytest.mark.parametrize("is_async", [False, True])
@pytest.mark.parametrize(
    "error",
    [
        ConnectionError("redis://:password@host"),
        ValueError("what was stored"),
        TimeoutError("its own"),
        WebhookVerificationError("malformed_envelope", "a mistake of the function"),
    ],
)
def test_whatever_the_function_raises_is_a_503(queue: Queue, is_async: bool, error: BaseException) -> None:
    queue.error = error
    notices: list[HandOverNotice] = []
    with pytest.raises(WebhookVerificationError) as caught:
        put(hand_over(queue, scope="shop", on_notice=notices.append), delivery(), is_async)
    assert (caught.value.code, caught.value.status, caught.value.retry_after) == ("store_unavailable", 503, 30)
    assert "password" not in str(caught.value) and "what was stored" not in str(caught.value)
    assert "longer" not in str(caught.value)
    assert [notice.name for notice in notices] == ["store_unavailable"]
    # asyncio makes some errors anew.
    assert type(notices[0].error) is type(error)


@pytest.mark.parametrize("is_async", [False, True])
def test_a_function_that_hangs_is_given_up(is_async: bool) -> None:
    is_over = threading.Event()
    over = hand_over(lambda *_: is_over.wait(), scope="shop", timeout=0.05)
    try:
        with pytest.raises(WebhookVerificationError, match=r"it took longer than 0\.05 s") as caught:
            put(over, delivery(), is_async)
        assert caught.value.code == "store_unavailable"
    finally:
        is_over.set()


def test_a_coroutine_that_hangs_is_cancelled() -> None:
    ended: list[str] = []

    async def send(*_: object) -> None:
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            ended.append("cancelled")
            raise

    async def main() -> None:
        with pytest.raises(WebhookVerificationError, match="longer than"):
            await hand_over(send, scope="shop", timeout=0.05).aput(delivery())
        await asyncio.sleep(0)
        # A sender that goes away cancels it too.
        gone = asyncio.ensure_future(hand_over(send, scope="shop").aput(delivery()))
        await asyncio.sleep(0.01)
        gone.cancel()
        await asyncio.wait([gone])
        await asyncio.sleep(0)

    asyncio.run(main())
    assert ended == ["cancelled", "cancelled"]


def test_functions_that_hang_take_a_bounded_number_of_threads() -> None:
    is_over = threading.Event()
    calls: list[int] = []

    def send(*_: object) -> None:
        calls.append(1)
        is_over.wait()

    over = hand_over(send, scope="shop", timeout=0.001)
    given = delivery()
    try:
        messages = set()
        for _ in range(70):
            with pytest.raises(WebhookVerificationError) as caught:
                over.put(given)
            messages.add(str(caught.value).partition(": ")[2])
        assert messages == {"it took longer than 0.001 s", "64 earlier calls have not returned yet"}
        assert len(calls) <= 64
    finally:
        is_over.set()


def test_a_delivery_without_a_key_has_a_random_one(queue: Queue) -> None:
    keys: list[str] = []
    names: list[str] = []
    github = WebhookVerifier(SECRET, scheme="github")
    given = github.verify({"X-Hub-Signature-256": "sha256=" + mac(SECRET).hexdigest()}, b"")
    over = hand_over(lambda _, key: keys.append(key), scope="shop", on_notice=lambda notice: names.append(notice.name))
    over.put(given)
    over.put(given)
    assert names == ["no_key", "no_key"]
    assert len(set(keys)) == 2 and all(key.startswith("?") for key in keys)


def test_failures_are_logged_without_what_they_hold(queue: Queue, caplog: pytest.LogCaptureFixture) -> None:
    queue.error = ConnectionError("redis://:password@host")
    with caplog.at_level(logging.DEBUG, "hookseal"), pytest.raises(WebhookVerificationError):
        hand_over(queue, scope="shop").put(delivery())
    assert "not handed over, key 4.shop6.contio5.evt-1: builtins.ConnectionError" in caplog.text
    assert "password" not in caplog.text


def test_a_hook_that_raises_changes_nothing(queue: Queue, caplog: pytest.LogCaptureFixture) -> None:
    def hook(notice: HandOverNotice) -> None:
        raise ValueError("of the hook")

    hand_over(queue, scope="shop", on_notice=hook).put(delivery())
    assert len(queue.found) == 1 and "on_notice raised for handed_over" in caplog.text


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"scope": ""}, "needs a scope"),
        ({"scope": "s", "timeout": 0}, "timeout must be over 0 s and below 1,000,000 s, but it is 0 s"),
        ({"scope": "s", "timeout": float("nan")}, "timeout must be over 0 s"),
        ({"scope": "s", "on_notice": 5}, "on_notice must be a function"),
    ],
)
def test_settings_are_checked(options: dict[str, Any], message: str) -> None:
    with pytest.raises(WebhookVerificationError, match=message) as caught:
        hand_over(lambda *_: None, **options)
    assert caught.value.code == "invalid_argument"


def test_arguments_are_checked(queue: Queue, tmp_path: Any) -> None:
    with pytest.raises(WebhookVerificationError, match="takes a function that puts"):
        hand_over(5, scope="s")  # type: ignore[arg-type]
    over = hand_over(queue, scope="s")
    with pytest.raises(WebhookVerificationError, match="takes a verified Delivery, but this is a dict"):
        over.put({})  # type: ignore[arg-type]
    from hookseal.flask import webhook

    with pytest.raises(WebhookVerificationError, match="must be what hookseal.queue.hand_over"):
        webhook(VERIFIER, hand_over=queue)  # type: ignore[arg-type]
    with pytest.raises(WebhookVerificationError, match="inbox and hand_over exclude each other"):
        webhook(VERIFIER, hand_over=over, inbox=Inbox(tmp_path / "inbox.db", scope="s"))
    with pytest.raises(WebhookVerificationError, match="once and hand_over exclude each other"):
        webhook(VERIFIER, hand_over=over, once=Once())


def flask_app(over: HandOver) -> Any:
    from hookseal.flask import webhook

    app = Flask(__name__)

    @app.post("/")
    @webhook(VERIFIER, hand_over=over)
    def receive(delivery: Delivery) -> str:
        return "viewed"

    client = app.test_client()
    return lambda headers: (
        (answer := client.post("/", data=BODY, headers=headers))
        and (
            answer.status_code,
            answer.headers.get("Retry-After"),
            answer.get_data(as_text=True),
        )
    )


def fastapi_app(over: HandOver) -> Any:
    from hookseal.fastapi import webhook

    app = FastAPI()

    @app.post("/hook")
    async def receive(delivery: Any = Depends(webhook(VERIFIER, hand_over=over))) -> str:
        return "viewed"

    def post(headers: dict[str, str]) -> Any:
        status, answer = post_asgi(app, headers, BODY)
        # Only the status and the body are returned.
        return status, "30" if status == 503 else None, str(answer)

    return post


def django_app(over: HandOver, is_async: bool = False) -> Any:
    from hookseal.django import webhook

    if not settings.configured:
        settings.configure(ALLOWED_HOSTS=["*"], SECRET_KEY="of the tests")
        django.setup()
    from django.test import RequestFactory

    def receive(request: HttpRequest, delivery: Delivery) -> HttpResponse:
        return HttpResponse("viewed")

    async def receive_async(request: HttpRequest, delivery: Delivery) -> HttpResponse:
        return HttpResponse("viewed")

    view: Any = webhook(VERIFIER, hand_over=over)(receive_async if is_async else receive)

    def post(headers: dict[str, str]) -> Any:
        request = RequestFactory().post("/", BODY, "application/json", headers=headers)
        answer = asyncio.run(view(request)) if is_async else view(request)
        return answer.status_code, answer.headers.get("Retry-After"), answer.content.decode()

    return post


@pytest.fixture(params=[flask_app, fastapi_app, django_app, lambda over: django_app(over, True)])
def served(request: pytest.FixtureRequest, queue: Queue) -> Iterator[Any]:
    yield request.param(hand_over(queue, scope="shop"))


def test_adapters_answer_200_once_the_queue_has_it_and_503_otherwise(served: Any, queue: Queue) -> None:
    status, _, text = served(contio(BODY))
    assert (status, text.strip('"')) == (200, "viewed")
    assert queue.found == [("evt-1", "4.shop6.contio5.evt-1")]
    queue.error = ConnectionError()
    status, retry_after, text = served(contio(BODY))
    assert (status, retry_after) == (503, "30")
    assert "store_unavailable" in text
    queue.error = WebhookVerificationError("malformed_envelope", "of the function")
    assert served(contio(BODY))[0] == 503
    queue.error = None
    assert served(contio(BODY, "another secret, which is not the endpoint's"))[0] == 401
    assert len(queue.found) == 1
