"""A sender can write anything into Content-Length. Most servers check it before an application does, but not all."""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from apps.shared import LIMIT
from senders import contio, envelope, now_seconds
from servers import REFERENCE, SETUPS, Server, answer_on, serving

APPS = {
    "FastAPI": "apps.fastapi_app:app",
    "Flask": "apps.flask_app:app",
    "Django under WSGI": "apps.django_app:wsgi",
    "Django under ASGI": "apps.django_app:asgi",
}

BODY = envelope(event_id="lengths").decode()
SIZE = len(BODY.encode())
HOST = ("Host", "127.0.0.1")
TOO_LARGE = [
    *(str(size) for size in (LIMIT + 1, 2**63, 2**64, 10**100)),
    *("9" * digits for digits in (19, 20, 21, 4300, 4301, 10_000)),
]
# `int()` accepts some of these and raises for others.
ODD = ["-5", "+5", "-0", "1_000", "1,5", "5, 5", "5.0", "5e0", "0x5", "five", "³", "٣", "٣" * 4301, "0" * 4301, "\0"]


def call(app: str, *lengths: str, more: tuple[str, str] = HOST) -> Any:
    """How an application responds to a genuine delivery with each of these lengths."""
    signed = [*contio(BODY.encode(), timestamp=now_seconds()).items(), HOST, more]
    requests = [[[*signed, ("Content-Length", length)], BODY] for length in lengths]
    done = subprocess.run(
        [sys.executable, "-m", "apps.calls", APPS[app]],
        cwd=Path(__file__).parent,
        input=json.dumps(requests),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def code_of(answer: list[Any]) -> Any:
    error = json.loads(answer[1])
    return error.get("detail", error)["error"]


@pytest.mark.parametrize("app", APPS)
def test_a_length_over_the_limit_is_too_large_whatever_its_number_of_digits(app: str) -> None:
    found = call(app, *TOO_LARGE)
    assert [status for status, _ in found["answers"]] == [413] * len(TOO_LARGE)
    assert found["refusals"] == [code_of(answer) for answer in found["answers"]] == ["body_too_large"] * len(TOO_LARGE)


@pytest.mark.parametrize("app", APPS)
def test_a_malformed_length_is_ignored_and_every_refusal_is_reported_to_the_hook(app: str) -> None:
    found = call(app, *ODD)
    for length, (status, answer) in zip(ODD, found["answers"], strict=True):
        if "WSGI" in app or app == "Flask":
            # Under WSGI a request without a length has no body, and waiting for one could block.
            assert (status, code_of([status, answer])) == (401, "signature_mismatch"), length[:10]
        else:
            assert (status, answer.strip('"')) == (200, "lengths"), length[:10]
    assert found["refusals"] == [code_of(answer) for answer in found["answers"] if answer[0] != 200]


@pytest.mark.parametrize("app", APPS)
def test_leading_zeros_and_surrounding_spaces_of_a_length_are_ignored(app: str) -> None:
    found = call(app, f"{SIZE}", f"000{SIZE}", f" {SIZE}", f"{SIZE} ", f"{SIZE:020}")
    assert [status for status, _ in found["answers"]] == [200] * 5


@pytest.mark.parametrize("app", ["FastAPI", "Django under ASGI"])
def test_the_length_of_a_chunked_body_is_ignored(app: str) -> None:
    found = call(app, str(SIZE + 9), *TOO_LARGE, more=("Transfer-Encoding", "chunked"))
    assert [status for status, _ in found["answers"]] == [200] * (1 + len(TOO_LARGE))


@pytest.mark.parametrize("app", ["FastAPI", "Django under ASGI"])
def test_two_contradicting_lengths_are_ignored(app: str) -> None:
    for other in [str(SIZE), "1", "99999", "five"]:
        assert call(app, str(SIZE), more=("Content-Length", other))["answers"][0][0] == 200


@pytest.fixture(scope="module", params=[*SETUPS, *REFERENCE])
def server(request: pytest.FixtureRequest) -> Iterator[Server]:
    with serving(request.param) as server:
        yield server


@pytest.mark.parametrize("length", ["9" * 4301, "1_000", "+5", "-5", "five", "\u0663", "\u00b3", "5, 6", "0" * 4301])
def test_a_real_server_answers_a_malformed_length_with_a_client_error(server: Server, length: str) -> None:
    body = BODY.encode()
    signed = [f"{name}: {value}" for name, value in contio(body, timestamp=now_seconds()).items()]
    with server.socket([*signed, f"Content-Length: {length}", "Connection: close"]) as own:
        own.sendall(body)
        try:
            status, _ = answer_on(own)
        except ConnectionResetError:
            # The server closed the connection before it had read everything.
            status = 400
    assert 400 <= status < 500
    assert server.post(contio(body, timestamp=now_seconds()), body) == (200, "lengths")
    assert "Traceback" not in server.log()
