"""What is measured: cases named `python/operation/size/implementation`, each a line of Python that is true for a genuine
delivery, and not true or an error for any other."""

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
    # Gives the names that the line knows, from the cases and one delivery.
    names: Callable[[Names, Delivery], Names]


def body_of(cases: Names, size: int) -> bytes:
    before, behind = cases["template"].split("{title}")
    room = size - len(before) - len(behind)
    assert room >= 0, f"the template does not fit into {size} bytes"
    title = (cases["title"] * (room // len(cases["title"]) + 1))[:room]
    return (before + title + behind).encode()


def deliveries(cases: Names, size: int) -> tuple[Delivery, Delivery, Delivery]:
    """A genuine one, signed now; one that was signed with another secret; and one that was changed on its way."""
    body = body_of(cases, size)
    genuine = signed(cases, body, cases["secret"])
    changed = bytearray(body)
    # A letter of the title, which makes it JSON as good as before.
    changed[size - 30] ^= 1
    return genuine, signed(cases, body, cases["other_secret"]), Delivery(genuine.headers, bytes(changed))


def signed(cases: Names, body: bytes, secret: str) -> Delivery:
    """Signed in all ways that are compared."""
    timestamp = str(int(time.time()))
    key = base64.b64decode(secret.removeprefix("whsec_"))
    by_time = hmac.new(secret.encode(), f"{timestamp}.".encode() + body, hashlib.sha256).hexdigest()
    by_id = hmac.new(key, f"{cases['id']}.{timestamp}.".encode() + body, hashlib.sha256).digest()
    fixed = {name: value.replace("{size}", str(len(body))) for name, value in cases["headers"]}
    own = {
        "x-contio-signature": by_time,
        "x-contio-timestamp": timestamp,
        "webhook-id": cases["id"],
        "webhook-timestamp": timestamp,
        "webhook-signature": f"v1,{base64.b64encode(by_id).decode()}",
        "stripe-signature": f"t={timestamp},v1={by_time}",
    }
    return Delivery({**fixed, **own}, body)


def guide(cases: Names, delivery: Delivery) -> Names:
    from guide import verify_webhook

    return {**values(cases, delivery), "verify_webhook": verify_webhook, "loads": json.loads}


def hookseal(cases: Names, delivery: Delivery) -> Names:
    from hookseal import WebhookVerifier

    return {**values(cases, delivery), "verifier": WebhookVerifier(cases["secret"])}


def digest(cases: Names, delivery: Delivery) -> Names:
    """The MAC alone, of bytes that were joined before."""
    timestamp = delivery.headers["x-contio-timestamp"]
    return {
        "key": cases["secret"].encode(),
        "message": f"{timestamp}.".encode() + delivery.body,
        "tag": bytes.fromhex(delivery.headers["x-contio-signature"]),
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
    """What a receiver has."""
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
        "hmac-digest": Implementation('digest(key, message, "sha256") == tag', digest),
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
    """What is compared: operations, each at each of the sizes."""
    return [(operation, size) for operation in OPERATIONS for size in cases["sizes_python"]]


def identity(operation: str, size: int, name: str) -> str:
    return f"python/{operation}/{size}/{name}"
