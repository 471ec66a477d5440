"""A Django project that uses the decorator: sync views under WSGI, async views under ASGI."""

import inspect
import json
from collections.abc import Callable
from typing import Any

from apps.shared import BY_SCHEME, INBOX, SEEN, VERIFIER, refused, refused_and_failing, see
from django.conf import settings
from django.core.asgi import get_asgi_application
from django.core.wsgi import get_wsgi_application
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import path
from hookseal import Delivery, WebhookVerificationError
from hookseal.django import webhook

settings.configure(
    ALLOWED_HOSTS=["127.0.0.1"],
    MIDDLEWARE=["apps.django_app.read_before", "django.middleware.csrf.CsrfViewMiddleware"],
    ROOT_URLCONF=__name__,
    SECRET_KEY="of the tests",
    LOGGING={
        "version": 1,
        "disable_existing_loggers": False,
        "handlers": {"console": {"class": "logging.StreamHandler"}},
        "root": {"handlers": ["console"]},
    },
)


def read_before(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    def middleware(request: HttpRequest) -> HttpResponse:
        match request.path.removeprefix("/async"):
            case "/kept":
                assert request.body is not None
            case "/parsed":
                assert json.loads(request.body)
            case "/gone":
                request.read()
        return get_response(request)

    return middleware


def seen(request: HttpRequest) -> HttpResponse:
    return JsonResponse(SEEN)


@webhook(VERIFIER, inbox=INBOX, on_failure=refused)
def hook(request: HttpRequest, delivery: Delivery) -> HttpResponse:
    return HttpResponse(see(delivery))


@webhook(VERIFIER)
def again(request: HttpRequest, delivery: Delivery) -> HttpResponse:
    assert request.read() == request.body == delivery.body
    return HttpResponse(see(delivery))


@webhook(VERIFIER)
def handed_on(request: HttpRequest, delivery: Delivery) -> HttpResponse:
    environ = getattr(request, "environ", None)
    # As another WSGI application would read the body.
    return HttpResponse(environ["wsgi.input"].read(len(delivery.body)) if environ else request.read())


@webhook(VERIFIER)
def gone(request: HttpRequest, delivery: Delivery) -> HttpResponse:
    return HttpResponse(see(delivery))


@webhook(VERIFIER, on_failure=refused_and_failing)
def hook_fails(request: HttpRequest, delivery: Delivery) -> HttpResponse:
    return HttpResponse(see(delivery))


async def refused_later(error: WebhookVerificationError, request: Any) -> None:
    refused(error, request)


def in_async(view: Callable[..., Any]) -> Callable[..., Any]:
    on_failure = {"hook": refused_later, "hook_fails": refused_and_failing}.get(view.__name__)

    @webhook(VERIFIER, inbox=INBOX if view is hook else None, on_failure=on_failure)
    async def async_view(request: HttpRequest, delivery: Delivery) -> HttpResponse:
        assert request.body == delivery.body
        return HttpResponse(request.read() if view is handed_on else see(delivery))

    assert inspect.iscoroutinefunction(async_view)
    return async_view


views = {
    "hook": hook,
    "kept": hook,
    "parsed": hook,
    "again": again,
    "handed-on": handed_on,
    "gone": gone,
    "hook-fails": hook_fails,
}


def accept(request: HttpRequest, delivery: Delivery) -> HttpResponse:
    return HttpResponse(delivery.scheme)


async def accept_async(request: HttpRequest, delivery: Delivery) -> HttpResponse:
    return accept(request, delivery)


urlpatterns = [
    path("seen", seen),
    *[path(name, view) for name, view in views.items()],
    *[path(f"async/{name}", in_async(view)) for name, view in views.items()],
    *[path(scheme, webhook(verifier)(accept)) for scheme, verifier in BY_SCHEME.items()],
    *[path(f"async/{scheme}", webhook(verifier)(accept_async)) for scheme, verifier in BY_SCHEME.items()],
]
wsgi = get_wsgi_application()
asgi = get_asgi_application()
