"""What the applications of the tests have in common: one verifier, and what was seen."""

import os
from typing import Any

from hookseal import Delivery, Scheme, WebhookVerificationError, WebhookVerifier
from senders import SECRET, SENDERS, secret_for

# Small, so that what is too large is quickly sent; `hookseal torture` sends what the default allows.
LIMIT = int(os.environ.get("HOOKSEAL_TEST_LIMIT", "4096"))
# The sandbox makes a secret of its own.
VERIFIER = WebhookVerifier(os.environ.get("HOOKSEAL_TEST_SECRET", SECRET), max_body=LIMIT)
# A custom scheme that is named like Contio's and signs any body.
CONTIO_X = Scheme("contio-x", signature_header="X-Custom-Signature", encoding="hex", signed="{body}")
# One verifier for each scheme, each with a route of its own.
BY_SCHEME = {
    **{scheme: WebhookVerifier(secret_for(scheme), scheme=scheme) for scheme in SENDERS},  # type: ignore[arg-type]
    CONTIO_X.name: WebhookVerifier(SECRET, scheme=CONTIO_X),
}
# The ids of the events that reached a view, and the codes of the refusals that the hook heard of.
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
