"""A Django Ninja API that uses Django's decorator."""

from __future__ import annotations

from typing import Any

from apps.shared import VERIFIER
from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.http import HttpRequest
from django.urls import path
from hookseal import Delivery
from hookseal.django import webhook

settings.configure(
    ALLOWED_HOSTS=["127.0.0.1"],
    MIDDLEWARE=["django.middleware.csrf.CsrfViewMiddleware"],
    ROOT_URLCONF=__name__,
    SECRET_KEY="of the tests",
)

# It reads the settings when it is imported.
from ninja import NinjaAPI  # noqa: E402

api = NinjaAPI()


@api.post("/hook")
@webhook(VERIFIER)
def hook(request: HttpRequest, delivery: Delivery, limit: int = 5) -> dict[str, Any]:
    return {"event_id": delivery.event()["event_id"], "limit": limit}


wsgi = get_wsgi_application()
urlpatterns = [path("", api.urls)]
