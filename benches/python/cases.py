"""The cases, named `python/operation/size/implementation`: each is a line of Python that is truthy for a genuine
delivery, and falsy or an error for any other."""

import base64
import hashlib
import hmac
import json
import time
from collections.abc import Callable
from typing import Any, NamedTuple

Names = dict[str, Any]


class Delivery(NamedTuple):
    headers: dict[str, str]
    body: bytes


class Implementation(NamedTuple):
    line: str
    # Returns the names that the line uses, from the cases and one delivery.
    names: Callable[[Names, Delivery], Names]


def body_of(cases: Names, size: int) -> bytes:
    before, after = cases["template"].split("{title}")
    length = size - len(before) - len(after)
    assert length >= 0, f"the template does not fit into {size} bytes"
    title = (cases["title"] * (length // len(cases["title"]) + 1))[:length]
    return (before + title + after).encode()


def deliveries(cases: Names, size: int) -> tuple[Delivery, Delivery, Delivery]:
    """A genuine delivery, signed now; one signed with another secret; and one whose body was changed in transit."""
    body = body_of(cases, size)
    genuine = signed(cases, body, cases["secret"])
    changed = bytearray(body)
    # Changes a letter of the title, so that the body is still JSON.
    changed[size - 30] ^= 1
    return genuine, signed(cases, body, cases["other_secret"]), Delivery(genuine.headers, bytes(changed))


def signed(cases: Names, body: bytes, secret: str) -> Delivery:
    """Signs a body by every scheme that is compared."""
    timestamp = str(int(time.time()))
    key = base64.b64decode(secret.removeprefix("whsec_"))
    by_time = hmac.new(secret.encode(), f"{timestamp}.".encode() + body, hashlib.sha256).hexdigest()
    by_id = hmac.new(key, f"{cases['id']}.{timestamp}.".encode() + body, hashlib.sha256).digest()
    fixed = {name: value.replace("{size}", str(len(body))) for name, value in cases["headers"]}
    signatures = {
        "x-contio-signature": by_time,
        "x-contio-timestamp": timestamp,
        "webhook-id": cases["id"],
        "webhook-timestamp": timestamp,
        "webhook-signature": f"v1,{base64.b64encode(by_id).decode()}",
        "stripe-signature": f"t={timestamp},v1={by_time}",
    }
    return Delivery({**fixed, **signatures}, body)


def guide(cases: Names, delivery: Delivery) -> Names:
    from guide import verify_webhook

    return {**values(cases, delivery), "verify_webhook": verify_webhook, "loads": json.loads}


def hookseal(cases: Names, delivery: Delivery) -> Names:
    from hookseal import WebhookVerifier

    return {**values(cases, delivery), "verifier": WebhookVerifier(cases["secret"])}


def digest(cases: Names, delivery: Delivery) -> Names:
    """Only the MAC, of a message that is already joined."""
    timestamp = delivery.headers["x-contio-timestamp"]
    return {
        "key": cases["secret"].encode(),
        "message": f"{timestamp}.".encode() + delivery.body,
        "expected": bytes.fromhex(delivery.headers["x-contio-signature"]),
        "digest": hmac.digest,
    }


def standardwebhooks(cases: Names, delivery: Delivery) -> Names:
    from standardwebhooks import Webhook

    return {**values(cases, delivery), "webhook": Webhook(cases["secret"])}


def stripe(cases: Names, delivery: Delivery) -> Names:
    from stripe import Webhook

    names = values(cases, delivery)
    return {**names, "construct_event": Webhook.construct_event, "header": delivery.headers["stripe-signature"]}


def values(cases: Names, delivery: Delivery) -> Names:
    """The values that a receiver has."""
    return {
        "headers": delivery.headers,
        "body": delivery.body,
        "signature": delivery.headers["x-contio-signature"],
        "timestamp": delivery.headers["x-contio-timestamp"],
        "secret": cases["secret"],
        "meeting_id": cases["meeting_id"],
    }


GUIDE = "verify_webhook(body, signature, timestamp, secret)"
OPERATIONS: dict[str, dict[str, Implementation]] = {
    "signature": {
        "guide": Implementation(GUIDE, guide),
        "hookseal": Implementation("verifier.verify_signature(body, signature, timestamp)", hookseal),
        "hmac-digest": Implementation('digest(key, message, "sha256") == expected', digest),
        "standardwebhooks": Implementation("webhook.verify(body, headers)", standardwebhooks),
        "stripe": Implementation("construct_event(body, header, secret)", stripe),
    },
    "parse": {
        "guide": Implementation(f"{GUIDE} and loads(body)", guide),
        "hookseal": Implementation("verifier.parse_webhook(body, signature, timestamp)", hookseal),
    },
    "verify": {
        "guide": Implementation(
            'verify_webhook(body, headers["x-contio-signature"], headers["x-contio-timestamp"], secret)', guide
        ),
        "hookseal": Implementation("verifier.verify(headers, body)", hookseal),
    },
}


def groups(cases: Names) -> list[tuple[str, int]]:
    """The groups that are compared: each operation at each size."""
    return [(operation, size) for operation in OPERATIONS for size in cases["sizes_python"]]


def identity(operation: str, size: int, name: str) -> str:
    return f"python/{operation}/{size}/{name}"
