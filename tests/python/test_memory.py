"""Memory, in a process of its own. Linux tells how much a process has."""

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
    # The most that the process ever had, in KiB. A leak of one object of 16 bytes in each round were 1.5 MiB or more.
    assert int(done.stdout) < 1024
