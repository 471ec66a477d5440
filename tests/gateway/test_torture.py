"""`hookseal torture` through each proxy: every case is answered as it must be, and those that a proxy answers by itself
have a reason here."""

import json
import os
import subprocess
from pathlib import Path

import pytest
from backend import Backend
from client import PATH, SECRET
from proxies import KINDS, running

# The cases that a proxy ends by itself, since the filter never sees their end: what the client gets, and why.
INCOMPLETE = "the client sends no more, so Envoy resets the request when the client has gone"
GONE = "Traefik writes 499 for a client that has gone, while its `buffering` middleware receives the body"
BY_THE_PROXY = {
    "envoy": {
        "short": ("closed", INCOMPLETE),
        "cut-chunks": ("closed", INCOMPLETE),
        "cut": ("closed", INCOMPLETE),
    },
    "traefik": {
        "short": ("499", GONE),
        "cut-chunks": ("499", GONE),
        "cut": ("closed", "the client has closed its connection, and gets no answer"),
    },
}


@pytest.mark.parametrize("name", KINDS)
def test_torture_finds_nothing_wrong(name: str, backend: Backend, tmp_path: Path) -> None:
    with running(name, tmp_path, backend.port) as gateway:
        command = [os.environ["HOOKSEAL_CLI"], "torture", "--json", f"http://127.0.0.1:{gateway.port}{PATH}"]
        ran = subprocess.run(command, env={**os.environ, "HOOKSEAL_SECRET": SECRET}, capture_output=True, check=False)
        report = json.loads(ran.stdout)
        wrong = [case for case in report["cases"] if not case["ok"]]
        assert (wrong, ran.returncode) == ([], 0)
        assert report["sent"] > 80 and report["not_sent"] == 0
        by_the_filter = {"200", "400", "401", "413"}
        others = {case["name"]: case["got"] for case in report["cases"] if case["got"] not in by_the_filter}
        assert others == {case: got for case, (got, _) in BY_THE_PROXY[name].items()}
