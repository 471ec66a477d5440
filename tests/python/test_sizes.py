"""A body that is too large is refused by its length alone: no part of it is copied, encoded or read."""

import mmap
import subprocess
import sys
import tracemalloc
from array import array
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hookseal import WebhookVerificationError, WebhookVerifier
from senders import NOW, SECRET, contio, envelope

MIB = 1 << 20
LIMIT = 1024


class Text(str):
    """A str that claims to be short."""

    def __len__(self) -> int:
        return 1


class Octets(bytearray):
    """Bytes that claim to be few."""

    def __len__(self) -> int:
        return 1

    def __bytes__(self) -> bytes:
        return b"x"


def mapped(size: int) -> mmap.mmap:
    return mmap.mmap(-1, size)


# Each function makes a body of `size` bytes or characters.
KINDS: dict[str, Callable[[int], Any]] = {
    "bytes": bytes,
    "a bytearray": bytearray,
    "a derived bytearray": Octets,
    "a memoryview": lambda size: memoryview(bytes(size)),
    "a memoryview of wider items": lambda size: memoryview(bytes(size)).cast("Q"),
    "every second byte": lambda size: memoryview(bytes(size * 2))[::2],
    "an mmap": mapped,
    "a memoryview of an mmap": lambda size: memoryview(mapped(size)),
    "an array": lambda size: array("I", bytes(size)),
    "a str": lambda size: "x" * size,
    "a derived str": lambda size: Text("x" * size),
    "a str that has to be encoded": lambda size: "é" * size,
    "a str of surrogates": lambda size: "\ud800" * size,
}

VERIFIER = WebhookVerifier(SECRET, max_body=LIMIT, now=NOW)


def code_of(call: Callable[[], Any]) -> str | None:
    try:
        result = call()
    except WebhookVerificationError as error:
        return error.code
    return result.code if hasattr(result, "code") else None


@pytest.mark.parametrize("kind", KINDS)
def test_a_body_over_max_body_takes_no_memory(kind: str) -> None:
    body = KINDS[kind](8 * MIB)
    headers = contio(b"")
    signature, timestamp = headers.values()
    calls: list[Callable[[], Any]] = [
        lambda: VERIFIER.verify(headers, body),
        lambda: VERIFIER.verify({}, body),
        lambda: VERIFIER.verify_signature(body, signature, timestamp),
        lambda: VERIFIER.parse_webhook(body, signature, timestamp),
    ]
    for call in calls:
        tracemalloc.start()
        code = code_of(call)
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        assert code == "body_too_large"
        assert peak < MIB / 8


@pytest.mark.parametrize("kind", [kind for kind in KINDS if "surrogates" not in kind])
def test_a_body_at_the_limit_is_accepted_and_a_larger_one_is_not(kind: str) -> None:
    # A multiple of eight bytes, for types with wider items.
    for size, wanted in [(LIMIT, "signature_mismatch"), (LIMIT + 8, "body_too_large")]:
        # In this text each character has two bytes.
        size = size // 2 if "encoded" in kind else size
        body = KINDS[kind](size)
        assert code_of(lambda body=body: VERIFIER.verify(contio(b""), body)) == wanted
        with pytest.raises(WebhookVerificationError) as caught:
            VERIFIER.verify(contio(b""), bytes(size) if wanted != "body_too_large" else bytes(LIMIT + 1))
        assert code_of(lambda: VERIFIER.verify(contio(b""), body)) == caught.value.code


def test_any_object_with_a_buffer_of_bytes_is_a_body() -> None:
    body = envelope()
    body += b" " * (-len(body) % 8)
    region = mapped(len(body))
    region.write(body)
    verifier = WebhookVerifier(SECRET, now=NOW)
    for value in [Octets(body), region, memoryview(region), array("Q", body), memoryview(body).cast("Q")]:
        delivery = verifier.verify(contio(body), value)
        assert delivery.body == body and type(delivery.body) is bytes
    region[0:1] = b"x"
    assert delivery.body == body


# Bodies of 4 GiB, which take no memory until they are read. Some exceed 2^32 by the length of a genuine body.
GIANT = """
import mmap, resource, sys
from hookseal import WebhookVerificationError, WebhookVerifier, sign
from senders import NOW, SECRET, contio, github

SMALL = b'{"small":"body"}'
BODIES = {
    "bytes": lambda size: bytes(size),
    "a memoryview": lambda size: memoryview(bytes(size)),
    "wider items": lambda size: memoryview(bytes(size)).cast("Q"),
    "an mmap": lambda size: mmap.mmap(-1, size),
    "a memoryview of an mmap": lambda size: memoryview(mmap.mmap(-1, size)),
    "a bytearray": lambda size: bytearray(size),
    "a str": lambda size: "x" * size,
}

def outcome(call):
    try:
        result = call()
    except WebhookVerificationError as error:
        return error.code, str(error)
    return (result["code"], result["message"]) if isinstance(result, dict) else (result.code, result.error)

before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
found = set()
for size in SIZES:
    body = BODIES[KIND](size)
    made = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    for scheme, headers in [("contio", contio(SMALL)), ("contio", contio(b"")), ("github", github(SMALL))]:
        verifier = WebhookVerifier(SECRET, scheme=scheme, now=NOW)
        generous = WebhookVerifier(SECRET, scheme=scheme, now=NOW, max_body=2**63)
        signature, *timestamp = headers.values()
        found |= {outcome(lambda: each.verify(headers, body)) for each in (verifier, generous)}
        found.add(outcome(lambda: verifier.verify({}, body)))
        found.add(outcome(lambda: verifier.verify_signature(body, signature, *timestamp)))
        found.add(outcome(lambda: verifier.parse_webhook(body, signature, *timestamp)))
        found.add(outcome(lambda: sign(body, SECRET, scheme=scheme)))
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss < made + 100_000, "it takes memory"
    del body
assert found == {("body_too_large", "the body is larger than max_body: no limit allows 4 GiB or more")}, found
"""


def free_memory() -> int:
    """In bytes; 0 if the system does not report it."""
    try:
        lines = Path("/proc/meminfo").read_text("ascii").splitlines()
    except OSError:
        return 0
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith("MemAvailable"))


# Creating the last two writes to all of their memory.
@pytest.mark.parametrize(
    "kind", ["bytes", "a memoryview", "wider items", "an mmap", "a memoryview of an mmap", "a bytearray", "a str"]
)
def test_a_body_of_4_gib_or_more_is_too_large_in_every_call(kind: str) -> None:
    is_written = kind in ("a bytearray", "a str")
    if is_written and free_memory() < 6 << 30:
        pytest.skip("there is not enough memory for one")
    sizes = "[2**32]" if is_written else "[2**32, 2**32 + 16, 2**33 + 16]"
    program = GIANT.replace("KIND", repr(kind)).replace("SIZES", sizes)
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=Path(__file__).parent, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
