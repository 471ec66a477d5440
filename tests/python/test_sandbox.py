"""`hookseal sandbox` sends to each framework behind a real server: its deliveries are accepted, in both variants."""

import json
import os
import subprocess
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from servers import SETUPS, WAIT, serving

# The binary; `cargo xtask test python` builds it and sets this.
HOOKSEAL = "HOOKSEAL_CLI"


@contextmanager
def sandbox(folder: Path, form: str) -> Iterator[dict[str, str]]:
    """Runs a sandbox with a new database, and yields its credentials."""
    assert HOOKSEAL in os.environ, f"{HOOKSEAL} names the binary `hookseal`: cargo build -p hookseal-cli makes one"
    command = [os.environ[HOOKSEAL], "sandbox", "--json", "--listen", "127.0.0.1:0"]
    command += ["--form", form, "--data", str(folder / "sandbox.db")]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
        try:
            assert process.stdout is not None
            ready = json.loads(process.stdout.readline())
            yield json.loads(Path(ready["credentials"]).read_text("utf-8"))
        finally:
            process.terminate()
    assert process.returncode == 0


def emit(credentials: dict[str, str], url: str) -> str:
    """Makes the sandbox send one event, and returns its id."""
    body = json.dumps({"type": "meeting.completed", "to": url}).encode()
    headers = {"X-Sandbox-Token": credentials["sandbox_token"]}
    request = urllib.request.Request(f"{credentials['base_url']}/sandbox/events", body, headers)
    with urllib.request.urlopen(request, timeout=WAIT) as answer:
        event_id: str = json.load(answer)["events"][0]["event_id"]
    return event_id


@pytest.mark.parametrize("form", ["timestamped", "body"])
@pytest.mark.parametrize("name", SETUPS)
def test_deliveries_of_the_sandbox_are_accepted(name: str, form: str, tmp_path: Path) -> None:
    with sandbox(tmp_path, form) as credentials:
        with serving(name, HOOKSEAL_TEST_SECRET=credentials["webhook_secret"]) as server:
            event_id = emit(credentials, f"http://127.0.0.1:{server.port}{server.prefix}hook")
            end = time.monotonic() + WAIT
            while not server.seen()["events"] and time.monotonic() < end:
                time.sleep(0.02)
            assert server.seen() == {"events": [event_id], "refusals": []}
