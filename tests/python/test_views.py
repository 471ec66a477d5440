"""Views that cannot take a delivery are refused with advice, and the advice works: classes, Django Ninja, and a
Pydantic model besides the dependency."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Annotated, Any

import hookseal.django
import hookseal.fastapi
import hookseal.flask
import pytest
from asgi import post_asgi
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory
from django.utils.decorators import method_decorator
from django.views import View
from fastapi import Depends, FastAPI
from flask import Flask
from flask.views import MethodView
from hookseal import Delivery, WebhookVerificationError, WebhookVerifier
from pydantic import BaseModel
from senders import SECRET, contio, envelope, now_seconds

if not settings.configured:
    settings.configure(ALLOWED_HOSTS=["*"])

CONTIO = WebhookVerifier(SECRET)

ON_METHOD = {
    "django": r"webhook\(verifier\)\(MyView\.as_view\(\)\).*@method_decorator\(webhook\(verifier\), name=.dispatch.\)",
    "flask": "decorate a function, and call it from the method",
}
WEBHOOK: dict[str, Any] = {"django": hookseal.django.webhook, "flask": hookseal.flask.webhook}


@pytest.mark.parametrize("framework", WEBHOOK)
def test_a_view_that_cannot_take_the_delivery_is_refused_at_once(framework: str) -> None:
    decorate = WEBHOOK[framework](CONTIO)

    class Hook:
        def post(self, request: Any, delivery: Any) -> None: ...

        async def later(self, delivery: Any, name: str = "") -> None: ...

    def few() -> None: ...

    def named(request: Any, *, delivery: Any) -> None: ...

    for view, words in [
        (Hook.post, r"on the method .*Hook\.post: .*" + ON_METHOD[framework]),
        (Hook.later, r"on the method .*Hook\.later: .*" + ON_METHOD[framework]),
        (Hook, "on the class Hook: .*" + ON_METHOD[framework]),
        (few, "the view .*few must take the delivery"),
        (7, "on a value of type int, and not on a view"),
        *([(named, "named must take the delivery after the request")] if framework == "django" else []),
    ]:
        with pytest.raises(WebhookVerificationError, match=words) as caught:
            decorate(view)
        assert caught.value.code == "invalid_argument"
    # What is bound, or takes anything, is not refused.
    for view in [Hook().post, lambda *arguments: None, lambda request, delivery, **more: None, print]:
        assert decorate(view)
    with pytest.raises(WebhookVerificationError, match=r"webhook\(\) takes a WebhookVerifier, .* this is a function"):
        WEBHOOK[framework](few)


def test_a_method_under_another_decorator_is_named_when_it_is_called() -> None:
    def passing(view: Any) -> Any:
        return lambda *arguments, **named: view(*arguments, **named)

    class Hook(View):
        @hookseal.django.webhook(CONTIO)
        @passing
        def post(self, request: HttpRequest, delivery: Delivery) -> HttpResponse:
            return HttpResponse()

    with pytest.raises(WebhookVerificationError, match="the first argument is a Hook, and not the request.*as_view"):
        Hook.as_view()(RequestFactory().post("/", b"", "text/plain"))


def test_the_advice_for_class_based_views_works() -> None:
    class Hook(View):
        def post(self, request: HttpRequest, delivery: Delivery) -> HttpResponse:
            return HttpResponse(delivery.event()["event_id"])

    @method_decorator(hookseal.django.webhook(CONTIO), name="dispatch")
    class Decorated(Hook):
        pass

    class OneMethod(View):
        @method_decorator(hookseal.django.webhook(CONTIO))
        def post(self, request: HttpRequest, delivery: Delivery) -> HttpResponse:
            return HttpResponse(delivery.event()["event_id"])

    body = envelope()
    views: list[Any] = [hookseal.django.webhook(CONTIO)(Hook.as_view()), Decorated.as_view(), OneMethod.as_view()]
    for view in views:
        sent = [body, body + b" "]
        answers = [
            view(RequestFactory().post("/", data, "text/plain", headers=contio(body, timestamp=now_seconds())))
            for data in sent
        ]
        assert [answer.status_code for answer in answers] == [200, 401]
    assert views[0].csrf_exempt and views[1].csrf_exempt

    @hookseal.flask.webhook(CONTIO)
    def receive(delivery: Delivery) -> str:
        return delivery.event()["event_id"]

    class FlaskHook(MethodView):
        def post(self) -> Any:
            return receive()

    app = Flask(__name__)
    app.add_url_rule("/hook", view_func=FlaskHook.as_view("hook"))
    for data, status in [(body, 200), (body + b" ", 401)]:
        answer = app.test_client().post("/hook", data=data, headers=contio(body, timestamp=now_seconds()))
        assert answer.status_code == status


class Event(BaseModel):
    event_id: str


def test_a_pydantic_model_beside_the_dependency_does_not_admit_a_forgery() -> None:
    app = FastAPI()

    @app.post("/hook")
    async def hook(event: Event, delivery: Annotated[Delivery, Depends(hookseal.fastapi.webhook(CONTIO))]) -> str:
        return event.event_id

    body = envelope()
    for sent, status in [(body, 200), (body + b" ", 401), (b"{}", 401), (b"{", 422)]:
        headers = {
            **contio(body, timestamp=now_seconds()),
            "Content-Type": "application/json",
            "Content-Length": str(len(sent)),
        }
        assert post_asgi(app, headers, sent)[0] == status


def test_django_ninja_takes_a_decorated_view() -> None:
    body = envelope().decode()
    genuine = [*contio(body.encode(), timestamp=now_seconds()).items(), ("Content-Length", str(len(body.encode())))]
    genuine += [("Host", "127.0.0.1"), ("Content-Type", "application/json")]
    done = subprocess.run(
        [sys.executable, "-m", "apps.calls", "apps.ninja_app:wsgi"],
        cwd=Path(__file__).parent,
        input=json.dumps([[genuine, body], [genuine, body.replace("evt-1", "evt-2")]]),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    answers = json.loads(done.stdout)["answers"]
    assert [(status, json.loads(answer)) for status, answer in answers] == [
        (200, {"event_id": "evt-1", "limit": 5}),
        (401, {"error": "signature_mismatch"}),
    ]
