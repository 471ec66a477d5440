"""Custom schemes."""

import base64
import hashlib
import hmac
import json
from pathlib import Path
from typing import Any

import pytest
from hookseal import Scheme, WebhookVerificationError, WebhookVerifier, sign, verify_any
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
    "key must be": {"key": "hexadecimal"},
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


def test_what_senders_do_can_be_said() -> None:
    spaced = Scheme(
        "spaced",
        signature_header="X-Sig",
        encoding="hex",
        list_separator=",",
        list_joiner="=",
        list_version="v1",
        list_spaced=True,
        list_grouped=True,
        timestamp_in_signature="t",
        timestamp_format="milliseconds",
        id_in_signature="id",
        signed="{id}.{timestamp}{body}",
        key="hex",
    )
    signature = hmac.new(BASE64_KEY, f"one.{NOW}000".encode() + BODY, hashlib.sha256).hexdigest()
    headers = {"X-Sig": f"t={NOW}000, id=one, v1={'0' * 64}, {signature}"}
    delivery = verify(spaced, headers, BASE64_KEY.hex())
    assert (delivery.id, delivery.timestamp, delivery.scheme) == ("one", NOW, "spaced")
    signed = sign(BODY, BASE64_KEY.hex(), scheme=spaced, timestamp=NOW, id="one")
    assert signed == {"X-Sig": f"t={NOW}000, id=one, v1={signature}"}
    fixed = Scheme(
        "fixed",
        signature_header="X-Sig",
        encoding="hex",
        timestamp_header="X-Time",
        timestamp_format="rfc3339",
        id_header="X-Id",
        id_length=4,
        signed="{id}{timestamp}{body}",
    )
    ten = Scheme(
        "ten",
        signature_header="X-Sig",
        encoding="hex",
        timestamp_header="X-Time",
        timestamp_format="ten_digits",
        signed="{timestamp}{body}",
    )
    headers = {"X-Sig": mac(SECRET, f"{NOW}", BODY).hexdigest(), "X-Time": f"{NOW}"}
    assert verify(ten, headers).timestamp == NOW
    time = "2023-11-14T22:13:20.5Z"
    headers = {"X-Sig": mac(SECRET, f"abcd{time}", BODY).hexdigest(), "X-Time": time, "X-Id": "abcd"}
    assert verify(fixed, headers).timestamp == 1_700_000_000
    for scheme in [spaced, fixed]:
        again = Scheme.from_json(scheme.to_json())
        assert again.to_json() == scheme.to_json()


VECTORS = Path(__file__).parent / "vectors" / "schemes"


def test_every_vector_of_a_custom_scheme_has_its_verdict() -> None:
    vectors = json.loads((VECTORS / "deliveries.json").read_text("utf-8"))
    assert len(vectors) >= 80
    for vector in vectors:
        limits = vector["scheme"].pop("limits", {})
        scheme = Scheme.from_json(json.dumps(vector["scheme"]))
        headers, body = [tuple(pair) for pair in vector["headers"]], base64.b64decode(vector["body_base64"])
        found: dict[str, Any]
        try:
            verifier = WebhookVerifier(vector["secrets"], scheme=scheme, now=vector["now"], **limits)
            delivery = verifier.verify(headers, body)
            facts = {"scheme": delivery.scheme, "timestamp": delivery.timestamp, "id": delivery.id}
            found = {"ok": {**facts, "secret_index": delivery.secret_index}}
        except WebhookVerificationError as error:
            found = {"error": error.code}
        assert found == vector["expect"], vector["name"]


def test_every_member_of_the_textual_form_can_be_said_in_arguments() -> None:
    made = json.loads((VECTORS / "builders.json").read_text("utf-8"))
    assert len(made) >= 4
    for row in made:
        scheme = Scheme(**row["python"])
        assert json.loads(scheme.to_json()) == row["text"]
        assert Scheme.from_json(json.dumps(row["text"])).to_json() == scheme.to_json()
    common = {"name": "acme", "signature_header": "X-Sig", "encoding": "hex", "signed": "{body}"}
    for wrong in [
        {"key_topic": 1},
        {"keyless": ("a",)},
        {"keyless": ("a", 1)},
        {"keyless": {"a": "b"}},
        {"envelope": 1},
    ]:
        with pytest.raises(WebhookVerificationError) as caught:
            Scheme(**common, **wrong)
        assert caught.value.code == "invalid_scheme" and next(iter(wrong)) in str(caught.value)


def test_a_text_that_is_no_scheme_is_refused_with_its_member_line_and_column() -> None:
    vectors = json.loads((VECTORS / "refused.json").read_text("utf-8"))
    assert len(vectors) >= 50
    for vector in vectors:
        expect = vector["expect"]
        with pytest.raises(WebhookVerificationError) as caught:
            Scheme.from_json(vector["text"])
        message = str(caught.value)
        member = f"{expect['member']}: " if expect["member"] else ""
        assert caught.value.code == "invalid_scheme"
        assert message.startswith(f"the scheme cannot be used: {member}"), message
        assert message.endswith(f" (line {expect['line']}, column {expect['column']})"), message


def test_the_first_verifier_that_accepts_a_delivery_answers() -> None:
    names = ["stripe", "github", "svix", "shopify"]
    verifiers = [WebhookVerifier(secret_for(name), scheme=name, now=NOW) for name in names]  # type: ignore[arg-type]
    for index, name in enumerate(names):
        headers = dict(SENDERS[name](BODY))
        for given in [headers, iter(headers.items())]:
            found, delivery = verify_any(verifiers, given, BODY)  # type: ignore[arg-type]
            assert (found, delivery.scheme, delivery.body) == (index, name, BODY)
    forged = {"X-Hub-Signature-256": f"sha256={'0' * 64}"}
    wrong: list[tuple[Any, str, str]] = [
        ({}, "missing_header", "Stripe-Signature"),
        (forged, "signature_mismatch", "."),
        ({**forged, "X-Shopify-Hmac-Sha256": "?"}, "signature_mismatch", "."),
        ({"shopify-hmac-sha256": "?"}, "malformed_signature", "X-Shopify-Hmac-Sha256"),
        ({"webhook-signature": "v1,?"}, "missing_header", "svix-id"),
    ]
    for headers, code, message in wrong:
        with pytest.raises(WebhookVerificationError, match=message) as caught:
            verify_any(verifiers, headers, BODY)
        assert caught.value.code == code
    for given, message in [([], "there is no verifier"), (["github"], "must be hookseal.WebhookVerifier")]:
        with pytest.raises(WebhookVerificationError, match=message) as caught:
            verify_any(given, forged, BODY)  # type: ignore[arg-type]
        assert caught.value.code == "invalid_argument"
