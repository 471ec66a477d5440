"""Valid and invalid secrets. An invalid one is a configuration error, which is reported before anything is read.

Secrets in base64 are in `secrets_base64`.
"""

from __future__ import annotations

from typing import Iterator

from ..senders import ALL, BODY, GITHUB, STRIPE, TIMESTAMPED, WITH_BASE64_SECRETS, contio
from ..vector import Delivery, accept, refuse


def vectors() -> Iterator[dict]:
    for sender in ALL:
        scheme, genuine, secret = sender.scheme, sender.genuine(), sender.secret
        cases = {
            "no secret at all": (),
            "an empty secret": ("",),
            "an empty secret after a good one": (secret, ""),
            "an empty secret before a good one": ("", secret),
            "a secret of one space": (" ",),
            "a secret with a newline at its end": (secret + "\n",),
            "a secret with a space in front": (" " + secret,),
            "a second secret with a space at its end": (secret, sender.other_secret + " "),
        }
        for what, secrets in cases.items():
            yield refuse(f"{scheme}: {what} is invalid", genuine.but(secrets=secrets), "invalid_secret")
    yield from _white_space()
    yield from _plain_keys()
    yield from _prefix_alone()
    yield from _schemes()


def _white_space() -> Iterator[dict]:
    spaces = {
        "a tab": "\t",
        "a line feed": "\n",
        "CR LF": "\r\n",
        "a vertical tab": "\v",
        "a form feed": "\f",
        "a next-line character": "\u0085",
        "a no-break space": "\u00a0",
        "an ogham space": "\u1680",
        "an en quad": "\u2000",
        "a line separator": "\u2028",
        "a narrow no-break space": "\u202f",
        "a mathematical space": "\u205f",
        "an ideographic space": "\u3000",
        "a byte order mark": "\ufeff",
    }
    for what, space in spaces.items():
        # Signed with that same secret: without the check for white space, it would match.
        after = contio(TIMESTAMPED.genuine(secret=TIMESTAMPED.secret + space))
        yield refuse(f"contio: a secret followed by {what} is invalid", after, "invalid_secret")
        before = contio(BODY.genuine(secret=space + BODY.secret))
        yield refuse(f"contio: a secret after {what} is invalid", before, "invalid_secret")
    only = contio(TIMESTAMPED.genuine(secret="\u3000\ufeff\n"))
    yield refuse("contio: a secret of nothing but white space is invalid", only, "invalid_secret")
    inside = TIMESTAMPED.genuine(secret="a secret \t\u3000with\nspaces\ufeffinside")
    yield accept("contio-timestamped accepts white space inside a secret", inside, TIMESTAMPED.ok())
    # Some trimming functions remove these, but they are not white space in Unicode.
    no_spaces = {"a zero-width space": "\u200b", "a unit separator": "\x1f", "a Mongolian vowel separator": "\u180e"}
    for what, character in no_spaces.items():
        odd = TIMESTAMPED.genuine(secret="secret" + character)
        yield accept(f"contio-timestamped: {what} is part of a secret", odd, TIMESTAMPED.ok())


def _plain_keys() -> Iterator[dict]:
    secrets = {
        "one letter": "x",
        "a NUL inside it": "a\0b",
        "letters outside of ASCII": "clé-ключ-鍵-🔑",
        "an accent as a second character": "cle\u0301",
        "64 bytes, the block of SHA-256": "k" * 64,
        "65 bytes, one over the block": "k" * 65,
        "4,096 bytes": "k" * 4_096,
        "hex digits, which are not decoded": "00" * 32,
        "base64, which is not decoded": "c2VjcmV0LXNlY3JldA==",
    }
    for sender in (TIMESTAMPED, BODY, GITHUB):
        for what, secret in secrets.items():
            yield accept(f"{sender.scheme} accepts a secret with {what}", sender.genuine(secret=secret), sender.ok())
    composed, decomposed = "cl\u00e9", "cle\u0301"
    delivery = TIMESTAMPED.genuine(secret=composed, secrets=(decomposed,))
    yield refuse("contio-timestamped does not normalize a secret", delivery, "signature_mismatch")
    yield refuse(
        "contio-timestamped: a secret of 65 bytes is not cut to 64",
        TIMESTAMPED.genuine(secret="k" * 65, secrets=("k" * 64,)),
        "signature_mismatch",
    )


def _prefix_alone() -> Iterator[dict]:
    """The prefix is public, so a key of nothing else would be known to everyone."""
    for sender in (sender for sender in ALL if sender not in WITH_BASE64_SECRETS):
        for make, scheme in [(lambda d: d, sender.scheme), (contio, "contio")][: 1 + sender.is_contio]:
            suffix = f" in the {sender.scheme} form" if scheme == "contio" else ""
            signed = make(sender.genuine(secret="whsec_"))
            yield refuse(f"{scheme}: a secret of whsec_ alone is invalid{suffix}", signed, "invalid_secret")
            after = signed.but(secrets=(sender.secret, "whsec_"))
            yield refuse(f"{scheme}: whsec_ alone after a good secret is invalid{suffix}", after, "invalid_secret")
            before = signed.but(secrets=("whsec_", sender.secret))
            yield refuse(f"{scheme}: whsec_ alone before a good secret is invalid{suffix}", before, "invalid_secret")
        more = sender.genuine(secret="whsec_x")
        yield accept(f"{sender.scheme} accepts a secret with whsec_ and a letter", more, sender.ok())
        stripped = sender.genuine(secret="whsec_a secret", secrets=("a secret",))
        yield refuse(f"{sender.scheme}: whsec_ in front of a secret is part of it", stripped, "signature_mismatch")


def _schemes() -> Iterator[dict]:
    genuine: Delivery = contio(TIMESTAMPED.genuine())
    names = ["", "Contio", "CONTIO", " contio", "contio ", "contio_body", "contio-", "body", "standard", "standardwebhooks",
             "GitHub", "git-hub", "none", "null", "__proto__", "c\u043entio"]  # fmt: skip
    for name in names:
        yield refuse(f"the scheme name {name!r} is unknown", genuine.but(scheme=name), "invalid_scheme")
    yield refuse("the scheme name 'Stripe' is unknown", STRIPE.genuine().but(scheme="Stripe"), "invalid_scheme")
