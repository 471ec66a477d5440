"""Signature headers that hold a list of tags: what becomes of items that cannot be read.

They are skipped. Each tag that can be read is tried, as the specification of Standard Webhooks asks; none that can be
read is malformed. An attacker gains nothing by it: a tag that is accepted is still one that a secret made.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Iterator

from .. import faults
from ..senders import STRIPE, WITH_LISTS, Sender
from ..vector import NOW, Delivery, accept, refuse


@dataclass(frozen=True)
class _List:
    """How one sender writes its list. `start` is what stands before the first tag."""

    sender: Sender
    separator: str
    joiner: str
    start: str

    def tag(self, tag: str) -> str:
        return f"v1{self.joiner}{tag}"

    def of(self, *items: str) -> Delivery:
        return self.sender.with_signature(self.start + self.separator.join(items))


def vectors() -> Iterator[dict]:
    for sender in WITH_LISTS:
        form = _List(sender, ",", "=", f"t={NOW},") if sender is STRIPE else _List(sender, " ", ",", "")
        yield from _skipped(form)
        yield from _counted(form)
    yield from _stripe_timestamps()


def _unreadable(form: _List) -> Iterator[tuple[str, str]]:
    """Items without a tag of the version: what is wrong with each, and the item."""
    joiner, tag = form.joiner, form.sender.tag()
    yield "that is empty", ""
    yield "that is a word", "potato"
    yield "that is a tag without a version", tag.rstrip("=")
    yield "that is a version alone", "v1"
    yield "that is another version alone", "v2"
    yield "that is a lone joiner", joiner
    yield "with an empty version", f"{joiner}{tag}"
    yield "with an empty tag", f"v1{joiner}"
    yield "with an empty value of another version", f"v2{joiner}"
    yield "of another version", f"v2{joiner}{tag}"
    yield "of the asymmetric version", f"v1a{joiner}{tag}"
    yield "of an upper-case version", f"V1{joiner}{tag}"
    yield "of a version with a dot", f"v1.0{joiner}{tag}"
    yield "of a version with an accented letter", f"v\u00e9{joiner}{tag}"
    yield "of a version in full-width characters", f"\uff56\uff11{joiner}{tag}"
    yield "of a version in quotes", f'"v1"{joiner}{tag}'
    yield "of a version with a tab after it", f"v1\t{joiner}{tag}"
    yield "of a version with a tab before it", f"\tv1{joiner}{tag}"
    yield "with two joiners", f"v1{joiner}{joiner}{tag}"
    yield "with another joiner", f"v1:{tag}"
    yield "with a short tag", f"v1{joiner}short"
    yield "with a tag outside of ASCII", f"v1{joiner}" + "\u00e9" * len(tag)
    yield "of nothing but controls", "\x01\x02"
    if form.sender is STRIPE:
        yield "with a space before its key", f" v1={tag}"
        yield "with a space after its key", f"v1 ={tag}"
        yield "that is a space", " "
        yield "with an upper-case T for its key", f"T={NOW}"
        yield "with a key that only begins as the timestamp's", "ts=1"
    else:
        yield "with a comma after its tag", f"v1,{tag},"
        yield "with a comma before its version", f",v1,{tag}"
        yield "as Stripe writes it", f"t={NOW},v1={'0' * 64}"


def _undecodable(form: _List) -> Iterator[tuple[str, str]]:
    """Items of the version whose tag is not of its form. Each of them alone is in the sender's own file."""
    tag = form.sender.tag()
    for what, wrong in faults.hex_tags(tag) if form.sender is STRIPE else faults.base64_tags(tag):
        if form.separator not in wrong:
            yield f"with a tag {what}", form.tag(wrong)


def _skipped(form: _List) -> Iterator[dict]:
    sender, scheme = form.sender, form.sender.scheme
    genuine, forged = form.tag(sender.tag()), form.tag(sender.tag(b"something else"))
    ok = sender.ok()
    unreadable, undecodable = list(_unreadable(form)), list(_undecodable(form))
    for what, item in [*unreadable, *undecodable]:
        yield accept(f"{scheme} skips an item {what} before the genuine tag", form.of(item, genuine), ok)
        yield accept(f"{scheme} skips an item {what} after the genuine tag", form.of(genuine, item), ok)
        yield refuse(f"{scheme}: an item {what} and a forged tag match nothing", form.of(item, forged), "signature_mismatch")
    for what, item in unreadable:
        between = {"a forged and the genuine tag": [forged, item, genuine], "the genuine and a forged tag": [genuine, item, forged]}
        for where, listed in between.items():
            yield accept(f"{scheme} skips an item {what} between {where}", form.of(*listed), ok)
        yield refuse(f"{scheme}: an item {what} alone is malformed", form.of(item), "malformed_signature")
        yield refuse(f"{scheme}: a forged tag and an item {what} match nothing", form.of(forged, item), "signature_mismatch")
    every = [item for _, item in [*unreadable, *undecodable]]
    mixed = {"first": [genuine, *every], "last": [*every, genuine], "amid them": [*every[::2], genuine, *every[1::2]]}
    for where, listed in mixed.items():
        yield accept(f"{scheme} skips an item of each kind, the genuine tag {where}", form.of(*listed), ok)
    yield refuse(f"{scheme}: an item of each kind and no other is malformed", form.of(*every), "malformed_signature")
    yield refuse(f"{scheme}: an item of each kind and a forged tag match nothing", form.of(*every, forged), "signature_mismatch")
    by_second = form.tag(sender.tag(secret=sender.other_secret))
    rotated = form.of("potato", by_second, "").but(secrets=(sender.secret, sender.other_secret))
    yield accept(f"{scheme} skips items that cannot be read around a tag of the second secret", rotated, sender.ok(index=1))
    changed = form.of("potato", genuine, "").but(body=b"{}")
    yield refuse(f"{scheme}: a skipped item does not make up for a changed body", changed, "signature_mismatch")
    old = sender.genuine(timestamp=NOW - 301)
    value = old.value(sender.signature_header) + form.separator + "potato"
    stale = old.with_header(sender.signature_header, value)
    yield refuse(f"{scheme}: a skipped item does not make up for an old timestamp", stale, "timestamp_too_old")


def _counted(form: _List) -> Iterator[dict]:
    """The limit of 16 is on tags that can be read."""
    sender, scheme = form.sender, form.sender.scheme
    genuine = form.tag(sender.tag())
    forged = [form.tag(sender.tag(b"forged %d" % n)) for n in range(16)]
    few, many = [form.tag("short")], ["", "potato", "v1" + form.joiner, form.tag("short"), "v2" + form.joiner + "x"] * 8
    for what, unreadable in [("one item", few), ("forty items", many)]:
        places = {"before": lambda tags: [*unreadable, *tags], "after": lambda tags: [*tags, *unreadable]}
        for where, place in places.items():
            named = f"{scheme}: {what} that cannot be read {where}"
            last, first = form.of(*place([*forged[:15], genuine])), form.of(*place([genuine, *forged[:15]]))
            yield accept(f"{named} 16 tags, the last genuine, do not count", last, sender.ok())
            yield accept(f"{named} 16 tags, the first genuine, do not count", first, sender.ok())
            none = form.of(*place(forged))
            yield refuse(f"{named} 16 forged tags match nothing", none, "signature_mismatch")
            over = form.of(*place([genuine, *forged]))
            yield refuse(f"{named} 17 tags are malformed", over, "malformed_signature")
    between = [item for tag in [*forged[:15], genuine] for item in (tag, "potato")]
    yield accept(f"{scheme}: an item that cannot be read after each of 16 tags does not count", form.of(*between), sender.ok())
    same = form.of(*[genuine] * 16)
    yield accept(f"{scheme}: the genuine tag 16 times verifies", same, sender.ok())
    yield refuse(f"{scheme}: the genuine tag 17 times is malformed", form.of(*[genuine] * 17), "malformed_signature")


def _stripe_timestamps() -> Iterator[dict]:
    """The timestamp is one of Stripe's items, and no other item makes up for it: it is there once, and readable."""
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
