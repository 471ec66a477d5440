"""Other libraries and ours, in both directions: they sign and we verify, we sign and they verify."""

import hashlib
import hmac
import json
import time
from collections.abc import Callable
from datetime import datetime, timezone
from typing import Any

import pytest
import standardwebhooks
import stripe
import svix
from hookseal import WebhookVerificationError, WebhookVerifier, sign
from senders import BASE64_SECRET, SECRET, envelope, now_seconds
from slack_sdk.signature import SignatureVerifier

BODIES = [envelope(), b"{}", b'{"text":"\xf0\x9f\x93\x8f $& $$ \\u0000"}', b"x" * 5000]
Headers = dict[str, str]


def guide(body: bytes, headers: Headers) -> bool:
    """The code of the vendor's guide, with the standard library."""
    signature, timestamp = headers["X-Contio-Signature"], headers["X-Contio-Timestamp"]
    if abs(time.time() - int(timestamp)) > 300:
        return False
    expected = hmac.new(SECRET.encode(), f"{timestamp}.".encode() + body, hashlib.sha256).hexdigest()
    return hmac.compare_digest(expected, signature)


def guide_sign(body: bytes) -> Headers:
    timestamp = str(now_seconds())
    signature = hmac.new(SECRET.encode(), f"{timestamp}.".encode() + body, hashlib.sha256).hexdigest()
    return {"X-Contio-Signature": signature, "X-Contio-Timestamp": timestamp}


def refuses(error: type[Exception], act: Callable[[bytes, Headers], object]) -> Callable[[bytes, Headers], bool]:
    def verify(body: bytes, headers: Headers) -> bool:
        try:
            act(body, headers)
        except error:
            return False
        return True

    return verify


def with_id(library: Any, prefix: str) -> Callable[[bytes], Headers]:
    def sign_theirs(body: bytes) -> Headers:
        now = datetime.now(timezone.utc)
        signature = library.Webhook(BASE64_SECRET).sign("msg_2", now, body.decode())
        return {
            f"{prefix}-id": "msg_2",
            f"{prefix}-timestamp": str(int(now.timestamp())),
            f"{prefix}-signature": signature,
        }

    return sign_theirs


def stripe_sign(body: bytes) -> Headers:
    timestamp = now_seconds()
    signature = stripe.WebhookSignature._compute_signature(f"{timestamp}.{body.decode()}", SECRET)
    return {"Stripe-Signature": f"t={timestamp},v1={signature}"}


def slack_sign(body: bytes) -> Headers:
    timestamp = str(now_seconds())
    signature = SignatureVerifier(SECRET).generate_signature(timestamp=timestamp, body=body)
    assert signature is not None
    return {"X-Slack-Signature": signature, "X-Slack-Request-Timestamp": timestamp}


# The scheme, the secret, and how the library signs and verifies.
PEERS: dict[str, tuple[str, str, Callable[[bytes], Headers], Callable[[bytes, Headers], bool]]] = {
    "the guide": ("contio-timestamped", SECRET, guide_sign, guide),
    "standardwebhooks": (
        "standard-webhooks",
        BASE64_SECRET,
        with_id(standardwebhooks, "webhook"),
        refuses(
            standardwebhooks.WebhookVerificationError,
            lambda body, headers: standardwebhooks.Webhook(BASE64_SECRET).verify(body, headers),
        ),
    ),
    "svix": (
        "svix",
        BASE64_SECRET,
        with_id(svix, "svix"),
        refuses(svix.WebhookVerificationError, lambda body, headers: svix.Webhook(BASE64_SECRET).verify(body, headers)),
    ),
    "stripe": (
        "stripe",
        SECRET,
        stripe_sign,
        refuses(
            stripe.SignatureVerificationError,
            lambda body, headers: stripe.WebhookSignature.verify_header(
                body.decode(), headers["Stripe-Signature"], SECRET, 300
            ),
        ),
    ),
    "slack_sdk": (
        "slack",
        SECRET,
        slack_sign,
        lambda body, headers: SignatureVerifier(SECRET).is_valid_request(body, headers),
    ),
}


def bodies_for(peer: str) -> list[bytes]:
    """Some libraries parse the JSON when they verify."""
    return BODIES[:3] if peer in ("standardwebhooks", "svix") else BODIES


@pytest.mark.parametrize("peer", PEERS)
def test_we_accept_what_other_libraries_sign(peer: str) -> None:
    scheme, secret, sign_theirs, _ = PEERS[peer]
    verifier = WebhookVerifier(secret, scheme=scheme)  # type: ignore[arg-type]
    for body in bodies_for(peer):
        delivery = verifier.verify(sign_theirs(body), body)
        assert delivery.body == body
        with pytest.raises(WebhookVerificationError) as caught:
            verifier.verify(sign_theirs(body), body + b" ")
        assert caught.value.code == "signature_mismatch"


@pytest.mark.parametrize("peer", PEERS)
def test_other_libraries_accept_what_we_sign(peer: str) -> None:
    scheme, secret, _, verify_theirs = PEERS[peer]
    for body in bodies_for(peer):
        message_id = "msg_3" if peer in ("standardwebhooks", "svix") else None
        headers = sign(body, secret, scheme=scheme, id=message_id)  # type: ignore[arg-type]
        assert verify_theirs(body, headers)
        assert not verify_theirs(body + b" ", headers)
        stale = sign(body, secret, scheme=scheme, id=message_id, timestamp=now_seconds() - 1000)  # type: ignore[arg-type]
        assert not verify_theirs(body, stale)


def test_the_guides_quick_start_returns_the_same_event() -> None:
    body = envelope()
    headers = guide_sign(body)
    verifier = WebhookVerifier(SECRET)
    result = verifier.verify_signature(body, headers["X-Contio-Signature"], headers["X-Contio-Timestamp"])
    assert result.is_valid and guide(body, headers)
    assert verifier.parse_webhook(body, *headers.values()) == json.loads(body)
