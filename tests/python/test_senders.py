"""Deliveries of the further senders, each with its verdict and its key."""

import base64
import json
from typing import Any

import pytest
from vectors import FOLDER

import hookseal
from hookseal import Scheme, WebhookVerificationError, WebhookVerifier

NOW = 1_700_000_000
SECRET = "a secret of these tests"


def read(file: str) -> list[dict[str, Any]]:
    return json.loads((FOLDER / "senders" / file).read_text("utf-8"))


def verifier(vector: dict[str, Any]) -> WebhookVerifier:
    url = vector.get("options", {}).get("url")
    scheme: Any = vector["scheme"] if url is None else getattr(hookseal, vector["scheme"])(url)
    return WebhookVerifier(vector["secrets"], scheme=scheme, now=vector["now"])


def outcome(vector: dict[str, Any]) -> dict[str, Any]:
    try:
        headers = [(name, value) for name, value in vector["headers"]]
        delivery = verifier(vector).verify(headers, base64.b64decode(vector["body_base64"]))
    except WebhookVerificationError as error:
        return {"error": error.code}
    return {
        "ok": {
            "scheme": delivery.scheme,
            "timestamp": delivery.timestamp,
            "secret_index": delivery.secret_index,
            "id": delivery.id,
        }
    }


def test_every_delivery_of_a_sender_has_its_verdict() -> None:
    vectors = read("deliveries.json")
    assert len(vectors) > 400
    faults = [vector["name"] for vector in vectors if outcome(vector) != vector["expect"]]
    assert faults == []


def test_every_delivery_of_a_sender_has_its_key() -> None:
    for vector in read("keys.json"):
        headers = [(name, value) for name, value in vector["headers"]]
        key = verifier(vector).verify(headers, base64.b64decode(vector["body_base64"])).key
        scope = (vector["expect"]["key"] or {}).get("scope", "")
        found = key and {"scheme": key.scheme, "id": key.id, "scope": scope, "text": key.text(scope)}
        assert found == vector["expect"]["key"], vector["name"]


def test_a_sender_that_signs_its_url_takes_it() -> None:
    for make in (hookseal.square, hookseal.hubspot):
        scheme = make("https://example.com/hook")
        assert isinstance(scheme, Scheme)
        headers = hookseal.sign(b"{}", SECRET, scheme=scheme, timestamp=NOW)
        assert WebhookVerifier(SECRET, scheme=scheme, now=NOW).verify(headers, b"{}").scheme == scheme.name
        other = WebhookVerifier(SECRET, scheme=make("https://example.com/hook/"), now=NOW)
        with pytest.raises(WebhookVerificationError) as raised:
            other.verify(headers, b"{}")
        assert raised.value.code == "signature_mismatch"
        for url in ("", "example.com", "https://example.com/a b", None, 1):
            with pytest.raises(WebhookVerificationError) as raised:
                make(url)  # type: ignore[arg-type]
            assert raised.value.code == "invalid_scheme"
    with pytest.raises(WebhookVerificationError, match="signs the URL"):
        WebhookVerifier(SECRET, scheme="square")  # type: ignore[arg-type]


def test_ed25519_is_refused_with_a_reason() -> None:
    with pytest.raises(WebhookVerificationError, match="ed25519, which this build does not have"):
        WebhookVerifier(SECRET, scheme="discord")  # type: ignore[arg-type]
    key = "whpk_" + base64.b64encode(bytes(range(32))).decode()
    for scheme in ("contio", "github", "standard-webhooks", "zoom"):
        with pytest.raises(WebhookVerificationError, match="ed25519") as raised:
            WebhookVerifier(key, scheme=scheme)  # type: ignore[arg-type]
        assert raised.value.code == "invalid_secret"
