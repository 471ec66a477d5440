"""How `contio` distinguishes its two variants, and why neither can be presented as the other."""

from __future__ import annotations

from typing import Iterator

from ..contio_body import ENVELOPE
from ..senders import BODY, TIMESTAMPED, contio
from ..vector import NOW, accept, refuse


def vectors() -> Iterator[dict]:
    timestamped, body = contio(TIMESTAMPED.genuine()), contio(BODY.genuine())
    yield accept("contio accepts a timestamped delivery and says so", timestamped, TIMESTAMPED.ok())
    yield accept("contio accepts a body-form delivery and says so", body, BODY.ok())
    yield from _prefix_decides()
    yield from _unneeded_timestamp()
    yield from _presented_as_the_other()


def _prefix_decides() -> Iterator[dict]:
    signature = BODY.tag()
    for prefix in ["SHA256=", "Sha256=", " sha256=", "sha256:", "sha1="]:
        alone = contio(BODY.with_signature(prefix + signature))
        yield refuse(f"contio: after {prefix!r} a timestamp header is asked for", alone, "missing_header")
        timed = alone.plus_header("X-Contio-Timestamp", str(NOW))
        yield refuse(f"contio: {prefix!r} with a timestamp header is malformed", timed, "malformed_signature")
    bare = contio(BODY.with_signature(signature))
    yield refuse("contio: a bare tag without a timestamp header lacks a header", bare, "missing_header")
    both = contio(TIMESTAMPED.with_signature(f"{TIMESTAMPED.tag()},sha256={signature}"))
    yield refuse("contio: both forms in one value, the bare tag first, are malformed", both, "malformed_signature")
    both = contio(BODY.with_signature(f"sha256={signature},{TIMESTAMPED.tag()}"))
    yield refuse("contio: both forms in one value, sha256= first, are malformed", both, "malformed_signature")


def _unneeded_timestamp() -> Iterator[dict]:
    """The body variant never reads the timestamp header, so its contents do not matter."""
    name = "X-Contio-Timestamp"
    for make, scheme in [(contio, "contio"), (lambda delivery: delivery, "contio-body")]:
        body = make(BODY.genuine())
        cases = {
            "a timestamp header": body.plus_header(name, str(NOW)),
            "a doubled timestamp header": body.plus_header(name, str(NOW)).plus_header(name.lower(), "1"),
            "a malformed timestamp header": body.plus_header(name, "NaN"),
            "an empty timestamp header": body.plus_header(name, ""),
            "a timestamp header from long ago": body.plus_header(name, "1"),
        }
        for what, delivery in cases.items():
            yield accept(f"{scheme}: the body form ignores {what}", delivery, BODY.ok())


def _presented_as_the_other() -> Iterator[dict]:
    stamp = f"{NOW}."
    genuine_signature = TIMESTAMPED.tag()
    # The MAC is genuine, since a timestamped delivery signs exactly these bytes. Only the check of the envelope fails.
    moved = BODY.with_signature("sha256=" + genuine_signature, body=stamp.encode() + ENVELOPE)
    for scheme in ["contio", "contio-body"]:
        yield refuse(
            f"{scheme}: a timestamped delivery re-presented in the body form is no envelope",
            moved.but(scheme=scheme),
            "malformed_envelope",
        )
    timed = contio(moved).plus_header("X-Contio-Timestamp", str(NOW))
    yield refuse(
        "contio: a timestamped delivery re-presented in the body form with its timestamp header is no envelope",
        timed,
        "malformed_envelope",
    )
    old = TIMESTAMPED.tag(timestamp=1)
    yield refuse(
        "contio: a timestamped delivery with a timestamp of one digit is no envelope in the body form",
        contio(BODY.with_signature("sha256=" + old, body=b"1." + ENVELOPE)),
        "malformed_envelope",
    )
    yield refuse(
        "contio: a timestamped delivery's tag after sha256= does not fit its body",
        contio(BODY.with_signature("sha256=" + genuine_signature)),
        "signature_mismatch",
    )
    bare = contio(TIMESTAMPED.with_signature(BODY.tag()))
    yield refuse(
        "contio: a body-form delivery re-presented with a timestamp header matches nothing", bare, "signature_mismatch"
    )
    yield refuse(
        "contio-timestamped: a body-form delivery re-presented with a timestamp header matches nothing",
        bare.but(scheme="contio-timestamped"),
        "signature_mismatch",
    )
    yield refuse(
        "contio: a body-form delivery re-presented with an empty timestamp header is malformed",
        bare.with_header("X-Contio-Timestamp", ""),
        "malformed_timestamp",
    )
    # With an empty timestamp, the signing input would be a dot and the body.
    dotted = b"." + ENVELOPE
    yield refuse(
        "contio: a body signed with a dot in front is not taken for an empty timestamp",
        contio(TIMESTAMPED.with_signature(BODY.tag(dotted), timestamp="")),
        "malformed_timestamp",
    )
    yield refuse(
        "contio: a body with a dot in front is no envelope in the body form",
        contio(BODY.genuine(dotted)),
        "malformed_envelope",
    )
    number = b"1700000000.5"
    yield refuse(
        "contio: a body that is a number with a dot is no envelope", contio(BODY.genuine(number)), "malformed_envelope"
    )
