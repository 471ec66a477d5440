"""Senders, on the standard library's HMAC: they share no code with the package under test."""

import base64
import hashlib
import hmac
import json
import time
from typing import Any

SECRET = "a-secret-that-was-made-up-for-tests"

# A secret for senders that use base64 keys, and its key.
BASE64_SECRET = "whsec_bWFkZSB1cCBmb3IgdGVzdHMsIG5vdGhpbmcgZWxzZQ=="
BASE64_KEY = b"made up for tests, nothing else"

# The current time in the tests, in Unix seconds and as events write it.
NOW = 1_700_000_000
NOW_TEXT = "2023-11-14T22:13:20Z"


def mac(key: str | bytes, *parts: str | bytes) -> "hmac.HMAC":
    message = b"".join(as_bytes(part) for part in parts)
    return hmac.new(as_bytes(key), message, hashlib.sha256)


def as_bytes(text: str | bytes) -> bytes:
    return text.encode() if isinstance(text, str) else text


def as_base64(signature: "hmac.HMAC") -> str:
    return base64.b64encode(signature.digest()).decode()


def envelope(**fields: Any) -> bytes:
    """An event. `fields` replace or extend those of the envelope."""
    event = {
        "event_type": "meeting.completed",
        "event_id": "evt-1",
        "timestamp": NOW_TEXT,
        "partner_app_id": "app-1",
        "data": {"meeting_id": "m-1", "title": "Größe 📏", "workspace_id": "w-1", "completed_at": NOW_TEXT},
        **fields,
    }
    return json.dumps(event, ensure_ascii=False).encode()


def contio(body: bytes, key: str | bytes = SECRET, timestamp: int = NOW) -> dict[str, str]:
    return {
        "X-Contio-Signature": mac(key, f"{timestamp}.", body).hexdigest(),
        "X-Contio-Timestamp": str(timestamp),
    }


def contio_body(body: bytes, key: str | bytes = SECRET, timestamp: int = NOW) -> dict[str, str]:
    return {"X-Contio-Signature": f"sha256={mac(key, body).hexdigest()}"}


def with_id(sender: str, body: bytes, key: str | bytes, timestamp: int, id: str) -> dict[str, str]:
    return {
        f"{sender}-id": id,
        f"{sender}-timestamp": str(timestamp),
        f"{sender}-signature": f"v1,{as_base64(mac(key, f'{id}.{timestamp}.', body))}",
    }


def standard_webhooks(
    body: bytes, key: str | bytes = BASE64_KEY, timestamp: int = NOW, id: str = "msg_1"
) -> dict[str, str]:
    return with_id("webhook", body, key, timestamp, id)


def svix(body: bytes, key: str | bytes = BASE64_KEY, timestamp: int = NOW, id: str = "msg_1") -> dict[str, str]:
    return with_id("svix", body, key, timestamp, id)


def stripe(body: bytes, key: str | bytes = SECRET, timestamp: int = NOW) -> dict[str, str]:
    return {"Stripe-Signature": f"t={timestamp},v1={mac(key, f'{timestamp}.', body).hexdigest()}"}


def github(body: bytes, key: str | bytes = SECRET, timestamp: int = NOW) -> dict[str, str]:
    return {"X-Hub-Signature-256": f"sha256={mac(key, body).hexdigest()}"}


def slack(body: bytes, key: str | bytes = SECRET, timestamp: int = NOW) -> dict[str, str]:
    return {
        "X-Slack-Signature": f"v0={mac(key, f'v0:{timestamp}:', body).hexdigest()}",
        "X-Slack-Request-Timestamp": str(timestamp),
    }


def shopify(body: bytes, key: str | bytes = SECRET, timestamp: int = NOW) -> dict[str, str]:
    return {"X-Shopify-Hmac-Sha256": as_base64(mac(key, body))}


SENDERS = {
    "contio-timestamped": contio,
    "contio-body": contio_body,
    "standard-webhooks": standard_webhooks,
    "svix": svix,
    "stripe": stripe,
    "github": github,
    "slack": slack,
    "shopify": shopify,
}


def secret_for(scheme: str) -> str:
    return BASE64_SECRET if scheme in ("standard-webhooks", "svix") else SECRET


def now_seconds() -> int:
    return int(time.time())
