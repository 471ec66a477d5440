"""`hookseal torture` against each framework behind a real server finds nothing wrong."""

import json
import os
import subprocess

import pytest
from senders import SECRET
from servers import SETUPS, Server, serving

# The binary; `cargo xtask test python` builds it and sets this.
HOOKSEAL = "HOOKSEAL_CLI"
DEFAULT_LIMIT = 1 << 20


def torture(server: Server) -> None:
    """Fails if anything is wrong."""
    assert HOOKSEAL in os.environ, f"{HOOKSEAL} names the binary `hookseal`: cargo build -p hookseal-cli makes one"
    url = f"http://127.0.0.1:{server.port}{server.prefix}hook"
    command = [os.environ[HOOKSEAL], "torture", "--json", url]
    ran = subprocess.run(command, env={**os.environ, "HOOKSEAL_SECRET": SECRET}, capture_output=True, check=False)
    report = json.loads(ran.stdout)
    wrong = [case for case in report.get("cases", [report]) if not case["ok"]]
    assert (wrong, ran.returncode) == ([], 0)
    assert report["sent"] > 80 and report["not_sent"] == 0
    assert "Traceback" not in server.log()


@pytest.mark.parametrize("name", SETUPS)
def test_torture_finds_nothing_wrong(name: str) -> None:
    with serving(name, HOOKSEAL_TEST_LIMIT=str(DEFAULT_LIMIT)) as server:
        torture(server)
