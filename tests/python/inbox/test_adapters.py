"""`inbox` in the adapters: a delivery is stored before the view is called, and answered 503 if it cannot be."""

import sqlite3
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import hookseal.django
import hookseal.fastapi
import hookseal.flask
import pytest
from hookseal import Delivery, WebhookVerificationError
from hookseal.inbox import Inbox
from hookseal.once import Once
from inbox.places import Place, until_stats
from once import test_adapters as of_once
from once.support import VERIFIER
from servers import SETUPS, serving
from test_torture import DEFAULT_LIMIT, torture

# Those of `once`, with the name of the argument changed: everything else about a request is the same.
Post = of_once.Post


@pytest.fixture(params=of_once.ADAPTERS)
def adapter(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Post]:
    for module in (hookseal.flask, hookseal.django, hookseal.fastapi):
        made = module.webhook
        monkeypatch.setattr(module, "webhook", lambda verifier, once, made=made: made(verifier, inbox=once))
    return of_once.ADAPTERS[request.param]


def test_a_delivery_is_stored_before_the_view_is_called(adapter: Callable[..., Post], file: Place) -> None:
    inbox, seen = file.open(), list[int]()

    def view(_: Delivery) -> int:
        seen.append(inbox.stats().pending.number)
        return 200

    post = adapter(view, inbox)
    assert [post(id)[0] for id in ("a", "b")] == [200, 200]
    assert post("a") == (200, {"duplicate": True}, None)
    assert seen == [1, 2]


def test_what_is_stored_is_handled_though_the_view_fails(adapter: Callable[..., Post], file: Place) -> None:
    inbox, handled = file.open(), list[str | None]()
    post = adapter(lambda _: 500, inbox)
    assert post("a")[0] == 500
    # The sender tries again.
    assert post("a") == (200, {"duplicate": True}, None)
    with inbox.work(lambda received: handled.append(received.event_id)):
        until_stats(inbox, lambda stats: stats.done == 1, "it is done")
    assert handled == ["a"]


def test_an_inbox_that_is_full_or_cannot_be_used_is_answered_503(adapter: Callable[..., Post], file: Place) -> None:
    post = adapter(lambda _: 200, file.open(max_pending=1))
    assert post("a")[0] == 200
    assert post("b") == (503, {"error": "inbox_full"}, "30")
    with closing(sqlite3.connect(file.path)) as other:
        other.execute("DROP TABLE hookseal_inbox")
        other.commit()
    assert adapter(lambda _: 200, file.open())("c") == (503, {"error": "store_unavailable"}, "30")


def test_a_forged_delivery_does_not_touch_the_inbox(file: Place) -> None:
    import flask

    app = flask.Flask(__name__)
    app.post("/")(hookseal.flask.webhook(VERIFIER, inbox=file.open())(lambda _: "view"))
    headers = {"X-Webhook-Signature": "0" * 64, "X-Webhook-Timestamp": str(int(time.time()))}
    assert app.test_client().post("/", data=b"{}", headers=headers).status_code in (400, 401)
    assert not Path(file.path).exists()


@pytest.mark.parametrize("module", [hookseal.flask, hookseal.django, hookseal.fastapi])
def test_what_is_no_inbox_is_refused(module: Any, file: Place) -> None:
    with pytest.raises(WebhookVerificationError, match=r"hookseal\.inbox\.Inbox"):
        module.webhook(VERIFIER, inbox=Once())
    with pytest.raises(WebhookVerificationError, match="exclude each other"):
        module.webhook(VERIFIER, inbox=Inbox(file.path, scope="test"), once=Once())


@pytest.mark.parametrize("name", SETUPS)
def test_torture_finds_nothing_wrong(name: str, file: Place) -> None:
    with serving(name, HOOKSEAL_TEST_LIMIT=str(DEFAULT_LIMIT), HOOKSEAL_TEST_INBOX=file.path) as server:
        torture(server)
        events = server.seen()["events"]
    stored = file.open().stats().pending.number
    # Each event once, however often it was sent.
    assert stored == len(set(events)) == len(events) > 1
