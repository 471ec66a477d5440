"""What `Once` does with the answers of a store, on every store."""

import asyncio
import copy
import datetime
import logging
import pickle
import sqlite3
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psycopg
import pytest
import redis
from hookseal import DeliveryKey, WebhookVerificationError, WebhookVerifier, sign
from hookseal.explain import WebhookExplainer
from hookseal.once import MemoryStore, Notice, Once, SQLiteStore, StoreError
from once.stores import Place, dsn
from once.support import SECRET, delivery, envelope, keyless


class Failed(Exception):
    pass


def once_on(place: Place, notices: list[Notice] | None = None, **options: Any) -> Once:
    once = Once(place.open(), scope="test", on_notice=None if notices is None else notices.append, **options)
    once.create()
    return once


def names(notices: list[Notice]) -> list[str]:
    return [notice.name for notice in notices]


def code_of(once: Once, event_id: str = "evt-1") -> WebhookVerificationError:
    with pytest.raises(WebhookVerificationError) as caught:
        with once(delivery(event_id)):
            raise AssertionError("the block must not run")
    return caught.value


def test_the_first_delivery_is_handled_and_later_ones_are_not(place: Place) -> None:
    once, handled = once_on(place), []
    for _ in range(3):
        with once(delivery()) as first:
            if first:
                handled.append(1)
    with once(delivery("evt-2")) as first:
        assert first and first.key == DeliveryKey("contio", "evt-2")
    assert handled == [1]


def test_a_handler_that_raises_is_tried_again(place: Place) -> None:
    once = once_on(place)
    for error in (Failed, KeyboardInterrupt, WebhookVerificationError("invalid_field", "of the handler")):
        with pytest.raises(error if isinstance(error, type) else type(error)), once(delivery()) as first:
            assert first
            raise error
    with once(delivery()) as first:
        assert first
        first.fail()
    with once(delivery()) as first:
        assert first
    with once(delivery()) as first:
        assert not first


def test_a_duplicate_that_comes_while_the_first_is_handled_is_to_come_again(place: Place) -> None:
    once = once_on(place)
    with once(delivery()) as first:
        assert first
        error = code_of(once)
        assert (error.code, error.status) == ("in_progress", 503)
        assert error.retry_after is not None and 40 <= error.retry_after <= 45
    with once(delivery()) as first:
        assert not first


def test_a_wait_of_less_than_a_second_is_said_as_one(place: Place) -> None:
    once = once_on(place, lease=0.5)
    with once(delivery()):
        assert code_of(once).retry_after == 1


def test_run_calls_a_function_once_for_each_event(place: Place) -> None:
    once, calls = once_on(place), []
    assert once.run(delivery(), lambda: calls.append(1) or "done") == "done"
    assert once.run(delivery(), lambda: calls.append(2) or "done") is None
    assert calls == [1]


def test_a_lapsed_claim_is_taken_over_and_cannot_end(place: Place) -> None:
    notices: list[Notice] = []
    once = once_on(place, notices, lease=0.001)
    event = threading.Event()
    with once(delivery()) as slow:
        event.wait(0.05)
        with once(delivery()) as other:
            assert slow and other
        assert names(notices) == ["takeover"]
    assert names(notices) == ["takeover", "claim_lost"]
    with once(delivery()) as first:
        assert not first, "what the second one finished was not overwritten"
    # The same for a slow handler that fails: it must not release what the other has done.
    with pytest.raises(Failed), once(delivery("evt-2")):
        event.wait(0.05)
        with once(delivery("evt-2")):
            pass
        raise Failed
    assert names(notices)[2:] == ["takeover", "claim_lost"]
    with once(delivery("evt-2")) as first:
        assert not first


def test_a_duplicate_with_another_body_is_one_and_is_noticed(place: Place) -> None:
    notices: list[Notice] = []
    once = once_on(place, notices)
    handled = []
    for more in ({}, {"extra": 1}, {}):
        with once(delivery(**more)) as first:
            handled.append(bool(first))
    assert handled == [True, False, False]
    assert notices == [Notice("other_body", DeliveryKey("contio", "evt-1"))]


def test_a_delivery_without_a_key_is_handled_each_time(place: Place) -> None:
    notices: list[Notice] = []
    once = once_on(place, notices)
    for _ in range(2):
        with once(keyless()) as first:
            assert first and first.key is None
    assert notices == [Notice("no_key", None)] * 2


def test_a_forgotten_event_is_handled_again(place: Place) -> None:
    once = once_on(place)
    key = DeliveryKey("contio-body", "evt-1")
    assert once.forget(key) is False
    once.run(delivery(), lambda: None)
    assert once.forget(key) is True
    assert once.run(delivery(), lambda: "again") == "again"
    with pytest.raises(WebhookVerificationError, match="DeliveryKey"):
        once.forget("evt-1")  # type: ignore[arg-type]


def test_scopes_do_not_share_events(shared: Place) -> None:
    for scope in ("a", "b"):
        once = Once(shared.open(), scope=scope)
        once.create()
        with once(delivery()) as first:
            assert first


def test_async_blocks_do_the_same(place: Place) -> None:
    async def play() -> None:
        store, notices = place.open_async(), []
        once = Once(store, scope="test", on_notice=notices.append)
        await once.create_async()
        with pytest.raises(Failed):
            async with once(delivery()):
                raise Failed
        async with once(delivery()) as first:
            assert first
            with pytest.raises(WebhookVerificationError, match="being handled"):
                await once.run_async(delivery(), never)
        assert await once.run_async(delivery(), never) is None
        assert await once.forget_async(DeliveryKey("contio", "evt-1"))
        assert await once.sweep_async(10) == 0
        # A sender that hangs up: the task is cancelled, and the claim must be released all the same.
        started = asyncio.Event()

        async def hang() -> None:
            started.set()
            await asyncio.sleep(60)

        task = asyncio.ensure_future(once.run_async(delivery(), hang))
        await started.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        async with once(delivery()) as first:
            assert first
        assert notices == []
        if place.kind == "redis":
            await store._client.aclose()

    async def never() -> None:
        raise AssertionError("it must not run")

    asyncio.run(play())


def test_fifty_tasks_on_one_key_run_once() -> None:
    once, handled = Once(), []

    async def handle() -> None:
        await asyncio.sleep(0)
        handled.append(1)

    async def play() -> list[Any]:
        tasks = (once.run_async(delivery(), handle) for _ in range(50))
        return await asyncio.gather(*tasks, return_exceptions=True)

    codes = [result.code for result in asyncio.run(play()) if isinstance(result, WebhookVerificationError)]
    assert handled == [1] and set(codes) == {"in_progress"}


class Broken:
    """A store that fails in the named methods."""

    is_async = False
    is_durable = True
    blocks = False

    def __init__(self, *methods: str) -> None:
        self._memory = MemoryStore()
        self.methods = methods

    def __getattr__(self, name: str) -> Any:
        def call(*arguments: Any) -> Any:
            if name in self.methods:
                raise StoreError("it is down")
            return getattr(self._memory, name)(*arguments)

        return call


def test_a_store_that_is_down_before_the_handler_is_answered_503_or_open() -> None:
    notices: list[Notice] = []
    once = Once(Broken("claim", "create", "forget", "sweep"), scope="test", on_notice=notices.append)
    error = code_of(once)
    assert (error.code, error.status, error.retry_after) == ("store_unavailable", 503, 30)
    for call in (once.create, lambda: once.forget(DeliveryKey("contio", "evt-1")), lambda: once.sweep(1)):
        with pytest.raises(WebhookVerificationError, match="it is down"):
            call()
    assert names(notices) == ["store_unavailable"] * 4
    assert str(notices[0].error) == "it is down"
    is_open = Once(Broken("claim"), scope="test", when_unavailable="open", on_notice=notices.append)
    with is_open(delivery()) as first:
        assert first
    assert names(notices[4:]) == ["store_unavailable"]


@pytest.mark.parametrize("method", ["finish", "release"])
def test_a_store_that_is_down_after_the_handler_changes_no_answer(method: str) -> None:
    notices: list[Notice] = []
    once = Once(Broken(method), scope="test", on_notice=notices.append)
    if method == "finish":
        assert once.run(delivery(), lambda: "done") == "done"
    else:
        with pytest.raises(Failed), once(delivery()):
            raise Failed
    assert names(notices) == ["store_unavailable"]
    assert code_of(once).code == "in_progress", "the claim stays until its lease lapses"


def test_a_hook_that_raises_changes_nothing(caplog: pytest.LogCaptureFixture) -> None:
    def hook(_: Notice) -> None:
        raise Failed("in the hook")

    once = Once(on_notice=hook)
    with once(keyless()) as first:
        assert first
    assert "in the hook" in caplog.text


def test_without_a_hook_notices_are_logged(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "hookseal")
    with Once(Broken("claim"), scope="s", when_unavailable="open")(delivery()):
        pass
    assert [(record.levelname, record.getMessage()) for record in caplog.records] == [
        ("WARNING", "once: store_unavailable, key 0.6.contio5.evt-1: it is down")
    ]


def test_a_memory_store_evicts_what_was_done_first_and_never_a_running_claim() -> None:
    once = Once(MemoryStore(max_keys=2))
    for event_id in ("a", "b", "c"):
        once.run(delivery(event_id), lambda: None)
    ran = {event_id: once.run(delivery(event_id), lambda: True) for event_id in ("b", "c")}
    assert ran == {"b": None, "c": None}
    assert once.run(delivery("a"), lambda: True) is True
    with once(delivery("d")), once(delivery("e")):
        assert code_of(once, "f").code == "store_unavailable"
        assert code_of(once, "d").code == "in_progress"
    assert once.run(delivery("f"), lambda: True) is True


def test_a_memory_store_forgets_in_the_order_of_what_was_done_whatever_was_forgotten_or_claimed_again() -> None:
    store = MemoryStore(max_keys=3)

    def done(key: str, now: int, keep: int = 1000) -> None:
        assert store.claim(key, "t", "b", 10, keep, now).answer == "first"
        assert store.finish(key, "t", keep, now)

    def known() -> set[str]:
        return set(store._rows)

    for now, key in enumerate("abc"):
        done(key, now)
    assert store.finish("a", "t", 1000, 5), "what is done stays done, in its place"
    assert not store.finish("a", "another", 1000, 5)
    done("d", 6)
    assert known() == {"b", "c", "d"}
    assert store.forget("b") and not store.forget("b")
    done("b", 7)
    done("e", 8)
    assert known() == {"b", "d", "e"}
    # Kept long enough: claimed again, and then the newest.
    done("d", 2000)
    assert store.sweep(10, 2000) == 2 and known() == {"d"}
    for number in range(1000):
        done("x", 3000 + number)
        assert store.forget("x")
    assert len(store._order) < 100


class Meanwhile(dict[str, Any]):
    """Rows in which another thread acts once, between a look and what is done after it."""

    act: Callable[[], object] | None = None

    def _looked(self, found: Any) -> Any:
        act, self.act = self.act, None
        if act is not None:
            act()
        return found

    def get(self, key: str, default: Any = None) -> Any:
        return self._looked(super().get(key, default))

    def __contains__(self, key: object) -> bool:
        return bool(self._looked(super().__contains__(key)))

    def __len__(self) -> int:
        return int(self._looked(super().__len__()))


def test_of_two_threads_that_claim_one_key_in_a_memory_store_at_once_one_is_first() -> None:
    store, answers = MemoryStore(), []
    store._rows = rows = Meanwhile()

    def claim(token: str) -> None:
        answers.append(store.claim("a", token, "b", 1000, 2000).answer)

    rows.act = lambda: claim("another")
    claim("mine")
    assert rows.act is None and answers == ["busy", "first"]


def test_two_threads_that_claim_keys_in_a_full_memory_store_at_once_both_get_room() -> None:
    store = MemoryStore(max_keys=2)
    store._rows = rows = Meanwhile()
    for key in "ab":
        assert store.claim(key, "t", "b", 1000, 2000).answer == "first"
        assert store.finish(key, "t", 2000)
    rows.act = lambda: store.claim("d", "t", "b", 1000, 2000)
    assert store.claim("c", "t", "b", 1000, 2000).answer == "first"
    assert rows.act is None and set(rows) == {"c", "d"}


def test_a_store_outlives_its_process_and_a_restart(shared: Place) -> None:
    once_on(shared).run(delivery(), lambda: None)
    assert once_on(shared).run(delivery(), lambda: True) is None


def test_a_verifier_accepts_old_events_that_happened_since_the_store_was_made(shared: Place) -> None:
    once = once_on(shared)
    kept, made = once._remembered()
    assert kept == 30 * 86_400

    def verdict(happened: int, now: int, **options: Any) -> str:
        time = datetime.datetime.fromtimestamp(happened, datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
        body = envelope(timestamp=time)
        headers = sign(body, SECRET, scheme="contio-body")
        try:
            WebhookVerifier(SECRET, now=now, **options).verify(headers, body)
        except WebhookVerificationError as error:
            return error.code
        return "accepted"

    def explained(happened: int, now: int, **options: Any) -> tuple[str, str]:
        """The code by a WebhookExplainer with the same options, which is the verdict's, and the advice."""
        time = datetime.datetime.fromtimestamp(happened, datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
        body = envelope(timestamp=time)
        report = WebhookExplainer(SECRET, now=now, **options).explain(sign(body, SECRET, scheme="contio-body"), body)
        assert (report["code"] or "accepted") == verdict(happened, now, **options)
        return report["code"] or "accepted", report["advice"]

    day = 86_400
    assert "max_event_age" in explained(made + 10, made + 10 + 2 * day)[1]
    assert explained(made + 10, made + 10 + 2 * day, once=once)[0] == "accepted"
    assert "than the store" in explained(made - 10, made - 10 + 2 * day, once=once)[1]
    assert verdict(made + 10, made + 10 + 2 * day) == "event_too_old"
    assert verdict(made + 10, made + 10 + 2 * day, once=once) == "accepted"
    assert verdict(made + 10, made + 10 + 30 * day - 301, once=once) == "accepted"
    assert verdict(made + 10, made + 10 + 30 * day - 300, once=once) == "event_too_old"
    assert verdict(made - 10, made - 10 + 2 * day, once=once) == "event_too_old"
    assert verdict(made - 10, made - 10 + day, once=once) == "accepted"
    assert verdict(made + 10, made + 10 + 2 * day, once=once, max_skew=None) == "invalid_argument"


def test_only_a_durable_store_lets_a_verifier_accept_old_events() -> None:
    for wrong in (Once(), "once.db", object()):
        with pytest.raises(WebhookVerificationError) as caught:
            WebhookVerifier(SECRET, once=wrong)  # type: ignore[arg-type]
        assert caught.value.code == "invalid_argument"
        with pytest.raises(WebhookVerificationError):
            WebhookExplainer(SECRET, once=wrong)  # type: ignore[arg-type]


def test_a_store_made_by_a_later_version_is_refused(shared: Place) -> None:
    once_on(shared)
    if shared.kind == "sqlite":
        with sqlite3.connect(shared.path) as connection:
            connection.execute("UPDATE hookseal_once_store SET version = 2")
        connection.close()
    elif shared.kind == "postgres":
        with psycopg.connect(dsn(shared.port)) as own:
            own.execute("UPDATE hookseal_once_store SET version = 2")
    else:
        redis.Redis(port=shared.port).hset("hookseal:once:store", "version", 2)
    with pytest.raises(WebhookVerificationError, match="version 2") as caught:
        once_on(shared)
    assert caught.value.code == "store_unavailable"


def test_wrong_arguments_are_refused(tmp_path: Path) -> None:
    calls: list[Any] = [
        lambda: Once(SQLiteStore(tmp_path / "once.db")),
        lambda: Once(SQLiteStore(tmp_path / "once.db"), scope=""),
        lambda: Once("once.db"),  # type: ignore[arg-type]
        lambda: Once(lease=0),
        lambda: Once(lease=10, keep=10),
        lambda: Once(when_unavailable="maybe"),  # type: ignore[arg-type]
        lambda: Once(on_notice="log"),  # type: ignore[arg-type]
        lambda: Once(scope="\ud800"),
        lambda: Once()(envelope()),  # type: ignore[arg-type]
        lambda: MemoryStore(0),
        lambda: SQLiteStore(":memory:"),
        lambda: DeliveryKey("contio", 1),  # type: ignore[arg-type]
        lambda: Once().run(delivery(), lambda: twice()),
    ]

    def twice() -> None:
        attempt = Once()(delivery())
        for _ in range(2):
            with attempt:
                pass

    for call in calls:
        with pytest.raises(WebhookVerificationError) as caught:
            call()
        assert caught.value.code == "invalid_argument", call


def test_a_key_can_be_copied_pickled_and_compared() -> None:
    key = delivery().key
    assert key is not None
    github = WebhookVerifier(SECRET, scheme="github").verify(sign(b"{}", SECRET, scheme="github"), b"{}").key
    assert github is not None
    for each in (key, github):
        assert pickle.loads(pickle.dumps(each)) == copy.copy(each) == copy.deepcopy(each) == each
        assert len({each, pickle.loads(pickle.dumps(each))}) == 1
    assert key != github and key != "0.6.contio5.evt-1"
    assert (str(key), key.text("acme")) == ("0.6.contio5.evt-1", "4.acme6.contio5.evt-1")
    assert repr(key) == 'hookseal.DeliveryKey("contio", "evt-1")'


def test_an_error_keeps_its_wait_when_it_is_pickled() -> None:
    error = WebhookVerificationError("in_progress", "later", retry_after=7)
    again = pickle.loads(pickle.dumps(error))
    assert (again.code, again.status, again.retry_after, str(again)) == ("in_progress", 503, 7, "later")
