"""The scenarios of `inbox/vectors`, on both databases: the same answers everywhere."""

import asyncio
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hookseal.inbox import Put
from hookseal.inbox._protocol import Request
from inbox.places import Place

FOLDER = Path(__file__).parents[1] / "vectors" / "inbox"
SCENARIOS: list[dict[str, Any]] = json.loads((FOLDER / "inbox.json").read_text("utf-8"))

# What is asked, and what is sent back.
Asked = Iterator[tuple[str, dict[str, Any]]]


class Play:
    """Plays a scenario: it yields what is to be asked of the store, and is sent the replies."""

    def __init__(self, place: Place, scenario: dict[str, Any]) -> None:
        self._place = place
        self._scenario = scenario

    def steps(self) -> Iterator[tuple[dict[str, Any], Request]]:
        for step in self._scenario["steps"]:
            (name,) = step.keys() - {"at", "expect"}
            values = self._values(name, step[name])
            yield step, Request(name, {"now": step["at"], **values})

    def answer(self, name: str, reply: Any) -> Any:
        match name:
            case "put":
                answer = reply._asdict()
                return "stored" if answer.pop("answer") != "duplicate" else answer
            case "known":
                return "unknown" if reply is None else {"state": reply.state, "same_body": reply.same_body}
            case "claim":
                return [
                    {
                        "key": row.key,
                        "state": "dead" if row.is_dead else "running",
                        "attempts": row.attempts,
                        "is_takeover": row.is_takeover,
                        "body": row.body.decode(),
                    }
                    for row in reply
                ]
            case "load":
                return {"number": reply[0], "bytes": reply[1]}
            case "stats":
                found = {row.state: {"number": row.number, "bytes": row.bytes, "oldest": row.oldest} for row in reply}
                return {**found, "done": {"number": found["done"]["number"]}}
            case "show":
                entry, body = reply
                shown = {"state": entry.state, "attempts": entry.attempts, "error": entry.error}
                return {**shown, "body": None if body is None else body.decode()}
            case "workers":
                return sorted(reply)
            case "sweep" | "revive" | "free":
                return reply
            case _:
                return "changed" if reply else "lost"

    def _values(self, name: str, given: Any) -> dict[str, Any]:
        keep = self._scenario.get("keep", 30 * 86_400_000)
        match name:
            case "put" | "known":
                body = given["body"].encode()
                row = {"scheme": "acme", "event": "e", "has_envelope": False, "digest": given["body"]}
                return {"signed_at": None, **given, **row, "size": len(body), "body": body}
            case "claim":
                attempts = self._scenario.get("attempts", 12)
                return {"worker": "w", "number": 1, "lease": 45_000, "attempts": attempts, **given}
            case "extend" | "finish" | "retry" | "bury" | "release":
                return {**given, "id": self._id(given["key"]), "lease": 45_000, "keep": keep}
            case "revive":
                key = given.get("key")
                return {"id": None if key is None else self._id(key), "number": given["number"]}
            case "show" | "discard":
                return {"id": self._id(given), "keep": keep}
            case "sweep":
                return {"number": given}
            case "free":
                return {"worker": given}
            case _:
                return {}

    def _id(self, key: str) -> int:
        ((found,),) = self._place.change(f"SELECT id FROM hookseal_inbox WHERE key = '{key}'")
        assert isinstance(found, int)
        return found


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda scenario: scenario["name"])
def test_both_databases_give_the_expected_answers(place: Place, scenario: dict[str, Any]) -> None:
    if scenario.get("only", place.kind) != place.kind:
        pytest.skip(f"only {scenario['only']} has this")
    store, play = place.store(), Play(place, scenario)
    store.ask(Request("made", {})).result()
    for step, request in play.steps():
        assert play.answer(request.name, store.ask(request).result()) == step["expect"], step
    store.close()


def test_an_async_store_gives_the_same_answers(server: Place) -> None:
    async def play_all() -> None:
        for scenario in SCENARIOS:
            if "only" in scenario:
                continue
            server.empty()
            store, play = server.async_store(), Play(server, scenario)
            await asyncio.wrap_future(store.ask(Request("made", {})))
            for step, request in play.steps():
                reply = await asyncio.wrap_future(store.ask(request))
                assert play.answer(request.name, reply) == step["expect"], step

    asyncio.run(play_all())


def test_what_is_stored_twice_in_one_transaction_is_stored_once(place: Place) -> None:
    store = place.store()
    store.ask(Request("made", {})).result()
    row = {"key": "k", "scheme": "s", "has_envelope": False, "digest": "d", "size": 1, "body": b"b"}
    replies = [store.ask(Request("put", row)) for _ in range(20)]
    answers = [reply.result() for reply in replies]
    assert sorted(answers)[-1] == Put("stored") and answers.count(Put("stored")) == 1
    store.close()
