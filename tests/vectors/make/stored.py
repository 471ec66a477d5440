"""Deliveries as they are stored in the queue of another engine, sealed and not."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from typing import Iterator

KEY = "a sealing key for vectors only, 1"
OTHER_KEY = "a sealing key for vectors only, 2"
HEAD = "hookseal1."
MALFORMED = "invalid_argument"

BODY = (
    b'{"event_type":"meeting.created","event_id":"evt-1","timestamp":"2023-11-14T22:13:20Z",'
    b'"partner_app_id":"app-1","data":{}}'
)


def fields(**changes: object) -> dict:
    """The fields of a delivery of Contio, in the order in which they are stored."""
    usual = {
        "scheme": "contio-timestamped",
        "key_scheme": "contio",
        "key_id": "evt-1",
        "id": "evt-1",
        "has_envelope": True,
        "timestamp": 1_700_000_000,
        "received_at": 1_700_000_000_123,
        "body": BODY,
    }
    assert set(changes) <= set(usual)
    return {**usual, **changes}


def raw(values: dict) -> list[bytes]:
    timestamp = values["timestamp"]
    return [
        values["scheme"].encode(),
        values["key_scheme"].encode(),
        values["key_id"].encode(),
        (values["id"] or "").encode(),
        b"1" if values["has_envelope"] else b"0",
        b"" if timestamp is None else b"%d" % timestamp,
        b"%d" % values["received_at"],
        values["body"],
    ]


def prefixed(parts: list[bytes]) -> bytes:
    return b"".join(str(len(part)).encode() + b"." + part for part in parts)


def content(data: bytes, head: str = HEAD) -> str:
    return head + base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def mac(text: str, key: str = KEY) -> str:
    return hmac.new(key.encode(), text.encode(), hashlib.sha256).hexdigest()


def sealed(text: str, key: str = KEY) -> str:
    return f"{text}.{mac(text, key)}"


def usual() -> str:
    return content(prefixed(raw(fields())))


def vector(name: str, text: str, expect: dict, keys: list[str] | None = None) -> dict:
    """`keys` are those of the seal; none for a delivery that is read without one."""
    return {"name": name, "keys": [KEY] if keys is None else keys, "text": text, "expect": expect}


def accepted(name: str, values: dict, keys: list[str] | None = None, key: str | None = KEY) -> dict:
    text = content(prefixed(raw(values)))
    shown = {**values, "body_base64": base64.b64encode(values["body"]).decode()}
    del shown["body"]
    return vector(name, f"{text}." if key is None else sealed(text, key), {"ok": shown}, keys)


def refused(name: str, text: str, code: str = "wrong_seal", keys: list[str] | None = None) -> dict:
    return vector(name, text, {"error": code}, keys)


def vectors() -> list[dict]:
    made = [*_genuine(), *_tampered(), *_malformed(), *_trusted()]
    assert len({vector["name"] for vector in made}) == len(made)
    return made


def render(made: list[dict]) -> str:
    return "[\n" + ",\n".join("  " + json.dumps(vector) for vector in made) + "\n]\n"


def _kinds() -> Iterator[tuple[str, dict]]:
    yield "contio-timestamped", fields()
    yield "contio-body, whose time is that of its event", fields(scheme="contio-body", timestamp=1_699_999_999)
    standard = {"scheme": "standard-webhooks", "key_scheme": "standard-webhooks", "has_envelope": False}
    yield "standard-webhooks, with its signed id", fields(**standard, key_id="msg_1", id="msg_1", body=b'{"a":1}')
    digest = "sha256-" + hashlib.sha256(b"[]").hexdigest()
    github = {"scheme": "github", "key_scheme": "github", "has_envelope": False, "id": None, "timestamp": None}
    yield "github, whose key is a digest", fields(**github, key_id=digest, body=b"[]")
    slack = {"scheme": "slack", "key_scheme": "", "key_id": "", "id": None, "has_envelope": False}
    yield "a delivery without a key", fields(**slack, body=b'{"type":"url_verification"}')
    yield "an empty body", fields(**slack, body=b"")
    yield "a body of all bytes", fields(**slack, body=bytes(range(256)))
    yield "a body that looks like fields", fields(**slack, body=prefixed(raw(fields())))
    hashed = "sha256-" + hashlib.sha256("évt".encode()).hexdigest()
    yield "an id that is not ASCII", fields(key_id=hashed, id="évt")
    for length in (1, 2, 3):
        yield f"a body of {length} bytes", fields(**slack, body=b"\xff" * length)


def _genuine() -> Iterator[dict]:
    for name, values in _kinds():
        yield accepted(name, values)
    both = [KEY, OTHER_KEY]
    yield accepted("while keys are changed, the first one", fields(), both)
    yield accepted("while keys are changed, the second one", fields(), both, OTHER_KEY)
    other = "ein Schlüssel von über 32 Bytes, für Vektoren"
    yield accepted("a key that is not ASCII", fields(), [other], other)


def _tampered() -> Iterator[dict]:
    """Whatever is changed without the key is refused."""
    text, tag = usual(), mac(usual())
    yield refused("another key", sealed(text, OTHER_KEY))
    yield refused("a key that is no longer in use", sealed(text, KEY), keys=[OTHER_KEY])
    changes = {
        "scheme": "contio-body",
        "key_scheme": "stripe",
        "key_id": "evt-2",
        "id": "evt-2",
        "has_envelope": False,
        "timestamp": 1_700_000_001,
        "received_at": 1_700_000_000_124,
        "body": BODY.replace(b"created", b"updated"),
    }
    for name, value in changes.items():
        changed = content(prefixed(raw(fields(**{name: value}))))
        yield refused(f"another value of {name}", f"{changed}.{tag}")
    parts = raw(fields())
    moved = [*parts[:2], parts[2][:-1], parts[2][-1:] + parts[3], *parts[4:]]
    yield refused("a byte that moved to the next field", f"{content(prefixed(moved))}.{tag}")
    yield refused("the letters of the MAC in upper case", f"{text}.{tag.upper()}")
    yield refused("a MAC with one digit changed", f"{text}.{'0' if tag[0] != '0' else '1'}{tag[1:]}")
    yield refused("a MAC that is cut off", f"{text}.{tag[:-1]}")
    yield refused("a MAC with a digit too many", f"{text}.{tag}0")
    yield refused("a MAC in the form of a header", f"{text}.sha256={tag}")
    yield refused("a MAC of zeros", f"{text}.{'0' * 64}")
    yield refused("a list of MACs", f"{text}.{'0' * 64},{tag}")
    yield refused("no seal", f"{text}.")
    yield refused("no full stop after the fields", text)
    yield refused("nothing after the head", HEAD)
    yield refused("the head alone", HEAD[:-1])
    yield refused("an empty text", "")
    yield refused("a text that was cut off in its fields", text[:40])
    yield refused("white space before it", f" {text}.{tag}")
    yield refused("a line break after it", f"{text}.{tag}\n")
    yield refused("padding", f"{text}=.{tag}")
    yield refused("a letter that is not ASCII", f"{text}ä.{tag}")
    yield refused("a character of two surrogates", f"{text}\U0001f600.{tag}")
    yield refused("another version with its own MAC", sealed("hookseal2." + text[len(HEAD) :]))
    yield refused("a longer version number", sealed("hookseal12." + text[len(HEAD) :]))
    yield refused("the head in upper case", sealed("Hookseal1." + text[len(HEAD) :]))
    yield refused("the MAC of the fields without the head", f"{text}.{mac(text[len(HEAD) :])}")
    other = content(prefixed(raw(fields(key_id="evt-2"))))
    yield refused("the MAC of another delivery", f"{text}.{mac(other)}")
    yield refused("a body alone", BODY.decode())


def _odd() -> Iterator[tuple[str, bytes]]:
    parts = raw(fields())
    whole = prefixed(parts)

    def changed(place: int, value: bytes) -> bytes:
        return prefixed([*parts[:place], value, *parts[place + 1 :]])

    yield "a field too few", prefixed(parts[:-1])
    yield "a field too many", prefixed([*parts, b""])
    yield "a byte after the last field", whole + b"0"
    yield "a body that is cut off", whole[:-1]
    yield "a length with a leading zero", b"0" + whole
    yield "a length with a plus sign", b"+" + whole
    yield "a negative length", b"-1." + whole
    yield "no length", b"." + whole
    yield "a length beyond all", b"99999999999." + whole
    yield "a length in other digits", "１".encode() + b"." + whole
    yield "no fields", b""
    yield "a scheme that is no UTF-8", changed(0, b"\xff")
    yield "an id that is half a surrogate pair", changed(3, b"\xed\xa0\x80")
    yield "a flag that is no flag", changed(4, b"2")
    yield "an empty flag", changed(4, b"")
    yield "a time in words", changed(5, b"now")
    yield "a time with a fraction", changed(5, b"1.5")
    yield "a time with an exponent", changed(5, b"1e9")
    yield "no time of receipt", changed(6, b"")
    yield "a time of receipt before 1970", changed(6, b"-1")


def _malformed() -> Iterator[dict]:
    """What has the right MAC, and was not made by any version."""
    for name, data in _odd():
        yield refused(f"sealed: {name}", sealed(content(data)), MALFORMED)
    text = content(prefixed(raw(fields(body=b"\xff" * 2))))
    if len(text[len(HEAD) :]) % 4 == 0:
        text = content(prefixed(raw(fields(body=b"\xff" * 3))))
    last = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    other = last[last.index(text[-1]) ^ 1]
    yield refused("sealed: a last letter that says too much", sealed(text[:-1] + other), MALFORMED)
    yield refused("sealed: a letter too many", sealed(f"{HEAD}AAAAA"), MALFORMED)
    yield refused("sealed: the other letters of base64", sealed(f"{HEAD}+/+/"), MALFORMED)
    yield refused("sealed: padding", sealed(f"{HEAD}AA=="), MALFORMED)
    yield refused("sealed: a full stop among the letters", sealed(f"{HEAD}AA.AA"), MALFORMED)


def _trusted() -> Iterator[dict]:
    """Without a seal."""
    for name, values in _kinds():
        yield accepted(f"without a seal: {name}", values, [], None)
    text = usual()
    yield refused("without a seal: one that is sealed", sealed(text), MALFORMED, [])
    yield refused("without a seal: anything after the full stop", f"{text}.0", MALFORMED, [])
    yield refused("without a seal: no full stop", text, MALFORMED, [])
    yield refused("without a seal: another version", "hookseal2." + text[len(HEAD) :] + ".", MALFORMED, [])
    yield refused("without a seal: an empty text", "", MALFORMED, [])
    yield refused("without a seal: a body alone", BODY.decode(), MALFORMED, [])
    for name, data in _odd():
        yield refused(f"without a seal: {name}", content(data) + ".", MALFORMED, [])
