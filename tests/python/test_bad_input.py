"""Every argument of every function, with values that no caller should pass: the outcome is a normal result or an error
of the package. A genuine delivery is still accepted afterwards."""

import base64
import pickle
from collections.abc import Callable
from typing import Any

import pytest
from hookseal import Delivery, Scheme, VerificationResult, WebhookVerificationError, WebhookVerifier, sign
from hookseal._statuses import STATUS_BY_CODE
from hostile import hostile, raising
from senders import BASE64_SECRET, NOW, SECRET, contio, envelope

BODY = envelope()
HEADERS = contio(BODY)
SIGNATURE, TIMESTAMP = HEADERS.values()
VERIFIER = WebhookVerifier(SECRET, now=NOW)
ACME: dict[str, Any] = {"name": "acme", "signature_header": "X-Acme", "encoding": "hex", "signed": "{body}"}
LIST = {"list_separator": ",", "list_joiner": "=", "list_version": "v1"}


def make(secret: Any = SECRET, **options: Any) -> Delivery:
    return WebhookVerifier(secret, **{"now": NOW, **options}).verify(HEADERS, BODY)


def scheme(**parts: Any) -> dict[str, str]:
    parts = {**ACME, **parts}
    return sign(BODY, SECRET, scheme=Scheme(parts.pop("name"), **parts))


def hashable(value: Any, other: str) -> dict[Any, str]:
    try:
        return {value: other}
    except Exception:
        return {(): other}


# Each function passes a value in one place.
PLACES: dict[str, Callable[[Any], Any]] = {
    "the secret": make,
    "one of the secrets": lambda value: make(["fine", value]),
    "the secret of svix": lambda value: make(value, scheme="svix"),
    **{
        f"the argument {name}": lambda value, name=name: make(**{name: value})
        for name in ["scheme", "max_age", "max_skew", "max_event_age", "max_body", "now"]
    },
    "the result of the clock": lambda value: make(now=lambda: value),
    "the headers": lambda value: VERIFIER.verify(value, BODY),
    "one of the pairs": lambda value: VERIFIER.verify([value], BODY),
    "the name in a pair": lambda value: VERIFIER.verify([(value, "x")], BODY),
    "the value in a pair": lambda value: VERIFIER.verify([("X-Contio-Signature", value)], BODY),
    "the value in a dict": lambda value: VERIFIER.verify({"X-Contio-Signature": value}, BODY),
    "one of the values in a dict": lambda value: VERIFIER.verify({"X-Contio-Signature": ["x", value]}, BODY),
    "the body": lambda value: VERIFIER.verify(HEADERS, value),
    "the body of verify_signature": lambda value: VERIFIER.verify_signature(value, SIGNATURE, TIMESTAMP),
    "the signature of verify_signature": lambda value: VERIFIER.verify_signature(BODY, value, TIMESTAMP),
    "the timestamp of verify_signature": lambda value: VERIFIER.verify_signature(BODY, SIGNATURE, value),
    "the body of parse_webhook": lambda value: VERIFIER.parse_webhook(value, SIGNATURE, TIMESTAMP),
    "the signature of parse_webhook": lambda value: VERIFIER.parse_webhook(BODY, value, TIMESTAMP),
    "the timestamp of parse_webhook": lambda value: VERIFIER.parse_webhook(BODY, SIGNATURE, value),
    "the body of sign": lambda value: sign(value, SECRET),
    "the secret of sign": lambda value: sign(BODY, value),
    "the scheme of sign": lambda value: sign(BODY, SECRET, scheme=value),
    "the timestamp of sign": lambda value: sign(BODY, SECRET, timestamp=value),
    "the id of sign": lambda value: sign(BODY, BASE64_SECRET, scheme="svix", id=value),
    **{
        f"the scheme's {name}": lambda value, name=name: scheme(**{name: value})
        for name in [
            *ACME,
            "prefix",
            "timestamp_header",
            "timestamp_in_signature",
            "timestamp_in_envelope",
            "id_header",
        ]
        + ["key", "newer_spellings", "fallback_spellings"]
    },
    "the header of a spelling": lambda value: scheme(newer_spellings=hashable(value, "X")),
    "the second name of a spelling": lambda value: scheme(fallback_spellings={"X-Acme": value}),
    **{f"the list's {name}": lambda value, name=name: scheme(**{**LIST, name: value}) for name in LIST},
}


@pytest.mark.filterwarnings("ignore:coroutine .* was never awaited")
@pytest.mark.parametrize("place", PLACES)
def test_any_value_leads_to_a_result_or_an_error_of_the_package(place: str) -> None:
    for value in hostile():
        try:
            result = PLACES[place](value)
        except WebhookVerificationError as error:
            assert STATUS_BY_CODE[error.code] == error.status
            assert str(error)
        else:
            assert isinstance(result, (Delivery, VerificationResult, dict))
    assert VERIFIER.verify(HEADERS, BODY).id == "evt-1"


@pytest.mark.parametrize("value", hostile()[1:5])
def test_verify_signature_says_what_is_wrong_with_an_argument(value: object) -> None:
    result = VERIFIER.verify_signature(value, SIGNATURE, TIMESTAMP)  # type: ignore[arg-type]
    assert (result.is_valid, result.code) == (False, "invalid_argument")


@pytest.mark.parametrize("error", [KeyboardInterrupt, SystemExit, GeneratorExit])
@pytest.mark.parametrize("place", ["the headers", "the argument now", "the argument max_age"])
def test_an_interrupt_or_exit_propagates_unchanged(place: str, error: type[BaseException]) -> None:
    name = {"the headers": "items", "the argument now": "__call__", "the argument max_age": "__float__"}[place]
    with pytest.raises(error):
        PLACES[place](raising(name, error))


def test_an_exception_from_the_callers_code_is_the_cause_of_the_error() -> None:
    with pytest.raises(WebhookVerificationError) as caught:
        make(now=lambda: 1 / 0)
    assert caught.value.code == "invalid_argument"
    assert isinstance(caught.value.__cause__, ZeroDivisionError)


@pytest.mark.parametrize("body", [{"event_id": "evt-1"}, [1]])
def test_a_parsed_body_is_refused_with_advice_on_what_to_pass_instead(body: object) -> None:
    with pytest.raises(
        WebhookVerificationError, match=r"request\.body in Django.*get_data\(\).*await request\.body\(\)"
    ):
        VERIFIER.verify(HEADERS, body)  # type: ignore[arg-type]


def test_calls_with_unknown_or_missing_arguments_are_type_errors() -> None:
    calls: list[Callable[..., Any]] = [
        lambda: VERIFIER.verify(),  # type: ignore[call-arg]
        lambda: VERIFIER.verify(HEADERS, BODY, SECRET),  # type: ignore[call-arg]
        lambda: WebhookVerifier(),  # type: ignore[call-arg]
        lambda: WebhookVerifier(SECRET, "stripe"),  # type: ignore[call-arg, misc]
        lambda: WebhookVerifier(SECRET, max_agee=1),  # type: ignore[call-arg]
        lambda: Delivery(),
        lambda: VerificationResult(),
    ]
    for call in calls:
        with pytest.raises(TypeError):
            call()


def test_no_object_can_be_pickled_subclassed_or_changed() -> None:
    delivery = VERIFIER.verify(HEADERS, BODY)
    things = [
        VERIFIER,
        delivery,
        VERIFIER.verify_signature(BODY, "", ""),
        Scheme("acme", **dict(list(ACME.items())[1:])),
    ]
    for thing in things:
        with pytest.raises(TypeError, match="cannot be pickled"):
            pickle.dumps(thing)
        with pytest.raises(TypeError):
            type("Derived", (type(thing),), {})
        with pytest.raises(AttributeError):
            thing.scheme = "other"  # type: ignore[misc, union-attr]


def test_an_endless_iterator_of_headers_is_refused() -> None:
    with pytest.raises(WebhookVerificationError, match="too many headers"):
        VERIFIER.verify((("x", "y") for _ in iter(int, 1)), BODY)


def test_a_value_in_a_dict_of_headers_cannot_change_the_dict_while_it_is_read() -> None:
    class Clearing(list[str]):
        def __iter__(self) -> Any:
            headers.clear()
            return iter(())

    headers: dict[str, Any] = {"X-Contio-Signature": Clearing([SIGNATURE]), "X-Contio-Timestamp": TIMESTAMP}
    assert VERIFIER.verify(headers, BODY)
    assert len(headers) == 2


def test_a_body_in_base64_is_not_decoded() -> None:
    assert not VERIFIER.verify_signature(base64.b64encode(BODY), SIGNATURE, TIMESTAMP)
