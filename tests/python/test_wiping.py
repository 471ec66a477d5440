"""Copies of a secret are wiped: this looks for one in the whole memory of another process. Linux shows it."""

import subprocess
import sys
from pathlib import Path
from random import Random

import pytest

# The secret comes in disguise, and is only ever held in a place that can be wiped.
PROGRAM = """
import gc, sys
from hookseal import WebhookVerificationError, WebhookVerifier, sign
from hookseal.explain import WebhookExplainer
from senders import NOW, contio

disguised = bytes.fromhex(sys.stdin.readline())
secret = bytearray(len(disguised))
for at, byte in enumerate(disguised):
    secret[at] = byte ^ 0x5A
given = GIVEN

def refused(*options):
    try:
        WebhookVerifier([given, ""])
    except WebhookVerificationError:
        pass

for _ in range(20):
    ACT
del given
if WIPE:
    for at in range(len(secret)):
        secret[at] = 0
gc.collect()
print("ready", flush=True)
sys.stdin.readline()
"""

GIVEN = {
    "a bytearray": "secret",
    "a memoryview": "memoryview(secret)",
    "a part of a memoryview": "memoryview(secret)[::-1][::-1]",
}
ACTS = {
    "a verifier": "verifier = WebhookVerifier(given, now=NOW)",
    "verifiers of several": "verifiers = [WebhookVerifier([given, given, b'other']) for _ in range(9)]",
    "one that is refused": "refused()",
    "a verification": "WebhookVerifier(given, now=NOW).verify_signature(b'{}', *contio(b'{}', b'another').values())",
    "a signature": "sign(b'{}', given)",
    "an explainer": "WebhookExplainer(given, other_secrets={'github': given})",
}


def found_after(act: str, given: str, wipe: bool) -> bool:
    """Whether the secret is anywhere in the memory of a process that has done this and waits."""
    secret = bytes(Random(7).randrange(33, 127) for _ in range(48))
    program = PROGRAM.replace("ACT", ACTS[act]).replace("GIVEN", GIVEN[given]).replace("WIPE", str(wipe))
    command = [sys.executable, "-c", program]
    with subprocess.Popen(command, cwd=Path(__file__).parent, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdin and process.stdout
        process.stdin.write(bytes(byte ^ 0x5A for byte in secret).hex().encode() + b"\n")
        process.stdin.flush()
        assert process.stdout.readline() == b"ready\n"
        # What frees a block writes into its beginning.
        found = is_in_memory(process.pid, secret[16:])
        process.stdin.write(b"\n")
        process.stdin.close()
        assert process.wait() == 0
    return found


def is_in_memory(process: int, wanted: bytes) -> bool:
    """Looks through all that can be written to but the stack, on which the compiler leaves copies as it likes."""
    with open(f"/proc/{process}/mem", "rb", buffering=0) as memory:
        for line in Path(f"/proc/{process}/maps").read_text().splitlines():
            place, rights, *_ = line.split()
            if "w" not in rights or line.endswith("[stack]"):
                continue
            start, end = (int(edge, 16) for edge in place.split("-"))
            memory.seek(start)
            if wanted in memory.read(end - start):
                return True
    return False


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux shows the memory of a process as a file")
@pytest.mark.parametrize("given", GIVEN)
@pytest.mark.parametrize("act", ACTS)
def test_no_copy_of_a_secret_is_left_in_memory(act: str, given: str) -> None:
    assert not found_after(act, given, wipe=True)


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux shows the memory of a process as a file")
def test_a_secret_that_is_still_there_is_found() -> None:
    assert found_after("a verifier", "a bytearray", wipe=False)
