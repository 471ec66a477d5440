"""Workers in an event loop."""

import asyncio
import threading
import time
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any

import pytest
from hookseal import WebhookVerificationError
from hookseal.inbox import Inbox, Received, Stats
from hookseal.router import WebhookRouter
from inbox.places import Heard, Place
from once.stores import WAIT
from once.support import delivery

SOON = (0.004, 0.02)


def run(main: Coroutine[Any, Any, None]) -> None:
    asyncio.run(asyncio.wait_for(main, WAIT))


async def until_stats(inbox: Inbox, is_so: Callable[[Stats], object]) -> Stats:
    while not is_so(stats := await inbox.astats()):
        await asyncio.sleep(0.01)
    return stats


async def nothing(_: Received) -> None: ...


def test_what_is_stored_is_handled(place: Place) -> None:
    seen = list[str | None]()

    async def handle(received: Received) -> None:
        await asyncio.sleep(0)
        seen.append(received.event_id)

    async def main() -> None:
        inbox = place.open_async()
        await inbox.acreate()
        puts = [inbox.aput(delivery(f"evt-{number:02}")) for number in range(40)]
        assert {put.answer for put in await asyncio.gather(*puts)} == {"stored"}
        assert (await inbox.aput(delivery("evt-00"))).answer == "duplicate"
        async with inbox.working(handle):
            await until_stats(inbox, lambda stats: stats.done == 40)

    run(main())
    assert sorted(id or "" for id in seen) == [f"evt-{number:02}" for number in range(40)]


def test_a_router_with_async_functions_is_called(place: Place) -> None:
    seen, router = list[str](), WebhookRouter()

    @router.on("meeting.completed")
    async def completed(event: Any) -> None:
        await asyncio.sleep(0)
        seen.append(event["event_id"])

    async def main() -> None:
        inbox = place.open_async()
        await inbox.aput(delivery("evt-1"))
        async with inbox.working(router):
            await until_stats(inbox, lambda stats: stats.done == 1)

    run(main())
    assert seen == ["evt-1"]


def raising(error: BaseException) -> Callable[[Received], Awaitable[None]]:
    async def handle(_: Received) -> None:
        raise error

    return handle


async def hang(_: Received) -> None:
    await asyncio.sleep(3600)


def sync(_: Received) -> Any:
    return None


@pytest.mark.parametrize(
    ("handler", "text"),
    [
        (raising(ValueError("it is down")), "ValueError: it is down"),
        (raising(asyncio.CancelledError()), "the handler was cancelled"),
        (hang, "took longer than its time limit of 0.1 s"),
        (sync, "TypeError: the handler is not async: use inbox.work() for other functions"),
    ],
)
def test_a_handler_that_fails_is_called_again_until_no_attempt_is_left(
    place: Place, handler: Callable[[Received], Awaitable[None]], text: str
) -> None:
    heard = Heard()

    async def main() -> None:
        inbox = place.open_async(attempts=3, back_off=SOON, on_notice=heard)
        await inbox.aput(delivery("evt-1"))
        async with inbox.working(handler, time_limit=0.1):
            await until_stats(inbox, lambda stats: stats.dead.number == 1)
        (entry,) = await inbox.alist()
        assert (entry.attempts, entry.error) == (3, text)
        shown = await inbox.ashow(entry.id)
        assert shown is not None and shown[0] == entry
        assert await inbox.arevive(entry.id) and await inbox.arevive_all(9) == 0
        assert not await inbox.adiscard(entry.id) and await inbox.asweep(9) == 0

    run(main())
    assert [heard.count(name) for name in ("failed", "dead")] == [2, 1]


def test_a_worker_that_is_closed_waits_and_gives_back_the_rest_without_an_attempt(place: Place) -> None:
    was_cancelled, begun = list[str | None](), list[str | None]()

    async def handle(received: Received) -> None:
        begun.append(received.event_id)
        try:
            await asyncio.sleep(3600 if received.event_id == "evt-1" else 0.2)
        except asyncio.CancelledError:
            was_cancelled.append(received.event_id)
            raise

    async def main() -> None:
        inbox = place.open_async()
        for id in ("evt-1", "evt-2"):
            await inbox.aput(delivery(id))
        worker = inbox.working(handle)
        async with worker:
            # What is claimed and not begun would be given back at once.
            await until_stats(inbox, lambda _: len(begun) == 2)
            assert await worker.aclose(grace=1.0) == 1
        stats = await inbox.astats()
        assert (stats.pending.number, stats.running.number, stats.done) == (1, 0, 1)
        (entry,) = await inbox.alist("pending")
        assert (entry.event_id, entry.attempts) == ("evt-1", 0)

    run(main())
    assert was_cancelled == ["evt-1"]


def test_a_handler_that_blocks_the_event_loop_past_its_lease_keeps_it(place: Place) -> None:
    heard, begun = Heard(), threading.Event()

    async def handle(_: Received) -> None:
        begun.set()
        if place.kind == "postgres":
            # There the event loop talks to the server too.
            await asyncio.to_thread(time.sleep, 4)
        else:
            time.sleep(4)

    def other() -> None:
        assert begun.wait(WAIT)
        with place.open(on_notice=heard).work(lambda _: None):
            time.sleep(5)

    async def main() -> None:
        inbox = place.open_async(lease=1.5, on_notice=heard)
        await inbox.aput(delivery("evt-1"))
        async with inbox.working(handle):
            await asyncio.to_thread(other)
            await until_stats(inbox, lambda stats: stats.done == 1)

    run(main())
    assert heard.count("takeover") == heard.count("claim_lost") == 0


def test_a_receiver_that_hangs_up_stores_nothing_half(place: Place) -> None:
    async def main() -> None:
        inbox = place.open_async()
        await inbox.acreate()
        for number in range(20):
            task = asyncio.ensure_future(inbox.aput(delivery(f"evt-{number}")))
            await asyncio.sleep(0.0005 * number)
            task.cancel()
            await asyncio.wait({task})
        # Each is stored or not, and can be stored now.
        for number in range(20):
            await inbox.aput(delivery(f"evt-{number}"))
        assert (await inbox.astats()).pending.number == 20

    run(main())


def test_a_store_of_an_event_loop_is_refused_elsewhere(server: Place) -> None:
    inbox = server.open_async()
    for call in [lambda: inbox.put(delivery("evt-1")), inbox.stats, lambda: inbox.work(print)]:
        with pytest.raises(WebhookVerificationError, match="async") as refused:
            call()
        assert refused.value.code == "invalid_argument"


def test_a_store_goes_on_in_the_next_event_loop(place: Place) -> None:
    inbox = place.open_async()

    async def main(id: str, number: int) -> None:
        await inbox.aput(delivery(id))
        async with inbox.working(nothing):
            await until_stats(inbox, lambda stats: stats.done == number)

    run(main("evt-1", 1))
    run(main("evt-2", 2))


def test_a_worker_is_entered_once(place: Place) -> None:
    async def main() -> None:
        worker = place.open_async().working(nothing)
        async with worker:
            with pytest.raises(WebhookVerificationError, match="once"):
                await worker.__aenter__()

    run(main())
