"""Header lookup: names are case-insensitive, a required header must occur once, and other headers are not read."""

from __future__ import annotations

from typing import Iterator

from ..senders import ALL, BODY, SVIX, STANDARD, TIMESTAMPED, Sender, contio
from ..vector import Delivery, accept, refuse


def vectors() -> Iterator[dict]:
    for sender in ALL:
        yield from _names(sender)
        for role, name in _needed(sender):
            yield from _missing_or_doubled(sender, role, name)
        if len(_needed(sender)) > 1:
            empty = sender.genuine().but(headers=())
            yield refuse(f"{sender.scheme}: no headers at all lack one", empty, "missing_header")
        many = sender.genuine().but(headers=_noise(sender.genuine()))
        yield accept(f"{sender.scheme} ignores headers it does not need, also doubled", many, sender.ok())
    yield from _near_names()
    yield from _contio()
    both = STANDARD.genuine()
    for _, name in _needed(SVIX):
        both = both.plus_header(name, "junk")
    yield accept("standard-webhooks ignores the headers of svix", both, STANDARD.ok())


def _needed(sender: Sender) -> list[tuple[str, str]]:
    roles = {"signature": sender.signature_header, "timestamp": sender.timestamp_header, "id": sender.id_header}
    return [(role, name) for role, name in roles.items() if name]


def _names(sender: Sender) -> Iterator[dict]:
    spellings = {"lower case": str.lower, "upper case": str.upper, "mixed case": _mixed}
    for what, spell in spellings.items():
        genuine = sender.genuine()
        delivery = genuine.but(headers=tuple((spell(name), value) for name, value in genuine.headers))
        yield accept(f"{sender.scheme} finds its headers in {what}", delivery, sender.ok())


def _mixed(name: str) -> str:
    return "".join(c.upper() if i % 2 else c.lower() for i, c in enumerate(name))


def _missing_or_doubled(sender: Sender, role: str, name: str) -> Iterator[dict]:
    scheme, genuine = sender.scheme, sender.genuine()
    value = genuine.value(name)
    yield refuse(f"{scheme}: a missing {role} header is named", genuine.without_header(name), "missing_header")
    doubled = {
        "with equal values": genuine.plus_header(name, value),
        "in another case": genuine.plus_header(name.swapcase(), value),
        "with an empty second value": genuine.plus_header(name, ""),
        "with a false value first": genuine.but(headers=((name.lower(), "1"), *genuine.headers)),
    }
    for what, delivery in doubled.items():
        yield refuse(f"{scheme}: a {role} header twice {what} is a duplicate", delivery, "duplicate_header")


def _noise(delivery: Delivery) -> tuple[tuple[str, str], ...]:
    noise = (
        ("Content-Type", "application/json"),
        ("Cookie", "a=1"),
        ("Cookie", "b=2"),
        ("X-Forwarded-For", "192.0.2.1"),
        ("x-forwarded-for", "192.0.2.2"),
        ("X-Signature", "sha256=" + "0" * 64),
        ("X-Empty", ""),
        ("X-Latin", "\u00e9"),
    )
    return noise[:3] + delivery.headers + noise[3:]


def _near_names() -> Iterator[dict]:
    """Names that some comparison would confuse with the header's name."""
    name = "X-Contio-Signature"
    near = {
        "with a long s, which folds to s": "X-Contio-\u017fignature",
        "with a dotless i": "X-Cont\u0131o-Signature",
        "with a full-width X": "\uff38-Contio-Signature",
        "with underscores": "X_Contio_Signature",
        "with a space at its end": "X-Contio-Signature ",
        "with a space in front": " X-Contio-Signature",
        "with a colon at its end": "X-Contio-Signature:",
        "cut short": "X-Contio-Signatur",
        "with more after it": "X-Contio-Signature-256",
        "without X-": "Contio-Signature",
        "as CGI writes it": "HTTP_X_CONTIO_SIGNATURE",
        "that is empty": "",
    }
    for what, wrong in near.items():
        delivery = contio(TIMESTAMPED.genuine().renamed_header(name, wrong))
        yield refuse(f"contio: a name {what} is not the signature's header", delivery, "missing_header")
        extra = contio(TIMESTAMPED.genuine()).plus_header(wrong, "junk")
        yield accept(f"contio ignores a header beside its own whose name is the same {what}", extra, TIMESTAMPED.ok())
    kelvin = STANDARD.genuine().renamed_header("webhook-id", "webhoo\u212a-id")
    yield refuse("standard-webhooks: a Kelvin sign in a name is no k", kelvin, "missing_header")


def _contio() -> Iterator[dict]:
    """The headers that `contio` requires depend on the variant that it detects."""
    stamped = contio(TIMESTAMPED.genuine())
    yield refuse(
        "contio: the timestamped form without its timestamp header lacks one",
        stamped.without_header("X-Contio-Timestamp"),
        "missing_header",
    )
    yield refuse(
        "contio: the timestamped form with its timestamp header twice has a duplicate",
        stamped.plus_header("x-contio-timestamp", stamped.value("X-Contio-Timestamp")),
        "duplicate_header",
    )
    yield refuse(
        "contio: the signature header missing from the timestamped form is named",
        stamped.without_header("X-Contio-Signature"),
        "missing_header",
    )
    both = stamped.plus_header("X-Contio-Signature", "sha256=" + BODY.tag())
    yield refuse("contio: a signature header of each form is a duplicate", both, "duplicate_header")
    both = contio(BODY.genuine()).plus_header("x-contio-signature", TIMESTAMPED.tag())
    yield refuse("contio: a signature header of each form, sha256= first, is a duplicate", both, "duplicate_header")
