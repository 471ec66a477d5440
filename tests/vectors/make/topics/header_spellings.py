"""Headers that a sender sends under two names, and which one is read if both are present.

Shopify: the newer name is read. Svix: a name of Standard Webhooks is read only if Svix's own name is absent. Either
name twice is a duplicate, whether or not the other is present.
"""

from __future__ import annotations

from itertools import product
from typing import Iterator

from ..senders import SHOPIFY, STANDARD, SVIX, Sender
from ..vector import NOW, Delivery, accept, refuse

_OLDER, _NEWER = SHOPIFY.other_spellings[0]


def vectors() -> Iterator[dict]:
    yield from _shopify()
    yield from _both_names(SHOPIFY, decides=_NEWER, other=_OLDER)
    for own, other in SVIX.other_spellings:
        yield from _both_names(SVIX, decides=own, other=other)
    yield from _svix_mixed()
    yield from _one_spelling_only()


def _cases(name: str) -> dict[str, str]:
    mixed = "".join(c.upper() if i % 2 else c.lower() for i, c in enumerate(name))
    return {"lower": name.lower(), "upper": name.upper(), "mixed": mixed}


def _shopify() -> Iterator[dict]:
    genuine = SHOPIFY.genuine()
    newer = genuine.renamed_header(_OLDER, _NEWER)
    for case, name in _cases(_NEWER).items():
        alone = genuine.renamed_header(_OLDER, name)
        yield accept(f"shopify accepts its newer header alone, in {case} case", alone, SHOPIFY.ok())
        both = genuine.plus_header(name, genuine.value(_OLDER))
        yield accept(f"shopify accepts both of its headers, the newer in {case} case", both, SHOPIFY.ok())
    yield accept("shopify accepts its older header alone", genuine, SHOPIFY.ok())
    second = SHOPIFY.genuine(secret=SHOPIFY.other_secret, secrets=(SHOPIFY.secret, SHOPIFY.other_secret))
    second = second.renamed_header(_OLDER, _NEWER)
    yield accept("shopify: the newer header verifies by the second secret", second, SHOPIFY.ok(index=1))
    yield refuse("shopify: a changed body under the newer header matches nothing", newer.but(body=b"{}"), "signature_mismatch")
    yield refuse("shopify: an empty newer header is malformed", newer.with_header(_NEWER, ""), "malformed_signature")
    hexed = newer.with_header(_NEWER, "0" * 64)
    yield refuse("shopify: a tag in hex under the newer header is malformed", hexed, "malformed_signature")
    near = ["shopify-hmac-sha-256", "shopify-hmac", "x-shopify-hmac", "shopify_hmac_sha256", "shopify-hmac-sha256 ",
            "shopify-hmac-sha1"]  # fmt: skip
    for name in near:
        yield refuse(f"shopify: {name!r} is neither of its headers", newer.renamed_header(_NEWER, name), "missing_header")
    # Two secrets with a signature of each: only the header that takes precedence is read.
    secrets = (SHOPIFY.secret, SHOPIFY.other_secret)
    rotated = genuine.but(secrets=secrets).plus_header(_NEWER, SHOPIFY.tag(secret=SHOPIFY.other_secret))
    yield accept("shopify: of two headers signed by two secrets the newer says which", rotated, SHOPIFY.ok(index=1))


def _both_names(sender: Sender, *, decides: str, other: str) -> Iterator[dict]:
    """One header under both of its names, of which `decides` takes precedence."""
    scheme, have = sender.scheme, _own_name(sender, decides, other)
    genuine = sender.genuine()
    value = genuine.value(have)
    is_signature = have == sender.signature_header
    forged = sender.present([sender.tag(b"something else")], str(NOW)) if is_signature else value + "1"
    code = "malformed_timestamp" if have == sender.timestamp_header else "malformed_signature"

    def there(*pairs: tuple[str, str]) -> Delivery:
        return genuine.but(headers=(*genuine.without_header(have).headers, *pairs))

    yield refuse(f"{scheme}: neither {decides} nor {other} is there", there(), "missing_header")
    yield accept(f"{scheme}: {other} alone is read", there((other, value)), sender.ok())
    for case, name in _cases(other).items():
        yield accept(f"{scheme}: {other} in {case} case is read", there((name, value)), sender.ok())
    of_another = there((other, forged))
    yield refuse(f"{scheme}: {other} alone with a value of another delivery matches nothing", of_another, "signature_mismatch")
    yield refuse(f"{scheme}: {other} alone and empty is malformed", there((other, "")), code)
    orders = {"first": lambda *pairs: there(*pairs), "last": lambda *pairs: there(*reversed(pairs))}
    for where, both in orders.items():
        same = both((decides, value), (other, value))
        yield accept(f"{scheme}: {decides} and {other} with one value, {decides} {where}", same, sender.ok())
        for what, wrong in [("of another delivery", forged), ("that is malformed", "\u00e9 \u00e9"), ("that is empty", "")]:
            good = both((decides, value), (other, wrong))
            named = f"{scheme}: {other} with a value {what} is not read next to {decides}, which is {where}"
            yield accept(named, good, sender.ok())
            bad = both((decides, wrong), (other, value))
            named = f"{scheme}: {decides} with a value {what} decides though {other} is genuine, {decides} {where}"
            yield refuse(named, bad, "signature_mismatch" if wrong == forged else code)
    for name, second in [(decides, other), (other, decides)]:
        doubled = {
            "alone": there((name, value), (name, value)),
            "in two cases": there((name.lower(), value), (name.upper(), value)),
            f"before {second}": there((name, value), (name, value), (second, value)),
            f"around {second}": there((name, value), (second, value), (name.upper(), value)),
            f"after {second}": there((second, value), (name, value), (name, value)),
            f"with other values next to {second}": there((second, value), (name, forged), (name, "")),
            f"next to {second} twice": there((second, value), (second, value), (name, value), (name, value)),
        }
        # This case is the same for both orders of the names.
        if name == other:
            doubled.pop(f"next to {second} twice")
        for where, delivery in doubled.items():
            yield refuse(f"{scheme}: {name} twice {where} is a duplicate", delivery, "duplicate_header")


def _own_name(sender: Sender, *names: str) -> str:
    """The one of these names that the sender's genuine deliveries have."""
    return next(name for name, _ in sender.genuine().headers if name in names)


def _svix_mixed() -> Iterator[dict]:
    """Each header is looked up separately, so every mixture of the two spellings is accepted."""
    names = SVIX.other_spellings
    for chosen in product((0, 1), repeat=len(names)):
        spelt = [pair[at] for pair, at in zip(names, chosen)]
        delivery = SVIX.genuine()
        for (own, _), name in zip(names, spelt):
            delivery = delivery.renamed_header(own, name)
        yield accept(f"svix accepts {spelt[0]}, {spelt[1]} and {spelt[2]}", delivery, SVIX.ok())
    unbranded = STANDARD.genuine(secret=SVIX.secret).but(scheme="svix")
    yield accept("svix accepts a delivery with the headers of standard-webhooks", unbranded, SVIX.ok())
    both = SVIX.genuine()
    for own, other in names:
        both = both.plus_header(other, both.value(own))
    yield accept("svix accepts a delivery with all headers in both spellings", both, SVIX.ok())
    two = SVIX.genuine(id="msg_own")
    for own, other in names:
        two = two.plus_header(other, STANDARD.genuine(id="msg_other", secret=SVIX.secret).value(other))
    yield accept("svix: of two genuine deliveries in one, its own spelling is read", two, SVIX.ok(id="msg_own"))
    for own, other in names:
        # A header of the other delivery must not replace a missing one of this delivery.
        split = two.without_header(own)
        code = "signature_mismatch"
        if own == SVIX.timestamp_header:
            # Both were signed at the same time, so the timestamp may come from either.
            yield accept("svix: a timestamp that the other spelling has too may come from there", split, SVIX.ok(id="msg_own"))
            continue
        yield refuse(f"svix: {other} of another delivery in place of {own} matches nothing", split, code)
    old = SVIX.genuine(timestamp=NOW - 301).renamed_header("svix-timestamp", "webhook-timestamp")
    yield refuse("svix: a webhook-timestamp of five minutes and a second ago is too old", old, "timestamp_too_old")
    dotted = SVIX.genuine(id="a.b").renamed_header("svix-id", "webhook-id")
    yield refuse("svix: a webhook-id with a dot is malformed", dotted, "malformed_signature")


def _one_spelling_only() -> Iterator[dict]:
    """The second spelling applies only to the sender that uses it."""
    svix = SVIX.genuine(secret=STANDARD.secret).but(scheme="standard-webhooks")
    yield refuse("standard-webhooks: the headers of svix do not stand in for its own", svix, "missing_header")
    for own, other in SVIX.other_spellings:
        renamed = STANDARD.genuine().renamed_header(other, own)
        yield refuse(f"standard-webhooks: {own} does not stand in for {other}", renamed, "missing_header")
        twice = STANDARD.genuine().plus_header(own, "x").plus_header(own.upper(), "y")
        yield accept(f"standard-webhooks ignores {own} twice", twice, STANDARD.ok())
