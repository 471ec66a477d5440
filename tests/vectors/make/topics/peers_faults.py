"""Faults found in other webhook libraries, by number. The README explains the numbers.

Numbers 12 and 13 have no vectors: a disagreement of two builds shows only when both run these files, and no option of a
vector skips verification.
"""

from __future__ import annotations

from typing import Iterator

from ..contio_body import ENVELOPE, envelope, members
from ..senders import (
    ALL, BODY, GITHUB, MESSAGE_ID, OTHERS, SHOPIFY, SLACK, STANDARD, STRIPE, SVIX, TIMESTAMPED, contio,
)  # fmt: skip
from ..vector import NOW, accept, refuse


def vectors() -> Iterator[dict]:
    parts = {1: _empty_secrets, 2: _short_signatures, 3: _odd_signatures, 4: _timestamps, 5: _lossy_bodies,
             6: _replacement, 7: _junk, 8: _repeated_headers, 9: _duplicate_keys, 10: _empty_bodies,
             11: _reserialized, 14: _unsigned_ids}  # fmt: skip
    for number, part in parts.items():
        for vector in part():
            yield {**vector, "name": f"fault {number}: {vector['name']}"}


def _empty_secrets() -> Iterator[dict]:
    for sender in ALL:
        # What an attacker sends after guessing that no secret is configured.
        guessed = sender.carry([sender.tag(key=b"")], secrets=("",))
        yield refuse(f"{sender.scheme}: a signature under the empty key does not pass an empty secret", guessed, "invalid_secret")
        listed = guessed.but(secrets=(sender.secret, ""))
        yield refuse(f"{sender.scheme}: a signature under the empty key does not pass an empty entry", listed, "invalid_secret")
    for sender in (STANDARD, SVIX):
        decoded = sender.carry([sender.tag(key=b"")], secrets=("whsec_",))
        yield refuse(f"{sender.scheme}: a secret that decodes to zero bytes is refused", decoded, "invalid_secret")


def _short_signatures() -> Iterator[dict]:
    for sender in ALL:
        yield refuse(f"{sender.scheme}: an empty signature does not pass", sender.with_signature(""), "malformed_signature")
        yield refuse(f"{sender.scheme}: an empty tag does not pass", sender.carry([""]), "malformed_signature")
        for length in (1, 2, 8):
            start = sender.carry([sender.tag()[:length]])
            name = f"{sender.scheme}: the first {length} characters of a genuine tag do not pass"
            yield refuse(name, start, "malformed_signature")


def _odd_signatures() -> Iterator[dict]:
    for sender in ALL:
        signature = sender.tag()
        odd = {
            "of letters outside of ASCII as long as its own": "é" * len(signature),
            "that begins with an emoji": "\U0001f512" + signature[1:],
            "with a control character": "\x01" + signature[1:],
        }
        for what, wrong in odd.items():
            yield refuse(f"{sender.scheme}: a tag {what} is an ordinary error", sender.carry([wrong]), "malformed_signature")
    bare = STANDARD.with_signature("v1")
    yield refuse("standard-webhooks: a version without a tag is an ordinary error", bare, "malformed_signature")
    yield refuse("stripe: a header without items is an ordinary error", STRIPE.with_signature("x"), "malformed_signature")


def _timestamps() -> Iterator[dict]:
    malformed = {
        "NaN passes no comparison": "NaN",
        "the smallest integer overflows nothing": "-9223372036854775808",
        "milliseconds are not seconds": f"{NOW}000",
        "a sign is no digit": f"+{NOW}",
        "a space is no digit": f" {NOW}",
        "a fraction is no digit": f"{NOW}.5",
        "junk after the digits is not left out": f"{NOW}.junk",
    }
    for sender in (s for s in ALL if s.signs_timestamp):
        for what, text in malformed.items():
            yield refuse(f"{sender.scheme}: {what}", sender.genuine(timestamp=text), "malformed_timestamp")
        far = sender.genuine(timestamp=NOW + 10 * 365 * 86_400)
        yield refuse(f"{sender.scheme}: a timestamp ten years ahead is refused", far, "timestamp_in_future")
    # The sender signed the body `junk.{...}` at T. A verifier that parses `T.junk` as T but hashes the whole text would
    # accept `{...}` as the body.
    signature = TIMESTAMPED.tag(b"junk." + ENVELOPE)
    split = TIMESTAMPED.carry([signature], ENVELOPE, timestamp=f"{NOW}.junk")
    yield refuse("contio-timestamped: the start of a signed body does not become a timestamp", split, "malformed_timestamp")


def _lossy_bodies() -> Iterator[dict]:
    replacement = "\ufffd".encode()
    for sender in ALL:
        signed = envelope(note='"\ufffd"') if sender.is_contio else b'{"note":"' + replacement + b'"}'
        sent = signed.replace(replacement, b"\xff")
        lossy = sender.carry([sender.tag(signed)], sent)
        yield refuse(f"{sender.scheme}: a 0xFF byte is not the replacement character", lossy, "signature_mismatch")
        marked = sender.carry([sender.tag()], b"\xef\xbb\xbf" + sender.body)
        yield refuse(f"{sender.scheme}: a byte order mark in front is part of the body", marked, "signature_mismatch")
    for variant in (TIMESTAMPED, BODY):
        marked = variant.genuine(b"\xef\xbb\xbf" + ENVELOPE)
        yield refuse(f"{variant.scheme}: a signed byte order mark in front is no envelope", marked, "malformed_envelope")
        broken = variant.genuine(envelope(note='"@"').replace(b"@", b"\xff"))
        yield refuse(f"{variant.scheme}: a signed 0xFF byte is no envelope", broken, "malformed_envelope")


def _replacement() -> Iterator[dict]:
    pattern = "$& $$ $` $' $1 $<name> \\1 %s {0}"
    for sender in ALL:
        body = envelope(note='"' + pattern.replace("\\", "\\\\") + '"') if sender.is_contio else pattern.encode()
        yield accept(f"{sender.scheme}: replacement patterns in the body stay as they are", sender.genuine(body), sender.ok())


def _junk() -> Iterator[dict]:
    for sender in ALL:
        signature = sender.tag()
        pairs = "-".join(signature[i : i + 2] for i in range(0, len(signature), 2))
        junk = {
            "junk after a genuine tag is not ignored": signature + "zz",
            "more digits after a genuine tag are not ignored": signature + "00",
            "junk in the middle of a genuine tag is not skipped": signature[:10] + "*" + signature[10:],
            "dashes between pairs are not skipped": pairs,
        }
        for what, wrong in junk.items():
            yield refuse(f"{sender.scheme}: {what}", sender.carry([wrong]), "malformed_signature")


def _repeated_headers() -> Iterator[dict]:
    for sender in ALL:
        name, genuine = sender.signature_header, sender.genuine()
        forged = sender.carry([sender.tag(b"something else")]).value(name)
        after = genuine.plus_header(name, forged)
        yield refuse(f"{sender.scheme}: a forged signature header after the genuine one", after, "duplicate_header")
        before = genuine.but(headers=((name, forged), *genuine.headers))
        yield refuse(f"{sender.scheme}: a forged signature header before the genuine one", before, "duplicate_header")
        joined = genuine.with_header(name, f"{genuine.value(name)}, {forged}")
        # In a list separated by spaces, the item before the join ends in a comma, and the last item can be parsed.
        code = "signature_mismatch" if sender in (STANDARD, SVIX) else "malformed_signature"
        yield refuse(f"{sender.scheme}: two signature headers joined by a comma", joined, code)
        if sender.timestamp_header:
            name = sender.timestamp_header
            joined = genuine.with_header(name, f"{NOW}, {NOW}")
            yield refuse(f"{sender.scheme}: two timestamp headers joined by a comma", joined, "malformed_timestamp")


def _duplicate_keys() -> Iterator[dict]:
    for variant in (TIMESTAMPED, BODY):
        for name, value in [("event_id", '"evt_other"'), ("event_type", '"meeting.created"'), ("data", '{"a":1}')]:
            body = envelope(f'"{name}":{value}')
            yield refuse(f"{variant.scheme}: of {name} twice neither wins", variant.genuine(body), "malformed_envelope")
        body = envelope(r'"event_i\u0064":"evt_other"')
        yield refuse(f"{variant.scheme}: of event_id twice, once escaped, neither wins", variant.genuine(body), "malformed_envelope")


def _empty_bodies() -> Iterator[dict]:
    for sender in OTHERS:
        yield accept(f"{sender.scheme}: a signed empty body is a delivery", sender.genuine(b""), sender.ok())
    for variant in (TIMESTAMPED, BODY):
        empty = variant.genuine(b"")
        yield refuse(f"{variant.scheme}: a signed empty body is no envelope", empty, "malformed_envelope")
        yield refuse(f"contio: a signed empty body in the {variant.scheme} form is no envelope", contio(empty), "malformed_envelope")


def _reserialized() -> Iterator[dict]:
    spaced = ("{ " + " , ".join(m.replace('":', '" : ', 1) for m in members()) + " }\n").encode()
    escaped = ENVELOPE.replace(b"Weekly sync", rb"Weekly\u0020s\u0079nc")
    slashed = envelope(url=r'"https:\/\/example.com\/"')
    numbers = envelope(numbers="[1.0,1e2,100000000000000000000,-0]")
    for variant in (TIMESTAMPED, BODY):
        cases = {"spaced": spaced, "needlessly escaped": escaped, "with escaped slashes": slashed, "with odd numbers": numbers}
        for what, body in cases.items():
            yield accept(f"{variant.scheme}: genuine JSON {what} is accepted as it came", variant.genuine(body), variant.ok())
        compact = variant.carry([variant.tag(ENVELOPE)], spaced)
        yield refuse(f"{variant.scheme}: a signature over the compact form does not fit spaced JSON", compact, "signature_mismatch")
    for sender in (STRIPE, GITHUB, STANDARD, SVIX, SHOPIFY):
        yield accept(f"{sender.scheme}: genuine JSON spaced is accepted as it came", sender.genuine(b'{ "a" : 1.0 }\n'), sender.ok())
    form_body = SLACK.genuine(b"text=a+b&text=%61%20b&empty=")
    yield accept("slack: a genuine form with doubled names is accepted as it came", form_body, SLACK.ok())


def _unsigned_ids() -> Iterator[dict]:
    for variant in (TIMESTAMPED, BODY):
        for name in ("X-Contio-Event-Id", "X-Contio-Delivery-Id", "webhook-id", "X-Request-Id"):
            replayed = variant.genuine().plus_header(name, "another-one")
            yield accept(f"{variant.scheme}: the id is the signed event's, whatever {name} says", replayed, variant.ok())
    unsigned = [(GITHUB, "X-GitHub-Delivery"), (SHOPIFY, "X-Shopify-Webhook-Id"), (SLACK, "X-Slack-Request-Id"),
                (STRIPE, "Idempotency-Key")]  # fmt: skip
    for sender, name in unsigned:
        replayed = sender.genuine().plus_header(name, "another-one")
        yield accept(f"{sender.scheme}: {name} is not signed and gives no id", replayed, sender.ok())
    for sender in (STANDARD, SVIX):
        replayed = sender.genuine().with_header(sender.id_header, MESSAGE_ID + "-again")
        yield refuse(f"{sender.scheme}: a replay under another id is refused", replayed, "signature_mismatch")
