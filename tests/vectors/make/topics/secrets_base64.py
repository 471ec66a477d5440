"""Secrets in base64, for Standard Webhooks and Svix: 16 to 512 bytes after an optional `whsec_`.

Random secrets are often written without padding, which is accepted if all of it is missing. Nothing else is: a secret
that was copied incorrectly must be reported when the receiver starts, not when the first delivery fails.
"""

from __future__ import annotations

import base64
import hashlib
from typing import Iterator

from ..senders import WITH_BASE64_SECRETS, Sender, to_base64
from ..vector import Delivery, accept, refuse

_ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
# Placeholders in configurations, where the secret should be. All of them are valid base64 of a few bytes.
_PLACEHOLDERS = ("null", "None", "test", "TEST", "true", "secret/+", "changeme", "password", "Undefined/+0", "todo",
                 "placeholder+", "whsec_test", "whsec_null", "whsec_changeme", "whsec_AAAA", "AAAAAAAAAAAA")  # fmt: skip


def vectors() -> Iterator[dict]:
    for sender in WITH_BASE64_SECRETS:
        yield from _padding(sender)
        yield from _length(sender)
        yield from _spelling(sender)
        yield from _several(sender)


def _key(length: int) -> bytes:
    """A key that looks random, but is the same each time."""
    blocks = (hashlib.sha256(b"vectors %d %d" % (length, n)).digest() for n in range(length // 32 + 1))
    return b"".join(blocks)[:length]


def _signed(sender: Sender, key: bytes, *secrets: str) -> Delivery:
    """A genuine delivery signed with `key`, for a receiver with these secrets."""
    return sender.carry([sender.tag(key=key)], secrets=secrets)


def _padding(sender: Sender) -> Iterator[dict]:
    scheme = sender.scheme
    for length in (16, 17, 18, 20, 22, 24, 31, 32, 33, 47, 48, 64):
        key = _key(length)
        padded = to_base64(key)
        bare = padded.rstrip("=")
        pads = len(padded) - len(bare)
        for prefix, named in [("whsec_", "with whsec_"), ("", "without whsec_")]:
            texts = {"padded": padded, "without its padding": bare} if pads else {"that needs no padding": bare}
            for what, text in texts.items():
                name = f"{scheme} accepts a secret of {length} bytes in {len(text)} characters {named}, {what}"
                yield accept(name, _signed(sender, key, prefix + text), sender.ok())
            wrong = {"one pad of two": bare + "="} if pads == 2 else {}
            wrong.update({"one pad too many": padded + "=", "four pads too many": padded + "===="})
            for what, text in wrong.items():
                name = f"{scheme}: a secret of {length} bytes {named}, {what}, is invalid"
                yield refuse(name, _signed(sender, key, prefix + text), "invalid_secret")
        for bits, altered in _with_unused_bits(bare):
            for what, text in [("padded", altered + "=" * pads), ("without its padding", altered)]:
                name = f"{scheme}: a secret of {length} bytes {what} with unused bits of {bits} is invalid"
                yield refuse(name, _signed(sender, key, "whsec_" + text), "invalid_secret")
    for length in (21, 25, 41, 45, 85):
        text = to_base64(_key(96))[:length]
        name = f"{scheme}: a secret of {length} characters, one after whole groups of four, is invalid"
        yield refuse(name, sender.genuine().but(secrets=("whsec_" + text,)), "invalid_secret")


def _with_unused_bits(bare: str) -> Iterator[tuple[str, str]]:
    """Encodings of the same bytes whose last character has unused bits set."""
    unused = {2: 4, 3: 2}.get(len(bare) % 4, 0)
    for value in sorted({1, (1 << unused) - 1, 1 << unused >> 1} - {0}) if unused else ():
        last = _ALPHABET.index(bare[-1])
        assert last & value == 0
        yield f"{value:0{unused}b}", bare[:-1] + _ALPHABET[last | value]


def _length(sender: Sender) -> Iterator[dict]:
    scheme = sender.scheme
    for length in range(1, 16):
        key = _key(length)
        # Signed with that same key: without the check of the length, it would match.
        for what, text in [("with whsec_", "whsec_" + to_base64(key)), ("bare", to_base64(key).rstrip("="))]:
            name = f"{scheme}: a secret {what} of {length} byte{'s' * (length > 1)} is invalid"
            yield refuse(name, _signed(sender, key, text), "invalid_secret")
    for word in _PLACEHOLDERS:
        key = base64.b64decode(word.removeprefix("whsec_"), validate=True)
        assert 0 < len(key) < 16
        yield refuse(f"{scheme}: the word {word!r} is no secret", _signed(sender, key, word), "invalid_secret")
    yield accept(f"{scheme} accepts a key of 16 zero bytes", _signed(sender, bytes(16), "whsec_" + "A" * 22), sender.ok())


def _spelling(sender: Sender) -> Iterator[dict]:
    scheme = sender.scheme
    key = b"\xfb\xff\xbf" + b"a key of this test only"
    text = to_base64(key)
    assert "+" in text and "/" in text and text.endswith("=") and not text.endswith("==")
    bare = text.rstrip("=")
    url_safe = bare.replace("+", "-").replace("/", "_")
    for what, secret in [("padded", text), ("without its padding", bare)]:
        yield accept(f"{scheme} accepts a secret with + and /, {what}", _signed(sender, key, secret), sender.ok())
    bad = {
        "whsec_ alone": "whsec_",
        "whsec_ and a pad": "whsec_=",
        "whsec_ and two pads": "whsec_==",
        "four pads": "====",
        "a padded secret in the URL-safe alphabet": "whsec_" + url_safe + "=",
        "a secret in the URL-safe alphabet without padding": "whsec_" + url_safe,
        "a secret in the URL-safe alphabet without whsec_": url_safe,
        "a secret in both alphabets": "whsec_" + bare.replace("+", "-"),
        "a secret with a newline inside": "whsec_" + text[:8] + "\n" + text[8:],
        "a secret without padding and with a newline inside": "whsec_" + bare[:8] + "\n" + bare[8:],
        "a secret with a space inside": "whsec_" + text[:8] + " " + text[8:],
        "a secret without padding and with a space inside": "whsec_" + bare[:8] + " " + bare[8:],
        "a secret with a tab inside": "whsec_" + text[:8] + "\t" + text[8:],
        "a secret with a NUL inside": "whsec_" + text[:8] + "\0" + text[8:],
        "a secret with a space before its pad": "whsec_" + bare + " =",
        "a secret with a space after whsec_": "whsec_ " + text,
        "a secret with a space at its end": "whsec_" + bare + " ",
        "a secret with a letter outside of ASCII": "whsec_\u00e9" + text[1:],
        "a secret with a full-width letter": "whsec_\uff21" + bare[1:],
        "a secret with a character after its padding": "whsec_" + text + "AAAA",
        "a secret with a pad inside": "whsec_" + bare[:8] + "=" + bare[8:],
        "a secret with a pad in front": "whsec_=" + bare,
        "a secret with its pad percent-encoded": "whsec_" + bare + "%3D",
        "a secret with another pad": "whsec_" + bare + ".",
        "a secret in double quotes": f'"whsec_{bare}"',
        "two secrets with a comma between": f"whsec_{bare},whsec_{bare}",
        "two secrets with a space between": f"whsec_{bare} whsec_{bare}",
        "a secret in hex with a colon": key.hex(":"),
        "a secret that is no base64": "not-base64!",
        "a secret of one character": "A",
        "an upper-case WHSEC_": "WHSEC_" + bare,
        "whsec_ twice": "whsec_whsec_" + bare,
        "the prefix of a public key": "whpk_" + bare,
        "the prefix of a private key": "whsk_" + bare,
    }
    for what, secret in bad.items():
        yield refuse(f"{scheme}: {what} is invalid", _signed(sender, key, secret), "invalid_secret")
    # A secret in hex is also valid base64 of other bytes, so the error is in the signature, not in the configuration.
    hexed = _signed(sender, key, key.hex()[: len(key.hex()) // 4 * 4])
    yield refuse(f"{scheme}: a key written in hex is another key", hexed, "signature_mismatch")


def _several(sender: Sender) -> Iterator[dict]:
    scheme, good = sender.scheme, sender.secret
    key, other = _key(32), _key(33)
    bare = to_base64(key).rstrip("=")
    second = _signed(sender, key, good, "whsec_" + bare)
    yield accept(f"{scheme}: a second secret without its padding verifies", second, sender.ok(index=1))
    twice = _signed(sender, key, bare, "whsec_" + bare + "=")
    yield accept(f"{scheme}: of one key with and without padding the first verifies", twice, sender.ok(index=0))
    wrong = _signed(sender, other, "whsec_" + bare)
    yield refuse(f"{scheme}: another key than the one without its padding matches nothing", wrong, "signature_mismatch")
    for what, bad in [("whsec_ alone", "whsec_"), ("a short one", "whsec_c2hvcnQ="), ("a short one without padding", "c2hvcnQ"),
                      ("one with partial padding", to_base64(_key(16))[:-1])]:  # fmt: skip
        for where, secrets in [("after", (good, bad)), ("before", (bad, good))]:
            yield refuse(f"{scheme}: {what} {where} a good secret is invalid", sender.genuine(secrets=secrets), "invalid_secret")
