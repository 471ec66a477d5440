"""Each example of `examples/` for Python starts as its README says, and only what is genuine reaches it."""

import http.client
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import datetime, timezone
from importlib.metadata import version
from pathlib import Path

import pytest
from senders import SECRET, contio, envelope, now_seconds

FOLDER = Path(os.environ.get("HOOKSEAL_EXAMPLES", ""))
WAIT = 60.0
PRINTED = "Größe 📏 is over"
# What an example answers to a genuine delivery.
EXAMPLES = {"fastapi": 204, "flask": 204, "django": 204, "flask-once": 204, "fastapi-inbox": 200}
DEV = "uvx hookseal-cli dev --forward http://127.0.0.1:3000/webhooks/contio"
INSTALL = "python3 -m venv .venv && . .venv/bin/activate && pip install -r requirements.txt"


class Example:
    def __init__(self, name: str, folder: Path) -> None:
        assert FOLDER.is_dir() and FOLDER != Path(), "HOOKSEAL_EXAMPLES must name the folder `examples`"
        self.name, self.folder = name, folder / name
        shutil.copytree(FOLDER / name, self.folder)
        readme = self.folder.joinpath("README.md").read_text("utf-8")
        before, start, send = re.findall(r"^```sh\n(.*?)\n```$", readme, re.MULTILINE | re.DOTALL)
        assert before == f"{INSTALL}\n{DEV}"
        # What has been activated is the environment of these tests.
        activation, self.command = start.split("\n", 1)
        assert activation == ". .venv/bin/activate"
        assert send == "uvx hookseal-cli send --type meeting.completed"
        with closing(socket.create_server(("127.0.0.1", 0))) as own:
            self.port: int = own.getsockname()[1]
        self.log = folder / f"{name}.log"

    def process(self, **environment: str) -> "subprocess.Popen[bytes]":
        """The command of the README, with the programs of this environment."""
        assert self.command.count("3000") == 1
        path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
        kept = {name: value for name, value in os.environ.items() if name != "WEBHOOK_SECRET"}
        with self.log.open("ab") as file:
            return subprocess.Popen(
                ["sh", "-c", self.command.replace("3000", str(self.port))],
                cwd=self.folder,
                env={**kept, "PATH": path, "PYTHONUNBUFFERED": "1", **environment},
                stdout=file,
                stderr=file,
                start_new_session=True,
            )

    @contextmanager
    def running(self) -> Iterator[None]:
        process = self.process(WEBHOOK_SECRET=SECRET)
        try:
            self.wait_until_listening(process)
            yield
        finally:
            os.killpg(process.pid, signal.SIGTERM)
            process.wait(WAIT)
            # The shell may end before the server that it has started.
            end = time.monotonic() + WAIT
            while self.is_listening():
                assert time.monotonic() < end, self.printed()
                time.sleep(0.02)

    def wait_until_listening(self, process: "subprocess.Popen[bytes]") -> None:
        end = time.monotonic() + WAIT
        while not self.is_listening():
            assert process.poll() is None and time.monotonic() < end, self.printed()
            time.sleep(0.02)

    def is_listening(self) -> bool:
        try:
            socket.create_connection(("127.0.0.1", self.port)).close()
        except OSError:
            return False
        return True

    def printed(self) -> str:
        return self.log.read_text("utf-8")

    def wait_until_printed(self, text: str) -> None:
        end = time.monotonic() + WAIT
        while text not in self.printed():
            assert time.monotonic() < end, self.printed()
            time.sleep(0.02)

    def post(self, body: bytes, headers: dict[str, str]) -> tuple[int, str]:
        with closing(http.client.HTTPConnection("127.0.0.1", self.port, timeout=WAIT)) as connection:
            connection.request("POST", "/webhooks/contio", body, {"Content-Type": "application/json", **headers})
            answer = connection.getresponse()
            return answer.status, answer.read().decode()


def delivery(event_id: str = "evt-1", key: str = SECRET) -> tuple[bytes, dict[str, str]]:
    body = envelope(event_id=event_id, timestamp=datetime.now(timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ"))
    return body, contio(body, key, now_seconds())


@pytest.fixture(params=EXAMPLES)
def example(request: pytest.FixtureRequest, tmp_path: Path) -> Example:
    return Example(request.param, tmp_path)


def test_only_what_is_genuine_reaches_an_example(example: Example) -> None:
    with example.running():
        assert example.post(*delivery())[0] == EXAMPLES[example.name]
        example.wait_until_printed(PRINTED)
        status, text = example.post(*delivery(key="another secret"))
        error = {"error": "signature_mismatch"}
        assert (status, json.loads(text)) == (401, {"detail": error} if "fastapi" in example.name else error)
        example.wait_until_printed("signature_mismatch")
        assert example.printed().count(PRINTED) == 1


def test_an_example_does_not_start_without_a_secret(example: Example) -> None:
    assert example.process().wait(WAIT) != 0
    assert "WEBHOOK_SECRET" in example.printed()


@pytest.mark.parametrize("name", ["flask-once", "fastapi-inbox"])
def test_an_example_handles_an_event_once_also_after_a_restart(name: str, tmp_path: Path) -> None:
    example = Example(name, tmp_path)
    first = delivery("evt-twice")
    with example.running():
        assert [example.post(*first)[0] for _ in range(2)] == [EXAMPLES[name], 200]
        example.wait_until_printed(PRINTED)
    with example.running():
        assert example.post(*first)[0] == 200
        assert example.post(*delivery("evt-other"))[0] == EXAMPLES[name]
        end = time.monotonic() + WAIT
        while example.printed().count(PRINTED) < 2 and time.monotonic() < end:
            time.sleep(0.02)
    assert example.printed().count(PRINTED) == 2


def test_an_example_asks_for_the_version_that_is_installed(example: Example) -> None:
    lines = example.folder.joinpath("requirements.txt").read_text().splitlines()
    major, minor, _ = version("hookseal").split(".")
    assert re.fullmatch(rf"hookseal\[(fastapi|flask|django)\]~={major}\.{minor}\.0", lines[0]), lines
