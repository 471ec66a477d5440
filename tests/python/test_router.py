"""The router of events."""

import asyncio
from typing import Any

import pytest
from hookseal import Scheme, WebhookEvent, WebhookVerificationError, WebhookVerifier
from hookseal.router import WebhookHandlerError, WebhookRouter
from senders import NOW, SECRET, contio, envelope, mac

COMPLETED: Any = {"event_type": "meeting.completed", "data": {"title": "Stand-up"}}
UNKNOWN: Any = {"event_type": "meeting.archived", "data": {}}


def recorder() -> tuple[WebhookRouter, list[tuple[str, str]]]:
    """A router that records which function was called for which type."""
    router = WebhookRouter()
    calls: list[tuple[str, str]] = []

    @router.on("meeting.completed")
    def completed(event: WebhookEvent) -> None:
        calls.append(("completed", event["event_type"]))

    router.on("meeting.completed")(lambda event: calls.append(("again", event["event_type"])))
    router.on("meeting.deleted-by-moonlight")(lambda event: calls.append(("moonlight", event["event_type"])))

    @router.on_any
    def any_event(event: WebhookEvent) -> None:
        calls.append(("any", event["event_type"]))

    @router.on_unknown
    def unknown(event: WebhookEvent) -> None:
        calls.append(("unknown", event["event_type"]))

    return router, calls


def test_functions_for_the_type_are_called_before_those_for_any_event() -> None:
    router, calls = recorder()
    router.handle(COMPLETED)
    assert calls == [("completed", "meeting.completed"), ("again", "meeting.completed"), ("any", "meeting.completed")]


def test_an_event_without_functions_for_its_type_goes_to_those_for_unknown_events() -> None:
    router, calls = recorder()
    router.handle(UNKNOWN)
    assert calls == [("unknown", "meeting.archived"), ("any", "meeting.archived")]


def test_a_function_can_be_registered_for_a_type_that_is_not_in_the_catalogue() -> None:
    router, calls = recorder()
    router.handle({"event_type": "meeting.deleted-by-moonlight"})  # type: ignore[arg-type, typeddict-item]
    assert [name for name, _ in calls] == ["moonlight", "any"]


def test_a_delivery_is_routed_by_its_event() -> None:
    router, calls = recorder()
    body = envelope()
    router.handle(WebhookVerifier(SECRET, now=NOW).verify(contio(body), body))
    assert len(calls) == 3
    body = b"{}"
    with pytest.raises(WebhookVerificationError) as caught:
        router.handle(WebhookVerifier(SECRET, now=NOW).verify(contio(body), body))
    assert caught.value.code == "missing_field" and len(calls) == 3


def test_a_delivery_of_a_custom_scheme_is_routed_if_its_body_is_an_event() -> None:
    router, calls = recorder()
    scheme = Scheme("contio-x", signature_header="X-Custom-Signature", encoding="hex", signed="{body}")
    verifier = WebhookVerifier(SECRET, scheme=scheme)
    for body, code in [(envelope(), None), (b"any body", "invalid_argument"), (b"{}", "invalid_argument")]:
        delivery = verifier.verify({"X-Custom-Signature": mac(SECRET, body).hexdigest()}, body)
        if code is None:
            router.handle(delivery)
            continue
        with pytest.raises(WebhookVerificationError) as caught:
            router.handle(delivery)
        assert caught.value.code == code
    assert len(calls) == 3


def test_a_decorated_function_is_returned_unchanged() -> None:
    def handler(event: object) -> str:
        return "called"

    router = WebhookRouter()
    assert router.on("meeting.created")(handler) is handler
    assert router.on_any(handler) is handler is router.on_unknown(handler)


def test_all_functions_are_called_and_all_failures_are_reported() -> None:
    router, calls = recorder()

    def fail(event: object) -> None:
        raise KeyError("the first")

    def fail_too(event: object) -> None:
        raise RuntimeError("the second")

    router.on_any(fail)
    router.on_any(fail_too)
    router.on_any(lambda event: calls.append(("last", "")))
    with pytest.raises(WebhookHandlerError, match="2 of 6 handlers of the event 'meeting.completed' failed") as caught:
        router.handle(COMPLETED)
    assert [type(failure) for failure in caught.value.exceptions] == [KeyError, RuntimeError]
    assert caught.value.__cause__ is caught.value.exceptions[0]
    assert calls[-1] == ("last", "")


def test_async_functions_are_awaited_in_order() -> None:
    router, calls = recorder()

    @router.on("meeting.completed")
    async def later(event: WebhookEvent) -> None:
        await asyncio.sleep(0)
        calls.append(("later", event["event_type"]))

    @router.on_any
    async def fail(event: object) -> None:
        raise RuntimeError("it fails")

    with pytest.raises(WebhookHandlerError, match="1 of 5"):
        asyncio.run(router.handle_async(COMPLETED))
    assert [name for name, _ in calls] == ["completed", "again", "later", "any"]


def test_an_async_function_cannot_be_called_by_handle() -> None:
    router, calls = recorder()

    @router.on("meeting.completed")
    async def later(event: object) -> None:
        calls.append(("later", ""))

    with pytest.raises(TypeError, match=r"later is async: await handle_async\(\)"):
        router.handle(COMPLETED)
    assert calls == []


def test_a_function_that_returns_a_coroutine_is_reported_as_a_failure() -> None:
    class Later:
        async def __call__(self, event: object) -> None:
            raise AssertionError("it is never awaited")

    router, calls = recorder()
    router.on_any(Later())
    with pytest.raises(WebhookHandlerError) as caught:
        router.handle(COMPLETED)
    assert isinstance(caught.value.exceptions[0], TypeError) and len(calls) == 3


@pytest.mark.parametrize("value", [None, {}, {"event_type": 7}, "meeting.completed", [], object()])
def test_a_value_that_is_not_an_event_is_refused(value: Any) -> None:
    with pytest.raises(WebhookVerificationError) as caught:
        WebhookRouter().handle(value)
    assert caught.value.code == "invalid_argument"


def test_a_handler_that_is_not_callable_or_a_type_that_is_not_a_str_is_a_type_error() -> None:
    router = WebhookRouter()
    for act in [
        lambda: router.on(7),
        lambda: router.on("a")(7),
        lambda: router.on_any(None),
        lambda: router.on_unknown("f"),
    ]:
        with pytest.raises(TypeError):
            act()  # type: ignore[no-untyped-call]
