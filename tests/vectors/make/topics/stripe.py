"""Stripe: a timestamp and signatures in one header, as key=value items."""

from __future__ import annotations

from typing import Iterator

from .. import faults, shapes
from ..senders import STANDARD, STRIPE
from ..vector import NOW, accept, refuse


def vectors() -> Iterator[dict]:
    yield accept("stripe accepts a genuine delivery", STRIPE.genuine(), STRIPE.ok())
    for shape, body in shapes.bodies():
        yield accept(f"stripe accepts {shape}", STRIPE.genuine(body), STRIPE.ok())
    yield from _items()
    yield from _timestamps()
    for what, wrong in faults.hex_signatures(STRIPE.tag()):
        # A comma would split this into a genuine signature and an item without a key.
        if "," in wrong:
            continue
        delivery = STRIPE.with_signature(f"t={NOW},v1={wrong}")
        yield refuse(f"stripe: a tag {what} is malformed", delivery, "malformed_signature")
    decoded_key = STANDARD.tag(STRIPE.body, secret=STANDARD.secret)
    yield refuse(
        "stripe: a tag in base64 as Standard Webhooks writes it is malformed",
        STRIPE.with_signature(f"t={NOW},v1={decoded_key}"),
        "malformed_signature",
    )
    key = STANDARD.key(STANDARD.secret)
    signature = STRIPE.tag(key=key)
    yield refuse(
        "stripe: a secret is not decoded from base64",
        STRIPE.carry([signature], secrets=(STANDARD.secret,)),
        "signature_mismatch",
    )
    signature = STRIPE.tag(key=STRIPE.secret[len("whsec_") :].encode())
    yield refuse("stripe: whsec_ is part of the key", STRIPE.carry([signature]), "signature_mismatch")


def _items() -> Iterator[dict]:
    t, signature = f"t={NOW}", STRIPE.tag()
    v1, forged = f"v1={signature}", f"v1={STRIPE.tag(b'something else')}"
    good = {
        "the tag before the timestamp": f"{v1},{t}",
        "the timestamp between two tags": f"{forged},{t},{v1}",
        "a v0 tag that it skips": f"{t},v0={'0' * 64},{v1}",
        "a v0 value that is no tag": f"{t},{v1},v0=x",
        "a version it does not know": f"{t},{v1},v2=anything",
        "a key in upper case as one it does not know": f"{t},{v1},V1=x,T=x",
        "a key with a dash, an underscore and a digit": f"{t},a-b_9=x,{v1}",
        "a skipped item twice": f"{t},v0=x,v0=x,{v1}",
        "a skipped value with an equals sign": f"{t},v0=a=b,{v1}",
        "a forged tag before the genuine one": f"{t},{forged},{v1}",
        "a forged tag after the genuine one": f"{t},{v1},{forged}",
        "the same tag twice": f"{t},{v1},{v1}",
        "a tag in upper case": f"{t},v1={signature.upper()}",
    }
    for what, value in good.items():
        yield accept(f"stripe accepts {what}", STRIPE.with_signature(value), STRIPE.ok())
    # Items that cannot be parsed are skipped, as `signature_lists` shows: these lack a signature or a timestamp.
    bad = {
        "an empty signature": "",
        "a signature of one comma": ",",
        "a lone timestamp": t,
        "a lone tag": v1,
        "a bare tag": signature,
        "nothing but a v0 tag": f"{t},v0={signature}",
        "nothing but an upper-case V1 tag": f"{t},V1={signature}",
        "an empty tag": f"{t},v1=",
        "a space after a comma": f"{t}, {v1}",
        "a space before an equals sign": f"{t},v1 ={signature}",
        "a semicolon between items": f"{t};{v1}",
        "a colon in place of the equals sign": f"{t},v1:{signature}",
    }
    for what, value in bad.items():
        yield refuse(f"stripe: {what} is malformed", STRIPE.with_signature(value), "malformed_signature")
    two = STRIPE.with_signature(f"{t},{forged},{forged}")
    yield refuse("stripe: two forged tags match nothing", two, "signature_mismatch")


def _timestamps() -> Iterator[dict]:
    for what, text in faults.timestamps():
        # Commas would split this into items, which is another fault.
        if "," not in text:
            delivery = STRIPE.genuine(timestamp=text)
            yield refuse(f"stripe: a timestamp {what} is malformed", delivery, "malformed_timestamp")
    padded = STRIPE.genuine(timestamp="001700000000")
    yield accept("stripe accepts leading zeros in the timestamp that were signed", padded, STRIPE.ok())
    body = b"1700000000.{}"
    shifted = STRIPE.carry([STRIPE.tag(body, timestamp=1)], b"{}", timestamp="1.1700000000")
    yield refuse("stripe: a body's start moved into the timestamp is malformed", shifted, "malformed_timestamp")
    yield refuse(
        "stripe: an equals sign within the timestamp is malformed",
        STRIPE.genuine(timestamp=f"{NOW}=1"),
        "malformed_timestamp",
    )
