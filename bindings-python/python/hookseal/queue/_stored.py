"""A delivery as a text for a queue, and back."""

from __future__ import annotations

import base64
import re
import time
from typing import Any

from hookseal._errors import WebhookVerificationError
from hookseal._hookseal import Delivery, DeliveryKey
from hookseal._stored import Readable
from hookseal.events import WebhookEvent
from hookseal.queue._fields import Fields, read, write
from hookseal.queue._seal import Seal

# What every stored delivery begins with: what it is, and the version of its form.
_HEAD = "hookseal1."

_MAC = re.compile(r"[0-9a-f]{64}", re.ASCII)
_CONTENT = re.compile(r"[A-Za-z0-9_-]*", re.ASCII)
_MALFORMED = "this is not a stored delivery: pass on what stored() returned, unchanged"


class StoredDelivery:
    """A delivery from a queue. It was verified before it was stored. `restored` makes one."""

    __slots__ = ("_fields", "_key", "_readable")

    def __init__(self, fields: Fields) -> None:
        self._fields = fields
        self._key = DeliveryKey(fields.key_scheme, fields.key_id) if fields.key_scheme else None
        self._readable = Readable(fields.body, fields.has_envelope, fields.scheme)

    @property
    def body(self) -> bytes:
        """The body that was verified."""
        return self._fields.body

    @property
    def scheme(self) -> str:
        """The name of the scheme that it was verified with."""
        return self._fields.scheme

    @property
    def has_envelope(self) -> bool:
        """Whether it carries a Contio envelope, which event() reads."""
        return self._fields.has_envelope

    @property
    def key(self) -> DeliveryKey | None:
        """By what its duplicates are recognized: see Delivery.key."""
        return self._key

    @property
    def id(self) -> str | None:
        """The id that the delivery had before it was stored: see Delivery.id."""
        return self._fields.id

    @property
    def timestamp(self) -> int | None:
        """When it was signed, in Unix seconds; for "contio-body", when its event happened."""
        return self._fields.timestamp

    @property
    def received_at(self) -> float:
        """When it was stored, in Unix seconds, by the receiver's clock."""
        return self._fields.received_at / 1000

    def event(self) -> WebhookEvent:
        """Contio's event. The body is read at each call: keep the result.

        Raises WebhookVerificationError for a delivery of another sender's scheme.
        """
        return self._readable.event()

    def json(self) -> Any:
        """The body, which must be JSON as RFC 8259 defines it. It is read at each call: keep the result.

        Raises WebhookVerificationError.
        """
        return self._readable.json()

    def __repr__(self) -> str:
        # Shows nothing of the body.
        return f"<hookseal.queue.StoredDelivery key={self._key} scheme={self.scheme!r} of {len(self.body)} bytes>"


def stored(delivery: Delivery | StoredDelivery, *, seal: Seal | None = None) -> str:
    """A verified delivery as a text for the queue of another engine, from which `restored` makes it again. Without a
    seal, anyone who can write to the queue can forge deliveries.

    It contains the body, the scheme, the key and the times; no header, no signature and no secret. The text is ASCII,
    in four bytes for three of the body. Raises WebhookVerificationError: invalid_argument.
    """
    if not isinstance(delivery, (Delivery, StoredDelivery)):
        raise _invalid(f"stored() takes a verified Delivery, but this is a {type(delivery).__name__}")
    if seal is not None:
        _check_seal(seal)
    if isinstance(delivery, StoredDelivery):
        # From one queue to another, the time of receipt stays.
        return _text_of(delivery._fields, seal)
    key = delivery.key
    fields = Fields(
        scheme=delivery.scheme,
        key_scheme="" if key is None else key.scheme,
        key_id="" if key is None else key.id,
        id=_id_of(delivery),
        has_envelope=delivery.has_envelope,
        timestamp=delivery.timestamp,
        received_at=time.time_ns() // 1_000_000,
        body=delivery.body,
    )
    return _text_of(fields, seal)


def _text_of(fields: Fields, seal: Seal | None) -> str:
    content = _HEAD + base64.urlsafe_b64encode(write(fields)).decode().rstrip("=")
    return f"{content}.{'' if seal is None else seal._mac(content)}"


def restored(text: str, *, seal: Seal) -> StoredDelivery:
    """The delivery that `stored` made this text of, with one of the seal's keys.

    Raises WebhookVerificationError: wrong_seal if the text was changed, was sealed with another key, or has no seal.
    """
    _check_seal(seal)
    content, mac = _split(text, "wrong_seal")
    if not mac:
        raise _wrong_seal(
            "this delivery was stored without a seal; pass the seal to stored() too, or read it with "
            "restored_trusted() if nobody else can write to the queue"
        )
    # Upper case would be another text of the same delivery.
    if not _MAC.fullmatch(mac) or not content.isascii() or not seal._has_made(mac, content):
        raise _wrong_seal(
            "no key in use has sealed this delivery: it was changed in the queue, or sealed with another key; while "
            "keys are changed, give the old one too"
        )
    return _delivery_of(content)


def restored_trusted(text: str) -> StoredDelivery:
    """The delivery that `stored` made this text of, without a seal: anyone who can write to the queue can forge what this
    returns. Use it only where nobody else can.

    Raises WebhookVerificationError: invalid_argument if the text is not of this form, or is sealed.
    """
    content, mac = _split(text, "invalid_argument")
    if mac:
        raise _invalid("this delivery is sealed: read it with restored() and the seal")
    return _delivery_of(content)


def _split(text: object, code: Any) -> tuple[str, str]:
    """The text before the last full stop, and the MAC after it."""
    if not isinstance(text, str):
        raise _invalid(f"a stored delivery is a str, but this is a {type(text).__name__}")
    if not text.startswith(_HEAD):
        is_other = re.match(r"hookseal[0-9]", text) is not None
        message = "the delivery was stored in a form that this version does not know: update hookseal"
        raise WebhookVerificationError(code, message if is_other else _MALFORMED)
    content, _, mac = text.rpartition(".")
    if len(content) < len(_HEAD):
        message = "this is not a whole stored delivery: pass on what stored() returned, unchanged"
        raise WebhookVerificationError(code, message)
    return content, mac


def _delivery_of(content: str) -> StoredDelivery:
    letters = content.removeprefix(_HEAD)
    fields = None
    if _CONTENT.fullmatch(letters) and len(letters) % 4 != 1:
        data = base64.urlsafe_b64decode(letters + "=" * (-len(letters) % 4))
        # Several texts have the same bytes, if the last letter says more than they need.
        if base64.urlsafe_b64encode(data).decode().rstrip("=") == letters:
            fields = read(data)
    if fields is None:
        raise _invalid(_MALFORMED)
    return StoredDelivery(fields)


def _id_of(delivery: Delivery) -> str | None:
    """None too for an envelope that was not read and is malformed: the worker learns of that."""
    try:
        return delivery.id
    except WebhookVerificationError:
        return None


def _check_seal(seal: object) -> None:
    if not isinstance(seal, Seal):
        raise _invalid(f"the seal must be a hookseal.queue.Seal, but this is a {type(seal).__name__}")


def _invalid(message: str) -> WebhookVerificationError:
    return WebhookVerificationError("invalid_argument", message)


def _wrong_seal(message: str) -> WebhookVerificationError:
    return WebhookVerificationError("wrong_seal", message)
