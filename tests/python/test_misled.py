"""Mistakes of the caller and of the sender's settings: each error names the mistake and the next step, in Python's own
words, and does not blame the sender for what the caller did."""

import asyncio
import io
import math
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

import flask
import pytest
from django.conf import settings
from django.test import RequestFactory
from hookseal import Scheme, WebhookVerificationError, WebhookVerifier, sign
from hookseal.explain import WebhookExplainer
from senders import BASE64_SECRET, NOW, SECRET, SENDERS, contio, contio_body, envelope, secret_for, slack
from starlette.requests import Request as StarletteRequest
from werkzeug.test import EnvironBuilder
from werkzeug.wrappers import Request as WerkzeugRequest

if not settings.configured:
    settings.configure(ALLOWED_HOSTS=["*"])

BODY = envelope()
HEADERS = contio(BODY)
SIGNATURE, TIMESTAMP = HEADERS.values()
VERIFIER = WebhookVerifier(SECRET, now=NOW)
EXPLAINER = WebhookExplainer(SECRET, now=NOW)
META = {f"HTTP_{name.upper().replace('-', '_')}": value for name, value in HEADERS.items()}


@contextmanager
def raises(code: str, *words: str) -> Iterator[None]:
    """An error with this code, whose message has these words, and neither a secret nor a signature."""
    with pytest.raises(WebhookVerificationError) as caught:
        yield
    assert caught.value.code == code, caught.value
    for word in words:
        assert word in str(caught.value), caught.value
    assert SECRET not in str(caught.value) and SIGNATURE not in str(caught.value)


def environ() -> dict[str, Any]:
    return EnvironBuilder(method="POST", headers=HEADERS, data=BODY).get_environ()


def scope() -> dict[str, Any]:
    headers = [(name.lower().encode(), value.encode()) for name, value in HEADERS.items()]
    return {"type": "http", "method": "POST", "path": "/", "query_string": b"", "headers": headers}


LAMBDA: dict[str, Any] = {"requestContext": {"http": {}}, "body": BODY.decode(), "isBase64Encoded": False}
REQUESTS: dict[str, tuple[Callable[[], Any], str]] = {
    "Flask's request": (lambda: WerkzeugRequest(environ()), "request.headers; this is of type Request"),
    "Django's request": (lambda: RequestFactory().post("/", BODY, "application/json", **META), "type WSGIRequest"),
    "Django's request, without a body": (lambda: RequestFactory().post("/", b"", "text/plain"), "type WSGIRequest"),
    "Starlette's request": (lambda: StarletteRequest(scope()), "request.headers; this is of type Request"),
    "an ASGI scope": (scope, 'scope["headers"] in ASGI'),
    "a WSGI environ": (environ, "a whole WSGI environ: pass the request's headers, such as request.headers"),
    "request.META": (lambda: RequestFactory().post("/", **META).META, "a whole WSGI environ"),
    "the event of a Lambda": (lambda: {**LAMBDA, "headers": HEADERS}, 'event["headers"] in AWS Lambda'),
    "the event of an ALB": (
        lambda: {**LAMBDA, "multiValueHeaders": {name: [value] for name, value in HEADERS.items()}},
        'event["headers"] in AWS Lambda',
    ),
    "the event of a test invocation": (lambda: {**LAMBDA, "headers": None}, 'event["headers"] in AWS Lambda'),
}


@pytest.mark.parametrize("name", REQUESTS)
def test_a_whole_request_in_place_of_its_headers_is_named(name: str) -> None:
    make, words = REQUESTS[name]
    for call in (VERIFIER.verify, EXPLAINER.explain):
        request = make()
        with raises("invalid_argument", "the headers are a whole ", words):
            call(request, BODY)
    # Its body was not read.
    request = make()
    with raises("invalid_argument"):
        VERIFIER.verify(request, BODY)
    if name == "Django's request":
        assert request.body == BODY


def test_flasks_request_of_the_current_context_is_named_too() -> None:
    with flask.Flask(__name__).test_request_context("/", method="POST", headers=HEADERS, data=BODY):
        assert VERIFIER.verify(flask.request.headers, flask.request.get_data())
        with raises("invalid_argument", "the headers are a whole request: pass its headers, such as request.headers"):
            VERIFIER.verify(flask.request, BODY)  # type: ignore[arg-type]
        with raises("invalid_argument", "pass the request's body", "request.get_data() in Flask"):
            VERIFIER.verify(flask.request.headers, flask.request)  # type: ignore[arg-type]


def test_a_sender_cannot_make_its_headers_look_like_a_whole_request() -> None:
    names = ["headers", "multiValueHeaders", "requestContext", "wsgi.version", "wsgi.input", "items"]
    for value in ["{}", ["x"], ["x", "y"], [], None, b"x", ("x",)]:
        with raises("missing_header", "X-Contio-Signature"):
            VERIFIER.verify({name: value for name in names}, BODY)  # type: ignore[arg-type]
        assert VERIFIER.verify({**HEADERS, **{name: value for name in names}}, BODY)  # type: ignore[arg-type]


async def headers_later() -> dict[str, str]:
    return HEADERS


def test_headers_that_were_not_awaited_are_named() -> None:
    loop = asyncio.new_event_loop()
    pending, done = loop.create_future(), loop.create_future()
    done.set_result(HEADERS)
    coroutine = headers_later()
    for value, name in [(coroutine, "coroutine"), (pending, "Future"), (done, "Future")]:
        for call in (VERIFIER.verify, EXPLAINER.explain):
            with raises("invalid_argument", "headers must be a mapping", f"but this is a {name} that was not await"):
                call(value, BODY)
            with raises("invalid_argument", "the body must be the raw one", f"but this is a {name} that was not await"):
                call(HEADERS, value)
        with raises("invalid_argument", "a header's value must be", f"this is a {name} that was not awaited"):
            VERIFIER.verify({"X-Contio-Signature": value}, BODY)  # type: ignore[dict-item]
        result = VERIFIER.verify_signature(BODY, value, TIMESTAMP)  # type: ignore[arg-type]
        assert "that was not awaited" in (result.error or "")
    coroutine.close()
    loop.close()


def test_swapped_arguments_are_named() -> None:
    for body in [BODY, BODY.decode(), b"", bytearray(BODY)]:
        with raises("invalid_argument", "the headers come first, then the body"):
            VERIFIER.verify(body, HEADERS)  # type: ignore[arg-type]
    for headers in [HEADERS, list(HEADERS.items()), StarletteRequest(scope()).headers]:
        with raises("invalid_argument", "the signature is a mapping", "all headers to verify()"):
            VERIFIER.parse_webhook(BODY, headers)  # type: ignore[arg-type]
    with raises("invalid_argument", "headers must be a mapping, or pairs of name and value, but this is None"):
        VERIFIER.verify(None, BODY)  # type: ignore[arg-type]


def test_no_body_is_not_an_error_of_the_receiver() -> None:
    words = "the body was not read before it was to be verified: it is None, as in AWS Lambda"
    for act in [
        lambda: VERIFIER.verify(HEADERS, None),  # type: ignore[arg-type]
        lambda: VERIFIER.parse_webhook(None, SIGNATURE, TIMESTAMP),  # type: ignore[arg-type]
        lambda: EXPLAINER.explain(HEADERS, None),  # type: ignore[arg-type]
    ]:
        with pytest.raises(WebhookVerificationError, match=words) as caught:
            act()
        assert (caught.value.code, caught.value.status) == ("body_not_read", 400)
    result = VERIFIER.verify_signature(None, SIGNATURE, TIMESTAMP)  # type: ignore[arg-type]
    assert (result.code, words in (result.error or "")) == ("body_not_read", True)
    with raises("invalid_argument", "the body to sign is None"):
        sign(None, SECRET)  # type: ignore[arg-type]


def test_a_body_that_was_not_called_or_not_read_is_named() -> None:
    starlette = StarletteRequest(scope())
    for body, words in [
        (starlette.body, ["of type method: call it, as in `request.get_data()`"]),
        (starlette, ["of type Request: pass the request's body", "await request.body() in FastAPI"]),
        (io.BytesIO(BODY), ["of type BytesIO: pass what its read() returns"]),
        (object(), ["the body must be the raw one", "but this is of type object"]),
        ({"event_id": "evt-1"}, ["already parsed", "request.get_data() in Flask"]),
    ]:
        with raises("invalid_argument", *words):
            VERIFIER.verify(HEADERS, body)  # type: ignore[arg-type]


@pytest.mark.parametrize("option", ["max_age", "max_skew", "max_event_age"])
def test_none_and_infinity_are_no_limit(option: str) -> None:
    now = {"max_age": NOW + 10**9, "max_skew": 0, "max_event_age": NOW + 10**9}[option]
    sender = contio_body if option == "max_event_age" else contio
    for value in [None, math.inf]:
        options: dict[str, Any] = {"now": now, option: value}
        assert WebhookVerifier(SECRET, **options).verify(sender(BODY), BODY)
        assert WebhookExplainer(SECRET, **options).explain(sender(BODY), BODY)["ok"]
    assert not WebhookVerifier(SECRET, now=now).verify_signature(BODY, *sender(BODY).values())


@pytest.mark.parametrize("option", ["max_age", "max_skew"])
def test_a_limit_in_milliseconds_is_refused_by_name(option: str) -> None:
    for value in [100_000, 300_000, 300_000.5, 1e300]:
        with raises("invalid_argument", f"{option} is ", "as if in milliseconds", "less than 100000 s, or no limit"):
            WebhookVerifier(SECRET, **{option: value})  # type: ignore[arg-type]
    with raises("invalid_argument", f"{option} is 300000 s"):
        WebhookVerifier(SECRET, **{option: 300_000})  # type: ignore[arg-type]
    assert WebhookVerifier(SECRET, **{option: 99_999})  # type: ignore[arg-type]


@pytest.mark.parametrize("sender", ["contio-timestamped", "contio-body", "stripe", "slack", "svix"])
def test_a_clock_in_milliseconds_is_refused_by_name(sender: str) -> None:
    body = envelope(timestamp=time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()))
    headers = SENDERS[sender](body, timestamp=int(time.time()))
    for now in [lambda: time.time() * 1000, time.time() * 1000]:
        verifier = WebhookVerifier(secret_for(sender), scheme=sender, now=now)  # type: ignore[arg-type]
        with raises("invalid_argument", "now is 1", "as if in milliseconds; give Unix seconds"):
            verifier.verify(headers, body)


def test_an_option_of_another_type_or_range_is_shown() -> None:
    for option, value, words in [
        ("max_age", -1, "max_age must be a number of seconds, 0 or more, or None for no limit, but this is -1"),
        ("max_skew", -0.5, "max_skew must be a number of seconds, 0 or more, or None for no limit, but this is -0.5"),
        ("max_age", math.nan, "but this is NaN"),
        ("max_age", "300", "but this is of type str"),
        ("max_age", timedelta(minutes=5), "but this is of type timedelta"),
        ("max_age", True, "but this is of type bool"),
        ("max_event_age", -1, "max_event_age must be"),
        ("max_body", -1, "max_body must be a whole number of bytes, 0 or more, but this is -1"),
        ("max_body", 1.5, "but this is 1.5"),
        ("max_body", "1 MiB", "but this is of type str"),
        ("now", datetime(2023, 11, 14), "now must be Unix seconds, or a function that returns them, but this is of "),
        ("now", math.inf, "but this is inf"),
        ("now", lambda: None, "but this is None"),
        ("now", lambda: "1700000000", "but this is of type str"),
    ]:
        with raises("invalid_argument", words):
            WebhookVerifier(SECRET, **{option: value}).verify(HEADERS, BODY)  # type: ignore[arg-type]


ACME: dict[str, Any] = {"signature_header": "X-Acme", "encoding": "hex", "signed": "{body}"}
SCHEMES: list[tuple[dict[str, Any], str]] = [
    ({"signed": "{ts}.{body}"}, "braces hold {id}, {timestamp} or {body}, and nothing else"),
    ({"signed": "{{timestamp}}.{body}"}, "braces hold {id}, {timestamp} or {body}, and nothing else"),
    ({"signed": "{timestamp}.{body}"}, "say where it is: timestamp_header or timestamp_in_signature"),
    ({"signed": "{id}.{body}"}, "say where it is: id_header"),
    ({"timestamp_header": "X-T"}, "the scheme has a timestamp, so signed must contain it once"),
    ({"id_header": "X-I"}, "the scheme has an id, so signed must contain it once"),
    ({"encoding": "base32"}, 'encoding must be "hex" or "base64", not "base32"'),
    ({"key": "hexadecimal"}, 'key must be "utf8", "base64" or "hex", not "hexadecimal"'),
    ({"list_separator": ","}, "a list of signatures needs list_separator, list_joiner and list_version"),
    ({"prefix": "x", "list_joiner": "="}, "give either prefix, or list_separator, list_joiner and list_version"),
    (
        {"timestamp_header": "X-T", "timestamp_in_envelope": True},
        "give only one of timestamp_header, timestamp_in_signature and timestamp_in_envelope",
    ),
    ({"signed": b"{body}"}, "signed must be a str, but this is of type bytes"),
    ({"fallback_spellings": {"X-Acme": 1}}, "fallback_spellings must be a dict from headers to their second names"),
]


@pytest.mark.parametrize(("parts", "words"), SCHEMES)
def test_the_error_of_a_scheme_has_pythons_names(parts: dict[str, Any], words: str) -> None:
    with raises("invalid_scheme", "the scheme cannot be used: ", words):
        Scheme("acme", **{**ACME, **parts})


@pytest.mark.parametrize(
    ("secret", "words"),
    [
        (f"v1,{BASE64_SECRET}", ["it begins with v1, as Supabase shows it; leave that off", "whsec_"]),
        ("whpk_bWFkZSB1cCBmb3IgdGVzdHM=", ["it is a key for ed25519, which is not supported", "whsec_"]),
        ("whsk_bWFkZSB1cCBmb3IgdGVzdHM=", ["it is a key for ed25519, which is not supported", "whsec_"]),
        ("v1a,bWFkZSB1cCBmb3IgdGVzdHM=", ["it is a key for ed25519, which is not supported", "whsec_"]),
    ],
)
def test_what_is_mistaken_for_a_secret_is_named(secret: str, words: list[str]) -> None:
    for scheme in ["standard-webhooks", "svix"]:
        with raises("invalid_secret", "secrets[0]", *words):
            WebhookVerifier(secret, scheme=scheme)  # type: ignore[arg-type]


def test_a_secret_of_another_type_is_named_and_not_shown() -> None:
    for secret, words in [
        (None, "secrets[0]: it must be str or bytes, but this is None; is the variable that holds it set?"),
        (123_454_321, "secrets[0]: it must be str or bytes, but this is of type int"),
        ([SECRET, {SECRET}], "secrets[1]: it must be str or bytes, but this is of type set"),
    ]:
        with pytest.raises(WebhookVerificationError) as caught:
            WebhookVerifier(secret)  # type: ignore[arg-type]
        assert (caught.value.code, words in str(caught.value)) == ("invalid_secret", True), caught.value
        assert "123" not in str(caught.value) and SECRET not in str(caught.value)


def test_a_signature_that_is_only_ed25519_is_named() -> None:
    headers = {**SENDERS["standard-webhooks"](BODY), "webhook-signature": "v1a,bWFkZSB1cCBmb3IgdGVzdHM="}
    with raises("malformed_signature", "ed25519 (v1a) is not supported"):
        WebhookVerifier(BASE64_SECRET, scheme="standard-webhooks", now=NOW).verify(headers, BODY)


FORM = b"payload=%7B%22action%22%3A%22opened%22%7D"


def test_githubs_default_form_is_named() -> None:
    verifier = WebhookVerifier(SECRET, scheme="github")
    delivery = verifier.verify(sign(FORM, SECRET, scheme="github"), FORM)
    with pytest.raises(WebhookVerificationError, match="it is a form, not JSON.*application/json") as caught:
        delivery.json()
    assert (caught.value.code, caught.value.status) == ("malformed_envelope", 400)
    with raises("missing_header", "X-Hub-Signature-256", "X-Hub-Signature alone is SHA-1"):
        verifier.verify({"X-Hub-Signature": "sha1=" + "0" * 40}, FORM)


@pytest.mark.parametrize("scheme", [name for name in SENDERS if not name.startswith("contio")])
def test_a_sender_without_an_envelope_has_no_event(scheme: str) -> None:
    verifier = WebhookVerifier(secret_for(scheme), scheme=scheme, now=NOW)  # type: ignore[arg-type]
    for body in [b'{"type":"url_verification","challenge":"c"}', b"[]", FORM]:
        headers = SENDERS[scheme](body)
        with pytest.raises(WebhookVerificationError, match=r"have no event; use json\(\)") as caught:
            verifier.verify(headers, body).event()
        assert (caught.value.code, caught.value.status) == ("invalid_argument", 500)
        if "webhook-id" in headers or "svix-id" in headers:
            continue
        with raises("invalid_argument", "use json()"):
            verifier.parse_webhook(body, *headers.values())


def test_slacks_url_verification_is_read_by_json() -> None:
    body = b'{"type":"url_verification","challenge":"c"}'
    delivery = WebhookVerifier(SECRET, scheme="slack", now=NOW).verify(slack(body), body)
    assert delivery.json()["challenge"] == "c"


@pytest.mark.parametrize(
    ("sender", "options", "words"),
    [
        (contio, {"now": NOW + 412}, ["412 s old, and 300 s are allowed", "max_age"]),
        (contio, {"now": NOW - 412}, ["412 s ahead, and 300 s are allowed", "max_skew", "the receiver's clock"]),
        (contio_body, {"now": NOW + 90_000}, ["90000 s old, and 86400 s are allowed", "max_event_age"]),
        (contio, {"max_body": 10}, [f"it has {len(BODY)} bytes or more, and 10 are allowed", "max_body"]),
    ],
)
def test_a_refusal_has_numbers_and_the_name_of_the_option(sender: Any, options: Any, words: list[str]) -> None:
    options = {"now": NOW, **options}
    headers = sender(BODY)
    with pytest.raises(WebhookVerificationError) as caught:
        WebhookVerifier(SECRET, **options).verify(headers, BODY)
    for word in words:
        assert word in str(caught.value)
    assert "maxAge" not in str(caught.value) and "--" not in str(caught.value) and "`" not in str(caught.value)
    # The report says the same, and bodies of every type are refused in the same words.
    assert WebhookExplainer(SECRET, **options).explain(headers, BODY)["message"] == str(caught.value)
    result = WebhookVerifier(SECRET, **options).verify_signature(bytearray(BODY), *headers.values())
    assert result.error == str(caught.value)
