"""python play.py --codes -- python adapters/for_hookseal.py"""

from typing import Any

from adapter import serve
from hookseal import WebhookVerificationError, WebhookVerifier

SCHEMES = ["contio", "contio-timestamped", "contio-body", "standard-webhooks", "svix", "stripe", "github", "slack"]
SCHEMES += ["shopify"]


def verify(request: dict[str, Any], body: bytes) -> None:
    options = request.get("options", {})
    verifier = WebhookVerifier(request["secrets"], scheme=request["scheme"], now=request["now"], **options)
    delivery = verifier.verify([(name, value) for name, value in request["headers"]], body)
    if delivery.has_envelope:
        delivery.event()


def code_of(error: Exception) -> str | None:
    return error.code if isinstance(error, WebhookVerificationError) else None


serve("hookseal", SCHEMES, verify, (WebhookVerificationError,), code_of)
