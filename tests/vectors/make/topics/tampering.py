"""Genuine deliveries with one change, and deliveries signed for another receiver."""

from __future__ import annotations

from typing import Iterator

from ..contio_body import ENVELOPE
from ..senders import (
    ALL, BODY, CONTIO, GITHUB, MESSAGE_ID, SHOPIFY, SLACK, STANDARD, STRIPE, SVIX, TIMESTAMPED, Sender, contio, to_hex,
)  # fmt: skip
from ..vector import NOW, Delivery, accept, refuse


def vectors() -> Iterator[dict]:
    for sender in ALL:
        yield from _changed(sender)
    for variant in CONTIO:
        changed = contio(variant.genuine()).but(body=ENVELOPE.replace(b"evt_01", b"evt_02"))
        yield refuse(f"contio: a changed event_id in the {variant.scheme} form matches nothing", changed, "signature_mismatch")
    yield from _foreign()


def _changed(sender: Sender) -> Iterator[dict]:
    genuine, body = sender.genuine(), sender.body
    bodies = {
        "one bit of its body changed": body[:-1] + bytes([body[-1] ^ 1]),
        "a newline after its body": body + b"\n",
        "a space before its body": b" " + body,
        "its body cut short": body[:-1],
        "its body taken away": b"",
        "its body written twice": body + body,
    }
    cases: dict[str, Delivery] = {what: genuine.but(body=changed) for what, changed in bodies.items()}
    signature = sender.tag()
    # Characters of the signature are replaced by others of its alphabet, so that only the MAC differs.
    for what, at in [("first", 0), ("last", 62 if sender.encode is to_hex else 41)]:
        cases[f"its tag changed near the {what} character"] = sender.carry([_change(signature, at)])
    cases["its tag reversed in halves"] = sender.carry([_swap_halves(signature)])
    if sender.signs_timestamp:
        for what, moved in [("later", NOW + 1), ("earlier", NOW - 1)]:
            cases[f"its timestamp a second {what}"] = sender.carry([signature], timestamp=moved)
    if sender.id_header:
        cases["its id changed"] = sender.carry([signature], id=MESSAGE_ID + "1")
        cases["its id in another case"] = sender.carry([signature], id=MESSAGE_ID.upper())
    secrets = {"another secret": sender.other_secret}
    if sender not in (STANDARD, SVIX):
        secrets["a secret one letter longer"] = sender.secret + "x"
        secrets["the secret in another case"] = sender.secret.upper()
    for what, secret in secrets.items():
        cases[f"{what} at the receiver"] = sender.genuine(secrets=(secret,))
    for what, delivery in cases.items():
        yield refuse(f"{sender.scheme}: a delivery with {what} matches nothing", delivery, "signature_mismatch")


def _change(signature: str, at: int) -> str:
    return signature[:at] + ("1" if signature[at] != "1" else "2") + signature[at + 1 :]


def _swap_halves(signature: str) -> str:
    text = signature.rstrip("=")
    # A base64 signature keeps its last character, whose unused bits must remain zero.
    end = text[64:] if len(text) == 64 else text[42:]
    middle = 32 if len(text) == 64 else 21
    return text[middle : 2 * middle] + text[:middle] + end + signature[len(text) :]


def _foreign() -> Iterator[dict]:
    """A signature of one sender in the header of another, with the same secret."""
    secret = TIMESTAMPED.secret

    def foreign(sender: Sender, maker: Sender) -> Delivery:
        signature = maker.tag(sender.body, secret=secret)
        return sender.carry([signature], secrets=(secret,))

    mismatched = [(TIMESTAMPED, SLACK), (TIMESTAMPED, GITHUB), (BODY, STRIPE), (BODY, SLACK), (STRIPE, GITHUB),
                  (GITHUB, SLACK), (GITHUB, STRIPE), (SLACK, STRIPE), (SLACK, GITHUB)]  # fmt: skip
    for sender, maker in mismatched:
        name = f"{sender.scheme}: what {maker.scheme} signs matches nothing"
        yield refuse(name, foreign(sender, maker), "signature_mismatch")
    malformed = [(TIMESTAMPED, SHOPIFY), (BODY, SHOPIFY), (SHOPIFY, GITHUB), (STRIPE, SHOPIFY), (SLACK, SHOPIFY)]
    for sender, maker in malformed:
        name = f"{sender.scheme}: a tag as {maker.scheme} writes it is malformed"
        yield refuse(name, foreign(sender, maker), "malformed_signature")
    for sender in (STANDARD, SVIX):
        undecoded = sender.tag(key=sender.secret.encode())
        yield refuse(
            f"{sender.scheme}: a tag under the secret's text, not decoded, matches nothing",
            sender.carry([undecoded]),
            "signature_mismatch",
        )
        without_id = sender.encode(bytes.fromhex(STRIPE.tag(sender.body, key=sender.key(sender.secret))))
        yield refuse(f"{sender.scheme}: a tag that leaves out the id matches nothing", sender.carry([without_id]), "signature_mismatch")
    prefixed = STANDARD.secret
    yield accept(
        "contio-timestamped does not decode a secret that starts with whsec_",
        TIMESTAMPED.genuine(secret=prefixed),
        TIMESTAMPED.ok(),
    )
    decoded = TIMESTAMPED.tag(key=STANDARD.key(prefixed))
    yield refuse(
        "contio-timestamped: a tag under a decoded secret matches nothing",
        TIMESTAMPED.carry([decoded], secrets=(prefixed,)),
        "signature_mismatch",
    )
