"""Signature headers that were sent twice. The verdict depends on what the receiver's host does with the two lines.

Some hosts keep both. Others pass on one value: both joined with a comma and a space (fetch's `Headers`, Node's
`req.headers`, many proxies) or with a comma alone, or only the first or the last line. The README has the table; this
file has a delivery for each row, as a verifier sees it.
"""

from __future__ import annotations

from typing import Iterator

from ..senders import ALL, BODY, CONTIO, STANDARD, STRIPE, SVIX, TIMESTAMPED, WITH_TIMESTAMP_HEADER, Sender, contio
from ..vector import NOW, Delivery, accept, refuse


def vectors() -> Iterator[dict]:
    for sender in ALL:
        yield from _rows(sender, sender.scheme, sender.genuine())
    for variant in CONTIO:
        scheme = f"contio in the {variant.scheme.removeprefix('contio-')} form"
        yield from _rows(variant, scheme, contio(variant.genuine()))
    yield from _both_contio_variants()
    for sender in (STANDARD, SVIX):
        yield from _joined_lists(sender)
        yield from _joined_ids(sender)
    yield from _stripe_lists()
    for sender in WITH_TIMESTAMP_HEADER:
        yield from _joined_timestamps(sender)


def _rows(sender: Sender, scheme: str, delivery: Delivery) -> Iterator[dict]:
    name = sender.signature_header
    genuine, forged = delivery.value(name), sender.present([sender.tag(b"something else")], str(NOW))
    lines = {
        "a genuine line and a forged one": (genuine, forged),
        "a forged line and a genuine one": (forged, genuine),
        "a genuine line twice": (genuine, genuine),
    }
    for what, (first, second) in lines.items():
        kept = delivery.with_header(name, first).plus_header(name, second)
        yield refuse(f"{scheme}: of {what}, both kept, neither is taken", kept, "duplicate_header")
        spaced = delivery.with_header(name, f"{first}, {second}")
        named = f"{scheme}: of {what}, joined with a comma and a space"
        if sender in (STANDARD, SVIX):
            # Then the first item ends in a comma, and only the second can be parsed.
            if second == genuine:
                yield accept(f"{named}, the second verifies", spaced, sender.ok())
            else:
                yield refuse(f"{named}, the second matches nothing", spaced, "signature_mismatch")
        else:
            yield refuse(f"{named}, none is taken", spaced, "malformed_signature")
        joined = delivery.with_header(name, f"{first},{second}")
        yield refuse(f"{scheme}: of {what}, joined with a comma alone, none is taken", joined, "malformed_signature")
        for which, value in [("first", first), ("last", second)]:
            one = delivery.with_header(name, value)
            named = f"{scheme}: of {what}, the {which} alone kept"
            if value == genuine:
                yield accept(f"{named}, it verifies", one, sender.ok())
            else:
                yield refuse(f"{named}, it matches nothing", one, "signature_mismatch")


def _both_contio_variants() -> Iterator[dict]:
    """A line of each variant, as a sender might send while it migrates from one to the other."""
    bare, prefixed = TIMESTAMPED.tag(), "sha256=" + BODY.tag()
    stamped = contio(TIMESTAMPED.genuine())
    for what, first, second in [("the bare tag first", bare, prefixed), ("sha256= first", prefixed, bare)]:
        kept = stamped.with_header("X-Contio-Signature", first).plus_header("X-Contio-Signature", second)
        yield refuse(f"contio: a line of each form, {what}, both kept, is a duplicate", kept, "duplicate_header")
        for how, separator in [("a comma and a space", ", "), ("a comma alone", ",")]:
            joined = stamped.with_header("X-Contio-Signature", first + separator + second)
            named = f"contio: a line of each form, {what}, joined with {how}, is malformed"
            yield refuse(named, joined, "malformed_signature")


def _joined_lists(sender: Sender) -> Iterator[dict]:
    """Two lines of two signatures. Joined with a comma and a space, all but the last of the first line can be parsed."""
    genuine, forged = (f"v1,{signature}" for signature in (sender.tag(), sender.tag(b"something else")))
    for at, where in enumerate(["first of the first", "last of the first", "first of the second", "last of the second"]):
        signatures = [forged] * 4
        signatures[at] = genuine
        delivery = sender.with_signature(f"{signatures[0]} {signatures[1]}, {signatures[2]} {signatures[3]}")
        named = f"{sender.scheme}: of two lists joined with a comma and a space, the genuine tag the {where}"
        if at == 1:
            yield refuse(f"{named}, none matches", delivery, "signature_mismatch")
        else:
            yield accept(f"{named}, it verifies", delivery, sender.ok())
        joined = sender.with_signature(f"{signatures[0]} {signatures[1]},{signatures[2]} {signatures[3]}")
        named = f"{sender.scheme}: of two lists joined with a comma alone, the genuine tag the {where}"
        if at in (1, 2):
            yield refuse(f"{named}, none matches", joined, "signature_mismatch")
        else:
            yield accept(f"{named}, it verifies", joined, sender.ok())


def _joined_ids(sender: Sender) -> Iterator[dict]:
    genuine = sender.genuine()
    name, id = sender.id_header, genuine.value(sender.id_header)
    kept = genuine.plus_header(name, id)
    yield refuse(f"{sender.scheme}: an id sent twice, both kept, is a duplicate", kept, "duplicate_header")
    spaced = genuine.with_header(name, f"{id}, {id}")
    yield refuse(f"{sender.scheme}: an id sent twice, joined with a comma and a space, is malformed", spaced, "malformed_signature")
    joined = genuine.with_header(name, f"{id},{id}")
    yield refuse(f"{sender.scheme}: an id sent twice, joined with a comma alone, is another id", joined, "signature_mismatch")


def _stripe_lists() -> Iterator[dict]:
    """Each line has a timestamp, so two joined lines have two of them. A line that a proxy cut does not help either."""
    t, genuine, forged = f"t={NOW}", f"v1={STRIPE.tag()}", f"v1={STRIPE.tag(b'something else')}"
    cases = {
        "the second without its timestamp": (f"{t},{genuine}, {forged}", None),
        "the second without its tag": (f"{t},{genuine}, t={NOW}", "malformed_signature"),
        "the first without its timestamp": (f"{genuine}, {t},{forged}", "malformed_signature"),
        "the second with an older timestamp": (f"{t},{genuine}, t=1,{forged}", "malformed_signature"),
        "the second with the tag in front": (f"{t},{forged}, {genuine},{t}", "malformed_signature"),
    }
    for what, (value, code) in cases.items():
        delivery = STRIPE.with_signature(value)
        if code is None:
            yield accept(f"stripe: of two lines joined with a comma and a space, {what}, the first verifies", delivery, STRIPE.ok())
        else:
            yield refuse(f"stripe: two lines joined with a comma and a space, {what}, are malformed", delivery, code)


def _joined_timestamps(sender: Sender) -> Iterator[dict]:
    genuine, name = sender.genuine(), sender.timestamp_header
    kept = genuine.plus_header(name, str(NOW))
    yield refuse(f"{sender.scheme}: a timestamp sent twice, both kept, is a duplicate", kept, "duplicate_header")
    for how, separator in [("a comma and a space", ", "), ("a comma alone", ",")]:
        joined = genuine.with_header(name, f"{NOW}{separator}{NOW}")
        yield refuse(f"{sender.scheme}: a timestamp sent twice, joined with {how}, is malformed", joined, "malformed_timestamp")
