"""Handlers that fail, hang, exit, or take longer than their lease."""

import threading
import time
from typing import Any

import pytest
from hookseal import WebhookVerificationError
from hookseal.inbox import Received, Reject, RetryIn
from hookseal.inbox._failure import failure_of, first_line
from hookseal.router import WebhookRouter
from inbox.places import Heard, Place, until, until_stats
from once.stores import WAIT
from once.support import delivery

SOON = (0.004, 0.02)


@pytest.mark.parametrize("error", [ValueError("it is down"), SystemExit(1), KeyboardInterrupt(), "coroutine"])
def test_a_handler_that_fails_is_called_again_until_no_attempt_is_left(place: Place, error: Any) -> None:
    heard, attempts = Heard(), list[int]()

    async def coroutine() -> None: ...

    def handle(received: Received) -> object:
        attempts.append(received.attempt)
        if error == "coroutine":
            return coroutine()
        raise error

    inbox = place.open(attempts=4, back_off=SOON, poll=0.005, on_notice=heard)
    inbox.put(delivery("evt-1"))
    with inbox.work(handle):
        until_stats(inbox, lambda stats: stats.dead.number == 1, "it is dead")
    assert attempts == [1, 2, 3, 4]
    assert [heard.count(name) for name in ("failed", "dead", "done")] == [3, 1, 0]
    (entry,) = inbox.list()
    assert entry.attempts == 4 and entry.error is not None


def test_a_delivery_that_dies_of_a_lowered_limit_is_reported_with_the_error_of_its_last_attempt(place: Place) -> None:
    heard, lowered_heard = Heard(), Heard()

    def fail(_: Received) -> None:
        raise ValueError("it is down")

    inbox = place.open(attempts=1000, back_off=SOON, poll=0.005, on_notice=heard)
    inbox.put(delivery("evt-1"))
    with inbox.work(fail):
        until(lambda: heard.count("failed") > 0, "it has failed")
    lowered = place.open(attempts=1, back_off=SOON, poll=0.005, on_notice=lowered_heard)
    with lowered.work(fail):
        until_stats(lowered, lambda stats: stats.dead.number == 1, "it is dead")
    assert [notice.error for notice in lowered_heard.notices if notice.name == "dead"] == ["ValueError: it is down"]
    assert [lowered_heard.count(name) for name in ("takeover", "failed")] == [0, 0]


def test_a_handler_can_reject_and_can_ask_for_a_delay(place: Place) -> None:
    heard = Heard()

    def handle(received: Received) -> None:
        if received.event_id == "evt-1":
            raise Reject("unknown plan")
        if received.attempt == 1:
            raise ValueError from RetryIn(3600, "its limit is reached")

    inbox = place.open(back_off=SOON, on_notice=heard)
    for id in ("evt-1", "evt-2"):
        inbox.put(delivery(id))
    with inbox.work(handle):
        until(lambda: heard.count("dead") + heard.count("failed") == 2, "both have failed")
    (dead,) = inbox.list()
    (pending,) = inbox.list("pending")
    assert (dead.event_id, dead.attempts, dead.error) == ("evt-1", 1, "unknown plan")
    assert (pending.event_id, pending.attempts) == ("evt-2", 1)
    assert pending.due_at is not None and 3500 < pending.due_at - time.time() < 3700


def test_delays_grow_by_four_up_to_the_longest_and_vary_by_a_fifth(file: Place) -> None:
    from hookseal.inbox._engine import Engine

    engine = Engine(file.open()._shared, 1, print, None)
    for attempt, whole in [(1, 5_000), (2, 20_000), (3, 80_000), (5, 1_280_000), (6, 3_600_000), (90, 3_600_000)]:
        delays = [engine._delay(attempt) for _ in range(200)]
        assert all(whole * 4 / 5 <= delay <= whole * 6 / 5 for delay in delays)
        assert min(delays) < whole < max(delays)


def test_what_a_handler_asks_for_is_found_behind_other_errors_too() -> None:
    def of(*errors: Exception) -> Any:
        router = WebhookRouter()
        for error in errors:

            def raise_it(_: object, error: Exception = error) -> None:
                raise error

            router.on_any(raise_it)
        with pytest.raises(Exception) as raised:
            router.handle(delivery())
        return failure_of(raised.value)

    assert of(Reject("no")) == ("no", True, None)
    assert of(RetryIn(2, "later")) == ("later", False, 2000)
    assert of(ValueError("down")) == ("ValueError: down", False, None)
    # The other function is to be called again.
    assert of(Reject("no"), ValueError("down")) == ("no", False, None)
    assert of(ValueError("down"), RetryIn(2)) == ("ValueError: down", False, 2000)
    assert of(Reject("one"), Reject("two")) == ("one", True, None)
    assert failure_of(ExceptionGroup("all", [Reject("no")])) == ("no", True, None)
    circle = ValueError("one")
    circle.__cause__ = circle
    assert failure_of(circle) == ("ValueError: one", False, None)


def test_the_text_of_an_error_is_one_short_line_without_control_characters() -> None:
    assert first_line("\n\n one\x1b[2J\0 \nsecond") == "one [2J"
    assert first_line("") == "no text"
    assert len(first_line("é" * 300)) == 200
    # No database stores it.
    assert first_line("a\ud800b") == "a b"

    class Silent(Exception):
        def __str__(self) -> str:
            raise ValueError

    assert failure_of(Silent()).text == "Silent: without a text"
    assert failure_of(ValueError()).text == "ValueError"


@pytest.mark.parametrize("delay", [-1, float("nan"), float("inf")])
def test_a_delay_that_makes_no_sense_is_refused(delay: float) -> None:
    with pytest.raises(WebhookVerificationError, match="delay"):
        RetryIn(delay)


def test_a_handler_that_hangs_past_its_time_limit_has_failed_and_others_go_on(place: Place) -> None:
    heard, end = Heard(), threading.Event()

    def handle(received: Received) -> None:
        if received.event_id == "hangs":
            end.wait(WAIT)

    inbox = place.open(attempts=2, back_off=SOON, on_notice=heard)
    inbox.put(delivery("hangs"))
    with inbox.work(handle, concurrency=1, time_limit=0.2):
        until_stats(inbox, lambda stats: stats.dead.number == 1, "it is dead")
        inbox.put(delivery("evt-1"))
        until_stats(inbox, lambda stats: stats.done == 1, "another one is done")
    end.set()
    (entry,) = inbox.list()
    assert (entry.attempts, entry.error) == (2, "took longer than its time limit of 0.2 s")
    assert [heard.count(name) for name in ("failed", "dead", "claim_lost")] == [1, 1, 0]


def test_a_handler_that_runs_longer_than_its_lease_keeps_it(place: Place) -> None:
    heard, calls = Heard(), list[int]()

    def handle(received: Received) -> None:
        calls.append(received.attempt)
        time.sleep(4)

    inbox, other = place.open(lease=1.5, on_notice=heard), place.open(on_notice=heard)
    inbox.put(delivery("evt-1"))
    with inbox.work(handle):
        until(lambda: calls, "it is begun")
        with other.work(handle):
            until_stats(inbox, lambda stats: stats.done == 1, "it is done")
    assert calls == [1] and heard.count("claim_lost") == heard.count("takeover") == 0


def test_a_worker_that_lost_its_claim_says_so_and_changes_nothing(place: Place) -> None:
    heard, begun, end = Heard(), threading.Event(), threading.Event()

    def handle(_: Received) -> None:
        begun.set()
        assert end.wait(WAIT)

    inbox, other = place.open(on_notice=heard), place.open(on_notice=heard)
    inbox.put(delivery("evt-1"))
    # It has no place for the one that it lost.
    with inbox.work(handle, concurrency=1):
        assert begun.wait(WAIT)
        # As for a machine that was suspended.
        place.change("UPDATE hookseal_inbox SET due_at = 1")
        with other.work(lambda _: None):
            until(lambda: heard.count("done") == 1, "another one has done it")
        end.set()
        until(lambda: heard.count("claim_lost") == 1, "it is reported")
    assert [heard.count(name) for name in ("takeover", "done", "claim_lost")] == [1, 1, 1]
    assert inbox.stats().done == 1


def test_a_clock_that_jumps_loses_nothing(place: Place) -> None:
    from hookseal.inbox._protocol import Request

    inbox, store = place.open(), place.store()
    inbox.put(delivery("evt-1"))
    day, now = 86_400_000, round(time.time() * 1000) + 1000

    def claim(token: str, at: int) -> Any:
        values = {"token": token, "worker": "w", "lease": 45_000, "attempts": 12, "number": 9, "now": at}
        return store.ask(Request("claim", values)).result()

    def finish(token: str) -> Any:
        return store.ask(Request("finish", {"id": row.id, "token": token, "keep": 1000})).result()

    # A day back, it is not due yet; a day ahead, its lease has lapsed, and only the new token counts.
    assert claim("back", now - day) == []
    (row,) = claim("one", now)
    (ahead,) = claim("two", now + day)
    assert (ahead.is_takeover, ahead.attempts) == (True, 2)
    assert finish("one") == 0
    # Back again: its lease ends in a day, and its holder can end it at any time.
    assert claim("three", now) == []
    assert finish("two") == 1
    store.close()


def test_deliveries_whose_workers_ended_twice_are_handled_alone(place: Place) -> None:
    inbox, lock = place.open(), threading.Lock()
    running, beside = set[str | None](), list[set[str | None]]()
    attempts = dict[str | None, int]()
    for id in ("suspect-1", "suspect-2", "suspect-3", "evt-1", "evt-2", "evt-3", "evt-4", "evt-5"):
        inbox.put(delivery(id))
    # As if two workers had ended while they handled these; one of them may have caused it.
    place.change(
        "UPDATE hookseal_inbox SET state = 'running', attempts = 2, token = 'of the dead', worker = 'process-1', "
        "due_at = 1 WHERE event LIKE 'suspect-%'"
    )

    def handle(received: Received) -> None:
        with lock:
            running.add(received.event_id)
            attempts[received.event_id] = received.attempt
            if any("suspect" in str(id) for id in running):
                beside.append(set(running))
        time.sleep(0.1)
        with lock:
            running.discard(received.event_id)

    with inbox.work(handle, concurrency=8):
        until_stats(inbox, lambda stats: stats.done == 8, "all are done")
    assert sorted(beside, key=str) == [{f"suspect-{number}"} for number in (1, 2, 3)]
    # To be given back was no attempt.
    assert [attempts[f"suspect-{number}"] for number in (1, 2, 3)] == [3, 3, 3]
