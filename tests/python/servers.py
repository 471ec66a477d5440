"""Applications behind real servers on loopback, and a client that can send anything."""

import http.client
import json
import os
import re
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, NamedTuple

WAIT = 30.0
UVICORN = ["-m", "uvicorn", "--port", "0", "--no-access-log", "--log-level", "info"]
GUNICORN = ["-m", "gunicorn", "--bind", "127.0.0.1:0", "--threads", "2", "--keep-alive", "0", "--no-control-socket"]


class Setup(NamedTuple):
    command: list[str]
    prefix: str = "/"


SETUPS = {
    "FastAPI behind uvicorn": Setup([*UVICORN, "apps.fastapi_app:app"]),
    "Flask behind gunicorn": Setup([*GUNICORN, "apps.flask_app:app"]),
    "Django behind gunicorn": Setup([*GUNICORN, "apps.django_app:wsgi"]),
    "Django behind uvicorn": Setup([*UVICORN, "apps.django_app:asgi"]),
    "async Django behind uvicorn": Setup([*UVICORN, "apps.django_app:asgi"], "/async/"),
}
# Servers that check less of what they pass on. They do not support chunked bodies.
REFERENCE = {
    "Django behind wsgiref": Setup(["-m", "apps.reference", "apps.django_app:wsgi"]),
    "Flask behind wsgiref": Setup(["-m", "apps.reference", "apps.flask_app:app"]),
}


def setup(name: str) -> Setup:
    return {**SETUPS, **REFERENCE}[name]


class Server:
    """An application that is running."""

    def __init__(self, name: str, port: int, log: Path) -> None:
        self.name = name
        self.port = port
        self.prefix = setup(name).prefix
        self._log = log

    def log(self) -> str:
        return self._log.read_text()

    def logs(self, text: str) -> bool:
        """Whether this is logged, possibly a little later than the response."""
        end = time.monotonic() + WAIT
        while text not in self.log() and time.monotonic() < end:
            time.sleep(0.02)
        return text in self.log()

    def seen(self) -> dict[str, list[str]]:
        """The ids of the events that reached a view, and the codes of the refusals that were reported to the hook."""
        with closing(http.client.HTTPConnection("127.0.0.1", self.port, timeout=WAIT)) as connection:
            connection.request("GET", "/seen")
            found: dict[str, list[str]] = json.loads(connection.getresponse().read())
            return found

    def post(self, headers: dict[str, str], body: bytes | Iterable[bytes], path: str = "hook") -> tuple[int, Any]:
        """The status and the JSON or text of the response. A body in several parts is sent in chunks."""
        sent = {"Content-Type": "application/json", **headers}
        with closing(http.client.HTTPConnection("127.0.0.1", self.port, timeout=WAIT)) as connection:
            connection.request("POST", self.prefix + path, body, sent, encode_chunked=not isinstance(body, bytes))
            return read(connection.getresponse())

    @contextmanager
    def socket(self, head: list[str], path: str = "hook") -> Iterator[socket.socket]:
        """A connection on which the head of a request was sent, with these lines unchanged."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=WAIT) as own:
            lines = [f"POST {self.prefix}{path} HTTP/1.1", "Host: 127.0.0.1", *head, "", ""]
            own.sendall("\r\n".join(lines).encode())
            yield own


def read(answer: http.client.HTTPResponse) -> tuple[int, Any]:
    text = answer.read().decode()
    try:
        return answer.status, json.loads(text)
    except ValueError:
        return answer.status, text


def answer_on(own: socket.socket) -> tuple[int, Any]:
    with closing(http.client.HTTPResponse(own)) as answer:
        answer.begin()
        return read(answer)


@contextmanager
def serving(name: str, **environment: str) -> Iterator[Server]:
    with tempfile.TemporaryDirectory() as folder:
        log = Path(folder) / "log"
        with log.open("w") as file:
            process = subprocess.Popen(
                [sys.executable, *setup(name).command],
                cwd=Path(__file__).parent,
                env={**os.environ, **environment},
                stdout=file,
                stderr=file,
            )
            try:
                yield Server(name, port_of(process, log), log)
            finally:
                process.terminate()
                try:
                    process.wait(WAIT)
                except subprocess.TimeoutExpired:
                    process.kill()
                    process.wait()


def port_of(process: "subprocess.Popen[bytes]", log: Path) -> int:
    """The port that the server logs once it is listening."""
    end = time.monotonic() + WAIT
    while process.poll() is None and time.monotonic() < end:
        if found := re.search(r"https?://127\.0\.0\.1:(\d+)", log.read_text()):
            return int(found[1])
        time.sleep(0.02)
    raise RuntimeError(f"the server did not start:\n{log.read_text()}")
