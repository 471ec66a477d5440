"""Plays the vectors of `tests/vectors`, each in every form in which Python can express it."""

import base64
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from hookseal import Delivery, DeliveryKey, Scheme, WebhookVerificationError, WebhookVerifier

FOLDER = Path(__file__).parent / "vectors"

# The signature header and the timestamp header of the schemes that sign no id. If a header has two spellings, the
# preferred one comes first.
HEADERS: dict[str, tuple[str | tuple[str, str], ...]] = {
    "contio": ("x-contio-signature", "x-contio-timestamp"),
    "contio-timestamped": ("x-contio-signature", "x-contio-timestamp"),
    "contio-body": ("x-contio-signature",),
    "stripe": ("stripe-signature",),
    "github": ("x-hub-signature-256",),
    "slack": ("x-slack-signature", "x-slack-request-timestamp"),
    "shopify": (("shopify-hmac-sha256", "x-shopify-hmac-sha256"),),
}

Outcome = dict[str, Any]


def read_vectors() -> list[dict[str, Any]]:
    files = sorted(FOLDER.glob("*.json"))
    return [vector for file in files for vector in json.loads(file.read_text("utf-8"))]


def play(vector: dict[str, Any]) -> tuple[Outcome, list[str]]:
    """The outcome of a vector, and the forms that have a different outcome."""
    body = base64.b64decode(vector["body_base64"])
    try:
        verifier = WebhookVerifier(
            vector["secrets"], scheme=vector["scheme"], now=vector["now"], **vector.get("options", {})
        )
    except WebhookVerificationError as error:
        return outcome_of(error), []
    headers = [(name, value) for name, value in vector["headers"]]
    outcome = attempt(lambda: verdict(verifier.verify(headers, body), body))
    faults = []

    def compare(form: str, expected: Outcome, other: Outcome) -> None:
        if expected != other:
            faults.append(f"{form} gives {other} instead of {expected}")

    for form, arguments in same_delivery(headers, body):
        compare(form, outcome, attempt(lambda arguments=arguments: verdict(verifier.verify(*arguments), body)))
    if names := HEADERS.get(vector["scheme"]):
        values = [value_of(headers, name) for name in names]
        verified = attempt(lambda: verifier.verify(headers, body).timestamp)
        result = verifier.verify_signature(body, *values)
        refused = {"error": result.code, "message": result.error}
        compare("verify_signature", verified, verified if result and "ok" in verified else refused)
        event = attempt(lambda: verifier.verify(headers, body).event())
        compare("parse_webhook", event, attempt(lambda: verifier.parse_webhook(body, *values)))
    return outcome, faults


def attempt(act: Callable[[], Any]) -> Outcome:
    try:
        return {"ok": act()}
    except WebhookVerificationError as error:
        return outcome_of(error)


def outcome_of(error: WebhookVerificationError) -> Outcome:
    return {"error": error.code, "message": str(error)}


def verdict(delivery: Delivery, sent: bytes) -> Outcome:
    """The outcome to compare with a vector's `expect.ok`."""
    assert delivery.body == sent
    facts = {
        "scheme": delivery.scheme,
        "timestamp": delivery.timestamp,
        "secret_index": delivery.secret_index,
    }
    if not delivery.has_envelope:
        return {**facts, "id": delivery.id}
    event = delivery.event()
    assert event == json_of(sent), "another event"
    assert delivery.id == event["event_id"]
    return {**facts, "id": delivery.id, "event_type": event["event_type"], "event_id": event["event_id"]}


def json_of(sent: bytes) -> Any:
    """A body as this package parses it: with integers of any length, and U+FFFD for each lone surrogate."""

    def members(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        return {text(name): value(member) for name, member in pairs}

    def value(found: Any) -> Any:
        if isinstance(found, list):
            return [value(item) for item in found]
        return text(found) if isinstance(found, str) else found

    def text(found: str) -> str:
        # Pairs have become one character by now, so any remaining surrogate is a lone one.
        return "".join("\ufffd" if "\ud800" <= letter <= "\udfff" else letter for letter in found)

    return value(json.loads(sent, object_pairs_hook=members, parse_int=integer))


def integer(digits: str) -> int:
    """`int()` refuses more than 4,300 digits, and raising that limit would affect the package under test too."""
    number = 0
    for start in range(0, len(unsigned := digits.lstrip("-")), 4_000):
        part = unsigned[start : start + 4_000]
        number = number * 10 ** len(part) + int(part)
    return -number if digits.startswith("-") else number


def same_delivery(headers: list[tuple[str, str]], body: bytes) -> Iterator[tuple[str, tuple[Any, Any]]]:
    by_name: dict[str, list[str]] = {}
    for name, value in headers:
        by_name.setdefault(name, []).append(value)
    yield "a dict", ({name: values[0] if len(values) == 1 else values for name, values in by_name.items()}, body)
    pairs = [(name.encode(), value.encode("utf-8", "surrogatepass")) for name, value in headers]
    yield "pairs of bytes", (pairs, body)
    yield "lists as pairs", (iter([list(pair) for pair in headers]), body)
    yield "a bytearray", (headers, bytearray(body))
    yield "a memoryview", (headers, memoryview(b"-" + body + b"-")[1:-1])
    try:
        yield "a str", (headers, body.decode())
    except UnicodeDecodeError:
        pass


def value_of(headers: list[tuple[str, str]], name: str | tuple[str, str]) -> str | list[str] | None:
    spellings = (name,) if isinstance(name, str) else name
    values = [[value for other, value in headers if other.lower() == spelling] for spelling in spellings]
    # A spelling that occurs twice is an error whatever the other one holds; otherwise the first present one is read.
    found = next((each for each in values if len(each) > 1), None) or next(filter(None, values), [])
    return found[0] if len(found) == 1 else found or None


def expected(vector: dict[str, Any], outcome: Outcome) -> Outcome:
    """What the vector expects, as an outcome. The message of an error is not compared."""
    expect = vector["expect"]
    if "error" in expect:
        return {"error": expect["error"], "message": outcome.get("message")}
    ok = dict(expect["ok"])
    # For Contio the vectors do not state the id, which is the event's.
    return {"ok": {**ok, "id": ok["event_id"] if "event_id" in ok else ok["id"]}}


def play_keys() -> list[str]:
    """The vectors of keys whose key differs."""
    faults = []
    for vector in json.loads((FOLDER / "keys" / "keys.json").read_text("utf-8")):
        scheme: Any = vector["scheme"]
        if scheme == "acme":
            field = vector["options"]["key_field"]
            scheme = Scheme(
                "acme", signature_header="X-Acme-Signature", encoding="hex", signed="{body}", key_field=field
            )
        verifier = WebhookVerifier(vector["secrets"], scheme=scheme, now=vector["now"])
        headers = [(name, value) for name, value in vector["headers"]]
        key = verifier.verify(headers, base64.b64decode(vector["body_base64"])).key
        scope = (vector["expect"]["key"] or {}).get("scope", "")
        found = key and {"scheme": key.scheme, "id": key.id, "scope": scope, "text": key.text(scope)}
        if found != vector["expect"]["key"]:
            faults.append(f"{vector['name']}: the key is {found} instead of {vector['expect']['key']}")
        if key and key != DeliveryKey(key.scheme, key.id):
            faults.append(f"{vector['name']}: {key!r} is another key than that of its parts")
    return faults
