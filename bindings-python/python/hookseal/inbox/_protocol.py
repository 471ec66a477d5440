"""What a store of deliveries does: the protocol of `inbox/INBOX.md`. All times are milliseconds.

Each operation is a generator that yields statements and is sent their results, so that every driver runs the same one.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Generator, Mapping
from concurrent.futures import Future
from pathlib import Path
from typing import Any, ClassVar, Literal, NamedTuple, Protocol, TypeAlias

from hookseal._errors import WebhookVerificationError
from hookseal.once._store import StoreError

State: TypeAlias = Literal["pending", "running", "done", "dead"]

# The version of the tables that this package knows.
VERSION = 1

# What brings tables to a version, from the one before it. Version 1 is what the schema makes.
UPGRADES: list[tuple[int, str]] = [(1, "")]

# How long a statement waits for a lock that another one holds.
LOCK_TIMEOUT = 2_000

# How many requests share one transaction.
GROUP = 256


class Put(NamedTuple):
    """What became of a delivery that was to be stored.

    - "stored": it is stored, and will be handled
    - "revived": the same, and its event, which was dead, will be handled again: it was signed after the death
    - "duplicate": the same event was stored before, and nothing has changed; `state` says what became of the first one
    """

    answer: Literal["stored", "revived", "duplicate"]
    state: State = "pending"
    # Whether the body is that of the first one.
    same_body: bool = True


class Entry(NamedTuple):
    """A stored delivery, without its body. Times are Unix seconds."""

    id: int
    # By what its duplicates are recognized.
    key: str
    state: State
    scheme: str
    # The event's id, if the sender signs one.
    event_id: str | None
    received_at: float
    # When a pending one is to be handled, and when the lease of a running one ends.
    due_at: float | None
    # How many attempts have begun.
    attempts: int
    # When it was done or died.
    finished_at: float | None
    # Why the last attempt failed.
    error: str | None
    # The bytes of its body.
    size: int


class ClaimedRow(NamedTuple):
    """A delivery of a claim."""

    id: int
    key: str
    is_dead: bool
    scheme: str
    event_id: str | None
    has_envelope: bool
    signed_at: int | None
    received_at: int
    attempts: int
    is_takeover: bool
    body: bytes
    error: str | None


class StateRow(NamedTuple):
    """How many deliveries are in a state."""

    state: State
    number: int
    bytes: int
    oldest: int | None


class Request(NamedTuple):
    """Something that is asked of a store: each is one atomic step in it, by its own clock. `values` may have a `now`,
    which only tests give."""

    name: str
    values: Mapping[str, Any]


def request(name: str, **values: Any) -> Request:
    return Request(name, values)


class Store(Protocol):
    """A database with the tables of the inbox."""

    # Whether it is used by an event loop.
    is_async: ClassVar[bool]
    # Whether it can find workers that have ended.
    can_free: ClassVar[bool]
    # How often an idle worker looks for what others stored, in seconds.
    poll: ClassVar[float]

    @property
    def path(self) -> Path | None:
        """Where the deliveries are, if that is a file."""
        ...

    def ask(self, request: Request) -> Future[Any]:
        """Raises nothing: the future has the reply, or a StoreError."""
        ...

    def finish_in(self, connection: Any, id: int, token: str, keep: int) -> bool | Awaitable[bool]:
        """Ends a claim within a transaction of the user's own, and returns whether it was held."""
        ...

    def close(self) -> None: ...


class Result(NamedTuple):
    """What a statement returned, and how many rows it changed."""

    rows: list[Any]
    changed: int


# A statement's name with its values, or SQL as it is.
Step: TypeAlias = "tuple[str, Mapping[str, Any]] | str"
Steps: TypeAlias = Generator[Step, Result, Any]


def run(steps: Steps, execute: Callable[[Step], Result]) -> Any:
    """Runs the steps one after another."""
    try:
        step = next(steps)
        while True:
            step = steps.send(execute(step))
    except StopIteration as end:
        return end.value


async def run_async(steps: Steps, execute: Callable[[Step], Awaitable[Result]]) -> Any:
    """The same for an event loop."""
    try:
        step = next(steps)
        while True:
            step = steps.send(await execute(step))
    except StopIteration as end:
        return end.value


class Rounds:
    """Runs the steps of several requests side by side: first all that they begin with, then all that follow, so that a
    server is sent those of a round at once."""

    def __init__(self, all_steps: list[Steps]) -> None:
        self.replies: list[Any] = [None] * len(all_steps)
        self._waiting: list[tuple[int, Steps, Step]] = []
        for place, steps in enumerate(all_steps):
            self._advance(place, steps, None)

    def steps(self) -> list[Step]:
        """Those of the next round; none at the end."""
        return [step for _, _, step in self._waiting]

    def send(self, results: list[Result]) -> None:
        """The results of a round."""
        waiting, self._waiting = self._waiting, []
        for (place, steps, _), result in zip(waiting, results, strict=True):
            self._advance(place, steps, result)

    def _advance(self, place: int, steps: Steps, result: Result | None) -> None:
        try:
            step = next(steps) if result is None else steps.send(result)
        except StopIteration as end:
            self.replies[place] = end.value
        else:
            self._waiting.append((place, steps, step))


def steps_of(asked: Request, statements: Mapping[str, str]) -> Steps:
    """The steps of a request that can share a transaction with others."""
    name, values = asked
    match name:
        case "put":
            return _put(values)
        case "known":
            return _known(values, "known")
        case "claim":
            return _claim(values, "claimed" in statements)
        case "load" | "stats" | "list" | "show" | "workers":
            return _read(name, values)
        case _:
            return _change(name, values)


def _put(values: Mapping[str, Any]) -> Steps:
    known = yield from _known(values)
    # What is being handled would not be changed, and a transaction may hold it: that is not waited for.
    if known is None or known.state not in ("pending", "running"):
        stored = yield "put", values
        if stored.changed:
            return Put("revived" if known is not None and known.state == "dead" else "stored")
        # It was stored in the meantime.
        known = yield from _known(values)
    return known


def _known(values: Mapping[str, Any], statement: str = "duplicate") -> Generator[Step, Result, Put | None]:
    found = yield statement, values
    if not found.rows:
        return None
    state, same_body = found.rows[0]
    return Put("duplicate", state, bool(same_body))


def _claim(values: Mapping[str, Any], reads_separately: bool) -> Steps:
    claimed = yield "claim", values
    if reads_separately and claimed.changed:
        claimed = yield "claimed", values
    return sorted((_claimed_row(row) for row in claimed.rows), key=lambda row: row.id)


def _claimed_row(row: Any) -> ClaimedRow:
    claimed = ClaimedRow._make(row)
    return claimed._replace(
        is_dead=row[2] == "dead",
        has_envelope=bool(claimed.has_envelope),
        is_takeover=bool(claimed.is_takeover),
        body=bytes(claimed.body or b""),
    )


def _read(name: str, values: Mapping[str, Any]) -> Steps:
    rows = (yield name, values).rows
    match name:
        case "load":
            return rows[0]
        case "stats":
            return [StateRow(*row) for row in rows]
        case "list":
            return [_entry(row) for row in rows]
        case "show":
            return (_entry(rows[0]), None if rows[0][-1] is None else bytes(rows[0][-1])) if rows else None
        case _:
            return [row[0] for row in rows]


def _entry(row: Any) -> Entry:
    received_at, due_at, finished_at = (seconds(row[column]) for column in (5, 6, 8))
    return Entry._make(row[:11])._replace(received_at=received_at or 0.0, due_at=due_at, finished_at=finished_at)


def seconds(milliseconds: int | None) -> float | None:
    return None if milliseconds is None else milliseconds / 1000


def _change(name: str, values: Mapping[str, Any]) -> Steps:
    return (yield name, values).changed


def create(statements: Mapping[str, str], is_known: str) -> Steps:
    """Makes or upgrades the tables, and returns when they were made. `is_known` is SQL that says if there are any.

    Those of this version are not touched: who uses them need not be allowed to make them.
    """
    version, made = yield from _version(is_known)
    if version == VERSION:
        return made
    for line in statements["schema"].splitlines():
        if line.startswith("SELECT pg_advisory_xact_lock"):
            # Others that make them wait.
            yield line
    version, made = yield from _version(is_known)
    for to, sql in UPGRADES:
        if version is not None and to > version:
            if sql:
                yield sql
            yield "upgraded", {"version": to}
    yield statements["schema"]
    return (yield "store", {}).rows[0][1]


def _version(is_known: str) -> Generator[Step, Result, tuple[int | None, int]]:
    """The version of the tables, if there are any, and when they were made."""
    if not (yield is_known).rows[0][0]:
        return None, 0
    rows = (yield "store", {}).rows
    version, made = rows[0] if rows else (0, 0)
    if version > VERSION:
        raise misuse(f"the inbox has version {version}, and this package knows version {VERSION}: update hookseal")
    return version, made


def misuse(message: str) -> WebhookVerificationError:
    return WebhookVerificationError("invalid_argument", message)


def failed(error: Exception, drivers: tuple[type[Exception], ...]) -> Exception:
    """What a caller gets for an error: the driver's own may show an address, or what was stored."""
    if not isinstance(error, drivers):
        return error
    made = StoreError.of(error)
    made.__cause__ = error
    return made
