"""Deliveries of custom schemes in their textual form, and texts that are refused."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from datetime import datetime, timezone
from typing import Iterator

from .vector import NOW, _json

_SECRET = "a secret of vectors only"
_KEY = bytes(range(1, 33))
_BODY = b'{"type":"invoice.paid","id":"evt_9"}'
_UUID = "e76c6bd4-55c9-4987-8304-da1588d8988b"
_URL = "https://hooks.example.com/square?tenant=7&x=%7B%7D"
_RFC3339 = datetime.fromtimestamp(NOW, timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")


def deliveries() -> list[dict]:
    made = [
        *_milliseconds(),
        *_rfc3339(),
        *_spaced(),
        *_grouped(),
        *_listed_id(),
        *_hex_key(),
        *_url(),
        *_adjacent(),
        *_braces(),
        *_limits(),
    ]
    assert len({vector["name"] for vector in made}) == len(made)
    return made


def _mac(*parts: str | bytes, key: bytes = _SECRET.encode()) -> bytes:
    message = b"".join(part if isinstance(part, bytes) else part.encode() for part in parts)
    return hmac.new(key, message, hashlib.sha256).digest()


def _vector(name: str, scheme: dict, headers: dict[str, str], expect: dict | str, secrets: tuple = (_SECRET,)) -> dict:
    return {
        "name": name,
        "scheme": scheme,
        "secrets": list(secrets),
        "headers": [list(pair) for pair in headers.items()],
        "body_base64": base64.b64encode(_BODY).decode(),
        "now": NOW,
        "expect": {"error": expect} if isinstance(expect, str) else {"ok": expect},
    }


def _ok(timestamp: int | None = None, id: str | None = None, secret_index: int = 0) -> dict:
    return {"scheme": "acme", "timestamp": timestamp, "secret_index": secret_index, "id": id}


def _scheme(signed: str, **members) -> dict:
    signature = {"header": "X-Acme-Signature", "encoding": "hex"}
    return {"name": "acme", "signature": signature, **members, "signed": signed}


def _signed(mac: bytes, **headers: str) -> dict[str, str]:
    return {"X-Acme-Signature": mac.hex(), **{name.replace("_", "-"): value for name, value in headers.items()}}


def _milliseconds() -> Iterator[dict]:
    scheme = _scheme("{timestamp}:{body}", timestamp={"header": "X-Time", "format": "milliseconds"})

    def sent(text: str) -> dict[str, str]:
        return _signed(_mac(f"{text}:", _BODY), X_Time=text)

    yield _vector("milliseconds are accepted", scheme, sent(f"{NOW}000"), _ok(NOW))
    yield _vector("milliseconds are rounded down to the second", scheme, sent(f"{NOW}999"), _ok(NOW))
    yield _vector("milliseconds of 300 seconds ago are fresh", scheme, sent(f"{NOW - 300}000"), _ok(NOW - 300))
    yield _vector("milliseconds of 301 seconds ago are too old", scheme, sent(f"{NOW - 301}999"), "timestamp_too_old")
    yield _vector("milliseconds ahead are in the future", scheme, sent(f"{NOW + 301}000"), "timestamp_in_future")
    for text in [f"{NOW}", f"{NOW}00", f"{NOW}0000", f"{NOW}00 ", f"+{NOW}00", f"{NOW}.00", _RFC3339]:
        yield _vector(f"no milliseconds: {text!r}", scheme, sent(text), "malformed_timestamp")
    moved = {**sent(f"{NOW}000"), "X-Time": f"{NOW}001"}
    yield _vector("the text of milliseconds is signed, not the second", scheme, moved, "signature_mismatch")


def _rfc3339() -> Iterator[dict]:
    # As Zendesk signs: the time directly before the body.
    scheme = _scheme("{timestamp}{body}", timestamp={"header": "X-Time", "format": "rfc3339"})
    scheme["signature"]["encoding"] = "base64"

    def sent(text: str) -> dict[str, str]:
        return {"X-Acme-Signature": base64.b64encode(_mac(text, _BODY)).decode(), "X-Time": text}

    yield _vector("RFC 3339 in UTC is accepted", scheme, sent(_RFC3339), _ok(NOW))
    day = _RFC3339[:10]
    for text in [f"{day}T22:13:20.987654321Z", f"{day}T23:13:20+01:00", f"{day}t22:13:20z", f"{day}T16:43:20-05:30"]:
        yield _vector(f"RFC 3339: {text} is the same second", scheme, sent(text), _ok(NOW))
    yield _vector("RFC 3339 of an hour ago is too old", scheme, sent(f"{day}T21:13:20Z"), "timestamp_too_old")
    malformed = [f"{day} 22:13:20Z", f"{day}T22:13:20", f"{day}T22:13:20+0100", f"{NOW}", f"{day}T22:13:20.{'0' * 44}Z"]
    for text in malformed:
        yield _vector(f"no RFC 3339: {text}", scheme, sent(text), "malformed_timestamp")
    other = {**sent(_RFC3339), "X-Time": f"{day}T22:13:20.0Z"}
    yield _vector("the text of RFC 3339 is signed, not the second", scheme, other, "signature_mismatch")


def _spaced() -> Iterator[dict]:
    # As WorkOS signs.
    delimiters = {"separator": ",", "joiner": "=", "version": "v1"}
    scheme = _scheme("{timestamp}.{body}", timestamp={"in_signature": "t", "format": "milliseconds"})
    scheme["signature"]["list"] = {**delimiters, "spaced": True}
    mac = _mac(f"{NOW}000.", _BODY).hex()
    for value, expect in [
        (f"t={NOW}000, v1={mac}", _ok(NOW)),
        (f"t={NOW}000,v1={mac}", _ok(NOW)),
        (f"v1={mac}, t={NOW}000", _ok(NOW)),
        (f"t={NOW}000, v1={'0' * 64}, v1={mac}", _ok(NOW)),
        (f"t={NOW}000,  v1={mac}", "malformed_signature"),
        (f"t={NOW}000, t={NOW}000, v1={mac}", "malformed_signature"),
        (f"t={NOW}000, v1={mac}, t={NOW}000, v1={mac}", "malformed_signature"),
        (f"v1={mac}, t ={NOW}000", "malformed_signature"),
        (f"v1={mac},\tt={NOW}000", "malformed_signature"),
    ]:
        yield _vector(f"blanks in a list: {value.replace(mac, '…')!r}", scheme, {"X-Acme-Signature": value}, expect)
    plain = {**scheme, "signature": {**scheme["signature"], "list": delimiters}}
    value = {"X-Acme-Signature": f"t={NOW}000, v1={mac}"}
    yield _vector("blanks in a list that has none", plain, value, "malformed_signature")


def _grouped() -> Iterator[dict]:
    # As Hookdeck's Outpost signs while secrets are rotated.
    old, new = _mac(_BODY, key=b"the old secret of vectors").hex(), _mac(_BODY).hex()
    delimiters = {"separator": ",", "joiner": "=", "version": "v0"}
    scheme = _scheme("{body}")
    scheme["signature"]["list"] = {**delimiters, "grouped": True}
    for value, expect in [
        (f"v0={new}", _ok()),
        (f"v0={old},{new}", _ok()),
        (f"v0={new},{old}", _ok()),
        (f"v0=unreadable,{new}", _ok()),
        (f"v0={old},unreadable,{new}", _ok()),
        (f"v0={old},v1={old},{new}", "signature_mismatch"),
        (f"{new},v0={old}", "signature_mismatch"),
        (f"{new}", "malformed_signature"),
        ("v0=" + ",".join([old] * 15 + [new]), _ok()),
        ("v0=" + ",".join([old] * 16 + [new]), "malformed_signature"),
    ]:
        shown = value.replace(old, "old").replace(new, "new")
        yield _vector(f"several signatures behind one key: {shown}", scheme, {"X-Acme-Signature": value}, expect)
    plain = {**scheme, "signature": {**scheme["signature"], "list": delimiters}}
    value = {"X-Acme-Signature": f"v0={old},{new}"}
    yield _vector("several signatures behind one key, which the scheme does not have", plain, value, "signature_mismatch")
    encoded = base64.b64encode(_mac(_BODY)).decode()
    scheme = {**scheme, "signature": {**scheme["signature"], "encoding": "base64"}}
    value = {"X-Acme-Signature": f"v0={base64.b64encode(_mac(b'another')).decode()},{encoded}"}
    yield _vector("several signatures in base64 behind one key", scheme, value, _ok())


def _listed_id() -> Iterator[dict]:
    scheme = _scheme("{id}.{timestamp}.{body}", timestamp={"in_signature": "t"}, id={"in_signature": "id"})
    scheme["signature"]["list"] = {"separator": ",", "joiner": "=", "version": "v1"}

    def sent(id: str, signed: str | None = None, template: str = "t={0},id={1},v1={2}") -> dict[str, str]:
        mac = _mac(f"{id if signed is None else signed}.{NOW}.", _BODY).hex()
        return {"X-Acme-Signature": template.format(NOW, id, mac)}

    yield _vector("an id in the list", scheme, sent("msg_1"), _ok(NOW, "msg_1"))
    yield _vector("an id in the list with the joiner in it", scheme, sent("a=b"), _ok(NOW, "a=b"))
    yield _vector("an id in the list of 96 characters", scheme, sent("i" * 96), _ok(NOW, "i" * 96))
    last = sent("msg_1", template="v1={2},id={1},t={0}")
    yield _vector("an id in the list, at its end", scheme, last, _ok(NOW, "msg_1"))
    for name, headers, code in [
        ("97 characters", sent("i" * 97), "malformed_signature"),
        ("the byte that ends it", sent("a.b"), "malformed_signature"),
        ("a blank", sent("a b"), "malformed_signature"),
        ("nothing", sent(""), "malformed_signature"),
        ("two values", sent("a", template="t={0},id={1},id={1},v1={2}"), "malformed_signature"),
        ("no item", sent("a", template="t={0},v1={2}"), "malformed_signature"),
        ("another value than was signed", sent("a", signed="b"), "signature_mismatch"),
    ]:
        yield _vector(f"an id in the list with {name}", scheme, headers, code)


def _hex_key() -> Iterator[dict]:
    scheme = _scheme("{body}", key="hex")
    headers = _signed(_mac(_BODY, key=_KEY))
    for case, secret in [("lower", _KEY.hex()), ("upper", _KEY.hex().upper())]:
        yield _vector(f"a key in hex in {case} case", scheme, headers, _ok(), secrets=(secret,))
    short = _signed(_mac(_BODY, key=_KEY[:16]))
    yield _vector("a key in hex of 16 bytes", scheme, short, _ok(), secrets=(_KEY[:16].hex(),))
    longest = _KEY * 16
    yield _vector("a key in hex of 512 bytes", scheme, _signed(_mac(_BODY, key=longest)), _ok(), (longest.hex(),))
    for what, secret in [
        ("15 bytes", _KEY[:15].hex()),
        ("513 bytes", (longest + b"x").hex()),
        ("an odd number of digits", _KEY.hex() + "0"),
        ("another character", "g" + _KEY.hex()[1:]),
        ("a prefix", "whsec_" + _KEY.hex()),
        ("separators", _KEY.hex(":")),
    ]:
        yield _vector(f"a key in hex with {what}", scheme, headers, "invalid_secret", secrets=(secret,))


def _url() -> Iterator[dict]:
    # As Square signs: the URL as it is configured, then the body.
    scheme = _scheme(_URL + "{body}")
    scheme["signature"]["encoding"] = "base64"
    headers = {"X-Acme-Signature": base64.b64encode(_mac(_URL, _BODY)).decode()}
    yield _vector("a signed URL", scheme, headers, _ok())
    other = {**headers, "Host": "hooks.example.com", "X-Forwarded-Proto": "https"}
    elsewhere = {**scheme, "signed": "https://other.example.com/{body}"}
    yield _vector("a signed URL that is not the configured one", elsewhere, other, "signature_mismatch")
    # As HubSpot signs, version 3.
    scheme = _scheme(f"POST{_URL}{{body}}{{timestamp}}", timestamp={"header": "X-Time", "format": "milliseconds"})
    sent = _signed(_mac(f"POST{_URL}", _BODY, f"{NOW}000"), X_Time=f"{NOW}000")
    yield _vector("a method and URL before the body, and milliseconds after it", scheme, sent, _ok(NOW))
    long = "https://example.com/" + "x" * 235
    scheme = _scheme(long + "{body}")
    yield _vector("a signed text of 255 bytes", scheme, _signed(_mac(long, _BODY)), _ok())


def _adjacent() -> Iterator[dict]:
    # As Twitch signs: an id of 36 characters, RFC 3339 and the body, without separators.
    scheme = _scheme("{id}{timestamp}{body}", id={"header": "X-Id", "length": 36})
    scheme["timestamp"] = {"header": "X-Time", "format": "rfc3339"}
    scheme["signature"]["prefix"] = "sha256="

    def sent(id: str, time: str = _RFC3339) -> dict[str, str]:
        headers = _signed(_mac(id, time, _BODY), X_Id=id, X_Time=time)
        return {**headers, "X-Acme-Signature": "sha256=" + headers["X-Acme-Signature"]}

    yield _vector("an id, a time and a body without separators", scheme, sent(_UUID), _ok(NOW, _UUID))
    yield _vector("an id of a fixed length may have any visible character", scheme, sent("." * 36), _ok(NOW, "." * 36))
    for what, id in [("one character less", _UUID[1:]), ("one more", _UUID + "0"), ("a blank", _UUID[:35] + " ")]:
        yield _vector(f"an id of a fixed length with {what}", scheme, sent(id), "malformed_signature")
    shifted = {**sent(_UUID), "X-Id": _UUID[1:] + "2", "X-Time": _RFC3339[1:]}
    yield _vector("an id and a time that are shifted", scheme, shifted, "malformed_timestamp")
    seconds = _scheme("{body}.{timestamp}", timestamp={"header": "X-Time"})
    after = _signed(_mac(_BODY, f".{NOW}"), X_Time=f"{NOW}")
    yield _vector("seconds after the body, after a text", seconds, after, _ok(NOW))


def _braces() -> Iterator[dict]:
    scheme = _scheme('{lbrace}"id":"{id}","body":{body}{rbrace}', id={"header": "X-Id"})
    headers = _signed(_mac('{"id":"msg_1","body":', _BODY, "}"), X_Id="msg_1")
    yield _vector("literal braces", scheme, headers, _ok(id="msg_1"))
    scheme = _scheme("é\n\"{body}")
    yield _vector("a text of any characters", scheme, _signed(_mac('é\n"', _BODY)), _ok())


def _limits() -> Iterator[dict]:
    scheme = _scheme("{timestamp}.{body}", timestamp={"header": "X-Time"})
    old = _signed(_mac(f"{NOW - 61}.", _BODY), X_Time=f"{NOW - 61}")
    # Read together with the scheme, where a verifier is made from one text.
    limited = {**scheme, "limits": {"max_age": 60}}
    yield _vector("limits in the text of a scheme", limited, old, "timestamp_too_old")
    yield _vector("no limit in the text of a scheme", {**scheme, "limits": {"max_age": None}}, old, _ok(NOW - 61))


_ACME = '{"name":"acme","signature":{"header":"S","encoding":"hex"},"signed":"{body}"}'


def refused() -> list[dict]:
    """Texts, each with the member that is wrong and the line and column where it is."""
    made = []

    def wrong(text: str, member: str | None, at: str | None, line: int = 1) -> None:
        """`at` is the text where the fault is; None for the end."""
        last = text.split("\n")[line - 1]
        column = (len(last) if at is None else last.index(at)) + 1
        made.append({"name": text, "text": text, "expect": {"member": member, "line": line, "column": column}})

    def changed(**members) -> str:
        scheme = {**json.loads(_ACME), **members}
        return json.dumps({name: value for name, value in scheme.items() if value is not ...}, ensure_ascii=False)

    wrong("", None, None)
    wrong("{", None, None)
    wrong("acme", None, "acme")
    wrong("[]", None, "[]")
    wrong('{"name":"acme",}', None, "}")
    wrong('{"name":"acme"} x', None, "x")
    wrong("{\n  'name': 1 }", None, "'name'", line=2)
    wrong("{}", "name", "{}")
    wrong('{\n  "name": "acme",\n  "signatur": {} }', "signatur", '"signatur"', line=3)
    wrong('{"name":"acme","name":"acme"}', "name", '"name":"acme"}')
    wrong('{"n\\u0061me":"acme","name":"acme"}', "name", '"name"')
    wrong('{"näme":1}', "näme", '"näme"')
    wrong(changed(name=1), "name", "1,")
    wrong(changed(name="n" * 33), "name", '"nnn')
    wrong('{"name":"a\\ud83d"}', "name", '"a')
    wrong(changed(signature=...), "signature", "{")
    wrong(changed(signature="S"), "signature", '"S"')
    wrong(changed(signature={"header": "S"}), "signature", '{"header"')
    wrong(changed(signature={"header": "X Y", "encoding": "hex"}), "signature.header", '"X Y"')
    wrong(changed(signature={"header": "S", "encoding": "HEX"}), "signature.encoding", '"HEX"')
    wrong(changed(signature={"header": "S", "encoding": "hex", "prefix": "a b"}), "signature.prefix", '"a b"')
    items = {"separator": ",", "joiner": "=", "version": "v1"}
    wrong(
        changed(signature={"header": "S", "encoding": "hex", "prefix": "x", "list": items}), "signature.prefix", '"x"'
    )
    listed = {"header": "S", "encoding": "hex", "list": items}
    wrong(changed(signature={**listed, "list": {**items, "spaced": 1}}), "signature.list.spaced", "1}")
    wrong(changed(signature={**listed, "list": {**items, "joiner": ","}}), "signature.list", '{"separator"')
    wrong(changed(signature={**listed, "list": {**items, "version": "v 1"}}), "signature.list.version", '"v 1"')
    wrong(changed(signature={**listed, "list": {**items, "join": ","}}), "signature.list.join", '"join"')
    wrong(changed(timestamp={"header": "T"}), "signed", '"{body}"')
    wrong(changed(timestamp={}), "timestamp", "{}")
    wrong(changed(timestamp={"header": "T", "in_signature": "t"}), "timestamp", '{"header": "T"')
    wrong(changed(timestamp={"in_signature": "t"}), "timestamp.in_signature", '"t"')
    wrong(changed(timestamp={"header": "T", "format": "ms"}), "timestamp.format", '"ms"')
    wrong(changed(timestamp={"in_envelope": True, "format": "rfc3339"}), "timestamp.format", '"rfc3339"')
    wrong(changed(timestamp={"header": "s"}, signed="{timestamp}.{body}"), "timestamp.header", '"s"')
    wrong(changed(id={"header": "I", "length": 256}, signed="{id}{body}"), "id.length", "256")
    wrong(changed(id={"header": "I", "length": 1.5}, signed="{id}{body}"), "id.length", "1.5")
    wrong(changed(id={"header": "I", "length": -1}, signed="{id}{body}"), "id.length", "-1")
    wrong(changed(id={"in_signature": "i", "newer_header": "I"}, signed="{id}.{body}"), "id", '{"in_signature"')
    two_names = {"header": "I", "newer_header": "J", "fallback_header": "K"}
    wrong(changed(id=two_names, signed="{id}.{body}"), "id.fallback_header", '"K"')
    for signed in ["", "body", "{body}{body}", "{ts}{body}", "{{body}}", "{body", "x" * 256 + "{body}"]:
        wrong(changed(signed=signed), "signed", json.dumps(signed) + "}")
    for members, signed in [
        ({"timestamp": {"header": "T"}}, "{timestamp}{body}"),
        ({"timestamp": {"header": "T"}}, "{body}{timestamp}"),
        ({"timestamp": {"header": "T"}}, "{timestamp}0{body}"),
        ({"id": {"header": "I"}}, "{id}{body}"),
        ({"id": {"header": "I"}}, "{body}{id}"),
        ({"id": {"header": "I"}, "timestamp": {"header": "T"}}, "{id}{timestamp}.{body}"),
    ]:
        wrong(changed(**members, signed=signed), "signed", json.dumps(signed))
    wrong(changed(key="Base64"), "key", '"Base64"')
    wrong(changed(envelope="yes"), "envelope", '"yes"')
    wrong('{"preset":"gitlab"}', "preset", '"gitlab"')
    wrong('{"preset":"github","signed":"{body}"}', "signed", '"{body}"')
    wrong('{"preset":1}', "preset", "1")
    return made


def render_refused(vectors: list[dict]) -> str:
    return "[\n" + ",\n".join("  " + _json(vector) for vector in vectors) + "\n]\n"
