"""`json()` and `event()` return what Python's own parser returns, for all JSON of at most 64 levels."""

import json
import math
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from hookseal import Delivery, WebhookVerificationError, WebhookVerifier
from hypothesis import given
from hypothesis import strategies as st
from senders import NOW, SECRET, contio, envelope, github
from vectors import json_of

GITHUB = WebhookVerifier(SECRET, scheme="github")
CONTIO = WebhookVerifier(SECRET, now=NOW)


def delivery(body: bytes) -> Delivery:
    return GITHUB.verify(github(body), body)


def event_with(data: str) -> Any:
    """The parsed `data` of an event whose `data` is this text."""
    body = envelope(data={}).replace(b'"data": {}', b'"data": ' + data.encode())
    event: Any = CONTIO.verify(contio(body), body).event()
    return event["data"]


@contextmanager
def digits_allowed(limit: int) -> Iterator[None]:
    """Sets Python's limit on the digits of an integer in text; 0 is no limit."""
    before = sys.get_int_max_str_digits()
    sys.set_int_max_str_digits(limit)
    try:
        yield
    finally:
        sys.set_int_max_str_digits(before)


# Text without lone surrogates.
texts = st.text(st.characters(exclude_categories=["Cs"]))
long_integers = st.builds(lambda length, low: 10**length + low, st.integers(4290, 4310), st.integers())
numbers = (
    st.integers() | st.floats(allow_nan=False, allow_infinity=False) | long_integers | long_integers.map(int.__neg__)
)
values = st.recursive(
    st.none() | st.booleans() | numbers | texts,
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(texts, inner, max_size=5),
)


@given(value=values, ascii_only=st.booleans(), indent=st.none() | st.integers(0, 3))
def test_any_json_is_parsed_as_python_parses_it(value: Any, ascii_only: bool, indent: int | None) -> None:
    with digits_allowed(0):
        body = json.dumps(value, ensure_ascii=ascii_only, indent=indent).encode()
    found = delivery(body).json()
    with digits_allowed(0):
        assert repr(found) == repr(json.loads(body))


@given(data=st.dictionaries(texts, values, max_size=5))
def test_the_data_of_an_event_is_parsed_as_python_parses_it(data: dict[str, Any]) -> None:
    with digits_allowed(0):
        body = envelope(data=data)
    try:
        event = CONTIO.verify(contio(body), body).event()
    except WebhookVerificationError as error:
        assert error.code == "malformed_envelope" and depth(data) > 63
    else:
        with digits_allowed(0):
            assert repr(event) == repr(json.loads(body))


def depth(value: Any) -> int:
    """The number of levels of objects and arrays."""
    if not isinstance(value, (dict, list)):
        return 0
    return 1 + max(map(depth, value.values() if isinstance(value, dict) else value), default=0)


@given(
    value=values,
    edits=st.lists(
        st.tuples(st.integers(0), st.sampled_from(["", *'{}[]",:\\ue+-.0 9n\t\x00\x7f\ufeff\ud800'])), max_size=2
    ),
)
def test_exactly_the_bodies_that_are_not_json_are_refused(value: Any, edits: list[tuple[int, str]]) -> None:
    with digits_allowed(0):
        text = json.dumps(value, ensure_ascii=False)
    for at, replacement in edits:
        at %= len(text) + 1
        text = text[:at] + replacement + text[at + 1 :]
    body = text.encode("utf-8", "surrogatepass")
    try:
        found = delivery(body).json()
    except WebhookVerificationError as error:
        assert error.code == "malformed_envelope" and not is_json(body)
    else:
        assert is_json(body)
        assert found == json_of(body)


def is_json(body: bytes) -> bool:
    """According to Python's own parser, without its extensions of JSON."""
    try:
        with digits_allowed(0):
            return depth(json.loads(body.decode(), parse_constant=refuse)) <= 64
    except ValueError:
        return False


def refuse(constant: str) -> None:
    raise ValueError(constant)


@pytest.mark.parametrize(
    "text",
    [
        *["1e999", "-0", "-0.0", "1E400", "1e-999", "0.1", "9" * 4300, "123456789012345678901", '"\\u0000"'],
        *["1e" + "9" * 5000, "1e-" + "9" * 5000, "0." + "3" * 100_000, "1" + "0" * 4299 + ".5", "0e0", "2.5E+3"],
    ],
)
def test_numbers_and_escapes_at_the_limits_equal_those_of_python(text: str) -> None:
    assert repr(delivery(text.encode()).json()) == repr(json.loads(text))
    assert repr(event_with(f'{{"x":{text}}}')) == repr({"x": json.loads(text)})


LONG = "1234567890" * 500
NUMBER = int(LONG[:4000]) * 10**1000 + int(LONG[4000:])


# The text around a long integer, and the expected value.
PLACES: list[tuple[str, str, Any]] = [
    ("", "", NUMBER),
    (" ", "\n", NUMBER),
    ("-", "", -NUMBER),
    ("[", "]", [NUMBER]),
    ("[1, -", " , 2]", [1, -NUMBER, 2]),
    ('{"a": ', "}", {"a": NUMBER}),
    ('{"a":[{"b":-', '}],"c":0}', {"a": [{"b": -NUMBER}], "c": 0}),
    (f'["{LONG}\\"{LONG}",', "]", [f'{LONG}"{LONG}', NUMBER]),
    (f'["\\\\",{LONG},-', ",[]]", ["\\", NUMBER, -NUMBER, []]),
    ('{"a":', f',"a":-{LONG}}}', {"a": -NUMBER}),
    (f'{{"{LONG}":', "}", {LONG: NUMBER}),
    ('["NaN","[NaN,0]",[1,0],', "]", ["NaN", "[NaN,0]", [1, 0], NUMBER]),
    ('["\\ud83d",', ',"\\ud83d\\ude00"]', ["\ufffd", NUMBER, "\U0001f600"]),
    ("[" * 64, "]" * 64, None),
]


# Numbered, because Python refuses to print these integers.
@pytest.mark.parametrize(("before", "after", "wanted"), PLACES, ids=range(len(PLACES)))
def test_an_integer_may_have_any_number_of_digits_anywhere(before: str, after: str, wanted: Any) -> None:
    found = delivery(f"{before}{LONG}{after}".encode()).json()
    if wanted is None:
        for _ in range(64):
            (found,) = found
        wanted = NUMBER
    assert found == wanted
    assert isinstance(found, type(wanted))


@pytest.mark.parametrize(
    "text", [f"{LONG}.5", f"-{LONG}.0", f"{LONG}e0", f"{LONG}e-4990", f"-{LONG}E-9999", f"{LONG}.1e+7"]
)
def test_a_float_may_have_any_number_of_digits(text: str) -> None:
    assert repr(delivery(f'{{"x":[{text}]}}'.encode()).json()) == repr({"x": [float(text)]})
    assert repr(event_with(f'{{"x":{text}}}')) == repr({"x": float(text)})


@pytest.mark.parametrize("limit", [640, 4300, 0])
def test_pythons_limit_on_digits_is_ignored(limit: int) -> None:
    with digits_allowed(limit):
        for digits in (639, 641, 4299, 4300, 4301, 5000):
            assert delivery(b"[-1" + b"0" * (digits - 1) + b"]").json() == [-(10 ** (digits - 1))]
            assert event_with(f'{{"x":1{"0" * (digits - 1)}}}') == {"x": 10 ** (digits - 1)}


def test_a_body_of_only_digits_is_an_integer() -> None:
    # `bindings-python/src/integer.rs` tests how much work that takes.
    found = delivery(b"7" * (1 << 20)).json()
    assert found == (10 ** (1 << 20) - 1) // 9 * 7


def test_the_last_of_two_fields_with_the_same_name_counts() -> None:
    assert delivery(b'{"a":1,"a":2}').json() == {"a": 2}


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ('"Launch \\ud83d"', "Launch \ufffd"),
        ('"\\ude00 and \\uD83D\\uDE00"', "\ufffd and \U0001f600"),
        ('"\\ud83d\\ud83d\\ude00"', "\ufffd\U0001f600"),
        ('"\\ud83d\\n\\ud83dx"', "\ufffd\n\ufffdx"),
        ('"\\\\ud83d"', "\\ud83d"),
        ('"\\\\\\ud83d\\""', '\\\ufffd"'),
        ('{"\\ud800":1,"a\\udfff":{"\\udc00":[]}}', {"\ufffd": 1, "a\ufffd": {"\ufffd": []}}),
        ('{"\\ud800":1,"\\ud801":2}', {"\ufffd": 2}),
    ],
)
def test_half_of_a_surrogate_pair_becomes_a_replacement_character(text: str, wanted: Any) -> None:
    assert delivery(text.encode()).json() == wanted
    assert event_with(f'{{"x":{text}}}') == {"x": wanted}


def test_a_name_with_half_of_a_surrogate_pair_shadows_no_field() -> None:
    plain = envelope()
    more = [
        rf'"{name}":"forged"' for name in ["event_type\\ud800", "\\ud800event_type", "event\\udfff_type", "dat\\ud861"]
    ]
    body = b"{" + ",".join(more).encode() + b"," + plain[1:-1] + b"," + ",".join(more).encode() + b"}"
    event: Any = CONTIO.verify(contio(body), body).event()
    assert {name: event[name] for name in json.loads(plain)} == json.loads(plain)
    assert set(event) - set(json.loads(plain)) == {
        "event_type\ufffd",
        "\ufffdevent_type",
        "event\ufffd_type",
        "dat\ufffd",
    }


def test_half_of_a_surrogate_pair_in_an_envelope_field_is_refused() -> None:
    for field in ["event_type", "event_id", "timestamp", "partner_app_id", "actor_user_id"]:
        body = envelope(**{field: "half"}).replace(b"half", b"\\ud83d")
        with pytest.raises(WebhookVerificationError, match=f"{field}.*half of a surrogate pair") as caught:
            CONTIO.verify(contio(body), body).event()
        assert caught.value.code == "malformed_envelope"


@pytest.mark.parametrize(
    "body",
    [
        *[b"NaN", b"Infinity", b"-Infinity", b"[NaN,0]", b'{"a":NaN}', b"\xef\xbb\xbf{}", b'"\xff"', b'"\xed\xa0\x80"'],
        *[
            b"{}".decode().encode("utf-16"),
            b"",
            b" ",
            b"[1,]",
            b'{"a":1,}',
            b"01",
            b"-",
            b"1.",
            b".5",
            b"+1",
            b"1e",
            b"0x1",
        ],
        *[
            b"0" * 5000,
            b"-0" + b"1" * 5000,
            b"1" * 5000 + b".",
            b"1" * 5000 + b"e",
            b"1" * 5000 + b"x",
            b'"\t"',
            b"'a'",
        ],
        *[b'"\\u12"', b'"\\x41"', b'"\\ud83"', b'"', b"{} {}", b"nul", b"True", b"[1 2]", b"{1:2}"],
    ],
)
def test_a_body_that_is_not_json_is_malformed(body: bytes) -> None:
    with pytest.raises(WebhookVerificationError, match="the signature is valid") as caught:
        delivery(body).json()
    assert (caught.value.code, caught.value.status) == ("malformed_envelope", 400)


@pytest.mark.parametrize("open_close", ["[ ]", '{"a": }', '[{"a": }]', '{"\\ud800":[ ]}'])
@pytest.mark.parametrize("inside", ["1", LONG, '"\\ud83d"'])
def test_64_levels_are_accepted_and_more_are_malformed(open_close: str, inside: str) -> None:
    opening, closing = open_close.split(" ")
    levels = opening.count("[") + opening.count("{")

    def nested(depth: int) -> str:
        assert depth % levels == 0
        return opening * (depth // levels) + inside + closing * (depth // levels)

    assert depth(delivery(nested(64).encode()).json()) == 64
    deepest = 62  # Inside `data` and the envelope.
    assert depth(event_with(f'{{"x":{nested(deepest)}}}')) == 63
    for act in [
        lambda: delivery(nested(66).encode()).json(),
        lambda: delivery(nested(100_000).encode()).json(),
        lambda: delivery(("[" + nested(64) + "]").encode()).json(),
        lambda: event_with(f'{{"x":{nested(64)}}}'),
        lambda: event_with(f'{{"x":{nested(100_000)}}}'),
    ]:
        with pytest.raises(WebhookVerificationError) as caught:
            act()
        assert caught.value.code == "malformed_envelope"


def test_nested_json_is_parsed_even_at_the_end_of_pythons_stack() -> None:
    bodies = [b"[" * 64 + inside + b"]" * 64 for inside in (b"1", LONG.encode(), b'"\\ud83d"')]
    deliveries = [delivery(body) for body in bodies]

    def at_depth(frames: int) -> list[Any]:
        return at_depth(frames - 1) if frames else [delivery.json() for delivery in deliveries]

    frame, used = sys._getframe(), 0
    while (frame := frame.f_back) is not None:  # type: ignore[assignment]
        used += 1
    found = at_depth(sys.getrecursionlimit() - used - 20)
    assert [depth(value) for value in found] == [64] * 3


def test_a_number_beyond_the_range_is_infinite_as_in_python() -> None:
    assert delivery(b"[-1e999]").json() == [-math.inf]
    assert delivery(f"[{LONG}.5,-{LONG}e9]".encode()).json() == [math.inf, -math.inf]
