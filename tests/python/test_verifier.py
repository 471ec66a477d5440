"""The verifier, as users call it."""

import copy
import json
import math
from typing import Any

import pytest
from hookseal import WebhookVerificationError, WebhookVerifier, sign
from senders import NOW, SECRET, SENDERS, contio, contio_body, envelope, now_seconds, secret_for, slack

BODY = envelope()
HEADERS = contio(BODY)
SIGNATURE, TIMESTAMP = HEADERS.values()


def code_of(verifier: WebhookVerifier, headers: Any = HEADERS, body: Any = BODY) -> str:
    with pytest.raises(WebhookVerificationError) as caught:
        verifier.verify(headers, body)
    return caught.value.code


def test_three_lines_receive_a_contio_delivery() -> None:
    verifier = WebhookVerifier(SECRET)
    event = verifier.verify(contio(BODY, timestamp=now_seconds()), BODY).event()
    assert event["event_type"] == "meeting.completed"
    assert event["data"]["title"] == "Größe 📏"


@pytest.mark.parametrize("scheme", SENDERS)
def test_a_delivery_of_each_sender_is_accepted_and_its_forgery_refused(scheme: str) -> None:
    verifier = WebhookVerifier(secret_for(scheme), scheme=scheme, now=NOW)  # type: ignore[arg-type]
    headers = SENDERS[scheme](BODY)
    delivery = verifier.verify(headers, BODY)
    assert (delivery.scheme, delivery.secret_index, delivery.body) == (scheme, 0, BODY)
    assert delivery.timestamp == (None if scheme in ("github", "shopify") else NOW)
    expected_id = {"standard-webhooks": "msg_1", "svix": "msg_1", "contio-timestamped": "evt-1", "contio-body": "evt-1"}
    assert delivery.id == expected_id.get(scheme)
    assert code_of(verifier, headers, BODY + b" ") == "signature_mismatch"
    signed = sign(
        BODY, secret_for(scheme), scheme=scheme, timestamp=NOW, id=headers.get("webhook-id", headers.get("svix-id"))
    )  # type: ignore[arg-type]
    assert signed == headers


def test_a_contio_delivery_reports_the_name_of_its_variant() -> None:
    verifier = WebhookVerifier(SECRET, now=NOW)
    assert verifier.verify(HEADERS, BODY).scheme == "contio-timestamped"
    assert verifier.verify(contio_body(BODY), BODY).scheme == "contio-body"
    assert verifier.scheme == "contio"


def test_during_a_rotation_the_delivery_reports_which_secret_matched() -> None:
    verifier = WebhookVerifier([b"another", SECRET, "a third"], now=NOW)
    assert verifier.verify(HEADERS, BODY).secret_index == 1
    assert WebhookVerifier((SECRET.encode(), bytearray(b"x"), memoryview(b"y")), now=NOW).verify(HEADERS, BODY)


def test_between_one_and_eight_secrets_are_accepted() -> None:
    assert WebhookVerifier([str(number) for number in range(8)])
    for secrets, code in [([str(number) for number in range(9)], "invalid_argument"), ([], "invalid_secret")]:
        with pytest.raises(WebhookVerificationError) as caught:
            WebhookVerifier(secrets)
        assert caught.value.code == code


def test_the_error_for_a_missing_secret_asks_about_its_variable() -> None:
    with pytest.raises(WebhookVerificationError, match=r"secrets\[1\].*is the variable that holds it set\?") as caught:
        WebhookVerifier([SECRET, None])  # type: ignore[list-item]
    assert (caught.value.code, caught.value.status) == ("invalid_secret", 500)


def test_limits_are_exact_to_the_second() -> None:
    for now, code in [
        (NOW + 300, None),
        (NOW + 301, "timestamp_too_old"),
        (NOW - 300, None),
        (NOW - 301, "timestamp_in_future"),
    ]:
        verifier = WebhookVerifier(SECRET, now=now)
        assert verifier.verify_signature(BODY, SIGNATURE, TIMESTAMP).code == code
    strict = WebhookVerifier(SECRET, now=NOW + 11, max_age=10.9, max_skew=5)
    assert code_of(strict) == "timestamp_too_old"
    assert WebhookVerifier(SECRET, now=NOW + 10**9, max_age=math.inf).verify(HEADERS, BODY)


def test_the_age_of_an_event_can_be_limited_or_unlimited() -> None:
    headers = contio_body(BODY)
    late = NOW + 86_401
    assert code_of(WebhookVerifier(SECRET, now=late), headers) == "event_too_old"
    assert WebhookVerifier(SECRET, now=late, max_event_age=86_401).verify(headers, BODY).timestamp == NOW
    assert WebhookVerifier(SECRET, now=NOW + 10**10, max_event_age=None).verify(headers, BODY)


def test_a_body_one_byte_over_the_limit_is_refused() -> None:
    assert WebhookVerifier(SECRET, now=NOW, max_body=len(BODY)).verify(HEADERS, BODY)
    assert code_of(WebhookVerifier(SECRET, now=NOW, max_body=len(BODY) - 1)) == "body_too_large"
    assert WebhookVerifier(SECRET, max_body=5).max_body == 5
    assert WebhookVerifier(SECRET).max_body == 1024 * 1024


def test_the_clock_is_a_number_a_function_or_the_system_clock() -> None:
    for now in [NOW, NOW + 0.9, lambda: NOW, lambda: float(NOW)]:
        assert WebhookVerifier(SECRET, now=now).verify(HEADERS, BODY).timestamp == NOW
    assert code_of(WebhookVerifier(SECRET)) == "timestamp_too_old"
    signed = sign(BODY, SECRET)
    assert abs(int(signed["X-Contio-Timestamp"]) - now_seconds()) <= 5
    assert WebhookVerifier(SECRET).verify(signed, BODY)


def test_a_result_is_truthy_if_the_delivery_is_valid() -> None:
    verifier = WebhookVerifier(SECRET, now=NOW)
    valid = verifier.verify_signature(BODY, SIGNATURE, TIMESTAMP)
    assert valid and (valid.is_valid, valid.code, valid.error) == (True, None, None)
    refused = verifier.verify_signature(BODY, SIGNATURE, str(NOW + 1))
    assert not refused and (refused.is_valid, refused.code) == (False, "signature_mismatch")
    assert refused.error and "raw" in refused.error
    assert valid == verifier.verify_signature(BODY, SIGNATURE, TIMESTAMP) != refused
    assert len({valid, refused, copy.copy(refused)}) == 2


def test_signature_and_timestamp_may_be_bytes_or_absent() -> None:
    verifier = WebhookVerifier(SECRET, now=NOW)
    assert verifier.verify_signature(BODY, SIGNATURE.encode(), TIMESTAMP.encode())
    assert verifier.verify_signature(BODY, SIGNATURE).code == "missing_header"
    assert verifier.verify_signature(BODY, None, TIMESTAMP).code == "missing_header"
    assert verifier.verify_signature(BODY, [SIGNATURE, SIGNATURE], TIMESTAMP).code == "duplicate_header"
    assert verifier.verify_signature(BODY, [SIGNATURE, None], [TIMESTAMP])


def test_parse_webhook_returns_the_event_of_a_genuine_delivery() -> None:
    verifier = WebhookVerifier(SECRET, now=NOW)
    assert verifier.parse_webhook(BODY, SIGNATURE, TIMESTAMP) == json.loads(BODY)
    with pytest.raises(WebhookVerificationError) as caught:
        verifier.parse_webhook(BODY, "00" * 32, TIMESTAMP)
    assert (caught.value.code, caught.value.status) == ("signature_mismatch", 401)
    body = b"{}"
    with pytest.raises(WebhookVerificationError, match="event_type") as caught:
        verifier.parse_webhook(body, *contio(body).values())
    assert (caught.value.code, caught.value.status) == ("missing_field", 400)


def test_a_delivery_without_an_event_can_be_read_as_json() -> None:
    for body, expected in [(b"[1, 2]", [1, 2]), (b'"x"', "x"), (b" null ", None)]:
        delivery = WebhookVerifier(SECRET, scheme="slack", now=NOW).verify(slack(body), body)
        assert delivery.json() == expected
        with pytest.raises(WebhookVerificationError) as caught:
            delivery.event()
        assert caught.value.code == "invalid_argument"


def test_each_call_returns_new_objects() -> None:
    delivery = WebhookVerifier(SECRET, now=NOW).verify(HEADERS, BODY)
    delivery.event()["data"].clear()
    delivery.json().clear()
    assert delivery.event() == json.loads(BODY) == delivery.json()


def test_a_body_that_changes_later_does_not_change_the_delivery() -> None:
    body = bytearray(BODY)
    delivery = WebhookVerifier(SECRET, now=NOW).verify(HEADERS, body)
    body[:] = b"x" * len(body)
    assert delivery.body == BODY and delivery.event() == json.loads(BODY)


def test_a_body_of_bytes_is_not_copied() -> None:
    assert WebhookVerifier(SECRET, now=NOW).verify(HEADERS, BODY).body is BODY


def test_copies_are_the_same_object() -> None:
    verifier = WebhookVerifier(SECRET, now=NOW)
    delivery = verifier.verify(HEADERS, BODY)
    for thing in [verifier, delivery, verifier.verify_signature(BODY, "", "")]:
        assert copy.copy(thing) is thing and copy.deepcopy(thing) is thing
