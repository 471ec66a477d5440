"""The Contio variant with a signed timestamp header and a signature without a prefix."""

from __future__ import annotations

from typing import Iterator

from .. import faults, shapes
from ..senders import BODY, TIMESTAMPED, contio
from ..vector import NOW, accept, refuse


def vectors() -> Iterator[dict]:
    yield accept("contio-timestamped accepts a genuine delivery", TIMESTAMPED.genuine(), TIMESTAMPED.ok())
    for shape, body in shapes.envelopes():
        yield accept(f"contio-timestamped accepts an envelope with {shape}", TIMESTAMPED.genuine(body), TIMESTAMPED.ok())
    yield from _signatures()
    yield from _timestamps()


def _signatures() -> Iterator[dict]:
    signature = TIMESTAMPED.tag()
    upper = TIMESTAMPED.with_signature(signature.upper())
    yield accept("contio-timestamped accepts a tag in upper case", upper, TIMESTAMPED.ok())
    mixed = "".join(c.upper() if i % 2 else c for i, c in enumerate(signature))
    yield accept("contio-timestamped accepts a tag in mixed case", TIMESTAMPED.with_signature(mixed), TIMESTAMPED.ok())
    for what, wrong in [("that is empty", ""), *faults.hex_signatures(signature)]:
        delivery = TIMESTAMPED.with_signature(wrong)
        yield refuse(f"contio-timestamped: a tag {what} is malformed", delivery, "malformed_signature")
    for what, wrong in faults.hex_signatures(signature):
        if "one digit" in what or "space" in what or "newline" in what or "full-width" in what:
            delivery = contio(TIMESTAMPED.with_signature(wrong))
            yield refuse(f"contio: a bare tag {what} is malformed", delivery, "malformed_signature")
    yield refuse("contio: an empty signature is malformed", contio(TIMESTAMPED.with_signature("")), "malformed_signature")
    for what, wrong in [("zeros", "0" * 64), ("the letter f", "f" * 64)]:
        delivery = TIMESTAMPED.with_signature(wrong)
        yield refuse(f"contio-timestamped: a tag of nothing but {what} matches nothing", delivery, "signature_mismatch")
    pinned = TIMESTAMPED.with_signature("sha256=" + signature)
    yield refuse("contio-timestamped pinned: its own tag after sha256= is malformed", pinned, "malformed_signature")
    pinned = TIMESTAMPED.with_signature("sha256=" + BODY.tag())
    yield refuse("contio-timestamped pinned: the body form's signature is malformed", pinned, "malformed_signature")
    yield refuse(
        "contio-timestamped pinned: the body form without a timestamp lacks a header",
        BODY.genuine().but(scheme="contio-timestamped"),
        "missing_header",
    )


def _timestamps() -> Iterator[dict]:
    # The malformed text itself is signed, so that the format of the timestamp is the only fault.
    for what, text in [("that is empty", ""), *faults.timestamps()]:
        delivery = TIMESTAMPED.genuine(timestamp=text)
        yield refuse(f"contio-timestamped: a timestamp {what} is malformed", delivery, "malformed_timestamp")
    for what, text in faults.common_timestamps():
        delivery = contio(TIMESTAMPED.genuine(timestamp=text))
        yield refuse(f"contio: a timestamp {what} is malformed", delivery, "malformed_timestamp")

    padded = TIMESTAMPED.genuine(timestamp="001700000000")
    yield accept("contio-timestamped accepts leading zeros that were signed", padded, TIMESTAMPED.ok())
    unsigned = TIMESTAMPED.genuine().with_header("X-Contio-Timestamp", "001700000000")
    yield refuse("contio-timestamped: leading zeros that were not signed match nothing", unsigned, "signature_mismatch")
    stripped = padded.with_header("X-Contio-Timestamp", str(NOW))
    yield refuse("contio-timestamped: leading zeros that were taken away match nothing", stripped, "signature_mismatch")
