"""What a store of claims does: the protocol of `inbox/README.md`. All times are milliseconds."""

from __future__ import annotations

from typing import Any, ClassVar, Literal, NamedTuple, Protocol, TypeAlias

Answer: TypeAlias = Literal["first", "takeover", "busy", "duplicate"]

# The version of the tables and keys that this package knows.
VERSION = 1

# How many keys that were kept long enough each claim deletes.
SWEEP = 10

# How long a statement waits for a lock that another one holds.
LOCK_TIMEOUT = 2_000


class Claimed(NamedTuple):
    """What a claim came to."""

    answer: Answer
    # What is left of the other claim's lease, for "busy".
    wait: int = 0
    # Whether the body is that of the delivery that was claimed, for "duplicate".
    same_body: bool = True


class StoreError(Exception):
    """A store could not be used. The message shows no secret; the cause is the driver's own error."""

    @classmethod
    def of(cls, error: BaseException) -> StoreError:
        """Names only the kind of an error: its message may show an address, or what was stored."""
        code = getattr(error, "sqlstate", None) or getattr(error, "sqlite_errorname", None)
        return cls(f"{type(error).__module__}.{type(error).__qualname__}" + (f" ({code})" if code else ""))


class Store(Protocol):
    """A store whose methods wait. Each is one atomic step, and raises StoreError if the store cannot be used. `now` is
    for tests; without it the store's own clock counts."""

    is_async: ClassVar[Literal[False]]
    # Whether keys outlive the process, and several processes share them.
    is_durable: ClassVar[bool]
    # Whether a method may wait for a disk or a network.
    blocks: ClassVar[bool]

    def create(self) -> int:
        """Makes the tables if they do not exist, and returns when they were made."""
        ...

    def claim(self, key: str, token: str, body: str, lease: int, keep: int, now: int | None = None) -> Claimed: ...
    def finish(self, key: str, token: str, keep: int, now: int | None = None) -> bool: ...
    def release(self, key: str, token: str, now: int | None = None) -> bool: ...
    def forget(self, key: str) -> bool: ...
    def sweep(self, number: int, now: int | None = None) -> int: ...
    def finish_in(self, connection: Any, key: str, token: str, keep: int) -> bool:
        """The same as `finish`, within a transaction of the user's own."""
        ...


class AsyncStore(Protocol):
    """The same for a store whose methods are awaited."""

    is_async: ClassVar[Literal[True]]
    is_durable: ClassVar[bool]

    async def create(self) -> int: ...
    async def claim(
        self, key: str, token: str, body: str, lease: int, keep: int, now: int | None = None
    ) -> Claimed: ...
    async def finish(self, key: str, token: str, keep: int, now: int | None = None) -> bool: ...
    async def release(self, key: str, token: str, now: int | None = None) -> bool: ...
    async def forget(self, key: str) -> bool: ...
    async def sweep(self, number: int, now: int | None = None) -> int: ...
    async def finish_in(self, connection: Any, key: str, token: str, keep: int) -> bool: ...


def check_version(version: int) -> None:
    if version > VERSION:
        raise StoreError(f"the store has version {version}, and this package knows version {VERSION}: update hookseal")
