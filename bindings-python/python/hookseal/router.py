"""Calls the functions that are registered for the type of an event."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any, TypeVar

from hookseal import Delivery, WebhookEvent, WebhookVerificationError
from hookseal._routes import Route, Routes

__all__ = ["WebhookHandlerError", "WebhookRouter"]

AnyHandler = Callable[[Any], Any]
Handler = TypeVar("Handler", bound=Callable[[WebhookEvent], Any])


class WebhookHandlerError(Exception):
    """At least one of the functions called for an event failed; `exceptions` holds what they raised, in order."""

    exceptions: tuple[Exception, ...]

    def __init__(self, message: str, exceptions: tuple[Exception, ...]) -> None:
        super().__init__(message, exceptions)
        self.exceptions = exceptions

    def __str__(self) -> str:
        return str(self.args[0])


class WebhookRouter(Routes):
    """Calls functions by the type of an event.

    router = WebhookRouter()

    @router.on("meeting.completed")
    def completed(event: MeetingCompletedEvent) -> None:
        print(event["data"]["title"])

    router.handle(verifier.verify(headers, body))
    """

    def __init__(self) -> None:
        self._by_type: dict[str, list[AnyHandler]] = {}
        self._any: list[AnyHandler] = []
        self._unknown: list[AnyHandler] = []

    def _route(self, event_type: str) -> Route[Any]:
        if not isinstance(event_type, str):
            raise TypeError("the type of an event must be a str")

        def register(handler: AnyHandler, /) -> AnyHandler:
            return _add(self._by_type.setdefault(event_type, []), handler)

        return register

    def on_any(self, handler: Handler, /) -> Handler:
        """Registers a function for every event, whether or not others are registered for its type."""
        return _add(self._any, handler)

    def on_unknown(self, handler: Handler, /) -> Handler:
        """Registers a function for events whose type has no function registered by `on`."""
        return _add(self._unknown, handler)

    def handle(self, delivery_or_event: Delivery | WebhookEvent, /) -> None:
        """Calls every function for an event, those for its type first, even if some of them fail.

        Raises WebhookHandlerError if any failed, WebhookVerificationError as `delivery.event()` does, and TypeError,
        before any function is called, if one of them is async: use `handle_async` for those.
        """
        event, handlers = self._find(delivery_or_event)
        for handler in handlers:
            if inspect.iscoroutinefunction(handler):
                raise _is_async(handler)
        failures: list[Exception] = []
        for handler in handlers:
            try:
                result = handler(event)
                if inspect.iscoroutine(result):
                    result.close()
                    raise _is_async(handler)
            except Exception as failure:
                failures.append(failure)
        _report(failures, event, len(handlers))

    async def handle_async(self, delivery_or_event: Delivery | WebhookEvent, /) -> None:
        """Does the same as `handle`, and awaits the result of each async function before it calls the next one."""
        event, handlers = self._find(delivery_or_event)
        failures: list[Exception] = []
        for handler in handlers:
            try:
                result = handler(event)
                if inspect.isawaitable(result):
                    await result
            except Exception as failure:
                failures.append(failure)
        _report(failures, event, len(handlers))

    def _find(self, delivery_or_event: Delivery | WebhookEvent) -> tuple[WebhookEvent, list[AnyHandler]]:
        event = delivery_or_event.event() if isinstance(delivery_or_event, Delivery) else delivery_or_event
        event_type: object = event.get("event_type") if isinstance(event, dict) else None
        if not isinstance(event_type, str):
            raise WebhookVerificationError("invalid_argument", "the router takes a delivery or its event")
        return event, [*self._by_type.get(event_type, self._unknown), *self._any]


Registered = TypeVar("Registered", bound=AnyHandler)


def _add(handlers: list[AnyHandler], handler: Registered) -> Registered:
    if not callable(handler):
        raise TypeError("the handler of an event must be a function")
    handlers.append(handler)
    return handler


def _report(failures: list[Exception], event: WebhookEvent, handlers: int) -> None:
    if failures:
        message = f"{len(failures)} of {handlers} handlers of the event {event['event_type']!r} failed"
        raise WebhookHandlerError(message, tuple(failures)) from failures[0]


def _is_async(handler: AnyHandler) -> TypeError:
    name = getattr(handler, "__qualname__", type(handler).__qualname__)
    return TypeError(f"{name} is async: await handle_async() instead of handle()")
