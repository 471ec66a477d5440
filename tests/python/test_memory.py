"""Memory use, measured in a separate process."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

PROGRAM = """
import gc, resource
from pathlib import Path
from hookseal import WebhookVerificationError, WebhookVerifier
from senders import NOW, SECRET, contio, envelope

def resident():
    gc.collect()
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss

body = envelope()
headers = contio(body)
signature, timestamp = headers.values()
verifier = WebhookVerifier(SECRET, now=NOW)
forged = "00" * 32

def verifications(rounds):
    for _ in range(rounds // 4):
        verifier.verify(headers, body).event()
        verifier.parse_webhook(body, signature, timestamp)
        assert not verifier.verify_signature(body, forged, timestamp)
        try:
            verifier.verify({}, body)
        except WebhookVerificationError:
            pass

def verifiers(rounds):
    for number in range(rounds):
        own = WebhookVerifier([SECRET, str(number) + "x"], now=lambda: NOW)
        assert own.verify_signature(body, signature, timestamp)

def cycles(rounds):
    for _ in range(rounds):
        holder = []
        holder.append(WebhookVerifier(SECRET, now=lambda: len(holder)))

work, rounds = WORK
work(rounds // 10)
before = resident()
work(rounds)
print(resident() - before)
"""


@pytest.mark.parametrize("work", ["verifications, 1_000_000", "verifiers, 100_000", "cycles, 100_000"])
def test_memory_does_not_grow(work: str) -> None:
    program = PROGRAM.replace("WORK", work)
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=Path(__file__).parent, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    # Growth of the peak, in KiB. A leak of one 16-byte object in each round would be 1.5 MiB or more.
    assert int(done.stdout) < 1024


# Each byte arrives separately, as a hostile sender may do it.
BYTE_BY_BYTE = """
import asyncio, sys, tracemalloc
from io import BytesIO
from senders import contio, envelope, now_seconds

body = envelope(data={"title": "x" * 20_000})
headers = {**contio(body, timestamp=now_seconds()), "Host": "127.0.0.1"}

class Drops:
    def __init__(self):
        self.read_one = BytesIO(body).read

    def read(self, size):
        return self.read_one(min(size, 1))

    readline = read

def wsgi(app):
    names = {"HTTP_" + name.upper().replace("-", "_"): value for name, value in headers.items()}
    environ = {
        **names, "REQUEST_METHOD": "POST", "PATH_INFO": "/hook", "SERVER_NAME": "x", "SERVER_PORT": "80",
        "SERVER_PROTOCOL": "HTTP/1.1", "wsgi.url_scheme": "http", "wsgi.input": Drops(), "wsgi.errors": sys.stderr,
    }
    if "flask" in app.__class__.__module__:
        environ["CONTENT_LENGTH"] = str(len(body))
    else:
        environ |= {"wsgi.input_terminated": True, "HTTP_TRANSFER_ENCODING": "chunked"}
    return b"".join(app(environ, lambda status, *_: None))

def asgi(app):
    at, sent = 0, []

    async def receive():
        nonlocal at
        at += 1
        if at > len(body):
            await asyncio.Event().wait()
        return {"type": "http.request", "body": body[at - 1 : at], "more_body": at < len(body)}

    async def send(message):
        sent.append(message)

    scope = {
        "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": "POST", "scheme": "http",
        "path": "/hook", "raw_path": b"/hook", "query_string": b"",
        "headers": [(name.lower().encode(), value.encode()) for name, value in headers.items()],
    }
    asyncio.run(app(scope, receive, send))
    return sent[1]["body"]

from apps.MODULE import NAME as app
call = CALL
call(app)
tracemalloc.start()
answer = call(app)
peak = tracemalloc.get_traced_memory()[1]
assert answer.strip(b'"') == b"evt-1", answer
print(peak / len(body))
"""


@pytest.mark.parametrize(
    ("module", "name", "call"),
    [
        ("fastapi_app", "app", "asgi"),
        ("flask_app", "app", "wsgi"),
        ("django_app", "wsgi", "wsgi"),
        ("django_app", "asgi", "asgi"),
    ],
)
def test_a_body_that_arrives_byte_by_byte_takes_little_memory_for_each_byte(module: str, name: str, call: str) -> None:
    program = BYTE_BY_BYTE.replace("MODULE", module).replace("NAME", name).replace("CALL", call)
    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=Path(__file__).parent,
        env={**os.environ, "HOOKSEAL_TEST_LIMIT": str(1 << 20)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    # Most of this is what a framework uses for any request.
    assert float(done.stdout) < 32
