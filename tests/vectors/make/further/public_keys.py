"""Deliveries signed with ed25519: Standard Webhooks' `v1a`, and Discord."""

from __future__ import annotations

import base64
import hashlib
import hmac
from typing import Iterator

from ..vector import NOW, Delivery, accept, refuse
from . import ed25519

ID = "msg_2Lx8hQ"
BODY = b'{"type":"invoice.paid","object":{"id":"in_1","total":4200}}'
PING = b'{"application_id":"1","id":"1173","token":"t","type":1,"version":1}'


def seed(name: str) -> bytes:
    return hashlib.sha256(f"an ed25519 key for vectors only: {name}".encode()).digest()


KEY, OTHER_KEY = seed("first"), seed("second")
SECRET = "whsec_" + base64.b64encode(b"standard key, for vectors").decode()


def whpk(key: bytes) -> str:
    return "whpk_" + base64.b64encode(key).decode()


def _base64(signature: bytes) -> str:
    return base64.b64encode(signature).decode()


def _standard(
    items: list[str],
    *,
    scheme: str = "standard-webhooks",
    prefix: str = "webhook",
    body: bytes = BODY,
    at: int = NOW,
    secrets: tuple[str, ...] = (),
    public_keys: tuple[str, ...] = (whpk(ed25519.public_key(KEY)),),
    id: str = ID,
) -> Delivery:
    headers = (
        (f"{prefix}-id", id),
        (f"{prefix}-timestamp", str(at)),
        (f"{prefix}-signature", " ".join(items)),
    )
    return Delivery(scheme, secrets, headers, body, options={"public_keys": list(public_keys)})


def _message(body: bytes = BODY, at: int = NOW, id: str = ID) -> bytes:
    return f"{id}.{at}.".encode() + body


def _v1a(key: bytes = KEY, message: bytes | None = None) -> str:
    return "v1a," + _base64(ed25519.sign(key, _message() if message is None else message))


def _v1(secret: str = SECRET) -> str:
    key = base64.b64decode(secret[6:])
    return "v1," + _base64(hmac.new(key, _message(), hashlib.sha256).digest())


def _ok(scheme: str = "standard-webhooks", *, index: int = 0, at: int = NOW, id: str | None = ID) -> dict:
    return {"scheme": scheme, "timestamp": at, "secret_index": index, "id": id}


def vectors() -> list[dict]:
    made = [*_lists(), *_forged(), *_keys(), *_discord()]
    names = [vector["name"] for vector in made]
    assert len(set(names)) == len(names)
    return made


def _lists() -> Iterator[dict]:
    public = [whpk(ed25519.public_key(key)) for key in (KEY, OTHER_KEY)]
    yield accept("v1a alone, for a receiver with a public key", _standard([_v1a()]), _ok())
    yield accept("v1a of svix", _standard([_v1a()], scheme="svix", prefix="svix"), _ok("svix"))
    both = [_v1(), _v1a()]
    yield accept("v1 and v1a, for a receiver with a public key", _standard(both), _ok())
    yield accept("v1 and v1a, for a receiver with a secret", _standard(both, secrets=(SECRET,), public_keys=()), _ok())
    mixed = _standard(both, secrets=(SECRET,))
    yield accept("v1 and v1a, for a receiver with both: the secret comes first", mixed, _ok())
    yield accept("v1a before v1", _standard(both[::-1], secrets=(SECRET,)), _ok())
    only = _standard([_v1a()], secrets=(SECRET,))
    yield accept("v1a alone, for a receiver with both: the public key comes after the secret", only, _ok(index=1))
    wrong = _standard(["v1," + _base64(bytes(32)), _v1a()], secrets=(SECRET,))
    yield accept("a forged v1 next to a genuine v1a, for a receiver with both", wrong, _ok(index=1))
    wrong = _standard([_v1(), "v1a," + _base64(bytes(64))], secrets=(SECRET,))
    yield accept("a genuine v1 next to a forged v1a, for a receiver with both", wrong, _ok())
    rotated = _standard([_v1a()], public_keys=(public[1], public[0]))
    yield accept("the second of two public keys", rotated, _ok(index=1))
    two = _standard([_v1a(OTHER_KEY), _v1a()])
    yield accept("the second of two signatures", two, _ok())
    junk = _standard(["v1a,", "v1a,AAAA", "v1a", "v2," + _base64(bytes(64)), _v1a()])
    yield accept("items that cannot be read are skipped", junk, _ok())
    yield refuse("a v1 alone, for a receiver with a public key", _standard([_v1()]), "malformed_signature")
    yield refuse("a v1a alone, for a receiver with a secret",
                 _standard([_v1a()], secrets=(SECRET,), public_keys=()), "malformed_signature")  # fmt: skip
    yield refuse("a v1a of 63 bytes", _standard(["v1a," + _base64(bytes(63))]), "malformed_signature")
    yield refuse("a v1a without its padding", _standard([_v1a().rstrip("=")]), "malformed_signature")
    yield refuse("the HMAC of v1 named v1a", _standard([_v1().replace("v1,", "v1a,")]), "malformed_signature")
    yield refuse("the signature of v1a named v1", _standard([_v1a().replace("v1a,", "v1,")]), "malformed_signature")
    many = _standard([_v1a()] * 5)
    yield refuse("more than four signatures of ed25519", many, "malformed_signature")
    yield accept("four signatures of ed25519", _standard([_v1a(OTHER_KEY)] * 3 + [_v1a()]), _ok())


def _forged() -> Iterator[dict]:
    genuine = ed25519.sign(KEY, _message())
    yield refuse("another body", _standard([_v1a()], body=b"{}"), "signature_mismatch")
    yield refuse("another id", _standard([_v1a()], id="msg_other"), "signature_mismatch")
    yield refuse("another time", _standard([_v1a()], at=NOW - 1), "signature_mismatch")
    old = _v1a(message=_message(at=NOW - 301))
    yield refuse("a delivery of 301 s ago", _standard([old], at=NOW - 301), "timestamp_too_old")
    ahead = _v1a(message=_message(at=NOW + 301))
    yield refuse("a delivery dated 301 s ahead", _standard([ahead], at=NOW + 301), "timestamp_in_future")
    yield refuse("a signature with another key", _standard([_v1a(OTHER_KEY)]), "signature_mismatch")
    for what, signature in [
        ("of zeros", bytes(64)),
        ("with the order of the base added to its scalar", ed25519.malleable(genuine)),
        ("with its halves swapped", genuine[32:] + genuine[:32]),
        ("with its scalar negated", genuine[:32] + (ed25519.L - int.from_bytes(genuine[32:], "little")).to_bytes(32, "little")),
        ("with the sign of its point changed", genuine[:31] + bytes([genuine[31] ^ 0x80]) + genuine[32:]),
        ("over the digest of the message", ed25519.sign(KEY, hashlib.sha512(_message()).digest())),
        ("over the body alone", ed25519.sign(KEY, BODY)),
    ]:  # fmt: skip
        yield refuse(f"a signature {what}", _standard(["v1a," + _base64(signature)]), "signature_mismatch")


def _keys() -> Iterator[dict]:
    """Keys that cannot be used, each with a signature that a lenient verifier would accept."""
    for number, point in enumerate(ed25519.small_order_points()):
        forged = b"" if number >= 8 else ed25519.signature_by_small_order(point, _message())
        delivery = _standard(["v1a," + _base64(forged or bytes(64))], public_keys=(whpk(point),))
        yield refuse(f"a public key of small order: {point.hex()}", delivery, "invalid_secret")
    key = ed25519.public_key(KEY)
    for what, public in [
        ("that is empty", ""),
        ("that is only its prefix", "whpk_"),
        ("of 31 bytes", whpk(key[:31])),
        ("of 33 bytes", whpk(key + b"\0")),
        ("that is a secret", SECRET),
        ("that is a private key", "whsk_" + base64.b64encode(KEY + key).decode()),
        ("with a newline", whpk(key) + "\n"),
        ("in base64 without its prefix", base64.b64encode(key).decode()),
        ("of 63 hex digits", key.hex()[:-1]),
        ("that is no point of the curve", whpk((2).to_bytes(32, "little"))),
    ]:
        yield refuse(f"a public key {what}", _standard([_v1a()], public_keys=(public,)), "invalid_secret")
    for what, secret in [("a public key", whpk(key)), ("a private key", "whsk_" + base64.b64encode(KEY).decode())]:
        delivery = _standard([_v1a()], secrets=(secret,), public_keys=())
        yield refuse(f"{what} in place of a secret", delivery, "invalid_secret")
    yield accept("a public key in hex", _standard([_v1a()], public_keys=(key.hex(),)), _ok())


def _interaction(signature: str, body: bytes = PING, stamp: str = str(NOW), **changes) -> Delivery:
    headers = (("X-Signature-Timestamp", stamp), ("X-Signature-Ed25519", signature))
    key = ed25519.public_key(KEY).hex()
    return Delivery("discord", (), headers, body, options={"public_keys": [key]}).but(**changes)


def _discord() -> Iterator[dict]:
    def signed(body: bytes = PING, stamp: str = str(NOW), key: bytes = KEY) -> str:
        return ed25519.sign(key, stamp.encode() + body).hex()

    ok = _ok("discord", id=None)
    genuine = _interaction(signed())
    yield accept("discord: a genuine interaction", genuine, ok)
    yield accept("discord: digits in upper case", _interaction(signed().upper()), ok)
    yield accept("discord: an empty body", _interaction(signed(b""), b""), ok)
    yield refuse("discord: another body", genuine.but(body=b"{}"), "signature_mismatch")
    yield refuse("discord: another key", _interaction(signed(key=OTHER_KEY)), "signature_mismatch")
    yield refuse("discord: without a signature", genuine.without_header("X-Signature-Ed25519"), "missing_header")
    yield refuse("discord: without a time", genuine.without_header("X-Signature-Timestamp"), "missing_header")
    for at, code in [(NOW - 301, "timestamp_too_old"), (NOW + 301, "timestamp_in_future")]:
        delivery = _interaction(signed(stamp=str(at)), stamp=str(at))
        yield refuse(f"discord: an interaction that is {code}", delivery, code)
    for what, value in [
        ("that is empty", ""),
        ("of 127 digits", signed()[:-1]),
        ("of 64 digits, as an HMAC has", signed()[:64]),
        ("with a letter that is no hex digit", "g" + signed()[1:]),
        ("in base64", _base64(ed25519.sign(KEY, str(NOW).encode() + PING))),
        ("followed by a newline", signed() + "\n"),
    ]:
        yield refuse(f"discord: a signature {what}", _interaction(value), "malformed_signature")
    # Nothing separates the time from the body, so a time has exactly 10 digits.
    for what, body, stamp in [
        ("the last digit of the time, moved into the body", b"0" + PING, str(NOW)[:-1]),
        ("the first digit of the body, moved into the time", PING[1:], str(NOW) + "7"),
    ]:
        message = stamp.encode() + body
        signature = ed25519.sign(KEY, message).hex()
        yield refuse(f"discord: {what}", _interaction(signature, body, stamp), "malformed_timestamp")
    secret = "a secret for vectors only"
    delivery = genuine.but(secrets=(secret,), options={"public_keys": []})
    yield refuse("discord: a secret in place of a public key", delivery, "invalid_secret")
    yield refuse("discord: neither a secret nor a public key", genuine.but(options={"public_keys": []}), "invalid_secret")
    contio = Delivery("contio", ("a secret",), (("X-Contio-Signature", "00"),), b"{}",
                      options={"public_keys": [ed25519.public_key(KEY).hex()]})  # fmt: skip
    yield refuse("a public key for a scheme that has none", contio, "invalid_argument")
