"""Claims in Redis, over redis-py 5 or later: `pip install hookseal[redis]`."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from concurrent.futures import TimeoutError as FutureTimeout
from typing import Any, ClassVar, Literal, TypeVar, cast

from redis import Redis
from redis.asyncio import Redis as AsyncRedis
from redis.exceptions import RedisError

from hookseal._errors import WebhookVerificationError
from hookseal.once._statements import REDIS
from hookseal.once._store import Answer, Claimed, StoreError, check_version

__all__ = ["AsyncRedisStore", "RedisStore"]

PREFIX = "hookseal:once:"

# What a driver raises for a server that cannot be used.
_ERRORS = (RedisError, OSError)

# How many calls wait for Redis at once, in a process.
_WORKERS = 32

T = TypeVar("T")


class RedisStore:
    """Keeps keys in a Redis of version 5 or later, one hash for each. Set its `maxmemory-policy` to `noeviction`, and
    `appendonly yes`: `inbox/README.md` says what a Redis can lose.

    `client` is your `redis.Redis`. A call takes at most `timeout` seconds, whatever the client's own timeouts and
    retries are: then it goes on in a thread of its own, and the delivery is answered.
    """

    is_async: ClassVar[Literal[False]] = False
    is_durable: ClassVar[bool] = True
    blocks: ClassVar[bool] = True

    def __init__(self, client: Redis, *, timeout: float = 5.0) -> None:
        _check(client, Redis, "redis.Redis", timeout)
        self._scripts = {name: client.register_script(text) for name, text in REDIS.items()}
        self._client = client
        self._timeout = timeout
        self._threads = ThreadPoolExecutor(_WORKERS, "hookseal-redis")

    def create(self) -> int:
        made = _made(self._run("store", PREFIX + "store"))
        _check_policy(self._bounded(lambda: _policy(self._client)))
        return made

    def claim(self, key: str, token: str, body: str, lease: int, keep: int, now: int | None = None) -> Claimed:
        return _claimed(self._run("claim", PREFIX + "key:" + key, token, body, lease, keep, _now(now)))

    def finish(self, key: str, token: str, keep: int, now: int | None = None) -> bool:
        return bool(self._run("finish", PREFIX + "key:" + key, token, keep, _now(now)))

    def release(self, key: str, token: str, now: int | None = None) -> bool:
        return bool(self._run("release", PREFIX + "key:" + key, token, _now(now)))

    def forget(self, key: str) -> bool:
        return bool(self._run("forget", PREFIX + "key:" + key))

    def sweep(self, number: int, now: int | None = None) -> int:
        """Does nothing: Redis expires keys by itself."""
        return 0

    def finish_in(self, connection: Any, key: str, token: str, keep: int) -> bool:
        raise WebhookVerificationError("invalid_argument", _NO_TRANSACTIONS)

    def _run(self, script: str, key: str, *arguments: str | int) -> Any:
        return self._bounded(lambda: self._scripts[script](keys=[key], args=arguments))

    def _bounded(self, call: Callable[[], T]) -> T:
        future = self._threads.submit(call)
        try:
            return future.result(self._timeout)
        except FutureTimeout as error:
            future.cancel()
            raise StoreError(f"Redis did not answer within {self._timeout} s") from error
        except _ERRORS as error:
            raise StoreError.of(error) from error


class AsyncRedisStore:
    """The same for a `redis.asyncio.Redis`."""

    is_async: ClassVar[Literal[True]] = True
    is_durable: ClassVar[bool] = True

    def __init__(self, client: AsyncRedis, *, timeout: float = 5.0) -> None:
        _check(client, AsyncRedis, "redis.asyncio.Redis", timeout)
        self._scripts = {name: client.register_script(text) for name, text in REDIS.items()}
        self._client = client
        self._timeout = timeout

    async def create(self) -> int:
        made = _made(await self._run("store", PREFIX + "store"))
        _check_policy(await self._bounded(_policy_async(self._client)))
        return made

    async def claim(self, key: str, token: str, body: str, lease: int, keep: int, now: int | None = None) -> Claimed:
        return _claimed(await self._run("claim", PREFIX + "key:" + key, token, body, lease, keep, _now(now)))

    async def finish(self, key: str, token: str, keep: int, now: int | None = None) -> bool:
        return bool(await self._run("finish", PREFIX + "key:" + key, token, keep, _now(now)))

    async def release(self, key: str, token: str, now: int | None = None) -> bool:
        return bool(await self._run("release", PREFIX + "key:" + key, token, _now(now)))

    async def forget(self, key: str) -> bool:
        return bool(await self._run("forget", PREFIX + "key:" + key))

    async def sweep(self, number: int, now: int | None = None) -> int:
        """Does nothing: Redis expires keys by itself."""
        return 0

    async def finish_in(self, connection: Any, key: str, token: str, keep: int) -> bool:
        raise WebhookVerificationError("invalid_argument", _NO_TRANSACTIONS)

    async def _run(self, script: str, key: str, *arguments: str | int) -> Any:
        return await self._bounded(cast("Awaitable[Any]", self._scripts[script](keys=[key], args=arguments)))

    async def _bounded(self, call: Awaitable[T]) -> T:
        try:
            return await asyncio.wait_for(call, self._timeout)
        except (TimeoutError, asyncio.TimeoutError) as error:
            raise StoreError(f"Redis did not answer within {self._timeout} s") from error
        except _ERRORS as error:
            raise StoreError.of(error) from error


_NO_TRANSACTIONS = (
    "Redis cannot join a handler's transaction; use the store of the database to which the handler writes"
)


def _check(client: object, expected: type[Any], name: str, timeout: float) -> None:
    if not isinstance(client, expected):
        message = f"client must be a {name}, but this is a {type(client).__module__}.{type(client).__name__}"
        raise WebhookVerificationError("invalid_argument", message)
    if not timeout > 0:
        raise WebhookVerificationError("invalid_argument", f"timeout must be over 0 s, but this is {timeout}")


def _now(now: int | None) -> int | str:
    return "" if now is None else now


def _claimed(answer: list[Any]) -> Claimed:
    # A client may decode answers.
    word = answer[0].decode() if isinstance(answer[0], bytes) else answer[0]
    return Claimed(cast(Answer, word), answer[1], bool(answer[2]))


def _made(store: list[int]) -> int:
    check_version(store[0])
    return store[1]


def _policy(client: Any) -> dict[Any, Any]:
    try:
        found: dict[Any, Any] = client.config_get("maxmemory*")
        return found
    except RedisError:
        # Many hosted ones do not allow it.
        return {}


async def _policy_async(client: Any) -> dict[Any, Any]:
    try:
        found: dict[Any, Any] = await client.config_get("maxmemory*")
        return found
    except RedisError:
        return {}


def _check_policy(found: dict[Any, Any]) -> None:
    """A Redis that evicts keys drops claims of running handlers, whose events then run twice."""
    policy, limit = found.get("maxmemory-policy"), found.get("maxmemory")
    if policy not in (None, "noeviction") and limit not in (None, "0"):
        message = f"this Redis drops keys when it is full (maxmemory-policy {policy}): set it to noeviction"
        raise WebhookVerificationError("invalid_argument", message)
