"""Deliveries of the further senders with their verdicts."""

from __future__ import annotations

from typing import Iterator

from .. import faults
from ..vector import NOW, Delivery, accept, refuse
from .senders import (
    ALL,
    CALENDLY,
    HUBSPOT,
    OTHER_SECRET,
    PADDLE,
    SECRET,
    SQUARE,
    TWITCH,
    WORKOS,
    ZENDESK,
    Further,
    milliseconds,
    seconds,
    to_hex,
)

AFTER_ROTATION = (OTHER_SECRET, SECRET)


def vectors() -> list[dict]:
    made = [vector for sender in ALL for vector in _common(sender)]
    made += [*_published(), *_lists(), *_times(), *_urls(), *_joined()]
    names = [vector["name"] for vector in made]
    assert len(set(names)) == len(names)
    return made


def _common(sender: Further) -> Iterator[dict]:
    """What every sender has in common."""
    name = sender.scheme
    genuine = sender.genuine()
    yield accept(f"{name}: a genuine delivery", genuine, sender.ok())
    rotated = sender.genuine(secrets=AFTER_ROTATION)
    yield accept(f"{name}: a delivery signed with the second secret", rotated, sender.ok(index=1))
    accents = '{"name":"\u017dofie \U0001f980"}'.encode()
    yield accept(f"{name}: a body that is not ASCII", sender.genuine(accents), sender.ok())
    yield accept(f"{name}: an empty body", sender.genuine(b""), sender.ok())
    lower = Delivery(genuine.scheme, genuine.secrets, tuple((n.lower(), v) for n, v in genuine.headers), genuine.body,
                     options=genuine.options)  # fmt: skip
    yield accept(f"{name}: the names of the headers in lower case", lower, sender.ok())

    forged = sender.genuine(secret="another endpoint's secret")
    yield refuse(f"{name}: a delivery signed with another secret", forged, "signature_mismatch")
    yield refuse(f"{name}: a body with one more space", genuine.but(body=sender.body + b" "), "signature_mismatch")
    yield refuse(f"{name}: another body", genuine.but(body=b"{}"), "signature_mismatch")
    for header, _ in genuine.headers:
        yield refuse(f"{name}: without {header}", genuine.without_header(header), "missing_header")
        twice = genuine.plus_header(header, genuine.value(header))
        yield refuse(f"{name}: {header} twice", twice, "duplicate_header")
    yield refuse(f"{name}: an empty signature", genuine.with_header(sender.header, ""), "malformed_signature")
    yield from _malformed(sender)
    if sender.time:
        yield from _freshness(sender)


def _malformed(sender: Further) -> Iterator[dict]:
    stamp = sender.time(NOW) if sender.time else ""
    tag = sender.tag(sender.body, stamp, SECRET)
    genuine = sender.genuine()
    wrong = faults.hex_signatures(tag) if sender.encode is to_hex else faults.base64_signatures(tag)
    for what, malformed in wrong:
        if sender.is_list and what in ("followed by junk", "written twice with a comma"):
            continue
        delivery = genuine.with_header(sender.header, sender.present([malformed], stamp))
        yield refuse(f"{sender.scheme}: a signature {what}", delivery, "malformed_signature")
    if sender.prefix:
        for what, prefix in [("without its prefix", ""), ("with its prefix in capitals", sender.prefix.upper())]:
            delivery = genuine.with_header(sender.header, prefix + tag)
            yield refuse(f"{sender.scheme}: a signature {what}", delivery, "malformed_signature")
    else:
        delivery = genuine.with_header(sender.header, "sha256=" + tag)
        code = "malformed_signature"
        yield refuse(f"{sender.scheme}: a signature after sha256=", delivery, code)


def _freshness(sender: Further) -> Iterator[dict]:
    name = sender.scheme
    assert sender.time
    yield accept(f"{name}: a delivery of 300 s ago", sender.genuine(at=NOW - 300), sender.ok(at=NOW - 300))
    yield accept(f"{name}: a delivery dated 300 s ahead", sender.genuine(at=NOW + 300), sender.ok(at=NOW + 300))
    yield refuse(f"{name}: a delivery of 301 s ago", sender.genuine(at=NOW - 301), "timestamp_too_old")
    yield refuse(f"{name}: a delivery dated 301 s ahead", sender.genuine(at=NOW + 301), "timestamp_in_future")
    replayed = sender.genuine(at=NOW - 3600)
    fresh = sender.time(NOW)
    if sender.time_header:
        replayed = replayed.with_header(sender.time_header, fresh)
    else:
        tag = sender.tag(sender.body, sender.time(NOW - 3600), SECRET)
        replayed = replayed.with_header(sender.header, sender.present([tag], fresh))
    yield refuse(f"{name}: an old delivery with a new time", replayed, "signature_mismatch")
    for what, stamp in _malformed_times(sender):
        delivery = sender.genuine(stamp=stamp)
        yield refuse(f"{name}: a genuine time {what}", delivery, "malformed_timestamp")


def _malformed_times(sender: Further) -> Iterator[tuple[str, str]]:
    """Times that were signed as they are, in another form than the sender's."""
    if sender.time is seconds:
        for what, stamp in faults.common_timestamps():
            # A list would be split there, or its header is not visible ASCII.
            if not sender.is_list or stamp.isascii():
                yield what, stamp
    elif sender.time is milliseconds:
        yield "in seconds", seconds(NOW)
        yield "in microseconds", milliseconds(NOW) + "000"
        yield "of 13 digits and a fraction", milliseconds(NOW) + ".5"
        yield "with a plus sign", "+" + milliseconds(NOW)[1:]
        yield "with a letter", milliseconds(NOW)[:-1] + "O"
        yield "in RFC 3339", "2023-11-14T22:13:20Z"
    else:
        yield "in seconds", seconds(NOW)
        yield "in milliseconds", milliseconds(NOW)
        yield "without a zone", "2023-11-14T22:13:20"
        yield "of a day that does not exist", "2023-11-31T22:13:20Z"
        yield "with a space in place of T", "2023-11-14 22:13:20Z"
        yield "followed by a space", "2023-11-14T22:13:20Z "
        yield "in the form of HTTP dates", "Tue, 14 Nov 2023 22:13:20 GMT"


def _published() -> Iterator[dict]:
    """Examples that the senders publish, byte for byte: docs/senders.md says where."""
    secrets = tuple(
        "pdl_ntf_01hbpjmytsa32fhr36nqgc3kgb_" + end
        for end in (
            "TjIG2BXbm83HPXqNfziwe506sBEdqL/4",
            "vB/yIOnTOCWIvpBadM5jzBZPHc7OmdSo",
            "WvRO0eL4Bj9rgYYIBZY6wZhG4EHy9jzh",
        )
    )
    value = "ts=1696195954;h1=dummy;h1=d96299976a6eb066f484d7fde011ac56fc32b38fc9940bc419d6e537fdc6ef02"
    paddle = Delivery("paddle", secrets, (("Paddle-Signature", value),), b"hello-world", now=1_696_195_955)
    ok = {"scheme": "paddle", "timestamp": 1_696_195_954, "secret_index": 2, "id": None}
    yield accept("paddle: the example of its Python library", paddle, ok)

    square = Delivery(
        "square",
        ("Ibxx_5AKakO-3qeNVR61Dw",),
        (("x-square-hmacsha256-signature", "GF4YkrJgGBDZ9NIYbNXBnMzqb2HoL4RW/S6vkZ9/2N4="),),
        b'{"merchant_id":"MLEFBHHSJGVHD","type":"webhooks.test_notification",'
        b'"event_id":"ac3ac95b-f97d-458c-a6e6-18981597e05f","created_at":"2022-07-13T20:30:59.037339943Z",'
        b'"data":{"type":"webhooks","id":"bc368e64-01aa-407e-b46e-3231809b1129"}}',
        options={"url": "https://webhook.site/679a4f3a-dcfa-49ee-bac5-9d0edad886b9"},
    )
    yield accept("square: the example of its libraries", square, SQUARE.ok())
    for what, body, tag in [
        ("a second example", b'{"data":{"type":"webhooks","id":"fake_id"}}', "W3FlCNk5IA3ZQ2LHTWoajvzfaDu/OwY2tNHIHC3IUOA="),
        ("a third example", b'{"data":{"type":"webhooks","id":">id<"}}', "Cxt7+aTi4rKgcA0bC4g9EHdVtLSDWdqccmL5MvihU4U="),
    ]:  # fmt: skip
        other = Delivery("square", ("signature-key",), (("x-square-hmacsha256-signature", tag),), body,
                         options={"url": "https://webhook.site/webhooks"})  # fmt: skip
        yield accept(f"square: {what} of its libraries", other, SQUARE.ok())

    body = (
        b'{"id":"wh_01FG9JXJ9C9S052FX59JVG4EG1","data":{"id":"conn_01EHWNC0FCBHZ3BJ7EGKYXK0E6",'
        b'"name":"Foo Corp\'s Connection","state":"active","object":"connection",'
        b'"domains":[{"id":"conn_domain_01EHWNFTAFCF3CQAE5A9Q0P1YB","domain":"foo-corp.com",'
        b'"object":"connection_domain"}],"connection_type":"OktaSAML",'
        b'"organization_id":"org_01EHWNCE74X7JSDV0X3SZ3KJNY"},"event":"connection.activated"}'
    )
    value = "t=1632409405772, v1=67612f0e74f008b436a13b00266f90ef5c13f9cbcf6262206f5f4a539ff61702"
    workos = Delivery("workos", ("1lyKDzhJjuCkIscIWqkSe4YsQ",), (("WorkOS-Signature", value),), body,
                      now=1_632_409_406)  # fmt: skip
    yield accept("workos: the example of its Python library", workos, WORKOS.ok(at=1_632_409_405))


def _lists() -> Iterator[dict]:
    for sender in (PADDLE, CALENDLY, WORKOS):
        assert sender.time
        name, stamp = sender.scheme, sender.time(NOW)
        old, new = (sender.tag(sender.body, stamp, secret) for secret in (OTHER_SECRET, SECRET))
        both = sender.carry(sender.present([old, new], stamp), sender.body, stamp, (SECRET,))
        yield accept(f"{name}: of two signatures the second matches", both, sender.ok())
        genuine = sender.genuine()
        value = genuine.value(sender.header)
        separator = ";" if sender is PADDLE else ","
        other = genuine.with_header(sender.header, value + separator + "v9=junk")
        yield accept(f"{name}: an item of another version is skipped", other, sender.ok())
        twice = genuine.with_header(sender.header, value + separator + value.split(separator)[0])
        yield refuse(f"{name}: two times in a list", twice, "malformed_signature")
        for what, changed in [
            ("a list without its time", value.split(separator)[1].strip()),
            ("a list without a signature", value.split(separator)[0]),
            ("a list with the separators of another sender", value.replace(separator, "|")),
        ]:
            yield refuse(f"{name}: {what}", genuine.with_header(sender.header, changed), "malformed_signature")
    compact = WORKOS.genuine()
    compact = compact.with_header(WORKOS.header, compact.value(WORKOS.header).replace(" ", ""))
    yield accept("workos: a list without blanks after its commas", compact, WORKOS.ok())
    spaced = CALENDLY.genuine()
    spaced = spaced.with_header(CALENDLY.header, spaced.value(CALENDLY.header).replace(",", ", "))
    yield refuse("calendly: a list with blanks after its commas", spaced, "malformed_signature")


def _times() -> Iterator[dict]:
    fraction = "2023-11-14T22:13:20.618908427Z"
    for sender in (ZENDESK, TWITCH):
        yield accept(f"{sender.scheme}: a time with nanoseconds", sender.genuine(stamp=fraction), sender.ok())
        offset = sender.genuine(stamp="2023-11-14T23:13:20+01:00")
        yield accept(f"{sender.scheme}: a time with an offset", offset, sender.ok())
    for sender in (HUBSPOT, WORKOS):
        late = sender.genuine(stamp="1700000000999")
        yield accept(f"{sender.scheme}: the last millisecond of a second", late, sender.ok())


def _urls() -> Iterator[dict]:
    for sender in (SQUARE, HUBSPOT):
        assert sender.url
        for what, url in [
            ("without its query", sender.url.split("?")[0]),
            ("with a slash at its end", sender.url + "/"),
            ("with http", sender.url.replace("https", "http")),
            ("with a capital in its host", sender.url.replace("example", "Example")),
        ]:
            delivery = sender.genuine().but(options={"url": url})
            yield refuse(f"{sender.scheme}: a URL {what}", delivery, "signature_mismatch")
        for what, url in [("that is empty", ""), ("with a space", "https://example.com/a b")]:
            delivery = sender.genuine().but(options={"url": url})
            yield refuse(f"{sender.scheme}: a URL {what} cannot be used", delivery, "invalid_scheme")
    # The last characters of the URL and the first of the body are joined without a separator.
    moved = SQUARE.genuine().but(body=b"7" + SQUARE.body, options={"url": SQUARE.url[:-1] if SQUARE.url else ""})
    yield accept("square: a receiver with another URL verifies what was signed for that URL", moved, SQUARE.ok())


def _joined() -> Iterator[dict]:
    """Parts that are joined without separators: none can be moved from one part to the next."""
    stamp = "2023-11-14T22:13:20Z"
    for sender in (ZENDESK, TWITCH):
        tag = sender.tag(sender.body, stamp, SECRET)
        for count in (1, 2, 20):
            moved = sender.carry(sender.present([tag], stamp), stamp[-count:].encode() + sender.body,
                                 stamp[:-count], (SECRET,))  # fmt: skip
            name = f"{sender.scheme}: the last {count} of the time, moved into the body"
            yield refuse(name, moved, "malformed_timestamp")
    for count in (1, 4, 14, 20):
        tag = TWITCH.tag(TWITCH.body, stamp, SECRET)
        moved = TWITCH.carry(TWITCH.present([tag], stamp), TWITCH.body, TWITCH.id[-count:] + stamp, (SECRET,),
                             TWITCH.id[:-count])  # fmt: skip
        code = "malformed_timestamp"
        yield refuse(f"twitch: the last {count} of the id, moved into the time", moved, code)
        longer = TWITCH.carry(TWITCH.present([tag], stamp), TWITCH.body, stamp[count:], (SECRET,),
                              TWITCH.id + stamp[:count])  # fmt: skip
        # No id has a colon.
        code = "malformed_signature" if ":" in stamp[:count] else "malformed_timestamp"
        yield refuse(f"twitch: the first {count} of the time, moved into the id", longer, code)
    other = TWITCH.genuine().with_header("Twitch-Eventsub-Message-Id", TWITCH.id[:-1] + "c")
    yield refuse("twitch: another id", other, "signature_mismatch")
    for what, body, stamp in [
        ("the time's first digit, moved into the body", b"1", "700000000000"),
        ("the body's last digit, moved into the time", b"", "51700000000000"),
    ]:
        base = b'{"n":5' if body else b'{"n":'
        tag = HUBSPOT.tag(b'{"n":5', milliseconds(NOW), SECRET)
        moved = HUBSPOT.carry(tag, base + body, stamp, (SECRET,))
        yield refuse(f"hubspot: {what}", moved, "malformed_timestamp")
