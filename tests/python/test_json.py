"""What `json()` and `event()` give is what Python's own parser gives."""

import json
import math
from typing import Any

import pytest
from hookseal import Delivery, WebhookVerificationError, WebhookVerifier
from hypothesis import given
from hypothesis import strategies as st
from senders import NOW, SECRET, contio, envelope, github

GITHUB = WebhookVerifier(SECRET, scheme="github")
CONTIO = WebhookVerifier(SECRET, now=NOW)


def delivery(body: bytes) -> Delivery:
    return GITHUB.verify(github(body), body)


# Text that has UTF-8.
texts = st.text(st.characters(exclude_categories=["Cs"]))
numbers = st.integers() | st.floats(allow_nan=False, allow_infinity=False)
values = st.recursive(
    st.none() | st.booleans() | numbers | texts,
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(texts, inner, max_size=5),
)


@given(value=values, ascii_only=st.booleans(), indent=st.none() | st.integers(0, 3))
def test_any_json_is_read_as_python_reads_it(value: Any, ascii_only: bool, indent: int | None) -> None:
    body = json.dumps(value, ensure_ascii=ascii_only, indent=indent).encode()
    found = delivery(body).json()
    assert repr(found) == repr(json.loads(body))


@given(data=st.dictionaries(texts, values, max_size=5))
def test_the_data_of_an_event_is_read_as_python_reads_it(data: dict[str, Any]) -> None:
    body = envelope(data=data)
    try:
        event = CONTIO.verify(contio(body), body).event()
    except WebhookVerificationError as error:
        assert error.code == "malformed_envelope" and depth(data) > 60
    else:
        assert repr(event) == repr(json.loads(body))


def depth(value: Any) -> int:
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return 1 + max(map(depth, inner), default=0)


@pytest.mark.parametrize(
    "text", ["1e999", "-0", "-0.0", "1E400", "1e-999", "0.1", "9" * 4300, "123456789012345678901", '"\\u0000"']
)
def test_numbers_and_escapes_at_the_edge_are_those_of_python(text: str) -> None:
    assert repr(delivery(text.encode()).json()) == repr(json.loads(text))


def test_of_a_field_that_comes_twice_the_last_one_counts() -> None:
    assert delivery(b'{"a":1,"a":2}').json() == {"a": 2}


# Python's own parser takes these, or trips over them in its own way.
@pytest.mark.parametrize(
    "body",
    [
        b"NaN",
        b"Infinity",
        b"\xef\xbb\xbf{}",
        b'"\\ud800"',
        b"[" * 300 + b"]" * 300,
        b"9" * 4301,
        b'"\xff"',
        b"{}".decode().encode("utf-16"),
        b"",
        b"[1,]",
    ],
)
def test_what_is_no_json_or_more_than_python_takes_is_malformed(body: bytes) -> None:
    with pytest.raises(WebhookVerificationError, match="genuine") as caught:
        delivery(body).json()
    assert (caught.value.code, caught.value.status) == ("malformed_envelope", 400)


def test_a_number_beyond_the_range_is_infinite_as_python_has_it() -> None:
    assert delivery(b"[-1e999]").json() == [-math.inf]
