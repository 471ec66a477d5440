"""Handles each event once, whatever the store."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import logging
import secrets
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from types import TracebackType
from typing import TYPE_CHECKING, Any, Literal, TypeAlias, TypeVar

from hookseal._errors import WebhookVerificationError
from hookseal._hookseal import Delivery, DeliveryKey
from hookseal.once._memory import MemoryStore
from hookseal.once._store import AsyncStore, Claimed, Store, StoreError

if TYPE_CHECKING:
    from hookseal.queue import StoredDelivery

_logger = logging.getLogger("hookseal")

T = TypeVar("T")

NoticeName: TypeAlias = Literal["takeover", "claim_lost", "other_body", "no_key", "store_unavailable"]

# How long a sender is asked to wait for a store.
STORE_WAIT = 30


@dataclass(frozen=True)
class Notice:
    """Something that a receiver may want to count or look into:

    - "takeover": another handler of this event did not end within its lease; it crashed, or it is still running
    - "claim_lost": this handler took longer than its lease, and another one took over; both may have run
    - "other_body": a duplicate has another body than the delivery that was handled, which some senders do
    - "no_key": nothing in the delivery distinguishes it from others, so it is handled each time
    - "store_unavailable": the store could not be used; `error` says why
    """

    name: NoticeName
    key: DeliveryKey | None
    error: StoreError | None = None


class Once:
    """Handles each event once: see the module's own text.

    `store` is by default a MemoryStore. `scope` is the name of the endpoint, or of the tenant whose secret verifies its
    deliveries, and every other store needs it: two that share a store could otherwise take each other's events for
    duplicates. `lease` is how many seconds a handler may take before another delivery of its event takes over, and
    `keep` how many seconds an event is remembered after it was handled, by default 30 days.

    If the store cannot be used, a delivery is answered 503, and the sender tries again; with `when_unavailable="open"`
    the handler runs, perhaps twice. `on_notice` is called with a Notice; by default it is logged to the logger
    `hookseal`.
    """

    def __init__(
        self,
        store: Store | AsyncStore | None = None,
        *,
        scope: str | None = None,
        lease: float = 45.0,
        keep: float = 30 * 86_400.0,
        when_unavailable: Literal["closed", "open"] = "closed",
        on_notice: Callable[[Notice], object] | None = None,
    ) -> None:
        store = MemoryStore() if store is None else store
        if not hasattr(store, "is_async"):
            raise _invalid(f"store must be a store of hookseal.once, but this is a {type(store).__name__}")
        if not scope and store.is_durable:
            raise _invalid('this store needs a scope: the name of the endpoint, as in `Once(store, scope="contio")`')
        if not 0.001 <= lease < keep:
            raise _invalid(f"lease must be over 0 s and below keep, but they are {lease} s and {keep} s")
        if when_unavailable not in ("closed", "open"):
            raise _invalid('when_unavailable must be "closed" or "open"')
        if on_notice is not None and not callable(on_notice):
            raise _invalid("on_notice must be a function of a Notice")
        self._store = store
        self._scope = scope or ""
        # Refuses a scope that is no text.
        DeliveryKey("contio", "").text(self._scope)
        self._lease = round(lease * 1000)
        self._keep = round(keep * 1000)
        self._is_open = when_unavailable == "open"
        self._on_notice = on_notice
        self._made: int | None = None

    def __call__(self, delivery: Delivery | StoredDelivery) -> Attempt:
        """A context manager, to be used with `with` or `async with`, that claims a delivery. Its value is true if the
        delivery is to be handled, and false for a duplicate, which is to be answered like a success.

        If the block raises, the claim is released, so that the sender's next attempt is handled; otherwise the event is
        done. Raises WebhookVerificationError, whose `status` is 503 and whose `retry_after` is in seconds: in_progress
        while another delivery of the event is being handled, and store_unavailable.
        """
        return Attempt(self, delivery)

    def run(self, delivery: Delivery | StoredDelivery, handler: Callable[[], T]) -> T | None:
        """Calls a function once for each event. Returns what it returns, or None for a duplicate, and raises what it
        raises, or what `once(delivery)` raises."""
        with self(delivery) as first:
            return handler() if first else None

    async def run_async(
        self, delivery: Delivery | StoredDelivery, handler: Callable[[], Awaitable[T]]
    ) -> T | None:
        """The same with an async function."""
        async with self(delivery) as first:
            return await handler() if first else None

    def create(self) -> None:
        """Makes the store's tables if they do not exist. It can be called at each start.

        Raises WebhookVerificationError: store_unavailable.
        """
        store = self._waiting_store()
        with self._reporting(None):
            self._made = store.create()

    async def create_async(self) -> None:
        """The same for any store."""
        with self._reporting(None):
            self._made = await self._call("create")

    def forget(self, key: DeliveryKey) -> bool:
        """Forgets an event, so that its next delivery is handled. Returns whether it was known."""
        store = self._waiting_store()
        with self._reporting(key):
            return store.forget(self._text(key))

    async def forget_async(self, key: DeliveryKey) -> bool:
        """The same for any store."""
        with self._reporting(key):
            return bool(await self._call("forget", self._text(key)))

    def sweep(self, number: int) -> int:
        """Deletes at most so many events that were kept long enough, and returns how many. Each claim does so too."""
        store = self._waiting_store()
        with self._reporting(None):
            return store.sweep(number)

    async def sweep_async(self, number: int) -> int:
        """The same for any store."""
        with self._reporting(None):
            return int(await self._call("sweep", number))

    def _remembered(self) -> tuple[int, int]:
        """How many seconds an event is kept, and since when, in Unix seconds: for a verifier."""
        if not self._store.is_durable:
            raise _invalid("a MemoryStore forgets its events at a restart, so it cannot accept old ones")
        if self._made is None:
            if self._store.is_async:
                raise _invalid("await once.create_async() before the verifier is made")
            self.create()
        made = self._made or 0
        # Rounded up: an event in the second in which the store was made may be older than the store.
        return self._keep // 1000, -(-made // 1000)

    def _text(self, key: DeliveryKey) -> str:
        if not isinstance(key, DeliveryKey):
            raise _invalid(
                f'the key must be a DeliveryKey, as in `DeliveryKey("contio", id)`, not {type(key).__name__}'
            )
        return key.text(self._scope)

    def _waiting_store(self) -> Store:
        if self._store.is_async:
            raise _invalid("this store is async: use `async with`, and the methods that end in _async")
        return self._store

    async def _call(self, method: str, *arguments: Any) -> Any:
        """Calls a method of the store without blocking the event loop."""
        store: Any = self._store
        if store.is_async:
            return await getattr(store, method)(*arguments)
        if store.blocks:
            return await asyncio.to_thread(getattr(store, method), *arguments)
        return getattr(store, method)(*arguments)

    @contextlib.contextmanager
    def _reporting(self, key: DeliveryKey | None) -> Any:
        try:
            yield
        except StoreError as error:
            self._notify("store_unavailable", key, error)
            raise _unavailable(error) from error

    def _notify(self, name: NoticeName, key: DeliveryKey | None, error: StoreError | None = None) -> None:
        notice = Notice(name, key, error)
        if self._on_notice is None:
            level = logging.INFO if name in ("no_key", "other_body") else logging.WARNING
            _logger.log(level, "once: %s, key %s%s", name, key, "" if error is None else f": {error}")
            return
        try:
            self._on_notice(notice)
        except Exception:
            # Between a claim and its end, nothing else may fail.
            _logger.exception("on_notice raised for %s", name)


def _is_stored(delivery: object) -> bool:
    # Only here: a receiver that handles each delivery itself needs no queue.
    from hookseal.queue import StoredDelivery

    return isinstance(delivery, StoredDelivery)


class Attempt:
    """One delivery being handled: see Once. It is true if the delivery is to be handled."""

    def __init__(self, once: Once, delivery: Delivery | StoredDelivery) -> None:
        if not isinstance(delivery, Delivery) and not _is_stored(delivery):
            raise _invalid(f"once() takes a verified Delivery, but this is a {type(delivery).__name__}")
        self._once = once
        self._delivery = delivery
        self._key: DeliveryKey | None = None
        self._token = ""
        self._runs = False
        # Whether this attempt holds a claim that is to be finished or released.
        self._is_held = False
        self._has_failed = False

    def __bool__(self) -> bool:
        return self._runs

    @property
    def key(self) -> DeliveryKey | None:
        """The delivery's key."""
        return self._key

    def fail(self) -> None:
        """Makes the end of the block release the claim, as if it had raised: for handlers that return an error."""
        self._has_failed = True

    def finish_in(self, connection: Any) -> None:
        """Ends the claim within the open transaction of a connection, to the database that has the store's tables:
        everything that the transaction wrote takes effect exactly once. Call it last, before the commit.

        Raises WebhookVerificationError with the code in_progress if another handler took over: roll back, which a
        `with connection.transaction()` does by itself.
        """
        if self._is_held:
            store = self._once._waiting_store()
            self._joined(store.finish_in(connection, self._text(), self._token, self._once._keep))

    async def finish_in_async(self, connection: Any) -> None:
        """The same for an async connection."""
        if self._is_held:
            # Not in another thread: a transaction belongs to the one that began it.
            finished = self._once._store.finish_in(connection, self._text(), self._token, self._once._keep)
            self._joined(finished if isinstance(finished, bool) else await finished)

    def _joined(self, is_finished: bool) -> None:
        self._is_held = False
        if not is_finished:
            self._once._notify("claim_lost", self._key)
            message = "the handler took longer than its lease, and another one took over; this one was rolled back"
            raise WebhookVerificationError("in_progress", message, retry_after=_seconds(self._once._lease))
        # What follows may still roll back, and the claim is then released.
        self._has_joined = True

    _has_joined = False

    def _text(self) -> str:
        assert self._key is not None
        return self._key.text(self._once._scope)

    def _begin(self) -> tuple[Any, ...] | None:
        """The arguments of the claim; None for a delivery without a key."""
        if self._token:
            raise _invalid("an attempt can be used once: call once(delivery) for each")
        self._token = secrets.token_hex(16)
        self._key = self._delivery.key
        if self._key is None:
            self._runs = True
            self._once._notify("no_key", None)
            return None
        body = hashlib.sha256(self._delivery.body).hexdigest()
        return self._text(), self._token, body, self._once._lease, self._once._keep

    def _decide(self, claimed: Claimed) -> None:
        if claimed.answer == "busy":
            message = "another delivery of this event is being handled; its sender will try again"
            raise WebhookVerificationError("in_progress", message, retry_after=_seconds(claimed.wait))
        if claimed.answer == "duplicate":
            if not claimed.same_body:
                self._once._notify("other_body", self._key)
            return
        self._runs = self._is_held = True
        if claimed.answer == "takeover":
            self._once._notify("takeover", self._key)

    def _refuse(self, error: StoreError) -> None:
        """Before the handler runs: the sender tries again, unless the receiver prefers to handle an event twice."""
        self._once._notify("store_unavailable", self._key, error)
        if not self._once._is_open:
            raise _unavailable(error) from error
        self._runs = True

    def _end(self, failed: bool) -> tuple[Any, ...] | None:
        """The call with which the claim ends, if there is one."""
        if self._has_joined:
            # Committed with the handler's transaction, unless that was rolled back.
            return ("release", self._text(), self._token) if failed else None
        if not self._is_held:
            return None
        self._is_held = False
        if failed or self._has_failed:
            return "release", self._text(), self._token
        return "finish", self._text(), self._token, self._once._keep

    def _ended(self, is_mine: bool) -> None:
        if not is_mine and not self._has_joined:
            self._once._notify("claim_lost", self._key)

    def __enter__(self) -> Attempt:
        store = self._once._waiting_store()
        if arguments := self._begin():
            try:
                claimed = store.claim(*arguments)
            except StoreError as error:
                self._refuse(error)
            else:
                self._decide(claimed)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if call := self._end(kind is not None):
            method, *arguments = call
            try:
                self._ended(getattr(self._once._store, method)(*arguments))
            except StoreError as failure:
                # The handler has run, and what it did is answered; the lease will lapse.
                self._once._notify("store_unavailable", self._key, failure)

    async def __aenter__(self) -> Attempt:
        if arguments := self._begin():
            try:
                claimed = await self._once._call("claim", *arguments)
            except StoreError as error:
                self._refuse(error)
            except asyncio.CancelledError:
                # Whether the claim was made is unknown.
                await asyncio.shield(self._undo())
                raise
            else:
                self._decide(claimed)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if call := self._end(kind is not None):
            # Also if the request was cancelled, as it is when the sender hangs up.
            await asyncio.shield(self._end_async(*call))

    async def _end_async(self, method: str, *arguments: Any) -> None:
        try:
            self._ended(await self._once._call(method, *arguments))
        except StoreError as failure:
            self._once._notify("store_unavailable", self._key, failure)

    async def _undo(self) -> None:
        with contextlib.suppress(StoreError):
            await self._once._call("release", self._text(), self._token)


def _seconds(milliseconds: int) -> int:
    """Rounded up, and at least one."""
    return max(1, -(-milliseconds // 1000))


def _unavailable(error: StoreError) -> WebhookVerificationError:
    return WebhookVerificationError(
        "store_unavailable", f"the store of handled events cannot be used: {error}", retry_after=STORE_WAIT
    )


def _invalid(message: str) -> WebhookVerificationError:
    return WebhookVerificationError("invalid_argument", message)
