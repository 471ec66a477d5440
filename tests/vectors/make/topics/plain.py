"""GitHub, Slack and Shopify: one header with one signature."""

from __future__ import annotations

from typing import Iterator

from .. import faults, shapes
from ..senders import GITHUB, SHOPIFY, SLACK, Sender
from ..vector import NOW, accept, refuse


def github() -> Iterator[dict]:
    yield from _shapes(GITHUB)
    signature = GITHUB.tag()
    yield from _hex(GITHUB, "sha256=")
    yield from _prefixes(GITHUB, ["", "SHA256=", "sha256:", "sha1=", "sha512=", "sha256==", "v0="])
    old = GITHUB.with_signature("sha1=" + signature[:40])
    yield refuse("github: a SHA-1 signature under the SHA-256 header's name is malformed", old, "malformed_signature")
    yield refuse(
        "github: the SHA-1 header alone is not the header it needs",
        GITHUB.genuine().renamed_header("X-Hub-Signature-256", "X-Hub-Signature"),
        "missing_header",
    )
    both = GITHUB.genuine().plus_header("X-Hub-Signature", "sha1=" + "0" * 40)
    yield accept("github ignores the SHA-1 header beside its own", both, GITHUB.ok())
    yield accept(
        "github ignores the delivery id, which nobody signed",
        GITHUB.genuine().plus_header("X-GitHub-Delivery", "72d3162e-cc78-11e3-81ab-4c9367dc0958"),
        GITHUB.ok(),
    )


def slack() -> Iterator[dict]:
    yield from _shapes(SLACK)
    yield from _hex(SLACK, "v0=")
    yield from _prefixes(SLACK, ["", "V0=", "v0:", "v1=", "sha256=", "v0==", "v00="])
    for what, text in [("that is empty", ""), *faults.common_timestamps()]:
        yield refuse(f"slack: a timestamp {what} is malformed", SLACK.genuine(timestamp=text), "malformed_timestamp")
    body = b"1700000000:a=b"
    shifted = SLACK.carry([SLACK.tag(body, timestamp=1)], b"a=b", timestamp="1:1700000000")
    yield refuse("slack: a body's start moved into the timestamp is malformed", shifted, "malformed_timestamp")
    padded = SLACK.genuine(timestamp="001700000000")
    yield accept("slack accepts leading zeros in the timestamp that were signed", padded, SLACK.ok())
    two = SLACK.with_signature(f"v0={SLACK.tag()},v0={SLACK.tag()}")
    yield refuse("slack: two tags in one value are malformed", two, "malformed_signature")
    dotted = SLACK.with_signature("v0=" + GITHUB.tag(f"{NOW}.".encode() + SLACK.body, secret=SLACK.secret))
    yield refuse("slack: a tag over timestamp, dot and body matches nothing", dotted, "signature_mismatch")


def shopify() -> Iterator[dict]:
    yield from _shapes(SHOPIFY)
    bodies = (b'{"id":%d}' % n for n in range(1000))
    body = next(body for body in bodies if {"+", "/"} <= set(SHOPIFY.tag(body)))
    signature = SHOPIFY.tag(body)
    yield accept("shopify accepts a tag with + and /", SHOPIFY.genuine(body), SHOPIFY.ok())
    url_safe = signature.replace("+", "-").replace("/", "_")
    bad = [
        ("that is empty", ""),
        ("in the URL-safe alphabet", url_safe),
        ("after a space", " " + signature),
        ("followed by a space", signature + " "),
        ("after sha256=", "sha256=" + signature),
        ("with a version before it", "v1," + signature),
        ("written twice", f"{signature} {signature}"),
        *faults.base64_signatures(signature),
    ]
    for what, wrong in bad:
        delivery = SHOPIFY.with_signature(wrong, body=body)
        yield refuse(f"shopify: a tag {what} is malformed", delivery, "malformed_signature")
    zeros = SHOPIFY.with_signature("A" * 43 + "=")
    yield refuse("shopify: a tag of nothing but zeros matches nothing", zeros, "signature_mismatch")


def _shapes(sender: Sender) -> Iterator[dict]:
    yield accept(f"{sender.scheme} accepts a genuine delivery", sender.genuine(), sender.ok())
    for shape, body in shapes.bodies():
        yield accept(f"{sender.scheme} accepts {shape}", sender.genuine(body), sender.ok())


def _hex(sender: Sender, prefix: str) -> Iterator[dict]:
    signature = sender.tag()
    upper = sender.with_signature(prefix + signature.upper())
    yield accept(f"{sender.scheme} accepts a tag in upper case", upper, sender.ok())
    yield refuse(f"{sender.scheme}: an empty signature is malformed", sender.with_signature(""), "malformed_signature")
    for what, wrong in [("that is empty", ""), *faults.hex_signatures(signature)]:
        delivery = sender.with_signature(prefix + wrong)
        yield refuse(f"{sender.scheme}: a tag {what} is malformed", delivery, "malformed_signature")


def _prefixes(sender: Sender, prefixes: list[str]) -> Iterator[dict]:
    for prefix in prefixes:
        delivery = sender.with_signature(prefix + sender.tag())
        yield refuse(f"{sender.scheme}: the prefix {prefix!r} is malformed", delivery, "malformed_signature")
