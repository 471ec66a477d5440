"""The scenarios of `inbox/vectors`, on every store: the same answers everywhere."""

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest
from hookseal.once import SQLiteStore
from once.stores import Place

FOLDER = Path(__file__).parents[1] / "vectors" / "inbox"
SCENARIOS: list[dict[str, Any]] = json.loads((FOLDER / "once.json").read_text("utf-8"))


def calls(scenario: dict[str, Any]) -> list[tuple[dict[str, Any], str, tuple[Any, ...]]]:
    """Each step with the method that plays it, and its arguments."""
    lease, keep = scenario["lease"], scenario["keep"]
    found: list[tuple[dict[str, Any], str, tuple[Any, ...]]] = []
    for step in scenario["steps"]:
        now = step["at"]
        if claim := step.get("claim"):
            found.append((step, "claim", (claim["key"], claim["token"], claim["body"], lease, keep, now)))
        elif finish := step.get("finish"):
            found.append((step, "finish", (finish["key"], finish["token"], keep, now)))
        elif release := step.get("release"):
            found.append((step, "release", (release["key"], release["token"], now)))
        elif "forget" in step:
            found.append((step, "forget", (step["forget"],)))
        elif "sweep" in step:
            found.append((step, "sweep", (step["sweep"], now)))
        else:
            assert "crash" in step, step
    return found


def answer(method: str, result: Any) -> Any:
    match method:
        case "claim":
            found: dict[str, Any] = {"answer": result.answer}
            if result.answer == "busy":
                found["wait"] = result.wait
            if result.answer == "duplicate":
                found["same_body"] = result.same_body
            return found
        case "sweep":
            return None
        case _:
            words = {
                "finish": ("lost", "finished"),
                "release": ("lost", "released"),
                "forget": ("unknown", "forgotten"),
            }
            return words[method][result]


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda scenario: scenario["name"])
def test_every_store_gives_the_expected_answers(place: Place, scenario: dict[str, Any]) -> None:
    store = place.open()
    store.create()
    for step, method, arguments in calls(scenario):
        assert answer(method, getattr(store, method)(*arguments)) == step.get("expect"), step


@pytest.mark.parametrize("kind", ["postgres", "redis"])
def test_async_stores_give_the_same_answers(kind: str, request: pytest.FixtureRequest) -> None:
    place = Place(kind, port=request.getfixturevalue(f"{kind}_port"))

    async def play() -> None:
        for scenario in SCENARIOS:
            place.empty()
            store = place.open_async()
            await store.create()
            for step, method, arguments in calls(scenario):
                assert answer(method, await getattr(store, method)(*arguments)) == step.get("expect"), step
            if kind == "redis":
                await store._client.aclose()

    asyncio.run(play())


def test_there_are_scenarios_for_every_answer() -> None:
    steps = [step for scenario in SCENARIOS for step in scenario["steps"]]
    expected = {json.dumps(step["expect"]) for step in steps if isinstance(step.get("expect"), str)}
    assert expected == {f'"{word}"' for word in ("finished", "released", "lost", "forgotten", "unknown")}
    assert {step["expect"]["answer"] for step in steps if "claim" in step} == {"first", "takeover", "busy", "duplicate"}
    assert len(SCENARIOS) >= 20


def test_a_sweep_deletes_at_most_so_many_keys_and_only_old_ones(place: Place) -> None:
    if place.kind == "redis":
        pytest.skip("Redis expires keys by itself")
    store = place.open()
    store.create()
    for number in range(25):
        assert store.claim(f"k{number}", "t", "b", 10, 1000, number).answer == "first"
        assert store.finish(f"k{number}", "t", 1000, number)
    assert [store.sweep(10, 999 + n) for n in (0, 5, 25, 25, 25, 25)] == [0, 5, 10, 10, 0, 0]


def test_a_claim_sweeps_some_old_keys_too(place: Place) -> None:
    if place.kind == "redis":
        pytest.skip("Redis expires keys by itself")
    if place.kind == "memory":
        pytest.skip("a memory store makes room only when it is full")
    store = place.open()
    store.create()
    for number in range(25):
        store.claim(f"k{number}", "t", "b", 10, 1000, 0)
    assert store.claim("new", "t", "b", 10, 1000, 2000).answer == "first"
    assert store.sweep(100, 2000) == 15


def test_redis_expires_a_key_when_it_was_kept_long_enough(redis_port: int) -> None:
    place = Place("redis", port=redis_port)
    place.empty()
    store = place.open()
    store.claim("k", "t", "b", 45_000, 1_000_000)
    client = store._client
    assert 900_000 < client.pttl("hookseal:once:key:k") <= 1_000_000
    store.finish("k", "t", 5_000_000)
    assert 4_900_000 < client.pttl("hookseal:once:key:k") <= 5_000_000


def test_a_sqlite_file_is_readable_by_its_owner_only(tmp_path: Path) -> None:
    SQLiteStore(tmp_path / "once.db").create()
    assert (tmp_path / "once.db").stat().st_mode & 0o777 == 0o600
