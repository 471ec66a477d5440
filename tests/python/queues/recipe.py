"""Runs the programs of a recipe in `docs/queues` as they stand on its page."""

import http.client
import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

from once.stores import free_port
from senders import contio, envelope

SECRET = "the secret of the recipe's endpoint"
QUEUE_KEY = "a sealing key of the tests, 1, of 42 bytes"
WAIT = 30.0

# Writes down each event that it is called with.
HANDLE = """import json


def handle(event):
    with open("handled", "a") as file:
        print(json.dumps(event), file=file)
"""

FLASK = ["-m", "flask", "--app", "receiver", "run", "--host", "127.0.0.1", "--port"]
UVICORN = ["-m", "uvicorn", "--no-access-log", "receiver:app", "--port"]


class Recipe:
    def __init__(self, name: str, folder: Path, environment: dict[str, str]) -> None:
        page = (Path(os.environ["HOOKSEAL_DOCS"]) / "queues" / f"{name}.md").read_text("utf-8")
        blocks = re.findall(r"^```python\n# (\S+)\n(.*?)^```$", page, re.MULTILINE | re.DOTALL)
        assert blocks
        for file, code in [*blocks, ("handle.py", HANDLE)]:
            (folder / file).write_text(code, "utf-8")
        self._folder = folder
        self._log = folder / "log"
        self._log.touch()
        (folder / "handled").touch()
        self._environment = {**os.environ, "WEBHOOK_SECRET": SECRET, "QUEUE_KEY": QUEUE_KEY, **environment}
        self._processes: list[subprocess.Popen[bytes]] = []
        self._is_flask = "from flask" in (folder / "receiver.py").read_text("utf-8")
        self.port = 0

    def printed(self) -> str:
        return self._log.read_text("utf-8", "replace")

    def handled(self) -> list[Any]:
        lines = (self._folder / "handled").read_text("utf-8").split("\n")
        # The last one may be half written.
        return [json.loads(line) for line in lines[:-1]]

    def run(self, *words: str) -> None:
        """Runs a program of the recipe to its end."""
        subprocess.run([sys.executable, *words], cwd=self._folder, env=self._environment, check=True, timeout=WAIT)

    def start(self, *words: str) -> "subprocess.Popen[bytes]":
        with self._log.open("ab") as log:
            process = subprocess.Popen(
                [sys.executable, *words],
                cwd=self._folder,
                env=self._environment,
                stdout=log,
                stderr=log,
                # What Celery starts ends with it.
                start_new_session=True,
            )
        self._processes.append(process)
        return process

    def start_receiver(self) -> None:
        self.port = free_port()
        process = self.start(*(FLASK if self._is_flask else UVICORN), str(self.port))
        self.until(lambda: process.poll() is not None or self._answers(), "the receiver listens")
        assert process.poll() is None, self.printed()

    def _answers(self) -> bool:
        with suppress(OSError), closing(http.client.HTTPConnection("127.0.0.1", self.port, timeout=WAIT)) as connection:
            connection.request("GET", "/")
            return bool(connection.getresponse().status)
        return False

    def post(self, id: str) -> tuple[int, str | None, Any]:
        """The status of the answer, its Retry-After, and the event."""
        now = int(time.time())
        body = envelope(event_id=id, timestamp=time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(now)))
        headers = {"Content-Type": "application/json", **contio(body, SECRET, now)}
        with closing(http.client.HTTPConnection("127.0.0.1", self.port, timeout=WAIT)) as connection:
            connection.request("POST", "/webhooks/contio", body, headers)
            answer = connection.getresponse()
            answer.read()
            return answer.status, answer.headers.get("Retry-After"), json.loads(body)

    def until(self, is_so: Callable[[], object], what: str) -> None:
        end = time.monotonic() + WAIT
        while not is_so():
            assert time.monotonic() < end, f"{what}: never\n{self.printed()}"
            time.sleep(0.05)

    def close(self) -> None:
        for process in self._processes:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
