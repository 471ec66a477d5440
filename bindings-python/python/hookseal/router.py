"""Hands each event to the functions that were registered for its type."""

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
    """Functions that were called for an event have failed; `exceptions` is what they raised, in order."""

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
            raise TypeError("the type of an event is a str")

        def register(handler: AnyHandler, /) -> AnyHandler:
            return _add(self._by_type.setdefault(event_type, []), handler)

        return register

    def on_any(self, handler: Handler, /) -> Handler:
        """Registers a function for every event, whether there are others for it or not."""
        return _add(self._any, handler)

    def on_unknown(self, handler: Handler, /) -> Handler:
        """Registers a function for the events whose type has no function from `on`."""
        return _add(self._unknown, handler)

    def handle(self, delivery_or_event: Delivery | WebhookEvent, /) -> None:
        """Calls every function for an event, those of its type first, whatever becomes of each.

        Raises WebhookHandlerError if any failed, WebhookVerificationError as `delivery.event()` does, and TypeError
        before anything is called if one of the functions is async: for those there is `handle_async`.
        """
        event, handlers = self._find(delivery_or_event)
        for handler in handlers:
            if inspect.iscoroutinefunction(handler):
                raise _is_async(handler)
        failures: list[Exception] = []
        for handler in handlers:
            try:
                given = handler(event)
                if inspect.iscoroutine(given):
                    given.close()
                    raise _is_async(handler)
            except Exception as failure:
                failures.append(failure)
        _report(failures, event, len(handlers))

    async def handle_async(self, delivery_or_event: Delivery | WebhookEvent, /) -> None:
        """Does what `handle` does, and awaits what the functions give, one after the other."""
        event, handlers = self._find(delivery_or_event)
        failures: list[Exception] = []
        for handler in handlers:
            try:
                given = handler(event)
                if inspect.isawaitable(given):
                    await given
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
        raise TypeError("the handler of an event is a function")
    handlers.append(handler)
    return handler


def _report(failures: list[Exception], event: WebhookEvent, handlers: int) -> None:
    if failures:
        message = f"{len(failures)} of {handlers} handlers of the event {event['event_type']!r} failed"
        raise WebhookHandlerError(message, tuple(failures)) from failures[0]


def _is_async(handler: AnyHandler) -> TypeError:
    name = getattr(handler, "__qualname__", type(handler).__qualname__)
    return TypeError(f"{name} is async: await handle_async() in place of handle()")
