"""Verifies signed webhooks: a delivery is genuine, fresh and well formed, or a clear error is raised.

    from hookseal import WebhookVerifier

    verifier = WebhookVerifier(os.environ["CONTIO_WEBHOOK_SECRET"])
    event = verifier.verify(request.headers, body).event()

`hookseal.fastapi`, `hookseal.flask` and `hookseal.django` verify in those frameworks, `hookseal.router` calls functions
by event type, `hookseal.once` handles each event once, `hookseal.events` has the types of all events, and
`hookseal.explain` says why a delivery was refused.
"""

from hookseal._codes import ErrorCode, SchemeName
from hookseal._errors import WebhookVerificationError
from hookseal._hookseal import (
    Delivery,
    DeliveryKey,
    Scheme,
    VerificationResult,
    WebhookVerifier,
    __version__,
    hubspot,
    sign,
    square,
    verify_any,
)
from hookseal.events import EventType, KnownEvent, UnknownEvent, WebhookEvent

__all__ = [
    "Delivery",
    "DeliveryKey",
    "ErrorCode",
    "EventType",
    "KnownEvent",
    "Scheme",
    "SchemeName",
    "UnknownEvent",
    "VerificationResult",
    "WebhookEvent",
    "WebhookVerificationError",
    "WebhookVerifier",
    "__version__",
    "hubspot",
    "sign",
    "square",
    "verify_any",
]
