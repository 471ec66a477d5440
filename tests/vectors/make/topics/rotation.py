"""Several active secrets: the verdict says which one matched."""

from __future__ import annotations

from typing import Iterator

from ..senders import ALL, BODY, STANDARD, STRIPE, SVIX, TIMESTAMPED, contio, decoded_secret
from ..vector import accept, refuse


def vectors() -> Iterator[dict]:
    for sender in ALL:
        scheme, old, new = sender.scheme, sender.secret, sender.other_secret
        third = decoded_secret(b"a third key, of no one")
        first = sender.genuine(secret=old, secrets=(old, new))
        yield accept(f"{scheme}: the first of two secrets verifies", first, sender.ok(index=0))
        second = sender.genuine(secret=new, secrets=(old, new))
        yield accept(f"{scheme}: the second of two secrets verifies", second, sender.ok(index=1))
        none = sender.genuine(secret=third, secrets=(old, new))
        yield refuse(f"{scheme}: neither of two secrets verifies", none, "signature_mismatch")
        twice = sender.genuine(secret=old, secrets=(new, old, old))
        yield accept(f"{scheme}: of equal secrets the first is the one that verified", twice, sender.ok(index=1))

    for variant in (TIMESTAMPED, BODY):
        old, new = variant.secret, variant.other_secret
        second = contio(variant.genuine(secret=new, secrets=(old, new)))
        yield accept(f"contio: the second of two secrets verifies the {variant.scheme} form", second, variant.ok(index=1))

    for sender in (STANDARD, SVIX, STRIPE):
        scheme, old, new = sender.scheme, sender.secret, sender.other_secret
        by_old, by_new = sender.tag(secret=old), sender.tag(secret=new)
        forged = sender.tag(b"something else")
        both = (old, new)
        cases = {
            "tags of both secrets": ([by_old, by_new], both, 0),
            "tags of both secrets, the second secret's first": ([by_new, by_old], both, 0),
            "tags of both secrets at a receiver with the old one": ([by_new, by_old], (old,), 0),
            "tags of both secrets at a receiver with the new one": ([by_old, by_new], (new,), 0),
            "a forged tag and one of the second secret": ([forged, by_new], both, 1),
        }
        for what, (signatures, secrets, index) in cases.items():
            yield accept(f"{scheme}: {what} verify", sender.carry(signatures, secrets=secrets), sender.ok(index=index))

    for sender in (STANDARD, SVIX):
        bare = sender.secret[len("whsec_") :]
        for what, secrets in [("with", (sender.secret, bare)), ("without", (bare, sender.secret))]:
            yield accept(
                f"{sender.scheme}: of one key in two spellings, first {what} whsec_, the first verifies",
                sender.carry([sender.tag()], secrets=secrets),
                sender.ok(index=0),
            )
