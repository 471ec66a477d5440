"""Each scheme from the sender's side: how its genuine deliveries are signed and presented."""

from __future__ import annotations

import base64
import hashlib
import hmac
from dataclasses import dataclass
from typing import Callable

from . import contio_body
from .vector import NOW, Delivery

MESSAGE_ID = "msg_2Lx8hQ"


def _utf8(secret: str) -> bytes:
    return secret.encode("utf-8")


def _decoded(secret: str) -> bytes:
    return base64.b64decode(secret[6:] if secret.startswith("whsec_") else secret, validate=True)


def to_hex(mac: bytes) -> str:
    return mac.hex()


def to_base64(mac: bytes) -> str:
    return base64.b64encode(mac).decode("ascii")


def decoded_secret(key: bytes) -> str:
    """The secret text whose key, for Standard Webhooks and Svix, is `key`."""
    return "whsec_" + to_base64(key)


@dataclass(frozen=True)
class Sender:
    """One scheme. `signed` makes the signed bytes, `present` the signature header's value."""

    scheme: str
    signature_header: str
    timestamp_header: str | None
    id_header: str | None
    secret: str
    # A second secret of the right form, as after a rotation.
    other_secret: str
    body: bytes
    key: Callable[[str], bytes]
    encode: Callable[[bytes], str]
    signed: Callable[[bytes, bytes, bytes], bytes]
    present: Callable[[list[str], str], str]
    # Other names under which this sender sends the same headers: (the usual name, the other one).
    other_spellings: tuple[tuple[str, str], ...] = ()

    @property
    def is_contio(self) -> bool:
        return self.scheme.startswith("contio")

    @property
    def signs_timestamp(self) -> bool:
        """Whether the sender's time comes outside of the body."""
        return self.timestamp_header is not None or self.scheme == "stripe"

    def tag(
        self,
        body: bytes | None = None,
        *,
        secret: str | None = None,
        timestamp: int | str = NOW,
        id: str = MESSAGE_ID,
        key: bytes | None = None,
    ) -> str:
        """The tag of a delivery. `key` is for those who sign with something no secret stands for."""
        body = self.body if body is None else body
        key = self.key(self.secret if secret is None else secret) if key is None else key
        message = self.signed(id.encode("utf-8"), str(timestamp).encode("utf-8"), body)
        return self.encode(hmac.new(key, message, hashlib.sha256).digest())

    def carry(
        self,
        tags: list[str],
        body: bytes | None = None,
        *,
        timestamp: int | str = NOW,
        id: str = MESSAGE_ID,
        secrets: tuple[str, ...] | None = None,
    ) -> Delivery:
        """A delivery that carries these tags, whatever they are."""
        headers = []
        if self.id_header:
            headers.append((self.id_header, id))
        if self.timestamp_header:
            headers.append((self.timestamp_header, str(timestamp)))
        headers.append((self.signature_header, self.present(tags, str(timestamp))))
        return Delivery(
            scheme=self.scheme,
            secrets=(self.secret,) if secrets is None else secrets,
            headers=tuple(headers),
            body=self.body if body is None else body,
        )

    def genuine(
        self,
        body: bytes | None = None,
        *,
        secret: str | None = None,
        timestamp: int | str = NOW,
        id: str = MESSAGE_ID,
        secrets: tuple[str, ...] | None = None,
    ) -> Delivery:
        """A delivery signed by `secret`, received by one who has `secrets` (the same one if not said)."""
        if secrets is None:
            secrets = (self.secret if secret is None else secret,)
        tag = self.tag(body, secret=secret, timestamp=timestamp, id=id)
        return self.carry([tag], body, timestamp=timestamp, id=id, secrets=secrets)

    def with_signature(self, value: str, **genuine) -> Delivery:
        """A genuine delivery whose signature header's value is replaced."""
        return self.genuine(**genuine).with_header(self.signature_header, value)

    def ok(
        self,
        *,
        timestamp: int | None = NOW,
        index: int = 0,
        id: str = MESSAGE_ID,
        event_type: str = contio_body.EVENT_TYPE,
        event_id: str = contio_body.EVENT_ID,
    ) -> dict:
        """The verdict on a genuine delivery."""
        has_time = self.signs_timestamp or self.is_contio
        verdict = {
            "scheme": self.scheme,
            "timestamp": timestamp if has_time else None,
            "secret_index": index,
            "id": event_id if self.is_contio else id if self.id_header else None,
        }
        if self.is_contio:
            verdict.update(event_type=event_type, event_id=event_id)
        return verdict


_JSON = b'{"type":"invoice.paid","object":{"id":"in_1","total":4200}}'

TIMESTAMPED = Sender(
    scheme="contio-timestamped",
    signature_header="X-Contio-Signature",
    timestamp_header="X-Contio-Timestamp",
    id_header=None,
    secret="contio-secret-for-vectors-only",
    other_secret="contio-secret-after-rotation",
    body=contio_body.ENVELOPE,
    key=_utf8,
    encode=to_hex,
    signed=lambda id, ts, body: ts + b"." + body,
    present=lambda tags, ts: ",".join(tags),
)

BODY = Sender(
    scheme="contio-body",
    signature_header="X-Contio-Signature",
    timestamp_header=None,
    id_header=None,
    secret="contio-secret-for-vectors-only",
    other_secret="contio-secret-after-rotation",
    body=contio_body.ENVELOPE,
    key=_utf8,
    encode=to_hex,
    signed=lambda id, ts, body: body,
    present=lambda tags, ts: "sha256=" + ",".join(tags),
)


def _standard(scheme: str, prefix: str, other_prefix: str | None = None) -> Sender:
    roles = ("id", "timestamp", "signature")
    return Sender(
        scheme=scheme,
        signature_header=f"{prefix}-signature",
        timestamp_header=f"{prefix}-timestamp",
        id_header=f"{prefix}-id",
        secret=decoded_secret(f"{scheme} key, vectors".encode("ascii")),
        other_secret=decoded_secret(f"{scheme} key, rotated".encode("ascii")),
        body=_JSON,
        key=_decoded,
        encode=to_base64,
        signed=lambda id, ts, body: id + b"." + ts + b"." + body,
        present=lambda tags, ts: " ".join("v1," + tag for tag in tags),
        other_spellings=tuple((f"{prefix}-{role}", f"{other_prefix}-{role}") for role in roles if other_prefix),
    )


STANDARD = _standard("standard-webhooks", "webhook")
# Svix sends under the names of Standard Webhooks where its customers do not want to show that it is Svix.
SVIX = _standard("svix", "svix", "webhook")

STRIPE = Sender(
    scheme="stripe",
    signature_header="Stripe-Signature",
    timestamp_header=None,
    id_header=None,
    # The prefix is part of the key here; what follows it is visibly no base64.
    secret="whsec_stripe-secret-for-vectors-only",
    other_secret="whsec_stripe-secret-after-rotation",
    body=_JSON,
    key=_utf8,
    encode=to_hex,
    signed=lambda id, ts, body: ts + b"." + body,
    present=lambda tags, ts: ",".join(["t=" + ts] + ["v1=" + tag for tag in tags]),
)

GITHUB = Sender(
    scheme="github",
    signature_header="X-Hub-Signature-256",
    timestamp_header=None,
    id_header=None,
    secret="github secret for vectors only",
    other_secret="github secret after rotation",
    body=b'{"action":"opened","number":7}',
    key=_utf8,
    encode=to_hex,
    signed=lambda id, ts, body: body,
    present=lambda tags, ts: "sha256=" + ",".join(tags),
)

SLACK = Sender(
    scheme="slack",
    signature_header="X-Slack-Signature",
    timestamp_header="X-Slack-Request-Timestamp",
    id_header=None,
    secret="slack-secret-for-vectors-only",
    other_secret="slack-secret-after-rotation",
    body=b"command=%2Fweather&text=94070&team_id=T0001",
    key=_utf8,
    encode=to_hex,
    signed=lambda id, ts, body: b"v0:" + ts + b":" + body,
    present=lambda tags, ts: "v0=" + ",".join(tags),
)

SHOPIFY = Sender(
    scheme="shopify",
    signature_header="X-Shopify-Hmac-Sha256",
    timestamp_header=None,
    id_header=None,
    secret="shopify-secret-for-vectors-only",
    other_secret="shopify-secret-after-rotation",
    body=b'{"id":820982911946154508,"email":"jon@example.com"}',
    key=_utf8,
    encode=to_base64,
    signed=lambda id, ts, body: body,
    present=lambda tags, ts: ",".join(tags),
    # Sent next to the usual name since 2026, or in its place.
    other_spellings=(("X-Shopify-Hmac-Sha256", "shopify-hmac-sha256"),),
)

CONTIO = (TIMESTAMPED, BODY)
OTHERS = (STANDARD, SVIX, STRIPE, GITHUB, SLACK, SHOPIFY)
ALL = CONTIO + OTHERS
# Those whose signature header holds a list of tags.
WITH_LISTS = (STANDARD, SVIX, STRIPE)
# Those whose secrets are base64.
WITH_BASE64_SECRETS = (STANDARD, SVIX)
# Those whose timestamp stands in a header of its own.
WITH_TIMESTAMP_HEADER = (TIMESTAMPED, STANDARD, SVIX, SLACK)


def contio(delivery: Delivery) -> Delivery:
    """The same delivery, received by one who has not pinned either Contio form."""
    return delivery.but(scheme="contio")
