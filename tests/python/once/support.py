"""Deliveries for the tests of `hookseal.once`."""

import json
from typing import Any

from hookseal import Delivery, WebhookVerifier, sign

SECRET = "a secret of the tests"
NOW = 1_700_000_000


def envelope(event_id: str = "evt-1", **more: Any) -> bytes:
    fields = {
        "event_type": "meeting.completed",
        "event_id": event_id,
        "timestamp": "2023-11-14T22:13:20Z",
        "partner_app_id": "app-1",
        "data": {
            "meeting_id": "m-1",
            "title": "Stand-up",
            "workspace_id": "w-1",
            "completed_at": "2023-11-14T22:13:19Z",
        },
    }
    return json.dumps({**fields, **more}).encode()


def delivery(event_id: str = "evt-1", **more: Any) -> Delivery:
    body = envelope(event_id, **more)
    return VERIFIER.verify(sign(body, SECRET, timestamp=NOW), body)


def keyless() -> Delivery:
    verifier = WebhookVerifier(SECRET, scheme="github")
    return verifier.verify(sign(b"", SECRET, scheme="github"), b"")


VERIFIER = WebhookVerifier(SECRET, now=NOW)
