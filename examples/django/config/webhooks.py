"""Receives Contio's webhooks."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from hookseal import Delivery, WebhookVerifier
from hookseal.django import webhook

verifier = WebhookVerifier(settings.WEBHOOK_SECRET)


@webhook(verifier)
def receive(request: HttpRequest, delivery: Delivery) -> HttpResponse:
    event = delivery.event()
    # The work is done before the answer, so that the sender tries again if it fails.
    if event["event_type"] == "meeting.completed":
        print(event["data"]["title"], "is over")
    else:
        print(event["event_type"], "came in")
    return HttpResponse(status=204)
