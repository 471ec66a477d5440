"""No output shows a secret."""

import copy
import gc
import pickle
import traceback
from typing import Any

import pytest
from hookseal import Scheme, WebhookVerificationError, WebhookVerifier, sign
from senders import NOW, contio, envelope

SECRET = "the-secret-that-must-not-be-shown"
KEY = b"the-key-that-must-not-be-shown-too"
BODY = envelope()
MARKS = [SECRET, KEY.decode(), SECRET[4:24], SECRET.encode().hex(), "that-must-not-be-shown"]


def shown(value: Any) -> str:
    parts = [repr(value), str(value), f"{value}", ascii(value), repr(dir(value)), repr(type(value).__dict__)]
    for name in dir(value):
        parts.append(repr(getattr(value, name, None)))
    parts += [repr(vars(value)) if hasattr(value, "__dict__") else "", repr(gc.get_referents(value))]
    return "\n".join(parts)


def assert_shows_nothing(text: str) -> None:
    for mark in MARKS:
        assert mark not in text


def test_neither_a_verifier_nor_its_results_show_a_secret() -> None:
    verifier = WebhookVerifier([SECRET, KEY], now=NOW)
    headers = contio(BODY, SECRET)
    delivery = verifier.verify(headers, BODY)
    things = [
        verifier,
        delivery,
        verifier.verify_signature(BODY, "0" * 64, "1"),
        Scheme("a", signature_header="A", encoding="hex", signed="{body}"),
    ]
    for thing in [*things, copy.copy(verifier), copy.deepcopy(verifier)]:
        assert_shows_nothing(shown(thing))
    assert_shows_nothing(shown(sign(BODY, SECRET)))


def test_a_verifier_cannot_be_pickled() -> None:
    verifier = WebhookVerifier(SECRET)
    for protocol in range(pickle.HIGHEST_PROTOCOL + 1):
        with pytest.raises(TypeError, match="cannot be pickled: it holds secrets") as caught:
            pickle.dumps({"settings": [verifier]}, protocol)
        assert_shows_nothing(str(caught.value))


FAULTS: list[dict[str, Any]] = [
    {"secrets": f" {SECRET}"},
    {"secrets": f"whsec_{SECRET}!", "scheme": "svix"},
    {"secrets": [SECRET, ""]},
    {"secrets": [SECRET] * 9},
    {"secrets": SECRET, "scheme": "unknown"},
    {"secrets": SECRET, "max_age": -1},
    {"secrets": SECRET, "now": "tomorrow"},
    {"secrets": [SECRET, {SECRET: SECRET}]},
    {"secrets": f"{SECRET}\ud800"},
]


@pytest.mark.parametrize("fault", range(len(FAULTS)))
def test_no_configuration_error_shows_a_secret(fault: int) -> None:
    arguments = dict(FAULTS[fault])
    with pytest.raises(WebhookVerificationError) as caught:
        WebhookVerifier(arguments.pop("secrets"), **arguments)
    error = caught.value
    assert_shows_nothing(str(error) + repr(error) + repr(error.args) + repr(error.__dict__))
    # Without the traceback, which shows the caller's source line.
    assert_shows_nothing("".join(traceback.format_exception_only(error)) + repr(error.__cause__))


def test_no_refusal_shows_a_signature_or_any_part_of_the_body() -> None:
    verifier = WebhookVerifier(SECRET, now=NOW)
    body = envelope(event_id=7, partner_app_id="private-partner")
    headers = contio(body, SECRET)
    for act in [
        lambda: verifier.verify({**headers, "X-Contio-Signature": "f00d" * 16}, body),
        lambda: verifier.verify({**headers, "X-Contio-Signature": "f00d"}, body),
        lambda: verifier.verify({**headers, "X-Contio-Timestamp": "f00d"}, body),
        lambda: verifier.verify(headers, body).event(),
    ]:
        with pytest.raises(WebhookVerificationError) as caught:
            act()
        text = str(caught.value) + repr(caught.value)
        assert "f00d" not in text and "private-partner" not in text and headers["X-Contio-Signature"] not in text
