"""Schemes of one's own."""

import hashlib
import hmac
from typing import Any

import pytest
from hookseal import Scheme, WebhookVerificationError, WebhookVerifier, sign
from senders import BASE64_KEY, BASE64_SECRET, NOW, SECRET, as_base64, tag

BODY = b"any body"


def verify(scheme: Scheme, headers: dict[str, str], secret: str | bytes = SECRET) -> Any:
    return WebhookVerifier(secret, scheme=scheme, now=NOW).verify(headers, BODY)


def test_a_tag_behind_a_prefix_over_a_time_and_the_body() -> None:
    scheme = Scheme(
        "acme",
        signature_header="X-Acme-Signature",
        encoding="base64",
        prefix="v1=",
        timestamp_header="X-Acme-Time",
        signed="{timestamp}.{body}",
    )
    headers = {"x-acme-signature": f"v1={as_base64(tag(SECRET, f'{NOW}.', BODY))}", "x-acme-time": str(NOW)}
    delivery = verify(scheme, headers)
    assert (delivery.scheme, delivery.timestamp, scheme.name) == ("acme", NOW, "acme")
    assert {name.lower(): value for name, value in sign(BODY, SECRET, scheme=scheme, timestamp=NOW).items()} == headers


def test_a_list_of_tags_with_the_time_in_it() -> None:
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
    signature = f"when:{NOW};s1:00;s2:{'0' * 64};s2:{tag(SECRET, f'v2|{NOW}|', BODY).hexdigest()}"
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


def test_the_time_can_be_that_of_a_contio_envelope() -> None:
    scheme = Scheme("own", signature_header="X-Own", encoding="hex", timestamp_in_envelope=True, signed="{body}")
    with pytest.raises(WebhookVerificationError) as caught:
        verify(scheme, {"X-Own": tag(SECRET, BODY).hexdigest()})
    assert caught.value.code == "malformed_envelope"


FAULTS: dict[str, dict[str, Any]] = {
    "neither the name of one": {},
    "a scheme's name has 1 to 32 bytes": {"name": ""},
    "a header's name is a token": {"signature_header": "X Acme"},
    "encoding is": {"encoding": "base32"},
    "key is": {"key": "hex"},
    "not both": {"prefix": "x", "list_separator": ","},
    "a list has a": {"list_separator": ","},
    "list_joiner is one character": {"list_separator": ",", "list_joiner": "==", "list_version": "v1"},
    "one source of time": {"timestamp_header": "X-T", "timestamp_in_envelope": True},
    "timestamp_in_envelope is True or False": {"timestamp_in_envelope": 1},
    "signed is a str": {"signed": b"{body}"},
    "at most 8 pieces": {"signed": "{body}.{id}.{body}.{id}.{body}."},
}


@pytest.mark.parametrize("fault", FAULTS)
def test_parts_that_contradict_each_other_are_refused_with_what_is_wrong(fault: str) -> None:
    parts = {"name": "acme", "signature_header": "X-Acme", "encoding": "hex", "signed": "{body}", **FAULTS[fault]}
    with pytest.raises(WebhookVerificationError, match=fault) as caught:
        name = parts.pop("name")
        scheme = Scheme(name, **parts) if FAULTS[fault] else object()
        WebhookVerifier(SECRET, scheme=scheme)  # type: ignore[arg-type]
    assert (caught.value.code, caught.value.status) == ("invalid_scheme", 500)


def test_a_name_that_no_scheme_has_is_answered_with_those_that_there_are() -> None:
    with pytest.raises(WebhookVerificationError, match="standard-webhooks, svix, stripe"):
        WebhookVerifier(SECRET, scheme="strype")  # type: ignore[arg-type]
