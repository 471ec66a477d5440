"""Each scheme from the sender's side: how genuine deliveries are signed and sent."""

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
    """The secret, as text, that stands for `key` in Standard Webhooks and Svix."""
    return "whsec_" + to_base64(key)


@dataclass(frozen=True)
class Sender:
    """One scheme. `signed` returns the signing input, `present` the value of the signature header."""

    scheme: str
    signature_header: str
    timestamp_header: str | None
    id_header: str | None
    secret: str
    # A second valid secret, as after a rotation.
    other_secret: str
    body: bytes
    key: Callable[[str], bytes]
    encode: Callable[[bytes], str]
    signed: Callable[[bytes, bytes, bytes], bytes]
    present: Callable[[list[str], str], str]
    # Headers that this sender also sends under another name: (the usual name, the other name).
    other_spellings: tuple[tuple[str, str], ...] = ()

    @property
    def is_contio(self) -> bool:
        return self.scheme.startswith("contio")

    @property
    def signs_timestamp(self) -> bool:
        """Whether a timestamp outside the body is signed."""
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
        """The signature of a delivery. Pass `key` to sign with a key that no secret stands for."""
        body = self.body if body is None else body
        key = self.key(self.secret if secret is None else secret) if key is None else key
        message = self.signed(id.encode("utf-8"), str(timestamp).encode("utf-8"), body)
        return self.encode(hmac.new(key, message, hashlib.sha256).digest())

    def carry(
        self,
        signatures: list[str],
        body: bytes | None = None,
        *,
        timestamp: int | str = NOW,
        id: str = MESSAGE_ID,
        secrets: tuple[str, ...] | None = None,
    ) -> Delivery:
        """A delivery with these signatures, genuine or not."""
        headers = []
        if self.id_header:
            headers.append((self.id_header, id))
        if self.timestamp_header:
            headers.append((self.timestamp_header, str(timestamp)))
        headers.append((self.signature_header, self.present(signatures, str(timestamp))))
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
        """A delivery signed with `secret`, for a receiver that has `secrets` (by default only `secret`)."""
        if secrets is None:
            secrets = (self.secret if secret is None else secret,)
        signature = self.tag(body, secret=secret, timestamp=timestamp, id=id)
        return self.carry([signature], body, timestamp=timestamp, id=id, secrets=secrets)

    def with_signature(self, value: str, **genuine) -> Delivery:
        """A genuine delivery with another value of the signature header."""
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
        """The expected verdict on a genuine delivery."""
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
    present=lambda signatures, ts: ",".join(signatures),
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
    present=lambda signatures, ts: "sha256=" + ",".join(signatures),
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
        present=lambda signatures, ts: " ".join("v1," + signature for signature in signatures),
        other_spellings=tuple((f"{prefix}-{role}", f"{other_prefix}-{role}") for role in roles if other_prefix),
    )


STANDARD = _standard("standard-webhooks", "webhook")
# Svix sends the header names of Standard Webhooks for customers who do not want to show that they use Svix.
SVIX = _standard("svix", "svix", "webhook")

STRIPE = Sender(
    scheme="stripe",
    signature_header="Stripe-Signature",
    timestamp_header=None,
    id_header=None,
    # The prefix is part of the key here. What follows it is clearly not base64.
    secret="whsec_stripe-secret-for-vectors-only",
    other_secret="whsec_stripe-secret-after-rotation",
    body=_JSON,
    key=_utf8,
    encode=to_hex,
    signed=lambda id, ts, body: ts + b"." + body,
    present=lambda signatures, ts: ",".join(["t=" + ts] + ["v1=" + signature for signature in signatures]),
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
    present=lambda signatures, ts: "sha256=" + ",".join(signatures),
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
    present=lambda signatures, ts: "v0=" + ",".join(signatures),
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
    present=lambda signatures, ts: ",".join(signatures),
    # Sent in addition to the usual name since 2026, or in its place.
    other_spellings=(("X-Shopify-Hmac-Sha256", "shopify-hmac-sha256"),),
)

CONTIO = (TIMESTAMPED, BODY)
OTHERS = (STANDARD, SVIX, STRIPE, GITHUB, SLACK, SHOPIFY)
ALL = CONTIO + OTHERS
# Those whose signature header contains a list of signatures.
WITH_LISTS = (STANDARD, SVIX, STRIPE)
# Those whose secrets are base64.
WITH_BASE64_SECRETS = (STANDARD, SVIX)
# Those with a separate header for the timestamp.
WITH_TIMESTAMP_HEADER = (TIMESTAMPED, STANDARD, SVIX, SLACK)


def contio(delivery: Delivery) -> Delivery:
    """The same delivery, for a receiver that has not pinned a Contio variant."""
    return delivery.but(scheme="contio")
