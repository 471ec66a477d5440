"""What `Inbox` and its worker do, on both databases."""

import threading
import time
from typing import Any

import pytest
from hookseal import Delivery, WebhookVerificationError, WebhookVerifier, sign
from hookseal.inbox import Inbox, Put, Received
from hookseal.once import MemoryStore
from hookseal.router import WebhookRouter
from inbox.places import Heard, Place, until, until_stats
from once.stores import WAIT
from once.support import SECRET, delivery, envelope, keyless


def signed_now(event_id: str) -> Delivery:
    body = envelope(event_id)
    return WebhookVerifier(SECRET).verify(sign(body, SECRET), body)


class Calls:
    """A handler that succeeds, and the ids that it was called with."""

    def __init__(self) -> None:
        self.ids: list[str | None] = []

    def __call__(self, received: Received) -> None:
        self.ids.append(received.event_id)


def fail(_: Received) -> None:
    raise ValueError("it is down")


def test_what_is_stored_is_handled_and_its_redelivery_is_a_duplicate(place: Place) -> None:
    heard, calls = Heard(), Calls()
    inbox = place.open(on_notice=heard)
    assert inbox.put(delivery("evt-1")) == Put("stored")
    assert inbox.put(delivery("evt-1", a=1)) == Put("duplicate", "pending", same_body=False)
    stats = inbox.stats()
    assert (stats.pending.number, stats.pending.bytes > 200, stats.done) == (1, True, 0)
    assert stats.pending.oldest is not None and stats.pending.oldest < 60
    # Woken by what its own process stores: it would look only each hour.
    slow = place.open(poll=3600.0)
    with slow.work(calls) as worker:
        until_stats(slow, lambda stats: stats.done == 1, "the first is done")
        slow.put(delivery("evt-2"))
        until_stats(slow, lambda stats: stats.done == 2, "the second is done")
        assert worker.close() == 0
    assert calls.ids == ["evt-1", "evt-2"]
    assert inbox.put(delivery("evt-1")) == Put("duplicate", "done", same_body=True)
    assert [heard.count(name) for name in ("stored", "duplicate", "other_body", "done")] == [1, 2, 1, 0]
    assert inbox.stats().counts == {"stored": 1, "duplicate": 2, "other_body": 1}
    assert slow.stats().counts == {"stored": 1, "done": 2}


def test_a_handler_gets_what_was_verified(place: Place) -> None:
    inbox, found = place.open(), list[Received]()
    genuine = delivery("evt-1")
    inbox.put(genuine)
    inbox.put(keyless())
    # Another one, since it has no key.
    assert inbox.put(keyless()).answer == "stored"
    with inbox.work(found.append):
        until_stats(inbox, lambda stats: stats.done == 3, "all are done")
    (received,) = [received for received in found if received.event_id == "evt-1"]
    assert received.body == genuine.body and received.json() == genuine.json()
    assert received.event() == genuine.event()
    assert (received.scheme, received.attempt, received.has_envelope) == ("contio-timestamped", 1, True)
    assert genuine.key is not None and received.key == genuine.key.text("test")
    assert abs(time.time() - received.received_at) < 60
    assert received.signed_at == genuine.timestamp
    assert "Stand-up" not in repr(received) and "evt-1" in repr(received)
    other = next(received for received in found if received.scheme == "github")
    assert (other.event_id, other.signed_at, other.body) == (None, None, b"")
    assert other.key.startswith("?")
    with pytest.raises(WebhookVerificationError, match="github has no event") as refused:
        other.event()
    assert refused.value.code == "invalid_argument"


def test_the_body_of_another_sender_is_read_as_json(place: Place) -> None:
    inbox, found = place.open(), list[Any]()
    verifier = WebhookVerifier(SECRET, scheme="github")
    inbox.put(verifier.verify(sign(b'{"a":[1]}', SECRET, scheme="github"), b'{"a":[1]}'))
    with inbox.work(lambda received: found.append((received.event_id, received.json()))):
        until(lambda: found, "it is handled")
    # Its key is a digest, which is no id.
    assert found == [(None, {"a": [1]})]


def test_a_router_is_called_with_the_event(place: Place) -> None:
    inbox, seen, router = place.open(), list[str](), WebhookRouter()

    @router.on("meeting.completed")
    def completed(event: Any) -> None:
        seen.append(event["event_id"])

    inbox.put(delivery("evt-1"))
    with inbox.work(router):
        until_stats(inbox, lambda stats: stats.done == 1, "it is done")
    assert seen == ["evt-1"]


def test_too_much_that_is_not_handled_is_refused_with_503_until_it_is(place: Place) -> None:
    heard, size = Heard(), len(delivery("evt-1").body)
    inbox = place.open(max_pending=2, on_notice=heard)
    for id in ("evt-1", "evt-2"):
        inbox.put(delivery(id))
    with pytest.raises(WebhookVerificationError) as refused:
        inbox.put(delivery("evt-3"))
    assert (refused.value.code, refused.value.status, refused.value.retry_after) == ("inbox_full", 503, 30)
    assert heard.count("full") == 1
    assert inbox.put(delivery("evt-1")) == Put("duplicate", "pending", True), "a duplicate needs no room"
    assert (heard.count("full"), heard.count("duplicate")) == (1, 1)
    by_bytes = place.open(max_pending_bytes=2 * size + 1)
    with pytest.raises(WebhookVerificationError, match="max_pending_bytes"):
        by_bytes.put(delivery("evt-3"))
    with inbox.work(Calls()):
        until_stats(inbox, lambda stats: stats.done == 2, "all are done")
        end = time.monotonic() + WAIT
        while True:
            try:
                inbox.put(delivery("evt-3"))
                break
            except WebhookVerificationError:
                assert time.monotonic() < end, "there is never room again"
                time.sleep(0.05)


def test_two_workers_share_what_is_stored_and_each_is_handled_once(place: Place) -> None:
    one, other, calls = place.open(), place.open(), Calls()
    ids = [f"evt-{number:03}" for number in range(100)]
    with one.work(calls), other.work(calls):
        for id in ids:
            one.put(delivery(id))
        until_stats(one, lambda stats: stats.done == 100, "all are done")
    assert sorted(id or "" for id in calls.ids) == ids


def test_no_more_handlers_run_at_a_time_than_was_asked(place: Place) -> None:
    inbox, lock = place.open(), threading.Lock()
    running, most = 0, 0

    def handle(_: Received) -> None:
        nonlocal running, most
        with lock:
            running += 1
            most = max(most, running)
        time.sleep(0.02)
        with lock:
            running -= 1

    for number in range(20):
        inbox.put(delivery(f"evt-{number}"))
    with inbox.work(handle, concurrency=3):
        until_stats(inbox, lambda stats: stats.done == 20, "all are done")
    assert most == 3


def test_a_worker_that_is_closed_waits_for_what_is_running_and_leaves_what_takes_longer(place: Place) -> None:
    inbox, end, begun = place.open(lease=1.5), threading.Event(), list[str | None]()

    def handle(received: Received) -> None:
        begun.append(received.event_id)
        if received.event_id == "evt-1":
            end.wait(WAIT)
        else:
            time.sleep(0.2)

    for number in (1, 2):
        inbox.put(delivery(f"evt-{number}"))
    worker = inbox.work(handle, concurrency=2)
    # What is claimed and not begun would be given back at once.
    until(lambda: len(begun) == 2, "both are running")
    inbox.put(delivery("evt-3"))
    assert worker.close(grace=1.0) == 1
    # What it has not begun is for others; what it has goes on, and keeps its lease, which another one would see.
    stats = inbox.stats()
    assert (stats.pending.number, stats.running.number, stats.done) == (1, 1, 1)
    with place.open().work(Calls()) as other:
        until_stats(inbox, lambda stats: stats.done == 2, "the third is done")
        time.sleep(4)
        assert inbox.stats().running.number == 1
        end.set()
        until_stats(inbox, lambda stats: stats.done == 3, "the first is done")
        assert other.close() == 0
    assert inbox.stats().counts.get("takeover", 0) == 0


def test_dead_deliveries_are_listed_shown_revived_and_given_up(place: Place) -> None:
    inbox = place.open(attempts=1)
    for number in (1, 2, 3):
        inbox.put(delivery(f"evt-{number}"))
    with inbox.work(fail):
        until_stats(inbox, lambda stats: stats.dead.number == 3, "all are dead")
    dead = inbox.list(number=2)
    assert len(dead) == 2 and len(inbox.list("dead", number=9, skip=2)) == 1
    shown = inbox.show(dead[0].id)
    assert shown is not None
    entry, body = shown
    assert (entry.state, entry.error, entry.attempts) == ("dead", "ValueError: it is down", 1)
    assert body is not None and b"Stand-up" in body and len(body) == entry.size
    assert inbox.show(99_999) is None
    assert [inbox.revive(dead[0].id), inbox.revive(dead[0].id)] == [True, False]
    assert [inbox.discard(dead[1].id), inbox.discard(dead[1].id)] == [True, False]
    shown = inbox.show(dead[1].id)
    assert shown is not None and (shown[0].state, shown[1]) == ("done", None)
    assert inbox.revive_all(10) == 1
    with inbox.work(Calls()):
        until_stats(inbox, lambda stats: stats.done == 3, "all are done")


def test_a_delivery_that_was_signed_after_the_death_revives_it(place: Place) -> None:
    heard = Heard()
    inbox = place.open(attempts=1, on_notice=heard)
    first = signed_now("evt-1")
    inbox.put(first)
    with inbox.work(fail):
        until_stats(inbox, lambda stats: stats.dead.number == 1, "it is dead")
    assert inbox.put(first) == Put("duplicate", "dead")
    # Times of sending are whole seconds.
    time.sleep(1.1)
    assert inbox.put(signed_now("evt-1")).answer == "revived"
    assert heard.count("revived") == 1


def test_the_time_of_an_event_revives_nothing(place: Place) -> None:
    inbox = place.open(attempts=1)
    verifier, body = WebhookVerifier(SECRET, scheme="contio-body", max_event_age=None), envelope()
    event = verifier.verify(sign(body, SECRET, scheme="contio-body"), body)
    assert event.timestamp is not None
    inbox.put(event)
    (entry,) = inbox.list("pending")
    assert place.change("SELECT signed_at FROM hookseal_inbox") == [(None,)] and entry.event_id == "evt-1"


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"scope": None}, "scope"),
        ({"scope": ""}, "scope"),
        ({"lease": 0.0}, "lease"),
        ({"keep": float("nan")}, "keep"),
        ({"poll": 0.0}, "poll"),
        ({"attempts": 0}, "attempts"),
        ({"back_off": (2.0, 1.0)}, "delay"),
        ({"max_pending": 0}, "max_pending"),
        ({"on_notice": 1}, "on_notice"),
    ],
)
def test_settings_that_make_no_sense_are_refused(place: Place, options: Any, message: str) -> None:
    with pytest.raises(WebhookVerificationError, match=message) as refused:
        place.open(**options)
    assert refused.value.code == "invalid_argument"


def test_calls_that_make_no_sense_are_refused(place: Place) -> None:
    inbox: Any = place.open()

    async def handler(_: Received) -> None: ...

    for call in [
        lambda: inbox.work(print, concurrency=0),
        lambda: inbox.work(print, time_limit=0),
        lambda: inbox.work(1),
        lambda: inbox.work(handler),
        lambda: inbox.put(b"a body"),
        lambda: inbox.list("done"),
        lambda: inbox.list(number=-1),
        lambda: inbox.show("1"),
        lambda: inbox.revive(1 << 63),
    ]:
        with pytest.raises(WebhookVerificationError) as refused:
            call()
        assert refused.value.code == "invalid_argument"


@pytest.mark.parametrize("store", [":memory:", "", 1, MemoryStore()])
def test_what_is_no_store_is_refused(store: Any) -> None:
    with pytest.raises(WebhookVerificationError) as refused:
        Inbox(store, scope="test")
    assert refused.value.code == "invalid_argument"


def test_a_hook_that_raises_changes_nothing(place: Place, caplog: pytest.LogCaptureFixture) -> None:
    inbox = place.open(on_notice=lambda _: 1 // 0)
    assert inbox.put(delivery("evt-1")).answer == "stored"
    with inbox.work(Calls()):
        until_stats(inbox, lambda stats: stats.done == 1, "it is done")
    assert "on_notice raised for stored" in caplog.text


def test_a_log_shows_no_body(place: Place, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("DEBUG", "hookseal")
    inbox = place.open(attempts=2, back_off=(0.01, 0.02))
    inbox.put(delivery("evt-1"))
    with inbox.work(fail):
        until_stats(inbox, lambda stats: stats.dead.number == 1, "it is dead")
    for text in ("inbox: stored, key ", "evt-1, attempt 1: ValueError: it is down", "inbox: dead, key "):
        assert text in caplog.text
    assert "Stand-up" not in caplog.text and SECRET not in caplog.text
