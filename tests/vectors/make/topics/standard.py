"""Standard Webhooks and Svix, which differ only in the names of the headers."""

from __future__ import annotations

from typing import Iterator

from .. import faults, shapes
from ..senders import SVIX, STANDARD, Sender
from ..vector import NOW, accept, refuse


def standard_webhooks() -> Iterator[dict]:
    return _vectors(STANDARD)


def svix() -> Iterator[dict]:
    return _vectors(SVIX)


def _vectors(sender: Sender) -> Iterator[dict]:
    scheme = sender.scheme
    yield accept(f"{scheme} accepts a genuine delivery", sender.genuine(), sender.ok())
    for shape, body in shapes.bodies():
        yield accept(f"{scheme} accepts {shape}", sender.genuine(body), sender.ok())
    yield from _lists(sender)
    yield from _signatures(sender)
    yield from _ids(sender)
    yield from _shifted(sender)
    for what, text in [("that is empty", ""), *faults.common_timestamps()]:
        delivery = sender.genuine(timestamp=text)
        yield refuse(f"{scheme}: a timestamp {what} is malformed", delivery, "malformed_timestamp")
    padded = sender.genuine(timestamp="001700000000")
    yield accept(f"{scheme} accepts leading zeros in the timestamp that were signed", padded, sender.ok())


def _lists(sender: Sender) -> Iterator[dict]:
    scheme, signature = sender.scheme, sender.tag()
    forged = sender.tag(b"something else")
    good = {
        "an unknown version before the tag": f"v1a,anything v1,{signature}",
        "an unknown version after the tag": f"v1,{signature} v2,x",
        "an unknown version with commas in its value": f"v9,a,b,c v1,{signature}",
        "a version in upper case as one it does not know": f"V1,x v1,{signature}",
        "a version with a dash and an underscore": f"v-1_b,x v1,{signature}",
        "a forged tag before the genuine one": f"v1,{forged} v1,{signature}",
        "a forged tag after the genuine one": f"v1,{signature} v1,{forged}",
        "the same tag twice": f"v1,{signature} v1,{signature}",
    }
    for what, value in good.items():
        yield accept(f"{scheme} accepts {what}", sender.with_signature(value), sender.ok())
    # Items that cannot be parsed are skipped, as `signature_lists` shows: none of these values has another item.
    bad = {
        "an empty signature": "",
        "a signature of one space": " ",
        "a tag without a version": signature,
        "a version without a comma": "v1",
        "a version with an empty tag": "v1,",
        "an empty version": f",{signature}",
        "a newline at the end": f"v1,{signature}\n",
        "a tab between tags": f"v1,{signature}\tv1,{signature}",
        "a comma between tags": f"v1,{signature},v1,{signature}",
        "a no-break space between tags": f"v1,{signature}\u00a0v1,{signature}",
        "a space after the version's comma": f"v1, {signature}",
        "an equals sign after the version": f"v1={signature}",
        "nothing but an unknown version": f"v2,{signature}",
        "nothing but an upper-case version": f"V1,{signature}",
        "nothing but the asymmetric version": f"v1a,{signature}",
    }
    for what, value in bad.items():
        yield refuse(f"{scheme}: {what} is malformed", sender.with_signature(value), "malformed_signature")
    two_forged = sender.with_signature(f"v1,{forged} v1,{sender.tag(timestamp=NOW - 1)}")
    yield refuse(f"{scheme}: two forged tags match nothing", two_forged, "signature_mismatch")


def _signatures(sender: Sender) -> Iterator[dict]:
    # A signature with both of the characters that are different in the URL-safe alphabet.
    bodies = (b'{"n":%d}' % n for n in range(1000))
    body = next(body for body in bodies if {"+", "/"} <= set(sender.tag(body)))
    signature = sender.tag(body)
    yield accept(f"{sender.scheme} accepts a tag with + and /", sender.genuine(body), sender.ok())
    url_safe = signature.replace("+", "-").replace("/", "_")
    for what, wrong in [("in the URL-safe alphabet", url_safe), *faults.base64_signatures(signature)]:
        delivery = sender.with_signature(f"v1,{wrong}", body=body)
        yield refuse(f"{sender.scheme}: a tag {what} is malformed", delivery, "malformed_signature")


def _ids(sender: Sender) -> Iterator[dict]:
    good = {"one character": "a", "punctuation": "!\"#$%&'()*+,-/:;<=>?@[\\]^_`{|}~", "digits": "1700000000"}
    for what, id in good.items():
        yield accept(f"{sender.scheme} accepts an id of {what}", sender.genuine(id=id), sender.ok(id=id))
    bad = {
        "that is empty": "",
        "with a space inside": "msg 1",
        "with a space in front": " msg_1",
        "with a space at the end": "msg_1 ",
        "with a newline at the end": "msg_1\n",
        "with a tab inside": "msg\t1",
        "with a dot inside": "msg.1",
        "that is a dot": ".",
        "with an accented letter": "ms\u00e9_1",
        "with a DEL character": "msg\x7f1",
    }
    for what, id in bad.items():
        yield refuse(f"{sender.scheme}: an id {what} is malformed", sender.genuine(id=id), "malformed_signature")
    other = sender.genuine().with_header(sender.id_header, "msg_other")
    yield refuse(f"{sender.scheme}: another id matches nothing", other, "signature_mismatch")


def _shifted(sender: Sender) -> Iterator[dict]:
    """One signature of `id.ts.body`, split at other dots."""
    scheme = sender.scheme
    # Otherwise an old delivery whose body starts like a timestamp would become a fresh one.
    body = b"1700000000.{}"
    signature = sender.tag(body, timestamp=1, id="msg")
    genuine = sender.carry([signature], body, timestamp=1, id="msg")
    yield accept(f"{scheme} accepts a body that starts like a timestamp", genuine.but(now=1), sender.ok(id="msg", timestamp=1))
    yield refuse(f"{scheme}: an old delivery stays old though its body starts like a timestamp", genuine, "timestamp_too_old")
    shifted = sender.carry([signature], b"{}", timestamp=NOW, id="msg.1")
    yield refuse(f"{scheme}: its timestamp moved into the id is malformed", shifted, "malformed_signature")
    shifted = sender.carry([signature], b"{}", timestamp=f"1.{NOW}", id="msg")
    yield refuse(f"{scheme}: its body's start moved into the timestamp is malformed", shifted, "malformed_timestamp")
    shifted = sender.carry([signature], b"1." + body, timestamp="", id="msg")
    yield refuse(f"{scheme}: its timestamp moved into the body is malformed", shifted, "malformed_timestamp")
    shifted = sender.carry([signature], b"1." + body, timestamp="msg", id="")
    yield refuse(f"{scheme}: its id moved into the timestamp is malformed", shifted, "malformed_signature")
