"""The sandbox as the sender of events that a receiver handles while it is killed."""

from __future__ import annotations

import json
import os
import subprocess
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from once.stores import WAIT

# The binary; `cargo xtask test once` builds it and sets this.
HOOKSEAL = "HOOKSEAL_CLI"

# How many times shorter than Contio's the waits between tries are: 0.2, 1 and 6 s. Leases are scaled alike.
SPEED = 300
API = "/v1/partner/admin"

# What a command that sends a hundred deliveries may take on a machine that is busy, in seconds.
RETRY_WAIT = 10 * WAIT


class Sender:
    def __init__(self, credentials: dict[str, str]) -> None:
        self._credentials = credentials
        self.secret = credentials["webhook_secret"]

    def emit(self, count: int) -> None:
        """Emits so many events."""
        self._call("/sandbox/events", {"type": "meeting.completed", "count": count})

    def count(self, status: str) -> int:
        """How many deliveries have this status."""
        total: int = self._page(status, 0)["total"]
        return total

    def deliveries(self, status: str) -> list[dict[str, Any]]:
        """The deliveries that have this status."""
        found: list[dict[str, Any]] = []
        while page := self._page(status, len(found))["deliveries"]:
            found += page
        return found

    def retry(self, *ids: str) -> None:
        """Sends deliveries once more: all that failed, or those with these ids."""
        command = [os.environ[HOOKSEAL], "deliveries", "retry", *(ids or ("--all-failed",))]
        command += ["--base-url", self._credentials["base_url"] + API]
        environment = {**os.environ, "CONTIO_API_KEY": self._credentials["api_key"]}
        subprocess.run(command, env=environment, stdout=subprocess.DEVNULL, timeout=RETRY_WAIT, check=True)

    def settle(self) -> None:
        """Waits until no delivery waits for a try."""
        end = time.monotonic() + WAIT
        while self.count("pending"):
            assert time.monotonic() < end, "deliveries are still pending"
            time.sleep(0.02)

    def _page(self, status: str, offset: int) -> Any:
        return self._call(f"{API}/webhook-deliveries?status={status}&limit=100&offset={offset}")

    def _call(self, path: str, body: object = None) -> Any:
        headers = {"X-API-Key": self._credentials["api_key"], "X-Sandbox-Token": self._credentials["sandbox_token"]}
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self._credentials["base_url"] + path, data, headers)
        with urllib.request.urlopen(request, timeout=WAIT) as answer:
            return json.load(answer)


@contextmanager
def sandbox(folder: Path, port: int) -> Iterator[Sender]:
    """Runs a sandbox with a new database, which sends to this port."""
    assert HOOKSEAL in os.environ, f"{HOOKSEAL} names the binary `hookseal`: cargo build -p hookseal-cli makes one"
    command = [os.environ[HOOKSEAL], "sandbox", "--json", "--listen", "127.0.0.1:0", "--speed", str(SPEED)]
    command += ["--to", f"http://127.0.0.1:{port}/", "--data", str(folder / "sandbox.db")]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
        try:
            assert process.stdout is not None
            ready = json.loads(process.stdout.readline())
            yield Sender(json.loads(Path(ready["credentials"]).read_text("utf-8")))
        finally:
            process.terminate()
