"""Custom schemes."""

import hashlib
import hmac
from typing import Any

import pytest
from hookseal import Scheme, WebhookVerificationError, WebhookVerifier, sign
from senders import (
    BASE64_KEY,
    BASE64_SECRET,
    NOW,
    SECRET,
    SENDERS,
    as_base64,
    contio_body,
    envelope,
    secret_for,
    mac,
)

BODY = b"any body"


def verify(scheme: Scheme, headers: dict[str, Any], secret: str | bytes = SECRET) -> Any:
    return WebhookVerifier(secret, scheme=scheme, now=NOW).verify(headers, BODY)


def test_a_signature_after_a_prefix_over_a_time_and_the_body() -> None:
    scheme = Scheme(
        "acme",
        signature_header="X-Acme-Signature",
        encoding="base64",
        prefix="v1=",
        timestamp_header="X-Acme-Time",
        signed="{timestamp}.{body}",
    )
    headers = {"x-acme-signature": f"v1={as_base64(mac(SECRET, f'{NOW}.', BODY))}", "x-acme-time": str(NOW)}
    delivery = verify(scheme, headers)
    assert (delivery.scheme, delivery.timestamp, scheme.name) == ("acme", NOW, "acme")
    assert {name.lower(): value for name, value in sign(BODY, SECRET, scheme=scheme, timestamp=NOW).items()} == headers


def test_a_list_of_signatures_that_includes_the_time() -> None:
    scheme = Scheme(
        "listed",
        signature_header="X-Listed",
        encoding="hex",
        list_separator=";",
        list_joiner=":",
        list_version="s2",
        timestamp_in_signature="when",
        signed="v2|{timestamp}|{body}",
    )
    signature = f"when:{NOW};s1:00;s2:{'0' * 64};s2:{mac(SECRET, f'v2|{NOW}|', BODY).hexdigest()}"
    assert verify(scheme, {"X-Listed": signature}).timestamp == NOW


def test_a_signed_id_and_a_key_in_base64() -> None:
    scheme = Scheme(
        "identified",
        signature_header="X-Sig",
        encoding="hex",
        id_header="X-Id",
        signed="{id}\n{body}",
        key="base64",
    )
    headers = {"X-Sig": hmac.new(BASE64_KEY, b"one\n" + BODY, hashlib.sha256).hexdigest(), "X-Id": "one"}
    assert verify(scheme, headers, BASE64_SECRET).id == "one"
    assert verify(scheme, headers, BASE64_KEY).id == "one"


def test_the_time_can_be_in_a_contio_envelope() -> None:
    scheme = Scheme("own", signature_header="X-Own", encoding="hex", timestamp_in_envelope=True, signed="{body}")
    with pytest.raises(WebhookVerificationError) as caught:
        verify(scheme, {"X-Own": mac(SECRET, BODY).hexdigest()})
    assert caught.value.code == "malformed_envelope"


def test_a_delivery_has_an_envelope_by_its_scheme_and_not_by_the_name_of_its_scheme() -> None:
    event = envelope()
    for name, sender in SENDERS.items():
        verifier = WebhookVerifier(secret_for(name), scheme=name, now=NOW)  # type: ignore[arg-type]
        assert verifier.verify(sender(event), event).has_envelope == (name in ("contio-timestamped", "contio-body"))
    assert WebhookVerifier(SECRET, now=NOW).verify(contio_body(event), event).has_envelope
    for name in ["contio-x", "acme"]:
        for in_envelope in [False, True]:
            scheme = Scheme(
                name, signature_header="X-Own", encoding="hex", signed="{body}", timestamp_in_envelope=in_envelope
            )
            headers = {"X-Own": mac(SECRET, event).hexdigest()}
            delivery = WebhookVerifier(SECRET, scheme=scheme, now=NOW).verify(headers, event)
            assert (delivery.has_envelope, delivery.id) == (in_envelope, "evt-1" if in_envelope else None)


def test_a_header_may_have_a_newer_name_that_wins_or_a_fallback() -> None:
    scheme = Scheme(
        "two-names",
        signature_header="X-Sig",
        encoding="hex",
        timestamp_header="X-Time",
        id_header="X-Id",
        signed="{id}.{timestamp}.{body}",
        newer_spellings={"x-sig": "Acme-Signature", "X-Id": "Acme-Id"},
        fallback_spellings={"X-Time": "Date-Of-Signing"},
    )
    genuine, forged = mac(SECRET, f"one.{NOW}.", BODY).hexdigest(), "00" * 32
    old = {"X-Sig": genuine, "X-Time": str(NOW), "X-Id": "one"}
    new = {"Acme-Signature": genuine, "Date-Of-Signing": str(NOW), "Acme-Id": "one"}
    for headers in [
        old,
        new,
        {**old, **new},
        {**old, **new, "X-Sig": forged, "X-Id": "two", "Date-Of-Signing": "1"},
        {"acme-signature": genuine, "x-time": str(NOW), "X-ID": "one"},
    ]:
        assert verify(scheme, headers).id == "one"
    for headers, code in [
        ({**old, "Acme-Signature": forged}, "signature_mismatch"),
        ({**old, "Acme-Signature": ""}, "malformed_signature"),
        ({**new, "X-Time": "1"}, "signature_mismatch"),
        ({**new, "X-Time": ""}, "malformed_timestamp"),
        ({**old, "Acme-Id": "two"}, "signature_mismatch"),
        ({**old, "X-Sig": [genuine] * 2}, "duplicate_header"),
        ({**old, "Acme-Signature": [genuine] * 2}, "duplicate_header"),
        ({**old, "Acme-Signature": genuine, "X-Sig": [genuine] * 2}, "duplicate_header"),
        ({**old, "Date-Of-Signing": [str(NOW)] * 2}, "duplicate_header"),
        ({**new, "Acme-Signature": None}, "missing_header"),
        ({**new, "Date-Of-Signing": []}, "missing_header"),
    ]:
        with pytest.raises(WebhookVerificationError) as caught:
            verify(scheme, headers)
        assert caught.value.code == code
    # `sign` uses the first names.
    assert {name.lower() for name in sign(BODY, SECRET, scheme=scheme, timestamp=NOW, id="one")} == {
        "x-sig",
        "x-time",
        "x-id",
    }


FAULTS: dict[str, dict[str, Any]] = {
    "scheme must be the name of a built-in scheme": {},
    "a scheme's name has 1 to 32 bytes": {"name": ""},
    "a header's name is a token": {"signature_header": "X Acme"},
    "encoding must be": {"encoding": "base32"},
    "key must be": {"key": "hex"},
    "give either prefix, or list_separator": {"prefix": "x", "list_separator": ","},
    "a list of signatures needs": {"list_separator": ","},
    "list_joiner must be one character": {"list_separator": ",", "list_joiner": "==", "list_version": "v1"},
    "give only one of timestamp_header": {"timestamp_header": "X-T", "timestamp_in_envelope": True},
    "timestamp_in_envelope must be True or False": {"timestamp_in_envelope": 1},
    "signed must be a str": {"signed": b"{body}"},
    "newer_spellings must be a dict": {"newer_spellings": [("X-Acme", "X-New")]},
    "fallback_spellings must be a dict": {"fallback_spellings": {"X-Acme": b"X-Old"}},
    "a header that the scheme does not read": {"newer_spellings": {"X-Other": "X-New"}},
    "at most one other spelling": {"newer_spellings": {"X-Acme": "X-New"}, "fallback_spellings": {"x-acme": "X-Old"}},
    "no other spelling may be one of them": {"newer_spellings": {"X-Acme": "x-acme"}},
    "at most 8 parts": {"signed": "{body}.{id}.{body}.{id}.{body}."},
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_contradictory_scheme_is_refused_with_the_reason(fault: str) -> None:
    parts = {"name": "acme", "signature_header": "X-Acme", "encoding": "hex", "signed": "{body}", **FAULTS[fault]}
    with pytest.raises(WebhookVerificationError, match=fault) as caught:
        name = parts.pop("name")
        scheme = Scheme(name, **parts) if FAULTS[fault] else object()
        WebhookVerifier(SECRET, scheme=scheme)  # type: ignore[arg-type]
    assert (caught.value.code, caught.value.status) == ("invalid_scheme", 500)


def test_the_error_for_an_unknown_scheme_lists_the_known_ones() -> None:
    with pytest.raises(WebhookVerificationError, match="standard-webhooks, svix, stripe"):
        WebhookVerifier(SECRET, scheme="strype")  # type: ignore[arg-type]
