"""Signature headers with a list of signatures: how items that cannot be parsed are treated.

They are skipped. Each signature that can be parsed is tried, as the Standard Webhooks specification requires; a list
without one is malformed. An attacker gains nothing by this, since an accepted signature still matches a secret.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Iterator

from .. import faults
from ..senders import STRIPE, WITH_LISTS, Sender
from ..vector import NOW, Delivery, accept, refuse


@dataclass(frozen=True)
class _ListStyle:
    """How a sender writes its list. `start` is the text before the first signature."""

    sender: Sender
    separator: str
    joiner: str
    start: str

    def item(self, signature: str) -> str:
        return f"v1{self.joiner}{signature}"

    def delivery(self, *items: str) -> Delivery:
        return self.sender.with_signature(self.start + self.separator.join(items))


def vectors() -> Iterator[dict]:
    for sender in WITH_LISTS:
        style = _ListStyle(sender, ",", "=", f"t={NOW},") if sender is STRIPE else _ListStyle(sender, " ", ",", "")
        yield from _skipped(style)
        yield from _counted(style)
    yield from _stripe_timestamps()


def _unreadable(style: _ListStyle) -> Iterator[tuple[str, str]]:
    """Items without a signature of the version: what is wrong with each, and the item."""
    joiner, signature = style.joiner, style.sender.tag()
    yield "that is empty", ""
    yield "that is a word", "potato"
    yield "that is a tag without a version", signature.rstrip("=")
    yield "that is a version alone", "v1"
    yield "that is another version alone", "v2"
    yield "that is a lone joiner", joiner
    yield "with an empty version", f"{joiner}{signature}"
    yield "with an empty tag", f"v1{joiner}"
    yield "with an empty value of another version", f"v2{joiner}"
    yield "of another version", f"v2{joiner}{signature}"
    yield "of the asymmetric version", f"v1a{joiner}{signature}"
    yield "of an upper-case version", f"V1{joiner}{signature}"
    yield "of a version with a dot", f"v1.0{joiner}{signature}"
    yield "of a version with an accented letter", f"v\u00e9{joiner}{signature}"
    yield "of a version in full-width characters", f"\uff56\uff11{joiner}{signature}"
    yield "of a version in quotes", f'"v1"{joiner}{signature}'
    yield "of a version with a tab after it", f"v1\t{joiner}{signature}"
    yield "of a version with a tab before it", f"\tv1{joiner}{signature}"
    yield "with two joiners", f"v1{joiner}{joiner}{signature}"
    yield "with another joiner", f"v1:{signature}"
    yield "with a short tag", f"v1{joiner}short"
    yield "with a tag outside of ASCII", f"v1{joiner}" + "\u00e9" * len(signature)
    yield "of nothing but controls", "\x01\x02"
    if style.sender is STRIPE:
        yield "with a space before its key", f" v1={signature}"
        yield "with a space after its key", f"v1 ={signature}"
        yield "that is a space", " "
        yield "with an upper-case T for its key", f"T={NOW}"
        yield "with a key that only begins as the timestamp's", "ts=1"
    else:
        yield "with a comma after its tag", f"v1,{signature},"
        yield "with a comma before its version", f",v1,{signature}"
        yield "as Stripe writes it", f"t={NOW},v1={'0' * 64}"


def _undecodable(style: _ListStyle) -> Iterator[tuple[str, str]]:
    """Items of the version whose signature is malformed. The sender's own file has each of them alone."""
    signature = style.sender.tag()
    for what, wrong in faults.hex_signatures(signature) if style.sender is STRIPE else faults.base64_signatures(signature):
        if style.separator not in wrong:
            yield f"with a tag {what}", style.item(wrong)


def _skipped(style: _ListStyle) -> Iterator[dict]:
    sender, scheme = style.sender, style.sender.scheme
    genuine, forged = style.item(sender.tag()), style.item(sender.tag(b"something else"))
    ok = sender.ok()
    unreadable, undecodable = list(_unreadable(style)), list(_undecodable(style))
    for what, item in [*unreadable, *undecodable]:
        yield accept(f"{scheme} skips an item {what} before the genuine tag", style.delivery(item, genuine), ok)
        yield accept(f"{scheme} skips an item {what} after the genuine tag", style.delivery(genuine, item), ok)
        yield refuse(f"{scheme}: an item {what} and a forged tag match nothing", style.delivery(item, forged), "signature_mismatch")
    for what, item in unreadable:
        between = {"a forged and the genuine tag": [forged, item, genuine], "the genuine and a forged tag": [genuine, item, forged]}
        for where, listed in between.items():
            yield accept(f"{scheme} skips an item {what} between {where}", style.delivery(*listed), ok)
        yield refuse(f"{scheme}: an item {what} alone is malformed", style.delivery(item), "malformed_signature")
        yield refuse(f"{scheme}: a forged tag and an item {what} match nothing", style.delivery(forged, item), "signature_mismatch")
    every = [item for _, item in [*unreadable, *undecodable]]
    mixed = {"first": [genuine, *every], "last": [*every, genuine], "amid them": [*every[::2], genuine, *every[1::2]]}
    for where, listed in mixed.items():
        yield accept(f"{scheme} skips an item of each kind, the genuine tag {where}", style.delivery(*listed), ok)
    yield refuse(f"{scheme}: an item of each kind and no other is malformed", style.delivery(*every), "malformed_signature")
    yield refuse(f"{scheme}: an item of each kind and a forged tag match nothing", style.delivery(*every, forged), "signature_mismatch")
    by_second = style.item(sender.tag(secret=sender.other_secret))
    rotated = style.delivery("potato", by_second, "").but(secrets=(sender.secret, sender.other_secret))
    yield accept(f"{scheme} skips items that cannot be read around a tag of the second secret", rotated, sender.ok(index=1))
    changed = style.delivery("potato", genuine, "").but(body=b"{}")
    yield refuse(f"{scheme}: a skipped item does not make up for a changed body", changed, "signature_mismatch")
    old = sender.genuine(timestamp=NOW - 301)
    value = old.value(sender.signature_header) + style.separator + "potato"
    stale = old.with_header(sender.signature_header, value)
    yield refuse(f"{scheme}: a skipped item does not make up for an old timestamp", stale, "timestamp_too_old")


def _counted(style: _ListStyle) -> Iterator[dict]:
    """The limit of 16 applies to signatures that can be parsed."""
    sender, scheme = style.sender, style.sender.scheme
    genuine = style.item(sender.tag())
    forged = [style.item(sender.tag(b"forged %d" % n)) for n in range(16)]
    few, many = [style.item("short")], ["", "potato", "v1" + style.joiner, style.item("short"), "v2" + style.joiner + "x"] * 8
    for what, unreadable in [("one item", few), ("forty items", many)]:
        places = {"before": lambda signatures: [*unreadable, *signatures], "after": lambda signatures: [*signatures, *unreadable]}
        for where, place in places.items():
            named = f"{scheme}: {what} that cannot be read {where}"
            last, first = style.delivery(*place([*forged[:15], genuine])), style.delivery(*place([genuine, *forged[:15]]))
            yield accept(f"{named} 16 tags, the last genuine, do not count", last, sender.ok())
            yield accept(f"{named} 16 tags, the first genuine, do not count", first, sender.ok())
            none = style.delivery(*place(forged))
            yield refuse(f"{named} 16 forged tags match nothing", none, "signature_mismatch")
            over = style.delivery(*place([genuine, *forged]))
            yield refuse(f"{named} 17 tags are malformed", over, "malformed_signature")
    between = [item for signature in [*forged[:15], genuine] for item in (signature, "potato")]
    yield accept(f"{scheme}: an item that cannot be read after each of 16 tags does not count", style.delivery(*between), sender.ok())
    same = style.delivery(*[genuine] * 16)
    yield accept(f"{scheme}: the genuine tag 16 times verifies", same, sender.ok())
    yield refuse(f"{scheme}: the genuine tag 17 times is malformed", style.delivery(*[genuine] * 17), "malformed_signature")


def _stripe_timestamps() -> Iterator[dict]:
    """The timestamp is one of Stripe's items. It must occur exactly once and be valid, whatever the other items are."""
    t, genuine = f"t={NOW}", f"v1={STRIPE.tag()}"
    lacking = {
        "no timestamp and an item that cannot be read": f"potato,{genuine}",
        "an empty timestamp": f"t=,{genuine}",
        "an empty timestamp after a sound one": f"{t},{genuine},t=",
        "an empty timestamp before a sound one": f"t=,{t},{genuine}",
        "the same timestamp twice": f"{t},{t},{genuine}",
        "the same timestamp twice with an item that cannot be read between": f"{t},potato,{t},{genuine}",
        "two timestamps, the second another": f"{t},t={NOW - 1},{genuine}",
        "two timestamps, the first another": f"t={NOW - 1},{t},{genuine}",
        "two timestamps, the second no number": f"{t},{genuine},t=potato",
        "two timestamps, the first no number": f"t=potato,{t},{genuine}",
        "a second timestamp at the end": f"{t},{genuine},t=1",
        "a timestamp after a space": f" {t},{genuine}",
        "a timestamp after a comma and a space": f"{genuine}, {t}",
        "a timestamp with a space after its key": f"t ={NOW},{genuine}",
        "a second timestamp after a space": f"{t},{genuine}, t={NOW}",
        "a second timestamp with a space after its key": f"{t},{genuine},t ={NOW}",
        "a second timestamp after a space in front": f" t=1,{t},{genuine}",
        "an upper-case T for the timestamp": f"T={NOW},{genuine}",
        "a colon in the timestamp's item": f"t:{NOW},{genuine}",
    }
    for what, value in lacking.items():
        yield refuse(f"stripe: a list with {what} is malformed", STRIPE.with_signature(value), "malformed_signature")
    unreadable = {
        "followed by a space": f"t={NOW} ,{genuine}",
        "after a space in its value": f"t= {NOW},{genuine}",
        "in milliseconds": f"t={NOW}000,{genuine}",
        "that is a word": f"potato,t=now,{genuine}",
    }
    for what, value in unreadable.items():
        delivery = STRIPE.with_signature(value)
        yield refuse(f"stripe: a list with a timestamp {what} has a malformed one", delivery, "malformed_timestamp")
    places = {
        "at the end after items that cannot be read": f"potato,,{genuine},v1=short,{t}",
        "between items that cannot be read": f"potato,{t},,{genuine}",
        "after an item that only begins as its own": f"ts=1,tt=2,{t},{genuine}",
    }
    for what, value in places.items():
        yield accept(f"stripe finds a timestamp {what}", STRIPE.with_signature(value), STRIPE.ok())
