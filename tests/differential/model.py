"""An independent verifier: what `tests/vectors/README.md` says about each of the first nine schemes, in plain Python.

It shares no code with the core. It takes its time, compares without care, and keeps everything in memory: it only has
to be right.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import re
from dataclasses import dataclass

from envelope import Refused, read_envelope

# The characters at either end of a secret that make it invalid: white space of Unicode, and the byte order mark.
_BLANK = "\t\n\v\f\r \u0085\u00a0\u1680\u2028\u2029\u202f\u205f\u3000\ufeff" + "".join(map(chr, range(0x2000, 0x200B)))

_ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"

MAX_SECRETS = 8
MAX_SIGNATURES = 16

DEFAULTS = {"max_age": 300, "max_skew": 300, "max_event_age": 86_400, "max_body": None}


@dataclass(frozen=True)
class Rules:
    """A row of the table of schemes. A header has one name or two; the first that is present is read."""

    signature: tuple[str, ...]
    timestamp: tuple[str, ...] | None = None
    id: tuple[str, ...] | None = None
    encoding: str = "hex"
    prefix: str = ""
    # The separator, the joiner and the version of a list, and the key of its timestamp.
    list: tuple[str, str, str] | None = None
    timestamp_key: str | None = None
    signed: str = "{body}"
    key: str = "utf-8"
    has_envelope: bool = False


_CONTIO = Rules(("X-Contio-Signature",), ("X-Contio-Timestamp",), signed="{ts}.{body}", has_envelope=True)
_CONTIO_BODY = Rules(("X-Contio-Signature",), prefix="sha256=", has_envelope=True)
_STANDARD = Rules(
    ("webhook-signature",),
    ("webhook-timestamp",),
    ("webhook-id",),
    encoding="base64",
    list=(" ", ",", "v1"),
    signed="{id}.{ts}.{body}",
    key="base64",
)
_SVIX = Rules(
    ("svix-signature", "webhook-signature"),
    ("svix-timestamp", "webhook-timestamp"),
    ("svix-id", "webhook-id"),
    encoding="base64",
    list=(" ", ",", "v1"),
    signed="{id}.{ts}.{body}",
    key="base64",
)

SCHEMES = {
    "contio-timestamped": _CONTIO,
    "contio-body": _CONTIO_BODY,
    "standard-webhooks": _STANDARD,
    "svix": _SVIX,
    "stripe": Rules(("Stripe-Signature",), list=(",", "=", "v1"), timestamp_key="t", signed="{ts}.{body}"),
    "github": Rules(("X-Hub-Signature-256",), prefix="sha256="),
    "slack": Rules(("X-Slack-Signature",), ("X-Slack-Request-Timestamp",), prefix="v0=", signed="v0:{ts}:{body}"),
    "shopify": Rules(("shopify-hmac-sha256", "X-Shopify-Hmac-Sha256"), encoding="base64"),
}


def is_known(scheme: str) -> bool:
    """Whether a scheme has this name: "contio" is either of its two forms."""
    return scheme == "contio" or scheme in SCHEMES


def predict(vector: dict) -> dict:
    """The verdict on a vector: `{"ok": …}`, or `{"error": code}`, where there is a word that the message must have."""
    try:
        return {"ok": _verify(vector)}
    except Refused as refused:
        return {"error": refused.code, "about": refused.about}


def tags(vector: dict) -> list[bytes]:
    """The MACs of a delivery with each of its secrets, to sign it again when it is shrunk."""
    rules = SCHEMES.get("contio-timestamped" if vector["scheme"] == "contio" else vector["scheme"])
    if rules is None:
        return []
    try:
        keys = _keys(rules, vector["secrets"])
        signature = _header(vector["headers"], rules.signature)
        if vector["scheme"] == "contio" and signature.startswith("sha256="):
            rules = SCHEMES["contio-body"]
        id = _header(vector["headers"], rules.id) if rules.id else None
        timestamp = _header(vector["headers"], rules.timestamp) if rules.timestamp else None
        if rules.timestamp_key:
            timestamp = _signatures(rules, signature)[1]
    except Refused:
        return []
    return _macs(rules, keys, id, timestamp, base64.b64decode(vector["body_base64"]))


def _macs(rules: Rules, keys: list[bytes], id: str | None, timestamp: str | None, body: bytes) -> list[bytes]:
    before, after = rules.signed.split("{body}")
    text = before.format(id=id, ts=timestamp).encode("utf-8", "surrogatepass")
    return [hmac.new(key, text + body + after.encode(), hashlib.sha256).digest() for key in keys]


def _verify(vector: dict) -> dict:
    scheme, limits = vector["scheme"], {**DEFAULTS, **vector.get("options", {})}
    if not is_known(scheme):
        raise Refused("invalid_scheme")
    rules = SCHEMES["contio-timestamped" if scheme == "contio" else scheme]
    _check_limits(limits)
    keys = _keys(rules, vector["secrets"])
    body = base64.b64decode(vector["body_base64"])
    if limits["max_body"] is not None and len(body) > limits["max_body"]:
        raise Refused("body_too_large")

    headers = vector["headers"]
    signature = _header(headers, rules.signature)
    if scheme == "contio":
        scheme = "contio-body" if signature.startswith("sha256=") else "contio-timestamped"
        rules = SCHEMES[scheme]
    id = _header(headers, rules.id) if rules.id else None
    if id is not None and not re.fullmatch(r"[!-~]{1,256}", id.replace(".", "\n")):
        raise Refused("malformed_signature", rules.id[0] if len(rules.id) == 1 else None)
    timestamp = _header(headers, rules.timestamp) if rules.timestamp else None

    macs, listed = _signatures(rules, signature)
    if rules.timestamp_key:
        timestamp = listed
    time = None
    if timestamp is not None:
        if not re.fullmatch(r"[0-9]{1,12}", timestamp) or "\n" in timestamp:
            raise Refused("malformed_timestamp")
        time = int(timestamp)

    made = _macs(rules, keys, id, timestamp, body)
    index = next((index for index, mac in enumerate(made) if mac in macs), None)
    if index is None:
        raise Refused("signature_mismatch")

    # A scheme whose only time is the event's has another limit for it, and reads the envelope first.
    if scheme == "contio-body":
        envelope = read_envelope(body)
        time = envelope.time
        _check_age(time, vector["now"], limits["max_event_age"], limits["max_skew"], "event_too_old")
    elif time is not None:
        _check_age(time, vector["now"], limits["max_age"], limits["max_skew"], "timestamp_too_old")
    ok = {"scheme": scheme, "timestamp": time, "secret_index": index, "id": id}
    if rules.has_envelope:
        envelope = read_envelope(body)
        ok.update(id=envelope.event_id, event_type=envelope.event_type, event_id=envelope.event_id)
    return ok


def _check_limits(limits: dict) -> None:
    for name in ("max_age", "max_skew"):
        if limits[name] is not None and limits[name] >= 100_000:
            raise Refused("invalid_argument")


def _check_age(time: int, now: int, oldest: int | None, ahead: int | None, code: str) -> None:
    if oldest is not None and now - time > oldest:
        # A clock that shows the year 5138 counts milliseconds: the receiver is wrong, not the sender.
        raise Refused("invalid_argument" if now >= 100_000_000_000 else code)
    if ahead is not None and time - now > ahead:
        raise Refused("timestamp_in_future")


def _keys(rules: Rules, secrets: list[str]) -> list[bytes]:
    if not secrets:
        raise Refused("invalid_secret")
    keys = []
    for index, secret in enumerate(secrets):
        if index == MAX_SECRETS:
            raise Refused("invalid_argument")
        keys.append(_key(rules, secret))
    return keys


def _key(rules: Rules, secret: str) -> bytes:
    if not secret or secret == "whsec_" or secret[0] in _BLANK or secret[-1] in _BLANK:
        raise Refused("invalid_secret")
    # Keys for ed25519.
    if secret.startswith(("whpk_", "whsk_")):
        raise Refused("invalid_secret")
    if rules.key == "utf-8":
        return secret.encode()
    text = secret.removeprefix("whsec_")
    padded = text if text.endswith("=") else text + "=" * (-len(text) % 4)
    key = _base64(padded)
    if key is None or not 16 <= len(key) <= 512:
        raise Refused("invalid_secret")
    return key


def _base64(text: str) -> bytes | None:
    """Bytes whose base64 is exactly this text."""
    if not text.isascii() or set(text.rstrip("=")) - set(_ALPHABET):
        return None
    try:
        found = base64.b64decode(text, validate=True)
    except binascii.Error:
        return None
    return found if base64.b64encode(found).decode() == text else None


def _header(headers: list[list[str]], names: tuple[str, ...]) -> str:
    found = [[value for other, value in headers if _lower(other) == _lower(name)] for name in names]
    if any(len(values) > 1 for values in found):
        raise Refused("duplicate_header")
    for values in found:
        if values:
            return values[0]
    raise Refused("missing_header", names[0] if len(names) == 1 else None)


def _lower(name: str) -> str:
    """In ASCII alone: there are letters outside it whose lower case is inside."""
    return re.sub("[A-Z]", lambda letter: letter[0].lower(), name)


def _signatures(rules: Rules, value: str) -> tuple[list[bytes], str | None]:
    """The signatures in a header, and the timestamp in the same list."""
    malformed = Refused("malformed_signature", rules.signature[0] if len(rules.signature) == 1 else None)
    if rules.list is None:
        mac = _mac(rules, value.removeprefix(rules.prefix)) if value.startswith(rules.prefix) else None
        if mac is None:
            raise malformed
        return [mac], None
    separator, joiner, version = rules.list
    macs, times = [], []
    for item in value.split(separator):
        key, joined, text = item.partition(joiner)
        if not joined:
            continue
        if rules.timestamp_key is not None and key.strip(" \t\n\f\r") == rules.timestamp_key:
            if key != rules.timestamp_key or not text:
                raise malformed
            times.append(text)
        elif key == version and (mac := _mac(rules, text)) is not None:
            macs.append(mac)
    if not 1 <= len(macs) <= MAX_SIGNATURES or len(times) != (rules.timestamp_key is not None):
        raise malformed
    return macs, times[0] if times else None


def _mac(rules: Rules, text: str) -> bytes | None:
    if rules.encoding == "hex":
        return bytes.fromhex(text) if re.fullmatch("[0-9A-Fa-f]{64}", text) and len(text) == 64 else None
    return _base64(text) if len(text) == 44 and text.endswith("=") and text[-2] != "=" else None
