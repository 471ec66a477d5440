"""A vector, and the format of a vector file."""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass, field, replace

# 2023-11-14T22:13:20Z. Every vector is verified at this time unless it says otherwise.
NOW = 1_700_000_000

ERROR_CODES = frozenset(
    """missing_header duplicate_header malformed_signature malformed_timestamp signature_mismatch
    timestamp_too_old timestamp_in_future event_too_old body_too_large malformed_envelope
    missing_field invalid_field invalid_secret invalid_scheme invalid_argument""".split()
)

# Every option that a vector may existing, so that a misspelled option is noticed.
OPTIONS = frozenset(["max_age", "max_skew", "max_event_age", "max_body", "url"])

# Some languages read JSON numbers as doubles, so no integer here may exceed what a double represents exactly.
LARGEST_INTEGER = 2**53 - 1


@dataclass(frozen=True)
class Delivery:
    """All inputs of a verifier: its configuration, the request, and the current time."""

    scheme: str
    secrets: tuple[str, ...]
    headers: tuple[tuple[str, str], ...]
    body: bytes
    now: int = NOW
    options: dict = field(default_factory=dict)

    def but(self, **changes) -> Delivery:
        return replace(self, **changes)

    def limits(self, **options) -> Delivery:
        assert OPTIONS.issuperset(options), options
        return replace(self, options={**self.options, **options})

    def with_header(self, name: str, value: str) -> Delivery:
        """The same delivery with another value for an existing header."""
        assert any(existing == name for existing, _ in self.headers), name
        changed = ((existing, value if existing == name else old) for existing, old in self.headers)
        return replace(self, headers=tuple(changed))

    def without_header(self, name: str) -> Delivery:
        remaining = tuple(pair for pair in self.headers if pair[0] != name)
        assert len(remaining) < len(self.headers), name
        return replace(self, headers=remaining)

    def plus_header(self, name: str, value: str) -> Delivery:
        """The same delivery with another header line at the end, even if the name exists already."""
        return replace(self, headers=self.headers + ((name, value),))

    def renamed_header(self, name: str, new_name: str) -> Delivery:
        assert any(existing == name for existing, _ in self.headers), name
        return replace(self, headers=tuple((new_name if n == name else n, v) for n, v in self.headers))

    def value(self, name: str) -> str:
        return next(value for existing, value in self.headers if existing == name)


def accept(name: str, delivery: Delivery, ok: dict) -> dict:
    """A vector that must be accepted with exactly the verdict `ok`."""
    return _vector(name, delivery, {"ok": ok})


def refuse(name: str, delivery: Delivery, code: str) -> dict:
    """A vector that must be refused with the error `code`."""
    assert code in ERROR_CODES, code
    return _vector(name, delivery, {"error": code})


def _vector(name: str, delivery: Delivery, expect: dict) -> dict:
    vector = {
        "name": name,
        "scheme": delivery.scheme,
        "secrets": list(delivery.secrets),
        "headers": [list(pair) for pair in delivery.headers],
        "body_base64": base64.b64encode(delivery.body).decode("ascii"),
        "now": delivery.now,
    }
    if delivery.options:
        vector["options"] = delivery.options
    for number in [delivery.now, *delivery.options.values()]:
        assert number is None or isinstance(number, (str, list)) or 0 <= number <= LARGEST_INTEGER, number
    vector["expect"] = expect
    return vector


# The members that share a line. There are few enough lines to skim, and enough that a diff shows what changed.
_LINES = [["name"], ["scheme", "secrets", "others"], ["headers"], ["body_base64"], ["now", "options", "expect"]]


def render(vectors: list[dict]) -> str:
    """The text of one vector file."""
    return "[\n" + ",\n".join(_render_one(vector) for vector in vectors) + "\n]\n"


def _render_one(vector: dict) -> str:
    lines = []
    for members in _LINES:
        texts = [f"{_json(key)}: {_json(vector[key])}" for key in members if key in vector]
        lines.append(", ".join(texts))
    return "  {" + ",\n   ".join(lines) + "}"


def _json(value) -> str:
    # Escaped, since a reader of the file must be able to see a no-break space or a byte order mark.
    return json.dumps(value, ensure_ascii=True)
