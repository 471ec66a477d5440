"""Deliveries with several faults: which one is reported. In the other files, each delivery has one fault."""

from __future__ import annotations

from typing import Iterator

from ..contio_body import ENVELOPE, envelope
from ..senders import BODY, GITHUB, SLACK, STANDARD, STRIPE, SVIX, TIMESTAMPED, WITH_TIMESTAMP_HEADER, contio
from ..vector import NOW, refuse


def vectors() -> Iterator[dict]:
    for name, delivery, code in [*_configuration(), *_size(), *_headers(), *_malformed(), *_mac(), *_genuine()]:
        yield refuse(name, delivery, code)


def _configuration() -> Iterator[tuple]:
    genuine = TIMESTAMPED.genuine()
    bad = genuine.but(secrets=("",))
    yield "a bad secret is named before a large body", bad.limits(max_body=0), "invalid_secret"
    yield "a bad secret is named before a missing header", bad.but(headers=()), "invalid_secret"
    yield "a bad secret is named before a malformed signature", bad.with_header("X-Contio-Signature", "x"), "invalid_secret"
    forged = genuine.but(body=b"forged", secrets=(TIMESTAMPED.secret, ""))
    yield "a bad second secret is named before a forged body", forged, "invalid_secret"
    good_first = genuine.but(secrets=(TIMESTAMPED.secret, " "))
    yield "a bad second secret is named though the first would verify", good_first, "invalid_secret"
    many = genuine.but(secrets=(TIMESTAMPED.secret,) * 9)
    yield "too many secrets are named before a large body", many.limits(max_body=0), "invalid_argument"
    yield "too many secrets are named before a missing header", many.but(headers=()), "invalid_argument"
    unknown = genuine.but(scheme="unknown")
    yield "an unknown scheme is named before a large body", unknown.limits(max_body=0), "invalid_scheme"
    yield "an unknown scheme is named before a missing header", unknown.but(headers=()), "invalid_scheme"


def _size() -> Iterator[tuple]:
    for sender in (TIMESTAMPED, STANDARD, GITHUB):
        small = sender.genuine().limits(max_body=1)
        yield f"{sender.scheme}: a large body is named before a missing header", small.but(headers=()), "body_too_large"
        value = small.with_header(sender.signature_header, "x")
        yield f"{sender.scheme}: a large body is named before a malformed signature", value, "body_too_large"
        forged = sender.carry([sender.tag(b"something else")]).limits(max_body=1)
        yield f"{sender.scheme}: a large body is named before a forged tag", forged, "body_too_large"
    doubled = TIMESTAMPED.genuine().limits(max_body=1).plus_header("X-Contio-Signature", "x")
    yield "contio-timestamped: a large body is named before a duplicate", doubled, "body_too_large"


def _headers() -> Iterator[tuple]:
    for sender in WITH_TIMESTAMP_HEADER:
        scheme, signature, timestamp = sender.scheme, sender.signature_header, sender.timestamp_header
        genuine = sender.genuine()
        both = genuine.without_header(signature).plus_header(timestamp, "1")
        yield f"{scheme}: a missing signature is named before a doubled timestamp", both, "missing_header"
        both = genuine.plus_header(signature, "x").without_header(timestamp)
        yield f"{scheme}: a doubled signature is named before a missing timestamp", both, "duplicate_header"
        both = genuine.with_header(signature, "x").without_header(timestamp)
        yield f"{scheme}: a missing timestamp is named before a malformed signature", both, "missing_header"
        both = genuine.with_header(signature, "x").plus_header(timestamp, "1")
        yield f"{scheme}: a doubled timestamp is named before a malformed signature", both, "duplicate_header"
        both = sender.genuine(timestamp="NaN").plus_header(timestamp, "NaN")
        yield f"{scheme}: a doubled timestamp is named before it is found malformed", both, "duplicate_header"
    for sender in (STANDARD, SVIX):
        scheme, id, timestamp = sender.scheme, sender.id_header, sender.timestamp_header
        genuine = sender.genuine()
        both = genuine.without_header(sender.signature_header).plus_header(id, "x")
        yield f"{scheme}: a missing signature is named before a doubled id", both, "missing_header"
        both = genuine.plus_header(sender.signature_header, "x").without_header(id)
        yield f"{scheme}: a doubled signature is named before a missing id", both, "duplicate_header"
        both = genuine.without_header(id).plus_header(timestamp, "1")
        yield f"{scheme}: a missing id is named before a doubled timestamp", both, "missing_header"
        both = genuine.plus_header(id, "x").without_header(timestamp)
        yield f"{scheme}: a doubled id is named before a missing timestamp", both, "duplicate_header"
        both = genuine.plus_header(id, "a.b").with_header(id, "a.b")
        yield f"{scheme}: a doubled id is named before it is found malformed", both, "duplicate_header"
        both = genuine.with_header(id, "a.b").without_header(timestamp)
        yield f"{scheme}: a malformed id is named before a missing timestamp", both, "malformed_signature"
        both = genuine.with_header(id, "a.b").plus_header(timestamp, "1")
        yield f"{scheme}: a malformed id is named before a doubled timestamp", both, "malformed_signature"
        both = sender.genuine(id="a.b", timestamp="NaN")
        yield f"{scheme}: a malformed id is named before a malformed timestamp", both, "malformed_signature"
    bare = contio(BODY.with_signature("x"))
    yield "contio: a missing timestamp is named before a malformed bare tag", bare, "missing_header"
    empty = contio(BODY.with_signature(""))
    yield "contio: a missing timestamp is named before an empty signature", empty, "missing_header"


def _malformed() -> Iterator[tuple]:
    for sender in WITH_TIMESTAMP_HEADER:
        both = sender.genuine(timestamp="NaN").with_header(sender.signature_header, "x")
        yield f"{sender.scheme}: a malformed signature is named before a malformed timestamp", both, "malformed_signature"
        forged = sender.carry([sender.tag(b"something else")], timestamp="1e9")
        yield f"{sender.scheme}: a malformed timestamp is named before a forged tag", forged, "malformed_timestamp"
        stale = sender.genuine(timestamp=NOW - 301)
        yield (
            f"{sender.scheme}: a malformed signature is named before a stale timestamp",
            stale.with_header(sender.signature_header, "x"),
            "malformed_signature",
        )
    signature = STRIPE.tag()
    both = STRIPE.with_signature("t=NaN,v1=short")
    yield "stripe: a malformed tag is named before a malformed timestamp", both, "malformed_signature"
    both = STRIPE.with_signature("t=NaN,v0,v1=short,,v1=")
    yield "stripe: that no item can be read is named before a malformed timestamp", both, "malformed_signature"
    both = STRIPE.with_signature(f"t=NaN,v1={signature},v0,v1=short")
    yield "stripe: a malformed timestamp is named though an item cannot be read", both, "malformed_timestamp"
    both = STRIPE.with_signature("t=NaN" + f",v1={signature}" * 17)
    yield "stripe: too many tags are named before a malformed timestamp", both, "malformed_signature"
    both = STRIPE.with_signature(f"t=NaN,t=NaN,v1={signature}")
    yield "stripe: two timestamps are named before they are found malformed", both, "malformed_signature"
    both = STRIPE.with_signature(f"t=NaN,v0={signature}")
    yield "stripe: the lack of a v1 tag is named before a malformed timestamp", both, "malformed_signature"
    both = STRIPE.with_signature(f"t=1e9,v1={'0' * 64}")
    yield "stripe: a malformed timestamp is named before a forged tag", both, "malformed_timestamp"
    bad_body = contio(BODY.with_signature("sha256=x", body=b"{"))
    yield "contio: a malformed signature is named before a malformed envelope", bad_body, "malformed_signature"
    bad_body = contio(TIMESTAMPED.genuine(b"{", timestamp="NaN"))
    yield "contio: a malformed timestamp is named before a malformed envelope", bad_body, "malformed_timestamp"


def _mac() -> Iterator[tuple]:
    for sender in (*WITH_TIMESTAMP_HEADER, STRIPE):
        forged = sender.tag(b"something else")
        for what, timestamp in [("stale", NOW - 301), ("too early", NOW + 301)]:
            name = f"{sender.scheme}: a forged and {what} delivery is forged"
            yield name, sender.carry([forged], timestamp=timestamp), "signature_mismatch"
    for variant in (TIMESTAMPED, BODY):
        bodies = {
            "an empty body": b"",
            "a malformed envelope": ENVELOPE[:-1],
            "a field missing": envelope(data=None),
            "an invalid field": envelope(data="[]"),
            "an old event": envelope(timestamp='"2001-01-01T00:00:00Z"'),
            "an event ahead of time": envelope(timestamp='"2999-01-01T00:00:00Z"'),
        }
        for what, body in bodies.items():
            delivery = variant.carry([variant.tag(b"something else")], body)
            yield f"{variant.scheme}: a forged delivery with {what} is forged", delivery, "signature_mismatch"


def _genuine() -> Iterator[tuple]:
    """Faults of genuine deliveries: the body variant checks the envelope first, all others the header's timestamp."""
    broken = {
        "a malformed envelope": ("malformed_envelope", ENVELOPE + b","),
        "an empty body": ("malformed_envelope", b""),
        "a field missing": ("missing_field", envelope(data=None)),
        "an invalid field": ("invalid_field", envelope(for_user="[]")),
    }
    for what, (_, body) in broken.items():
        stale = contio(TIMESTAMPED.genuine(body, timestamp=NOW - 301))
        yield f"contio: a stale timestamped delivery with {what} is stale", stale, "timestamp_too_old"
        early = TIMESTAMPED.genuine(body, timestamp=NOW + 301)
        yield f"contio-timestamped: a delivery ahead of time with {what} is ahead of time", early, "timestamp_in_future"
    for age, timestamp in [("an old", "2001-01-01T00:00:00Z"), ("a future", "2999-01-01T00:00:00Z")]:
        text = f'"{timestamp}"'
        bodies = {
            "junk after it is malformed": ("malformed_envelope", envelope(timestamp=text) + b"x"),
            "event_id twice is malformed": ("malformed_envelope", envelope('"event_id":"b"', timestamp=text)),
            "a field missing lacks a field": ("missing_field", envelope(timestamp=text, data=None)),
            "an invalid user is invalid": ("invalid_field", envelope(timestamp=text, for_user="[]")),
        }
        for what, (code, body) in bodies.items():
            yield f"contio: {age} event in the body form with {what}", contio(BODY.genuine(body)), code
    late = SLACK.genuine(b"\xff\xfe", timestamp=NOW - 301)
    yield "slack: a stale delivery with a body that is no text is stale", late, "timestamp_too_old"
