"""What workers of threads and of event loops share: it claims what is due, and extends leases while handlers run."""

from __future__ import annotations

import os
import random
import secrets
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any, NamedTuple

from hookseal._errors import WebhookVerificationError
from hookseal.inbox._claim import Claim
from hookseal.inbox._failure import Failure
from hookseal.inbox._notices import Notice
from hookseal.inbox._protocol import ClaimedRow, Request, misuse, request
from hookseal.inbox._settings import check_number, check_seconds
from hookseal.inbox._shared import Shared
from hookseal.once._store import StoreError

# How many deliveries are claimed at a time: their bodies come in one answer.
_MOST = 256

# How long to wait for more places, so that one claim is for handlers whose ends shared a transaction.
_GATHER = 0.002

# How often the locks of other workers are looked at, and how often keys are swept, in seconds.
_FREE_EACH, _SWEEP_EACH = 0.5, 60.0

# How many keys are swept at a time. If there were so many, more are swept soon.
_SWEEP = 2_000


class Ending(NamedTuple):
    """What is said to the store of an attempt, and what is reported if that is accepted."""

    request: Request
    notice: Notice


class Pause:
    """From 0.1 s to 5 s, each twice as long as the one before."""

    def __init__(self) -> None:
        self._number = 0

    def next(self) -> float:
        pause = min(0.1 * float(2 ** min(self._number, 6)), 5.0)
        self._number += 1
        return pause


class Engine:
    """Claims as much as there is room for, and gives each delivery to `begin`, until it is to finish."""

    def __init__(
        self,
        shared: Shared,
        concurrency: int,
        begin: Callable[[Claim], object],
        overdue: Callable[[Claim], object] | None,
    ) -> None:
        self.shared = shared
        self.name = ""
        self._settings = shared.settings
        self._concurrency = concurrency
        self._begin_in = begin
        # Called for each handler that has run for longer than its limit.
        self._overdue = overdue
        self.time_limit: float | None = None
        self._changed = threading.Condition()
        self._running: set[Claim] = set()
        self._is_woken = False
        self._is_finishing = False
        self._is_claiming = True
        # Whether the store could not be used when it was last asked.
        self._is_out = False
        self._pid = os.getpid()
        self._threads: list[threading.Thread] = []

    def start(self, name: str) -> None:
        """Starts it under the name of the worker in the store."""
        self.name = name
        for target in (self._claim_all, self._keep_all):
            thread = threading.Thread(target=target, name=f"hookseal-inbox-{name}", daemon=True)
            self._threads.append(thread)
            thread.start()
        self.shared.add(self)

    @property
    def is_here(self) -> bool:
        """Whether its threads run in this process, and not in one that was forked."""
        return self._pid == os.getpid()

    def wake(self) -> None:
        with self._changed:
            self._is_woken = True
            self._changed.notify_all()

    def finish(self) -> None:
        """Claims nothing more."""
        with self._changed:
            self._is_finishing = True
            self._changed.notify_all()

    def wait_for_claims(self) -> None:
        """Waits until nothing more can be begun."""
        self._threads[0].join()

    def wait_until_idle(self, timeout: float) -> int:
        """Waits for what is running, and returns how many are left."""
        with self._changed:
            self._changed.wait_for(lambda: not self._running, timeout)
            return len(self._running)

    def wait_for_end(self) -> None:
        """Waits until the worker's name is given back; only what is running keeps it."""
        self._threads[1].join()

    def end(self, claim: Claim, ending: Ending) -> Future[Any]:
        """Says it to the store. The place is free at once: the next claim can share the transaction."""
        reply = self.shared.store.ask(ending.request)
        with self._changed:
            claim.has_place = False
            self._changed.notify_all()
        return reply

    def ended(self, claim: Claim) -> None:
        """Nothing more is to be done for it."""
        with self._changed:
            self._running.discard(claim)
            self._changed.notify_all()

    def outage(self, error: StoreError) -> None:
        """Reports an outage that has just begun."""
        was_out, self._is_out = self._is_out, True
        if not was_out:
            self.shared.notices.report(Notice("store_unavailable", store_error=error))

    def ending(self, claim: Claim, failure: Failure | None) -> Ending:
        """How an attempt ends."""
        claim.is_ending = True
        if failure is None and not claim.is_joined:
            return Ending(claim.ask("finish", keep=self._settings.keep), claim.notice("done"))
        # Of one that has joined: committed, it is done, and nothing changes. Rolled back, what it wrote is missing.
        failure = failure or Failure("the handler's transaction was rolled back")
        text = failure.text
        if failure.is_final or claim.row.attempts >= self._settings.attempts:
            return Ending(claim.ask("bury", error=text), claim.notice("dead", text))
        delay = self._delay(claim.row.attempts) if failure.delay is None else failure.delay
        return Ending(claim.ask("retry", delay=delay, error=text), claim.notice("failed", text))

    def settle(self, claim: Claim, ending: Ending, is_changed: bool) -> None:
        """Reports how an attempt ended."""
        self._is_out = False
        if is_changed:
            self.shared.notices.report(ending.notice)
        elif claim.is_joined:
            self.shared.notices.report(claim.notice("done"))
        else:
            self._lose(claim)

    def released(self) -> None:
        """Another worker of this process may begin what was given back."""
        self.shared.wake()

    def _lose(self, claim: Claim) -> None:
        if not claim.is_lost:
            claim.is_lost = True
            self.shared.notices.report(claim.notice("claim_lost"))

    def _delay(self, attempt: int) -> int:
        """Four times longer after each attempt, and up to a fifth shorter or longer, so that what failed together does
        not come back together."""
        whole = min(self._settings.first_delay * 4 ** min(attempt - 1, 31), self._settings.max_delay)
        return round(random.uniform(0.8, 1.2) * float(whole))

    def ask(self, asked: Request) -> Any:
        """Asks the store. Raises StoreError."""
        return result(self.shared.store.ask(asked))

    def _claim_all(self) -> None:
        try:
            self._claim_until_the_end()
        finally:
            with self._changed:
                self._is_claiming = False
                self._changed.notify_all()

    def _claim_until_the_end(self) -> None:
        pause = Pause()
        # Deliveries whose worker ended without a word. One of them may have ended it, and each is tried alone, so that
        # the others do not lose their attempts to it.
        suspects: set[int] = set()
        while room := self._room(takes_all=not suspects):
            token = secrets.token_hex(16)
            values = {"lease": self._settings.lease, "attempts": self._settings.attempts, "number": room}
            try:
                rows = self.ask(request("claim", token=token, worker=self.name, **values))
            except StoreError as error:
                self.outage(error)
                self._sleep(pause.next())
                continue
            self._is_out, pause = False, Pause()
            self._begin_all(rows, token, suspects)
            if len(rows) < room:
                # Nothing more is due: others have the rest of the suspects.
                suspects.clear()
                self._sleep(self._settings.poll)

    def _room(self, takes_all: bool) -> int:
        """Waits for places, and returns how many are free; none if the worker is to finish."""
        with self._changed:
            self._changed.wait_for(lambda: self._is_finishing or self._free())
            if 0 < self._free() < self._concurrency and takes_all:
                self._changed.wait_for(lambda: self._is_finishing or self._free() == self._concurrency, _GATHER)
            if self._is_finishing:
                return 0
            # What was stored before this claim is found by it.
            self._is_woken = False
            return min(self._free(), _MOST) if takes_all else 1

    def _free(self) -> int:
        return self._concurrency - sum(claim.has_place for claim in self._running)

    def _sleep(self, seconds: float) -> None:
        with self._changed:
            self._changed.wait_for(lambda: self._is_finishing or self._is_woken, seconds)

    def _begin_all(self, rows: list[ClaimedRow], token: str, suspects: set[int]) -> None:
        """Begins what was claimed."""
        suspect: Claim | None = None
        for row in rows:
            claim = Claim(self.shared, row, token)
            if row.is_takeover:
                self.shared.notices.report(claim.notice("takeover"))
            if row.is_dead:
                self.shared.notices.report(claim.notice("dead", row.error))
                continue
            # Once may be chance, such as a deploy, after which everything would wait for everything else.
            is_repeated = row.attempts > 2 or row.attempts >= self._settings.attempts
            is_suspect = (row.is_takeover and is_repeated) or row.id in suspects
            suspects.discard(row.id)
            if is_suspect and suspect is not None:
                suspects.add(row.id)
                self._release(claim)
                continue
            with self._changed:
                self._running.add(claim)
            if is_suspect:
                suspect = claim
            else:
                self._begin_one(claim)
        if suspect is not None:
            self._begin_alone(suspect)

    def _begin_alone(self, claim: Claim) -> None:
        """One that may end the process has it to itself, but keeps others waiting no longer than a lease each time."""
        lease = self._settings.lease / 1000
        with self._changed:
            is_alone = self._changed.wait_for(lambda: self._is_finishing or self._running == {claim}, lease)
        self._begin_one(claim)
        if is_alone:
            with self._changed:
                self._changed.wait_for(lambda: self._is_finishing or claim not in self._running, lease)

    def _begin_one(self, claim: Claim) -> None:
        if self._is_finishing:
            self._release(claim)
            self.ended(claim)
            return
        claim.begun_at = time.monotonic()
        try:
            self._begin_in(claim)
        except RuntimeError:
            # The event loop has ended without the worker.
            self.finish()
            self._release(claim)
            self.ended(claim)

    def _release(self, claim: Claim) -> None:
        """Without an attempt. If the store cannot be used, its lease lapses."""
        try:
            self.ask(claim.ask("release"))
        except StoreError as error:
            self.outage(error)

    def _keep_all(self) -> None:
        """Looks after leases, and what workers that have ended left, until nothing is running any more."""
        each = min(_FREE_EACH, self._settings.lease / 9000)
        free_at = time.monotonic() + _FREE_EACH
        sweep_at = free_at
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._is_finishing, each)
                if self._is_finishing:
                    self._changed.wait_for(lambda: not self._running and not self._is_claiming, each)
                    if not self._running and not self._is_claiming:
                        break
                running = list(self._running)
            self._extend(running)
            now = time.monotonic()
            if now >= free_at and not self._is_finishing:
                if self.shared.store.can_free and self._tried(request("free_all")):
                    self.wake()
                if now >= sweep_at:
                    swept = self._tried(request("sweep", number=_SWEEP))
                    self._tried(request("shrink"))
                    sweep_at = now + (_FREE_EACH if swept >= _SWEEP else _SWEEP_EACH)
                free_at = time.monotonic() + _FREE_EACH
        self.shared.remove(self)
        # Without an answer, the lock ends with the process.
        self._tried(request("leave", worker=self.name))

    def _extend(self, running: list[Claim]) -> None:
        """Extends leases of which a third has passed."""
        now, lease = time.monotonic(), self._settings.lease
        # One that has joined has ended, or is about to, and its transaction holds the row.
        held = [claim for claim in running if not claim.is_joined and not claim.is_given_up]
        due = [claim for claim in held if now >= claim.extend_at]
        replies = [(claim, self.shared.store.ask(claim.ask("extend", lease=lease))) for claim in due]
        for claim, reply in replies:
            claim.extend_at = now + lease / 3000
            try:
                is_held = result(reply) > 0
            except StoreError as error:
                self.outage(error)
                continue
            self._is_out = False
            with self._changed:
                is_running = claim in self._running
            # One that has just ended has no lease any more.
            if not is_held and is_running and not claim.is_joined and not claim.is_ending:
                self._lose(claim)
        if self._overdue is not None and self.time_limit is not None:
            for claim in held:
                if now - claim.begun_at >= self.time_limit:
                    self._overdue(claim)

    def _tried(self, asked: Request) -> int:
        """How many rows were changed: none if the store cannot be used, which is reported, and tried again later."""
        try:
            return int(self.ask(asked))
        except StoreError as error:
            self.outage(error)
            return 0


def result(reply: Future[Any]) -> Any:
    """The reply to what a worker asked. Raises StoreError."""
    try:
        return reply.result()
    except StoreError:
        raise
    except Exception as error:
        raise store_error(error) from error


def store_error(error: Exception) -> StoreError:
    """A worker goes on whatever happens: it also tries again if the tables have become newer than it."""
    return StoreError(str(error)) if isinstance(error, WebhookVerificationError) else StoreError.of(error)


def check_worker(concurrency: int, time_limit: float | None) -> None:
    check_number("concurrency", concurrency, 1, 10_000)
    if time_limit is not None:
        check_seconds("time_limit", time_limit)
        if time_limit == 0:
            raise misuse("time_limit must be over 0 s")
