"""Verifies signed webhooks: a delivery is genuine, fresh and well formed, or a clear error is raised.

    from hookseal import WebhookVerifier

    verifier = WebhookVerifier(os.environ["CONTIO_WEBHOOK_SECRET"])
    event = verifier.verify(request.headers, body).event()

`hookseal.fastapi`, `hookseal.flask` and `hookseal.django` verify in those frameworks, `hookseal.router` calls functions
by event type, `hookseal.once` handles each event once, `hookseal.events` has the types of all events, and
`hookseal.explain` says why a delivery was refused.
"""

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

# Only types need `typing`, which takes longer to import than all of this, and few programs use types while they run. So
# they are imported when they are first used. Type checkers take this name for true.
TYPE_CHECKING = False
if TYPE_CHECKING:
    from hookseal._codes import ErrorCode, SchemeName
    from hookseal.events import EventType, KnownEvent, UnknownEvent, WebhookEvent
else:

    def __getattr__(name: str) -> object:
        if name in ("ErrorCode", "SchemeName"):
            from hookseal import _codes as module
        elif name in ("EventType", "KnownEvent", "UnknownEvent", "WebhookEvent"):
            from hookseal import events as module
        else:
            raise AttributeError(f"module 'hookseal' has no attribute {name!r}")
        # From now on without this function.
        return globals().setdefault(name, getattr(module, name))

    def __dir__() -> list[str]:
        return sorted({*globals(), *__all__})


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
