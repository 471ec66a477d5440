"""How the further senders sign, each as its own documentation says: docs/senders.md links to it."""

from __future__ import annotations

import base64
import datetime
import hashlib
import hmac
from dataclasses import dataclass, field
from typing import Callable

from ..vector import NOW, Delivery

SECRET = "a secret for vectors only"
OTHER_SECRET = "a secret after the rotation"
URL = "https://example.com/hooks/in?tenant=7"


def seconds(at: float) -> str:
    return str(int(at))


def milliseconds(at: float) -> str:
    return str(round(at * 1000))


def rfc3339(at: float) -> str:
    return datetime.datetime.fromtimestamp(at, datetime.timezone.utc).isoformat().replace("+00:00", "Z")


def to_hex(mac: bytes) -> str:
    return mac.hex()


def to_base64(mac: bytes) -> str:
    return base64.b64encode(mac).decode("ascii")


@dataclass(frozen=True)
class Further:
    """One sender. `signed` makes the signed message of the time, the id and the body, `present` the header's value."""

    scheme: str
    header: str
    body: bytes
    encode: Callable[[bytes], str]
    signed: Callable[[bytes, bytes, bytes], bytes]
    present: Callable[[list[str], str], str]
    # How the time of signing is written; None if none is signed.
    time: Callable[[float], str] | None = None
    # None where the time is in the header of the signature, or there is none.
    time_header: str | None = None
    id_header: str | None = None
    id: str = ""
    url: str | None = None
    # Whether the header is a list, so that it may have several signatures.
    is_list: bool = False
    # Texts before the signature that are part of no signature, for malformed headers.
    prefix: str = field(default="")

    def message(self, body: bytes, stamp: str, id: str | None = None) -> bytes:
        return self.signed(stamp.encode(), (self.id if id is None else id).encode(), body)

    def tag(self, body: bytes, stamp: str, secret: str, id: str | None = None) -> str:
        return self.encode(hmac.new(secret.encode(), self.message(body, stamp, id), hashlib.sha256).digest())

    def carry(self, value: str, body: bytes, stamp: str, secrets: tuple[str, ...], id: str | None = None) -> Delivery:
        headers = []
        if self.id_header:
            headers.append((self.id_header, self.id if id is None else id))
        if self.time_header:
            headers.append((self.time_header, stamp))
        headers.append((self.header, value))
        options = {} if self.url is None else {"url": self.url}
        return Delivery(self.scheme, secrets, tuple(headers), body, options=options)

    def genuine(
        self,
        body: bytes | None = None,
        *,
        at: float = NOW,
        stamp: str | None = None,
        secret: str = SECRET,
        secrets: tuple[str, ...] = (SECRET,),
        id: str | None = None,
    ) -> Delivery:
        body = self.body if body is None else body
        if stamp is None:
            stamp = self.time(at) if self.time else ""
        return self.carry(self.present([self.tag(body, stamp, secret, id)], stamp), body, stamp, secrets, id)

    def ok(self, *, at: int = NOW, index: int = 0, id: str | None = None) -> dict:
        signed_id = (self.id if id is None else id) if self.id_header else None
        return {
            "scheme": self.scheme,
            "timestamp": at if self.time else None,
            "secret_index": index,
            "id": signed_id,
        }


def _after(prefix: str) -> Callable[[list[str], str], str]:
    return lambda tags, stamp: prefix + ",".join(tags)


def _body_only(time: bytes, id: bytes, body: bytes) -> bytes:
    return body


ZOOM = Further(
    scheme="zoom",
    header="x-zm-signature",
    time_header="x-zm-request-timestamp",
    body=b'{"event":"meeting.started","event_ts":1700000000000,"payload":{"account_id":"a","object":{"id":"1"}}}',
    encode=to_hex,
    signed=lambda time, id, body: b"v0:" + time + b":" + body,
    present=_after("v0="),
    time=seconds,
    prefix="v0=",
)

LINEAR = Further(
    scheme="linear",
    header="Linear-Signature",
    body=b'{"action":"create","type":"Issue","data":{"id":"i"},"webhookTimestamp":1700000000000,"webhookId":"w"}',
    encode=to_hex,
    signed=_body_only,
    present=_after(""),
)

PADDLE = Further(
    scheme="paddle",
    header="Paddle-Signature",
    body=b'{"event_id":"evt_01","event_type":"transaction.paid","notification_id":"ntf_01","data":{"id":"txn_01"}}',
    encode=to_hex,
    signed=lambda time, id, body: time + b":" + body,
    present=lambda tags, stamp: ";".join(["ts=" + stamp] + ["h1=" + tag for tag in tags]),
    time=seconds,
    is_list=True,
)

SQUARE = Further(
    scheme="square",
    header="x-square-hmacsha256-signature",
    body=b'{"merchant_id":"M","type":"payment.updated","event_id":"6a8f5f28-54a1","data":{"id":"p"}}',
    encode=to_base64,
    signed=lambda time, id, body: URL.encode() + body,
    present=_after(""),
    url=URL,
)

HUBSPOT = Further(
    scheme="hubspot",
    header="X-HubSpot-Signature-v3",
    time_header="X-HubSpot-Request-Timestamp",
    body=b'[{"eventId":1,"subscriptionId":12345,"portalId":62515,"subscriptionType":"contact.creation","attemptNumber":0}]',
    encode=to_base64,
    signed=lambda time, id, body: b"POST" + URL.encode() + body + time,
    present=_after(""),
    time=milliseconds,
    url=URL,
)

ZENDESK = Further(
    scheme="zendesk",
    header="X-Zendesk-Webhook-Signature",
    time_header="X-Zendesk-Webhook-Signature-Timestamp",
    body=b'{"type":"zen:event-type:ticket.created","id":"cbe4028c","detail":{"id":"1"}}',
    encode=to_base64,
    signed=lambda time, id, body: time + body,
    present=_after(""),
    time=rfc3339,
)

TYPEFORM = Further(
    scheme="typeform",
    header="Typeform-Signature",
    body=b'{"event_id":"LtWXD3crgy","event_type":"form_response","form_response":{"form_id":"lT4Z3j","token":"a"}}',
    encode=to_base64,
    signed=_body_only,
    present=_after("sha256="),
    prefix="sha256=",
)

SENTRY = Further(
    scheme="sentry",
    header="Sentry-Hook-Signature",
    body=b'{"action":"created","data":{"issue":{"id":"1"}},"installation":{"uuid":"u"}}',
    encode=to_hex,
    signed=_body_only,
    present=_after(""),
)

META = Further(
    scheme="meta",
    header="X-Hub-Signature-256",
    body=b'{"object":"whatsapp_business_account","entry":[{"id":"1","changes":[{"field":"messages","value":{}}]}]}',
    encode=to_hex,
    signed=_body_only,
    present=_after("sha256="),
    prefix="sha256=",
)

CALENDLY = Further(
    scheme="calendly",
    header="Calendly-Webhook-Signature",
    body=b'{"event":"invitee.created","created_at":"2023-11-14T22:13:20.000000Z","payload":{"uri":"u"}}',
    encode=to_hex,
    signed=lambda time, id, body: time + b"." + body,
    present=lambda tags, stamp: ",".join(["t=" + stamp] + ["v1=" + tag for tag in tags]),
    time=seconds,
    is_list=True,
)

DOCUSIGN = Further(
    scheme="docusign",
    header="X-DocuSign-Signature-1",
    body=b'{"event":"envelope-completed","retryCount":0,"data":{"envelopeId":"e"}}',
    encode=to_base64,
    signed=_body_only,
    present=_after(""),
)

TWITCH = Further(
    scheme="twitch",
    header="Twitch-Eventsub-Message-Signature",
    time_header="Twitch-Eventsub-Message-Timestamp",
    id_header="Twitch-Eventsub-Message-Id",
    id="e76c6bd4-55c9-4987-8304-da1588d8988b",
    body=b'{"subscription":{"id":"f1c2a387","type":"channel.follow"},"event":{"user_id":"1337"}}',
    encode=to_hex,
    signed=lambda time, id, body: id + time + body,
    present=_after("sha256="),
    time=rfc3339,
    prefix="sha256=",
)

WORKOS = Further(
    scheme="workos",
    header="WorkOS-Signature",
    body=b'{"id":"event_01","event":"connection.activated","data":{"id":"conn_01","object":"connection"}}',
    encode=to_hex,
    signed=lambda time, id, body: time + b"." + body,
    present=lambda tags, stamp: ", ".join(["t=" + stamp] + ["v1=" + tag for tag in tags]),
    time=milliseconds,
    is_list=True,
)

ALL = (
    ZOOM,
    LINEAR,
    PADDLE,
    SQUARE,
    HUBSPOT,
    ZENDESK,
    TYPEFORM,
    SENTRY,
    META,
    CALENDLY,
    DOCUSIGN,
    TWITCH,
    WORKOS,
)
