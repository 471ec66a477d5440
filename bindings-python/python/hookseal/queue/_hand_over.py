"""Hands deliveries over to the queue of another engine before the sender is answered."""

from __future__ import annotations

import asyncio
import contextvars
import inspect
import logging
import secrets
import threading
from collections.abc import Awaitable, Callable
from concurrent.futures import Future, wait
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

from hookseal._errors import WebhookVerificationError
from hookseal._hookseal import Delivery, DeliveryKey
from hookseal.once._store import StoreError

_logger = logging.getLogger("hookseal")

# How many seconds a sender is asked to wait for a queue.
_WAIT = 30

# What the key of a delivery without one begins with, as in an inbox.
_NO_KEY = "?"

# How many calls may hang before the next ones are refused at once.
_MOST_CALLS = 64

Send: TypeAlias = Callable[[Delivery, str], object]


@dataclass(frozen=True)
class HandOverNotice:
    """Something that a receiver may want to count or look into:

    - "handed_over": the function has succeeded
    - "no_key": the same, and nothing in the delivery distinguishes it from others, so its key is random
    - "store_unavailable": the function has failed, or took too long; `error` is what it raised
    """

    name: Literal["handed_over", "no_key", "store_unavailable"]
    # The delivery's key with its scope.
    key: str
    error: BaseException | None = None


def hand_over(
    send: Send,
    *,
    scope: str,
    timeout: float = 4.0,
    on_notice: Callable[[HandOverNotice], object] | None = None,
) -> HandOver:
    """Hands each delivery over to the queue of another engine, by calling `send` with it and with the key by which the
    queue is to drop its duplicates: at most 612 visible ASCII characters, and random for a delivery that nothing
    distinguishes from others.

    `send` returns, or its coroutine ends, once the queue has the delivery. `scope` is the name of the endpoint, or of
    the tenant whose secret verifies its deliveries: two that share a queue could otherwise take each other's events for
    duplicates. `timeout` is how many seconds `send` may take, as senders wait for 5 or more: a function that takes
    longer is left alone in its thread, and a coroutine is cancelled; what it sends later is in the queue twice when the
    sender has tried again. `on_notice` is called with each HandOverNotice; by default failures are logged to the logger
    `hookseal`.

    Raises WebhookVerificationError: invalid_argument.
    """
    return HandOver(send, scope, timeout, on_notice)


class HandOver:
    """What `hand_over` returns."""

    def __init__(
        self, send: Send, scope: str, timeout: float, on_notice: Callable[[HandOverNotice], object] | None
    ) -> None:
        if not callable(send):
            raise _invalid("hand_over() takes a function that puts a delivery into a queue")
        if not scope:
            message = 'handing over needs a scope: the name of the endpoint, as in hand_over(send, scope="contio")'
            raise _invalid(message)
        # Refuses a scope that is no text.
        DeliveryKey("contio", "").text(scope)
        if not 0 < timeout < 1e6:
            raise _invalid(f"timeout must be over 0 s and below 1,000,000 s, but it is {timeout} s")
        if on_notice is not None and not callable(on_notice):
            raise _invalid("on_notice must be a function of a HandOverNotice")
        self._send = send
        self._scope = scope
        self._timeout = timeout
        self._on_notice = on_notice
        self._calls = threading.BoundedSemaphore(_MOST_CALLS)

    def put(self, delivery: Delivery) -> None:
        """Hands a delivery over. Once this has returned, answer 200.

        Raises WebhookVerificationError: store_unavailable, whatever `send` raised. Its `status` is 503, and its
        `retry_after` is in seconds.
        """
        key, has_no_key = self._key(delivery)
        try:
            called = self._called(delivery, key)
            if not wait([called], self._timeout).done:
                raise self._too_late()
            if inspect.isawaitable(result := called.result()):
                _close(result)
                raise _invalid("the function is async: use aput(), or webhook() on an async view")
        except Exception as error:
            raise self._failed(key, error) from error
        self._succeeded(key, has_no_key)

    async def aput(self, delivery: Delivery) -> None:
        """The same without blocking the event loop. `send` may be async; another function is called in a thread."""
        key, has_no_key = self._key(delivery)
        try:
            sent = asyncio.ensure_future(self._sent(delivery, key))
            try:
                if not (await asyncio.wait({sent}, timeout=self._timeout))[0]:
                    raise self._too_late()
            finally:
                # Also if this is cancelled, since the sender has gone.
                sent.cancel()
            sent.result()
        except Exception as error:
            raise self._failed(key, error) from error
        self._succeeded(key, has_no_key)

    async def _sent(self, delivery: Delivery, key: str) -> None:
        if inspect.iscoroutinefunction(self._send):
            await self._send(delivery, key)
            return
        result = await asyncio.wrap_future(self._called(delivery, key))
        # Such as a lambda that calls an async function.
        if inspect.isawaitable(result):
            await result

    def _called(self, delivery: Delivery, key: str) -> Future[Any]:
        """Calls the function in a thread that may hang: it ends with the process."""
        called: Future[Any] = Future()
        if not self._calls.acquire(blocking=False):
            called.set_exception(StoreError(f"{_MOST_CALLS} earlier calls have not returned yet"))
            return called
        context = contextvars.copy_context()

        def call() -> None:
            try:
                result = context.run(self._send, delivery, key)
            except BaseException as error:
                _settle(called, None, error)
            else:
                _settle(called, result, None)
            finally:
                self._calls.release()

        threading.Thread(target=call, name="hookseal-hand-over", daemon=True).start()
        return called

    def _key(self, delivery: Delivery) -> tuple[str, bool]:
        if not isinstance(delivery, Delivery):
            raise _invalid(f"put() takes a verified Delivery, but this is a {type(delivery).__name__}")
        key = delivery.key
        return (_NO_KEY + secrets.token_hex(16), True) if key is None else (key.text(self._scope), False)

    def _succeeded(self, key: str, has_no_key: bool) -> None:
        self._report(HandOverNotice("no_key" if has_no_key else "handed_over", key))

    def _failed(self, key: str, error: Exception) -> WebhookVerificationError:
        self._report(HandOverNotice("store_unavailable", key, error))
        message = f"the delivery was not handed over to the queue: {_reason(error)}"
        return WebhookVerificationError("store_unavailable", message, retry_after=_WAIT)

    def _too_late(self) -> StoreError:
        return StoreError(f"it took longer than {self._timeout} s")

    def _report(self, notice: HandOverNotice) -> None:
        if self._on_notice is None:
            if notice.error is not None:
                _logger.warning("not handed over, key %s: %s", notice.key, _reason(notice.error))
            return
        try:
            self._on_notice(notice)
        except Exception:
            # Nothing that is handed over may depend on the hook.
            _logger.exception("on_notice raised for %s", notice.name)


def _reason(error: BaseException) -> str:
    """Only the kind of another error: its message may show an address, or what was stored."""
    return str(error if isinstance(error, (WebhookVerificationError, StoreError)) else StoreError.of(error))


def _settle(called: Future[Any], result: Any, error: BaseException | None) -> None:
    """Unless nobody waits any longer: an event loop has then cancelled it."""
    if called.set_running_or_notify_cancel():
        if error is None:
            called.set_result(result)
        else:
            called.set_exception(error)
    elif inspect.isawaitable(result):
        _close(result)


def _close(result: Awaitable[Any]) -> None:
    if inspect.iscoroutine(result):
        result.close()


def _invalid(message: str) -> WebhookVerificationError:
    return WebhookVerificationError("invalid_argument", message)
