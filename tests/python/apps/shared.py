"""What the test applications share: their verifiers, and a record of what they received."""

import os
from typing import Any

from hookseal import Delivery, Scheme, WebhookVerificationError, WebhookVerifier
from hookseal.inbox import Inbox
from senders import SECRET, SENDERS, secret_for

# Small, so that bodies that are too large are sent quickly; `hookseal torture` needs the default limit.
LIMIT = int(os.environ.get("HOOKSEAL_TEST_LIMIT", "4096"))
# The sandbox generates its own secret.
VERIFIER = WebhookVerifier(os.environ.get("HOOKSEAL_TEST_SECRET", SECRET), max_body=LIMIT)
# Where deliveries are stored before the view is called, if anywhere.
FILE = os.environ.get("HOOKSEAL_TEST_INBOX")
INBOX = Inbox(FILE, scope="test") if FILE else None
# A custom scheme that is named like Contio's and signs any body.
CONTIO_X = Scheme("contio-x", signature_header="X-Custom-Signature", encoding="hex", signed="{body}")
# One verifier for each scheme, each with a route of its own.
BY_SCHEME = {
    **{scheme: WebhookVerifier(secret_for(scheme), scheme=scheme) for scheme in SENDERS},  # type: ignore[arg-type]
    CONTIO_X.name: WebhookVerifier(SECRET, scheme=CONTIO_X),
}
# The ids of the events that reached a view, and the codes of the refusals that were reported to the hook.
SEEN: dict[str, list[str]] = {"events": [], "refusals": []}


def see(delivery: Delivery) -> str:
    event_id = delivery.event()["event_id"]
    SEEN["events"].append(event_id)
    return event_id


def refused(error: WebhookVerificationError, request: Any) -> None:
    assert request.headers["Host"]
    SEEN["refusals"].append(error.code)


def refused_and_failing(error: WebhookVerificationError, request: Any) -> None:
    raise LookupError("the hook failed")
