"""Copies of a secret are wiped: searches the whole memory of another process, which Linux exposes as a file."""

import subprocess
import sys
from pathlib import Path
from random import Random

import pytest

# The secret is passed in masked form, and the program holds it only in a buffer that can be wiped.
PROGRAM = """
import gc, sys
from hookseal import WebhookVerificationError, WebhookVerifier, sign
from hookseal.explain import WebhookExplainer
from senders import NOW, contio

masked = bytes.fromhex(sys.stdin.readline())
secret = bytearray(len(masked))
for at, byte in enumerate(masked):
    secret[at] = byte ^ 0x5A
argument = ARGUMENT

def refused(*options):
    try:
        WebhookVerifier([argument, ""])
    except WebhookVerificationError:
        pass

for _ in range(20):
    ACT
del argument
if WIPE:
    for at in range(len(secret)):
        secret[at] = 0
gc.collect()
print("ready", flush=True)
sys.stdin.readline()
"""

ARGUMENTS = {
    "a bytearray": "secret",
    "a memoryview": "memoryview(secret)",
    "a part of a memoryview": "memoryview(secret)[::-1][::-1]",
}
ACTS = {
    "a verifier": "verifier = WebhookVerifier(argument, now=NOW)",
    "verifiers of several": "verifiers = [WebhookVerifier([argument, argument, b'other']) for _ in range(9)]",
    "one that is refused": "refused()",
    "a verification": "WebhookVerifier(argument, now=NOW).verify_signature(b'{}', *contio(b'{}', b'another').values())",
    "a signature": "sign(b'{}', argument)",
    "an explainer": "WebhookExplainer(argument, other_secrets={'github': argument})",
}


def found_after(act: str, argument: str, wipe: bool) -> bool:
    """Whether the secret is anywhere in the memory of a waiting process that has done this."""
    secret = bytes(Random(7).randrange(33, 127) for _ in range(48))
    program = PROGRAM.replace("ACT", ACTS[act]).replace("ARGUMENT", ARGUMENTS[argument]).replace("WIPE", str(wipe))
    command = [sys.executable, "-c", program]
    with subprocess.Popen(command, cwd=Path(__file__).parent, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdin and process.stdout
        process.stdin.write(bytes(byte ^ 0x5A for byte in secret).hex().encode() + b"\n")
        process.stdin.flush()
        assert process.stdout.readline() == b"ready\n"
        # The allocator overwrites the beginning of a freed block.
        found = is_in_memory(process.pid, secret[16:])
        process.stdin.write(b"\n")
        process.stdin.close()
        assert process.wait() == 0
    return found


def is_in_memory(process: int, wanted: bytes) -> bool:
    """Searches all writable memory but the stack, where the compiler may leave copies."""
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
@pytest.mark.parametrize("argument", ARGUMENTS)
@pytest.mark.parametrize("act", ACTS)
def test_no_copy_of_a_secret_is_left_in_memory(act: str, argument: str) -> None:
    assert not found_after(act, argument, wipe=True)


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux shows the memory of a process as a file")
def test_a_secret_that_was_not_wiped_is_found() -> None:
    assert found_after("a verifier", "a bytearray", wipe=False)
