"""Deliveries and their keys, by which duplicates are recognized."""

from __future__ import annotations

import hashlib
import hmac
import json
from typing import Iterator

from . import contio_body
from .senders import BODY, GITHUB, SHOPIFY, SLACK, STANDARD, STRIPE, SVIX, TIMESTAMPED, contio
from .vector import NOW, Delivery, _vector

DIGEST_FORM = "sha256-" + "0123456789abcdef" * 4
# A scheme of the user's own: the hex of an HMAC over the body.
ACME_SECRET = "acme secret for vectors only"
SCOPE = "acme-eu"


def vectors() -> list[dict]:
    made = [*_contio(), *_standard(), *_stripe(), *_slack(), *_github(), *_shopify(), *_custom(), *_scopes()]
    names = [vector["name"] for vector in made]
    assert len(set(names)) == len(names)
    return made


def digest(*parts: bytes) -> str:
    return "sha256-" + hashlib.sha256(b"".join(parts)).hexdigest()


def text(*parts: str) -> str:
    return "".join(f"{len(part)}.{part}" for part in parts)


def keyed(name: str, delivery: Delivery, scheme: str, id: str, scope: str = SCOPE, shown: str | None = None) -> dict:
    """A delivery that has a key. `shown` is the scope as it is written, if that is not the scope itself."""
    key = {"scheme": scheme, "id": id, "scope": scope, "text": text(scope if shown is None else shown, scheme, id)}
    return _vector(name, delivery, {"key": key})


def unkeyed(name: str, delivery: Delivery) -> dict:
    return _vector(name, delivery, {"key": None})


def _contio() -> Iterator[dict]:
    usual = contio_body.EVENT_ID
    for sender in (TIMESTAMPED, BODY):
        name = sender.scheme
        yield keyed(
            f"{name}: the key is the event's id, under the name of both variants", sender.genuine(), "contio", usual
        )
        pinned = contio(sender.genuine())
        yield keyed(f"{name}, for a receiver that takes both: the key is the same", pinned, "contio", usual)
        other = sender.genuine(contio_body.envelope(timestamp='"2023-11-14T22:13:19Z"'))
        yield keyed(f"{name}: an event that is sent with another body has the key of its id", other, "contio", usual)
        rotated = sender.genuine(secret=sender.other_secret)
        yield keyed(f"{name}: a rotation of secrets does not change the key", rotated, "contio", usual)
        extra = sender.genuine().plus_header("Idempotency-Key", "chosen").plus_header("X-Event-Id", "chosen")
        yield keyed(f"{name}: headers that are not signed do not change the key", extra, "contio", usual)
    again = TIMESTAMPED.genuine(timestamp=NOW - 60)
    yield keyed("contio-timestamped: a retry that is signed later has the same key", again, "contio", usual)
    for what, sent, id in [
        ("an escaped id is decoded", r'"\u0065vt_\u0031"', "evt_1"),
        ("an escaped solidus is decoded", r'"a\/b"', "a/b"),
        ("an id of 200 characters is kept", f'"{"x" * 200}"', "x" * 200),
        ("an id of 201 characters becomes its digest", f'"{"x" * 201}"', digest(b"x" * 201)),
        (
            "an id of 1000 escaped characters becomes the digest of what they mean",
            '"' + r"\u0078" * 1000 + '"',
            digest(b"x" * 1000),
        ),
        ("an id with a space becomes its digest", '"evt 1"', digest(b"evt 1")),
        ("an id with a line feed becomes its digest", r'"evt\n1"', digest(b"evt\n1")),
        ("an id with a NUL becomes its digest", r'"evt\u00001"', digest(b"evt\0001")),
        ("an id that is not ASCII becomes its digest", '"\u00e9vt"', digest("\u00e9vt".encode())),
        ("an id that is escaped and not ASCII has the digest of its text", r'"\u00e9vt"', digest("\u00e9vt".encode())),
        ("an id with a surrogate pair has the digest of its text", r'"\ud83d\ude00"', digest("\U0001f600".encode())),
        ("an id with DEL becomes its digest", r'"evt\u007f"', digest(b"evt\x7f")),
        ("an id with a colon is kept", '"evt:1"', "evt:1"),
        ("an id that looks like a digest becomes its digest", f'"{DIGEST_FORM}"', digest(DIGEST_FORM.encode())),
        ("an id like a digest in upper case is kept", f'"{DIGEST_FORM.upper()}"', DIGEST_FORM.upper()),
        ("an id like a digest with a digit less is kept", f'"{DIGEST_FORM[:-1]}"', DIGEST_FORM[:-1]),
    ]:
        yield keyed(f"contio: {what}", BODY.genuine(contio_body.envelope(event_id=sent)), "contio", id)
    inner = contio_body.envelope(data='{"event_id":"inner","list":[{"event_id":"deep"}]}')
    yield keyed("contio: an event_id in the data is not the key", BODY.genuine(inner), "contio", usual)
    decoy = contio_body.envelope(data=r'{"text":"\"event_id\":\"decoy\","}')
    yield keyed("contio: an event_id within a text is not the key", BODY.genuine(decoy), "contio", usual)


def _standard() -> Iterator[dict]:
    for sender in (STANDARD, SVIX):
        name = sender.scheme
        yield keyed(f"{name}: the key is the signed id", sender.genuine(), name, "msg_2Lx8hQ")
        again = sender.genuine(timestamp=NOW - 60)
        yield keyed(f"{name}: a retry that is signed later has the same key", again, name, "msg_2Lx8hQ")
        body = sender.genuine(b'{"type":"another"}')
        yield keyed(f"{name}: another body under the same id has the same key", body, name, "msg_2Lx8hQ")
        long = "m" * 201
        yield keyed(
            f"{name}: an id of 201 characters becomes its digest", sender.genuine(id=long), name, digest(long.encode())
        )
        like = sender.genuine(id=DIGEST_FORM)
        yield keyed(
            f"{name}: an id that looks like a digest becomes its digest", like, name, digest(DIGEST_FORM.encode())
        )
        yield unkeyed(f"{name}: an empty body has no key", sender.genuine(b""))


def _stripe() -> Iterator[dict]:
    event = b'{"id":"evt_1NG8","object":"event","pending_webhooks":2}'
    yield keyed("stripe: the key is the id in the body", STRIPE.genuine(event), "stripe", "evt_1NG8")
    counted = event.replace(b"2}", b"1}")
    yield keyed("stripe: a retry whose body differs has the same key", STRIPE.genuine(counted), "stripe", "evt_1NG8")
    yield keyed(
        "stripe: only the id at the root is the key", STRIPE.genuine(STRIPE.body), "stripe", digest(STRIPE.body)
    )
    yield from _fields(STRIPE.scheme, STRIPE.genuine, "id")
    yield unkeyed("stripe: an empty body has no key", STRIPE.genuine(b""))


def _slack() -> Iterator[dict]:
    event = b'{"type":"event_callback","event_id":"Ev123ABC456","event":{"type":"message"}}'
    yield keyed("slack: the key is the event_id in the body", SLACK.genuine(event), "slack", "Ev123ABC456")
    form = SLACK.genuine()
    yield keyed("slack: a form has the digest of the body", form, "slack", digest(SLACK.body))
    for what, check in [
        ("the check of the address", b'{"token":"t","challenge":"c","type":"url_verification"}'),
        ("the check of the address with an id", b'{"event_id":"Ev1","type":"url_verification"}'),
        ("the check of the address with an escaped type", b'{"type":"url\\u005fverification"}'),
        ("an empty body", b""),
    ]:
        yield unkeyed(f"slack: {what} has no key", SLACK.genuine(check))
    for what, body in [
        ("a type that only begins like the check", b'{"type":"url_verification_2","event_id":"Ev1"}'),
        ("two types", b'{"type":"url_verification","type":"url_verification","event_id":"Ev1"}'),
        ("the check's type below the root", b'{"event":{"type":"url_verification"},"event_id":"Ev1"}'),
    ]:
        yield keyed(f"slack: {what} is an event", SLACK.genuine(body), "slack", "Ev1")
    not_json = b'{"type":"url_verification"'
    yield keyed("slack: a check that is not JSON has the digest", SLACK.genuine(not_json), "slack", digest(not_json))


def _github() -> Iterator[dict]:
    yield keyed("github: the key is the digest of the body", GITHUB.genuine(), "github", digest(GITHUB.body))
    for id in ("72d3162e", "another"):
        replayed = GITHUB.genuine().plus_header("X-GitHub-Delivery", id)
        yield keyed(
            f"github: the delivery id {id}, which is not signed, changes nothing",
            replayed,
            "github",
            digest(GITHUB.body),
        )
    rotated = GITHUB.genuine(secret=GITHUB.other_secret)
    yield keyed("github: a rotation of secrets does not change the key", rotated, "github", digest(GITHUB.body))
    with_id = b'{"id":"evt_1","event_id":"evt_1"}'
    yield keyed("github: an id in the body is not the key", GITHUB.genuine(with_id), "github", digest(with_id))
    yield unkeyed("github: an empty body has no key", GITHUB.genuine(b""))


def _shopify() -> Iterator[dict]:
    def of(topic: bytes) -> str:
        return digest(len(topic).to_bytes(8, "big"), topic, SHOPIFY.body)

    genuine = SHOPIFY.genuine()
    yield keyed(
        "shopify: the key is the digest of topic and body",
        genuine.plus_header("X-Shopify-Topic", "orders/create"),
        "shopify",
        of(b"orders/create"),
    )
    yield keyed(
        "shopify: the same body for another topic has another key",
        genuine.plus_header("X-Shopify-Topic", "orders/paid"),
        "shopify",
        of(b"orders/paid"),
    )
    newer = genuine.plus_header("shopify-topic", "orders/create")
    yield keyed("shopify: the topic's newer name gives the same key", newer, "shopify", of(b"orders/create"))
    both = newer.plus_header("X-Shopify-Topic", "orders/paid")
    yield keyed("shopify: the newer name decides", both, "shopify", of(b"orders/create"))
    yield keyed("shopify: a topic that is absent is empty", genuine, "shopify", of(b""))
    twice = newer.plus_header("shopify-topic", "orders/create")
    yield keyed("shopify: a topic that occurs twice is none", twice, "shopify", of(b""))
    moved = SHOPIFY.genuine(b"create" + SHOPIFY.body).plus_header("X-Shopify-Topic", "orders/")
    split = digest(len(b"orders/").to_bytes(8, "big"), b"orders/create", SHOPIFY.body)
    yield keyed("shopify: the end of a topic cannot be moved into the body", moved, "shopify", split)
    event_id = genuine.plus_header("X-Shopify-Event-Id", "98880550").plus_header("X-Shopify-Webhook-Id", "b54557e4")
    yield keyed("shopify: ids in headers, which are not signed, change nothing", event_id, "shopify", of(b""))
    yield unkeyed(
        "shopify: an empty body has no key", SHOPIFY.genuine(b"").plus_header("X-Shopify-Topic", "orders/create")
    )


def _custom() -> Iterator[dict]:
    def acme(field: str | None):
        def delivery(body: bytes) -> Delivery:
            tag = hmac.new(ACME_SECRET.encode(), body, hashlib.sha256).hexdigest()
            return Delivery("acme", (ACME_SECRET,), (("X-Acme-Signature", tag),), body, options={"key_field": field})

        return delivery

    body = b'{"event":{"id":"inner"},"number":"evt_1"}'
    yield keyed("acme: the key is the field that the scheme names", acme("number")(body), "acme", "evt_1")
    yield keyed("acme: without a field it is the digest of the body", acme(None)(body), "acme", digest(body))
    yield from _fields("acme", acme("uid"), "uid")
    spelled = b'{"u\\u0069d":"evt_1"}'
    yield keyed("acme: the field's name may be escaped", acme("uid")(spelled), "acme", "evt_1")
    name = "n" * 64
    long = json.dumps({name + "n": "other", name: "evt_1"}).encode()
    yield keyed("acme: the field's name may have 64 bytes", acme(name)(long), "acme", "evt_1")
    accents = '{"num\u00e9ro":"evt_1"}'.encode()
    yield keyed("acme: the field's name may be any text", acme("num\u00e9ro")(accents), "acme", "evt_1")


def _fields(scheme: str, delivery, name: str) -> Iterator[dict]:
    """A field that gives the digest of the body in place of its value."""
    deep = b'{"%s":"evt_1","a":%s1%s}' % (name.encode(), b"[" * 64, b"]" * 64)
    for what, body in [
        ("a field that is absent", b'{"other":"evt_1"}'),
        ("a field that is a number", b'{"%s":1}'),
        ("a field that is null", b'{"%s":null}'),
        ("a field that is an object", b'{"%s":{"%s":"evt_1"}}'),
        ("a field that is a list", b'{"%s":["evt_1"]}'),
        ("a field that is empty", b'{"%s":""}'),
        ("a field that occurs twice", b'{"%s":"evt_1","%s":"evt_1"}'),
        ("a field that occurs twice, once as null", b'{"%s":"evt_1","%s":null}'),
        ("a field with half of a surrogate pair", b'{"%s":"evt\\ud83d_1"}'),
        ("a field with the halves of a pair in the wrong order", b'{"%s":"\\ude00\\ud83d"}'),
        ("a field that ends with half of a pair", b'{"%s":"evt_1\\ud83d"}'),
        ("a body that is not JSON", b'{"%s":"evt_1",}'),
        ("a body that ends early", b'{"%s":"evt_1"'),
        ("a body with a byte order mark", b'\xef\xbb\xbf{"%s":"evt_1"}'),
        ("a body that is not UTF-8", b'{"%s":"evt_1","a":"\xff"}'),
        ("a body that is a list", b'[{"%s":"evt_1"}]'),
        ("a body that is a text", b'"%s"'),
        ("a body of one space", b" "),
        ("a body that is nested too deep", deep),
    ]:
        body = body.replace(b"%s", name.encode())
        yield keyed(f"{scheme}: {what} gives the digest of the body", delivery(body), scheme, digest(body))
    spaced = b' {\n"a" : [ "%s" , { "%s" : "no" } ] ,\t"%s" : "evt_1" } \r\n'.replace(b"%s", name.encode())
    yield keyed(f"{scheme}: white space and other members change nothing", delivery(spaced), scheme, "evt_1")


def _scopes() -> Iterator[dict]:
    for what, scope, shown in [
        ("no scope", "", ""),
        ("a scope of one character", "a", "a"),
        ("a scope of 200 characters", "s" * 200, "s" * 200),
        ("a scope of 201 characters", "s" * 201, digest(b"s" * 201)),
        ("a scope that is not ASCII", "M\u00fcller", digest("M\u00fcller".encode())),
        ("a scope with a space", "a b", digest(b"a b")),
        ("a scope that looks like a digest", DIGEST_FORM, digest(DIGEST_FORM.encode())),
        ("a scope that looks like a part of a key", "4.acme6.contio", "4.acme6.contio"),
    ]:
        name = f"the text of a key with {what}"
        yield keyed(name, BODY.genuine(), "contio", contio_body.EVENT_ID, scope, shown)
