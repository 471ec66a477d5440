"""Explanations: the vectors of all causes, configuration, and unexpected input."""

import base64
import copy
import json
import pickle
import threading
from pathlib import Path
from typing import Any

import pytest

from hookseal import Scheme, WebhookVerificationError, WebhookVerifier, sign
from hookseal.explain import WebhookExplainer
from hostile import hostile
from senders import NOW, SECRET, SENDERS, envelope
from vectors import same_delivery

FOLDER = Path(__file__).parent / "vectors" / "explain"
VECTORS: list[dict[str, Any]] = json.loads((FOLDER / "causes.json").read_text("utf-8"))
# The core's own reports, which must be exactly the same JSON.
REPORTS: dict[str, str] = json.loads((FOLDER / "reports.json").read_text("utf-8"))

BODY = envelope()
HEADERS = SENDERS["contio-timestamped"](BODY)


def causes(report: Any) -> list[str]:
    return [finding["cause"] for finding in report["causes"]]


def secret_of(secret: str | dict[str, str]) -> str | bytes:
    return secret if isinstance(secret, str) else base64.b64decode(secret["base64"])


def explainer_of(vector: dict[str, Any]) -> WebhookExplainer:
    return WebhookExplainer(
        [secret_of(secret) for secret in vector["secrets"]],
        scheme=vector["scheme"],
        now=vector["now"],
        other_secrets=dict(vector.get("others", [])),
        **vector.get("options", {}),
    )


def test_every_vector_has_the_report_of_the_core() -> None:
    assert len(VECTORS) >= 700
    for vector in VECTORS:
        explainer = explainer_of(vector)
        body = base64.b64decode(vector["body_base64"])
        headers = [(name, value) for name, value in vector["headers"]]
        report = explainer.explain(headers, body)
        expect = vector["expect"]
        found = (report["code"], sorted(causes(report)), report["secret_index"])
        assert found == (expect["code"], sorted(expect["causes"]), expect["secret_index"]), vector["name"]
        compact = json.dumps(report, separators=(",", ":"), ensure_ascii=False)
        assert compact == REPORTS[vector["name"]], vector["name"]
        for way, given in same_delivery(headers, body):
            assert explainer.explain(*given) == report, f"{vector['name']}: {way}"


def test_limits_are_those_of_the_arguments() -> None:
    def code(**options: Any) -> str | None:
        return WebhookExplainer(SECRET, **{"now": NOW + 100, **options}).explain(HEADERS, BODY)["code"]

    assert code() is None
    assert code(max_age=99) == "timestamp_too_old"
    assert code(now=NOW - 100, max_skew=99) == "timestamp_in_future"
    assert code(max_body=10) == "body_too_large"
    old = SENDERS["contio-body"](BODY)
    for limit, expected in [(86400, "event_too_old"), (10**7, None), (None, None)]:
        explainer = WebhookExplainer(SECRET, scheme="contio-body", now=lambda: NOW + 10**6, max_event_age=limit)
        assert explainer.explain(old, BODY)["code"] == expected


def test_a_custom_scheme_is_explained() -> None:
    scheme = Scheme("acme", signature_header="X-Acme", encoding="hex", signed="{body}")
    explainer = WebhookExplainer(SECRET, scheme=scheme)
    report = explainer.explain(sign(b"{}", SECRET, scheme=scheme), b"{}\n")
    assert causes(report) == ["body_newline_added"]
    assert explainer.scheme == "acme"


def test_a_header_that_came_twice_is_explained_in_every_type_of_headers() -> None:
    (name, signature), (other, timestamp) = HEADERS.items()
    explainer = WebhookExplainer(SECRET, now=NOW)
    for headers in [
        [(name, signature), (name, signature), (other, timestamp)],
        {name: [signature, signature], other: timestamp},
        {name: (signature, signature.encode()), other: timestamp},
    ]:
        assert causes(explainer.explain(headers, BODY)) == ["header_doubled"]


def test_unusable_configuration_is_reported_by_the_constructor() -> None:
    for code, arguments in [
        ("invalid_scheme", {"scheme": "gitlab"}),
        ("invalid_argument", {"max_age": -1}),
        ("invalid_argument", {"now": "now"}),
        ("invalid_argument", {"other_secrets": [SECRET]}),
        ("invalid_argument", {"other_secrets": {7: SECRET}}),
        ("invalid_scheme", {"other_secrets": {"gitlab": SECRET}}),
        ("invalid_secret", {"other_secrets": {"github": 7}}),
    ]:
        with pytest.raises(WebhookVerificationError) as raised:
            WebhookExplainer(SECRET, **arguments)  # type: ignore[arg-type]
        assert raised.value.code == code, arguments
        assert SECRET not in str(raised.value)
    with pytest.raises(WebhookVerificationError) as raised:
        WebhookExplainer(None)  # type: ignore[arg-type]
    assert raised.value.code == "invalid_secret"


def test_an_unusable_secret_is_reported_and_not_raised() -> None:
    report = WebhookExplainer(SECRET + "\n", now=NOW).explain(HEADERS, BODY)
    assert (report["code"], causes(report)) == ("invalid_secret", ["secret_white_space"])


PLACES = {
    "the secret": lambda value: WebhookExplainer(value).explain(HEADERS, BODY),
    "the other secrets": lambda value: WebhookExplainer(SECRET, other_secrets=value).explain(HEADERS, BODY),
    "another secret": lambda value: WebhookExplainer(SECRET, other_secrets={"slack": value}).explain(HEADERS, BODY),
    "the scheme": lambda value: WebhookExplainer(SECRET, scheme=value).explain(HEADERS, BODY),
    "the clock": lambda value: WebhookExplainer(SECRET, now=value).explain(HEADERS, BODY),
    "the headers": lambda value: WebhookExplainer(SECRET).explain(value, BODY),
    "a pair": lambda value: WebhookExplainer(SECRET).explain([value], BODY),
    "a name": lambda value: WebhookExplainer(SECRET).explain([(value, "x")], BODY),
    "a value": lambda value: WebhookExplainer(SECRET).explain([("X-Contio-Signature", value)], BODY),
    "a value in a list": lambda value: WebhookExplainer(SECRET).explain({"X-Contio-Signature": [value]}, BODY),
    "the body": lambda value: WebhookExplainer(SECRET).explain(HEADERS, value),
}


@pytest.mark.parametrize("place", PLACES)
def test_any_value_results_in_a_report_or_an_error_with_a_code(place: str) -> None:
    for value in hostile():
        try:
            assert isinstance(PLACES[place](value)["ok"], bool)
        except WebhookVerificationError as error:
            assert error.code.startswith("invalid_") or error.code == "body_not_read", error


def test_neither_an_explainer_nor_its_reports_reveal_a_secret() -> None:
    secret = "never-to-be-shown-to-anyone"
    shown = [secret, secret.encode().hex(), base64.b64encode(secret.encode()).decode().rstrip("=")]
    explainer = WebhookExplainer([secret, f" {secret}"], now=NOW, other_secrets={"github": secret})
    signed = sign(BODY, secret, timestamp=NOW)
    printed = [repr(explainer), str(explainer), str(vars(type(explainer)))]
    for headers, body in [(signed, BODY), (signed, BODY + b"\n"), ({}, b"")]:
        printed.append(repr(explainer.explain(headers, body)))
    for text in printed:
        assert not any(hidden in text for hidden in [*shown, *list(signed.values())[:1]]), text


def test_an_explainer_cannot_be_pickled_and_is_its_own_copy() -> None:
    explainer = WebhookExplainer(SECRET)
    assert copy.copy(explainer) is explainer
    assert copy.deepcopy(explainer) is explainer
    with pytest.raises(TypeError, match="holds secrets"):
        pickle.dumps(explainer)


def test_threads_share_an_explainer() -> None:
    explainer = WebhookExplainer(SECRET, now=NOW)
    expected = explainer.explain(HEADERS, BODY + b"\n")
    found: list[Any] = []

    def work() -> None:
        found.extend(explainer.explain(HEADERS, BODY + b"\n") for _ in range(50))

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 200
    assert all(report == expected for report in found)


def test_the_verifier_and_the_explainer_agree() -> None:
    for headers in [{}, HEADERS, {**HEADERS, "X-Contio-Timestamp": "x"}]:
        report = WebhookExplainer(SECRET, now=NOW).explain(headers, BODY)
        try:
            WebhookVerifier(SECRET, now=NOW).verify(headers, BODY)
            assert report["ok"]
        except WebhookVerificationError as error:
            assert (report["code"], report["status"]) == (error.code, error.status)
