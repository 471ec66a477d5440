"""The recipes of `docs/queues` for Python, against the engines themselves."""

from pathlib import Path

import pytest
from hookseal import WebhookVerifier
from hookseal.queue import Seal, stored
from queues.engines import ENGINES, kill
from queues.recipe import QUEUE_KEY, Recipe
from senders import NOW, contio, envelope

OTHER_KEY = "a sealing key of the tests, 2, of 42 bytes"


def sealed(id: str, key: str) -> str:
    body = envelope(event_id=id)
    verifier = WebhookVerifier("the secret of another endpoint", now=NOW)
    delivery = verifier.verify(contio(body, "the secret of another endpoint"), body)
    return stored(delivery, seal=Seal(key))


@pytest.mark.parametrize("name", ENGINES)
def test_what_was_answered_200_is_handled_once_and_what_is_forged_in_the_queue_is_not(
    name: str, tmp_path: Path
) -> None:
    engine = ENGINES[name]
    with engine.start() as (server, environment):
        recipe = Recipe(name, tmp_path, environment)
        try:
            if engine.prepare:
                recipe.run(*engine.prepare)
            recipe.start_receiver()
            status, _, event = recipe.post("evt-1")
            assert status == 200, recipe.printed()
            # Before the worker runs: the queue or once drops it.
            assert recipe.post("evt-1")[0] == 200
            worker = recipe.start(*engine.worker)
            recipe.until(lambda: recipe.handled() or worker.poll() is not None, "it is handled")
            assert recipe.handled() == [event], recipe.printed()
            # After that.
            assert recipe.post("evt-1")[0] == 200
            engine.send(environment, sealed("evt-2", OTHER_KEY))
            recipe.until(lambda: "sealed with another key" in recipe.printed(), "the forged one is refused")
            engine.send(environment, sealed("evt-3", QUEUE_KEY))
            recipe.until(lambda: len(recipe.handled()) >= 2, "the genuine one is handled")
            assert [handled["event_id"] for handled in recipe.handled()] == ["evt-1", "evt-3"]
            kill(server)
            refused, retry_after, _ = recipe.post("evt-4")
            assert (refused, retry_after) == (503, "30"), recipe.printed()
        finally:
            recipe.close()
