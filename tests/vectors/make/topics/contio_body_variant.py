"""The Contio variant that signs only the body, with sha256= before the signature."""

from __future__ import annotations

from typing import Iterator

from .. import faults, shapes
from ..senders import BODY, TIMESTAMPED, contio
from ..vector import accept, refuse


def vectors() -> Iterator[dict]:
    yield accept("contio-body accepts a genuine delivery", BODY.genuine(), BODY.ok())
    for shape, body in shapes.envelopes():
        yield accept(f"contio-body accepts an envelope with {shape}", BODY.genuine(body), BODY.ok())

    signature = BODY.tag()
    upper = BODY.with_signature("sha256=" + signature.upper())
    yield accept("contio-body accepts a tag in upper case", upper, BODY.ok())
    mixed = BODY.with_signature("sha256=" + signature[:32].upper() + signature[32:])
    yield accept("contio-body accepts a tag in mixed case", mixed, BODY.ok())
    for what, wrong in [("that is empty", ""), *faults.hex_signatures(signature)]:
        delivery = contio(BODY.with_signature("sha256=" + wrong))
        yield refuse(f"contio: a tag after sha256= {what} is malformed", delivery, "malformed_signature")
    for what, wrong in _prefixes(signature):
        yield refuse(f"contio-body pinned: {what} is malformed", BODY.with_signature(wrong), "malformed_signature")
    zeros = BODY.with_signature("sha256=" + "0" * 64)
    yield refuse("contio-body: a tag of nothing but zeros matches nothing", zeros, "signature_mismatch")

    pinned = TIMESTAMPED.genuine().but(scheme="contio-body")
    yield refuse("contio-body pinned: a timestamped delivery's bare tag is malformed", pinned, "malformed_signature")


def _prefixes(signature: str) -> Iterator[tuple[str, str]]:
    yield "an empty signature", ""
    yield "its tag without the prefix", signature
    yield "an upper-case prefix", "SHA256=" + signature
    yield "a capitalized prefix", "Sha256=" + signature
    yield "a prefix with a colon", "sha256:" + signature
    yield "a prefix with a dash", "sha-256=" + signature
    yield "a prefix without its equals sign", "sha256" + signature
    yield "the prefix twice", "sha256=sha256=" + signature
    yield "a space before the prefix", " sha256=" + signature
    yield "a space after the prefix", "sha256= " + signature
    yield "a space before the equals sign", "sha256 =" + signature
    yield "the prefix of SHA-1", "sha1=" + signature[:40]
    yield "the prefix of SHA-512", "sha512=" + signature + signature
    yield "the prefix of another sender", "v1=" + signature
