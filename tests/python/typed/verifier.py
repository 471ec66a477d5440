"""The verifier, as type checkers see it."""

import os
from collections.abc import Mapping
from email.message import Message
from typing import Any

from hookseal import Delivery, ErrorCode, Scheme, VerificationResult, WebhookVerificationError, WebhookVerifier, sign
from starlette.datastructures import Headers
from typing_extensions import assert_type
from werkzeug.datastructures import EnvironHeaders

secret = os.environ["WEBHOOK_SECRET"]
verifier = WebhookVerifier(secret)
WebhookVerifier([secret, b"bytes", bytearray(b"mutable")], scheme="stripe", max_age=1.5, max_event_age=None)
WebhookVerifier((secret,), now=lambda: 1_700_000_000, max_body=1024)
own = Scheme("own", signature_header="X-Own", encoding="hex", signed="{body}", key="base64")
WebhookVerifier(secret, scheme=own, max_skew=0, now=1.5)


def verify(
    headers: Mapping[str, str], starlette: Headers, flask: EnvironHeaders, message: Message, body: bytes
) -> None:
    delivery = verifier.verify(headers, body)
    assert_type(delivery, Delivery)
    assert_type(delivery.timestamp, int | None)
    assert_type(delivery.id, str | None)
    assert_type(delivery.body, bytes)
    assert_type(delivery.scheme, str)
    assert_type(delivery.secret_index, int)
    assert_type(delivery.has_envelope, bool)
    verifier.verify(starlette, body)
    verifier.verify(flask, memoryview(body))
    verifier.verify(message, body.decode())
    verifier.verify({"a": ["x", "y"], "b": None}, bytearray(body))
    verifier.verify([(b"name", b"value")], body)
    verifier.verify((pair for pair in [("name", "value")]), body)
    verifier.verify({}, {"event_id": "evt-1"})  # error: the body was parsed
    verifier.verify({}, None)  # error: there is no body
    verifier.verify(None, body)  # error: there are no headers
    verifier.verify(body)  # error: there are no headers
    delivery.timestamp = 5  # error: it never changes
    delivery.has_envelope = True  # error: it never changes
    Delivery().ids  # error: there is no such member


def signature(body: bytes, given: str | None) -> ErrorCode | None:
    result = verifier.verify_signature(body, given)
    assert_type(result, VerificationResult)
    assert_type(result.is_valid, bool)
    assert_type(result.error, str | None)
    if result.code == "signature_mismatch":
        return result.code
    if result.code == "signature_missmatch":  # error: there is no such code
        return None
    verifier.verify_signature(body, 7)  # error: a signature is text
    return result.code


def errors(error: WebhookVerificationError) -> tuple[int, ErrorCode]:
    assert_type(error.status, int)
    assert_type(sign("body", secret, timestamp=1), dict[str, str])
    sign("body", secret, "contio")  # error: it has a name
    raise WebhookVerificationError("signature_lost", "a message")  # error: there is no such code


def configured(options: dict[str, Any]) -> None:
    WebhookVerifier(secret, **options)
    WebhookVerifier(None)  # error: there is no secret
    WebhookVerifier(os.environ.get("WEBHOOK_SECRET"))  # error: there may be no secret
    WebhookVerifier(secret, scheme="strype")  # error: there is no such scheme
    WebhookVerifier(secret, max_age="300")  # error: it is a number
    WebhookVerifier(secret, max_age=None, max_skew=float("inf"))
    WebhookVerifier(secret, tolerance=300)  # error: there is no such argument
    Scheme("own", signature_header="X-Own", encoding="base32", signed="{body}")  # error: there is no such encoding
