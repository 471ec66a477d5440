"""Deliveries that something went wrong with on their way, and the causes that an explanation must find."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import struct
import urllib.parse
import zlib
from typing import Callable, Iterator

from . import senders
from .senders import ALL, BODY, CONTIO, GITHUB, SHOPIFY, SLACK, STANDARD, STRIPE, SVIX, TIMESTAMPED, Sender
from .vector import NOW, Delivery

# Two objects with unsorted keys, a slash, and non-ASCII characters.
DOCUMENT = {
    "event_type": "meeting.completed",
    "event_id": "evt-1",
    "timestamp": "2023-11-14T22:13:20Z",
    "partner_app_id": "app-1",
    "data": {"title": "Zoë & Søren", "meeting_id": "m/1", "minutes": 30},
}


def gzipped(body: bytes) -> bytes:
    """RFC 1952 by hand: the operating system in the header differs between versions of Python's module."""
    deflate = zlib.compressobj(9, zlib.DEFLATED, -15)
    data = deflate.compress(body) + deflate.flush()
    return b"\x1f\x8b\x08\0\0\0\0\0\x02\x03" + data + struct.pack("<II", zlib.crc32(body), len(body))


def compact(document=DOCUMENT, **options) -> bytes:
    return json.dumps(document, separators=(",", ":"), **{"ensure_ascii": False, **options}).encode()


def spaced(document=DOCUMENT, **options) -> bytes:
    return json.dumps(document, **{"ensure_ascii": False, **options}).encode()


def indented(width: int) -> bytes:
    return json.dumps(DOCUMENT, indent=width, ensure_ascii=False).encode()


def escaped_slashes(body: bytes) -> bytes:
    return body.replace(b"/", b"\\/")


def go_html(body: bytes) -> bytes:
    return body.replace(b"&", b"\\u0026")


def numbered(price: str, count: str = "3", *, spaces: str = "") -> bytes:
    """JSON whose numbers are written as given."""
    return f'{{"count":{spaces}{count},{spaces}"price":{spaces}{price},{spaces}"rate":{spaces}1.25}}'.encode()


def items(price: str) -> bytes:
    """More numbers than can be tried in every combination."""
    return b"[" + b",".join(b'{"count":%d,"price":%s}' % (count, price.encode()) for count in range(10)) + b"]"


def go_escapes(body: bytes) -> bytes:
    """All that Go escapes, although JSON need not."""
    for mark in "<>&\u2028\u2029":
        body = body.replace(mark.encode(), b"\\u%04x" % ord(mark))
    return body


HTML = '{"a":"<b>&\u2028\u2029é","c":"\\u0041"}'.encode()
LINES = b'{\n  "a": 1,\n  "b": 2\n}'
JSON_STRING = json.dumps(compact().decode(), ensure_ascii=False).encode()
# What a JavaScript sender writes for a title that was cut in the middle of an emoji; that JSON as a string; and how another
# library writes it.
HALF_EMOJI = '{"title":"Zoë \\ud83d","b":"\\udc00/"}'.encode()
HALF_EMOJI_STRING = json.dumps(HALF_EMOJI.decode(), ensure_ascii=False).encode()
HALF_EMOJI_SPACED = '{"title": "Zo\\u00eb \\ud83d", "b": "\\udc00/"}'.encode()
BUFFER = json.dumps({"type": "Buffer", "data": list(compact())}, separators=(",", ":")).encode()
FORM = b"payload=" + urllib.parse.quote_plus(compact()).encode()

# What happened, what the sender signed, what was received, and the causes.
BODIES: list[tuple[str, bytes, bytes, list[str]]] = [
    ("spaces were added to it", compact(), spaced(), ["body_was_compact"]),
    ("it was indented by two", compact(), indented(2), ["body_was_compact"]),
    ("it was indented by four", compact(), indented(4), ["body_was_compact"]),
    ("it lost the spaces of Python", spaced(), compact(), ["body_was_spaced"]),
    ("it lost its indent of two", indented(2), compact(), ["body_was_indented_by_2"]),
    ("it lost its indent of four", indented(4), compact(), ["body_was_indented_by_4"]),
    ("it lost the order of its keys", compact(sort_keys=True), compact(), ["body_keys_were_sorted"]),
    ("its keys were sorted", compact(), compact(sort_keys=True), ["body_keys_were_unsorted"]),
    ("it lost the escapes of its slashes", escaped_slashes(compact()), compact(), ["body_slashes_were_escaped"]),
    ("its slashes were escaped", compact(), escaped_slashes(compact()), ["body_slashes_were_plain"]),
    ("its escapes were decoded", compact(ensure_ascii=True), compact(), ["body_non_ascii_was_escaped"]),
    ("its letters were escaped", compact(), compact(ensure_ascii=True), ["body_non_ascii_was_plain"]),
    ("it lost the escapes of Go", go_html(compact()), compact(), ["body_html_was_escaped"]),
    ("Go wrote it again", compact(), go_html(compact()), ["body_html_was_plain"]),
    ("Go wrote again what has every mark that it escapes", HTML, go_escapes(HTML), ["body_html_was_plain"]),
    ("every mark that Go escapes was unescaped", go_escapes(HTML), HTML, ["body_html_was_escaped"]),
    ("a number lost its .0", numbered("10.0"), numbered("10"), ["body_numbers_had_fractions"]),
    ("a number of Python lost its .0 in JavaScript", numbered("10.0", spaces=" "), numbered("10"), ["body_numbers_had_fractions", "body_was_spaced"]),
    ("two numbers lost their .0", numbered("10.0", "3.0"), numbered("10", "3"), ["body_numbers_had_fractions"]),
    ("an amount lost the zero at its end", numbered("10.50"), numbered("10.5"), ["body_numbers_had_fractions"]),
    ("an amount lost both of its zeros", numbered("10.00", "3.00"), numbered("10", "3"), ["body_numbers_had_fractions"]),
    ("many numbers lost their .0", items("7.0"), items("7"), ["body_numbers_had_fractions"]),
    ("a number got a .0", numbered("10"), numbered("10.0"), ["body_numbers_were_whole"]),
    ("a number lost its exponent", numbered("1e3"), numbered("1000"), ["body_numbers_had_exponents"]),
    ("a number of Java lost its exponent", numbered("2.5E7"), numbered("25000000"), ["body_numbers_had_exponents"]),
    ("Python wrote a number with an exponent again", numbered("1e3"), numbered("1000.0", spaces=" "), ["body_numbers_had_exponents", "body_was_compact"]),
    ("an integer of 2^53 and more was rounded", numbered("9007199254740993"), numbered("9007199254740992"), ["body_numbers_lost_digits"]),
    ("a long integer was rounded", numbered("1234567890123456789"), numbered("1234567890123456800"), ["body_numbers_lost_digits"]),
    ("a long integer of Python was rounded", numbered("-1234567890123456789", spaces=" "), numbered("-1234567890123456800"), ["body_numbers_lost_digits", "body_was_spaced"]),
    ("Python wrote its bytes", compact(), str(compact()).encode(), ["body_is_bytes_text"]),
    ("Python wrote bytes with quotes and lines", b"{'\n\t\\':\"\xff\"}", str(b"{'\n\t\\':\"\xff\"}").encode(), ["body_is_bytes_text"]),
    ("spaces were added to it, and it lost its line break", compact() + b"\n", spaced(), ["body_was_compact", "body_newline_lost"]),
    ("a line break was added, and then it was put in base64", compact(), base64.b64encode(compact() + b"\n"), ["body_is_base64", "body_newline_added"]),
    ("spaces were added to it, and then it was put in base64", compact(), base64.b64encode(spaced()), ["body_is_base64", "body_was_compact"]),
    ("spaces were added to it, and then it was compressed", compact(), gzipped(spaced()), ["body_is_gzip", "body_was_compact"]),
    ("spaces were added to it, and a byte order mark", compact(), b"\xef\xbb\xbf" + spaced(), ["body_bom_added", "body_was_compact"]),
    ("Python wrote it again, and then its bytes", compact(), str(spaced(ensure_ascii=True)).encode(), ["body_is_bytes_text", "body_was_compact", "body_non_ascii_was_plain"]),
    ("Python wrote it again", compact(), spaced(ensure_ascii=True), ["body_was_compact", "body_non_ascii_was_plain"]),
    (
        "Python wrote again what PHP wrote",
        escaped_slashes(compact(ensure_ascii=True)),
        spaced(),
        ["body_was_compact", "body_slashes_were_escaped", "body_non_ascii_was_escaped"],
    ),
    ("a line break was added", compact(), compact() + b"\n", ["body_newline_added"]),
    ("a CR LF was added", compact(), compact() + b"\r\n", ["body_newline_added"]),
    ("it lost its line break", compact() + b"\n", compact(), ["body_newline_lost"]),
    ("CR LF became LF", LINES.replace(b"\n", b"\r\n"), LINES, ["body_crlf_became_lf"]),
    ("LF became CR LF", LINES, LINES.replace(b"\n", b"\r\n"), ["body_lf_became_crlf"]),
    ("a byte order mark was added", compact(), b"\xef\xbb\xbf" + compact(), ["body_bom_added"]),
    ("it lost its byte order mark", b"\xef\xbb\xbf" + compact(), compact(), ["body_bom_lost"]),
    ("it is in base64", compact(), base64.b64encode(compact()), ["body_is_base64"]),
    ("it was decoded from base64", base64.b64encode(compact()), compact(), ["body_was_base64"]),
    ("it is still compressed by gzip", compact(), gzipped(compact()), ["body_is_gzip"]),
    ("it is still compressed by zlib", compact(), zlib.compress(compact()), ["body_is_gzip"]),
    ("it is in a form", compact(), FORM, ["body_is_form"]),
    ("it was taken out of a form", FORM, compact(), ["body_was_form"]),
    ("it was decoded as Latin-1", compact(), compact().decode("latin-1").encode(), ["body_decoded_as_latin1"]),
    (
        "it was decoded as Windows-1252",
        "{“a”: 1}".encode(),
        "{â€œaâ€\x9d: 1}".encode(),
        ["body_decoded_as_latin1"],
    ),
    ("it was encoded as Latin-1", compact(), compact().decode().encode("latin-1"), ["body_encoded_as_latin1"]),
    ("a byte was replaced", b'{"a":"\xff"}', '{"a":"\ufffd"}'.encode(), ["body_invalid_utf8_replaced"]),
    ("a replacement was signed", '{"a":"\ufffd"}'.encode(), b'{"a":"\xff"}', ["body_signed_with_replacements"]),
    ("nothing of it was signed", b"", compact(), ["body_signed_empty"]),
    ("it was made a JSON string", compact(), JSON_STRING, ["body_is_json_text"]),
    ("a JSON string was read", JSON_STRING, compact(), ["body_was_json_text"]),
    ("it was made JSON of a Buffer", compact(), BUFFER, ["body_is_json_buffer"]),
    (
        "it has half an emoji, and Python wrote it again",
        HALF_EMOJI,
        HALF_EMOJI_SPACED,
        ["body_was_compact", "body_non_ascii_was_plain"],
    ),
    (
        "it had half an emoji, and its escapes were decoded",
        HALF_EMOJI_SPACED,
        HALF_EMOJI,
        ["body_was_spaced", "body_non_ascii_was_escaped"],
    ),
    ("it has half an emoji, and was made a JSON string", HALF_EMOJI, HALF_EMOJI_STRING, ["body_is_json_text"]),
]


def vectors() -> list[dict]:
    made = [*genuine(), *bodies(), *secrets(), *schemes(), *headers(), *pairs(), *nothing()]
    names = [vector["name"] for vector in made]
    assert len(set(names)) == len(names), sorted(name for name in names if names.count(name) > 1)
    return made


def explained(
    name: str,
    delivery: Delivery,
    code: str | None,
    causes: list[str],
    *,
    secret_index: int | None = 0,
    about: str | None = None,
    others: list[list[str]] | None = None,
    secrets: list | None = None,
) -> dict:
    """Returns a vector. `about` is the scheme that a cause is about; `others` are secrets for other schemes."""
    vector = {
        "name": name,
        "scheme": delivery.scheme,
        "secrets": list(delivery.secrets) if secrets is None else secrets,
        "headers": [list(pair) for pair in delivery.headers],
        "body_base64": base64.b64encode(delivery.body).decode("ascii"),
        "now": delivery.now,
    }
    if delivery.options:
        vector["options"] = delivery.options
    if others:
        vector["others"] = others
    expect = {"code": code, "causes": causes, "secret_index": secret_index}
    if about:
        expect["about"] = about
    vector["expect"] = expect
    return vector


def mac(sender: Sender, message: bytes, *, key: bytes | None = None) -> str:
    """The signature of any message, encoded as the sender does."""
    key = sender.key(sender.secret) if key is None else key
    return sender.encode(hmac.new(key, message, hashlib.sha256).digest())


def genuine() -> Iterator[dict]:
    for sender in ALL:
        yield explained(f"{sender.scheme}: genuine", sender.genuine(), None, [])
        rotated = sender.genuine(secret=sender.other_secret, secrets=(sender.secret, sender.other_secret))
        yield explained(f"{sender.scheme}: genuine by the second secret", rotated, None, [], secret_index=1)
    for sender in senders.WITH_TIMESTAMP_HEADER + (STRIPE,):
        old = sender.genuine(timestamp=NOW - 301)
        yield explained(f"{sender.scheme}: genuine and too old", old, "timestamp_too_old", [])
        ahead = sender.genuine(timestamp=NOW + 301)
        yield explained(f"{sender.scheme}: genuine and from the future", ahead, "timestamp_in_future", [])
    for sender in CONTIO:
        yield explained(f"{sender.scheme}: genuine and no envelope", sender.genuine(b"{}"), "missing_field", [])
    old = BODY.genuine().but(now=NOW + 90_000)
    yield explained("contio-body: genuine and of an old event", old, "event_too_old", [])
    large = GITHUB.genuine().limits(max_body=5)
    yield explained("github: genuine and too large", large, "body_too_large", [])


def bodies() -> Iterator[dict]:
    for sender in ALL:
        for what, signed, came, causes in BODIES:
            delivery = sender.genuine(signed).but(body=came)
            yield explained(f"{sender.scheme}: body: {what}", delivery, "signature_mismatch", causes)


def secrets() -> Iterator[dict]:
    for sender in ALL:
        yield from secrets_of(sender)
    for sender in ALL:
        if sender in (STANDARD, SVIX):
            continue
        # The secret is bytes, and the sender's key is the text that they were decoded from.
        for what, decode in [("hex", bytes.fromhex), ("base64", base64.b64decode)]:
            text = {"hex": b"a key as text".hex(), "base64": base64.b64encode(b"a key as text!").decode()}[what]
            yield explained(
                f"{sender.scheme}: secret: its {what} was decoded",
                sender.genuine(secret=text),
                "signature_mismatch",
                ["secret_already_decoded"],
                secrets=[{"base64": base64.b64encode(decode(text)).decode()}],
            )
            key = decode(text)
            delivery = sender.carry([sender.tag(key=key)], secrets=(text,))
            cause = f"secret_not_{what}_decoded"
            yield explained(f"{sender.scheme}: secret: its {what} was not decoded", delivery, "signature_mismatch", [cause])
        bare = sender.genuine(secret="a plain secret", secrets=("whsec_a plain secret",))
        yield explained(f"{sender.scheme}: secret: whsec_ was kept", bare, "signature_mismatch", ["secret_prefix_kept"])
        whole = sender.genuine(secret="whsec_a plain secret", secrets=("a plain secret",))
        yield explained(
            f"{sender.scheme}: secret: whsec_ was dropped", whole, "signature_mismatch", ["secret_prefix_dropped"]
        )
        lost = sender.genuine(secret="a plain secret\n", secrets=("a plain secret",))
        yield explained(
            f"{sender.scheme}: secret: its line break was lost", lost, "signature_mismatch", ["secret_newline_lost"]
        )
    for sender in (STANDARD, SVIX):
        text = sender.secret.encode()
        whole = sender.carry([sender.tag(key=text)])
        yield explained(
            f"{sender.scheme}: secret: its text is the key", whole, "signature_mismatch", ["secret_base64_decoded"]
        )
        rest = sender.carry([sender.tag(key=text.removeprefix(b"whsec_"))])
        yield explained(
            f"{sender.scheme}: secret: its text behind whsec_ is the key",
            rest,
            "signature_mismatch",
            ["secret_base64_decoded", "secret_prefix_kept"],
        )
        key = b"\xfb\xff\xfekey of twenty bytes"
        loose = "whsec_" + base64.urlsafe_b64encode(key).decode().rstrip("=")
        delivery = sender.carry([sender.tag(key=key)], secrets=(loose,))
        yield explained(
            f"{sender.scheme}: secret: its base64 is of the alphabet for URLs",
            delivery,
            "invalid_secret",
            ["secret_base64_spelling"],
        )
        padded = senders.decoded_secret(b"a key of 32 bytes, for vectors..")
        bare = sender.genuine(secret=padded, secrets=(padded.rstrip("="),))
        yield explained(f"{sender.scheme}: secret: its padding is missing", bare, None, [])
        short = base64.b64encode(b"fifteen bytes..").decode()
        weak = sender.carry([sender.tag(key=b"fifteen bytes..")], secrets=(short,))
        yield explained(f"{sender.scheme}: secret: it is too short", weak, "invalid_secret", [], secret_index=None)
        in_hex = sender.carry([sender.tag(key=bytes.fromhex("c0ffee" * 8))], secrets=("c0ffee" * 8,))
        yield explained(
            f"{sender.scheme}: secret: it is hex", in_hex, "signature_mismatch", ["secret_not_hex_decoded"]
        )


def secrets_of(sender: Sender) -> Iterator[dict]:
    secret = sender.secret
    quoted_code = "invalid_secret" if sender in (STANDARD, SVIX) else "signature_mismatch"
    for what, given, code, cause in [
        ("a line break came along", secret + "\n", "invalid_secret", "secret_white_space"),
        ("a space came along", " " + secret, "invalid_secret", "secret_white_space"),
        ("a byte order mark came along", "\ufeff" + secret, "invalid_secret", "secret_white_space"),
        ("it is in double quotes", f'"{secret}"', quoted_code, "secret_quoted"),
        ("it is in single quotes", f"'{secret}'", quoted_code, "secret_quoted"),
        ("its line break is written out", secret + "\\n", quoted_code, "secret_newline_escaped"),
        ("its version came along", "v1," + secret, quoted_code, "secret_version_kept"),
    ]:
        delivery = sender.genuine(secrets=(given,))
        yield explained(f"{sender.scheme}: secret: {what}", delivery, code, [cause])
    wrapped = sender.genuine(secrets=("another secret entirely" if quoted_code != "invalid_secret" else sender.other_secret, secret + " "))
    yield explained(
        f"{sender.scheme}: secret: a space came along with the second one",
        wrapped,
        "invalid_secret",
        ["secret_white_space"],
        secret_index=1,
    )
    # The secret belongs to another endpoint of the same user, whose scheme derives another kind of key.
    other = STANDARD if sender not in (STANDARD, SVIX) else GITHUB
    mixed = sender.carry([sender.tag(key=other.key(other.secret))])
    yield explained(
        f"{sender.scheme}: secret: it is that of {other.scheme}",
        mixed,
        "signature_mismatch",
        ["secret_of_another_scheme"],
        secret_index=None,
        about=other.scheme,
        others=[[other.scheme, other.secret]],
    )


def missing(sender: Sender) -> str:
    return "missing_header"


def schemes() -> Iterator[dict]:
    for sender in ALL:
        for other in ALL:
            if other.scheme == sender.scheme or (other in CONTIO and sender in CONTIO):
                continue
            if (other in (STANDARD, SVIX)) != (sender in (STANDARD, SVIX)):
                # No text gives both schemes the same key: bytes would, but users have text.
                continue
            secret = sender.secret
            delivery = other.genuine(secret=secret).but(scheme=sender.scheme, secrets=(secret,))
            if other.signature_header in dict(sender.other_spellings).values():
                # Both sign alike, and this scheme also accepts the other's header names.
                yield explained(f"{sender.scheme}: scheme: the delivery could be of {other.scheme}", delivery, None, [])
                continue
            yield explained(
                f"{sender.scheme}: scheme: the delivery is of {other.scheme}",
                delivery,
                "missing_header",
                ["scheme_is_another"],
                about=other.scheme,
            )
    pinned = BODY.genuine().but(scheme="contio-timestamped")
    yield explained("contio-timestamped: scheme: the delivery is of the other form", pinned, "missing_header", ["scheme_is_another"], about="contio-body")
    pinned = TIMESTAMPED.genuine().but(scheme="contio-body")
    yield explained("contio-body: scheme: the delivery is of the other form", pinned, "malformed_signature", ["scheme_is_another"], about="contio-timestamped")
    cross = STANDARD.genuine().but(scheme="github", secrets=("github secret for vectors only",))
    yield explained(
        "github: scheme: the delivery is of standard-webhooks, whose secret is known",
        cross,
        "missing_header",
        ["scheme_is_another"],
        secret_index=None,
        about="standard-webhooks",
        others=[["standard-webhooks", STANDARD.secret]],
    )
    for sender in ALL:
        yield from signed_otherwise(sender)
        yield from written_otherwise(sender)


def with_message(sender: Sender, message: bytes, *, timestamp: int | str = NOW) -> Delivery:
    return sender.carry([mac(sender, message)], timestamp=timestamp)


def signed_otherwise(sender: Sender) -> Iterator[dict]:
    def case(what: str, message: bytes, causes: list[str], *, timestamp: int | str = NOW, code="signature_mismatch", **more):
        delivery = with_message(sender, message, timestamp=timestamp)
        return explained(f"{sender.scheme}: scheme: {what}", delivery, code, causes, **more)

    now, body, id = str(NOW).encode(), sender.body, senders.MESSAGE_ID.encode()
    if sender.signs_timestamp:
        without = {STANDARD: id + b"." + body, SVIX: id + b"." + body, SLACK: b"v0:" + body}.get(sender, body)
        yield case("the timestamp is not signed", without, ["timestamp_not_signed"])
        thousand = f"{NOW}000"
        milliseconds = sender.signed(id, thousand.encode(), body)
        yield case("milliseconds are signed and sent", milliseconds, ["timestamp_in_milliseconds"], timestamp=thousand, code="malformed_timestamp")
        yield case("milliseconds are signed", milliseconds, ["timestamp_in_milliseconds"])
        seconds = sender.signed(id, now, body)
        yield case("milliseconds are sent", seconds, ["timestamp_in_milliseconds"], timestamp=thousand, code="malformed_timestamp")
        for what, text in [("with a fraction", f"{NOW}.0"), ("as a date", "2023-11-14T22:13:20Z")]:
            message = sender.signed(id, text.encode(), body)
            yield case(f"the timestamp is written {what}", message, ["timestamp_form"], timestamp=text, code="malformed_timestamp")
    marks = [(b":", "a colon"), (b"", "nothing"), (b"\n", "a line break"), (b"|", "a bar")]
    if sender in (TIMESTAMPED, STRIPE):
        for mark, what in marks:
            yield case(f"{what} stands between the pieces", now + mark + body, ["separator_differs"])
        yield case("the pieces are in another order", body + b"." + now, ["pieces_out_of_order"])
        yield case("they are signed as Slack does", b"v0:" + now + b":" + body, ["signed_like_another_scheme"], about="slack")
    if sender in (STANDARD, SVIX):
        for mark, what in marks:
            yield case(f"{what} stands between the pieces", mark.join([id, now, body]), ["separator_differs"])
        yield case("the pieces are in another order", b".".join([now, id, body]), ["pieces_out_of_order"])
        yield case("the id is not signed", now + b"." + body, ["id_not_signed"])
        yield case("neither id nor timestamp are signed", body, ["id_not_signed", "timestamp_not_signed"])
    if sender is SLACK:
        for mark, what in [(b".", "a dot"), *marks[1:]]:
            yield case(f"{what} stands between the pieces", b"v0" + mark + now + mark + body, ["separator_differs"])
        yield case("the pieces are in another order", b"v0:" + body + b":" + now, ["pieces_out_of_order"])
        yield case("they are signed as Contio does", now + b"." + body, ["signed_like_another_scheme"], about="contio-timestamped")
    if not sender.signs_timestamp:
        delivery = with_message(sender, now + b"." + body).plus_header("X-Contio-Timestamp", str(NOW))
        yield explained(f"{sender.scheme}: scheme: a timestamp is signed too", delivery, "signature_mismatch", ["timestamp_signed"])


def written_otherwise(sender: Sender) -> Iterator[dict]:
    raw = hmac.new(
        sender.key(sender.secret),
        sender.signed(senders.MESSAGE_ID.encode(), str(NOW).encode(), sender.body),
        hashlib.sha256,
    ).digest()

    def case(what: str, tag: str, causes: list[str], code: str = "malformed_signature") -> dict:
        return explained(f"{sender.scheme}: tag: {what}", sender.carry([tag]), code, causes)

    is_hex = sender.encode is senders.to_hex
    if is_hex:
        yield case("it is in base64", senders.to_base64(raw), ["tag_is_base64"])
        yield case("it is in base64 for URLs", base64.urlsafe_b64encode(raw).decode().rstrip("="), ["tag_is_base64"])
    else:
        yield case("it is in hex", senders.to_hex(raw), ["tag_is_hex"])
        yield case("it is in hex in upper case", senders.to_hex(raw).upper(), ["tag_is_hex"])
        yield case("its padding is missing", senders.to_base64(raw).rstrip("="), ["tag_base64_spelling"])
    yield case("it is base64 of its hex", senders.to_base64(raw.hex().encode()), ["tag_is_base64_of_hex"])
    tag = sender.encode(raw)
    for left in (40, 34):
        yield case(f"{left} characters of it are left", tag[:left], ["signature_cut_short"])
    whole = sender.genuine().value(sender.signature_header)
    prefix = whole[: whole.index(tag)]
    if prefix:
        bare = sender.with_signature(tag)
        code = "malformed_signature"
        # For a Contio variant, bare hex looks like the other variant, which the explanation must rule out.
        yield explained(f"{sender.scheme}: tag: what stands in front is missing", bare, code, ["signature_prefix_missing"]) if sender is not STRIPE else explained(
            f"{sender.scheme}: tag: the version in front is missing",
            sender.with_signature(f"t={NOW},{tag}"),
            code,
            ["signature_prefix_differs"],
        )
        if sender in (BODY, GITHUB, SLACK):
            upper = sender.with_signature(prefix.upper() + tag)
            yield explained(f"{sender.scheme}: tag: what stands in front is in upper case", upper, code, ["signature_upper_case"])
            other = sender.with_signature("hmac-sha256=" + tag)
            yield explained(f"{sender.scheme}: tag: what stands in front is another word", other, code, ["signature_prefix_differs"])
    else:
        other = sender.with_signature("hmac " + tag)
        yield explained(f"{sender.scheme}: tag: something stands in front", other, "malformed_signature", ["signature_prefix_differs"])


def headers() -> Iterator[dict]:
    for sender in ALL:
        value = sender.genuine().value(sender.signature_header)
        forged = sender.present([sender.encode(bytes(32))], str(NOW))
        malformed = "malformed_signature"
        # Where two lists were joined the last item can still be read, unless that makes two timestamps.
        is_readable = sender in (STANDARD, SVIX)
        comma = ", " if sender in (STRIPE, STANDARD, SVIX) else ","
        for what, changed, code, cause in [
            ("in double quotes", f'"{value}"', malformed, "header_quoted"),
            ("in white space", f" {value}\t", malformed, "header_white_space"),
            ("joined to itself", f"{value}, {value}", None if is_readable else malformed, "header_joined"),
            ("joined to another", f"{forged}{comma}{value}", None if is_readable else malformed, "header_joined"),
            ("joined to another by a comma alone", f"{forged},{value}", malformed, "header_joined"),
            ("joined to another after it by a comma alone", f"{value},{forged}", malformed, "header_joined"),
            ("joined to another after it", f"{value}, {forged}", "signature_mismatch" if is_readable else malformed, "header_joined"),
        ]:
            delivery = sender.with_signature(changed)
            causes = [cause] if code else []
            yield explained(f"{sender.scheme}: headers: the signature is {what}", delivery, code, causes)
        doubled = sender.genuine().plus_header(sender.signature_header, value)
        yield explained(f"{sender.scheme}: headers: the signature is doubled", doubled, "duplicate_header", ["header_doubled"])
        other = sender.with_signature(forged).plus_header(sender.signature_header, value)
        yield explained(f"{sender.scheme}: headers: the signature is doubled, and one is another", other, "duplicate_header", ["header_doubled"])
        yield from spelt_otherwise(sender)
    for sender in senders.WITH_TIMESTAMP_HEADER:
        delivery = sender.genuine()
        signature, timestamp = delivery.value(sender.signature_header), str(NOW)
        swapped = delivery.with_header(sender.signature_header, timestamp).with_header(sender.timestamp_header, signature)
        yield explained(f"{sender.scheme}: headers: signature and timestamp are swapped", swapped, "malformed_signature", ["headers_swapped"])
        for what, changed, cause in [
            ("in double quotes", f'"{timestamp}"', "header_quoted"),
            ("in white space", f" {timestamp}", "header_white_space"),
            ("joined to itself", f"{timestamp}, {timestamp}", "header_joined"),
        ]:
            wrong = delivery.with_header(sender.timestamp_header, changed)
            yield explained(f"{sender.scheme}: headers: the timestamp is {what}", wrong, "malformed_timestamp", [cause])
        doubled = delivery.plus_header(sender.timestamp_header, timestamp)
        yield explained(f"{sender.scheme}: headers: the timestamp is doubled", doubled, "duplicate_header", ["header_doubled"])
        every = delivery.plus_header(sender.timestamp_header, timestamp).plus_header(sender.signature_header, signature)
        yield explained(f"{sender.scheme}: headers: signature and timestamp are doubled", every, "duplicate_header", ["header_doubled"])
    for sender in (STANDARD, SVIX):
        delivery = sender.genuine()
        swapped = delivery.with_header(sender.id_header, str(NOW)).with_header(sender.timestamp_header, senders.MESSAGE_ID)
        yield explained(f"{sender.scheme}: headers: id and timestamp are swapped", swapped, "malformed_timestamp", ["headers_swapped"])
        for what, id in [("has a dot", "msg.1"), ("is too long", "m" * 257), ("has a space", "msg 1")]:
            odd = sender.genuine(id=id)
            yield explained(f"{sender.scheme}: headers: the id {what}", odd, "malformed_signature", ["id_form"])
        quoted = delivery.with_header(sender.id_header, f'"{senders.MESSAGE_ID}"')
        yield explained(f"{sender.scheme}: headers: the id is in quotes", quoted, "signature_mismatch", ["header_quoted"])


def spelt_otherwise(sender: Sender) -> Iterator[dict]:
    """A header with a second name can be damaged under that name too."""
    names = dict(sender.other_spellings)
    if not names:
        return
    usual = sender.genuine(compact())
    renamed = usual.but(headers=tuple((names[name], value) for name, value in usual.headers))
    yield explained(f"{sender.scheme}: headers: all have their other names", renamed, None, [])
    wrong = renamed.but(body=spaced())
    yield explained(f"{sender.scheme}: headers: all have their other names, and spaces were added to the body", wrong, "signature_mismatch", ["body_was_compact"])
    name = names[sender.signature_header]
    value = usual.value(sender.signature_header)
    doubled = renamed.plus_header(name, value)
    yield explained(f"{sender.scheme}: headers: the signature is doubled under its other name", doubled, "duplicate_header", ["header_doubled"])
    quoted = renamed.with_header(name, f'"{value}"')
    yield explained(f"{sender.scheme}: headers: the signature is in double quotes under its other name", quoted, "malformed_signature", ["header_quoted"])
    # The name that decides has a forged value, and the other name the genuine one.
    forged = sender.present([sender.encode(bytes(32))], str(NOW))
    deciding, other = (name, sender.signature_header) if sender is SHOPIFY else (sender.signature_header, name)
    both = usual.without_header(sender.signature_header).plus_header(deciding, forged).plus_header(other, value)
    yield explained(f"{sender.scheme}: headers: the name that decides has another signature", both, "signature_mismatch", ["header_doubled"])


def pairs() -> Iterator[dict]:
    for sender in ALL:
        spoilt = sender.genuine(compact(), secrets=(sender.secret + "\n",)).but(body=spaced())
        yield explained(f"{sender.scheme}: two at once: body and secret", spoilt, "invalid_secret", ["body_was_compact", "secret_white_space"])
        value = sender.genuine(compact()).value(sender.signature_header)
        quoted = sender.genuine(compact()).with_header(sender.signature_header, f'"{value}"').but(body=compact() + b"\n")
        yield explained(f"{sender.scheme}: two at once: body and header", quoted, "malformed_signature", ["body_newline_added", "header_quoted"])
        if sender.signs_timestamp:
            thousand = f"{NOW}000"
            late = sender.genuine(compact(), timestamp=thousand).but(body=spaced())
            yield explained(f"{sender.scheme}: two at once: body and timestamp", late, "malformed_timestamp", ["body_was_compact", "timestamp_in_milliseconds"])
    both = BODY.genuine(compact()).but(scheme="contio-timestamped", body=spaced())
    yield explained("contio-timestamped: two at once: body and form", both, "missing_header", ["body_was_compact", "scheme_is_another"], about="contio-body")


def nothing() -> Iterator[dict]:
    for sender in ALL:
        for what, delivery, code in [
            ("the secret is another", sender.genuine(secret=sender.other_secret, secrets=(sender.secret,)), "signature_mismatch"),
            ("the body is another", sender.genuine().but(body=b'{"forged":true}'), "signature_mismatch"),
            ("the signature is of zeros", sender.carry([sender.encode(bytes(32))]), "signature_mismatch"),
            ("the signature is missing", sender.genuine().without_header(sender.signature_header), "missing_header"),
            ("the signature is empty", sender.with_signature(""), "malformed_signature"),
            ("too little is left of the signature", sender.carry([sender.tag()[:20]]), "malformed_signature"),
            ("the empty key signed it", sender.carry([sender.tag(key=b"")], secrets=("",)), "invalid_secret"),
            ("the key of white space signed it", sender.carry([sender.tag(key=b" ")], secrets=(" ",)), "invalid_secret"),
            *public_keys(sender),
        ]:
            yield explained(f"{sender.scheme}: nothing is shown: {what}", delivery, code, [], secret_index=None)


# Trivial secrets, and whether a UTF-8 scheme accepts them; and keys that anybody can derive from them.
NO_SECRETS = [
    ("nothing", "", False),
    ("a space", " ", False),
    ("a line break", "\n", False),
    ("two quotes", '""', True),
    ("two quotes around a space", "' '", True),
    ("a line break that is written out", "\\n", True),
    ("a prefix", "whsec_", False),
    ("a prefix in quotes", '"whsec_"', True),
    ("padding", "==", True),
    ("zeros in base64", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", True),
]
PUBLIC_KEYS = [b"whsec_", b"\n", b"\r\n", bytes(24), b'""', b"whsec_\n", b'whsec_""', b"\\n", b"0a", b"Cg=="]


def public_keys(sender: Sender) -> Iterator[tuple[str, Delivery, str]]:
    is_base64 = sender in (STANDARD, SVIX)
    for what, secret, is_text in NO_SECRETS:
        for key in PUBLIC_KEYS:
            if key == secret.encode() and is_text or is_base64 and not key.strip(b"\0") and secret.startswith("AAAA"):
                # This is the key that the scheme itself derives from the secret.
                continue
            is_taken = secret.startswith("AAAA") if is_base64 else is_text
            code = "signature_mismatch" if is_taken else "invalid_secret"
            delivery = sender.carry([sender.tag(key=key)], secrets=(secret,))
            yield f"the secret is {what}, and the key {key.hex()}", delivery, code
